"""The ledger renewed by what was published equals one read whole; a small write reads only its own rows."""

from __future__ import annotations

import random
import re
from datetime import date
from typing import Any

import pytest

from registry import Registry
from registry.entities.intervals import instant_text
from registry.entities.results import ScopeRow
from registry.store.engine import Connection
from registry.store.ledger import Ledger
from registry.store.metadata import Snapshot
from tests.registry.making import PLAIN, load

CODES = {"A00": "Kolera", "A01": "Tyfoid"}


def _row(version: str, allowed: int, system: str = "demo-icd") -> ScopeRow:
    return ScopeRow(
        scope="npr", system=system, version=version, track="", role="", allowed_from=date(2020, allowed, 1),
        required_from=None, accepted_until=None, legal_basis="",
    )  # fmt: skip


def _write(registry: Registry, pick: random.Random) -> None:
    """One small publication of a random kind."""
    year = str(pick.randrange(2020, 2024))
    releases = [r for r in registry.releases("demo-icd") if not r.purged]
    kind = pick.choice(["load", "applicability", "version", "scope", "retract", "purge", "again", "system"])
    if kind == "load":
        load(
            registry,
            year,
            {**CODES, f"B{pick.randrange(10, 99)}": "Ny"},
            published=f"20{pick.randrange(10, 99)}",
        )
    elif kind == "again":
        load(registry, "2020", CODES, published=f"20{pick.randrange(10, 99)}")
    elif kind == "applicability":
        registry.add_applicability(_row("2020", pick.randrange(1, 13)))
    elif kind == "version":
        registry.add_version(
            "demo-icd", f"2{pick.randrange(100, 999)}", valid_from=f"2020-0{pick.randrange(1, 9)}-01"
        )
    elif kind == "scope":
        registry.add_scope(pick.choice(["npr", "kpr"]), title=str(pick.random()))
    elif kind == "retract" and len([r for r in releases if not r.retracted and r.version != "2020"]) > 1:
        chosen = next(r for r in releases if not r.retracted and r.version != "2020")
        registry.retract("demo-icd", chosen.version, release=chosen.release, why="test")
    elif kind == "purge" and (gone := [r for r in releases if r.retracted]):
        registry.purge("demo-icd", gone[0].version, release=gone[0].release, why="test")
    elif kind == "system":
        load(registry, "2020", CODES, system=PLAIN)


def _known_then(snapshot: Snapshot) -> str:
    """All of a snapshot of the past, but for the ends of rows, which were not known then."""
    return re.sub(
        r"recorded_to=\w+", "", f"{snapshot.facts} {snapshot.scopes} {sorted(snapshot.aliases.items())}"
    )


@pytest.mark.parametrize("seed", range(4))
def test_a_renewed_ledger_equals_one_read_whole(registry: Registry, seed: int) -> None:
    """The oracle is a ledger read anew; moments kept over publications are compared with fresh ones."""
    pick = random.Random(seed)
    load(registry, "2020", CODES)
    registry.add_scope("npr")
    instants: list[int] = []
    for _ in range(14):
        _write(registry, pick)
        whole = Ledger.read(registry.database.reader())
        instants.append(whole.recorded)
        assert registry.reader.moment().snapshot == whole.at(None)
        assert registry.reader.ledger().purges == whole.purges
        for instant in pick.sample(instants, min(3, len(instants))):
            moment = registry.reader.moment(instant_text(instant))
            assert _known_then(moment.snapshot) == _known_then(whole.at(instant))
        registry.lookup("demo-icd", "A00", on="2020-05-01")
        registry.applicable("demo-icd", on="2020-05-01", scope="npr")


class Counting:
    """Counts the rows that statements give."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rows = 0
        given = Connection.all

        def counted(connection: Connection, text: str, params: Any = ()) -> list[tuple[Any, ...]]:
            found = given(connection, text, params)
            self.rows += len(found)
            return found

        monkeypatch.setattr(Connection, "all", counted)


def test_a_small_write_reads_its_own_rows_and_keeps_other_systems(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    for year in range(2000, 2021):
        load(registry, str(year), CODES)
    load(registry, "2020", CODES, system=PLAIN)
    registry.add_scope("npr")
    asked = {"on": "2020-05-01"}
    registry.lookup("demo-icd", "A00", **asked), registry.lookup("plain", "A00", **asked)
    before = registry.reader.moment()
    kept = before.timelines[before.snapshot.slugs["plain"].system_id]
    counting = Counting(monkeypatch)
    registry.add_applicability(_row("2020", 3))
    moment = registry.reader.moment()
    assert counting.rows <= 4  # the new row, for the writer and for the reader
    assert moment is not before
    plain = moment.snapshot.slugs["plain"]
    assert moment.timeline(plain) is kept
    assert ("plain", None, "2020-05-01", None) in moment.resolved
    assert ("demo-icd", None, "2020-05-01", None) not in moment.resolved
    assert registry.applicable("demo-icd", scope="npr", **asked).versions[0].status == "permitted"


def test_another_process_sees_what_was_published(open_registry: Any) -> None:
    one = open_registry()
    other = Registry.open(
        one.database.location if one.database.dialect == "sqlite" else str(one.database.location)
    )
    with other:
        load(one, "2020", CODES)
        other.reader.forget()
        assert other.lookup("demo-icd", "A00", version="2020").found
        one.add_scope("npr")
        one.add_applicability(_row("2020", 1))
        other.reader.forget()
        assert other.applicable("demo-icd", on="2020-05-01", scope="npr").reason is None
        other.add_applicability(_row("2020", 6))
        one.reader.forget()
        assert one.applicable("demo-icd", on="2020-05-01", scope="npr").reason == "before_first"


def test_a_write_that_fails_leaves_nothing_in_the_ledger(registry: Registry) -> None:
    load(registry, "2020", CODES)
    registry.add_scope("npr")
    before = registry.reader.ledger()
    with pytest.raises(Exception, match="no version"):
        registry.add_applicability(_row("2020", 1), _row("1850", 1))
    assert registry.reader.ledger() is before
    assert registry.scopes("demo-icd") == []
