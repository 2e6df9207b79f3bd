"""Entries of an expansion: display, designations, properties and annotations, from the system and from the value set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec
from pyroaring import BitMap

from registry.content.display import choose, is_repeated, own_display, own_first
from registry.content.view import ContentView
from registry.entities.annotations import (
    EXPANSION_PROPERTIES,
    SHOWN_OF_CONCEPT,
    SHOWN_OF_LISTED,
    Annotation,
)
from registry.entities.budget import spend
from registry.entities.records import ConceptRecord, Designation
from registry.systems.concept_properties import standard_uri
from registry.systems.designation_uses import PREFERRED
from registry.terminology.compose import IncludedConcepts
from registry.terminology.context import Context
from registry.terminology.status import shown_status
from registry.terminology.valueset import ConceptReference

__all__ = ["Entry", "EntryOptions", "ExpansionEntryBuilder", "Section"]

_URI = {"order": standard_uri("order"), "label": standard_uri("label"), "weight": standard_uri("itemWeight")}
_ENTRY_STEPS = 10  #: steps to build an entry, and to find one property of it
_BCP47 = "urn:ietf:bcp:47"


@dataclass(slots=True)
class Entry:
    """A concept in an expansion; ``properties`` are (code, type, value)."""

    system: str
    code: str
    version: str = ""
    display: str | None = None
    abstract: bool = False
    inactive: bool = False
    designations: list[Designation] = field(default_factory=list)
    properties: list[tuple[str, str, Any]] = field(default_factory=list)
    annotations: list[Annotation] = field(default_factory=list)
    contains: list[Entry] = field(default_factory=list)


class EntryOptions(Protocol):
    """The parts of each concept that the caller requests."""

    @property
    def include_designations(self) -> bool | None: ...
    @property
    def designations(self) -> tuple[str, ...]: ...
    @property
    def properties(self) -> tuple[str, ...]: ...


class ExpansionEntryBuilder:
    """Builds the entries of one answer and collects the properties that occur in it."""

    def __init__(self, context: Context, options: EntryOptions, *, versioned: set[str]) -> None:
        self._context, self._options, self._versioned = context, options, versioned
        self.version_order = context.catalog.version_order
        self._occurring: dict[str, str] = {}
        requested = len(options.properties) + len(options.designations)
        self._steps = _ENTRY_STEPS * (1 + requested)  # of one entry

    @property
    def occurring(self) -> list[tuple[str, str]]:
        """(code, uri) of the properties shown so far."""
        return list(self._occurring.items())

    def flat(self, one: IncludedConcepts, idents: Sequence[int]) -> Iterator[Entry]:
        """Entries for ids, in their order."""
        listed = _listed(one)
        spend(self._steps * len(idents))
        for record in one.content.concepts(idents):
            yield self._entry(one.content, record, listed.get(record.code))

    def whole_list(self, one: IncludedConcepts) -> Section | None:
        """A list of codes as a section, if the builder has its entries already; this one never has."""
        return None

    def separate(self, one: IncludedConcepts, idents: Sequence[int]) -> list[Entry]:
        """As ``flat``, with one item for each id."""
        return list(self.flat(one, idents))

    def tree(self, one: IncludedConcepts, ids: BitMap) -> list[Entry]:
        """Entries as a tree: below the first parent that is a member too, else at the top."""
        order = one.content.page(ids, 0, None)
        if not one.content.info.hierarchy:
            return list(self.flat(one, order))
        entries = dict(zip(order, self.flat(one, order), strict=True))
        tops: list[Entry] = []
        for entry, above in zip(entries.values(), one.content.parents_within(order), strict=True):
            (entries[above].contains if above is not None else tops).append(entry)
        return tops

    def _entry(
        self, content: ContentView, record: ConceptRecord, value_set_concept: ConceptReference | None
    ) -> Entry:
        info = content.info
        entry = Entry(info.url, record.code, abstract=record.selectable is False, inactive=record.inactive)
        if info.version_needed or info.url in self._versioned:
            entry.version = info.version
        extra = _own_texts(value_set_concept)
        chosen = choose(record, self._context.languages, extra, language=info.language)
        entry.display = chosen.text if chosen else None
        if self._options.include_designations or self._options.designations:
            entry.designations = list(self._texts(record, extra, chosen, info.language))
        entry.properties = list(self._properties(content, record, value_set_concept))
        entry.annotations = _annotations(record, value_set_concept)
        return entry

    def _texts(
        self,
        record: ConceptRecord,
        extra: Sequence[Designation],
        chosen: Designation | None,
        language: str,
    ) -> Iterator[Designation]:
        own = own_display(record.designations, language)
        seen = {(chosen.text, chosen.language)} if chosen else set()
        for text in (*own_first(record.designations, own), *extra):
            if text is chosen or (chosen is own and text is own) or is_repeated(text, seen):
                continue
            if text is own:
                text = msgspec.structs.replace(text, use=text.use or PREFERRED)
            if _is_requested(self._options.designations, text):
                yield text

    def _properties(
        self, content: ContentView, record: ConceptRecord, value_set_concept: ConceptReference | None
    ) -> Iterator[tuple[str, str, Any]]:
        for name in self._options.properties:
            for code, kind, value in _requested_values(content, record, name):
                self._occurring.setdefault(code, _uri(content, code))
                yield code, kind, value
        for code, kind, value in _from_annotations(record, value_set_concept):
            self._occurring.setdefault(code, _URI[code])
            yield code, kind, value
        requested = not {"status", "*"}.isdisjoint(self._options.properties)
        status = "" if requested else shown_status(content, record)
        if status:
            self._occurring.setdefault("status", standard_uri("status"))
            yield "status", "code", status


class Section(Protocol):
    """A part of an expansion's list with a known length."""

    def __len__(self) -> int: ...

    def entries(self, builder: ExpansionEntryBuilder, start: int, size: int) -> Iterable[Entry]:
        """``size`` entries from ``start``; the caller stays within the length."""


