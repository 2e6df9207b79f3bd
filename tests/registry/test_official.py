"""Official change tables go before derived changes: cases by hand, generated tables against a simulation, real tables."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from loaders.contract import LoadOptions, ParsedMap, ParsedResource
from loaders.formats.fhir.package import parsed_resource
from loaders.run import parse_paths
from mappings import change_map
from registry import Registry
from registry.entities.records import MapRecord, MapRowRecord
from registry.entities.results import Change, Changes
from tests.conftest import Ran, new_database
from tests.registry.making import PLAIN, load

Row = tuple[str, str, str]  #: day, previous codes with "+" between codes that belong together, current code
START = "2021-01-01"


def table(
    rows: Iterable[Row], *, version: str = "1", published: str = "2021", system: str = "plain"
) -> ParsedMap:
    records = tuple(
        MapRowRecord(
            sources=tuple(c for c in before.strip("?").split("+") if c),
            target=now,
            effective=date.fromisoformat(day),
            flags={"range": before} if before.endswith("?") else {},
        )
        for day, before, now in rows
    )
    return ParsedMap(
        map=MapRecord(
            slug="conversion",
            version=version,
            purpose="official-changes",
            source_system=system,
            target_system=system,
            published=published,
            rows=records,
        )
    )


def versions(registry: Registry, *codes: str) -> None:
    """Versions from 2020 on, of codes of one letter each; a text that differs in each says nothing."""
    for year, present in enumerate(codes, 2020):
        load(registry, str(year), {c: f"Text {c}" for c in present}, system=PLAIN)


def brief(changes: Iterable[Change]) -> list[tuple[str, str, str, tuple[bool, bool]]]:
    return [
        (
            c.type,
            "".join(x.code for x in c.inputs),
            "".join(x.code for x in c.outputs),
            (c.automatic_forward, c.automatic_back),
        )
        for c in changes
        if c.source == "official"
    ]


NO, FORWARD, BACK, BOTH = (False, False), (True, False), (False, True), (True, True)
CASES: dict[str, tuple[str, str, list[Row], list[tuple[str, str, str, tuple[bool, bool]]], int]] = {
    "one to one": ("A", "B", [(START, "A", "B")], [("recoded", "A", "B", BOTH)], 0),
    "the previous code lives on": ("A", "AB", [(START, "A", "B")], [("split_off", "A", "AB", BACK)], 0),
    "several previous codes": (
        "AB", "C", [(START, "A", "C"), (START, "B", "C")], [("merged", "AB", "C", FORWARD)], 0,
    ),
    "into a code that lives on": ("AC", "C", [(START, "A", "C")], [("taken_over", "AC", "C", FORWARD)], 0),
    "several current codes": (
        "A", "BC", [(START, "A", "B"), (START, "A", "C")], [("split", "A", "BC", BACK)], 0,
    ),
    "a combination": ("AB", "ABC", [(START, "A+B", "C")], [("split_off", "AB", "ABC", NO)], 0),
    "a combination of a code that vanished": ("A", "C", [(START, "A+B", "C")], [], 1),
    "no previous code": ("A", "AB", [(START, "", "B")], [("created", "", "B", NO)], 0),
    "no current code": ("AB", "B", [(START, "A", "")], [("deleted", "A", "", NO)], 0),
    "chained": ("A", "C", [("2020-05-01", "A", "B"), (START, "B", "C")], [("recoded", "A", "C", BOTH)], 0),
    "chained through a code that vanished": (
        "AB", "C", [("2020-05-01", "A", "B"), (START, "B", "C")], [("merged", "AB", "C", FORWARD)], 0,
    ),
    "a chain in one day": ("A", "C", [(START, "A", "B"), (START, "B", "C")], [], 2),
    "outside the period": ("A", "B", [("2020-01-01", "A", "B"), ("2021-01-02", "A", "B")], [], 0),
    "a code that neither has": ("A", "B", [(START, "X", "B"), (START, "A", "Y")], [], 2),
    "a range": ("A", "B", [(START, "A?", "B")], [], 1),
    "its own previous code": ("A", "A", [(START, "A", "A")], [], 1),
    "a circle": ("AB", "AB", [(START, "A", "B"), (START, "B", "A")], [], 2),
    "a previous code and none": ("A", "B", [(START, "A", "B"), (START, "", "B")], [], 2),
    "a later code and none": ("A", "B", [(START, "A", "B"), (START, "A", "")], [], 2),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_a_table_gives(open_registry: Callable[..., Registry], name: str) -> None:
    old, new, rows, expected, left_out = CASES[name]
    registry = open_registry()
    versions(registry, old, new)
    before = registry.diff("plain", "2020", "2021")
    registry.load_parsed(table(rows))
    found = registry.diff("plain", "2020", "2021")
    assert brief(found.changes) == expected
    official = [c for c in found.changes if c.source == "official"]
    assert all(c.reviewed and c.note == "by the table conversion 1" for c in official)
    assert found.note.startswith(f"{left_out} row") if left_out else not found.note
    assert (before.added, before.removed, before.unchanged) == (found.added, found.removed, found.unchanged)
    if not expected:
        assert found.changes == before.changes
    backward = registry.diff("plain", "2021", "2020")
    assert [flags[::-1] for *_, flags in brief(backward.changes)] == [flags for *_, flags in expected]
    assert backward.note == found.note


def test_the_table_beats_identical_text_and_structure(registry: Registry) -> None:
    load(registry, "2020", {"K40": "Brokk", "K40.9": "Uten", "K40.91": "Residiv"})
    load(registry, "2021", {"K40": "Brokk", "K40.9": "Uten", "K40.3": "Residiv", "L10": "Annet"})
    registry.load_parsed(table([(START, "K4091", "L10")], system="demo-icd"))
    changes = registry.diff("demo-icd", "2020", "2021").changes
    assert [(c.type, [x.code for x in c.inputs], [x.code for x in c.outputs], c.source) for c in changes] == [
        ("split_off", ["K40"], ["K40", "K40.3"], "structural"),
        ("recoded", ["K40.91"], ["L10"], "official"),
    ]
    (span,) = registry.history("demo-icd", "K40.91").spans
    assert span.ended is not None
    assert (span.ended.type, span.ended.to, span.ended.source, span.ended.reviewed) == (
        "recoded", ["L10"], "official", True,
    )  # fmt: skip
    assert span.ended.note == "by the table conversion 1"


def test_a_later_table_takes_the_place_of_an_earlier_one_whatever_is_loaded_first(tmp_path: Path) -> None:
    tables = [
        table([(START, "A", "C"), (START, "B", "D")], version="1", published="2021"),
        table([(START, "B", "C")], version="2", published="2022"),
    ]
    for number, order in enumerate((tables, tables[::-1])):
        with Registry.open(str(tmp_path / f"{number}.sqlite")) as registry:
            versions(registry, "AB", "ABCD")
            for one in order:
                registry.load_parsed(one)
            changes = registry.diff("plain", "2020", "2021").changes
            assert brief(changes) == [("split_off", "B", "BCD", BACK)]
            assert changes[0].note == "by the table conversion 2; by the table conversion 1"


def test_a_table_counts_from_when_it_was_loaded(registry: Registry) -> None:
    versions(registry, "A", "B")
    before = datetime.now(UTC).isoformat()
    registry.load_parsed(table([(START, "A", "B")]))
    assert brief(registry.diff("plain", "2020", "2021", known_at=before).changes) == []
    assert len(brief(registry.diff("plain", "2020", "2021").changes)) == 1
    ended = [registry.history("plain", "A", known_at=known).spans[0].ended for known in (before, None)]
    assert [e.source if e else "" for e in ended] == ["derived", "official"]


def test_the_command_line_names_the_table(tmp_path: Path, gyldig: Callable[..., Ran]) -> None:
    url = str(tmp_path / "r.sqlite")
    with Registry.open(url) as registry:
        versions(registry, "A", "BC")
        registry.load_parsed(table([(START, "A", "B"), (START, "A?", "C")]))
    (recoded, _) = gyldig("--db", url, "--json", "diff", "plain", "2020", "2021").json["changes"]
    assert (recoded["source"], recoded["note"]) == ("official", "by the table conversion 1")
    text = gyldig("--db", url, "--lang", "nb", "diff", "plain", "2020", "2021").out
    assert "etter tabellen conversion 1" in text
    assert "1 rad i offisielle endringstabeller er ikke brukt" in text
    for code in "AB":
        assert "by the table conversion 1" in gyldig("--db", url, "history", "plain", code).out
    assert (
        gyldig("--db", url, "--json", "history", "plain", "A").json["spans"][0]["ended"]["source"]
        == "official"
    )


def successors(changes: Iterable[Change], code: str) -> set[str]:
    """The codes that a code of the older version goes to, itself left out."""
    for change in changes:
        if code in {x.code for x in change.inputs}:
            pairs = change.details.get("pairs")
            found = (
                {p["to"] for p in pairs if p["from"] == code} if pairs else {x.code for x in change.outputs}
            )
            return found - {code}
    return set()


class World:
    """Codes that are renamed, split, merged and split off on some days; ``at``: the codes after each day."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.codes = {f"A{n}" for n in range(5)}
        self.rows: list[Row] = []
        self.fresh = 0
        self.at = {"2020-01-01": set(self.codes)}
        for day in ("2020-04-01", "2020-10-01", "2021-01-01", "2021-07-01", "2022-01-01"):
            self.update(day)
            self.at[day] = set(self.codes)

    def update(self, day: str) -> None:
        left = sorted(self.codes)
        self.random.shuffle(left)
        for _ in range(self.random.randint(0, 3)):
            before = [left.pop() for _ in range(self.random.randint(1, 2)) if left]
            now = [self.new() for _ in range(self.random.randint(1, 2))] if before else []
            self.rows += [(day, a, b) for a in before for b in now]
            self.codes |= {*now}
            self.codes -= {a for a in before if self.random.random() < 0.7}

    def new(self) -> str:
        self.fresh += 1
        return f"{self.random.choice('BCA')}{self.fresh + 10}"

    def is_known(self) -> bool:
        """Whether at least half of the table's targets are codes of some version; other tables are refused."""
        held = {code for day, codes in self.at.items() if day.endswith("-01-01") for code in codes}
        targets = {now for *_, now in self.rows if now}
        return 2 * len(targets & held) >= len(targets)

    def reached(self, code: str, since: str, until: str) -> set[str]:
        """Where the content of a code can be at the end, update by update."""
        found = {code}
        for day in sorted(self.at):
            if since < day <= until:
                found |= {now for when, before, now in self.rows if when == day and before in found}
        return found & self.at[until] - {code}


