"""What a load changes: number of changes by type against what was there, counted before the transaction ends.

A load and its dry run count the same way, because a dry run is the load, rolled back. Compared are only the states that one
side alone has; what was there is the version's own content, else that of the version before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from pyroaring import BitMap

from registry.content.change_types import count_types
from registry.content.changes import derive
from registry.content.successors import Side
from registry.entities.messages import message, worded
from registry.entities.records import ConceptRecord, ReleaseHeader
from registry.reader import Reader
from registry.store.content import (
    family_codes,
    release_rows,
    states_by_code,
    states_by_ids,
    states_of_concepts,
)
from registry.store.engine import Connection
from registry.store.metadata import ReleaseRow
from registry.store.states import decode
from registry.store.tokens import compact_code
from registry.systems import SystemBehaviour
from registry.systems.coverage import covered_by
from registry.time.timeline import Timeline
from registry.writing.content_writer import StoredContent

__all__ = ["changes_by_type", "earlier_release", "unusual"]

_MOST = 300_000  #: differing states that are compared
_SHARE, _FEW = 10, 10  #: per cent of the codes, and number of codes, from which on a change is unusual


def earlier_release(reader: Reader, header: ReleaseHeader) -> ReleaseRow | None:
    """The release that the load is compared with, as it is before the load; None if nothing was there."""
    moment = reader.moment()
    system = moment.snapshot.slugs.get(header.system)
    if system is None:
        return None
    timeline: Timeline = moment.timeline(system)
    rows = timeline.on_track(header.track)
    own = [v for v in rows if v.label == header.version]
    start = header.valid_from
    older = [v for v in rows if start is None or (v.valid_from and v.valid_from < start)]
    for version in [*own, *reversed(older)]:
        segments = [s for s in timeline.segments(version) if s.layers]
        if segments:
            layers = segments[-1].layers
            return next((r for r in layers if r.source_line == header.source_line), layers[0])
    return None


def changes_by_type(
    reader: Reader,
    connection: Connection,
    header: ReleaseHeader,
    before: ReleaseRow | None,
    content: StoredContent,
    rules: SystemBehaviour,
) -> dict[str, int]:
    """The number of changes of each type; empty if too many states differ to be compared.

    ``connection``: the load's own transaction, which has its states.
    """
    if before is None:
        return {"created": len(content.members)}
    members = reader.bitmap(before)
    old, new = members - content.members, content.members - members
    if header.coverage.kind == "fragment" and not header.is_changes:
        concepts = BitMap(row[1] for row in release_rows(connection, content.members)) | content.removed
        old &= states_of_concepts(connection, concepts)
    if len(old) + len(new) > _MOST:
        return {}
    read = _Contents(connection, before.system_id, rules)
    sides = (
        read.side(old, members, before.header),
        read.side(new, content.members, header),
    )
    return count_types(derive(*sides, rules).changes)


class _Contents:
    """Reads the sides of a comparison through one connection."""

    def __init__(self, connection: Connection, system_id: int, rules: SystemBehaviour) -> None:
        self._connection, self._system_id, self._rules = connection, system_id, rules

    def side(self, differing: BitMap, members: BitMap, header: ReleaseHeader) -> Side:
        """A content of which some states differ from the other."""
        records = {r.stable_key: r for r in self._records(differing)}
        covers = covered_by(header.coverage, self._rules)
        facets, language = frozenset(header.facets), header.language
        return Side(records, self._getter(members), facets, covers, self._siblings(members), language)

    def _records(self, idents: Iterable[int]) -> list[ConceptRecord]:
        return [decode(bytes(body)) for _, body in states_by_ids(self._connection, idents)]

    def _getter(self, members: BitMap) -> Callable[[str], ConceptRecord | None]:
        @lru_cache(maxsize=4096)
        def get(code: str) -> ConceptRecord | None:
            rows = states_by_code(self._connection, self._system_id, code)
            return next((decode(bytes(body)) for ident, body in rows if ident in members), None)

        return get

    def _siblings(self, members: BitMap) -> Callable[[str], list[ConceptRecord]]:
        @lru_cache(maxsize=64)
        def under(top: str) -> list[ConceptRecord]:
            rows = family_codes(self._connection, self._system_id, compact_code(top))
            return self._records(members & BitMap(ident for ident, _ in rows))

        return lambda code: under([code, *self._rules.structural_parents(code)][-1])


def unusual(counts: dict[str, int], before: ReleaseRow | None, concepts: int) -> list[str]:
    """A warning for each type of change that an unusual share of the codes has; none for the first content."""
    if before is None:
        return []
    total = max(before.concepts, concepts)
    found = [(kind, n) for kind, n in counts.items() if n >= _FEW and n * 100 > _SHARE * total]
    return [
        message("load.unusual", count=n, total=total, share=round(100 * n / total), type=worded(kind))
        for kind, n in found
    ]
