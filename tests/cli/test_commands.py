"""The commands, run for real on the made-up system: answers, reasons and exit codes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars
import pytest

Run = Callable[..., Any]
ON = ("--on", "2024-06-01")


@pytest.fixture
def ask(gyldig: Run, demo_db: str) -> Run:
    return lambda *arguments: gyldig("--db", demo_db, *arguments)


@pytest.mark.parametrize(
    ("command", "code", "says"),
    [
        ("systems", 0, "demo-no"),
        ("versions demo-no --on 2026-06-01", 0, "current"),
        ("versions demo-no --on 2026-06-01 --status expired", 0, "2022"),
        ("versions demo-no --on 2022-06-01 --status upcoming", 0, "2026"),
        ("releases demo-no", 0, "update"),
        ("applicable demo-no --on 2024-02-01", 0, "in force"),
        ("applicable demo-no --on 2024-04-01 --scope demoregisteret --role event", 0, "grace period"),
        ("applicable demo-no --on 2024-04-01 --scope demoregisteret --role sample", 3, "demoregisteret"),
        ("applicable demo-no --on 2021-12-31", 3, "before the first"),
        ("applicable demo-no --on 2025-06-01", 3, "not loaded"),
        ("applicable demo-no --on 2030-06-01", 3, "after the last"),
        ("applicable nothing --on 2030-06-01", 3, "no code system"),
        ("lookup demo-no b901 --on 2024-03-14", 0, "beredskap"),
        ("lookup demo-no b901 --on 2024-03-15", 0, "Sølvkre"),
        ("lookup demo-no B30.2 --on 2024-06-01", 1, "2023"),
        ("lookup https://example.org/demo-no B20 --version 2022", 0, "Ripe i omslag"),
        ("lookup demo-no -54 --on 2024-06-01", 1, "-54"),
        ("lookup demo-no --on 2024-06-01 -- -54", 1, "-54"),
        ("history demo-no B20", 0, "not reviewed"),
        ("history demo-no Z99", 1, "Z99"),
        ("diff demo-no 2022 2023", 0, "split off"),
        ("diff demo-no 2024 2025", 3, "not loaded"),
        ("diff demo-no 2022 2099", 1, "2099"),
        ("valid demo-no B20 --on 2024-06-01", 0, "Yes: B20 was valid"),
        ("valid demo-no B30.2 --on 2024-06-01", 1, "No: "),
        ("valid demo-no B90.1 --on 2024-02-01", 1, "reserve"),
        ("valid demo-no B20 --on 2025-06-01", 3, "Unknown: "),
        ("valid demo-no B20 --on 2021-06-01", 3, "before the first"),
        ("search demo-no fukt --on 2024-06-01", 0, "Fuktskade i perm"),
        ("search all B200 --on 2024-06-01", 1, "Nothing found"),
        ("hierarchy children demo-no B10 --on 2024-06-01", 0, "B10.8"),
        ("hierarchy ancestors demo-no B10.80 --on 2024-06-01", 0, "B10"),
        ("hierarchy subsumes demo-no B10 B10.80 --on 2024-06-01", 0, "B10 contains B10.80"),
        ("hierarchy subsumes demo-no B20 B10 --on 2024-06-01", 1, "Neither"),
        ("scopes list demo-no", 0, "Demoforskriften"),
        ("export demo-no 2055", 1, "Did you mean"),
        ("export nothing 2055", 1, "no code system nothing"),
        ("versions nothing", 1, "no code system nothing"),
        ("verify", 0, "No damage found"),
    ],
)
def test_answers_and_exit_codes(ask: Run, command: str, code: int, says: str) -> None:
    ran = ask(*command.split())
    assert says in ran.out + ran.err
    assert ran.code == code


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("lookup demo-no B20 --on 2024-02-30", "is not a date"),
        ("lookup demo-no B20 --known-at 2999-01-01", "future"),
        ("lookup demo-no B20 --known-at yesterday", "yesterday"),
        ("lookup demo-no", "code"),
        ("lookup demo-no B20 --om 2024-01-01", "--om"),
        ("export demo-no 2024 --history", "name a VERSION"),
        ("export demo-no 2024 --format xml", "xml"),
        ("purge demo-no 2024 --why x", "VERSION@RELEASE"),
        ("scopes add s --system demo-no", "belong together"),
        ("load nowhere.csv", "nowhere.csv"),
        ("version add nothing 2024", "nothing"),
    ],
)
def test_wrong_use_is_explained_without_a_traceback(ask: Run, command: str, says: str) -> None:
    ran = ask(*command.split())
    assert ran.code == 2
    assert says in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""


def test_bokmaal_nynorsk_and_english(ask: Run) -> None:
    nb = ask("valid", "demo-no", "B20", *ON, "--lang", "nb").out
    assert nb.startswith("Ja: B20 var gyldig 2024-06-01.")
    assert ask("valid", "demo-no", "B20", *ON, "--lang", "nn").out == nb
    assert ask("--lang", "en", "valid", "demo-no", "B20", *ON).out.startswith("Yes")


def test_differences_as_csv_and_json(ask: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(ask("diff", "demo-no", "2023", "2024", "--format", "csv").out)))
    assert {"relabelled", "activated"} <= {r["type"] for r in rows}
    (relabelled,) = [r for r in rows if r["type"] == "relabelled"]
    assert (relabelled["from_code"], relabelled["automatic_forward"], relabelled["reviewed"]) == (
        "B20",
        "false",
        "false",
    )
    only = ask("diff", "demo-no", "2023", "2024", "--format", "json", "--type", "relabelled").json
    assert [c["type"] for c in only["changes"]] == ["relabelled"]
    assert (only["counts"], only["types"], only["left_out"]) == ({"relabelled": 1}, ["relabelled"], 2)
    text = ask("diff", "demo-no", "2023", "2024", "--type", "relabelled").out
    assert "Only changes of type: relabelled. Events of other types, not shown: 2." in text


@pytest.mark.parametrize("history", [False, True])
@pytest.mark.parametrize("suffix", ["csv", "json", "parquet", "xlsx"])
def test_the_name_of_the_file_gives_the_format(ask: Run, tmp_path: Path, suffix: str, history: bool) -> None:
    file = tmp_path / f"out.{suffix}"
    assert ask("export", "demo-no", *(["--history"] if history else ["2024"]), "-o", file).code == 0
    begins = {"csv": b"system,", "json": b"[\n{", "parquet": b"PAR1", "xlsx": b"PK"}
    assert file.read_bytes().startswith(begins[suffix])


def test_a_name_of_another_format_is_refused(ask: Run, tmp_path: Path) -> None:
    for name, format in (
        ("x.sav", ()),
        ("x.csv.gz", ()),
        ("x.xlsx", ("--format", "csv")),
        ("x.csv", ("--format", "json")),
    ):
        ran = ask("export", "demo-no", "2024", "-o", tmp_path / name, *format)
        assert (ran.code, name in ran.err) == (2, True)
    assert ask("export", "demo-no", "2024", "-o", tmp_path / "x.sav", "--format", "csv").code == 0
    assert [p.name for p in tmp_path.iterdir()] == ["x.sav"]


def test_a_sheet_holds_texts_and_dates(ask: Run, tmp_path: Path) -> None:
    import openpyxl

    file = tmp_path / "history.xlsx"
    ask("export", "demo-no", "--history", "-o", file)
    head, *rows = openpyxl.load_workbook(file).active.iter_rows(values_only=True)
    row = dict(zip(head, next(r for r in rows if "B20" in r), strict=True))
    assert (row["code"], row["valid_from"]) == ("B20", datetime(2022, 1, 1))


@pytest.mark.parametrize("format", ["csv", "json", "parquet"])
def test_a_version_as_a_file(ask: Run, tmp_path: Path, format: str) -> None:
    file = tmp_path / f"out.{format}"
    ran = ask("export", "demo-no", "2024", "--format", format, "--output", file)
    assert (ran.code, ran.out) == (0, "")
    assert "12 rows" in ran.err
    read: dict[str, Callable[..., polars.DataFrame]] = {
        "csv": polars.read_csv, "json": polars.read_json, "parquet": polars.read_parquet,
    }  # fmt: skip
    assert read[format](file).height == 12
    assert [p.name for p in tmp_path.iterdir()] == [file.name]


def test_every_code_with_its_intervals(ask: Run, tmp_path: Path) -> None:
    file = tmp_path / "history.parquet"
    assert ask("export", "demo-no", "--history", "--format", "parquet", "-o", file).code == 0
    rows = polars.read_parquet(file).filter(polars.col("code") == "B20").to_dicts()
    assert [(r["display"], r["valid_from"]) for r in rows] == [
        ("Ripe i omslag", date(2022, 1, 1)), ("Revet omslag", date(2024, 1, 1)), ("Revet omslag", date(2026, 1, 1)),
    ]  # fmt: skip


def test_an_export_that_cannot_be_written(ask: Run, tmp_path: Path) -> None:
    ran = ask("export", "demo-no", "2024", "--output", tmp_path / "no" / "such" / "file.csv")
    assert ran.code == 2
    assert "cannot be written" in ran.err
