"""A code that an official change table makes effective within a version whose update is not loaded: neither yes nor no."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from registry import Registry
from registry.entities.records import SystemRecord
from tests.conftest import Ran
from tests.registry.making import load
from tests.registry.test_official import table

URL = "http://example.org/plain"
SYSTEM = SystemRecord(
    slug="plain", url=URL, language="nb", end_rule="until-next", access="open", redistribution="yes"
)


def _fill(registry: Registry) -> Registry:
    load(registry, "2020", {"A": "Text A", "B": "Text B"}, system=SYSTEM)
    load(registry, "2021", {"A": "Text A", "N": "Text N"}, system=SYSTEM)
    load(registry, "2022", {c: f"Text {c}" for c in "ANSM"}, system=SYSTEM)
    registry.load_parsed(table([("2020-04-01", "A", "N"), ("2020-01-01", "A", "S"), ("2021-01-01", "", "M")]))
    return registry


@pytest.mark.parametrize(
    ("code", "on", "valid", "reason"),
    [
        ("N", "2020-03-31", False, "unknown_code"),  # the table makes it effective on the next day
        ("N", "2020-04-01", None, "update_not_loaded"),
        ("N", "2020-12-31", None, "update_not_loaded"),
        ("N", "2021-01-01", True, None),
        ("S", "2020-05-01", False, "unknown_code"),  # of the first day of the content that is loaded
        ("M", "2020-05-01", False, "unknown_code"),  # of the day after the version
        ("M", "2021-05-01", False, "unknown_code"),
        ("X", "2020-05-01", False, "unknown_code"),  # in no table
    ],
)
def test_what_the_table_leaves_open_is_unknown(
    open_registry: Callable[..., Registry], code: str, on: str, valid: bool | None, reason: str | None
) -> None:
    registry = _fill(open_registry())
    found = registry.validity("plain", code, on=on)
    assert (found.valid, found.reason) == (valid, reason)
    looked_up = registry.lookup("plain", code, on=on)
    assert (looked_up.found, looked_up.reason) == (valid is True, reason)
    if valid is None:
        assert [v.valid for v in found.verdicts] == [None]
        assert "conversion 1 makes N effective 2020-04-01; that update of 2020 is not loaded" in found.message
        assert looked_up.message == found.message


def test_an_update_that_is_loaded_decides(open_registry: Callable[..., Registry]) -> None:
    registry = _fill(open_registry())
    load(registry, "2020", {"A": "Text A", "B": "Text B", "Q": "Text Q"}, system=SYSTEM,
         kind="update", effective_from=date(2020, 4, 1))  # fmt: skip
    found = registry.validity("plain", "N", on="2020-05-01")
    assert (found.valid, found.reason) == (False, "unknown_code")


def test_before_the_table_was_recorded_nothing_was_open(open_registry: Callable[..., Registry]) -> None:
    registry = open_registry()
    load(registry, "2020", {"A": "Text A"}, system=SYSTEM)
    load(registry, "2021", {"A": "Text A", "N": "Text N"}, system=SYSTEM)
    before = datetime.now(UTC).isoformat()
    registry.load_parsed(table([("2020-04-01", "A", "N")]))
    assert registry.validity("plain", "N", on="2020-05-01").valid is None
    assert registry.validity("plain", "N", on="2020-05-01", known_at=before).valid is False


def test_the_command_line(gyldig: Callable[..., Ran], database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GYLDIG_DB", database)
    with Registry.open(database) as registry:
        _fill(registry)
    for command in ("valid", "lookup"):
        ran = gyldig(command, "plain", "N", "--on", "2020-05-01")
        assert ran.code == 3
        assert ran.out.startswith("Unknown: ") and "that update of 2020 is not loaded" in " ".join(
            ran.out.split()
        )
    answer = gyldig("valid", "plain", "N", "--on", "2020-05-01", "--json").json
    assert (answer["valid"], answer["reason"]) == (None, "update_not_loaded")


def test_rest_and_fhir(open_registry: Callable[..., Registry]) -> None:
    registry = _fill(open_registry())
    with TestClient(create_app(Settings(), registry=registry)) as client:
        answer = client.get("/api/systems/plain/codes/N/validity", params={"on": "2020-05-01"}).json()
        assert (answer["valid"], answer["reason"]) == (None, "update_not_loaded")
        assert _warned(client, "2020-05-01") == (False, True)
        assert _warned(client, "2020-03-01") == (False, False)
        assert _warned(client, "2021-03-01") == (True, False)


def _warned(client: TestClient, on: str) -> tuple[bool, bool]:
    """The result of the validation of the code N, and whether there is a warning about the update."""
    asked = {"url": URL, "code": "N", "date": on}
    found: dict[str, Any] = client.get("/fhir/r5/CodeSystem/$validate-code", params=asked).json()
    parameters = {p["name"]: p for p in found["parameter"]}
    issues = parameters["issues"]["resource"]["issue"] if "issues" in parameters else []
    warned = any(i["severity"] == "warning" and "is not loaded" in i["details"]["text"] for i in issues)
    return parameters["result"]["valueBoolean"], warned
