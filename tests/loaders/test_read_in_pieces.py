"""What is read in pieces is what is read at once: texts, JSON, tables, and one loader of each kind against a list.

The oracles decode a whole file with the standard library and make a plain list of it.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.contract import Parsed, ParsedRelease, ParsedResource
from loaders.formats.fhir.codesystem import read_code_system
from loaders.formats.fhir.fhir_xml import json_to_xml
from loaders.reading.archive import open_source
from loaders.reading.decoding import decode, lines_of
from loaders.reading.json_stream import JsonStream
from loaders.reading.spool import Spool
from loaders.reading.text_file import TextFile
from loaders.storing import in_order
from registry.entities.errors import ContentError, GyldigError
from registry.entities.records import ConceptRecord, Designation, ModuleDependency, ReleaseHeader
from tests.loaders.made import order_line, parsed

TEXT = st.text(st.characters(codec="utf-8", exclude_characters='\0\r\n\t;"|,'), min_size=1, max_size=8).map(
    lambda t: f"x{t}y"
)
CODES = st.integers(1, 29).map(lambda n: f"A{n:02d}")
LABELS = st.dictionaries(CODES, TEXT, min_size=1, max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=12,
)


@contextmanager
def small_pieces(size: int) -> Iterator[None]:
    """Files are read so many bytes at a time, and spools are files with a record in each part."""
    with (
        patch("loaders.reading.text_file._PIECE", size),
        patch("loaders.reading.spool._IN_MEMORY", 1),
        patch("loaders.reading.spool._FRAME", 1),
        patch("loaders.formats.fhir.resources._SMALL_LIST", 1),
    ):
        yield


def read(name: str, data: bytes, size: int, **options: object) -> list[Parsed]:
    """Everything in a file of that name, its concepts as lists."""
    with tempfile.TemporaryDirectory() as folder, small_pieces(size):
        path = Path(folder) / name
        path.write_bytes(data)
        return [_as_list(item) for item in parsed(path, **options)]


def _as_list(item: Parsed) -> Parsed:
    if isinstance(item, ParsedRelease):
        return ParsedRelease(header=item.header, concepts=list(item.concepts), system=item.system)
    if isinstance(item, ParsedResource):
        return ParsedResource(waiting=[item.artifact], notices=item.notices)
    return item


def only(found: list[Parsed]) -> list[ConceptRecord]:
    (item,) = found
    assert isinstance(item, ParsedRelease)
    return list(item.concepts)  # type: ignore[arg-type]


@given(st.lists(TEXT, max_size=6), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans(), st.integers(4, 12),
       st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))  # fmt: skip
def test_lines(cells: list[str], end: str, last: bool, size: int, encoding: str) -> None:
    data = (end.join(cells) + (end if last else "")).encode(encoding)
    with tempfile.TemporaryDirectory() as folder, small_pieces(size):
        (Path(folder) / "x").write_bytes(data)
        text = TextFile(open_source(Path(folder) / "x"), "x")
        whole = decode(data, file="x")
        assert (text.encoding, list(text.lines())) == (whole.encoding, lines_of(whole.text))


@given(JSON, st.integers(1, 7), st.sampled_from([None, 1]))
def test_json_by_value_and_by_part(value: Any, size: int, indent: int | None) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    pieces = [text[n : n + size] for n in range(0, len(text), size)]
    assert JsonStream(pieces, file="x").value() == value
    stream = JsonStream(pieces, file="x")
    assert _by_part(stream) == value
    stream.end()


def _by_part(stream: JsonStream) -> Any:
    match stream.kind():
        case "{":
            return {name: _by_part(stream) for name in stream.members()}
        case "[":
            return [_by_part(stream) for _ in stream.elements()]
        case _:
            return stream.value()


@given(JSON, st.integers(1, 7), st.data())
def test_malformed_json_is_refused(value: Any, size: int, data: st.DataObject) -> None:
    text = json.dumps([value])
    broken = text[: data.draw(st.integers(0, len(text) - 1))] + data.draw(
        st.sampled_from(["", "]", "}", "\x01"])
    )
    pieces = [broken[n : n + size] for n in range(0, len(broken), size)]
    try:
        expected = json.loads(broken)
    except json.JSONDecodeError:
        with pytest.raises(ContentError, match="not whole JSON"):
            stream = JsonStream(pieces, file="x")
            stream.value()
            stream.end()
    else:
        assert JsonStream(pieces, file="x").value() == expected


@settings(max_examples=40)
@given(LABELS, st.integers(1, 9))
def test_norwegian_json(labels: dict[str, str], size: int) -> None:
    rows = [{"code": c, "text": t} for c, t in labels.items()]
    found = only(read("ICPC2-2030.json", json.dumps(rows, indent=1).encode(), size, system="icpc-2-no"))
    assert found == [
        ConceptRecord(code=c, designations=(Designation("label.short", t.strip(), "nb"),))
        for c, t in labels.items()
    ]


@settings(max_examples=40)
@given(LABELS, st.integers(1, 9), st.booleans())
def test_delimited_text(labels: dict[str, str], size: int, quoted: bool) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    writer.writerows([("code", "text"), *labels.items()])
    found = only(read("l2020.csv", out.getvalue().encode(), size, system="made-up"))
    assert {r.code: r.designations[0].text for r in found} == {c: t.strip() for c, t in labels.items()}
    assert [r.code for r in found] == list(labels)


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from(["A00", "A000", "A001", "A0011", "B01"]), unique=True, min_size=1),
    st.integers(1, 50),
)
def test_order_file(codes: list[str], size: int) -> None:
    text = "\r\n".join(order_line(n, code, "1", f"Text {code}") for n, code in enumerate(codes, 1)) + "\r\n"
    found = only(read("icd10cm_order_2020.txt", text.encode(), size))

    def dotted(code: str) -> str:
        return code if len(code) == 3 else f"{code[:3]}.{code[3:]}"

    def parent(code: str) -> tuple[str, ...]:
        shorter = [c for c in codes if c != code and code.startswith(c)]
        return (dotted(max(shorter, key=len)),) if shorter else ()

    assert [(r.code, r.parents) for r in found] == [(dotted(c), parent(c)) for c in codes]


CONCEPTS = st.lists(
    st.tuples(CODES, TEXT.filter(str.isprintable), st.lists(CODES, max_size=2)), min_size=1, max_size=6
)


@settings(max_examples=60)
@given(CONCEPTS, st.integers(1, 40), st.booleans())
def test_code_system(rows: list[tuple[str, str, list[str]]], size: int, last: bool) -> None:
    """The streamed content of a code system against the reader of whole resources, errors included."""
    concepts = [
        {"code": c, "display": t, "concept": [{"code": b, "display": b} for b in below]}
        for c, t, below in rows
    ]
    shell = {
        "resourceType": "CodeSystem",
        "url": "http://example.org/x",
        "status": "active",
        "content": "fragment",
    }
    resource = shell | {"concept": concepts} if last else {"concept": concepts} | shell
    data = json.dumps(resource, ensure_ascii=False).encode()
    try:
        expected = read_code_system(resource).records
    except ContentError as error:
        with pytest.raises(GyldigError, match=str(error.line).replace("[", r"\[")):
            read("x.json", data, size)
        return
    assert only(read("x.json", data, size)) == expected
    assert only(read("x.xml", json_to_xml(resource), size)) == expected


@given(st.lists(TEXT, max_size=9), st.lists(TEXT, max_size=9))
def test_two_contents_in_one_spool(first: list[str], second: list[str]) -> None:
    with small_pieces(1):
        spool = Spool()
        one, two = spool.records(str), spool.records(str)
        hashes = [one.add(t) for t in first]
        for text in second:
            two.add(text)
        assert (list(one), list(two), list(one), len(two)) == (first, second, first, len(second))
        assert hashes == [one.hash_of(t) for t in first]


def test_what_another_release_changes_comes_first() -> None:
    def given(version: str, **more: Any) -> ParsedRelease:
        header = ReleaseHeader(system="x", version=version, source_line="x", facets=(), **more)
        return ParsedRelease(header=header, concepts=())

    changes = given("2", base="1")
    edition = given("n", track="no", depends_on=(ModuleDependency("", "2"),))
    found = in_order([edition, changes, given("3"), given("1")])
    assert [i.header.version for i in found] == ["3", "1", "2", "n"]  # type: ignore[union-attr]
    circle = [given("1", base="2"), changes]
    assert in_order(circle) == circle
