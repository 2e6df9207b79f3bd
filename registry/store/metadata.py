"""The metadata of the registry in memory: every row, and what was known at an instant.

Metadata is small (thousands of rows) and asked about in every question, so each process keeps all of it,
with its recorded intervals, and reads it anew when the epoch moves. Answers about the past filter the same rows.

Here: reading rows and finding systems, versions, releases by name. Not here: time (``registry.time.timeline``).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

import msgspec

from registry.entities.exact_json import decoder
from registry.entities.intervals import covers
from registry.entities.records import ReleaseHeader, SystemRecord
from registry.store.engine import Connection
from registry.systems import SystemBehaviour, behaviour_of

__all__ = [
    "ApplicabilityRow",
    "Ledger",
    "ReleaseRow",
    "ScopeInfo",
    "Snapshot",
    "SystemRow",
    "VersionRow",
    "epoch_at",
]


@dataclass(frozen=True, slots=True)
class SystemRow:
    """A code system and its catalogue entry."""

    system_id: int
    record: SystemRecord
    recorded_from: int
    recorded_to: int | None

    @property
    def slug(self) -> str:
        return self.record.slug

    @property
    def rules(self) -> SystemBehaviour:
        return behaviour_of(self.record.rules or self.record.slug)


@dataclass(frozen=True, slots=True)
class VersionRow:
    version_id: int
    system_id: int
    track: str
    label: str
    valid_from: date | None
    valid_to: date | None
    published: str
    rolling: bool
    same_as: str
    declared: bool
    recorded_from: int
    recorded_to: int | None
    row_id: int = 0

    @property
    def undated(self) -> bool:
        """Neither end is known."""
        return self.valid_from is None and self.valid_to is None


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    id: int
    version_id: int
    system_id: int
    source_sha256: str
    content_sha256: str
    source_line: str
    header: ReleaseHeader
    concepts: int
    purged: str
    recorded_from: int
    recorded_to: int | None
    published: str = ""  #: the latest publication of this content known at the time
    #: partial releases laid over this one, in their order (``registry.time.timeline``): those of the same line replace
    #: the codes that they cover, those of other lines add codes
    patches: tuple[ReleaseRow, ...] = ()

    @property
    def rank(self) -> tuple[str, int]:
        """Greater replaces smaller within one source line at one effective date."""
        return (self.published, self.recorded_from)


@dataclass(frozen=True, slots=True)
class ApplicabilityRow:
    scope: str
    system_id: int
    track: str
    label: str
    role: str
    codes: str
    allowed_from: date | None
    required_from: date | None
    accepted_until: date | None
    legal_basis: str
    recorded_from: int
    recorded_to: int | None
    row_id: int = 0


@dataclass(frozen=True, slots=True)
class ScopeInfo:
    slug: str
    title: str
    kind: str
    recorded_from: int
    recorded_to: int | None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


_decode_system = msgspec.json.Decoder(SystemRecord).decode
_decode_header = decoder(ReleaseHeader).decode


@dataclass(frozen=True)
class Snapshot:
    """The metadata as known at one instant."""

    instant: int | None
    systems: dict[int, SystemRow]
    aliases: dict[str, int]
    versions: dict[int, list[VersionRow]]  #: by system
    releases: dict[int, list[ReleaseRow]]  #: by version
    scopes: dict[str, ScopeInfo]
    applicability: list[ApplicabilityRow]
    purged: dict[int, list[ReleaseRow]] = field(default_factory=dict)  #: by version

    @cached_property
    def slugs(self) -> dict[str, SystemRow]:
        return {row.slug: row for row in self.systems.values()}

    @cached_property
    def applicability_by(self) -> dict[tuple[str, int], list[ApplicabilityRow]]:
        """Rows by scope and system."""
        found: dict[tuple[str, int], list[ApplicabilityRow]] = {}
        for row in self.applicability:
            found.setdefault((row.scope, row.system_id), []).append(row)
        return found

    def system(self, reference: str) -> SystemRow | None:
        """The system of a slug, canonical URL (``|version`` ignored), OID or ``urn:oid:``."""
        if row := self.slugs.get(reference):
            return row
        name = reference.partition("|")[0]
        for candidate in (name, name.removeprefix("urn:oid:"), f"urn:oid:{name}"):
            if (ident := self.aliases.get(candidate)) is not None:
                return self.systems.get(ident)
        return self.slugs.get(name)

    def version(self, system_id: int, label: str, track: str | None = None) -> VersionRow | None:
        """The version of that label, on the track named or on any."""
        rows = [v for v in self.versions.get(system_id, []) if v.label == label]
        if track is not None:
            rows = [v for v in rows if v.track == track]
        return min(rows, key=lambda v: v.track) if rows else None


@dataclass(frozen=True)
class Ledger:
    """Every metadata row ever recorded."""

    epoch: int
    systems: list[SystemRow]
    aliases: list[tuple[str, int, int, int | None]]
    versions: list[VersionRow]
    releases: list[ReleaseRow]
    scopes: list[ScopeInfo]
    applicability: list[ApplicabilityRow]
    attestations: dict[int, list[tuple[str, int]]] = field(default_factory=dict)  #: by release

    @classmethod
    def read(cls, connection: Connection, epoch: int) -> Ledger:
        """Read all rows; a few milliseconds for a registry of hundreds of systems."""
        return cls(
            epoch=epoch,
            systems=[
                SystemRow(r[0], _decode_system(r[1]), r[2], r[3])
                for r in connection.all(
                    "SELECT system_id, body, recorded_from, recorded_to FROM code_system ORDER BY row_id"
                )
            ],
            aliases=[
                (r[0], r[1], r[2], r[3])
                for r in connection.all(
                    "SELECT alias, system_id, recorded_from, recorded_to FROM system_alias ORDER BY row_id"
                )
            ],
            versions=_read_versions(connection),
            releases=_read_releases(connection),
            scopes=[
                ScopeInfo(*r)
                for r in connection.all(
                    "SELECT slug, title, kind, recorded_from, recorded_to FROM scope ORDER BY slug, row_id"
                )
            ],
            applicability=_read_applicability(connection),
            attestations=_read_attestations(connection),
        )

    def _attested(self, release: ReleaseRow, instant: int | None) -> ReleaseRow:
        """The release with the latest publication of its content that was known."""
        later = [
            p for p, since in self.attestations.get(release.id, ()) if instant is None or since <= instant
        ]
        published = max([release.header.published, *later])
        return release if published == release.published else replace(release, published=published)

    def at(self, instant: int | None) -> Snapshot:
        """What was known at the instant (None = now)."""
        versions: dict[int, list[VersionRow]] = {}
        for v in self.versions:
            if covers(v.recorded_from, v.recorded_to, instant):
                versions.setdefault(v.system_id, []).append(v)
        releases: dict[int, list[ReleaseRow]] = {}
        purged: dict[int, list[ReleaseRow]] = {}
        for r in self.releases:
            known = covers(r.recorded_from, r.recorded_to, instant)
            if r.purged and (instant is None or r.recorded_from <= instant):
                purged.setdefault(r.version_id, []).append(r)
            elif known:
                releases.setdefault(r.version_id, []).append(self._attested(r, instant))
        return Snapshot(
            instant=instant,
            systems={s.system_id: s for s in self.systems if covers(s.recorded_from, s.recorded_to, instant)},
            aliases={a: i for a, i, f, t in self.aliases if covers(f, t, instant)},
            versions=versions,
            releases=releases,
            scopes={s.slug: s for s in self.scopes if covers(s.recorded_from, s.recorded_to, instant)},
            applicability=[a for a in self.applicability if covers(a.recorded_from, a.recorded_to, instant)],
            purged=purged,
        )


def epoch_at(connection: Connection, instant: int | None) -> int:
    """The number of the newest publication at the instant (None = now); 0 before the first."""
    known, params = ("", ()) if instant is None else ("WHERE recorded <= ? ", (instant,))
    row = connection.one(f"SELECT number FROM publication {known}ORDER BY number DESC LIMIT 1", params)
    return int(row[0]) if row else 0


def _read_attestations(connection: Connection) -> dict[int, list[tuple[str, int]]]:
    found: dict[int, list[tuple[str, int]]] = {}
    for release_id, published, recorded in connection.all(
        "SELECT release_id, published, recorded_from FROM attestation ORDER BY row_id"
    ):
        found.setdefault(release_id, []).append((published, recorded))
    return found


def _read_versions(connection: Connection) -> list[VersionRow]:
    rows = connection.all(
        "SELECT version_id, system_id, track, label, valid_from, valid_to, published, rolling, same_as, declared,"
        " recorded_from, recorded_to, row_id FROM version ORDER BY system_id, track, label, row_id"
    )
    return [
        VersionRow(
            r[0], r[1], r[2], r[3], _day(r[4]), _day(r[5]), r[6], bool(r[7]), r[8], bool(r[9]), *r[10:]
        )
        for r in rows
    ]


def _read_releases(connection: Connection) -> list[ReleaseRow]:
    rows = connection.all(
        "SELECT id, version_id, system_id, source_sha256, content_sha256, source_line, header, concepts, purged,"
        " recorded_from, recorded_to FROM release WHERE ready ORDER BY id"
    )
    found = []
    for r in rows:
        header = _decode_header(r[6])
        found.append(
            ReleaseRow(r[0], r[1], r[2], r[3], r[4], r[5], header, r[7], r[8], r[9], r[10], header.published)
        )
    return found


def _read_applicability(connection: Connection) -> list[ApplicabilityRow]:
    rows = connection.all(
        "SELECT scope, system_id, track, label, role, codes, allowed_from, required_from, accepted_until, legal_basis,"
        " recorded_from, recorded_to, row_id FROM applicability ORDER BY scope, system_id, track, label, role, codes, row_id"
    )
    return [
        ApplicabilityRow(
            r[0], r[1], r[2], r[3], r[4], r[5], _day(r[6]), _day(r[7]), _day(r[8]), r[9], r[10], r[11], r[12]
        )
        for r in rows
    ]
