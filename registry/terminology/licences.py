"""What the licences of the registry's systems allow: one decision for every resource that names a system (DOMAIN 14).

A resource is as restricted as the most restricted system that it names, wherever it names it. Licences are read as they
are now, also for answers about an earlier instant: a system that was open once is not open under ``known-at``.

=======================================================  ==========================================================
resource                                                 systems that it names
=======================================================  ==========================================================
content of a system                                      the system, and the systems that its releases supplement
value set, concept map, an earlier state of either       every canonical in its JSON, its includes and its groups
a name that is no system of the registry                 none: the registry has no licence for it
=======================================================  ==========================================================

Lists of a system that may be read and not passed on (``redistribution`` = ``no``), the same for every surface:

===================================================================  =================================================
list                                                                 given
===================================================================  =================================================
one code: lookup, validation, history, translation, subsumption      yes
a whole version: download, CodeSystem, $expand of all its codes      no
a part: search, $expand of anything less or with a text, hierarchy,  up to its first ``PART`` codes, its pages together
changes between versions
===================================================================  =================================================

Not here: who the caller is (``api.callers``). Callers with the right to read restricted content are not checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from weakref import WeakKeyDictionary, ref

from registry.entities.errors import Restricted
from registry.entities.messages import message
from registry.entities.records import SystemRecord
from registry.reader import Reader
from registry.store.bounded import Bounded
from registry.store.metadata import Snapshot
from registry.terminology.conceptmap import ConceptMap
from registry.terminology.valueset import Include, ValueSet

__all__ = ["PART", "Licences", "licences_of", "names_in", "names_of"]

_OPEN = 5000  #: most systems whose lists were found to be open and that are not checked again
PART = 100  #: most codes of a list of a system that must not be passed on
_NAMES = 200_000  #: most names kept, of all resources together


class Licences:
    """Decides by the licences of one registry as they are now."""

    def __init__(self, reader: Reader) -> None:
        self._reader = ref(reader)  # the reader holds this object by ``licences_of``, not the other way
        self._supplements: tuple[Snapshot, dict[int, tuple[str, ...]]] | None = None
        self._open_lists: tuple[Snapshot, set[str]] | None = None
        self._names: Bounded[int, tuple[object, frozenset[str]]] = Bounded(
            _NAMES, lambda kept: 1 + len(kept[1])
        )

    def require_read(self, names: Iterable[str]) -> None:
        """Raise Restricted if one of the systems named is restricted; a name is a slug, canonical URL or OID."""
        for record in self._records(names):
            if record.access == "restricted":
                raise Restricted(_text("error.restricted", record), system=record.slug)

    def require_list(self, names: Iterable[str]) -> None:
        """Raise Restricted if whole lists of one of the systems named may not be passed on."""
        for record in self._not_open(names):
            if record.access == "restricted":
                raise Restricted(_text("error.restricted", record), system=record.slug)
            raise Restricted(_text("error.no_passing_on", record), system=record.slug)

    def require_part(self, names: Iterable[str], end: int) -> None:
        """Raise Restricted if a list that a text or a code chooses may not be given up to its ``end``-th code."""
        for record in self._not_open(names):
            if record.access == "restricted":
                raise Restricted(_text("error.restricted", record), system=record.slug)
            if end > PART:
                raise Restricted(_text("error.no_more_of_list", record, most=PART), system=record.slug)

    def _not_open(self, names: Iterable[str]) -> Iterator[SystemRecord]:
        """The entries whose lists may not be passed on; names without any are looked up once per publication."""
        snapshot, kept = self._snapshot(), self._open_lists
        if kept is None or kept[0] is not snapshot or len(kept[1]) > _OPEN:
            kept = self._open_lists = snapshot, set()
        for name in names:
            if name not in kept[1]:
                found = [r for r in self._records((name,)) if not _is_open(r)]
                yield from found
                if not found:
                    kept[1].add(name)

    def may_give_part(self, names: Iterable[str], end: int) -> bool:
        """Whether ``require_part`` would not raise."""
        return all(record.access != "restricted" and end <= PART for record in self._not_open(names))

    def may_read(self, names: Iterable[str]) -> bool:
        """Whether none of the systems named is restricted."""
        return all(record.access != "restricted" for record in self._records(names))

    def names_of(self, resource: ValueSet | ConceptMap) -> frozenset[str]:
        """The names in a resource; kept, because resources never change."""
        return self._names.get(id(resource), lambda: (resource, names_of(resource)))[1]

    def _records(self, names: Iterable[str]) -> Iterator[SystemRecord]:
        """The catalogue entries of the systems named, and of those that they supplement."""
        snapshot = self._snapshot()
        for name in names:
            row = snapshot.system(_plain(name))
            if row is None:
                continue
            yield row.record
            for supplemented in self._supplemented(snapshot).get(row.system_id, ()):
                if (base := snapshot.system(_plain(supplemented))) is not None:
                    yield base.record

    def _snapshot(self) -> Snapshot:
        """The metadata as they are now."""
        reader = self._reader()
        if reader is None:
            raise ValueError("the registry is closed")
        return reader.moment().snapshot

    def _supplemented(self, snapshot: Snapshot) -> dict[int, tuple[str, ...]]:
        """By system, the canonicals that its releases supplement."""
        if self._supplements is None or self._supplements[0] is not snapshot:
            found: dict[int, dict[str, None]] = {}
            for rows in snapshot.releases.values():
                for row in rows:
                    if canonical := row.header.shell.get("supplements"):
                        found.setdefault(row.system_id, {})[str(canonical)] = None
            self._supplements = snapshot, {ident: tuple(names) for ident, names in found.items()}
        return self._supplements[1]


_CACHED: WeakKeyDictionary[Reader, Licences] = WeakKeyDictionary()


def licences_of(reader: Reader) -> Licences:
    """The licences of a registry, one object for each reader."""
    found = _CACHED.get(reader)
    if found is None:
        found = _CACHED[reader] = Licences(reader)
    return found


def _is_open(record: SystemRecord) -> bool:
    """Whether whole lists of the system may be passed on."""
    return record.access != "restricted" and record.redistribution != "no"


def _text(key: str, record: SystemRecord, **values: object) -> str:
    licence = record.licence or message("error.licence_not_stated")
    return message(key, system=record.slug, licence=licence, **values)


def _plain(name: str) -> str:
    """A canonical without version and query.

    >>> _plain("http://x.org/s|1"), _plain("http://x.org/s?fhir_vs=isa/1"), _plain("icd-10-no")
    ('http://x.org/s', 'http://x.org/s', 'icd-10-no')
    """
    return name.partition("|")[0].partition("?")[0]


def names_in(resource: Any) -> Iterator[str]:
    """Every text of a JSON value that may name a system: a canonical, with or without version or query."""
    if isinstance(resource, str):
        if ":" in resource and " " not in resource:
            yield _plain(resource)
    elif isinstance(resource, dict):
        for value in resource.values():
            yield from names_in(value)
    elif isinstance(resource, list | tuple):
        for value in resource:
            yield from names_in(value)


def names_of(resource: ValueSet | ConceptMap) -> frozenset[str]:
    """Every name in a value set or concept map."""
    found = {*names_in(resource.shell), *names_in(resource.definition)}
    if isinstance(resource, ValueSet):
        return frozenset({*found, *_of_value_set(resource)})
    ends = (resource.url, resource.source_scope, resource.target_scope)
    pairs = (name for group in resource.groups for name in (group.source, group.target))
    return frozenset({*found, *(_plain(name) for name in (*ends, *pairs) if name)})


def _of_value_set(value_set: ValueSet) -> Iterator[str]:
    parts: tuple[Include, ...] = (*value_set.includes, *value_set.excludes)
    yield from (_plain(part.system) for part in parts if part.system)
    yield from (_plain(name) for part in parts for name in part.value_sets)
    yield from (_plain(name) for name in (value_set.url, *value_set.supplements) if name)
    for contained in value_set.contained.values():
        yield from names_of(contained)
