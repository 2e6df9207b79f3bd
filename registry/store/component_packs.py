"""Stored component rows: numbers in packs of columns, texts in pages, names in a table of their own.

A row has a number within its system and kind, from 1; rows never change, and a release is a bitmap of rows. A pack holds the
rows of one load, its pages hold their texts (of descriptions the key and the text, of members the values). Columns hold
numbers: ``component`` (the same for all rows of one key), ``subject`` and ``target`` (ids of concepts), and for the columns in
``NAMED`` numbers of names.

================  =============================================================================================
``subject``       of a description or relationship its concept; of a member the concept, or the component of the
                  kind ``of``; a number from ``UNKNOWN`` on is the number of a name: a component not stored yet
``target``        the concept that is the value of a relationship; 0: the name ``value`` is
================  =============================================================================================
"""

from __future__ import annotations

import hashlib
import io
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from pyroaring import BitMap

from registry.store.engine import Connection
from registry.store.stored_values import damaged, reading

if TYPE_CHECKING:
    from polars import DataFrame, Series

__all__ = ["NAMED", "NONE", "PACKED", "UNKNOWN", "add_names", "bitmap_of_numbers", "damaged_packs", "greatest", "names_of", "read_packs", "read_texts", "write_pack",
           "write_texts"]  # fmt: skip

_ALWAYS = ("component", "subject", "module", "effective", "inactive")
#: columns of a pack besides ``row`` and ``key``
PACKED: dict[str, tuple[str, ...]] = {
    "description": (*_ALWAYS, "type", "language", "extra"),
    "relationship": (*_ALWAYS, "type", "target", "value", "value_type", "group", "extra"),
    "member": (*_ALWAYS, "of", "refset", "acceptability", "shape"),
}
NAMED = frozenset({"module", "type", "language", "extra", "value", "value_type", "of", "refset", "acceptability",
                   "shape"})  # fmt: skip
UNKNOWN = 1 << 31
NONE = (1 << 32) - 1  #: the number of no name
_PAGE = 128  #: texts of a page
_BETWEEN = "\0"


def write_pack(connection: Connection, system_id: int, kind: str, frame: DataFrame) -> None:
    """Store rows (``row``, ``key`` and the columns of ``PACKED``), ascending."""
    body = io.BytesIO()
    frame.select("row", "key", *PACKED[kind]).write_ipc(body, compression="zstd")
    packed = body.getvalue()
    row = (system_id, kind, frame["row"][0], hashlib.sha256(packed).hexdigest(), packed)
    connection.insert("component_pack", ("system_id", "kind", "first", "body_sha256", "body"), [row])


def damaged_packs(connection: Connection, system_id: int, kind: str) -> list[int]:
    """First rows of the packs that do not fit their hash."""
    statement = "SELECT first, body_sha256, body FROM component_pack WHERE system_id = ? AND kind = ?"
    rows = connection.execute(statement, (system_id, kind))
    return [int(first) for first, digest, body in rows if hashlib.sha256(bytes(body)).hexdigest() != digest]


def read_packs(
    connection: Connection, system_id: int, kind: str, columns: Sequence[str], *, after: int = 0
) -> DataFrame:
    """The columns of all rows of packs that begin after a row, ascending; raises ``StoreDamaged``."""
    import polars as pl

    statement = (
        "SELECT body FROM component_pack WHERE system_id = ? AND kind = ? AND first > ? ORDER BY first"
    )
    found = []
    for (body,) in connection.each(statement, (system_id, kind, after)):
        try:
            found.append(pl.read_ipc(io.BytesIO(bytes(body)), columns=list(columns)))
        except (pl.exceptions.PolarsError, OSError, ValueError) as error:
            raise damaged("component", error) from error
    return pl.concat(found, rechunk=True) if found else _empty(columns)


def _empty(columns: Sequence[str]) -> DataFrame:
    import polars as pl

    return pl.DataFrame(schema={c: pl.String if c == "key" else pl.UInt32 for c in columns})


def bitmap_of_numbers(numbers: Series) -> BitMap:
    """The numbers as a bitmap."""
    import numpy as np

    return BitMap(array("I", np.ascontiguousarray(numbers.to_numpy(), dtype=np.uint32).tobytes()))


def greatest(numbers: Series) -> int:
    """The greatest of the numbers; 0 if there is none."""
    return 0 if numbers.is_empty() else int(numbers.to_numpy().max())


def write_texts(connection: Connection, system_id: int, kind: str, first: int, texts: Iterable[str]) -> None:
    """Store the texts of neighbouring rows from ``first``."""

    def pages() -> Iterator[tuple[int, str, int, bytes]]:
        ahead, start = iter(texts), first
        while page := list(islice(ahead, _PAGE)):
            yield system_id, kind, start, zlib.compress(_BETWEEN.join(page).encode(), 1)
            start += len(page)

    connection.insert("component_text", ("system_id", "kind", "first", "body"), pages())


def read_texts(connection: Connection, system_id: int, kind: str, rows: Sequence[int]) -> list[str]:
    """The texts of rows, which ascend."""
    found: list[str] = []
    many = len(rows) > _PAGE
    pages = _pages_between(connection, system_id, kind, rows) if many else iter(())
    start, page = 0, list[str]()
    for row in rows:
        while not start <= row < start + len(page):
            start, page = next(pages, (0, [])) if many else _page_of(connection, system_id, kind, row)
            if not page:
                raise damaged("component", f"{kind} {row}")
        found.append(page[row - start])
    return found


def _page_of(connection: Connection, system_id: int, kind: str, row: int) -> tuple[int, list[str]]:
    statement = (
        "SELECT first, body FROM component_text WHERE system_id = ? AND kind = ? AND first <= ?"
        " ORDER BY first DESC LIMIT 1"
    )
    found = connection.one(statement, (system_id, kind, row))
    page = (0, []) if found is None else (int(found[0]), _unpacked(found[1]))
    return page if page[0] <= row < page[0] + len(page[1]) else (0, [])


def _pages_between(
    connection: Connection, system_id: int, kind: str, rows: Sequence[int]
) -> Iterator[tuple[int, list[str]]]:
    statement = (
        "SELECT first, body FROM component_text WHERE system_id = ? AND kind = ? AND first > ? AND first <= ?"
        " ORDER BY first"
    )
    bounds = (rows[0] - _PAGE, rows[-1])
    for first, body in connection.each(statement, (system_id, kind, *bounds)):
        yield int(first), _unpacked(body)


def _unpacked(body: bytes) -> list[str]:
    with reading("component"):
        return zlib.decompress(bytes(body)).decode().split(_BETWEEN)


def names_of(connection: Connection, system_id: int) -> list[str]:
    """Every name by its number; number 0 is the empty name."""
    rows = connection.all("SELECT id, name FROM component_name WHERE system_id = ? ORDER BY id", (system_id,))
    found = [""]
    for number, name in rows:
        if number != len(found):
            raise damaged("component", f"name {number}")
        found.append(name)
    return found


def add_names(connection: Connection, system_id: int, first: int, names: Sequence[str]) -> None:
    """Store new names, numbered from ``first``."""
    rows = [(system_id, first + n, name) for n, name in enumerate(names)]
    connection.insert("component_name", ("system_id", "id", "name"), rows)
