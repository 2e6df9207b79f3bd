"""Every table of the registry, as SQLModel classes. The migrations create exactly these.

Metadata rows are bitemporal: ``recorded_from``/``recorded_to`` are instants in microseconds since 1970 (UTC) of
the publication that added or ended the row; a row never changes except that ``recorded_to`` is set once.
Dates are ISO texts, half-open, an open end is NULL. Text columns used for order or keys have the collation "C".
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

__all__ = [
    "Applicability",
    "Artifact",
    "Attestation",
    "CodeSystem",
    "ComponentName",
    "ComponentPack",
    "ComponentText",
    "Concept",
    "ConceptMap",
    "ConceptState",
    "Load",
    "MapPage",
    "PropertyBitmap",
    "Publication",
    "Release",
    "ReleaseComponents",
    "ReleaseContent",
    "ReleaseDependency",
    "Scope",
    "SystemAlias",
    "Version",
]


def _text(*, nullable: bool = False) -> Column[str]:
    """A text column that is ordered by code point on both databases."""
    return Column(Text().with_variant(Text(collation="C"), "postgresql"), nullable=nullable)


def _big(*, nullable: bool = False) -> Column[int]:
    return Column(BigInteger().with_variant(Integer(), "sqlite"), nullable=nullable)


def _key_part() -> Column[int]:
    """A number that is part of a key."""
    return Column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False)


def _text_key() -> Column[str]:
    return Column(Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True)


def _key() -> Column[int]:
    return Column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True, nullable=False
    )


class Publication(SQLModel, table=True):
    """One change of the registry (a load, a purge …); its number is the cursor of the feed.

    ``seals`` and ``digest`` prove what it wrote and all publications before it (``registry.store.seals``).
    """

    number: int | None = Field(default=None, sa_column=_key())
    recorded: int = Field(
        sa_column=Column(BigInteger().with_variant(Integer(), "sqlite"), unique=True, nullable=False)
    )
    action: str = Field(sa_column=_text())
    system: str = Field(sa_column=_text())
    version: str = Field(sa_column=_text())
    release: str = Field(sa_column=_text())
    summary: str = Field(sa_column=_text())
    author: str = Field(default="", sa_column=_text())
    why: str = Field(default="", sa_column=_text())
    origin: str = Field(default="", sa_column=_text())
    seals: str = Field(sa_column=_text())
    digest: str = Field(sa_column=_text())


class CodeSystem(SQLModel, table=True):
    """A catalogue entry in an interval of recorded time; ``body`` is the JSON of ``records.SystemRecord``."""

    __tablename__ = "code_system"
    row_id: int | None = Field(default=None, sa_column=_key())
    system_id: int = Field(sa_column=_big())
    slug: str = Field(sa_column=_text())
    body: str = Field(sa_column=_text())
    recorded_from: int = Field(sa_column=_big())
    recorded_to: int | None = Field(default=None, sa_column=_big(nullable=True))
    __table_args__ = (Index("ix_code_system_slug", "slug"),)


class SystemAlias(SQLModel, table=True):
    """Another name of a system: canonical URL, OID, URN."""

    __tablename__ = "system_alias"
    row_id: int | None = Field(default=None, sa_column=_key())
    alias: str = Field(sa_column=_text())
    system_id: int = Field(sa_column=_big())
    recorded_from: int = Field(sa_column=_big())
    recorded_to: int | None = Field(default=None, sa_column=_big(nullable=True))
    __table_args__ = (Index("ix_system_alias", "alias"),)


class Version(SQLModel, table=True):
    """A version of a system on a track. ``same_as`` names the version whose content it shares."""

    row_id: int | None = Field(default=None, sa_column=_key())
    version_id: int = Field(sa_column=_big())
    system_id: int = Field(sa_column=_big())
    track: str = Field(default="", sa_column=_text())
    label: str = Field(sa_column=_text())
    valid_from: str | None = Field(default=None, sa_column=_text(nullable=True))
    valid_to: str | None = Field(default=None, sa_column=_text(nullable=True))
    published: str = Field(default="", sa_column=_text())
    rolling: bool = False
    same_as: str = Field(default="", sa_column=_text())
    declared: bool = False  #: by hand; stays when its last release is retracted
    recorded_from: int = Field(sa_column=_big())
    recorded_to: int | None = Field(default=None, sa_column=_big(nullable=True))
    __table_args__ = (Index("ix_version_key", "system_id", "track", "label"),)


class Release(SQLModel, table=True):
    """One immutable loaded content of a version; ``header`` is the JSON of ``records.ReleaseHeader``."""

    id: int | None = Field(default=None, sa_column=_key())
    version_id: int = Field(sa_column=_big())
    system_id: int = Field(sa_column=_big())
    source_sha256: str = Field(sa_column=_text())
    content_sha256: str = Field(sa_column=_text())
    source_line: str = Field(sa_column=_text())
    header: str = Field(sa_column=_text())
    concepts: int = Field(sa_column=Column(Integer, nullable=False))
    ready: bool = False
    purged: str = Field(default="", sa_column=_text())
    recorded_from: int = Field(sa_column=_big())
    recorded_to: int | None = Field(default=None, sa_column=_big(nullable=True))
    __table_args__ = (Index("ix_release_version", "version_id"), Index("ix_release_source", "source_sha256"))


class ReleaseContent(SQLModel, table=True):
    """The content of a release: a roaring bitmap of state ids; ``ordering`` only if the source has an order.

    ``removed``: roaring bitmap of the concept ids that a fragment removes from the release it is applied to.
    """

    __tablename__ = "release_content"
    release_id: int = Field(
        sa_column=Column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    )
    bitmap: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    bitmap_sha256: str = Field(sa_column=_text())
    ordering: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    removed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class ReleaseDependency(SQLModel, table=True):
    """A module's release that another release includes."""

    __tablename__ = "release_dependency"
    release_id: int = Field(
        sa_column=Column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    )
    depends_on: int = Field(
        sa_column=Column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    )


