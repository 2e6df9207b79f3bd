"""Concept states: canonical bytes of a record, their hash, and values derived from a record when it is stored.

Pure functions between records and bytes.
"""

from __future__ import annotations

import hashlib
import sys
import unicodedata
import zlib
from array import array
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import msgspec

from registry.entities.exact_json import decoder
from registry.entities.records import ConceptRecord, Designation, Property
from registry.store.stored_values import UNREADABLE, damaged, reading
from registry.store.tokens import fold

__all__ = [
    "CODE_WORD",
    "band_of",
    "canonical",
    "decode",
    "encode",
    "encoded",
    "pack_numbers",
    "pack_ordering",
    "release_hash",
    "searchable",
    "state_hash",
    "unpack_numbers",
    "unpack_ordering",
]

_encode = msgspec.json.Encoder(order="sorted", decimal_format="number").encode
_decode = decoder(ConceptRecord).decode
_DIGEST = 32
_SORTED_AT_ONCE = 50_000  #: hashes
_HASH_START = hashlib.sha256(b"gyldig-state-2\n")

#: the better the text names the concept, the lower its rank; unknown kinds count as synonyms
_RANKS = {"display": 0, "label.full": 0, "preferred": 0, "label.short": 1, "fsn": 1}
_LAST_RANK = 2
CODE_WORD = 10  #: longest compact code that counts as a word of each label ("k63 tarm")


def encode(record: ConceptRecord) -> bytes:
    """The canonical JSON of a record, version 2: NFC, sorted keys, empty fields left out, decimals digit by digit.

    Designations are sorted by (kind, language, text, key), properties by (code, group, order, type, value), parents as
    text; repetitions are dropped. Records with the same content have the same bytes.
    """
    return encoded(record)[1]


def encoded(record: ConceptRecord) -> tuple[ConceptRecord, bytes]:
    """The record with all texts composed, code and keys too, and its canonical JSON (``encode``)."""
    body = _encode(record)
    if not (body.isascii() or unicodedata.is_normalized("NFC", body.decode())):
        record = _composed_record(record)
        return record, _encode(_sorted(record))
    return record, body if _in_order(record) else _encode(_sorted(record))


def decode(body: bytes) -> ConceptRecord:
    """The record of a stored body; raises ``StoreDamaged``."""
    try:
        return _decode(body)
    except UNREADABLE as error:
        raise damaged("state", error) from error


def state_hash(body: bytes) -> bytes:
    """The identity of a state: SHA-256 over a version mark and the canonical JSON (32 bytes)."""
    digest = _HASH_START.copy()
    digest.update(body)
    return digest.digest()


def release_hash(hashes: bytes | bytearray, further: Iterable[str]) -> str:
    """The identity of a release's content, in hex.

    It covers the hashes of its states, in any order, and further content as texts: the keys that a fragment removes, a
    hash for each kind of component.
    """
    digest = hashlib.sha256(b"gyldig-release-2\n")
    for part in _ascending_hashes(hashes):
        digest.update(part)
    for text in further:
        digest.update(b"\0" + text.encode())
    return digest.hexdigest()


def _ascending_hashes(hashes: bytes | bytearray) -> Iterator[bytes]:
    """The hashes in ascending order, joined; many by their first byte, because an object for each takes much memory."""
    if len(hashes) <= _SORTED_AT_ONCE * _DIGEST:
        yield _sorted_hashes(hashes)
        return
    parts = [bytearray() for _ in range(256)]
    for at in range(0, len(hashes), _DIGEST):
        parts[hashes[at]] += hashes[at : at + _DIGEST]
    yield from map(_sorted_hashes, parts)


def _sorted_hashes(hashes: bytes | bytearray) -> bytes:
    return b"".join(sorted(hashes[at : at + _DIGEST] for at in range(0, len(hashes), _DIGEST)))


def _in_order(record: ConceptRecord) -> bool:
    """Whether nothing needs sorting; may be False although sorting would change nothing."""
    texts = record.designations
    if len(texts) == 2:
        first, second = texts
        if first.kind >= second.kind and _text_key(first) >= _text_key(second):
            return False
    elif len(texts) > 2 and not _ascending([_text_key(d) for d in texts]):
        return False
    if len(record.notes) > 1:
        return False
    if len(record.parents) > 1 and not _ascending(record.parents):
        return False
    if len(record.properties) > 1 and not _ascending([p.code for p in record.properties]):
        return False
    return record.key != record.code