def one_event_a_code(found: Changes) -> bool:
    inputs = [x.code for c in found.changes for x in c.inputs]
    outputs = [x.code for c in found.changes for x in c.outputs]
    return len(inputs) == len({*inputs}) and len(outputs) == len({*outputs})


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.booleans())
def test_generated_tables_say_where_every_code_went(seed: int, plain: bool) -> None:
    world = World(seed)
    assume(world.is_known())
    system, more = ("plain", {"system": PLAIN}) if plain else ("demo-icd", {})
    years = [f"{year}-01-01" for year in (2020, 2021, 2022)]
    with (
        tempfile.TemporaryDirectory() as folder,
        new_database("sqlite", Path(folder) / "r") as url,
        Registry.open(url) as registry,
    ):
        for day in years:
            load(registry, day[:4], {c: f"Text {c}" for c in world.at[day]}, **more)  # type: ignore[arg-type]
        registry.load_parsed(table(world.rows, system=system))
        for since, until in ((0, 1), (1, 2), (0, 2)):
            pair = (years[since], years[until])
            check_pair(registry, system, world, *pair, adjacent=until - since == 1)


def check_pair(
    registry: Registry, system: str, world: World, since: str, until: str, *, adjacent: bool
) -> None:
    found = registry.diff(system, since[:4], until[:4])
    back = registry.diff(system, until[:4], since[:4])
    mapped = change_map(registry, system, since[:4], until[:4]).rows
    named = {before for _, before, _ in world.rows}
    assert one_event_a_code(found) and one_event_a_code(back)
    for code in {*found.removed} & named:
        expected = world.reached(code, since, until)
        assert successors(found.changes, code) == expected
        assert {r.target for r in mapped if r.sources == (code,) and r.target} == expected
        assert all(code in successors(back.changes, now) for now in expected)
        if adjacent:
            ended = registry.history(system, code).spans[-1].ended
            assert ended is not None and {*ended.to} == expected
            assert not expected or (ended.source, ended.reviewed) == ("official", True)


