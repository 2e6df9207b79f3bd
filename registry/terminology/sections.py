"""The codes of an expansion in their order, and one page of them.

A section is a part of the list: a set in its view's order (or as a tree), the codes in the order of a value set's
list, the hits of a text, or several versions of one system as one list by code (rule 2 of ``several_versions``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from pyroaring import BitMap

from registry.entities.budget import spend
from registry.entities.offload import require_offload
from registry.terminology.compose import IncludedConcepts
from registry.terminology.entries import Entry, ExpansionEntryBuilder, Section
from registry.terminology.several_versions import Order, list_order

__all__ = ["page", "sections"]

_INLINE_LIMIT = 2000  #: codes sorted on the event loop
_RECORD_STEPS = 5  #: steps to read a concept
_SEARCH_STEPS = 100  #: steps to search for one word, without its hits
_IDS_A_STEP = 50  #: ids of a set that one step searches


def sections(
    builder: ExpansionEntryBuilder, chosen: Sequence[IncludedConcepts], text: str, *, tree: bool
) -> list[Section]:
    """The parts of the list in order; a system with several versions is one part, at the position of its first."""
    if len(chosen) == 1:
        return [_section(builder, chosen[0], text, tree=tree)]
    found: list[Section] = []
    versions: dict[str, list[IncludedConcepts]] = {}
    for one in chosen:
        versions.setdefault(one.key[0], []).append(one)
    several = {url for url, same in versions.items() if len({s.key for s in same}) > 1}
    for one in chosen:
        same = versions[one.key[0]]
        if one.key[0] not in several:
            found.append(_section(builder, one, text, tree=tree))
        elif one is same[0]:
            found.append(_ByCode(same, text, builder.version_order))
    return found


def _section(builder: ExpansionEntryBuilder, one: IncludedConcepts, text: str, *, tree: bool) -> Section:
    if text:
        spend(_SEARCH_STEPS * len(text.split()) + len(one.ids) // _IDS_A_STEP)
        hits = one.content.matching(text, one.ids)
        if one.include.filters and not one.imported:
            return _Tree(one, hits) if tree else _Set(one, hits)
        return _TextHits(one, text, hits)
    if one.include.codes or one.include.concepts:
        return builder.whole_list(one) or _Listed(one)
    return _Tree(one, one.ids) if tree else _Set(one, one.ids)


def page(
    listed: Sequence[Section], builder: ExpansionEntryBuilder, offset: int, left: int
) -> Iterator[Entry]:
    """The entries of one page: at most ``left`` from ``offset``."""
    for section in listed:
        length = len(section)
        size = min(left, length - offset)
        if size > 0:
            spend(size)
            yield from section.entries(builder, offset, size)
            left -= size
        offset = max(0, offset - length)


class _Set:
    """A set in the order of its view."""

    def __init__(self, one: IncludedConcepts, ids: BitMap) -> None:
        self._one, self._ids = one, ids

    def __len__(self) -> int:
        return len(self._ids)

    def entries(self, builder: ExpansionEntryBuilder, start: int, size: int) -> Iterable[Entry]:
        """A slice in the view's order."""
        return builder.flat(self._one, self._one.content.page(self._ids, start, size))


class _Tree(_Set):
    """A set that is shown as a tree if the page contains all of it."""

    def entries(self, builder: ExpansionEntryBuilder, start: int, size: int) -> Iterable[Entry]:
        """The tree, or a slice."""
        if size == len(self):
            return builder.tree(self._one, self._ids)
        return super().entries(builder, start, size)


class _Listed:
    """The codes that a value set lists, in its order."""

    def __init__(self, one: IncludedConcepts) -> None:
        self._one = one
        order = one.order or []
        self._order = order if len(order) == len(one.ids) else [i for i in order if i in one.ids]

    def __len__(self) -> int:
        return len(self._order)

    def entries(self, builder: ExpansionEntryBuilder, start: int, size: int) -> Iterable[Entry]:
        """A slice of the list."""
        return builder.flat(self._one, self._order[start : start + size])


class _TextHits:
    """The hits of a text, best first; counted at once, ranked only as far as a page needs."""

    def __init__(self, one: IncludedConcepts, text: str, ids: BitMap) -> None:
        self._one, self._text, self._ids = one, text, ids

    def __len__(self) -> int:
        return len(self._ids)

    def entries(self, builder: ExpansionEntryBuilder, start: int, size: int) -> Iterable[Entry]:
        """A slice of the hits, best first."""
        found = self._one.content.search(self._text, self._one.ids)
        return builder.flat(self._one, list(islice(found, start, start + size)))


class _ByCode:
    """Several versions of one system as one list by code."""

    def __init__(self, same: Sequence[IncludedConcepts], text: str, order: Order) -> None:
        ranked = list_order(same, lambda s: s.key, lambda s: bool(s.include.version), order)
        self._parts = [(s, s.content.matching(text, s.ids) if text else s.ids) for s in ranked]

    def __len__(self) -> int:
        return sum(len(ids) for _, ids in self._parts)

    def _rows(self) -> list[tuple[str, int, int]]:
        """(code, part, id) of every entry, sorted."""
        require_offload(len(self), _INLINE_LIMIT)
        spend(_RECORD_STEPS * len(self))
        rows = []
        for number, (one, ids) in enumerate(self._parts):
            idents = list(ids)
            records = one.content.concepts(idents)
            rows += [(r.code, number, i) for r, i in zip(records, idents, strict=True)]
        return sorted(rows)

    def entries(self, builder: ExpansionEntryBuilder, start: int, size: int) -> Iterable[Entry]:
        """A slice by code."""
        rows = self._rows()[start : start + size]
        made: list[Iterator[Entry]] = []
        for number, (one, _) in enumerate(self._parts):
            made.append(iter(builder.separate(one, [i for _, n, i in rows if n == number])))
        return (next(made[number]) for _, number, _ in rows)
