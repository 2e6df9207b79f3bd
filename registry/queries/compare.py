"""Comparison of two contents of one system: the states that only one has, and the change events that follow.

Contents of one source are compared by bitmaps. Contents of several sources are merged to records first; the tests use
this slower path as the oracle of the fast one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import cast

from pyroaring import BitMap

from registry.content.changes import Derived, derive, difference
from registry.content.layers import each_state_once, merge_sources
from registry.content.official_links import OfficialLinks
from registry.content.successors import Earlier, Side, TextLinks, identical_texts
from registry.content.view_info import content_language
from registry.entities.budget import UNLIMITED, spend
from registry.entities.offload import require_offload
from registry.entities.records import ConceptRecord, ReleaseHeader
from registry.queries.merged_concept import covers, merged_concept
from registry.reader import Reader, layer_id
from registry.store.content import family_codes, states_by_ids
from registry.store.metadata import ReleaseRow, SystemRow
from registry.store.states import decode
from registry.store.tokens import compact_code
from registry.systems import SystemBehaviour

__all__ = ["Comparison", "Content", "alike", "compare", "records_of", "text_links"]

Layers = Sequence[ReleaseRow]
_RECORD_STEPS, _LOOKUP_STEPS = (
    20,
    50,
)  #: steps (``registry.entities.budget``) of a record in a list, and of one by code
_TEXTS = 8_000_000  #: bytes of the cache of identical texts, for all pairs of versions


@dataclass(frozen=True)
class Content:
    """One side of a comparison: the content of a version, as its releases in order of precedence."""

    reader: Reader
    system: SystemRow
    layers: Layers

    @property
    def system_id(self) -> int:
        return self.system.system_id

    @property
    def rules(self) -> SystemBehaviour:
        return self.system.rules

    @cached_property
    def facets(self) -> frozenset[str]:
        return frozenset(f for r in self.layers for f in r.header.facets)

    @cached_property
    def lines(self) -> list[str]:
        """The source lines, in order of precedence."""
        return [r.source_line for r in self.layers]

    @property
    def language(self) -> str:
        """The language of the texts that the content shows."""
        return content_language(self.system, self.layers)

    def bitmap(self) -> BitMap:
        return self.reader.bitmap(self.layers[0])

    def getter(self) -> Callable[[str], ConceptRecord | None]:
        """A function from a code to its record; cached for one comparison."""

        @lru_cache(maxsize=4096)
        def get(code: str) -> ConceptRecord | None:
            spend(_LOOKUP_STEPS)
            found = merged_concept(self.reader, self.system_id, code, self.layers)
            return found.record if found else None

        return get

    def siblings(self) -> Callable[[str], list[ConceptRecord]]:
        """A function from a code to the records under its topmost ancestor; cached for one comparison."""

        @lru_cache(maxsize=64)
        def under(top: str) -> list[ConceptRecord]:
            rows = family_codes(self.reader.connection, self.system_id, compact_code(top))
            return [*self.records(self.bitmap() & BitMap(ident for ident, _ in rows)).values()]

        return lambda code: under([code, *self.rules.structural_parents(code)][-1])

    def side(self, differing: Mapping[str, ConceptRecord]) -> Side:
        """The input of ``derive`` for this content."""
        return Side(differing, self.getter(), self.facets, self.covers, self.siblings(), self.language)

    def covers(self, code: str) -> bool:
        return any(covers(r, self.rules, code) for r in self.layers)

    def records(self, idents: BitMap) -> dict[str, ConceptRecord]:
        """Records of the first layer's states, by stable key."""
        found: dict[str, ConceptRecord] = {}
        for _, body in states_by_ids(self.reader.connection, idents):
            spend(_RECORD_STEPS)
            record = decode(bytes(body))
            found[record.stable_key] = record
        return found


@dataclass(frozen=True)
class Comparison:
    derived: Derived
    unchanged: int
    common: int  #: codes on both sides


