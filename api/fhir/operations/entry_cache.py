"""Entries of expansions, joined from fragments that are written once (``fragment_cache``).

``EntryCache`` takes the place of the registry's ``ExpansionEntryBuilder`` and asks it for what it has not written yet.
Entries with anything special (designations, properties, texts of the value set, supplements) are its alone.
Not here: which concepts are shown (``registry.terminology.expand``), the rest of the answer (``expansions``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from pyroaring import BitMap

from api.fhir.operations.code_fragments import fragments_of_codes
from api.fhir.operations.fragment_cache import Fragments
from api.fhir.operations.tree_text import part_of_tree
from registry.content.view import ViewInfo
from registry.terminology.compose import IncludedConcepts
from registry.terminology.context import Context
from registry.terminology.entries import EntryOptions, ExpansionEntryBuilder

__all__ = ["EntryCache", "entry_start"]


class EntryCache(ExpansionEntryBuilder):
    """Entries as ``orjson.Fragment`` where they are plain, as ``Entry`` where they are not."""

    def __init__(
        self,
        context: Context,
        options: EntryOptions,
        *,
        versioned: set[str],
    ) -> None:
        super().__init__(context, options, versioned=versioned)
        self._usual = not (options.include_designations or options.designations or options.properties)

    def _plain(self, one: IncludedConcepts) -> bool:
        own = any(c.display or c.designations or c.annotations for c in one.include.concepts)
        return self._usual and not own and not self._context.supplements

    def _start(self, one: IncludedConcepts) -> bytes:
        info = one.content.info
        return entry_start(info, versioned=info.version_needed or info.url in self._versioned)

    def _written(self, one: IncludedConcepts, idents: Sequence[int]) -> tuple[bytes, list[bytes]] | None:
        """What all entries begin with, and their fragments; None if one of them is special."""
        found = Fragments(one.content, self._context.languages).fill(idents)
        return (self._start(one), found) if all(found) else None

    def whole_list(self, one: IncludedConcepts) -> WrittenList | None:
        """The entries of a list of codes, if the include's are all members and written already by code."""
        codes = one.include.codes
        if not codes or not one.whole or not self._plain(one):
            return None
        found = fragments_of_codes(one.content, self._context.languages, codes)
        return None if found is None else WrittenList(self._start(one), found)

    def flat(self, one: IncludedConcepts, idents: Sequence[int]) -> Iterator[Any]:
        """Entries for ids, in their order; those written already as one piece."""
        written = self._written(one, idents) if idents and self._plain(one) else None
        if written is None:
            yield from super().flat(one, idents)
        else:
            yield _joined(*written)

    def separate(self, one: IncludedConcepts, idents: Sequence[int]) -> list[Any]:
        """As ``flat``, with one item for each id."""
        written = self._written(one, idents) if idents and self._plain(one) else None
        if written is None:
            return list(super().flat(one, idents))
        start, fragments = written
        return [orjson.Fragment(start + fragment + b"}") for fragment in fragments]

    def tree(self, one: IncludedConcepts, ids: BitMap) -> list[Any]:
        """Entries as a tree."""
        plain = self._plain(one) and one.content.info.hierarchy
        if plain and (part := self._part(one, ids)) is not None:
            return [orjson.Fragment(part)]
        order = one.content.page(ids, 0, None)
        written = self._written(one, order) if plain else None
        if written is None:
            return super().tree(one, ids)
        start, fragments = written
        above = one.content.parents_within(order)
        return [
            orjson.Fragment(_nested(start, order, fragments, above) or _tree(start, order, fragments, above))
        ]

    def _part(self, one: IncludedConcepts, ids: BitMap) -> bytes | None:
        """The tree below the concept that a filter names, from the text of the whole tree."""
        filters = one.include.filters
        if len(filters) != 1 or filters[0].op != "is-a":
            return None
        top = one.content.find(filters[0].value or "")
        if top is None:
            return None
        return part_of_tree(one.content, self._context.languages, self._start(one), top, ids)


class WrittenList:
    """A section of an expansion whose entries are written: fragments with what each entry begins with."""

    def __init__(self, start: bytes, fragments: Sequence[bytes]) -> None:
        self._start, self._fragments = start, fragments

    def __len__(self) -> int:
        return len(self._fragments)

    def entries(self, builder: ExpansionEntryBuilder, start: int, size: int) -> Iterator[Any]:
        """``size`` entries from ``start``, as one piece."""
        yield _joined(self._start, self._fragments[start : start + size])


def _joined(start: bytes, fragments: Sequence[bytes]) -> orjson.Fragment:
    return orjson.Fragment(b"".join((start, (b"}," + start).join(fragments), b"}")))


def entry_start(info: ViewInfo, *, versioned: bool) -> bytes:
    """What the entries of a system begin with, up to the first member of the fragment."""
    version = info.version if versioned else ""
    begun = {"system": info.url, "version": version} if version else {"system": info.url}
    return orjson.dumps(begun)[:-1] + b","


def _nested(
    start: bytes, order: Sequence[int], fragments: Sequence[bytes], parents: Sequence[int | None]
) -> bytes:
    """The entries as a tree, in one pass; empty if one follows neither its parent nor what is below its parent."""
    inside, sibling = b',"contains":[' + start, b"}," + start
    written, path = [start], list[int]()
    for ident, above, fragment in zip(order, parents, fragments, strict=True):
        if not path:
            if above is not None:
                return b""
        elif above == path[-1]:
            written.append(inside)
        else:
            path.pop()
            while path and path[-1] != above:
                path.pop()
                written.append(b"}]")
            if above is not None and not path:
                return b""
            written.append(sibling)
        written.append(fragment)
        path.append(ident)
    written.append(b"}]" * (len(path) - 1) + b"}")
    return b"".join(written)


def _tree(
    start: bytes, order: Sequence[int], fragments: Sequence[bytes], parents: Sequence[int | None]
) -> bytes:
    """The entries as a tree, in whatever order they are."""
    below: dict[int | None, list[int]] = {None: []}
    for place, above in enumerate(parents):
        below.setdefault(above, []).append(place)

    def joined(places: Sequence[int]) -> bytes:
        written = []
        for place in places:
            inner = below.get(order[place])
            nested = b',"contains":[%b]' % joined(inner) if inner is not None else b""
            written.append(fragments[place] + nested)
        return start + (b"}," + start).join(written) + b"}"

    return joined(below[None])
