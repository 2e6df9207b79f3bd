"""The metadata of the registry in memory: its rows, and what was known at an instant.

Metadata is small (thousands of rows) and used by every query. Defines the rows, and a snapshot in which systems,
versions and releases are found by name. Rows are read by ``registry.store.ledger``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from registry.entities.records import ReleaseHeader, SystemRecord
from registry.systems import SystemBehaviour, behaviour_of

__all__ = [
    "ApplicabilityRow",
    "ReleaseRow",
    "ScopeInfo",
    "Snapshot",
    "SystemFacts",
    "SystemRow",
    "VersionRow",
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
        """Whether neither end is known."""
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
    published: str = ""  #: the latest publication of this content, as known at the instant
    #: partial releases applied to this one, in their order (``registry.time.timeline``): those of the same line replace
    #: the codes that they cover, those of other lines add codes
    patches: tuple[ReleaseRow, ...] = ()

    @property
    def rank(self) -> tuple[str, int]:
        """Sort key: the greatest is used, within one source line at one effective date."""
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


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """The metadata of one system as known at one instant."""

    row: SystemRow
    aliases: tuple[str, ...] = ()
    versions: tuple[VersionRow, ...] = ()
    releases: dict[int, list[ReleaseRow]] = field(default_factory=dict)  #: by version
    purged: dict[int, list[ReleaseRow]] = field(default_factory=dict)  #: by version
    applicability: tuple[ApplicabilityRow, ...] = ()


@dataclass(frozen=True)
class Snapshot:
    """The metadata as known at one instant."""

    instant: int | None
    facts: dict[int, SystemFacts]  #: by system
    aliases: dict[str, int]
    scopes: dict[str, ScopeInfo]

    @cached_property
    def systems(self) -> dict[int, SystemRow]:
        """By id."""
        return {ident: facts.row for ident, facts in self.facts.items()}

    @cached_property
    def slugs(self) -> dict[str, SystemRow]:
        """By slug."""
        return {facts.row.slug: facts.row for facts in self.facts.values()}

    @cached_property
    def versions(self) -> dict[int, tuple[VersionRow, ...]]:
        """By system."""
        return {ident: facts.versions for ident, facts in self.facts.items() if facts.versions}

    @cached_property
    def releases(self) -> dict[int, list[ReleaseRow]]:
        """By version."""
        return {version: rows for facts in self.facts.values() for version, rows in facts.releases.items()}

    @cached_property
    def purged(self) -> dict[int, list[ReleaseRow]]:
        """By version."""
        return {version: rows for facts in self.facts.values() for version, rows in facts.purged.items()}

    @cached_property
    def applicability(self) -> list[ApplicabilityRow]:
        """By scope, system, track, label, role and codes."""
        rows = [row for facts in self.facts.values() for row in facts.applicability]
        return sorted(rows, key=lambda a: (a.scope, a.system_id, a.track, a.label, a.role, a.codes))

    def facts_of(self, system: SystemRow) -> SystemFacts:
        """The metadata of the system; empty if it was unknown at the instant."""
        return self.facts.get(system.system_id) or SystemFacts(system)

    def system(self, reference: str) -> SystemRow | None:
        """The system with the slug, canonical URL (``|version`` ignored), OID or ``urn:oid:``."""
        if row := self.slugs.get(reference):
            return row
        name = reference.partition("|")[0]
        for candidate in (name, name.removeprefix("urn:oid:"), f"urn:oid:{name}"):
            if (ident := self.aliases.get(candidate)) is not None:
                return self.systems.get(ident)
        return self.slugs.get(name)

    def version(self, system_id: int, label: str, track: str | None = None) -> VersionRow | None:
        """The version with that label, on the given track or on any."""
        rows = [v for v in self.versions.get(system_id, ()) if v.label == label]
        if track is not None:
            rows = [v for v in rows if v.track == track]
        return min(rows, key=lambda v: v.track) if rows else None
