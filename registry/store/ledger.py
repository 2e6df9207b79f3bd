"""The ledger: all metadata rows ever recorded, in memory, updated with what was published since.

Only ``recorded_to`` (and the reason of a purge) of a row ever changes, so an older ledger becomes the newest one by
reading the rows that began or ended after its last publication; systems without such rows keep their objects, and
caches compare these by identity. Answers about the past filter the same rows.

Only rows that every query needs and that people write belong here (systems, aliases, versions, releases, scopes,
applicability): thousands. Facts from data, which may be millions (adoption of versions by reporters, conversions,
compliance), get their own tables and store modules and are read by SQL for each query (docs/adr/0024).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

import msgspec

from registry.entities.exact_json import decoder
from registry.entities.intervals import covers
from registry.entities.records import ReleaseHeader, SystemRecord
from registry.store.engine import Connection
from registry.store.metadata import (
    ApplicabilityRow,
    ReleaseRow,
    ScopeInfo,
    Snapshot,
    SystemFacts,
    SystemRow,
    VersionRow,
)
from registry.store.stored_values import reading

__all__ = ["Ledger", "SystemRows", "epoch_at"]

_SYSTEM = msgspec.json.Decoder(SystemRecord).decode
_HEADER = decoder(ReleaseHeader).decode


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of a system."""

    alias: str
    system_id: int
    recorded_from: int
    recorded_to: int | None


@dataclass(frozen=True, slots=True)
class Attestation:
    """A later publication of the same content."""

    release_id: int
    published: str
    recorded_from: int
    system_id: int


T = TypeVar("T")
R = TypeVar("R", SystemRow, Alias, VersionRow, ApplicabilityRow, ScopeInfo)


@dataclass(frozen=True, slots=True)
class SystemRows:
    """Every row ever recorded about one system, by row id."""

    systems: dict[int, SystemRow] = field(default_factory=dict)
    aliases: dict[int, Alias] = field(default_factory=dict)
    versions: dict[int, VersionRow] = field(default_factory=dict)
    releases: dict[int, ReleaseRow] = field(default_factory=dict)
    applicability: dict[int, ApplicabilityRow] = field(default_factory=dict)
    attestations: dict[int, Attestation] = field(default_factory=dict)

    def copied(self) -> SystemRows:
        """A copy to which rows can be added."""
        return SystemRows(
            dict(self.systems), dict(self.aliases), dict(self.versions), dict(self.releases),
            dict(self.applicability), dict(self.attestations),
        )  # fmt: skip

    def at(self, instant: int | None) -> SystemFacts | None:
        """The system's metadata as known at the instant (None = now); None if the system was unknown."""
        row = next(iter(_known(self.systems.values(), instant)), None)
        if row is None:
            return None
        releases: dict[int, list[ReleaseRow]] = {}
        purged: dict[int, list[ReleaseRow]] = {}
        for r in self.releases.values():
            if r.purged and (instant is None or r.recorded_from <= instant):
                purged.setdefault(r.version_id, []).append(r)
            elif covers(r.recorded_from, r.recorded_to, instant):
                releases.setdefault(r.version_id, []).append(self._attested(r, instant))
        return SystemFacts(
            row=row,
            aliases=tuple(a.alias for a in _known(self.aliases.values(), instant)),
            versions=tuple(
                sorted(_known(self.versions.values(), instant), key=lambda v: (v.track, v.label, v.row_id))
            ),
            releases=releases,
            purged=purged,
            applicability=tuple(sorted(_known(self.applicability.values(), instant), key=lambda a: a.row_id)),
        )

    def _attested(self, release: ReleaseRow, instant: int | None) -> ReleaseRow:
        """The release with the latest publication of its content that was known."""
        later = [
            a.published
            for a in self.attestations.values()
            if a.release_id == release.id and (instant is None or a.recorded_from <= instant)
        ]
        published = max([release.header.published, *later])
        return release if published == release.published else replace(release, published=published)


def _known(rows: Iterable[R], instant: int | None) -> Iterator[R]:
    return (r for r in rows if covers(r.recorded_from, r.recorded_to, instant))


