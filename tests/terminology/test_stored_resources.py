"""Stored value sets are parsed once per registry, whatever the requested instants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import orjson
import pytest

from api.fhir.resources.stored_catalog import read_stored
from registry import Registry
from registry.entities.intervals import instant_text
from registry.store.artifacts import ArtifactRow
from registry.terminology.registry_catalog import RegistryCatalog
from registry.terminology.stored_resources import Stored
from registry.terminology.valueset import ValueSet


def _body(number: int, title: str) -> bytes:
    url = f"http://example.org/vs/{number}"
    return orjson.dumps({"resourceType": "ValueSet", "url": url, "status": "active", "title": title})


def _put(registry: Registry, number: int, title: str) -> str:
    """Store a value set; returns the instant of the publication."""
    url = f"http://example.org/vs/{number}"
    registry.put_artifacts([ArtifactRow(kind="ValueSet", resource_id="", url=url, body=_body(number, title))])
    row = registry.database.reader().one("SELECT max(recorded) FROM publication")
    assert row is not None
    return instant_text(row[0])


class Counting:
    """The parser, counting the rows that it is given."""

    def __init__(self) -> None:
        self.rows = 0

    def __call__(self, rows: Sequence[ArtifactRow]) -> Stored:
        self.rows += len(rows)
        return read_stored(rows)


@pytest.fixture
def parser() -> Counting:
    return Counting()


def _titles(catalog: RegistryCatalog) -> list[str]:
    return sorted(str(v.shell.get("title")) for v in catalog.value_sets())


def test_the_second_request_parses_nothing(registry: Registry, parser: Counting) -> None:
    times = [_put(registry, n, f"first {n}") for n in range(5)]
    later = _put(registry, 2, "second 2")
    catalog = RegistryCatalog(registry.reader, parser)
    wanted = [f"first {n}" for n in range(5)]
    for _ in range(3):
        assert _titles(catalog.as_known_at(times[-1])) == wanted
    assert parser.rows == 5
    assert _titles(catalog) == sorted({*wanted, "second 2"} - {"first 2"})
    assert parser.rows == 6  # the four others are the same rows
    for n, instant in enumerate(times):
        assert len(_titles(catalog.as_known_at(instant))) == n + 1
    assert _titles(catalog.as_known_at(later)) == _titles(catalog)
    assert parser.rows == 6


def test_a_publication_makes_only_its_own_rows_be_parsed(registry: Registry, parser: Counting) -> None:
    for n in range(4):
        _put(registry, n, str(n))
    catalog = RegistryCatalog(registry.reader, parser)
    assert len(_titles(catalog)) == parser.rows == 4
    _put(registry, 9, "9")
    assert (_titles(catalog), parser.rows) == (["0", "1", "2", "3", "9"], 5)
    registry.add_scope("npr")
    assert (len(_titles(catalog)), parser.rows) == (5, 5)
    registry.drop_artifacts("ValueSet", canonicals=[("ValueSet", "http://example.org/vs/1", "")])
    assert (_titles(catalog), parser.rows) == (["0", "2", "3", "9"], 5)


def test_a_value_set_is_found_at_its_time(registry: Registry, parser: Counting) -> None:
    before = _put(registry, 1, "old")
    _put(registry, 1, "new")
    catalog = RegistryCatalog(registry.reader, parser)
    for known_at, title in ((before, "old"), (None, "new"), (before, "old")):
        found = catalog.as_known_at(known_at).value_set("http://example.org/vs/1", "", date(2020, 1, 1))
        assert isinstance(found, ValueSet) and found.shell["title"] == title
