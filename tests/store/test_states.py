"""Canonical bytes of records."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from hashlib import sha256
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.entities.annotations import Annotation
from registry.entities.records import Coding, ConceptRecord, Designation, Note, Property
from registry.store import states
from registry.store.states import (
    canonical,
    decode,
    encode,
    pack_numbers,
    pack_ordering,
    searchable,
    state_hash,
    unpack_numbers,
    unpack_ordering,
)

short = st.text(alphabet="aAåéø1.\n e\u0301\u0303\u030a", max_size=4)
designations = st.builds(
    Designation,
    kind=st.sampled_from(["label.full", "label.short", "synonym"]),
    text=short,
    language=short,
    key=st.sampled_from(["", "1", "2"]),
)
values = st.one_of(short, st.integers(-5, 5), st.booleans(), st.builds(Coding, code=short))
decimals = st.decimals(allow_nan=False, allow_infinity=False, places=3).map(
    lambda d: Annotation("x", "Decimal", d)
)
properties = st.builds(
    Property,
    code=short,
    value=values,
    group=st.integers(0, 2),
    order=st.integers(0, 2),
    annotations=st.lists(decimals, max_size=1).map(tuple),
)
records = st.builds(
    ConceptRecord,
    code=short.filter(bool),
    key=short,
    designations=st.lists(designations, max_size=4).map(tuple),
    notes=st.lists(st.builds(Note, kind=short, text=short), max_size=2).map(tuple),
    parents=st.lists(short, max_size=3).map(tuple),
    properties=st.lists(properties, max_size=3).map(tuple),
    inactive=st.booleans(),
    selectable=st.sampled_from([None, True, False]),
)


@given(records)
def test_fast_encoding_is_the_slow_one(record: ConceptRecord) -> None:
    slow = msgspec.json.Encoder(order="sorted", decimal_format="number").encode(canonical(record))
    assert encode(record) == slow
    assert unicodedata.is_normalized("NFC", decode(slow).code)


@given(records)
def test_decoding_gives_the_canonical_record(record: ConceptRecord) -> None:
    assert decode(encode(record)) == canonical(record)
    assert encode(decode(encode(record))) == encode(record)


@given(records, st.randoms())
def test_order_in_the_source_does_not_matter(record: ConceptRecord, random: object) -> None:
    def shuffled(items: tuple[object, ...]) -> tuple[object, ...]:
        mixed = list(items)
        random.shuffle(mixed)  # type: ignore[attr-defined]
        return tuple(mixed)

    other = msgspec.structs.replace(
        record,
        designations=shuffled(record.designations),
        parents=shuffled(record.parents),
        properties=shuffled(record.properties),
    )
    assert encode(other) == encode(record)


def test_a_composed_letter_after_an_escape_is_not_composed_with_it() -> None:
    record = ConceptRecord(code="a", designations=(Designation("display", "x\n\u0303e\u0301"),))
    assert decode(encode(record)).designations[0].text == "x\n\u0303é"


def test_digits_of_decimals_are_content() -> None:
    """1.5 and 1.50 differ in precision, as a property and inside an annotation."""
    for one, other in (("1.5", "1.50"), ("100", "1E+2")):
        a, b = (ConceptRecord(code="a", properties=(Property("dose", v, "decimal"),)) for v in (one, other))
        assert encode(a) != encode(b)
        inside = ConceptRecord(code="a", annotations=(Annotation("x", "Decimal", Decimal(other)),))
        assert f'"value":{other}}}'.encode() in encode(inside)
        assert str(decode(encode(inside)).annotations[0].value) == other


def test_ordered_values_keep_their_order_in_their_group() -> None:
    values = [Property("p", v, group=g, order=o) for g, o, v in ((1, 1, "z"), (1, 2, "a"), (2, 1, "m"))]
    for mixed in (values, values[::-1]):
        stored = decode(encode(ConceptRecord(code="a", properties=tuple(mixed)))).properties
        assert [(p.group, p.order, p.value) for p in stored] == [(1, 1, "z"), (1, 2, "a"), (2, 1, "m")]


def test_the_hash_is_marked_with_its_version() -> None:
    import hashlib

    assert state_hash(b"{}") == hashlib.sha256(b"gyldig-state-2\n{}").digest()


@given(st.lists(st.integers(0, 2**32 - 1)))
def test_numbers_survive_packing(numbers: list[int]) -> None:
    assert list(unpack_numbers(pack_numbers(numbers))) == numbers
    assert list(unpack_ordering(pack_ordering(numbers))) == numbers


def test_preferred_and_short_texts_come_first() -> None:
    record = ConceptRecord(
        code="K63.8",
        designations=(
            Designation("synonym", "x"),
            Designation("label.full", "lang tekst"),
            Designation("display", "kort"),
        ),
    )
    assert [text for _, text in searchable(record)] == ["kort", "lang tekst", "x"]


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=40, unique=True), st.randoms())
def test_the_hash_of_a_release_is_that_of_its_sorted_hashes(hashes: list[bytes], draw: Random) -> None:
    expected = sha256(b"gyldig-release-2\n" + b"".join(sorted(hashes)) + b"\0x").hexdigest()
    draw.shuffle(hashes)
    for at_once in (0, 100):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(states, "_SORTED_AT_ONCE", at_once)
            assert states.release_hash(b"".join(hashes), ["x"]) == expected