class ComponentName(SQLModel, table=True):
    """A text that many component rows have (module, type, language, reference set …), with the number that rows hold."""

    __tablename__ = "component_name"
    system_id: int = Field(sa_column=_key_part())
    id: int = Field(sa_column=_key_part())
    name: str = Field(sa_column=_text())


class ComponentPack(SQLModel, table=True):
    """Component rows of one kind that one load added: numbers in columns, as Arrow IPC (``registry.store.component_packs``)."""

    __tablename__ = "component_pack"
    system_id: int = Field(sa_column=_key_part())
    kind: str = Field(sa_column=_text_key())
    first: int = Field(sa_column=_key_part())
    body_sha256: str = Field(sa_column=_text())
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ComponentText(SQLModel, table=True):
    """The texts of neighbouring component rows from row ``first``, compressed."""

    __tablename__ = "component_text"
    system_id: int = Field(sa_column=_key_part())
    kind: str = Field(sa_column=_text_key())
    first: int = Field(sa_column=_key_part())
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ReleaseComponents(SQLModel, table=True):
    """Per release and kind: a bitmap of component rows, those of the modules it depends on included."""

    __tablename__ = "release_components"
    release_id: int = Field(
        sa_column=Column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    )
    kind: str = Field(
        sa_column=Column(Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True)
    )
    bitmap: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    bitmap_sha256: str = Field(sa_column=_text())


class Attestation(SQLModel, table=True):
    """A later publication of the same content as a release: from then on the release counts as published on that date."""

    row_id: int | None = Field(default=None, sa_column=_key())
    release_id: int = Field(sa_column=_big())
    published: str = Field(sa_column=_text())
    recorded_from: int = Field(sa_column=_big())


class Concept(SQLModel, table=True):
    """One meaning, identified by its stable key."""

    id: int | None = Field(default=None, sa_column=_key())
    system_id: int = Field(sa_column=_big())
    key: str = Field(sa_column=_text())
    __table_args__ = (UniqueConstraint("system_id", "key"),)


