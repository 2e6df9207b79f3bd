"""``ContentView`` over stored releases: one SQL statement and a bitmap per question.

A view of one release is the fast path; further layers complement it (``registry.content.source_layers``). Ids are state
ids of the first layer. Views may be shared by threads; sets that leave a view are the caller's to change.

Not here: which release is in force (``registry.time.timeline``).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from itertools import islice
from typing import Any, TypeVar

from pyroaring import BitMap

from registry.content.display import display_text
from registry.content.layers import MergedConcept
from registry.content.projected_hierarchy import NoHierarchy, ProjectedHierarchy, Relatives
from registry.content.property_sets import PropertySets
from registry.content.release_hierarchy import ReleaseHierarchy
from registry.content.release_index import release_index
from registry.content.source_layers import Layer, SourceLayers
from registry.content.text_search import matches, matching, parse, search
from registry.content.view import ViewInfo
from registry.entities.errors import StoreDamaged
from registry.entities.messages import message
from registry.entities.offload import require_offload
from registry.entities.records import ConceptRecord
from registry.store.bounded import Bounded
from registry.store.cache import bytes_of
from registry.store.content import family_codes, states_by_code
from registry.store.engine import Database
from registry.store.rows import fetch
from registry.store.state_lookup import (
    bodies_with_key,
    body_of,
    states_of_concepts_with_code,
    states_with_code,
    states_with_codes,
    states_with_compact_code,
    states_with_key,
)
from registry.store.state_texts import StateTexts
from registry.store.states import decode
from registry.store.tokens import compact_code, storable
from registry.systems import SystemBehaviour

__all__ = ["Layer", "StoredView"]

T = TypeVar("T")

_HIERARCHIES = 40_000_000  #: bytes of the hierarchies of all views, without closures
_SETS = 96_000_000  #: bytes of what is kept for all views: sets of concepts, trees as texts
_INLINE_LIMIT = 2000  #: records read while others wait


class StoredView:
    """The content of one version, read from the store."""

    def __init__(
        self, database: Database, layers: Sequence[Layer], info: ViewInfo, rules: SystemBehaviour
    ) -> None:
        first = Layer(*layers[0])
        self.tell_dates: Callable[[str], tuple[date | None, date | None]] | None = None  #: set by the caller
        self._database, self._rules = database, rules
        #: metadata of the version
        self.info = info
        self._index = release_index(database, first.release_id, first.bitmap)
        self._members, self._system_id = first.bitmap, self._index.system_id
        #: identifies the content: the releases that it is read from
        self.key = tuple(layer[0] for layer in layers)
        self._layers = tuple(Layer(*layer) for layer in layers)
        self._overlay = SourceLayers(database, self._system_id, self._layers) if len(layers) > 1 else None
        self._properties = PropertySets(database, self._system_id, self._layers[0], self._overlay)
        self._hierarchies: Bounded[Hashable, Relatives] = database.caches.named("hierarchies", _HIERARCHIES)
        # a string, because its hash is computed once
        self._key = repr((info.hierarchy, [(la.release_id, la.header.facets) for la in self._layers]))
        self._own_hierarchy: Relatives | None = None
        self._sets: Bounded[Hashable, Any] = database.caches.named("sets of concepts", _SETS, bytes_of)

    def state_texts(self, look: Hashable) -> StateTexts:
        """Texts by id that follow from single records: of one database, but for views of several layers, the same."""
        scope = self._key if self._overlay is not None else ""
        return self._database.caches.state_texts.table((scope, look))

    def __len__(self) -> int:
        return len(self._members)

    def all(self) -> BitMap:
        """Ids of all concepts."""
        return self._members.copy()

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """What follows from the content, made once; ``key`` says what it is. Not to be changed by the caller."""
        found: T = self._sets.get((self._key, key), make)
        return found

    def find(self, code: str) -> int | None:
        """Id of the code as written, in canonical form, or (case-insensitive systems) in other case."""
        if not storable(code):
            return None
        found = self._find(code)
        if found is None and (canonical := self._rules.canonical(code)) != code:
            found = self._find(canonical)
        if found is None and not (self._rules.case_sensitive and self.info.case_sensitive):
            found = self._find_caseless(code)
        return found

    def find_many(self, codes: Sequence[str]) -> list[int | None]:
        """``find`` for many codes: from memory or by one statement those written in canonical form."""
        if (index := self._index.codes(len(codes))) is not None:
            kept = index.find_many(codes, self._members)
            if None not in kept:
                return kept
            return [self.find(c) if i is None else i for c, i in zip(codes, kept, strict=True)]
        rows = states_with_codes(self._database.reader(), self._system_id, list(dict.fromkeys(codes)))
        found = {code: i for i, code in rows if i in self._members}
        return [found[code] if code in found else self.find(code) for code in codes]

    def _find(self, code: str) -> int | None:
        if (codes := self._index.codes(1)) is not None:
            return codes.find(code, self._members)
        members = self._members
        for ident in states_with_code(self._database.reader(), self._system_id, code):
            if ident in members:
                return ident
        return None

    def _find_caseless(self, code: str) -> int | None:
        wanted = {code.strip().casefold(), self._rules.canonical(code).casefold()}
        rows = states_with_compact_code(self._database.reader(), self._system_id, compact_code(code))
        return next((i for i, other in rows if i in self._members and other.casefold() in wanted), None)

    @property
    def rules(self) -> SystemBehaviour:
        """Behaviour of the system."""
        return self._rules

    def longer_codes(self, code: str) -> BitMap:
        """Ids of members whose codes contain more than this one, which need not exist; only where codes have structure."""
        if not self._rules.contains_longer:
            return BitMap()
        family = family_codes(self._database.reader(), self._system_id, compact_code(code))
        longer = (i for i, c in family if code in self._rules.structural_parents(c))
        return BitMap(longer) & self._members

    def find_concept(self, key: str) -> int | None:
        """Id of the member or group with the stable key."""
        found = self._with_key(key)
        return found if found is None or found in self._members or found in self._groups else None

    def _with_key(self, key: str) -> int | None:
        """Id of the concept with the stable key: of a member, else of the layer that the hierarchy comes from."""
        if not storable(key):
            return None
        rows = states_with_key(self._database.reader(), self._system_id, key)
        own = next((ident for ident, _ in rows if ident in self._members), None)
        if own is not None or not self._asserting or self._overlay is None:
            return own
        for ident, code in rows:
            if ident in self._layers[self._asserting].bitmap:
                member = self._find(code)
                counterpart = (
                    self._overlay.counterpart(member, self._asserting) if member is not None else None
                )
                return member if counterpart == ident else ident
        return None

    def parent_named(self, key: str) -> tuple[int, ConceptRecord] | None:
        """Id and record of the concept that a member of this view names as its parent."""
        if self._overlay is not None or not storable(key):
            found = self._with_key(key)
            return None if found is None else (found, self.concept(found))
        rows = bodies_with_key(self._database.reader(), self._system_id, key)
        return next(((ident, decode(body)) for ident, body in rows if ident in self._members), None)

    def renamed(self, code: str) -> list[int]:
        """Ids of members that had the code in another version and have another code in this one."""
        if not storable(code):
            return []
        canonical = self._rules.canonical(code)
        states = states_of_concepts_with_code(self._database.reader(), self._system_id, code, canonical)
        return self._index.arrange({ident for ident in states if ident in self._members})

    def concept(self, ident: int) -> ConceptRecord:
        """The record of an id; raises ``StoreDamaged`` for an id that the store does not have."""
        return self._own(ident) if self._overlay is None else self._overlay.record(ident)

    def merged(self, ident: int) -> MergedConcept:
        """The record with the source line of each facet and where the sources disagree."""
        if self._overlay is not None:
            return self._overlay.merged(ident)
        return MergedConcept(self._own(ident), self._layers[0].header.facets)

    def merged_with_code(self, code: str) -> MergedConcept | None:
        """``merged`` of what ``find`` finds: in one statement where the code is written as the system writes it."""
        if self._overlay is None:
            for ident, body in states_by_code(self._database.reader(), self._system_id, code):
                if ident in self._members:
                    return MergedConcept(decode(body), self._layers[0].header.facets)
        found = self.find(code)
        return None if found is None else self.merged(found)

    def _own(self, ident: int) -> ConceptRecord:
        body = body_of(self._database.reader(), ident)
        if body is None:
            raise StoreDamaged(message("error.state_missing", ident=ident))
        return decode(body)

    def concepts(self, idents: Sequence[int]) -> list[ConceptRecord]:
        """Records of many ids, in the order given."""
        require_offload(len(idents), _INLINE_LIMIT)
        if self._overlay is not None:
            return [self._overlay.record(ident) for ident in idents]
        bodies = dict(fetch(self._database.reader(), "body", idents))
        if len(bodies) < len(set(idents)):
            raise StoreDamaged(message("error.states_missing"))
        return [decode(bodies[ident]) for ident in idents]

    def display(self, ident: int, languages: Sequence[str] = ()) -> str:
        """The text to show."""
        return display_text(self.concept(ident), languages, language=self.info.language)

    def page(self, idents: BitMap, offset: int, count: int | None) -> list[int]:
        """Ids of one page of the set, in the view's order: the source's where it is kept, else by code."""
        return self._index.page(idents, offset, count)

    @cached_property
    def _asserting(self) -> int | None:
        """Number of the layer that the hierarchy comes from."""
        return next((n for n, la in enumerate(self._layers) if "hierarchy" in la.header.facets), None)

    @property
    def _relatives(self) -> Relatives:
        """The hierarchy; a large one is referenced only by the cache."""
        found = self._own_hierarchy
        if found is None:
            found = self._hierarchies.get(self._key, self._find_relatives)
            if not isinstance(found, ProjectedHierarchy):
                self._own_hierarchy = found
        return found

    def warm_up(self) -> None:
        """Read into memory what the first requests need: codes, words, order and hierarchy."""
        self._index.warm_up()
        if isinstance(self._relatives, ReleaseHierarchy):
            self._relatives.closure()

    def _find_relatives(self) -> Relatives:
        asserting = self._asserting
        if asserting is None:
            if self.info.hierarchy == "structural":
                return self._index.structural(self._rules.structural_parents)
            return NoHierarchy(self._members)
        if asserting == 0 or self._overlay is None:
            return self._index.hierarchy
        layer = self._layers[asserting]
        closure = release_index(self._database, layer.release_id, layer.bitmap).hierarchy
        return ProjectedHierarchy(
            closure, self._overlay.counterparts[asserting - 1], self._members, layer.bitmap
        )

    @property
    def _groups(self) -> BitMap:
        found = self._relatives
        return found.groups if isinstance(found, ProjectedHierarchy) else BitMap()

    def groups(self) -> BitMap:
        """Ids of concepts above members that only the source of the hierarchy has."""
        return self._groups.copy()

    def find_in_hierarchy(self, code: str) -> int | None:
        """Id of a member or group by its code."""
        found = self.find(code)
        if found is not None or not self._asserting:
            return found
        other = self._layers[self._asserting]
        group = StoredView(self._database, [other], self.info, self._rules).find(code)
        return group if group is not None and group in self._groups else None

    def arranged(self, idents: Iterable[int]) -> list[int]:
        """Groups by code, then members in the view's order; for few."""
        idents = list(idents)
        if len(idents) < 2:
            return idents
        groups = [i for i in idents if i not in self._members] if self._asserting else []
        if not groups:
            return self._index.arrange(idents)
        above = sorted(groups, key=lambda i: self.concept(i).code)
        return above + self._index.arrange(i for i in idents if i in self._members)

    def parents(self, ident: int) -> list[int]:
        """Ids of the direct parents, in the view's order."""
        return self.arranged(self._relatives.parents(ident))

    def parents_within(self, idents: Sequence[int]) -> list[int | None]:
        """For each of the members the first of its parents, in the view's order, that is one of them."""
        within, relatives = set(idents), self._relatives
        only = relatives.only_parents(idents)
        found = [above if above in within else None for above in only]
        for place, above in enumerate(only):
            if not above:
                members = [ident for ident in relatives.parents(idents[place]) if ident in within]
                found[place] = (
                    (self.arranged(members) if len(members) > 1 else members)[0] if members else None
                )
        return found

    def parents_of(self, record: ConceptRecord) -> list[int]:
        """Ids of the direct parents that a record of this view names, without building the whole hierarchy."""
        if self._asserting is not None:
            found = (self._with_key(key) for key in record.parents)
            return self.arranged([ident for ident in dict.fromkeys(found) if ident is not None])
        if self.info.hierarchy != "structural":
            return []
        above = (self._find(code) for code in self._rules.structural_parents(record.code))
        return list(islice((ident for ident in above if ident is not None), 1))

    def children(self, ident: int) -> list[int]:
        """Ids of the direct children, in the view's order."""
        return self.arranged(self._relatives.children(ident))

    def roots(self) -> list[int]:
        """Ids of the concepts without a parent, in the view's order."""
        return self.arranged(self._relatives.roots())

    def ancestors(self, ident: int) -> BitMap:
        """All ancestors, without the concept itself."""
        return self._relatives.ancestors(ident)

    def descendants(self, ident: int) -> BitMap:
        """All descendants, without the concept itself."""
        found = self._relatives.descendants_at_hand(ident)
        return self.kept(ident, lambda: self._relatives.descendants(ident)).copy() if found is None else found

    def subsumes(self, ancestor: int, descendant: int) -> bool:
        """Whether ``descendant`` is a proper descendant of ``ancestor``."""
        return self._relatives.subsumes(ancestor, descendant)

    def inactive(self) -> BitMap:
        """Ids of inactive concepts."""
        return self.property_equals(".inactive", "true")

    def not_selectable(self) -> BitMap:
        """Ids of abstract concepts and headers."""
        return self.property_equals(".selectable", "false")

    def with_property(self, code: str) -> BitMap:
        """Ids that have any value of the property."""
        return self._properties.present(code)

    def property_equals(self, code: str, value: str) -> BitMap:
        """Ids that have the value."""
        return self.kept((code, value), lambda: self._properties.equals(code, value)).copy()

    def property_values(self, code: str) -> Iterator[tuple[str, BitMap]]:
        """Each distinct value as text with the ids that have it, values sorted."""
        return self._properties.values(code)

    def search(self, text: str, within: BitMap | None = None) -> Iterator[int]:
        """Ids that match every word of the text as a prefix, best first, each once; read lazily."""
        if self._overlay is None:
            return search(self._index.system, text, self._members, within=within)
        return self._search_layers(text, within)

    def matching(self, text: str, within: BitMap | None = None) -> BitMap:
        """All ids that ``search`` would give, as a set: for totals, at once even for a common word."""
        if self._overlay is not None:
            return BitMap(self._search_layers(text, within))
        return matching(self._index.system, text, self._members, within)

    def _search_layers(self, text: str, within: BitMap | None) -> Iterator[int]:
        """Hits of all layers as ids of the first; a text that an earlier layer overrules is no hit."""
        overlay, query, seen = self._overlay, parse(text), set[int]()
        if overlay is None:
            return
        for hit in search(self._index.system, text, overlay.everything):
            ident = overlay.first_of(hit)
            if ident is None or ident in seen or (within is not None and ident not in within):
                continue
            if hit == ident or matches(query, self.concept(ident)):
                seen.add(ident)
                yield ident
