"""One entry of an expansion: what is shown of a concept.

Here: display, designations, properties and extensions of an entry, from the system and from the value set.
Not here: which concepts are shown (``expand``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec
from pyroaring import BitMap

from registry.content.display import choose, is_repeated, own_display, own_first
from registry.content.view import ContentView
from registry.entities.extensions import CONCEPT_SHOWN, PROPERTY_OF, VALUE_SET_SHOWN, value_of
from registry.entities.records import ConceptRecord, Designation
from registry.systems.designation_uses import PREFERRED
from registry.terminology.compose import IncludedConcepts
from registry.terminology.context import Context
from registry.terminology.status import shown_status
from registry.terminology.valueset import ConceptReference

__all__ = ["Entry", "ExpansionEntryBuilder", "EntryOptions"]

_STANDARD = "http://hl7.org/fhir/concept-properties#"
_URI = {"order": _STANDARD + "order", "label": _STANDARD + "label", "weight": _STANDARD + "itemWeight"}
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
    extensions: list[dict[str, Any]] = field(default_factory=list)
    contains: list[Entry] = field(default_factory=list)


class EntryOptions(Protocol):
    """What a caller wants shown of each concept."""

    @property
    def include_designations(self) -> bool | None: ...
    @property
    def designations(self) -> tuple[str, ...]: ...
    @property
    def properties(self) -> tuple[str, ...]: ...


class ExpansionEntryBuilder:
    """Makes the entries of one answer and remembers which properties occur in it."""

    def __init__(self, context: Context, wishes: EntryOptions, *, versioned: set[str]) -> None:
        self._context, self._wishes, self._versioned = context, wishes, versioned
        self._occurring: dict[str, str] = {}

    @property
    def occurring(self) -> list[tuple[str, str]]:
        """(code, uri) of the properties shown so far."""
        return list(self._occurring.items())

    def flat(self, one: IncludedConcepts, idents: Sequence[int]) -> Iterator[Entry]:
        """Entries for ids, in their order."""
        listed = _listed(one)
        for record in one.content.concepts(idents):
            yield self._entry(one.content, record, listed.get(record.code))

    def separate(self, one: IncludedConcepts, idents: Sequence[int]) -> list[Entry]:
        """As ``flat``, with one item for each id."""
        return list(self.flat(one, idents))

    def tree(self, one: IncludedConcepts, ids: BitMap) -> list[Entry]:
        """Entries as a tree: under the first parent that belongs too, else on top."""
        order = one.content.page(ids, 0, None)
        if not one.content.info.hierarchy:
            return list(self.flat(one, order))
        entries = dict(zip(order, self.flat(one, order), strict=True))
        tops: list[Entry] = []
        for entry, above in zip(entries.values(), one.content.parents_within(order), strict=True):
            (entries[above].contains if above is not None else tops).append(entry)
        return tops

    def _entry(self, content: ContentView, record: ConceptRecord, told: ConceptReference | None) -> Entry:
        info = content.info
        entry = Entry(info.url, record.code, abstract=record.selectable is False, inactive=record.inactive)
        if info.version_needed or info.url in self._versioned:
            entry.version = info.version
        extra = _own_texts(told)
        chosen = choose(record, self._context.languages, extra, language=info.language)
        entry.display = chosen.text if chosen else None
        if self._wishes.include_designations or self._wishes.designations:
            entry.designations = list(self._texts(record, extra, chosen, info.language))
        entry.properties = list(self._properties(content, record, told))
        entry.extensions = _extensions(record, told)
        return entry

    def _texts(
        self,
        record: ConceptRecord,
        extra: Sequence[Designation],
        chosen: Designation | None,
        language: str,
    ) -> Iterator[Designation]:
        own = own_display(record.designations, language)
        told = {(chosen.text, chosen.language)} if chosen else set()
        for text in (*own_first(record.designations, own), *extra):
            if text is chosen or (chosen is own and text is own) or is_repeated(text, told):
                continue
            if text is own:
                text = msgspec.structs.replace(text, use=text.use or PREFERRED)
            if _asked(self._wishes.designations, text):
                yield text

    def _properties(
        self, content: ContentView, record: ConceptRecord, told: ConceptReference | None
    ) -> Iterator[tuple[str, str, Any]]:
        for name in self._wishes.properties:
            for code, kind, value in _wished(content, record, name):
                self._occurring.setdefault(code, _uri(content, code))
                yield code, kind, value
        for code, kind, value in _from_extensions(record, told):
            self._occurring.setdefault(code, _URI[code])
            yield code, kind, value
        asked = not {"status", "*"}.isdisjoint(self._wishes.properties)
        status = "" if asked else shown_status(content, record)
        if status:
            self._occurring.setdefault("status", _STANDARD + "status")
            yield "status", "code", status


def _listed(one: IncludedConcepts) -> dict[str, ConceptReference]:
    concepts = one.include.concepts
    if one.content.info.case_sensitive or not concepts:
        return {c.code: c for c in concepts}
    found = zip(one.content.find_many([c.code for c in concepts]), concepts, strict=True)
    return {one.content.concept(i).code: c for i, c in found if i is not None}


def _own_texts(told: ConceptReference | None) -> list[Designation]:
    if told is None:
        return []
    shown = [Designation(kind="display", text=told.display)] if told.display else []
    return [*shown, *told.designations]


def _asked(wanted: Iterable[str], text: Designation) -> bool:
    """Whether a text is one of those that ``designation`` parameters name, by language or by use."""
    tokens = [w.partition("|") for w in wanted]
    if not tokens:
        return True
    use = (text.use.system, text.use.code) if text.use else None
    return any(
        text.language == code if system == _BCP47 else (system, code) == use for system, _, code in tokens
    )


def _wished(content: ContentView, record: ConceptRecord, name: str) -> Iterator[tuple[str, str, Any]]:
    """The values of a property that was asked for by its code or URI."""
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
    return declared or (_STANDARD + code if standard else "")


def _from_extensions(record: ConceptRecord, told: ConceptReference | None) -> Iterator[tuple[str, str, Any]]:
    if not record.extensions and (told is None or not told.extensions):
        return
    found: dict[str, tuple[str, Any]] = {}
    for extension in (*record.extensions, *(told.extensions if told else ())):
        known = PROPERTY_OF.get(extension.get("url", ""))
        if known:
            found[known[0]] = (known[1], value_of(extension))
    yield from ((code, kind, value) for code, (kind, value) in found.items())


def _extensions(record: ConceptRecord, told: ConceptReference | None) -> list[dict[str, Any]]:
    """Extensions to repeat; of one name the value set's counts, else the one added last."""
    if not record.extensions and (told is None or not told.extensions):
        return []
    found = {e["url"]: e for e in record.extensions if e.get("url") in CONCEPT_SHOWN}
    if told is not None:
        found |= {e["url"]: e for e in told.extensions if e.get("url") in VALUE_SET_SHOWN}
    return list(found.values())
