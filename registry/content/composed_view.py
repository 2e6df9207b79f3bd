"""``ContentView`` of a release whose concepts have components: descriptions, relationships, reference sets.

As ``StoredView``, with records composed from state and components (``registry.content.composed``), search over the active
descriptions, and relationships as properties. Views of systems without components are plain ``StoredView``s.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from functools import cached_property

import numpy as np
from pyroaring import BitMap

from registry.content.component_arrays import Numbers, ReleaseComponents
from registry.content.composed import compose
from registry.content.description_search import DescriptionSearch
from registry.content.layers import MergedConcept
from registry.content.stored import StoredView
from registry.content.system_index import SystemIndex
from registry.entities.offload import require_offload
from registry.entities.records import (
    ConceptRecord,
    DescriptionRecord,
    Designation,
    Property,
    RelationshipRecord,
)
from registry.store.component_frames import KINDS, SEPARATOR
from registry.store.component_packs import read_texts
from registry.store.content import concept_id, concept_keys, keys_of_concepts
from registry.store.engine import Connection
from registry.store.state_texts import StateTexts

__all__ = ["ComposedView"]

_COMPOSED_LIMIT = 500  #: records composed while others wait


class ComposedView(StoredView):
    """The content of one version of a system with components, from one release."""

    @property
    def system_id(self) -> int:
        """The id of the system."""
        return self._system_id

    @property
    def connection(self) -> Connection:
        """A connection for reading."""
        return self._database.reader()

    def warm_up(self) -> None:
        """Read into memory what the first requests need, components and the words of descriptions too."""
        super().warm_up()
        for kind in KINDS:
            self.components.system(kind)
        SystemIndex(self._database, self._system_id).description_words(self.components.bitmap("description"))

    @cached_property
    def components(self) -> ReleaseComponents:
        """The release's component rows as arrays."""
        return ReleaseComponents(self._database, self._system_id, self._index.release_id, self._members)

    def state_texts(self, look: Hashable) -> StateTexts:
        """Texts by id; they follow from the components of the release too."""
        return self._database.caches.state_texts.table((self._key, self.key, look))

    def concept(self, ident: int) -> ConceptRecord:
        """The record of an id, with its components."""
        return self._composed(ident, self._own(ident))

    def concepts(self, idents: Sequence[int]) -> list[ConceptRecord]:
        """Records of many ids, in the order given."""
        require_offload(len(idents), _COMPOSED_LIMIT)
        return [self._composed(i, r) for i, r in zip(idents, super().concepts(idents), strict=True)]

    def merged(self, ident: int) -> MergedConcept:
        """The record; components are of the same source line as the concept."""
        return MergedConcept(self.concept(ident), self._layers[0].header.facets)

    def merged_with_code(self, code: str) -> MergedConcept | None:
        """``merged`` of what ``find`` finds."""
        found = self.find(code)
        return None if found is None else self.merged(found)

    def parent_named(self, key: str) -> tuple[int, ConceptRecord] | None:
        """Id and record of the concept that a member of this view names as its parent."""
        found = self.find_concept(key)
        return None if found is None else (found, self.concept(found))

    def _composed(self, ident: int, record: ConceptRecord) -> ConceptRecord:
        concept, components = self.components.concept(ident), self.components
        descriptions = self._descriptions(concept, record)
        named = {d.key: component for component, d in descriptions}

        def preferred(key: str) -> list[str]:
            sets = components.language_sets()
            return [s for s in sets if named[key] in components.accepted(s, "preferred")]

        relationships = self._relationships(concept, record)
        return compose(record, [d for _, d in descriptions], relationships, preferred, self._rules)

    def _descriptions(self, concept: int, record: ConceptRecord) -> list[tuple[int, DescriptionRecord]]:
        """The components and records of the concept's active descriptions."""
        rows, held = self.components.about("description", concept), self.components.system("description")
        active = [row for row in rows if not held.columns["inactive"][row]]
        texts = read_texts(self._database.reader(), self._system_id, "description", active)
        found = []
        for row, text in zip(active, texts, strict=True):
            key, _, words = text.partition(SEPARATOR)
            named = Designation(held.name("type", row), words, held.name("language", row), key=key)
            component = int(held.columns["component"][row])
            found.append((component, DescriptionRecord(key, record.stable_key, named)))
        return found

    def _relationships(self, concept: int, record: ConceptRecord) -> Iterator[RelationshipRecord]:
        """The concept's active relationships, without keys."""
        rows, held = self.components.about("relationship", concept), self.components.system("relationship")
        columns, named = held.columns, held.numbers.get(self._rules.parent_attribute, -1)
        active = [row for row in rows if not columns["inactive"][row] and columns["type"][row] != named]
        targets = {int(columns["target"][row]) for row in active} - {0}
        keys = keys_of_concepts(self._database.reader(), targets) if targets else {}
        for row in active:
            value = keys.get(int(columns["target"][row])) or held.name("value", row)
            kind, group = held.name("value_type", row), int(columns["group"][row])
            stated = Property(held.name("type", row), value, kind, group=group)
            yield RelationshipRecord("", record.stable_key, stated)

    @cached_property
    def _search(self) -> DescriptionSearch:
        return DescriptionSearch(SystemIndex(self._database, self._system_id), self.components, self._members)

    def search(self, text: str, within: BitMap | None = None) -> Iterator[int]:
        """Ids with an active description (or code) that matches every word of the text as a prefix, best first."""
        return self._search.search(text, within)

    def matching(self, text: str, within: BitMap | None = None) -> BitMap:
        """All ids that ``search`` would give."""
        return self._search.matching(text, within)

    def with_property(self, code: str) -> BitMap:
        """Ids that have any value of the property or relationship."""
        rows = self._rows_of(code)
        return super().with_property(code) | self._states_of(rows)

    def property_equals(self, code: str, value: str) -> BitMap:
        """Ids that have the value."""
        return super().property_equals(code, value) | self._states_of(self._with_value(code, value))

    def property_values(self, code: str) -> Iterator[tuple[str, BitMap]]:
        """Each distinct value as text with the ids that have it, values sorted."""
        rows = self._rows_of(code)
        if not len(rows):
            yield from super().property_values(code)
            return
        for value in self._values(rows):
            if found := self._states_of(self._with_value(code, value)):
                yield value, found

    def _values(self, rows: Numbers) -> list[str]:
        held = self.components.system("relationship")
        targets = BitMap(held.columns["target"][rows].tolist())
        targets.discard(0)
        plain = np.unique(held.columns["value"][rows[held.columns["target"][rows] == 0]])
        names = {held.names[n] for n in plain.tolist()}
        return sorted({*names, *concept_keys(self._database.reader(), targets)})

    def _rows_of(self, code: str) -> Numbers:
        """The active rows of a relationship."""
        components, number = self.components, self.components.number("relationship", code)
        rows = components.rows("relationship")
        if number < 0 or code == self._rules.parent_attribute:
            return rows[:0]
        found: Numbers = rows[components.system("relationship").columns["type"][rows] == number]
        return found

    def _with_value(self, code: str, value: str) -> Numbers:
        rows, held = self._rows_of(code), self.components.system("relationship")
        if not len(rows):
            return rows
        target = concept_id(self._database.reader(), self._system_id, value)
        named = held.numbers.get(value, -1)
        by_target = held.columns["target"][rows] == (target or -1)
        plain = (held.columns["target"][rows] == 0) & (held.columns["value"][rows] == named)
        found: Numbers = rows[by_target | plain]
        return found

    def _states_of(self, rows: Numbers) -> BitMap:
        if not len(rows):
            return BitMap()
        return self.components.states(self.components.system("relationship").columns["subject"][rows])

    def in_reference_set(self, refset: str) -> BitMap:
        """Ids of the concepts that have an active row in a reference set."""
        held, rows = self.components.system("member"), self.components.members_of(refset)
        concepts = rows[held.columns["of"][rows] == held.numbers.get("concept", -1)]
        return self.components.states(held.columns["subject"][concepts])

    def reference_sets(self) -> list[str]:
        """The reference sets that have active rows, sorted."""
        return self.components.reference_sets()