def test_real_tables(samples: Path, registry: Registry) -> None:
    folder = samples / "icd10cm"
    if not folder.is_dir():
        pytest.skip("no samples of icd10cm")
    rows: list[MapRowRecord] = []
    lists = [folder / f"icd10cm_{year}.zip" for year in (2018, 2021)]
    for item in parse_paths([*lists, *sorted(folder.glob("conversion_table_*"))], LoadOptions()):
        registry.load_parsed(item)
        rows += item.map.rows if isinstance(item, ParsedMap) else ()
    last = registry.versions("icd-10-cm")[-1].version
    found = registry.diff("icd-10-cm", "2018", last)
    period = [r for r in rows if r.effective and date(2017, 10, 1) < r.effective <= date(2021, 1, 1)]
    named = {c for r in period for c in r.sources} & {*found.removed}
    mapped = change_map(registry, "icd-10-cm", "2018", last).rows
    assert len(named) > 20 and one_event_a_code(found)
    for code in named:
        expected = {r.target for r in period if code in r.sources}
        assert successors(found.changes, code) == expected
        assert {r.target for r in mapped if r.sources == (code,)} == expected
        ended = registry.history("icd-10-cm", code).spans[-1].ended
        assert ended is not None and {*ended.to} == expected and ended.source == "official"