def compare(
    old: Content,
    new: Content,
    *,
    within: BitMap | None = None,
    earlier: Callable[[str], Iterable[Earlier]] | None = None,
    official: OfficialLinks | None = None,
    texts: TextLinks | None = None,
) -> Comparison:
    """The typed differences; ``within`` restricts them to the states of some codes (``texts`` is then required).

    ``official``: links of the official tables for the pair of contents, or for these codes.
    """
    old, new = alike(old, new)
    single = len(old.layers) == len(new.layers) == 1
    before, after = _by_bitmaps(old, new, within) if single else _by_records(old, new, within)
    sides = (old.side(before), new.side(after))
    derived = derive(*sides, old.rules, earlier=earlier, official=official, texts=texts)
    total = len(old.bitmap() & within) if within is not None else len(old.bitmap())
    common = total - len(derived.removed) - len([c for c in derived.outside if c in _codes(before)])
    return Comparison(derived, common - derived.modified, common)


def alike(old: Content, new: Content) -> tuple[Content, Content]:
    """Both contents, restricted to the source lines they have in common if there are any.

    Otherwise a second source of one side would look like changes (other parents, chapters and blocks as new codes).
    """
    common = {r.source_line for r in old.layers} & {r.source_line for r in new.layers}
    if not common:
        return old, new

    def of_common(releases: Sequence[ReleaseRow]) -> tuple[ReleaseRow, ...]:
        found = (r for r in releases if r.source_line in common)
        return tuple(replace(r, patches=of_common(r.patches)) if r.patches else r for r in found)

    def shared(content: Content) -> Content:
        return replace(content, layers=of_common(content.layers))

    return shared(old), shared(new)


def text_links(
    old: Content,
    new: Content,
    past: Sequence[Content],
    earlier: Callable[[str], Iterable[Earlier]],
    official: OfficialLinks,
) -> TextLinks:
    """Codes whose text belongs to another code in the newer content; cached, because histories use them repeatedly.

    ``past``: the contents that ``earlier`` reads; they and the official tables are part of the cache key.
    """
    cache = old.reader.database.caches.named(
        "identical texts", _TEXTS, lambda found: 200 + 400 * len(found.claimed)
    )
    key = (official.key, *(tuple(layer_id(r) for r in content.layers) for content in (old, new, *past)))
    return cast(TextLinks, cache.get(key, lambda: _text_links(*alike(old, new), earlier, official.codes)))


def _text_links(
    old: Content, new: Content, earlier: Callable[[str], Iterable[Earlier]], explained: Collection[str]
) -> TextLinks:
    require_offload(1, 0)
    single = len(old.layers) == len(new.layers) == 1
    with UNLIMITED:
        before, after = _by_bitmaps(old, new, None) if single else _by_records(old, new, None)
        found = difference(old.side(before), new.side(after), old.rules, earlier=earlier)
        return identical_texts(found, explained)


def _codes(records: dict[str, ConceptRecord]) -> set[str]:
    return {r.code for r in records.values()}


def _by_bitmaps(
    old: Content, new: Content, within: BitMap | None
) -> tuple[dict[str, ConceptRecord], dict[str, ConceptRecord]]:
    a, b = old.bitmap(), new.bitmap()
    if within is not None:
        a, b = a & within, b & within
    return old.records(a - b), new.records(b - a)


def _by_records(
    old: Content, new: Content, within: BitMap | None
) -> tuple[dict[str, ConceptRecord], dict[str, ConceptRecord]]:
    """Merged records that differ between the sides, by stable key."""
    a, b = records_of(old, within), records_of(new, within)
    return (
        {k: r for k, r in a.items() if b.get(k) != r},
        {k: r for k, r in b.items() if a.get(k) != r},
    )


def records_of(content: Content, within: BitMap | None = None) -> dict[str, ConceptRecord]:
    """All merged records of a content, by stable key."""
    layers: dict[str, list[tuple[int, ReleaseHeader, ConceptRecord]]] = {}
    for n, release in enumerate(content.layers):
        idents = content.reader.bitmap(release)
        if n == 0 and within is not None:
            idents = idents & within
        for ident, body in states_by_ids(content.reader.connection, idents):
            spend(_RECORD_STEPS)
            record = decode(bytes(body))
            if n == 0:
                layers[record.stable_key] = [(ident, release.header, record)]
            elif record.stable_key in layers:
                layers[record.stable_key].append((ident, release.header, record))
    return {key: merge_sources(each_state_once(found)).record for key, found in layers.items()}
