"""The records that loaders emit and states store: what a source says of one concept.

Here: plain immutable values without behaviour that depends on a database.
Not here: results of questions (``registry.entities.results``), tables (``registry.entities.model``).

They are ``msgspec.Struct`` rather than dataclasses because one load makes millions of them
(docs/adr/0002): creation and canonical JSON cost a fifth.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import msgspec

__all__ = [
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


class Coding(msgspec.Struct, frozen=True, omit_defaults=True):
    """A code in a named system, as a property value or the use of a designation."""

    code: str
    system: str = ""
    version: str = ""
    display: str = ""


class Designation(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One text that names the concept.

    ``kind``: ``label.full``, ``label.short``, ``display`` (a source that has one text and does not say
    which), ``synonym``, ``fsn`` or whatever the source calls it. ``language``: BCP 47. ``key``: the source's own
    identifier of the text (a SNOMED CT description id); empty where it has none.
    """

    kind: str
    text: str
    language: str = ""
    use: Coding | None = None
    additional_uses: tuple[Coding, ...] = ()
    extensions: tuple[dict[str, Any], ...] = ()
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
    """A further statement. ``type`` is FHIR's: string, code, Coding, integer, boolean, dateTime, decimal.

    ``value`` of a decimal is its text with exactly the source's digits (``1.50``), of a dateTime its text.
    ``group``: number of the relationship group it belongs to, from 1; 0 = none. ``order``: place among the values
    of the same code and group, from 1, where the source orders them; 0 = their order has no meaning.
    """

    code: str
    value: str | int | bool | Coding
    type: str = "string"
    extensions: tuple[dict[str, Any], ...] = ()
    group: int = 0
    order: int = 0

    @property
    def text(self) -> str:
        """The value as the text that filters compare: ``true``/``false``, a Coding by its code.

        >>> Property("flag", True, "boolean").text
        'true'
        """
        value = self.value
        if isinstance(value, bool):
            return "true" if value else "false"
        return value.code if isinstance(value, Coding) else str(value)


class ConceptRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything one release says of one concept that another release may change.

    ``code`` in the system's canonical form. ``key`` is the source's own stable key where it is not the
    code. ``parents`` are stable keys. ``selectable`` is None where the source does not say whether the
    code may be used for coding (header, abstract = False).
    """

    code: str
    key: str = ""
    designations: tuple[Designation, ...] = ()
    notes: tuple[Note, ...] = ()
    parents: tuple[str, ...] = ()
    properties: tuple[Property, ...] = ()
    inactive: bool = False
    selectable: bool | None = None
    extensions: tuple[dict[str, Any], ...] = ()

    @property
    def stable_key(self) -> str:
        """The concept's identity within its system."""
        return self.key or self.code


class DescriptionRecord(msgspec.Struct, frozen=True, omit_defaults=True, tag="description", gc=False):
    """A text that the source itself versions; ``key`` is its identifier, ``concept`` the stable key it names."""

    key: str
    concept: str
    designation: Designation
    module: str = ""
    inactive: bool = False


class RelationshipRecord(msgspec.Struct, frozen=True, omit_defaults=True, tag="relationship", gc=False):
    """An attribute row that the source itself versions: ``property`` with its group, of the concept ``concept``."""

    key: str
    concept: str
    property: Property
    module: str = ""
    inactive: bool = False


class MemberRecord(msgspec.Struct, frozen=True, omit_defaults=True, tag="member", gc=False):
    """A row of a reference set that the source itself versions.

    ``referenced``: stable key of a concept, or key of a description where ``acceptability`` is given (``preferred`` or
    ``acceptable``, in language reference sets). ``properties``: the further columns of the set.
    """

    key: str
    refset: str
    referenced: str
    acceptability: str = ""
    properties: tuple[Property, ...] = ()
    module: str = ""
    inactive: bool = False


#: rows that the source itself versions; systems without such rows have everything in their concepts' states
Component = DescriptionRecord | RelationshipRecord | MemberRecord


class ModuleDependency(msgspec.Struct, frozen=True, omit_defaults=True):
    """A version on another track whose content belongs to the release that names it, unless that says otherwise."""

    track: str
    version: str