@dataclass(frozen=True)
class Ledger:
    """All metadata rows recorded up to one publication."""

    epoch: int = 0  #: number of the newest publication
    content_epoch: int = 0  #: number of the newest one that is not about scopes alone
    recorded: int = -1  #: its instant
    systems: dict[int, SystemRows] = field(default_factory=dict)
    scopes: dict[int, ScopeInfo] = field(default_factory=dict)
    facts: dict[int, SystemFacts] = field(default_factory=dict)  #: known now
    aliases: dict[str, int] = field(default_factory=dict)  #: known now
    purges: int = 0  #: purged releases; one more changes answers about the past

    @classmethod
    def read(cls, connection: Connection) -> Ledger:
        """Read all rows."""
        return cls().renewed(connection)

    @classmethod
    def cached(cls, connection: Connection) -> Ledger:
        """The ledger that the connection has from earlier, else an empty one; the caller updates it by ``renewed``."""
        return connection.ledger if isinstance(connection.ledger, Ledger) else cls()

    @property
    def versions(self) -> list[VersionRow]:
        """Every version row of every system."""
        return [v for rows in self.systems.values() for v in rows.versions.values()]

    @property
    def releases(self) -> list[ReleaseRow]:
        """Every release of every system."""
        return [r for rows in self.systems.values() for r in rows.releases.values()]

    def renewed(self, connection: Connection) -> Ledger:
        """This ledger with what was published since; the same object if nothing was.

        Reads again if another publication came in between, so that all rows are of one state of the database.
        """
        while True:
            newest = connection.one("SELECT number, recorded FROM publication ORDER BY number DESC LIMIT 1")
            epoch, recorded = (int(newest[0]), int(newest[1])) if newest else (0, 0)
            if (epoch, recorded) == (self.epoch, self.recorded):
                return self
            base = (
                self if epoch >= self.epoch else Ledger()
            )  # less than before: another database took its place
            found = base._with(_Newer(connection, base.recorded), epoch, recorded)
            found = replace(found, content_epoch=_content_epoch(connection, base))
            if epoch_at(connection, None) == epoch:
                return found

    def _with(self, newer: _Newer, epoch: int, recorded: int) -> Ledger:
        systems = self.systems | newer.add_to(self.systems)
        changed = {ident: systems[ident].at(None) for ident in newer.touched}
        facts = {i: f for i, f in (self.facts | changed).items() if f is not None}
        named = any(_names(self.facts.get(i)) != _names(facts.get(i)) for i in newer.touched)
        return Ledger(
            epoch=epoch,
            recorded=recorded,
            systems=systems,
            scopes=self.scopes | newer.scopes(),
            facts=facts,
            aliases=_aliases(systems, None) if named else self.aliases,
            purges=self.purges
            + sum(_purges(systems.get(i)) - _purges(self.systems.get(i)) for i in newer.touched),
        )

    def at(self, instant: int | None) -> Snapshot:
        """The metadata as known at the instant (None = now)."""
        scopes = {s.slug: s for s in sorted(_known(self.scopes.values(), instant), key=lambda s: s.slug)}
        if instant is None:
            return Snapshot(None, self.facts, self.aliases, scopes)
        found = ((ident, rows.at(instant)) for ident, rows in self.systems.items())
        facts = {ident: known for ident, known in found if known is not None}
        return Snapshot(instant, facts, _aliases(self.systems, instant), scopes)

    def unchanged(self, older: Ledger) -> set[int]:
        """Systems whose rows are the same in the older ledger."""
        return {ident for ident, facts in self.facts.items() if older.facts.get(ident) is facts}


def _purges(rows: SystemRows | None) -> int:
    return sum(bool(r.purged) for r in rows.releases.values()) if rows is not None else 0


def _names(facts: SystemFacts | None) -> tuple[object, ...]:
    return (facts.row.slug, facts.aliases) if facts is not None else ()


def _aliases(systems: dict[int, SystemRows], instant: int | None) -> dict[str, int]:
    """System by alias; of several, the one recorded last."""
    rows = (item for one in systems.values() for item in one.aliases.items())
    return {a.alias: a.system_id for _, a in sorted(rows) if covers(a.recorded_from, a.recorded_to, instant)}