def _listed(one: IncludedConcepts) -> dict[str, ConceptReference]:
    concepts = one.include.concepts
    if one.content.info.case_sensitive or not concepts:
        return {c.code: c for c in concepts}
    found = zip(one.content.find_many([c.code for c in concepts]), concepts, strict=True)
    return {one.content.concept(i).code: c for i, c in found if i is not None}


def _own_texts(value_set_concept: ConceptReference | None) -> list[Designation]:
    if value_set_concept is None:
        return []
    shown = [Designation(kind="display", text=value_set_concept.display)] if value_set_concept.display else []
    return [*shown, *value_set_concept.designations]


def _is_requested(wanted: Iterable[str], text: Designation) -> bool:
    """Whether a ``designation`` parameter requests the text, by language or by use."""
    tokens = [w.partition("|") for w in wanted]
    if not tokens:
        return True
    use = (text.use.system, text.use.code) if text.use else None
    return any(
        text.language == code if system == _BCP47 else (system, code) == use for system, _, code in tokens
    )


def _requested_values(
    content: ContentView, record: ConceptRecord, name: str
) -> Iterator[tuple[str, str, Any]]:
    """The values of a property requested by its code or URI."""
    if name == "definition":
        yield from (("definition", "string", n.text) for n in record.notes if n.kind == "definition")
    elif name == "inactive":
        yield "inactive", "boolean", record.inactive
    elif name in ("parent", "child"):
        ident = content.find(record.code)
        if ident is not None:
            near = content.parents(ident) if name == "parent" else content.children(ident)
            yield from ((name, "code", r.code) for r in content.concepts(near))
    else:
        codes = {name} | {p.code for p in content.info.properties if p.uri == name}
        yield from ((p.code, p.type, p.value) for p in record.properties if p.code in codes or name == "*")


def _uri(content: ContentView, code: str) -> str:
    declared = next((p.uri for p in content.info.properties if p.code == code), "")
    standard = code in ("definition", "inactive", "parent", "child", "status", "notSelectable")
    return declared or (standard_uri(code) if standard else "")


def _from_annotations(
    record: ConceptRecord, value_set_concept: ConceptReference | None
) -> Iterator[tuple[str, str, Any]]:
    if not record.annotations and (value_set_concept is None or not value_set_concept.annotations):
        return
    found: dict[str, tuple[str, Any]] = {}
    for annotation in (*record.annotations, *(value_set_concept.annotations if value_set_concept else ())):
        known = EXPANSION_PROPERTIES.get(annotation.name)
        if known:
            found[known[0]] = (known[1], annotation.value)
    yield from ((code, kind, value) for code, (kind, value) in found.items())


def _annotations(record: ConceptRecord, value_set_concept: ConceptReference | None) -> list[Annotation]:
    """Annotations to repeat; of one name the value set's counts, else the one added last."""
    if not record.annotations and (value_set_concept is None or not value_set_concept.annotations):
        return []
    found = {a.name: a for a in record.annotations if a.name in SHOWN_OF_CONCEPT}
    if value_set_concept is not None:
        found |= {a.name: a for a in value_set_concept.annotations if a.name in SHOWN_OF_LISTED}
    return list(found.values())