class ConceptState(SQLModel, table=True):
    """One content of a concept, stored once for all releases. ``body`` is the canonical JSON that ``hash`` covers.

    ``compact`` is the code in lower case without punctuation; ``parents`` are concept ids,
    little-endian 32-bit, so that a hierarchy is built without reading bodies.
    """

    __tablename__ = "concept_state"
    id: int | None = Field(default=None, sa_column=_key())
    system_id: int = Field(sa_column=_big())
    concept_id: int = Field(sa_column=_big())
    code: str = Field(sa_column=_text())
    compact: str = Field(sa_column=_text())
    parents: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    __table_args__ = (
        Index("ix_state_code", "system_id", "code"),
        Index("ix_state_compact", "system_id", "compact"),
        Index("ix_state_concept", "concept_id"),
        UniqueConstraint("system_id", "hash"),
    )


class PropertyBitmap(SQLModel, table=True):
    """Inverted index: the states of a system with a value of a property (also ``.inactive``, ``.selectable``)."""

    __tablename__ = "property_bitmap"
    system_id: int = Field(sa_column=_key_part())
    property: str = Field(sa_column=_text_key())
    value: str = Field(sa_column=_text_key())
    bitmap: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class WordSegment(SQLModel, table=True):
    """Text index: the words of the states that one load added (``registry.store.word_segment``).

    ``kind`` is empty for states of concepts, ``description`` for rows of descriptions.
    """

    __tablename__ = "word_segment"
    system_id: int = Field(sa_column=_key_part())
    kind: str = Field(default="", sa_column=_text_key())
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Scope(SQLModel, table=True):
    """A register, message or sector that decides which versions it accepts."""

    row_id: int | None = Field(default=None, sa_column=_key())
    slug: str = Field(sa_column=_text())
    title: str = Field(default="", sa_column=_text())
    kind: str = Field(default="register", sa_column=_text())
    recorded_from: int = Field(sa_column=_big())
    recorded_to: int | None = Field(default=None, sa_column=_big(nullable=True))


class Applicability(SQLModel, table=True):
    """When a scope accepts a version for a date role; ``codes`` restricts the row to codes that match."""

    row_id: int | None = Field(default=None, sa_column=_key())
    scope: str = Field(sa_column=_text())
    system_id: int = Field(sa_column=_big())
    track: str = Field(default="", sa_column=_text())
    label: str = Field(sa_column=_text())
    role: str = Field(default="", sa_column=_text())
    codes: str = Field(default="", sa_column=_text())
    allowed_from: str | None = Field(default=None, sa_column=_text(nullable=True))
    required_from: str | None = Field(default=None, sa_column=_text(nullable=True))
    accepted_until: str | None = Field(default=None, sa_column=_text(nullable=True))
    legal_basis: str = Field(default="", sa_column=_text())
    recorded_from: int = Field(sa_column=_big())
    recorded_to: int | None = Field(default=None, sa_column=_big(nullable=True))
    __table_args__ = (Index("ix_applicability", "scope", "system_id"),)


class ConceptMap(SQLModel, table=True):
    """A concept map or official change table; ``header`` is the JSON of ``records.MapRecord`` without rows.

    ``artifact_id``: the row of ``artifact`` that the map was read from, which then has the recorded interval;
    ``shell``: that resource without its rows. ``pages`` is the JSON of ``store.maps.RowPages``. Of several maps with the
    same slug, version and start the one with the greatest ``published``, then ``recorded_from``, is current.
    """

    __tablename__ = "concept_map"
    map_id: int | None = Field(default=None, sa_column=_key())
    artifact_id: int | None = Field(default=None, sa_column=_big(nullable=True))
    slug: str = Field(sa_column=_text())
    version: str = Field(sa_column=_text())
    valid_from: str | None = Field(default=None, sa_column=_text(nullable=True))
    published: str = Field(default="", sa_column=_text())
    purpose: str = Field(sa_column=_text())
    source_system: str = Field(sa_column=_text())
    target_system: str = Field(sa_column=_text())
    source_sha256: str = Field(sa_column=_text())
    header: str = Field(sa_column=_text())
    pages: str = Field(sa_column=_text())
    shell: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    recorded_from: int = Field(sa_column=_big())
    recorded_to: int | None = Field(default=None, sa_column=_big(nullable=True))
    __table_args__ = (
        Index("ix_concept_map", "slug", "version"),
        Index("ix_concept_map_artifact", "artifact_id"),
    )


