"""Resources stored as they were loaded (value sets, concept maps): storing, amending, ending, reading.

``body`` is opaque; its format is known to the caller. Several versions of one URL exist at the same time; the same
version again replaces the earlier one, which an earlier ``known_at`` still shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from registry.entities.errors import UnknownTarget, UsageError
from registry.entities.intervals import iso
from registry.entities.messages import message
from registry.entities.records import MapRecord
from registry.store.engine import Connection, Database
from registry.store.ledger_writer import Writer
from registry.store.maps import RowPages, decode_pages, write_resource_map
from registry.store.stored_values import reading

__all__ = [
    "ArtifactRow",
    "artifact_history",
    "artifact_rows",
    "artifacts_of",
    "drop_artifacts",
    "put_artifacts",
    "read_artifact",
]

Canonical = tuple[str, str, str]  #: kind, URL, version

_COLUMNS = "kind, resource_id, url, version, valid_from, valid_to, body, recorded_from, recorded_to, row_id"
_AT_ONCE = 400  #: rows read by one statement
#: number of states of the same resource up to this one
_NUMBER = (
    "CASE WHEN resource_id = '' THEN 1 ELSE (SELECT COUNT(*) FROM artifact b WHERE b.kind = artifact.kind"
    " AND b.resource_id = artifact.resource_id AND b.row_id <= artifact.row_id) END"
)
#: Resources with the header and pages of those whose rows are in the map store.
_WITH_MAPS = (
    "SELECT "
    + ", ".join(
        "COALESCE(m.shell, artifact.body)" if c == "body" else f"artifact.{c}" for c in _COLUMNS.split(", ")
    )
    + f", {_NUMBER}, m.pages, m.header FROM artifact LEFT JOIN concept_map m ON m.artifact_id = artifact.row_id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactRow:
    """One version of a resource; ``recorded_from`` is the instant, in microseconds, that it was stored.

    ``number`` counts the states of one id, from 1. A concept map comes with its ``map``, rows included, and with
    ``shell``, the resource without them; read back it has the map without rows, ``pages``, and the shell as body.
    """

    kind: str
    resource_id: str
    url: str
    version: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    body: bytes
    recorded_from: int = 0
    recorded_to: int | None = None
    row_id: int = 0
    number: int = 1
    map: MapRecord | None = None
    shell: bytes = b""
    pages: RowPages | None = None


def put_artifacts(
    database: Database,
    rows: Iterable[ArtifactRow],
    *,
    by_id: bool = False,
    ends: Sequence[Canonical] = (),
) -> list[str]:
    """Store resources in one publication; returns created, amended or unchanged for each.

    A resource is found again by its URL and version, without a URL by its id; those of one URL and version that are
    stored together stand side by side. ``by_id``: found by its id alone. ``ends``: resources (kind, URL, version) that
    end in the same publication.
    """
    with database.transaction() as connection:
        writer = Writer(connection)
        ended = _end_canonicals(writer, ends, nameless=True)
        outcomes, changed = list[str](), list[tuple[str, str, str]]()
        for row in rows:
            outcomes.append(_put(writer, row, by_id=by_id))
            if outcomes[-1] != "unchanged":
                changed.append((row.kind, row.url, row.version))
        if changed:
            kinds = ", ".join(sorted({kind for kind, *_ in changed}))
            _, url, version = changed[0]
            writer.publish("resource", url, version, summary=f"{len(changed)} stored: {kinds}")
        elif ended:
            writer.publish("retract", ended[0].url, ended[0].version, summary="replaced by its id")
        return outcomes


def _put(writer: Writer, row: ArtifactRow, *, by_id: bool) -> str:
    if not row.url and not row.resource_id:
        raise UsageError(message("error.resource_needs_id", kind=row.kind))
    live = _live(writer.connection, row, by_id=by_id, recorded=writer.recorded)
    if any(h.body == row.body and h.resource_id == row.resource_id for h in live):
        return "unchanged"
    for old in live:
        writer.end("artifact", old.row_id)
    row_id = writer.next_id("artifact", "row_id")
    columns = (
        "row_id",
        "kind",
        "resource_id",
        "url",
        "version",
        "valid_from",
        "valid_to",
        "body",
        "recorded_from",
    )
    values = (
        row_id,
        row.kind,
        row.resource_id,
        row.url,
        row.version,
        iso(row.valid_from),
        iso(row.valid_to),
        row.body,
        writer.recorded,
    )
    writer.insert("artifact", columns, [values])
    if row.map is not None:
        write_resource_map(writer, row.map, artifact_id=row_id, shell=row.shell)
    return "amended" if live else "created"


def _live(connection: Connection, row: ArtifactRow, *, by_id: bool, recorded: int) -> list[ArtifactRow]:
    """Current rows that the row replaces."""
    if by_id:
        nameless = "(url = ? AND version = ? AND url <> '' AND resource_id = '')"
        where = f"(resource_id = ? OR {nameless})"
        return _named(connection, row.kind, where, row.resource_id, row.url, row.version)
    if row.url:
        return _of_canonical(connection, row, recorded)
    return _named(connection, row.kind, "url = '' AND resource_id = ?", row.resource_id)


def _of_canonical(connection: Connection, row: ArtifactRow, recorded: int) -> list[ArtifactRow]:
    """The live rows of that URL and version, of the same id if there are such; none stored together with this one."""
    named = _named(connection, row.kind, "url = ? AND version = ?", row.url, row.version)
    alike = [h for h in named if (h.resource_id, h.body) == (row.resource_id, row.body)]
    candidates = alike or [h for h in named if h.recorded_from != recorded]
    return [h for h in candidates if h.resource_id == row.resource_id] or candidates


def _named(connection: Connection, kind: str, where: str, *names: str) -> list[ArtifactRow]:
    return _rows(connection, f"kind = ? AND {where} AND recorded_to IS NULL", (kind, *names))


def drop_artifacts(
    database: Database, kind: str, *, resource_id: str = "", canonicals: Sequence[Canonical] = ()
) -> None:
    """End the resources with an id and those with (kind, URL, version), from now on; all or nothing.

    An earlier ``known_at`` still shows them. Raises ``UnknownTarget`` if there are none.
    """
    with database.transaction() as connection:
        writer = Writer(connection)
        ended = _named(connection, kind, "resource_id = ?", resource_id) if resource_id else []
        for old in ended:
            writer.end("artifact", old.row_id)
        ended += _end_canonicals(writer, canonicals, nameless=bool(resource_id))
        if not ended:
            name = resource_id or next((url for _, url, _ in canonicals), "")
            raise UnknownTarget(message("error.no_resource", kind=kind, name=name))
        url, version = ended[0].url, ended[0].version
        writer.publish("retract", url, version, summary=f"{kind} {resource_id or url} retracted")


def _end_canonicals(writer: Writer, canonicals: Sequence[Canonical], *, nameless: bool) -> list[ArtifactRow]:
    """End resources by (kind, URL, version); ``nameless``: those that were stored without an id."""
    where = "url = ? AND version = ?" + (" AND resource_id = ''" if nameless else "")
    found: list[ArtifactRow] = []
    for kind, url, version in canonicals:
        found += _named(writer.connection, kind, where, url, version)
    for old in found:
        writer.end("artifact", old.row_id)
    return found


def artifact_history(connection: Connection, kind: str, resource_id: str) -> list[ArtifactRow]:
    """Every state of an id, oldest first, including ended ones."""
    found = _rows(connection, "kind = ? AND resource_id = ?", (kind, resource_id))
    return sorted(found, key=lambda r: r.row_id)


def artifact_rows(connection: Connection, instant: int | None = None) -> list[int]:
    """Row ids of every resource as known at the instant (None = now), by kind, URL and version, the latest last."""
    known = "recorded_to IS NULL"
    params: tuple[int, ...] = ()
    if instant is not None:
        known, params = "recorded_from <= ? AND (recorded_to IS NULL OR recorded_to > ?)", (instant, instant)
    statement = f"SELECT row_id FROM artifact WHERE {known} ORDER BY kind, url, version, row_id"
    return [r[0] for r in connection.all(statement, params)]


def artifacts_of(connection: Connection, rows: Sequence[int]) -> list[ArtifactRow]:
    """The resources of some rows; rows never change, so what is made of them may be kept.

    A map whose rows are in the map store has its shell as body, and the pages of its rows.
    """
    found: list[ArtifactRow] = []
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        statement = f"{_WITH_MAPS} WHERE artifact.row_id IN ({', '.join('?' * len(some))})"
        found += [_row(r) for r in connection.all(statement, some)]
    return found


def read_artifact(connection: Connection, row_id: int) -> ArtifactRow | None:
    """One stored row with its body."""
    return next(iter(_rows(connection, "row_id = ?", (row_id,))), None)


def _rows(connection: Connection, where: str, params: Sequence[object]) -> list[ArtifactRow]:
    statement = (
        f"SELECT {_COLUMNS}, {_NUMBER} FROM artifact WHERE {where} ORDER BY kind, url, version, row_id"
    )
    return [_row((*r, None, None)) for r in connection.all(statement, params)]


def _row(r: Sequence[Any]) -> ArtifactRow:
    return ArtifactRow(
        kind=r[0], resource_id=r[1], url=r[2], version=r[3], valid_from=_day(r[4]), valid_to=_day(r[5]),
        body=bytes(r[6]), recorded_from=r[7], recorded_to=r[8], row_id=r[9], number=r[10],
        pages=decode_pages(r[11]) if r[11] else None, map=_map_of(r[12]) if r[12] else None,
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    with reading("date"):
        return date.fromisoformat(text) if text else None


def _map_of(text: str) -> MapRecord:
    with reading("map"):
        return msgspec.json.decode(text, type=MapRecord)
