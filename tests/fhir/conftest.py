"""A small made-up system in three years, one of them not loaded, behind the FHIR application."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from loaders.contract import ParsedRelease
from registry import Registry
from registry.entities.records import (
    ConceptRecord,
    Designation,
    Property,
    PropertyDefinition,
    ReleaseHeader,
    SystemRecord,
)

URL = "http://example.org/fruit"
FACETS = ("display", "hierarchy", "inactive", "selectable", "property:colour")


def concept(
    code: str, text: str, *parents: str, norsk: str = "", colour: str = "red", **more: Any
) -> ConceptRecord:
    texts = [Designation("display", text, "en")] + ([Designation("display", norsk, "nb")] if norsk else [])
    properties = (Property("colour", colour, "code"),)
    return ConceptRecord(code=code, designations=tuple(texts), parents=parents, properties=properties, **more)


YEARS = {
    "2020": [
        concept("F", "Fruit", selectable=False),
        concept("F1", "Apple", "F", norsk="Eple"),
        concept("F2", "Quince", "F", colour="yellow"),
    ],
    "2022": [
        concept("F", "Fruit", selectable=False),
        concept("F1", "Apple or pear", "F", norsk="Eple eller pære"),
        concept("F1a", "Red apple", "F1"),
        concept("F2", "Quince", "F", colour="yellow", inactive=True),
    ],
}


def fill(registry: Registry) -> None:
    system = SystemRecord(
        slug="fruit", url=URL, titles={"en": "Fruit"}, access="open", redistribution="yes", language="en",
        end_rule="calendar-year",
    )  # fmt: skip
    for label, records in YEARS.items():
        header = ReleaseHeader(
            system="fruit", version=label, source_line="list", facets=FACETS, valid_from=date(int(label), 1, 1),
            valid_to=date(int(label) + 1, 1, 1), properties=(PropertyDefinition("colour", "code"),), language="en",
        )  # fmt: skip
        registry.load_parsed(ParsedRelease(header=header, concepts=records, system=system))
    registry.add_version("fruit", "2023", valid_from=date(2023, 1, 1), valid_to=date(2024, 1, 1))


@pytest.fixture
def client(open_registry: Callable[..., Registry]) -> Iterator[TestClient]:
    """The web application on 1 June 2022."""
    registry = open_registry(today=date(2022, 6, 1))
    fill(registry)
    app = create_app(Settings(host="127.0.0.1", today=date(2022, 6, 1), token="secret"), registry=registry)
    with TestClient(app, client=("127.0.0.1", 50000), base_url="http://localhost") as found:
        yield found


def own(element: dict[str, Any]) -> dict[str, Any]:
    """Gyldig's extensions on an element or in the ``meta`` of a Parameters, and those within them, by the last part of their names."""
    outer = element.get("meta", element).get("extension", [])
    found = [e for o in outer for e in o.get("extension", [o])]
    listed = [e for e in found if e["url"].startswith("urn:gyldig:extension:")]
    return {e["url"].rpartition(":")[2]: next(v for k, v in e.items() if k != "url") for e in listed}


def parameters(body: dict[str, Any]) -> dict[str, Any]:
    """The simple parameters of an answer by name (the last of a name)."""
    found = {}
    for p in body["parameter"]:
        found[p["name"]] = next((v for k, v in p.items() if k != "name"), None)
    return found
