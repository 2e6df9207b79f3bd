"""Changes between two versions as a concept map: ``registry.entities.results.Changes`` in, map rows out.

The changes are derived in ``registry.content.changes``; official change tables are loaded as maps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from registry.content.change_types import TYPES
from registry.entities.errors import UnknownTarget
from registry.entities.records import MapRecord, MapRowRecord
from registry.entities.relationships import EQUIVALENT
from registry.entities.results.changes import Change
from registry.entities.results.codes import CodeDisplay

if TYPE_CHECKING:
    from registry import Registry

__all__ = ["change_map", "rows_of"]

PURPOSE = "version-change"


def change_map(
    registry: Registry, system: str, v1: str, v2: str, *, known_at: str | None = None
) -> MapRecord:
    """The map of all codes that changed from ``v1`` to ``v2``; codes without a row are unchanged.

    Raises ``UnknownTarget`` if a version is unknown or not loaded.
    """
    changes = registry.diff(system, v1, v2, known_at=known_at)
    if changes.reason is not None:
        raise UnknownTarget(changes.message)
    return MapRecord(
        slug=f"{changes.system}-{v1}-to-{v2}",
        version=v2,
        purpose=PURPOSE,
        source_system=changes.system,
        target_system=changes.system,
        source_version=v1,
        target_version=v2,
        method=_method(changes.changes),
        title=f"{changes.system}: changes from {v1} to {v2}",
        rows=tuple(row for change in changes.changes for row in rows_of(change)),
    )


def _method(changes: Iterable[Change]) -> str:
    """How the map was made, as text for its metadata."""
    derived = "derived from the contents of both versions"
    by_table = any(change.source == "official" for change in changes)
    return f"official change tables; what they do not name is {derived}" if by_table else derived


def rows_of(change: Change) -> Iterator[MapRowRecord]:
    """Rows of one event; a created code has no row, a deleted code a row without target."""
    if change.inputs and not change.outputs:
        for source in change.inputs:
            yield _row(change, source, None, "")
    pairs = {(p["from"], p["to"]): p["relationship"] for p in change.details.get("pairs", ())}
    for source in change.inputs:
        for target in change.outputs:
            if not pairs or (source.code, target.code) in pairs:
                own = TYPES[change.type].relationship or EQUIVALENT
                yield _row(change, source, target, pairs.get((source.code, target.code), own))


def _row(change: Change, source: CodeDisplay, target: CodeDisplay | None, relationship: str) -> MapRowRecord:
    return MapRowRecord(
        sources=(source.code,),
        target=target.code if target else "",
        relationship=relationship,
        automatic=change.automatic_forward,
        automatic_back=change.automatic_back,
        comment=change.note or change.type,
        source_display=source.display,
        target_display=target.display if target else "",
        flags={"type": change.type, "source": change.source},
    )