class _Newer:
    """Rows that began or ended after an instant, by table."""

    def __init__(self, connection: Connection, since: int) -> None:
        self._connection, self._since = connection, since
        self.touched: set[int] = set()

    def _rows(
        self, columns: str, table: str, where: str = "", order: str = "row_id"
    ) -> list[tuple[Any, ...]]:
        statement = f"SELECT {columns} FROM {table} WHERE (recorded_from > ? OR recorded_to > ?{where}) ORDER BY {order}"
        return self._connection.all(statement, (self._since, self._since))

    def add_to(self, systems: dict[int, SystemRows]) -> dict[int, SystemRows]:
        """The systems that have such rows, with these rows added."""
        found: dict[int, SystemRows] = {}

        def of(ident: int) -> SystemRows:
            if ident not in found:
                found[ident] = systems[ident].copied() if ident in systems else SystemRows()
            return found[ident]

        for row_id, system in self._systems():
            of(system.system_id).systems[row_id] = system
        for row_id, alias in self._aliases():
            of(alias.system_id).aliases[row_id] = alias
        for version in self._versions():
            of(version.system_id).versions[version.row_id] = version
        for release in self._releases():
            if systems.get(release.system_id, _NONE).releases.get(release.id) != release:
                of(release.system_id).releases[release.id] = release
        for row in self._applicability():
            of(row.system_id).applicability[row.row_id] = row
        for row_id, attestation in self._attestations():
            of(attestation.system_id).attestations[row_id] = attestation
        self.touched = set(found)
        return found

    def scopes(self) -> dict[int, ScopeInfo]:
        """Scopes by row id."""
        rows = self._rows("row_id, slug, title, kind, recorded_from, recorded_to", "scope")
        return {r[0]: ScopeInfo(*r[1:]) for r in rows}

    def _systems(self) -> Iterator[tuple[int, SystemRow]]:
        for r in self._rows("row_id, system_id, body, recorded_from, recorded_to", "code_system"):
            yield r[0], SystemRow(r[1], _decoded(_SYSTEM, r[2], "catalogue entry"), r[3], r[4])

    def _aliases(self) -> Iterator[tuple[int, Alias]]:
        for r in self._rows("row_id, alias, system_id, recorded_from, recorded_to", "system_alias"):
            yield r[0], Alias(*r[1:])

    def _versions(self) -> Iterator[VersionRow]:
        columns = (
            "version_id, system_id, track, label, valid_from, valid_to, published, rolling, same_as, declared,"
            " recorded_from, recorded_to, row_id"
        )
        for r in self._rows(columns, "version"):
            days = _day(r[4]), _day(r[5])
            yield VersionRow(r[0], r[1], r[2], r[3], *days, r[6], bool(r[7]), r[8], bool(r[9]), *r[10:])

    def _releases(self) -> Iterator[ReleaseRow]:
        """Releases, including all purged ones, because the purge of a retracted release ends no row."""
        columns = (
            "id, version_id, system_id, source_sha256, content_sha256, source_line, header, concepts, purged,"
            " recorded_from, recorded_to"
        )
        for r in self._rows(columns, "release", " OR purged <> ''", order="id"):
            header = _decoded(_HEADER, r[6], "release")
            kept = r[7], r[8], r[9], r[10]
            yield ReleaseRow(r[0], r[1], r[2], r[3], r[4], r[5], header, *kept, header.published)

    def _applicability(self) -> Iterator[ApplicabilityRow]:
        columns = (
            "scope, system_id, track, label, role, codes, allowed_from, required_from, accepted_until, legal_basis,"
            " recorded_from, recorded_to, row_id"
        )
        for r in self._rows(columns, "applicability"):
            days = _day(r[6]), _day(r[7]), _day(r[8])
            yield ApplicabilityRow(r[0], r[1], r[2], r[3], r[4], r[5], *days, *r[9:])

    def _attestations(self) -> Iterator[tuple[int, Attestation]]:
        statement = (
            "SELECT a.row_id, a.release_id, a.published, a.recorded_from, r.system_id FROM attestation a"
            " JOIN release r ON r.id = a.release_id WHERE a.recorded_from > ? ORDER BY a.row_id"
        )
        for r in self._connection.all(statement, (self._since,)):
            yield r[0], Attestation(*r[1:])


_NONE = SystemRows()


def epoch_at(connection: Connection, instant: int | None) -> int:
    """The number of the newest publication at the instant (None = now); 0 before the first."""
    known, params = ("", ()) if instant is None else ("WHERE recorded <= ? ", (instant,))
    row = connection.one(f"SELECT number FROM publication {known}ORDER BY number DESC LIMIT 1", params)
    return int(row[0]) if row else 0


#: actions of publications that change which versions a scope accepts, and no content, map or catalogue entry
_SCOPES = ("scope", "applicability")


def _content_epoch(connection: Connection, older: Ledger) -> int:
    """The number of the newest publication that is not about scopes alone; that of the older ledger if none is newer."""
    statement = "SELECT number FROM publication WHERE number > ? AND action NOT IN (?, ?) ORDER BY number DESC LIMIT 1"
    row = connection.one(statement, (older.epoch, *_SCOPES))
    return int(row[0]) if row else older.content_epoch


def _day(text: str | None) -> date | None:
    with reading("date"):
        return date.fromisoformat(text) if text else None


def _decoded(decode: Callable[[str], T], text: str, what: str) -> T:
    with reading(what):
        return decode(text)