class Removal(msgspec.Struct, frozen=True, omit_defaults=True):
    """In a load made of changes: the concept is no longer in the release. Named by its code or its own key.

    ``kind``: ``concept``, or the tag of the component that is removed, which is named by its key.
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
    """How much of the version a release holds; absence means deletion only inside it (DOMAIN 6).

    ``kind``: complete, subset or fragment. ``name`` names the subset; ``pattern``, a regular expression
    on canonical codes, tells which codes a subset covers (without one nothing is known to be absent).
    """

    kind: Literal["complete", "subset", "fragment"] = "complete"
    name: str = ""
    pattern: str = ""


class PropertyDefinition(msgspec.Struct, frozen=True, omit_defaults=True):
    """A declared concept property.

    ``measure`` marks those (DDD, weight) whose change breaks a series; ``ordered`` those whose values have an order.
    """

    code: str
    type: str = "string"
    uri: str = ""
    description: str = ""
    measure: bool = False
    ordered: bool = False


class SystemRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A code system as the registry knows it: identity, licence and the rules its codes follow."""

    slug: str
    url: str = ""
    oids: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    titles: dict[str, str] = {}
    owner: str = ""
    licence: str = ""
    access: Literal["open", "restricted"] = "restricted"
    redistribution: Literal["yes", "no", "unmodified"] = "no"
    rules: str = ""  #: name of the behaviour in registry.systems; empty = the slug's own, else plain
    language: str = ""  #: of displays where the source does not say
    version_order: Literal["date", "integer", "semver", "natural"] = "natural"
    end_rule: Literal["calendar-year", "fiscal-year", "until-next", "open"] = "until-next"
    default_track: str = ""
    predecessors: tuple[dict[str, Any], ...] = ()

    @property
    def canonical(self) -> str:
        """The canonical URL; a URN of the registry's own for a system that has none."""
        return self.url or f"urn:gyldig:{self.slug}"


class ReleaseHeader(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a loader knows of the release as a whole: which version it is, since when, and what it asserts.

    ``facets``: what this source asserts at all: ``label.full``, ``label.short``, ``display``, ``hierarchy``,
    ``notes``, ``selectable``, ``inactive`` and ``property:<code>``; only facets of both sides are compared.
    ``source_line``: releases of one line replace each other; different lines complement each other.
    ``priority``: the line with the greater number wins where two lines assert the same facet.
    ``inferred``: option → value that the loader proposed from file name or code shapes.

    A release is given in one of three ways. ``base`` empty and coverage complete or subset: the records are the
    release. ``base`` empty and coverage fragment: changed records and removals, laid over the release in force when
    they are read. ``base`` = label of a version on the same track: changed records and removals, applied to that
    version's release of this source line when they are loaded; the result is a release like any other.

    ``depends_on``: versions of other tracks (modules) that the release extends: its content is their union with its
    own, which replaces theirs where both have the same concept or component (an edition, DOMAIN).
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
    shell: dict[str, Any] = {}  #: the source's own metadata (a FHIR CodeSystem without its concepts, …)
    inferred: dict[str, str] = {}
    notices: tuple[str, ...] = ()  #: lines the user should read: encoding found, rows skipped and why

    @property
    def is_changes(self) -> bool:
        """Whether the records change the content of other releases rather than being all there is."""
        return bool(self.base or self.depends_on)


class Weight(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The estimated share of the source's cases that belong to the target, and where the estimate is from."""

    value: float
    standard_error: float | None = None
    n: int | None = None
    population: str = ""
    period: str = ""
    method: str = ""


class MapDefault(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Who chose the row as the default of its source, and for what: nobody's default is used unless named."""

    owner: str
    purpose: str = ""


class MapRowRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One row of a concept map: from a code, or an ordered group of codes, to a target or to none.

    ``relationship`` is FHIR R5's, source to target. ``group`` counts the map's pairs of systems from 0;
    ``source_systems`` are the canonical URLs of the codes of a group across systems (empty = the map's source).
    ``effective`` is the day from which an official change applies, ``valid_from`` and ``valid_to`` the period in
    which the row applies; without any the row applies as long as its map. ``conditions`` and ``products`` are
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
    """What to do with a code that a group does not have: ``use-source-code``, ``fixed`` or ``other-map``."""

    mode: str
    code: str = ""
    display: str = ""
    relationship: str = "related-to"
    other_map: str = ""


class MapPair(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One pair of systems that a map goes between, by canonical URL; ``MapRowRecord.group`` counts them."""

    source: str = ""
    target: str = ""
    source_version: str = ""
    target_version: str = ""
    unmapped: Unmapped | None = None


class MapRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A concept map or official change table: where from, where to, what for.

    ``valid_from`` and ``valid_to`` are the map's own period; an update of a map begins on its own day and takes the
    place of the earlier map of the same slug and version from then on. ``pairs`` is empty for a map between
    ``source_system`` and ``target_system`` alone.
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
