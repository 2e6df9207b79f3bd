"""A concept's record composed from its state and its components, for systems whose sources version components themselves.

Input: the record of the state, descriptions, relationships, what language reference sets prefer. Output: one record with
designations, notes and properties, as other systems have it in the state itself. Pure functions; who reads the
components is ``registry.content.composed_view``.

=====================================  ==========================================================================
component                              in the record
=====================================  ==========================================================================
inactive description or relationship   nothing
description of kind ``definition``     a note
``fsn``                                a designation of kind ``fsn``
other description, preferred           a designation of kind ``preferred`` with the dialect's tag, one per dialect that prefers
                                       it; a dialect that is ``like`` one with the same text gives none of its own
other description                      a designation of its kind, with its own language
relationship                           a property with its group; the parent attribute gives none (parents are in the state)
=====================================  ==========================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

import msgspec

from registry.entities.records import (
    ConceptRecord,
    DescriptionRecord,
    Designation,
    Note,
    Property,
    RelationshipRecord,
)
from registry.systems import SystemBehaviour
from registry.systems.behaviour import Dialect

__all__ = ["Preferred", "compose", "dialect_of"]

#: key of a description → language reference sets that prefer it
Preferred = Callable[[str], Collection[str]]


def compose(
    record: ConceptRecord,
    descriptions: Iterable[DescriptionRecord],
    relationships: Iterable[RelationshipRecord],
    preferred: Preferred,
    rules: SystemBehaviour,
) -> ConceptRecord:
    """The record of a concept with what its components say."""
    active = [d for d in descriptions if not d.inactive]
    named = [d for d in active if d.designation.kind != "definition"]
    notes = [
        Note("definition", d.designation.text, d.designation.language)
        for d in active
        if d.designation.kind == "definition"
    ]
    return msgspec.structs.replace(
        record,
        designations=(*record.designations, *_designations(named, preferred, rules)),
        notes=(*record.notes, *sorted(notes, key=lambda n: (n.language, n.text))),
        properties=(*record.properties, *_properties(relationships, rules)),
    )


def _properties(relationships: Iterable[RelationshipRecord], rules: SystemBehaviour) -> list[Property]:
    """The values of active relationships, each once, by group, code and value."""
    found = {
        (p.group, p.code, p.order, p.text, p.type): p
        for r in relationships
        if not r.inactive and (p := r.property).code != rules.parent_attribute
    }
    return [found[key] for key in sorted(found)]


def dialect_of(refset: str, language: str, rules: SystemBehaviour) -> Dialect:
    """The dialect of a language reference set; one without a row in the data has a tag made from its identifier.

    >>> dialect_of("999001261000000100", "en", SystemBehaviour()).tag
    'en-x-sctlang-99900126-10000001-00'
    >>> dialect_of("us-english", "en", SystemBehaviour()).tag
    'en'
    """
    known = next((d for d in rules.dialects if d.refset == refset), None)
    if known is not None:
        return known
    if not refset.isdigit():
        return Dialect(refset, language)
    parts = (refset[at : at + 8] for at in range(0, len(refset), 8))
    return Dialect(refset, "-".join((language or "und", "x", "sctlang", *parts)))


def _designations(
    descriptions: list[DescriptionRecord], preferred: Preferred, rules: SystemBehaviour
) -> Iterator[Designation]:
    """The texts that name the concept: fully specified names, preferred texts by dialect, others; each group in order."""
    texts = sorted((d.designation for d in descriptions), key=lambda d: (d.kind != "fsn", d.language, d.text))
    by_key = {d.key: d.designation for d in descriptions}
    choice = _by_dialect(by_key, preferred, rules)
    order = [d.refset for d in rules.dialects]
    taken = set[str]()
    rest = [text for text in texts if text.kind != "fsn"]
    yield from (_with_use(text, rules) for text in texts if text.kind == "fsn")
    for dialect in sorted(
        choice, key=lambda d: (order.index(d.refset) if d.refset in order else len(order), d)
    ):
        for key in choice[dialect]:
            taken.add(by_key[key].stable_key)
            if key in choice.get(dialect_of(dialect.like, "", rules), ()):
                continue
            yield _with_use(by_key[key], rules, kind="preferred", language=dialect.tag)
    yield from (_with_use(text, rules) for text in rest if text.stable_key not in taken)


def _by_dialect(
    by_key: Mapping[str, Designation], preferred: Preferred, rules: SystemBehaviour
) -> dict[Dialect, list[str]]:
    """The keys of the texts that each dialect prefers, without fully specified names."""
    found: dict[Dialect, list[str]] = {}
    for key in sorted(by_key):
        if by_key[key].kind != "fsn":
            for refset in preferred(key):
                found.setdefault(dialect_of(refset, by_key[key].language, rules), []).append(key)
    return found


def _with_use(
    text: Designation, rules: SystemBehaviour, *, kind: str = "", language: str = ""
) -> Designation:
    return msgspec.structs.replace(
        text,
        kind=kind or text.kind,
        language=language or text.language,
        use=text.use or rules.description_uses.get(text.kind),
    )
