"""Yes, no or unknown: one decision table, the same on every surface (DOMAIN 2).

========================================  =======  =================  =========
situation                                 valid    reason             exit code
========================================  =======  =================  =========
in a version in force                     true     null               0
the version lacks the code                false    unknown_code       1
the code ended in an earlier version      false    expired            1
before the first version                  null     before_first       3
between versions                          null     gap                3
after the last version                    null     after_last         3
a version in force is not loaded          null     not_loaded         3
its content was deleted                   null     purged             3
outside the coverage of what is loaded    null     outside_coverage   3
no rows for the scope                     null     unknown            3
the scope's rows have not begun           null     before_first       3
between the rows of the scope             null     gap                3
the scope's rows have ended               null     after_last         3
========================================  =======  =================  =========
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from registry import Registry
from registry.entities.records import Coverage
from registry.entities.results import UNKNOWN, ScopeRow
from tests.registry.making import DEMO, load

EXIT = {True: 0, False: 1, None: 3}
#: code, day, scope, valid, reason
ROWS: list[tuple[str, str, str | None, bool | None, str | None]] = [
    ("A00", "2020-06-01", None, True, None),
    ("Z99", "2020-06-01", None, False, "unknown_code"),
    ("B00", "2022-06-01", None, False, "expired"),
    ("A00", "2019-06-01", None, None, "before_first"),
    ("A00", "2021-06-01", None, None, "gap"),
    ("A00", "2030-06-01", None, None, "after_last"),
    ("A00", "2023-06-01", None, None, "not_loaded"),
    ("A00", "2024-06-01", None, None, "purged"),
    ("Z99", "2025-06-01", None, None, "outside_coverage"),
    ("A00", "2020-06-01", "npr", None, "unknown"),
    ("A00", "2020-01-15", "zoo", None, "before_first"),
    ("A00", "2020-06-01", "zoo", True, None),
    ("A00", "2021-06-01", "zoo", None, "gap"),
    ("A00", "2022-12-15", "zoo", None, "after_last"),
]


def _row(version: str, start: date, end: date) -> ScopeRow:
    return ScopeRow(
        scope="zoo", system="demo-icd", version=version, track="", role="", allowed_from=start, required_from=None,
        accepted_until=end, legal_basis="",
    )  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    url = str(tmp_path_factory.mktemp("three") / "registry.sqlite")
    with Registry.open(url) as registry:
        load(registry, "2020", {"A00": "a", "B00": "b"})
        load(registry, "2022", {"A00": "a", "C00": "c"})
        registry.add_version("demo-icd", "2023", valid_from="2023-01-01", valid_to="2024-01-01")
        load(registry, "2024", {"A00": "a"})
        gone = [r.release for r in registry.releases("demo-icd") if r.version == "2024"][0]
        registry.purge("demo-icd", "2024", release=gone, why="licence")
        load(registry, "2025", {"A00": "a"}, coverage=Coverage("subset", "A", "A.*"))
        registry.add_scope("npr")
        registry.add_scope("zoo")
        registry.add_applicability(
            _row("2020", date(2020, 2, 1), date(2021, 1, 1)),
            _row("2022", date(2022, 2, 1), date(2022, 12, 1)),
        )
    assert DEMO.end_rule == "calendar-year"
    yield url


@pytest.mark.parametrize(("code", "day", "scope", "valid", "reason"), ROWS)
def test_every_surface_gives_the_same_of_three_answers(
    gyldig: Callable[..., Any],
    world: str,
    code: str,
    day: str,
    scope: str | None,
    valid: bool | None,
    reason: str | None,
) -> None:
    with Registry.open(world) as registry:
        python = registry.validity("demo-icd", code, on=day, scope=scope)
    assert (python.valid, python.reason) == (valid, reason)
    assert (valid is None) == (reason in UNKNOWN)
    assert all(v.valid is not True for v in python.verdicts) or valid
    arguments = [
        "--db",
        world,
        "valid",
        "demo-icd",
        code,
        "--on",
        day,
        *(["--scope", scope] if scope else []),
    ]
    shell = gyldig(*arguments, "--json")
    assert (shell.json["valid"], shell.json["reason"], shell.code) == (valid, reason, EXIT[valid])
    for lang, words in (("en", ("Yes: ", "No: ", "Unknown: ")), ("nb", ("Ja: ", "Nei: ", "Ukjent: "))):
        assert gyldig(*arguments, "--lang", lang).out.startswith(words[EXIT[valid] and 1 + (valid is None)])
    with TestClient(create_app(Settings(db=world)), client=("127.0.0.1", 1)) as client:
        query = f"on={day}" + (f"&scope={scope}" if scope else "")
        http = client.get(f"/api/systems/demo-icd/codes/{code}/validity?{query}").json()
        assert (http["valid"], http["reason"]) == (valid, reason)
        if scope is None:
            path = f"/fhir/CodeSystem/$validate-code?url=urn:gyldig:demo-icd&code={code}&date={day}"
            assert _fhir(client.get(path).json()) is (valid is True or reason == "expired" and False)


def _fhir(parameters: dict[str, Any]) -> bool:
    """FHIR's ``result`` is required and has two values: unknown is false, and its issue names the reason."""
    (result,) = [p["valueBoolean"] for p in parameters["parameter"] if p["name"] == "result"]
    return bool(result)


@pytest.mark.parametrize(
    ("code", "day", "scope", "valid", "reason"), [r for r in ROWS if r[4] in UNKNOWN - {"outside_coverage"}]
)
def test_every_question_has_the_same_word(
    gyldig: Callable[..., Any], world: str, code: str, day: str, scope: str | None, valid: None, reason: str
) -> None:
    with Registry.open(world) as registry:
        applicable = registry.applicable("demo-icd", on=day, scope=scope)
        assert applicable.reason == ("not_loaded" if reason == "purged" else reason)
        if scope is None:
            found = registry.lookup("demo-icd", code, on=day)
            texts = registry.search("a", system="demo-icd", on=day)
            above = registry.hierarchy("demo-icd", code, "parents", on=day)
            pair = registry.subsumes("demo-icd", code, code, on=day)
            assert {found.reason, texts.reason, above.reason, pair.reason} == {reason}
    if scope is None:
        for command in (
            "lookup demo-icd A00",
            "search demo-icd a",
            "hierarchy parents demo-icd A00",
            "hierarchy subsumes demo-icd A00 A00",
            "applicable demo-icd",
        ):
            ran = gyldig("--db", world, *command.split(), "--on", day)
            assert (ran.code, ran.out.startswith("Unknown: ")) == (3, True), command


def test_a_scope_that_accepts_the_version_but_not_this_code_says_no(tmp_path: Path) -> None:
    with Registry.open(tmp_path / "r.sqlite") as registry:
        load(registry, "2020", {"A00": "a", "B00": "b"})
        registry.add_scope("zoo")
        whole = _row("2020", date(2020, 1, 1), date(2021, 1, 1))
        part = ScopeRow(
            scope="zoo", system="demo-icd", version="2020", track="", role="", allowed_from=date(2020, 1, 1),
            required_from=None, accepted_until=date(2020, 3, 1), legal_basis="", codes="B.*",
        )  # fmt: skip
        registry.add_applicability(whole, part)
        found = registry.validity("demo-icd", "B00", on="2020-06-01", scope="zoo")
        assert (found.valid, found.reason) == (False, "expired")
