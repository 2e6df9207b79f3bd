"""``MemoryView``: a ContentView over records in memory, for resources sent in a request, supplements and tests.

Simple code that is evidently right: the slow twin of the stored view in the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Literal, TypeVar

from pyroaring import BitMap

from registry.content.display import display_text
from registry.content.query import matches, parse
from registry.content.view import ViewInfo
from registry.entities.budget import spend
from registry.entities.composed_text import composed
from registry.entities.records import ConceptRecord
from registry.store.bounded import Bounded
from registry.store.state_texts import StateTexts
from registry.systems import SystemBehaviour, behaviour_of

__all__ = ["MemoryView"]

T = TypeVar("T")
_RECORD_STEPS = 5  #: steps to compare a record with a text
_FLAGS_A_STEP = 5  #: concepts whose flags one step reads
_KEPT = 64  #: most values cached with one view


class MemoryView:
    """Records in the given order; the id of a concept is its index in that order.

    ``groups``: records above them in the hierarchy that are not members of the version. If no record has parents and
    ``rules`` define that shorter codes contain longer ones, the hierarchy follows from the codes.
    """

    def __init__(
        self,
        info: ViewInfo,
        records: Iterable[ConceptRecord],
        *,
        groups: Iterable[ConceptRecord] = (),
        rules: SystemBehaviour | None = None,
    ) -> None:
        self._records = list(records)
        self._members = len(self._records)
        self._records += groups
        self._rules = rules or behaviour_of("")
        self._kept: Bounded[Hashable, Any] = Bounded(_KEPT)
        self._keys = {r.stable_key: i for i, r in enumerate(self._records)}
        self._codes = {composed(r.code): i for i, r in enumerate(self._records)}
        self.info = replace(info, hierarchy=info.hierarchy or self._hierarchy())

    def _hierarchy(self) -> Literal["asserted", "structural", ""]:
        if any(r.parents for r in self._records):
            return "asserted"
        return "structural" if self._rules.contains_longer else ""

    @cached_property
    def _folded(self) -> dict[str, int]:
        return {code.casefold(): i for code, i in reversed(list(self._codes.items()))}

    @cached_property
    def _parents(self) -> list[list[int]]:
        if self.info.hierarchy == "structural":
            return [self._containing(r.code) for r in self._records]
        return [[self._keys[p] for p in r.parents if p in self._keys] for r in self._records]

    def _containing(self, code: str) -> list[int]:
        """The nearest shorter code that contains this one."""
        return [self._codes[p] for p in self._rules.structural_parents(code) if p in self._codes][:1]

    @cached_property
    def _children(self) -> list[list[int]]:
        children: list[list[int]] = [[] for _ in self._records]
        for i, parents in enumerate(self._parents):
            for p in parents:
                children[p].append(i)
        return children

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """A value derived from the records, computed once; a few are cached with the view."""
        found: T = self._kept.get(key, make)
        return found

    def state_texts(self, look: Hashable) -> StateTexts:
        """Texts by id, kept as long as the view."""
        return self.kept(("texts", look), StateTexts)

    def find(self, code: str) -> int | None:
        """Id of the code as written, in canonical form, or (case-insensitive systems) in other case."""
        found = self.find_in_hierarchy(code)
        return found if found is not None and found < self._members else None

    def find_in_hierarchy(self, code: str) -> int | None:
        """Id of a member or group by its code."""
        found = self._codes.get(code)
        if found is None:
            found = self._codes.get(self._rules.canonical(code))
        if found is None and not (self.info.case_sensitive and self._rules.case_sensitive):
            return self._folded.get(code.casefold(), self._folded.get(self._rules.canonical(code).casefold()))
        return found

    def groups(self) -> BitMap:
        """Ids of concepts above members that are not members."""
        return BitMap(range(self._members, len(self._records)))

    def find_many(self, codes: Sequence[str]) -> list[int | None]:
        """Ids of many codes."""
        return [self.find(code) for code in codes]

    def find_concept(self, key: str) -> int | None:
        """Id of the member or group with the stable key."""
        return self._keys.get(key)

    def renamed(self, code: str) -> list[int]:
        """Empty: a view in memory has no other versions."""
        return []

    def parents_of(self, record: ConceptRecord) -> list[int]:
        """Direct parents of a record of this view."""
        return self.parents(self._keys[record.stable_key])

    def concept(self, ident: int) -> ConceptRecord:
        """The record of an id."""
        return self._records[ident]

    def concepts(self, idents: Sequence[int]) -> list[ConceptRecord]:
        """Records of many ids, in the order given."""
        return [self._records[i] for i in idents]

    def display(self, ident: int, languages: Sequence[str] = ()) -> str:
        """The text to show, in the first of the languages that has one."""
        return display_text(self._records[ident], languages, language=self.info.language)

    def all(self) -> BitMap:
        """Ids of all concepts."""
        return BitMap(range(self._members))

    def page(self, idents: BitMap, offset: int, count: int | None) -> list[int]:
        """Ids of one page of the set, in the order of the records."""
        return list(idents)[offset : None if count is None else offset + count]

    def __len__(self) -> int:
        return self._members

    def parents(self, ident: int) -> list[int]:
        """Direct parents, groups first."""
        return self._arranged(self._parents[ident])

    def parents_within(self, idents: Sequence[int]) -> list[int | None]:
        """For each member the first of its parents, in the view's order, that is one of the members."""
        within = set(idents)
        return [next((p for p in self.parents(ident) if p in within), None) for ident in idents]

    def children(self, ident: int) -> list[int]:
        """Direct children, groups first."""
        return self._arranged(self._children[ident])

    def roots(self) -> list[int]:
        """Concepts without a parent here."""
        return self._arranged([i for i, parents in enumerate(self._parents) if not parents])

    def _arranged(self, idents: list[int]) -> list[int]:
        groups = sorted((i for i in idents if i >= self._members), key=lambda i: self._records[i].code)
        return groups + sorted(i for i in idents if i < self._members)

    def _reachable(self, ident: int, step: list[list[int]]) -> BitMap:
        reached, todo = BitMap(), list(step[ident])
        while todo:
            concept = todo.pop()
            if concept not in reached:
                reached.add(concept)
                todo.extend(step[concept])
        reached.discard(ident)
        return reached

    def ancestors(self, ident: int) -> BitMap:
        """All ancestors, without the concept itself."""
        return self._reachable(ident, self._parents) & self.all()

    def descendants(self, ident: int) -> BitMap:
        """All descendants, without the concept itself."""
        return self._reachable(ident, self._children) & self.all()

    def subsumes(self, ancestor: int, descendant: int) -> bool:
        """Whether ``descendant`` is a proper descendant of ``ancestor``."""
        return ancestor in self._reachable(descendant, self._parents)

    def inactive(self) -> BitMap:
        """Ids of inactive concepts."""
        spend(self._members // _FLAGS_A_STEP)
        return BitMap(i for i in self.all() if self._records[i].inactive)

    def not_selectable(self) -> BitMap:
        """Ids of abstract concepts and headers."""
        spend(self._members // _FLAGS_A_STEP)
        return BitMap(i for i in self.all() if self._records[i].selectable is False)

    @cached_property
    def _values(self) -> dict[str, dict[str, BitMap]]:
        values: dict[str, dict[str, BitMap]] = {}
        for i in self.all():
            for p in self._records[i].properties:
                values.setdefault(p.code, {}).setdefault(p.text, BitMap()).add(i)
        return values

    def with_property(self, code: str) -> BitMap:
        """Ids that have any value of the property."""
        return BitMap().union(*self._values.get(code, {}).values())

    def property_equals(self, code: str, value: str) -> BitMap:
        """Ids that have the value."""
        return BitMap(self._values.get(code, {}).get(value, BitMap()))

    def property_values(self, code: str) -> Iterator[tuple[str, BitMap]]:
        """Each distinct value with its ids, values sorted."""
        yield from sorted(self._values.get(code, {}).items())

    def matching(self, text: str, within: BitMap | None = None) -> BitMap:
        """All ids that ``search`` would return."""
        return BitMap(self.search(text, within))

    def search(self, text: str, within: BitMap | None = None) -> Iterator[int]:
        """Ids whose designations or code meet every word of the text as a prefix, in the view's order."""
        query = parse(text)
        if not query.words:
            return
        for i in within if within is not None else self.all():
            spend(_RECORD_STEPS)
            if matches(query, self._records[i]):
                yield i