def _ascending(values: Iterable[Any]) -> bool:
    previous = None
    for value in values:
        if previous is not None and previous >= value:
            return False
        previous = value
    return True


def _text_key(designation: Designation) -> tuple[str, str, str, str]:
    return (designation.kind, designation.language, designation.text, designation.key)


def canonical(record: ConceptRecord) -> ConceptRecord:
    """The record in canonical form, as ``decode(encode(record))`` returns it."""
    if not unicodedata.is_normalized("NFC", _encode(record).decode()):
        record = _composed_record(record)
    return _sorted(record)


def _composed_record(record: ConceptRecord) -> ConceptRecord:
    return msgspec.convert(_composed(msgspec.to_builtins(record, builtin_types=(Decimal,))), ConceptRecord)


def _sorted(record: ConceptRecord) -> ConceptRecord:
    """The record with its parts in canonical order, each once."""
    return msgspec.structs.replace(
        record,
        key="" if record.key == record.code else record.key,
        designations=_distinct(record.designations, key=lambda d: (*_text_key(d), _encode(d))),
        notes=tuple(sorted(record.notes, key=lambda n: (n.kind, n.language))),
        parents=tuple(sorted(set(record.parents))),
        properties=_distinct(record.properties, key=_property_key),
    )


def _property_key(item: Property) -> tuple[str, int, int, str, bytes]:
    return (item.code, item.group, item.order, item.type, _encode(item))


def _distinct(items: tuple[Any, ...], *, key: Any) -> tuple[Any, ...]:
    return tuple({key(item)[-1]: item for item in sorted(items, key=key)}.values())


def _composed(value: Any) -> Any:
    """The value with every text in Unicode's composed form."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {_composed(k): _composed(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_composed(v) for v in value]
    return value


def searchable(record: ConceptRecord) -> Iterator[tuple[int, str]]:
    """Each distinct text of the record as (band, folded text), best band first.

    The band (10 bits) orders hits: rank of the kind of designation << 8 | length in characters (at most 255).
    """
    if len(record.designations) == 1:
        text = record.designations[0].text
        yield band(record.designations[0]), fold(text)
        return
    seen: set[str] = set()
    for number, text in sorted((band(d), fold(d.text)) for d in record.designations):
        if text not in seen:
            seen.add(text)
            yield number, text


def band(designation: Designation) -> int:
    """Rank of search hits on this designation: preferred and short texts first."""
    return band_of(designation.kind, designation.text)


def band_of(kind: str, text: str) -> int:
    """Rank of search hits on a text of a kind."""
    length = len(text) if text.isascii() else len(unicodedata.normalize("NFC", text))
    return _RANKS.get(kind, _LAST_RANK) << 8 | min(length, 255)


def pack_numbers(numbers: Iterable[int]) -> bytes:
    """Little-endian 32-bit unsigned integers, as ``concept_state.parents`` holds them."""
    packed = array("I", numbers)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def unpack_numbers(blob: bytes) -> array[int]:
    """The inverse of ``pack_numbers``."""
    packed = array("I")
    with reading("numbers"):
        packed.frombytes(blob)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed


def pack_ordering(idents: Iterable[int]) -> bytes:
    """State ids in the source's order, as ``release_content.ordering`` holds them: deltas modulo 2³², deflated.

    >>> list(unpack_ordering(pack_ordering([7, 3, 4])))
    [7, 3, 4]
    """
    previous, deltas = 0, []
    for ident in idents:
        deltas.append((ident - previous) & 0xFFFF_FFFF)
        previous = ident
    return zlib.compress(pack_numbers(deltas), 6)


def unpack_ordering(blob: bytes) -> array[int]:
    """The inverse of ``pack_ordering``."""
    from itertools import accumulate

    with reading("order"):
        deltas = unpack_numbers(zlib.decompress(blob))
    return array("I", accumulate(deltas, lambda total, delta: (total + delta) & 0xFFFF_FFFF))
