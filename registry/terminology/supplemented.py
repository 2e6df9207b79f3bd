"""A ContentView of a code system with supplements, which add designations, properties and annotations.

A supplement never changes codes or the hierarchy. ``terminology.context`` decides which supplements are used.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import msgspec
from pyroaring import BitMap

from registry.content.display import display_text
from registry.content.memory import MemoryView
from registry.content.view import ContentView
from registry.entities.canonical import join
from registry.entities.records import ConceptRecord
from registry.store.state_texts import StateTexts

__all__ = ["SupplementedView"]

T = TypeVar("T")


def _merged(record: ConceptRecord, extra: ConceptRecord, source: str) -> ConceptRecord:
    def kept(item: Any) -> bool:
        return item not in record.properties

    texts = tuple(msgspec.structs.replace(d, kind="supplement:" + source) for d in extra.designations)
    return msgspec.structs.replace(
        record,
        designations=(*record.designations, *texts),
        properties=(*record.properties, *filter(kept, extra.properties)),
        annotations=(*record.annotations, *extra.annotations),
    )


class SupplementedView:
    """Concepts and sets of the base; records and texts of the base and the supplements."""

    def __init__(self, base: ContentView, supplements: Sequence[ContentView]) -> None:
        self.base, self.supplements = base, tuple(supplements)
        self.tell_dates = getattr(base, "tell_dates", None)
        self.in_reference_set = getattr(base, "in_reference_set", None)
        properties = [p for s in supplements for p in s.info.properties]
        self.info = replace(base.info, properties=(*base.info.properties, *properties))

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """Cached with the base if base and supplements are stored."""
        if any(isinstance(s, MemoryView) for s in self.supplements):
            return make()
        named = ("supplemented", tuple(map(id, self.supplements)), key)
        return self.base.kept(named, lambda: (self.supplements, make()))[1]

    def state_texts(self, look: Hashable) -> StateTexts:
        """Texts by id, not kept: records differ from the base's."""
        return StateTexts()

    def find(self, code: str) -> int | None:
        """As the base."""
        return self.base.find(code)

    def find_many(self, codes: Sequence[str]) -> list[int | None]:
        """As the base."""
        return self.base.find_many(codes)

    def find_concept(self, key: str) -> int | None:
        """As the base."""
        return self.base.find_concept(key)

    def renamed(self, code: str) -> list[int]:
        """As the base."""
        return self.base.renamed(code)

    def parents_of(self, record: ConceptRecord) -> list[int]:
        """As the base."""
        return self.base.parents_of(record)

    def concept(self, ident: int) -> ConceptRecord:
        """The base's record with the additions of the supplements."""
        return self._with_supplements(self.base.concept(ident))

    def _with_supplements(self, record: ConceptRecord) -> ConceptRecord:
        for supplement in self.supplements:
            found = supplement.find(record.code)
            if found is not None:
                source = join(supplement.info.url, supplement.info.version)
                record = _merged(record, supplement.concept(found), source)
        return record

    def concepts(self, idents: Sequence[int]) -> list[ConceptRecord]:
        """Records of many ids."""
        return [self._with_supplements(r) for r in self.base.concepts(idents)]

    def display(self, ident: int, languages: Sequence[str] = ()) -> str:
        """The text to show, from base and supplements."""
        return display_text(self.concept(ident), languages, language=self.info.language)

    def all(self) -> BitMap:
        """As the base."""
        return self.base.all()

    def page(self, idents: BitMap, offset: int, count: int | None) -> list[int]:
        """As the base."""
        return self.base.page(idents, offset, count)

    def __len__(self) -> int:
        return len(self.base)

    def groups(self) -> BitMap:
        """As the base."""
        return self.base.groups()

    def find_in_hierarchy(self, code: str) -> int | None:
        """As the base."""
        return self.base.find_in_hierarchy(code)

    def parents(self, ident: int) -> list[int]:
        """As the base."""
        return self.base.parents(ident)

    def parents_within(self, idents: Sequence[int]) -> list[int | None]:
        """For each member the first of its parents that is one of the members."""
        return self.base.parents_within(idents)

    def children(self, ident: int) -> list[int]:
        """As the base."""
        return self.base.children(ident)

    def roots(self) -> list[int]:
        """As the base."""
        return self.base.roots()

    def ancestors(self, ident: int) -> BitMap:
        """As the base."""
        return self.base.ancestors(ident)

    def descendants(self, ident: int) -> BitMap:
        """As the base."""
        return self.base.descendants(ident)

    def subsumes(self, ancestor: int, descendant: int) -> bool:
        """As the base."""
        return self.base.subsumes(ancestor, descendant)

    def inactive(self) -> BitMap:
        """As the base."""
        return self.base.inactive()

    def not_selectable(self) -> BitMap:
        """As the base."""
        return self.base.not_selectable()

    def _translated(self, idents: BitMap, supplement: ContentView) -> BitMap:
        codes = (supplement.concept(i).code for i in idents)
        return BitMap(i for i in (self.base.find(c) for c in codes) if i is not None)

    def with_property(self, code: str) -> BitMap:
        """Ids that have the property in the base or a supplement."""
        found = BitMap(self.base.with_property(code))
        for s in self.supplements:
            found |= self._translated(s.with_property(code), s)
        return found

    def property_equals(self, code: str, value: str) -> BitMap:
        """Ids that have the value in the base or a supplement."""
        found = BitMap(self.base.property_equals(code, value))
        for s in self.supplements:
            found |= self._translated(s.property_equals(code, value), s)
        return found

    def property_values(self, code: str) -> Iterator[tuple[str, BitMap]]:
        """Each distinct value with its ids, of base and supplements."""
        merged: dict[str, BitMap] = {v: BitMap(ids) for v, ids in self.base.property_values(code)}
        for s in self.supplements:
            for value, ids in s.property_values(code):
                merged[value] = merged.get(value, BitMap()) | self._translated(ids, s)
        yield from sorted(merged.items())

    def matching(self, text: str, within: BitMap | None = None) -> BitMap:
        """All ids that ``search`` would return."""
        return BitMap(self.search(text, within))

    def search(self, text: str, within: BitMap | None = None) -> Iterator[int]:
        """The base's hits, then concepts found only by a supplement's texts."""
        seen = BitMap()
        for ident in self.base.search(text, within):
            seen.add(ident)
            yield ident
        for s in self.supplements:
            extra = self._translated(BitMap(s.search(text)), s) - seen
            yield from (extra & within) if within is not None else extra
            seen |= extra
