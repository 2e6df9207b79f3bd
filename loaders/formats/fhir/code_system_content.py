"""The concepts of a CodeSystem resource: read one at a time, spooled, with what its header needs to know of all.

Not here: the resource around them (``release``), how a record is made (``codesystem``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec.structs import replace

from loaders.checks import find_cycle
from loaders.formats.fhir.codesystem import ConceptReader, merged, twice
from loaders.formats.fhir.reading import Json, elements, items, text
from loaders.formats.fhir.resources import Found
from loaders.formats.fhir.validation import require_concept
from loaders.reading.spool import Spool, SpooledRecords
from registry.entities.errors import ContentError
from registry.entities.exact_json import encode
from registry.entities.messages import message
from registry.entities.records import ConceptRecord
from registry.systems import SystemBehaviour
from registry.systems.concept_properties import standard_name

__all__ = ["CodeSystemContent"]

_FLAGS = {"inactive": "inactive", "status": "inactive", "notSelectable": "selectable"}


class CodeSystemContent:
    """Reads and checks the concepts of a code system; raises ContentError with the element.

    A code in several places of the tree is one record with several parents. Kept in memory of each: code and parents.
    """

    def __init__(self, found: Found, behaviour: SystemBehaviour, spool: Spool) -> None:
        self._found = found
        self._canonical = None if behaviour.name in ("plain", "caseless") else behaviour.canonical
        self._records = spool.records(ConceptRecord)
        self._codes: set[str] = set()
        self._parents: dict[str, tuple[str, ...]] = {}
        self._changed: set[str] = set()
        self._facets = _Facets()
        repeats: list[tuple[str, bytes, str]] = []
        self._reader = ConceptReader(found.resource, found.path)
        self.info = self._reader.info
        for record, where in self._reader.records(self._concepts()):
            if record.code in self._codes:
                if not record.parents:
                    self._check_repeats(repeats)
                self._parents[record.code] = merged(self._parents.get(record.code, ()), record, where)
                self._changed.add(record.code)
                repeats.append((record.code, encode(record.designations), where))
                continue
            self._codes.add(record.code)
            self._records.add(record)
            self._facets.look(record)
            if record.parents:
                self._parents[record.code] = record.parents
        self._records.flush()
        self._check_repeats(repeats)
        self._add_from_above()

    def _concepts(self) -> Iterator[tuple[Json, str]]:
        found = self._found
        if found.streamed is None:
            yield from items(found.resource, "concept", found.path)
            return
        for item, where in elements(found.streamed, f"{found.path}.concept"):
            require_concept(item, where)
            yield item, where

    def _check_repeats(self, repeats: list[tuple[str, bytes, str]]) -> None:
        """Raise ContentError if a code comes again with other designations."""
        first = dict.fromkeys((code for code, _, _ in repeats), b"")
        for record in self._records if repeats else ():
            if record.code in first:
                first[record.code] = encode(record.designations)
        for code, designations, where in repeats:
            if first[code] != designations:
                raise twice(code, where)

    def _add_from_above(self) -> None:
        """Parents that the system states by a property that names children."""
        for above, code in self._reader.children:
            parents = self._parents.get(code, ())
            if code in self._codes and above not in parents:
                self._parents[code] = (*parents, above)
                self._changed.add(code)

    def require_tree(self) -> None:
        """Raise ContentError unless every parent is here and nothing is its own ancestor."""
        form = self._canonical or str
        codes = {form(c) for c in self._codes} if self._canonical else self._codes
        for code, parents in self._parents.items():
            for parent in parents:
                if form(parent) not in codes:
                    raise ContentError(message("fhir.parent", parent=form(parent)), line=self._place(code))
        if cycle := find_cycle({form(c): tuple(map(form, above)) for c, above in self._parents.items()}):
            why = message("fhir.cycle", path=" → ".join(cycle))
            raise ContentError(why, line=self._place(cycle[0]))

    def _place(self, code: str) -> str:
        """The path of the concept with the code. Slow: for messages only."""
        form = self._canonical or str
        return (
            _find(self._concepts(), lambda item: form(str(item.get("code"))) == form(code))
            or self._found.path
        )

    def facets(self) -> Iterator[str]:
        """What the resource asserts: what occurs in it, and what it declares that it would say."""
        yield from self._facets.named(self._found, self.info.properties, parents=bool(self._parents))

    def records(self) -> CodeSystemRecords:
        """The records, without what was only kept to check them."""
        changed = {code: self._parents[code] for code in self._changed}
        return CodeSystemRecords(self._records, changed, self._canonical)


class CodeSystemRecords:
    """The records of a code system, read from the spool each time; ``parents`` of those that stand in several places."""

    def __init__(
        self,
        spooled: SpooledRecords[ConceptRecord],
        parents: dict[str, tuple[str, ...]],
        canonical: Callable[[str], str] | None,
    ) -> None:
        self._spooled, self._parents, self._canonical = spooled, parents, canonical

    def __len__(self) -> int:
        return len(self._spooled)

    def __iter__(self) -> Iterator[ConceptRecord]:
        form = self._canonical
        for record in self._spooled:
            if record.code in self._parents:
                record = replace(record, parents=self._parents[record.code])
            if form is not None:
                record = replace(record, code=form(record.code), parents=tuple(map(form, record.parents)))
            yield record


def _find(concepts: Iterable[tuple[Json, str]], wanted: Any) -> str:
    for item, where in concepts:
        found = where if wanted(item) else _find(items(item, "concept", where), wanted)
        if found:
            return found
    return ""


class _Facets:
    """What occurs in the records."""

    def __init__(self) -> None:
        self._kinds: dict[str, None] = {}
        self._codes: dict[str, None] = {}
        self._notes = self._inactive = self._selectable = False

    def look(self, record: ConceptRecord) -> None:
        """Note what a record says."""
        for d in record.designations:
            self._kinds[d.kind] = None
        for p in record.properties:
            self._codes[p.code] = None
        self._notes = self._notes or bool(record.notes)
        self._inactive = self._inactive or record.inactive
        self._selectable = self._selectable or record.selectable is not None

    def named(self, found: Found, declared: Any, *, parents: bool) -> Iterator[str]:
        codes = {p.code: None for p in declared} | self._codes
        flags = {_FLAGS.get(_name(p)) for p in declared}
        meaning = bool(text(found.resource, "hierarchyMeaning", found.path))
        yield from self._kinds
        for facet, asserted in (
            ("notes", self._notes),
            ("hierarchy", parents or meaning or "parent" in codes),
            ("inactive", self._inactive or "inactive" in flags),
            ("selectable", self._selectable or "selectable" in flags),
        ):
            if asserted:
                yield facet
        yield from (f"property:{code}" for code in codes if code not in ("parent", "child"))


def _name(declared: Any) -> str:
    """A declared property by FHIR's own name for it, else by its code."""
    uri: str = declared.uri
    return standard_name(uri) or str(declared.code)
