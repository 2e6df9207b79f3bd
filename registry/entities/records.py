"""Records that loaders emit and states store: immutable values, independent of the database.

They are ``msgspec.Struct`` rather than dataclasses because one load makes millions of them (docs/adr/0002). Results of
queries are in ``registry.entities.results``, tables in ``registry.entities.model``.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import msgspec

from registry.entities.annotations import Annotation

__all__ = [
    "PRECEDING",
    "Coding",
    "Component",
    "ConceptRecord",
    "Coverage",
    "DescriptionRecord",
    "Designation",
    "MapDefault",
    "MapPair",
    "MapRecord",
    "MapRowRecord",
    "MemberRecord",
    "ModuleDependency",
    "Note",
    "Property",
    "PropertyDefinition",
    "RelationshipRecord",
    "ReleaseHeader",
    "Removal",
    "SourceFile",
    "SystemRecord",
    "Unmapped",
    "Weight",
]


#: base of a release given as changes to the version before it on its track
PRECEDING = "<"


class Coding(msgspec.Struct, frozen=True, omit_defaults=True):
    """A code in a named system, as a property value or the use of a designation."""

    code: str
    system: str = ""
    version: str = ""
    display: str = ""


class Designation(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One text that names the concept.

    ``kind``: ``label.full``, ``label.short``, ``display`` (a source with one text of unknown kind), ``synonym``,
    ``fsn`` or the source's name for it. ``language``: BCP 47. ``key``: the source's identifier of the text (a
    SNOMED CT description id); empty if it has none.
    """

    kind: str
    text: str
    language: str = ""
    use: Coding | None = None
    additional_uses: tuple[Coding, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    key: str = ""

    @property
    def stable_key(self) -> str:
        """The designation's identity within its concept: the source's key, else derived from kind, language and text.

        >>> Designation("synonym", "gall", "nb").stable_key
        'synonym/nb/gall'
        """
        return self.key or f"{self.kind}/{self.language}/{self.text}"


class Note(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Criteria and guidance: ``kind`` is ``definition``, ``inclusion``, ``exclusion``, ``note`` …"""

    kind: str
    text: str
    language: str = ""


class Property(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A property value. ``type`` is FHIR's: string, code, Coding, integer, boolean, dateTime, decimal.

    ``value`` of a decimal is its text with exactly the source's digits (``1.50``), of a dateTime its text.
    ``group``: number of its relationship group, from 1; 0 = none. ``order``: position among the values of the same
    code and group, from 1, if the source orders them; 0 = their order has no meaning.
    """

    code: str
    value: str | int | bool | Coding
    type: str = "string"
    annotations: tuple[Annotation, ...] = ()
    group: int = 0
    order: int = 0

    @property
    def text(self) -> str:
        """The value as text, as filters compare it: ``true``/``false``, the code of a Coding.

        >>> Property("flag", True, "boolean").text
        'true'
        """
        value = self.value
        if isinstance(value, bool):
            return "true" if value else "false"
        return value.code if isinstance(value, Coding) else str(value)


class ConceptRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """The content of one concept in a release.

    ``code``: canonical form. ``key``: the source's stable key if it is not the code. ``parents``: stable keys.
    ``selectable``: whether the code may be used for coding (header, abstract = False); None = not stated.
    """

    code: str
    key: str = ""
    designations: tuple[Designation, ...] = ()
    notes: tuple[Note, ...] = ()
    parents: tuple[str, ...] = ()
    properties: tuple[Property, ...] = ()
    inactive: bool = False
    selectable: bool | None = None
    annotations: tuple[Annotation, ...] = ()

    @property
    def stable_key(self) -> str:
        """The concept's identity within its system."""
        return self.key or self.code


class DescriptionRecord(msgspec.Struct, frozen=True, omit_defaults=True, tag="description", gc=False):
    """A text that the source versions itself; ``key`` is its identifier, ``concept`` the stable key of its concept.

    ``effective``: day since which the row is as it is, as the number ``yyyymmdd``; 0 = not stated. ``case``: the source's
    code for the significance of case.
    """

    key: str
    concept: str
    designation: Designation
    module: str = ""
    inactive: bool = False
    effective: int = 0
    case: str = ""


class RelationshipRecord(msgspec.Struct, frozen=True, omit_defaults=True, tag="relationship", gc=False):
    """An attribute row that the source versions itself: ``property`` with its group, of ``concept`` (a stable key).

    ``characteristic``: the source's code for the kind of relationship (inferred, additional …).
    """

    key: str
    concept: str
    property: Property
    module: str = ""
    inactive: bool = False
    effective: int = 0
    characteristic: str = ""


class MemberRecord(msgspec.Struct, frozen=True, omit_defaults=True, tag="member", gc=False):
    """A row of a reference set that the source versions itself.

    ``referenced``: stable key of a concept, or key of a component where ``of`` names a kind; language reference sets,
    which have an ``acceptability`` (``preferred`` or ``acceptable``), name descriptions. ``properties``: the other columns.
    """

    key: str
    refset: str
    referenced: str
    acceptability: str = ""
    properties: tuple[Property, ...] = ()
    module: str = ""
    inactive: bool = False
    effective: int = 0
    of: Literal["", "description", "relationship"] = ""

    @property
    def kind_of_referenced(self) -> str:
        """``concept``, or the kind of component that the row names."""
        return self.of or ("description" if self.acceptability else "concept")


#: rows that the source versions itself; in systems without such rows everything is in the concepts' states
Component = DescriptionRecord | RelationshipRecord | MemberRecord


class ModuleDependency(msgspec.Struct, frozen=True, omit_defaults=True):
    """A version on another track whose content is included, except what the release replaces."""

    track: str
    version: str


class Removal(msgspec.Struct, frozen=True, omit_defaults=True):
    """A concept or component that is no longer in the release, in a load of changes.

    A concept is named by its code or key; a component by its key, ``kind`` is then its tag.
    """

    code: str = ""
    key: str = ""
    kind: Literal["concept", "description", "relationship", "member"] = "concept"

    @property
    def stable_key(self) -> str:
        """The concept's identity within its system."""
        return self.key or self.code


class SourceFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """One file that a release was made from; ``sha256`` of its bytes, in hex."""

    name: str
    sha256: str
    size: int
    encoding: str = ""


class Coverage(msgspec.Struct, frozen=True, omit_defaults=True):
    """The part of the version that a release contains; absence means deletion only inside it (DOMAIN 6).

    ``kind``: complete, subset or fragment. ``name``: name of the subset. ``pattern``: regular expression on the
    canonical codes of the subset; without one no code is known to be absent.
    """

    kind: Literal["complete", "subset", "fragment"] = "complete"
    name: str = ""
    pattern: str = ""


class PropertyDefinition(msgspec.Struct, frozen=True, omit_defaults=True):
    """A declared concept property.

    ``measure``: a change of the value breaks a statistical series (DDD, weight). ``ordered``: the values have an order.
    """

    code: str
    type: str = "string"
    uri: str = ""
    description: str = ""
    measure: bool = False
    ordered: bool = False


class SystemRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A code system: identity, licence, and the rules of its codes and versions."""

    slug: str
    url: str = ""
    oids: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    titles: dict[str, str] = {}
    owner: str = ""
    licence: str = ""
    access: Literal["open", "restricted"] = "restricted"
    redistribution: Literal["yes", "no", "unmodified"] = "no"
    rules: str = ""  #: name of the behaviour in registry.systems; empty = that of the slug, else plain
    language: str = ""  #: of displays if the source does not state it
    version_order: Literal["date", "integer", "semver", "natural"] = "natural"
    end_rule: Literal["calendar-year", "fiscal-year", "until-next", "open"] = "until-next"
    default_track: str = ""
    predecessors: tuple[dict[str, Any], ...] = ()

    @property
    def canonical(self) -> str:
        """The canonical URL; for a system without one, ``urn:gyldig:`` and the slug."""
        return self.url or f"urn:gyldig:{self.slug}"


class ReleaseHeader(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Metadata of a release: its version, dates, source and facets.

    ``facets``: the kinds of content that the source has: ``label.full``, ``label.short``, ``display``, ``hierarchy``,
    ``notes``, ``selectable``, ``inactive`` and ``property:<code>``; only facets of both sides are compared.
    ``source_line``: a newer release of a line replaces the older; different lines complement each other.
    ``priority``: of two lines with the same facet, the one with the greater number is used.
    ``inferred``: option → value that the loader derived from the file name or the form of the codes.

    A release has one of three forms. ``base`` empty and coverage complete or subset: the records are the
    release. ``base`` empty and coverage fragment: changed records and removals, applied when they are read to the
    release in force. ``base`` = label of a version on the same track, or ``<`` for the one before: changed records and removals, applied when they
    are loaded to that version's release of this source line; the result is a complete release.

    ``depends_on``: versions of other tracks (modules) that the release extends: its content is the union of theirs and
    its own, which replaces concepts and components with the same key (an edition, DOMAIN).
    """

    system: str
    version: str
    source_line: str
    facets: tuple[str, ...]
    track: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    published: str = ""  #: date or instant, ISO 8601; greater = newer
    kind: Literal["correction", "update"] = "correction"
    effective_from: date | None = None
    coverage: Coverage = Coverage()
    base: str = ""
    depends_on: tuple[ModuleDependency, ...] = ()
    built_on: tuple[ModuleDependency, ...] = ()  #: what changes to a base say that their release extends
    testimony: Literal["contemporary", "reconstructed"] = "contemporary"
    status: Literal["final", "provisional"] = "final"
    rolling: bool = False
    priority: int = 0
    language: str = ""
    files: tuple[SourceFile, ...] = ()
    origin: str = ""
    fetched: str = ""
    format: str = ""
    properties: tuple[PropertyDefinition, ...] = ()
    content: Literal["complete", "fragment", "supplement", "example", "not-present"] = "complete"
    standards_status: str = ""
    shell: dict[str, Any] = {}  #: the metadata of the source (a FHIR CodeSystem without its concepts, …)
    inferred: dict[str, str] = {}
    stated: tuple[str, ...] = ()  #: of ``valid_from`` and ``valid_to``, those that the caller stated
    notices: tuple[str, ...] = ()  #: notices for the user: encoding found, rows skipped and why

    @property
    def is_changes(self) -> bool:
        """Whether the records are changes to the content of another release."""
        return bool(self.base or self.depends_on)


class Weight(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The estimated share of the source's cases that belong to the target, and the origin of the estimate."""

    value: float
    standard_error: float | None = None
    n: int | None = None
    population: str = ""
    period: str = ""
    method: str = ""


class MapDefault(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Owner and purpose of a row that is the default of its source; a default is used only if its owner is named."""

    owner: str
    purpose: str = ""


class MapRowRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One row of a concept map: from a code, or an ordered group of codes, to a target or to no target.

    ``relationship`` is FHIR R5's, source to target. ``group`` counts the map's pairs of systems from 0;
    ``source_systems`` are the canonical URLs of the codes of a group across systems (empty = the map's source).
    ``effective`` is the first day of an official change, ``valid_from`` and ``valid_to`` the period in
    which the row applies; without them it applies as long as its map. ``conditions`` and ``products`` are
    (attribute, system, value). ``review`` is empty, ``proposed``, ``accepted`` or ``rejected``.
    """

    sources: tuple[str, ...]
    target: str = ""
    relationship: str = ""
    group: int = 0
    source_systems: tuple[str, ...] = ()
    automatic: bool = False
    automatic_back: bool = False
    effective: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    alternative_group: str = ""
    additive_group: str = ""
    weight: Weight | None = None
    defaults: tuple[MapDefault, ...] = ()
    conditions: tuple[tuple[str, str, str], ...] = ()
    products: tuple[tuple[str, str, str], ...] = ()
    review: str = ""
    reviewed_by: str = ""
    comment: str = ""
    source_display: str = ""
    target_display: str = ""
    flags: dict[str, Any] = {}


class Unmapped(msgspec.Struct, frozen=True, omit_defaults=True):
    """The rule for a code without a row in a group: ``use-source-code``, ``fixed`` or ``other-map``."""

    mode: str
    code: str = ""
    display: str = ""
    relationship: str = "related-to"
    other_map: str = ""


class MapPair(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Source and target system of a group of rows, by canonical URL; ``MapRowRecord.group`` is its index."""

    source: str = ""
    target: str = ""
    source_version: str = ""
    target_version: str = ""
    unmapped: Unmapped | None = None


class MapRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A concept map or official change table: its systems, versions, purpose and period.

    ``valid_from`` and ``valid_to`` are the map's period; an update of a map replaces the earlier map of the same slug
    and version from its first day. ``pairs`` is empty if all rows are from ``source_system`` to ``target_system``.
    """

    slug: str
    version: str
    purpose: str
    source_system: str
    target_system: str
    url: str = ""
    title: str = ""
    source_version: str = ""
    target_version: str = ""
    method: str = ""
    published: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    status: str = "active"
    source_scope: str = ""
    target_scope: str = ""
    pairs: tuple[MapPair, ...] = ()
    files: tuple[SourceFile, ...] = ()
    rows: tuple[MapRowRecord, ...] = ()
    notices: tuple[str, ...] = ()
