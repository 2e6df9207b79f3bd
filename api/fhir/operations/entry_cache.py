"""Entries of expansions, written once: the JSON of a concept as most expansions show it, kept for the next.

``EntryCache`` takes the place of the registry's ``ExpansionEntryBuilder`` and asks it for what it has not written yet.
Entries with anything special (designations, properties, texts of the value set, supplements) are its alone.
Not here: which concepts are shown (``registry.terminology.expand``), the rest of the answer (``expansions``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import orjson
from pyroaring import BitMap

from registry.content.view import ContentView
from registry.entities.exact_json import dumps
from registry.terminology.compose import IncludedConcepts
from registry.terminology.context import Context
from registry.terminology.entries import Entry, EntryOptions, ExpansionEntryBuilder

__all__ = ["EntryCache"]

_MOST = 120_000  #: entries kept in all, about 25 MB


@dataclass(slots=True)
class _Heads:
    """Entries without their closing brace; what all of them begin with is kept once."""

    start: bytes
    rest: dict[int, bytes] = field(default_factory=dict)  #: by state id

    def __getitem__(self, ident: int) -> bytes:
        return self.start + self.rest[ident]

    def joined(self, idents: Sequence[int]) -> bytes:
        """Entries that have nothing below them, with commas between."""
        return self.start + (b"}," + self.start).join(map(self.rest.__getitem__, idents)) + b"}"


class _Kept:
    """Written entries by content and language; all are forgotten when they become too many."""

    def __init__(self) -> None:
        self._of: WeakKeyDictionary[ContentView, dict[object, _Heads]] = WeakKeyDictionary()
        self._count = 0

    def heads(self, content: ContentView, look: object, more: int, start: bytes) -> _Heads:
        """Those of a content in one look, which begin alike; room is made for so many more."""
        self._count += more
        if self._count > _MOST:
            self._of.clear()
            self._count = more
        looks = self._of.setdefault(content, {})
        return looks[look] if look in looks else looks.setdefault(look, _Heads(start))


_KEPT = _Kept()


class EntryCache(ExpansionEntryBuilder):
    """Entries as ``orjson.Fragment`` where they are plain, as ``Entry`` where they are not."""

    def __init__(
        self,
        context: Context,
        wishes: EntryOptions,
        *,
        versioned: set[str],
        write: Callable[[Entry], dict[str, Any]],
        form: str,
    ) -> None:
        super().__init__(context, wishes, versioned=versioned)
        self._write, self._form = write, form
        self._usual = not (wishes.include_designations or wishes.designations or wishes.properties)

    def _plain(self, one: IncludedConcepts) -> bool:
        listed = one.include.concepts if one.include is not None else ()
        own = any(c.display or c.designations or c.extensions for c in listed)
        return self._usual and not own and not self._context.supplements

    def _heads(self, one: IncludedConcepts, idents: Sequence[int]) -> _Heads | None:
        """The entries of these ids; None where one of them is special."""
        info = one.content.info
        versioned = info.version_needed or info.url in self._versioned
        look = (self._form, self._context.languages, versioned)
        start = _start(info.url, info.version if versioned else "")
        heads = _KEPT.heads(one.content, look, 0, start)
        missing = [ident for ident in idents if ident not in heads.rest]
        if not missing:
            return heads
        heads = _KEPT.heads(one.content, look, len(missing), start)
        for ident, record in zip(missing, one.content.concepts(missing), strict=True):
            entry = self._entry(one.content, record, None)
            written = dumps(self._write(entry))[:-1]
            if entry.properties or not written.startswith(start):
                return None
            heads.rest[ident] = written[len(start) :]
        # all may have been forgotten to make room, then these are the missing ones alone
        return None if len(heads.rest) < len(idents) else heads

    def flat(self, one: IncludedConcepts, idents: Sequence[int]) -> Iterator[Any]:
        """Entries for ids, in their order; those written already as one piece."""
        heads = self._heads(one, idents) if idents and self._plain(one) else None
        if heads is None:
            yield from super().flat(one, idents)
        else:
            yield orjson.Fragment(heads.joined(idents))

    def separate(self, one: IncludedConcepts, idents: Sequence[int]) -> list[Any]:
        """As ``flat``, with one item for each id."""
        heads = self._heads(one, idents) if idents and self._plain(one) else None
        if heads is None:
            return list(super().flat(one, idents))
        return [orjson.Fragment(heads[ident] + b"}") for ident in idents]

    def tree(self, one: IncludedConcepts, ids: BitMap) -> list[Any]:
        """Entries as a tree."""
        order = one.content.page(ids, 0, None)
        heads = self._heads(one, order) if self._plain(one) and one.content.info.hierarchy else None
        if heads is None:
            return super().tree(one, ids)
        below: dict[int, list[int]] = {ident: [] for ident in order}
        tops: list[int] = []
        for ident in order:
            above = next((p for p in one.content.parents(ident) if p in below), None)
            (tops if above is None else below[above]).append(ident)
        return [orjson.Fragment(_closed(ident, heads, below)) for ident in tops]


def _start(url: str, version: str) -> bytes:
    """What the entries of a system begin with, up to the comma before the next member."""
    begun = {"system": url, "version": version} if version else {"system": url}
    return dumps(begun)[:-1]


def _closed(ident: int, heads: _Heads, below: dict[int, list[int]]) -> bytes:
    inner = below[ident]
    if not inner:
        return heads[ident] + b"}"
    return heads[ident] + b',"contains":[' + b",".join(_closed(i, heads, below) for i in inner) + b"]}"
