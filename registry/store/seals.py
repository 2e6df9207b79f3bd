"""Seals of publications: what each publication wrote, as hashes, in a chain.

A publication has ``seals``, JSON with a count and a hash of the rows of each table, and ``digest``, the SHA-256 of the
digest before it, its own columns and its seals. So every row of these tables is proved by the newest digest:

=====================  ===================================================================================
entry of ``seals``     covers
=====================  ===================================================================================
``TABLE``              rows that began with the publication, without ``recorded_to`` (and a release's ``purged``)
``TABLE ended``        keys of the rows that ended with it
``TABLE NUMBER``       rows that belong to release or map NUMBER, which began with it
``purged``             numbers of the releases that it purged
``audit``              number and digest of the newest entry of the audit trail (``registry.store.audit_trail``)
=====================  ===================================================================================

States of concepts and components are covered by the hash of their release's content, everything else is derived from
these and rebuilt for comparison (``registry.writing.verification``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from registry.store.engine import Connection

__all__ = [
    "BELONGING",
    "RECORDED",
    "METADATA",
    "Seals",
    "PublicationRow",
    "Table",
    "each_publication",
    "publication_digest",
    "row_bytes",
    "row_digest",
    "rows_since",
    "seal",
    "stored_seals",
]

Seals = dict[str, str]
GENESIS = "gyldig-chain-1"  #: takes the place of the digest before the first publication


class Table(NamedTuple):
    """The key of a table and the columns that are sealed with it."""

    key: str
    columns: tuple[str, ...]
    ends: bool = True  #: whether rows have ``recorded_to``


#: Tables whose rows have an interval of recorded time; a row changes only by its end.
RECORDED = {
    "code_system": Table("row_id", ("system_id", "slug", "body")),
    "system_alias": Table("row_id", ("alias", "system_id")),
    "version": Table("row_id", ("version_id", "system_id", "track", "label", "valid_from", "valid_to", "published",
                                "rolling", "same_as", "declared")),
    "release": Table("id", ("version_id", "system_id", "source_sha256", "content_sha256", "source_line", "header",
                            "concepts", "ready")),
    "attestation": Table("row_id", ("release_id", "published"), ends=False),
    "scope": Table("row_id", ("slug", "title", "kind")),
    "access_token": Table("row_id", ("name", "sha256", "rights", "valid_to")),
    "applicability": Table("row_id", ("scope", "system_id", "track", "label", "role", "codes", "allowed_from",
                                      "required_from", "accepted_until", "legal_basis")),
    "artifact": Table("row_id", ("kind", "resource_id", "url", "version", "valid_from", "valid_to", "body")),
    "concept_map": Table("map_id", ("artifact_id", "slug", "version", "valid_from", "published", "purpose",
                                    "source_system", "target_system", "source_sha256", "header", "pages", "shell")),
}  # fmt: skip
#: Tables that are small and decide how everything else is read.
METADATA = ("code_system", "system_alias", "version", "release", "attestation", "scope", "applicability",
            "access_token")  # fmt: skip
#: Tables whose rows belong to a release or a map: owner, column with its number, sealed columns, in their order.
BELONGING = {
    "release_content": ("release", "release_id", ("bitmap", "bitmap_sha256", "ordering", "removed")),
    "release_dependency": ("release", "release_id", ("depends_on",)),
    "release_components": ("release", "release_id", ("kind", "bitmap", "bitmap_sha256")),
    "map_page": ("concept_map", "map_id", ("side", "number", "body")),
}


class PublicationRow(NamedTuple):
    """A row of ``publication``."""

    number: int
    recorded: int
    action: str
    system: str
    version: str
    release: str
    summary: str
    author: str
    why: str
    origin: str
    seals: str
    digest: str


def row_bytes(values: Iterable[Any]) -> bytes:
    """Values of a row as bytes that no other values have; the same for the types of both databases."""
    return b"".join(map(_value_bytes, values))


def _value_bytes(value: Any) -> bytes:
    if value is None:
        return b"n"
    if isinstance(value, int):
        return b"i%d;" % value
    if isinstance(value, str):
        text = value.encode()
        return b"s%d:%b" % (len(text), text)
    if isinstance(value, bytes | memoryview):
        return b"b%d:%b" % (len(value), bytes(value))
    return b"?" + repr(value).encode()  # a type that is never written: the seal does not fit


def row_digest(values: Iterable[Any]) -> str:
    """The hash of one row, for tables that are written outside publications."""
    return hashlib.sha256(row_bytes(values)).hexdigest()


def publication_digest(previous: str, row: Sequence[Any]) -> str:
    """The digest of a publication: of the digest before it and its own columns, seals included."""
    return hashlib.sha256(row_bytes((previous or GENESIS, *row))).hexdigest()


class _Sum:
    """Count and hash of rows."""

    def __init__(self) -> None:
        self._count, self._hash = 0, hashlib.sha256()

    def add(self, row: Sequence[Any]) -> None:
        self._count += 1
        self._hash.update(row_bytes(row))

    def __str__(self) -> str:
        return f"{self._count} {self._hash.hexdigest()}"


def _columns(table: str) -> str:
    key, columns, _ = RECORDED[table]
    return ", ".join((key, *columns))


def _belonging(connection: Connection, table: str, number: int | None = None) -> Iterator[tuple[Any, ...]]:
    """(owner's number, sealed columns …) of the rows that belong to one owner, or to any."""
    _, owner, columns = BELONGING[table]
    where = "" if number is None else f" WHERE {owner} = ?"
    order = ", ".join((owner, *columns[:3]) if table != "release_content" else (owner,))
    statement = f"SELECT {', '.join((owner, *columns))} FROM {table}{where} ORDER BY {order}"
    rows: Iterator[tuple[Any, ...]] = connection.each(statement, () if number is None else (number,))
    return rows


def seal(
    connection: Connection, began: dict[str, int], ended: dict[str, list[int]], purged: Sequence[int]
) -> Seals:
    """The seals of what a writer wrote: ``began`` has the greatest key that each table had before."""
    found: Seals = {}
    owners: dict[str, list[int]] = {"release": [], "concept_map": []}
    for table, before in began.items():
        total, key = _Sum(), RECORDED[table].key
        statement = f"SELECT {_columns(table)} FROM {table} WHERE {key} > ? ORDER BY {key}"
        for row in connection.each(statement, (before,)):
            total.add(row)
            owners.setdefault(table, []).append(int(row[0]))
        found[table] = str(total)
    for table, (owner, _, _) in BELONGING.items():
        for number in owners[owner]:
            if rows := list(_belonging(connection, table, number)):
                found[f"{table} {number}"] = _sum(rows)
    found |= {
        f"{table} ended": _sum([(key,) for key in sorted(keys)]) for table, keys in ended.items() if keys
    }
    if purged:
        found["purged"] = " ".join(map(str, sorted(purged)))
    return found


def _sum(rows: Iterable[Sequence[Any]]) -> str:
    total = _Sum()
    for row in rows:
        total.add(row)
    return str(total)


def stored_seals(connection: Connection, *, metadata_only: bool = False) -> dict[int, Seals]:
    """The seals of the rows as they are now, by the instant that they name (0: rows that belong to nothing)."""
    sums: dict[tuple[int, str], _Sum] = {}
    instants: dict[tuple[str, int], int] = {}

    def add(instant: int, name: str, row: Sequence[Any]) -> None:
        sums.setdefault((instant, name), _Sum()).add(row)

    for table in METADATA if metadata_only else RECORDED:
        key, _, ends = RECORDED[table]
        more = "recorded_to" if ends else "NULL"
        statement = f"SELECT recorded_from, {more}, {_columns(table)} FROM {table} ORDER BY {key}"
        for began, ended, *row in connection.each(statement):
            add(began, table, row)
            instants[table, row[0]] = began
            if ended is not None:
                add(ended, f"{table} ended", row[:1])
    for table, (owner, _, _) in {} if metadata_only else BELONGING.items():
        for number, *columns in _belonging(connection, table):
            add(instants.get((owner, number), 0), f"{table} {number}", (number, *columns))
    found: dict[int, Seals] = {}
    for (instant, name), total in sums.items():
        found.setdefault(instant, {})[name] = str(total)
    return found


def each_publication(connection: Connection) -> Iterator[PublicationRow]:
    """Every publication, oldest first."""
    return (
        PublicationRow(*r)
        for r in connection.each(
            f"SELECT {', '.join(PublicationRow._fields)} FROM publication ORDER BY number"
        )
    )


def rows_since(connection: Connection, number: int) -> int:
    """Rows of metadata and resources that later publications wrote, by their seals; many publications count as many rows."""
    statement = "SELECT seals FROM publication WHERE number > ? ORDER BY number LIMIT ?"
    found = connection.all(statement, (number, _MANY))
    if len(found) == _MANY:
        return _MANY * _MANY
    written = (sealed for (text,) in found for sealed in decode_seals(text or "{}").items())
    return sum(int(total.split()[0]) for name, total in written if name.removesuffix(" ended") in RECORDED)


_MANY = 100  #: publications whose rows are not counted
decode_seals = msgspec.json.Decoder(Seals).decode
encode_seals = msgspec.json.Encoder(order="sorted").encode
