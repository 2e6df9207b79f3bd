"""``MemoryView``: a ContentView over records held in memory; plain, and the slow twin of the stored one.

Here: what the protocol asks, written so that it is evidently right. For resources sent in a request,
supplements and tests. Not here: anything that reads a database or a file.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from pyroaring import BitMap

from registry.content.display import display_text
from registry.content.view import ViewInfo
from registry.entities.records import Coding, ConceptRecord

__all__ = ["MemoryView", "property_text"]


def property_text(value: str | int | bool | Coding) -> str:
    """A property's value as the text that filters compare: ``true``/``false``, a Coding by its code."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.code if isinstance(value, Coding) else str(value)


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFC", text).casefold()
    return "".join(c if c.isalnum() else " " for c in folded).split()


class MemoryView:
    """Records in the order given; the id of a concept is its place in that order."""

    def __init__(self, info: ViewInfo, records: Iterable[ConceptRecord]) -> None:
        self._records = list(records)
        self._keys = {r.stable_key: i for i, r in enumerate(self._records)}
        self._codes = {r.code: i for i, r in enumerate(self._records)}
        self.info = replace(info, hierarchy=info.hierarchy or any(r.parents for r in self._records))

    @cached_property
    def _folded(self) -> dict[str, int]:
        return {code.casefold(): i for code, i in reversed(list(self._codes.items()))}

    @cached_property
    def _parents(self) -> list[list[int]]:
        return [[self._keys[p] for p in r.parents if p in self._keys] for r in self._records]

    @cached_property
    def _children(self) -> list[list[int]]:
        children: list[list[int]] = [[] for _ in self._records]
        for i, parents in enumerate(self._parents):
            for p in parents:
                children[p].append(i)
        return children

    def find(self, code: str) -> int | None:
        """Id of the code as written or, where case does not count, in other case."""
        found = self._codes.get(code)
        if found is None and not self.info.case_sensitive:
            return self._folded.get(code.casefold())
        return found

    def find_many(self, codes: Sequence[str]) -> list[int | None]:
        """Ids of many codes."""
        return [self.find(code) for code in codes]

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
        return BitMap(range(len(self._records)))

    def page(self, idents: BitMap, offset: int, count: int | None) -> list[int]:
        """Ids of one page of the set, in the order of the records."""
        return list(idents)[offset : None if count is None else offset + count]

    def __len__(self) -> int:
        return len(self._records)

    def parents(self, ident: int) -> list[int]:
        """Direct parents."""
        return self._parents[ident]

    def children(self, ident: int) -> list[int]:
        """Direct children."""
        return self._children[ident]

    def roots(self) -> list[int]:
        """Concepts without a parent here."""
        return [i for i, parents in enumerate(self._parents) if not parents]

    def _reach(self, ident: int, step: list[list[int]]) -> BitMap:
        reached, todo = BitMap(), list(step[ident])
        while todo:
            here = todo.pop()
            if here not in reached:
                reached.add(here)
                todo.extend(step[here])
        reached.discard(ident)
        return reached

    def ancestors(self, ident: int) -> BitMap:
        """All ancestors, without the concept itself."""
        return self._reach(ident, self._parents)

    def descendants(self, ident: int) -> BitMap:
        """All descendants, without the concept itself."""
        return self._reach(ident, self._children)

    def subsumes(self, ancestor: int, descendant: int) -> bool:
        """Whether ``descendant`` is a proper descendant of ``ancestor``."""
        return ancestor in self.ancestors(descendant)

    def inactive(self) -> BitMap:
        """Ids of inactive concepts."""
        return BitMap(i for i, r in enumerate(self._records) if r.inactive)

    def not_selectable(self) -> BitMap:
        """Ids of abstract concepts and headers."""
        return BitMap(i for i, r in enumerate(self._records) if r.selectable is False)

    @cached_property
    def _values(self) -> dict[str, dict[str, BitMap]]:
        values: dict[str, dict[str, BitMap]] = {}
        for i, record in enumerate(self._records):
            for p in record.properties:
                values.setdefault(p.code, {}).setdefault(property_text(p.value), BitMap()).add(i)
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
        """All that ``search`` gives."""
        return BitMap(self.search(text, within))

    def search(self, text: str, within: BitMap | None = None) -> Iterator[int]:
        """Ids whose designations or code have, for every word of the text, a word that begins so."""
        wanted = _words(text)
        for i in within if within is not None else range(len(self._records)):
            record = self._records[i]
            have = [w for t in (record.code, *(d.text for d in record.designations)) for w in _words(t)]
            if all(any(w.startswith(p) for w in have) for p in wanted):
                yield i