class MapPage(SQLModel, table=True):
    """A part of a map's rows, or of their index, compressed (``registry.store.maps``).

    ``side`` is ``row`` (rows in the map's order), ``source`` or ``target`` (numbers of rows by compact code of the
    canonical one, in the order of codes); ``number`` counts the pages of a side from 0.
    """

    __tablename__ = "map_page"
    map_id: int = Field(
        sa_column=Column(
            BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False
        )
    )
    side: str = Field(
        sa_column=Column(Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True)
    )
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Artifact(SQLModel, table=True):
    """A resource (value set, map, catalogue entry) stored as it was loaded: ``body`` is opaque to the registry."""

    row_id: int | None = Field(default=None, sa_column=_key())
    kind: str = Field(sa_column=_text())
    resource_id: str = Field(sa_column=_text())
    url: str = Field(sa_column=_text())
    version: str = Field(default="", sa_column=_text())
    valid_from: str | None = Field(default=None, sa_column=_text(nullable=True))
    valid_to: str | None = Field(default=None, sa_column=_text(nullable=True))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    recorded_from: int = Field(sa_column=_big())
    recorded_to: int | None = Field(default=None, sa_column=_big(nullable=True))
    __table_args__ = (Index("ix_artifact_url", "kind", "url"), Index("ix_artifact_id", "kind", "resource_id"))


class AccessToken(SQLModel, table=True):
    """A token of a caller over HTTP, in an interval of recorded time, which ends when it is revoked.

    ``sha256``: of its secret; ``rights``: separated by spaces; ``valid_to``: the first day on which it is not valid.
    """

    __tablename__ = "access_token"
    row_id: int | None = Field(default=None, sa_column=_key())
    name: str = Field(sa_column=_text())
    sha256: str = Field(sa_column=_text())
    rights: str = Field(sa_column=_text())
    valid_to: str = Field(default="", sa_column=_text())
    recorded_from: int = Field(sa_column=_big())
    recorded_to: int | None = Field(default=None, sa_column=_big(nullable=True))


class AuditEntry(SQLModel, table=True):
    """Requests that were refused: who, from where, what, about which system, how many; ``digest`` proves all before it."""

    __tablename__ = "audit_entry"
    number: int | None = Field(default=None, sa_column=_key())
    recorded: int = Field(sa_column=_big())
    actor: str = Field(sa_column=_text())
    origin: str = Field(sa_column=_text())
    request: str = Field(sa_column=_text())
    system: str = Field(sa_column=_text())
    requests: int = Field(sa_column=_big())
    digest: str = Field(sa_column=_text())


class AuditEnd(SQLModel, table=True):
    """One row: number and digest of the newest entry of the audit trail, so that a lost one is missed."""

    __tablename__ = "audit_end"
    row_id: int | None = Field(default=None, sa_column=_key())
    number: int = Field(sa_column=_big())
    digest: str = Field(sa_column=_text())


class Load(SQLModel, table=True):
    """One attempt to load: running, ready or failed; begun and failed outside the transaction of the load.

    ``digest`` is the hash of the other columns.
    """

    id: int | None = Field(default=None, sa_column=_key())
    state: str = Field(sa_column=_text())
    source: str = Field(sa_column=_text())
    message: str = Field(default="", sa_column=_text())
    pid: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    started: int = Field(sa_column=_big())
    ended: int | None = Field(default=None, sa_column=_big(nullable=True))
    digest: str = Field(sa_column=_text())