def concept_map(rows: Iterable[tuple[str, str]], **more: object) -> ParsedResource:
    """The rows as a FHIR ConceptMap from the system to itself, official from the first day of 2021 on."""
    system = PLAIN.canonical
    elements = [{"code": a, "target": [{"code": b, "relationship": "equivalent"}]} for a, b in rows]
    resource: dict[str, object] = {
        "resourceType": "ConceptMap", "url": "http://example.org/changes", "version": "1", "status": "active",
        "purpose": "official-changes", "effectivePeriod": {"start": START},
        "group": [{"source": system, "target": system, "element": elements}],
    }  # fmt: skip
    (parsed,) = parsed_resource(resource | more, LoadOptions())
    assert isinstance(parsed, ParsedResource)
    return parsed


def test_a_concept_map_of_that_purpose_is_an_official_table(open_registry: Callable[..., Registry]) -> None:
    registry = open_registry()
    versions(registry, "A", "B")
    before = datetime.now(UTC).isoformat()
    registry.load_parsed(concept_map([("A", "B")]))
    changes = registry.diff("plain", "2020", "2021").changes
    assert brief(changes) == [("recoded", "A", "B", BOTH)]
    assert changes[0].note == "by the table http://example.org/changes 1"
    assert not brief(registry.diff("plain", "2020", "2021", known_at=before).changes)
    registry.load_parsed(concept_map([("A", "B")], status="retired"))
    assert not brief(registry.diff("plain", "2020", "2021").changes)


@pytest.mark.parametrize(
    "more",
    [
        {"status": "draft"},
        {"purpose": "billing"},
        {"effectivePeriod": {"start": "2021-06-01"}},
        {"group": [{"source": PLAIN.canonical, "target": "http://example.org/x", "element": [
            {"code": "A", "target": [{"code": "B", "relationship": "equivalent"}]}]}]},
        {"group": [{"source": PLAIN.canonical, "target": PLAIN.canonical, "element": [
            {"code": "A", "target": [{"code": "B", "relationship": "not-related-to"}]}]}]},
    ],
    ids=["draft", "purpose", "later", "other system", "not related"],
)  # fmt: skip
def test_other_concept_maps_are_no_official_tables(registry: Registry, more: dict[str, object]) -> None:
    versions(registry, "A", "B")
    registry.load_parsed(concept_map([("A", "B")], **more))
    assert not brief(registry.diff("plain", "2020", "2021").changes)
