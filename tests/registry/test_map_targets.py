"""A map's targets are codes of its target system, or the map is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from loaders.contract import ParsedMap
from registry import Registry
from registry.entities.errors import ContentError
from registry.entities.records import Coverage, MapRecord, MapRowRecord, SystemRecord
from tests.loaders.made import json_list, parsed
from tests.registry.making import PLAIN, load

Open = Callable[..., Registry]


def made(target: str, *codes: str) -> ParsedMap:
    rows = tuple(MapRowRecord(sources=("s",), target=code) for code in codes)
    return ParsedMap(
        map=MapRecord(
            slug="m", version="1", purpose="test", source_system="x", target_system=target, rows=rows
        )
    )


def test_links_go_to_the_other_system(open_registry: Open, tmp_path: Path) -> None:
    """A04.9 is linked to ICPC-2's D70; ICD-10's D70 is another disease."""
    rows = [
        {"code": "A049", "text": "x", "mapsTo": ["D70"]},
        {"code": "Z000", "text": "y", "mapsTo": ["NEGATIVE_30"]},
    ]
    rows += [{"code": f"B{n:02d}{m}", "text": "z"} for n in range(10) for m in range(3)]
    item = next(
        p.map for p in parsed(json_list(tmp_path / "ICD10-2026.json", rows)) if isinstance(p, ParsedMap)
    )
    assert (item.source_system, item.target_system, item.slug) == (
        "icd-10-no",
        "icpc-2-no",
        "icd-10-no-to-icpc-2-no",
    )
    assert [(r.sources, r.target) for r in item.rows] == [(("A04.9",), "D70"), (("Z00.0",), "-30")]
    assert open_registry().load_parsed(ParsedMap(map=item)).notices == []


def test_links_of_icpc_lists_go_to_icd(tmp_path: Path) -> None:
    for codes, system in (
        (["A01", "D70", "-30"], "icpc-2-no"),
        (["A01.0001", "D700002", "K90"], "icpc-2b-no"),
    ):
        rows = [{"code": code, "text": f"Tekst {code}", "mapsTo": "Z000"} for code in codes]
        items = parsed(json_list(tmp_path / "liste-2020.json", rows))
        record = next(p.map for p in items if isinstance(p, ParsedMap))
        assert (record.source_system, record.target_system) == (system, "icd-10-no")
        assert {r.target for r in record.rows} == {"Z00.0"}


def test_form_decides_where_the_target_system_is_not_loaded(open_registry: Open) -> None:
    registry = open_registry()
    with pytest.raises(ContentError, match=r"2 of 3 targets are not codes of icpc-2-no.*A04\.9.*icd-10"):
        registry.load_parsed(made("icpc-2-no", "A04.9", "D70.1", "A01"))
    report = registry.load_parsed(made("icpc-2-no", "A04.9", "D70", "A01"))
    assert report.notices == ["1 of 3 targets are not found in icpc-2-no: A04.9"]
    assert registry.load_parsed(made("no-form", "?", "whatever")).notices == []


def test_codes_decide_where_it_is_loaded(open_registry: Open) -> None:
    registry = open_registry()
    load(registry, "2020", {"a": "x", "b": "y"}, system=PLAIN)
    load(registry, "2021", {"b": "y", "c": "z"}, system=PLAIN)
    with pytest.raises(ContentError, match=r"2 of 3 targets are not codes of plain, for example d, e"):
        registry.load_parsed(made("plain", "a", "d", "e"))
    assert registry.load_parsed(made("plain", "a", "b", "e")).notices == [
        "1 of 3 targets are not found in plain: e"
    ]


@pytest.mark.parametrize(
    ("coverage", "refused"),
    [
        (Coverage(kind="fragment"), False),
        (Coverage(kind="subset", name="a", pattern="a.*"), False),
        (Coverage(kind="subset", name="d", pattern="[de].*"), True),
        (Coverage(), True),
    ],
)
def test_a_part_speaks_of_its_own_codes_only(open_registry: Open, coverage: Coverage, refused: bool) -> None:
    registry = open_registry()
    system: SystemRecord = PLAIN
    load(registry, "2020", {"a1": "x"}, system=system, coverage=coverage)
    if refused:
        with pytest.raises(ContentError):
            registry.load_parsed(made("plain", "a1", "d1", "e1"))
    else:
        assert registry.load_parsed(made("plain", "a1", "d1", "e1")).notices == []
