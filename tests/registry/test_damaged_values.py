"""A stored value that cannot be decoded gives ``StoreDamaged`` with what to do, never another answer or a traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry import Registry
from registry.entities.errors import StoreDamaged
from registry.entities.results import plain
from registry.store.artifacts import artifact_rows, artifacts_of
from registry.store.component_reader import read_components
from registry.store.component_rows import KINDS, component_bitmap
from registry.store.maps import MapRows, map_headers
from tests.registry.everything import fill

QUESTIONS: dict[str, Callable[[Registry], Any]] = {
    "systems": lambda r: r.systems(),
    "versions": lambda r: r.versions("demo-icd"),
    "lookup": lambda r: r.lookup("demo-icd", "B00", version="2020"),
    "order": lambda r: [
        *r.view("demo-icd", version="2020").page(r.view("demo-icd", version="2020").all(), 0, None)
    ],
    "fragment": lambda r: r.lookup("plain", "b", on="2019-07-01"),
    "search": lambda r: r.search("kolera", system="demo-icd", version="2020"),
    "history": lambda r: r.history("demo-icd", "A00"),
    "diff": lambda r: r.diff("demo-icd", "2020", "2021"),
    "descendants": lambda r: r.hierarchy("demo-icd", "A00", "descendants", version="2020"),
    "property": lambda r: list(r.view("demo-icd", version="2020").property_values("dose")),
    "components": lambda r: [
        read_components(
            r.reader.connection, _system(r), kind, component_bitmap(r.reader.connection, _module(r), kind)
        )
        for kind in KINDS
    ],
    "maps": lambda r: [
        (h.record, [*MapRows(r.database).all(h.pages.map_id)])
        for h in map_headers(r.reader.connection, purpose="official-changes")
    ],
    "resources": lambda r: artifacts_of(r.reader.connection, artifact_rows(r.reader.connection)),
}
#: Columns that are decoded when they are read.
DECODED = (
    ("code_system", "body"),
    ("release", "header"),
    ("version", "valid_from"),
    ("release_content", "bitmap"),
    ("release_content", "ordering"),
    ("release_content", "removed"),
    ("concept_state", "body"),
    ("property_bitmap", "bitmap"),
    ("word_segment", "body"),
    ("component_pack", "body"),
    ("component_text", "body"),
    ("release_components", "bitmap"),
    ("concept_map", "header"),
    ("concept_map", "pages"),
    ("map_page", "body"),
    ("artifact", "valid_from"),
)


def _module(registry: Registry) -> int:
    found = registry.reader.connection.one("SELECT min(release_id) FROM release_components")
    return int(found[0]) if found else 0


def _system(registry: Registry) -> int:
    found = registry.reader.connection.one("SELECT min(system_id) FROM component_pack")
    return int(found[0]) if found else 0


def _answers(url: str) -> dict[str, Any]:
    """What every question gives from a freshly opened registry; damage is None."""
    found: dict[str, Any] = {}
    try:
        with Registry.open(url, readonly=True) as registry:
            for name, ask in QUESTIONS.items():
                try:
                    found[name] = repr(plain(ask(registry)))
                except StoreDamaged as error:
                    assert "gyldig verify" in str(error) and "gyldig verify" in error.in_language("nb")
                    found[name] = None
    except StoreDamaged:
        return dict.fromkeys(QUESTIONS)
    return found


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = str(tmp_path_factory.mktemp("damaged") / "r.sqlite")
    with Registry.open(path) as registry:
        fill(registry)
    return path


@pytest.mark.parametrize(("table", "column"), DECODED)
@pytest.mark.parametrize("garbage", [b"\xff\xfe garbage", b""])
def test_what_cannot_be_decoded_is_damage(
    table: str, column: str, garbage: bytes, filled: str, tmp_path: Path
) -> None:
    expected = _answers(filled)
    assert None not in expected.values()
    path = tmp_path / "damaged.sqlite"
    path.write_bytes(Path(filled).read_bytes())
    with Registry.open(str(path)) as registry:
        connection = registry.database.connect()
        text = column in ("body", "header", "pages", "valid_from") and table in (
            "code_system", "release", "version", "concept_map", "artifact",
        )  # fmt: skip
        value = garbage.decode("latin-1") + "{" if text else garbage
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {column} IS NOT NULL", (value,))
        connection.close()
    found = _answers(str(path))
    assert None in found.values()
    other = {name: answer for name, answer in found.items() if answer not in (None, expected[name])}
    assert other == {}
