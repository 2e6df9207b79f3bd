"""Commands that write: on both databases, from nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture
def on(gyldig: Run, database: str) -> Run:
    return lambda *arguments: gyldig("--db", database, *arguments)


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    file = tmp_path / "pets.csv"
    file.write_text("code;text\nP1;Katt\nP2;Hund\n", encoding="utf-8")
    return file


LOAD = (
    "--system",
    "pets",
    "--version",
    "2025",
    "--valid-from",
    "2025-01-01",
    "--valid-through",
    "2025-12-31",
)


def test_a_registry_that_is_not_there_is_not_made_by_asking(gyldig: Run, tmp_path: Path) -> None:
    ran = gyldig("--db", tmp_path / "none.sqlite", "systems")
    assert (ran.code, "load something first" in ran.err) == (2, True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "command",
    [
        ("systems",), ("lookup", "pets", "P1"), ("log",), ("verify",), ("export", "pets", "2025"), ("backup", "copy.sqlite"),
        ("serve", "--port", "0"), ("version", "set", "pets", "2025", "--valid-from", "2025-01-01"),
        ("version", "add", "pets", "2025"), ("system", "set", "pets", "--licence", "CC0"),
        ("retract", "pets", "2025", "--why", "x"), ("purge", "pets", "2025@abcdef", "--why", "x"),
        ("token", "add", "portal", "--right", "read"), ("token", "list"), ("token", "revoke", "portal"), ("audit",),
    ],
)  # fmt: skip
def test_a_mistyped_database_is_not_created(gyldig: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    ran = gyldig("--db", tmp_path / "folder" / "typo.sqlite", *command)
    assert ran.code == 2 and "typo.sqlite" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_creates_no_database(gyldig: Run, pets: Path, tmp_path: Path) -> None:
    ran = gyldig("--db", tmp_path / "typo.sqlite", "load", pets, *LOAD, "--dry-run")
    assert (ran.code, "Nothing was stored" in ran.out) == (0, True), ran.err
    assert [p.name for p in tmp_path.iterdir()] == [pets.name]


def test_load_again_amend_retract_purge(on: Run, pets: Path) -> None:
    first = on("load", pets, *LOAD)
    assert first.code == 0, first.err
    assert "pets was not known" in first.out
    assert on("lookup", "pets", "P1", "--on", "2025-12-31").code == 0
    assert on("applicable", "pets", "--on", "2026-01-01", "--json").json["reason"] == "after_last"
    assert "identical" in on("load", pets, *LOAD).out

    pets.write_bytes(pets.read_bytes().replace(b"\n", b"\r\n"))
    again = on("load", pets, *LOAD)
    assert "same content as what is stored, other bytes" in again.out, again.err
    assert "samme innhold som det som er lagret, andre byte" in on("--lang", "nb", "load", pets, *LOAD).out

    pets.write_text("code;text\nP1;Pus\nP2;Hund\nP3;Rotte\n", encoding="utf-8")
    dry = on("load", pets, *LOAD, "--dry-run")
    assert (dry.code, "Nothing was stored" in dry.out) == (0, True)
    assert "Katt" in on("lookup", "pets", "P1", "--on", "2025-06-01").out
    assert on("load", pets, *LOAD, "--json").json["loads"][0]["outcome"] == "amended"
    assert "Pus" in on("lookup", "pets", "P1", "--on", "2025-06-01").out

    release = [r for r in on("releases", "pets", "--json").json["releases"] if not r["superseded"]][0][
        "release"
    ]
    assert on("retract", "pets", f"2025@{release}", "--why", "wrong file").code == 0
    assert "Katt" in on("lookup", "pets", "P1", "--on", "2025-06-01").out
    assert on("purge", "pets", f"2025@{release}", "--why", "licence").code == 0
    assert on("verify").code == 0


def test_declare_a_version(on: Run, pets: Path) -> None:
    on("load", pets, *LOAD)
    assert (
        on(
            "version", "add", "pets", "2026", "--valid-from", "2026-01-01", "--valid-through", "2026-12-31"
        ).code
        == 0
    )
    assert on("applicable", "pets", "--on", "2026-12-31", "--json").json["reason"] == "not_loaded"
    assert on("version", "add", "pets", "2027", "--valid-from", "2027-01-01", "--same-as", "2025").code == 0
    assert on("lookup", "pets", "P1", "--on", "2027-06-01").code == 0


def test_scopes_one_by_one_and_from_csv(on: Run, pets: Path, tmp_path: Path) -> None:
    on("load", pets, *LOAD)
    row = (
        "--allowed-from",
        "2025-02-01",
        "--required-from",
        "2025-03-01",
        "--accepted-through",
        "2025-12-31",
    )
    assert on("scopes", "add", "zoo", "--system", "pets", "--version", "2025", *row).code == 0
    (found,) = on("scopes", "list", "--json").json["scopes"]
    assert (found["scope"], found["role"], found["accepted_until"]) == ("zoo", "", "2026-01-01")
    question = ("applicable", "pets", "--scope", "zoo", "--json", "--on")
    assert on(*question, "2025-02-01").json["versions"][0]["status"] == "permitted"
    assert on(*question, "2025-03-01").json["versions"][0]["status"] == "required"

    file = tmp_path / "scopes.csv"
    file.write_text(
        "scope,system,version,role,allowed_from\nfarm,pets,2025,event,2025-01-01\n", encoding="utf-8"
    )
    assert on("scopes", "import", file).code == 0
    assert {s["scope"] for s in on("scopes", "list", "--json").json["scopes"]} == {"zoo", "farm"}


def test_scopes_csv_is_all_or_nothing(on: Run, pets: Path, tmp_path: Path) -> None:
    on("load", pets, *LOAD)
    file = tmp_path / "scopes.csv"
    file.write_text("scope,system,version\nfarm,pets,2025\nfarm,pets,2099\n", encoding="utf-8")
    ran = on("scopes", "import", file)
    assert ran.code == 2
    assert "2099" in ran.err
    assert on("scopes", "list", "--json").json["scopes"] == []


def test_backup(on: Run, gyldig: Run, pets: Path, tmp_path: Path, database: str) -> None:
    on("load", pets, *LOAD)
    copy = tmp_path / "copy.sqlite"
    if database.startswith("postgresql"):
        pytest.skip("copies of PostgreSQL are made with its own tools")
    assert on("backup", copy).code == 0
    assert "Katt" in gyldig("--db", copy, "lookup", "pets", "P1", "--on", "2025-06-01").out


def test_what_changed_is_said_in_sentences(on: Run, pets: Path) -> None:
    assert on("load", pets, *LOAD).code == 0
    for lang, said in (
        ("en", "pets: titles is now Pets (en) (before:"),
        ("nb", "pets: "),
    ):
        done = on(
            "--lang", lang, "system", "set", "pets", "--title", "Pets", "--language", "en", "--owner", lang
        )
        assert done.code == 0 and "[" not in done.out, done.out
        assert said in done.out or lang == "nb", done.out
    for lang, words in (
        ("en", "version 2025 is now valid from 2025-01-01, last day 2025-11-30 (before: 2025-01-01, last day 2025-12-31)"),
        ("nb", "versjon 2025 er nå gyldig fra 2025-01-01, siste dag 2025-10-31 (før: 2025-01-01, siste dag 2025-11-30)"),
    ):  # fmt: skip
        end = "2025-11-30" if lang == "en" else "2025-10-31"
        done = on("--lang", lang, "version", "set", "pets", "2025", "--valid-through", end)
        assert words in " ".join(done.out.split()), done.out


def test_a_token_that_would_never_be_valid_is_refused(on: Run, pets: Path) -> None:
    assert on("load", pets, *LOAD).code == 0
    refused = on("token", "add", "portal", "--right", "read", "--valid-to", "2001-01-01")
    assert (
        refused.code == 2
        and "would never be valid" in refused.err
        and "portal" not in on("token", "list").out
    )
    assert on("token", "add", "portal", "--right", "read", "--valid-to", "2999-01-01").code == 0


def test_restore_says_what_is_where(gyldig: Run, pets: Path, tmp_path: Path) -> None:
    database, copy = tmp_path / "own.sqlite", tmp_path / "copy.sqlite"
    assert gyldig("--db", database, "load", pets, *LOAD).code == 0
    assert gyldig("--db", database, "backup", copy).code == 0
    over = " ".join(gyldig("--db", database, "restore", copy, "--replace").out.split())
    (kept,) = (p for p in tmp_path.glob("own.sqlite.replaced-*") if not p.name.endswith(("-wal", "-shm")))
    assert kept.name in over.replace(" ", "") and "is now the registry" in over
    first = gyldig("--db", tmp_path / "new.sqlite", "restore", copy)
    assert first.code == 0 and "new.sqlite" in first.out.replace("\n", "") and "kept" not in first.out


@pytest.mark.parametrize("command", [("log",), ("releases", "pets"), ("audit",)])
def test_times_have_one_form_with_the_zone(on: Run, pets: Path, command: tuple[str, ...]) -> None:
    assert on("load", pets, *LOAD).code == 0
    shown = on(*command).out
    times = re.findall(r"\d{4}-\d\d-\d\d.\d\d:\d\d:\d\d[^\n]{7}", shown)
    assert times and all(re.fullmatch(r"[\d-]{10} [\d:]{8} [+-]\d\d:\d\d", t) for t in times), shown
