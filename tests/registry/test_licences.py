"""Licence, access and redistribution: defaults of open licences, and changes of a known system."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from registry import Registry
from registry.entities.errors import UnknownTarget, UsageError
from registry.systems.open_licences import terms_of

Run = Callable[..., Any]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("CC0-1.0", ("open", "yes")),
        ("CC0", ("open", "yes")),
        ("https://creativecommons.org/publicdomain/zero/1.0/", ("open", "yes")),
        ("public domain", ("open", "yes")),
        ("CC BY 4.0", ("open", "yes")),
        ("CC-BY-4.0", ("open", "yes")),
        ("CC BY-SA 3.0", ("open", "yes")),
        ("Creative Commons Attribution 4.0 International", ("open", "yes")),
        ("https://creativecommons.org/licenses/by/4.0/", ("open", "yes")),
        ("NLOD 2.0", ("open", "yes")),
        ("Norsk lisens for offentlige data", ("open", "yes")),
        ("CC BY-ND 4.0", ("open", "unmodified")),
        ("CC BY-NC 4.0", None),
        ("CC-BY-NC-ND-4.0", None),
        ("CC BY 4.0, except the images", None),
        ("not licensed under CC BY 4.0", None),
        ("All rights reserved", None),
        ("WHO; norsk tekst Helsedirektoratet", None),
        ("", None),
    ],
)
def test_what_known_licences_allow(statement: str, expected: tuple[str, str] | None) -> None:
    assert terms_of(statement) == expected


@pytest.fixture
def pets(gyldig: Run, database: str, tmp_path: Path) -> Run:
    """Loads a plain list as system pets with further options."""
    file = tmp_path / "pets-2024.csv"
    file.write_text("code;text\nP1;Katt\nP2;Hund\n", encoding="utf-8")
    return lambda *options: gyldig("--db", database, "load", file, "--system", "pets", *options)


def entry(database: str) -> tuple[str, str, str]:
    with Registry.open(database) as registry:
        found = registry.system("pets")
        assert found is not None
        return found.licence, found.access, found.redistribution


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), ("", "restricted", "no")),
        (("--licence", "CC BY 4.0"), ("CC BY 4.0", "open", "yes")),
        (("--licence", "CC BY 4.0", "--access", "restricted"), ("CC BY 4.0", "restricted", "yes")),
        (("--licence", "CC0", "--redistribution", "no"), ("CC0", "open", "no")),
        (("--licence", "as agreed"), ("as agreed", "restricted", "no")),
        (("--access", "open"), ("", "open", "no")),
    ],
)
def test_options_of_a_load_hold_for_new_and_known_systems(
    pets: Run, database: str, options: tuple[str, ...], expected: tuple[str, str, str]
) -> None:
    new = pets(*options)
    assert (new.code, entry(database)) == (0, expected)


def test_a_load_changes_what_the_caller_states_of_a_known_system(pets: Run, database: str) -> None:
    pets()
    dry = pets("--licence", "NLOD 2.0", "--dry-run")
    assert "NLOD 2.0" in dry.out and entry(database) == ("", "restricted", "no")
    again = pets("--licence", "NLOD 2.0")
    assert "licence is now NLOD 2.0 (before: not stated)" in again.out
    assert entry(database) == ("NLOD 2.0", "open", "yes")
    assert pets("--access", "restricted").code == 0
    assert entry(database) == ("NLOD 2.0", "restricted", "yes")
    pets()
    assert entry(database) == ("NLOD 2.0", "restricted", "yes")
    with Registry.open(database) as registry:
        newest = registry.log().entries[0]
        assert [(w.kind, w.change, w.after) for w in newest.wrote] == [
            ("system", "changed", {"access": "restricted"})
        ]


def test_system_set_says_what_changed(gyldig: Run, pets: Run, database: str) -> None:
    pets()
    done = gyldig(
        "--db", database, "system", "set", "pets", "--licence", "CC0", "--title", "Dyr", "--why", "agreed"
    )
    assert done.code == 0 and "licence is now CC0" in done.out and "access is now open" in done.out
    assert entry(database) == ("CC0", "open", "yes")
    same = gyldig("--db", database, "system", "set", "pets", "--licence", "CC0")
    assert same.code == 0 and "nothing to change" in same.out
    assert gyldig("--db", database, "system", "set", "pets").code == 2
    assert gyldig("--db", database, "system", "set", "birds", "--licence", "CC0").code == 2
    with Registry.open(database) as registry:
        assert registry.log().entries[0].why == "agreed"
        back = registry.set_system("pets", licence="", access="restricted", redistribution="no")
        assert (back.before["licence"], back.after["licence"]) == ("CC0", "")
        with pytest.raises(UsageError, match="access cannot be 'shut'"):
            registry.set_system("pets", access="shut")
        with pytest.raises(UnknownTarget):
            registry.set_system("birds", licence="CC0")


def test_rest_changes_the_entry_with_the_token_only(pets: Run, database: str) -> None:
    pets()
    with TestClient(create_app(Settings(db=database, token="t")), client=("127.0.0.1", 1)) as client:
        assert client.patch("/api/systems/pets", json={"licence": "CC0"}).status_code == 401
        bearer = {"Authorization": "Bearer t"}
        done = client.patch("/api/systems/pets", json={"licence": "CC0"}, headers=bearer)
        assert (done.status_code, done.json()["after"]["access"]) == (200, "open")
        assert client.patch("/api/systems/pets", json={"access": "shut"}, headers=bearer).status_code == 400
        assert client.patch("/api/systems/birds", json={"access": "open"}, headers=bearer).status_code == 404
    assert entry(database) == ("CC0", "open", "yes")
