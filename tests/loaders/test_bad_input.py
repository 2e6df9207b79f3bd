"""Spec: bad input gives one clear message that names file and line, of the right class."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from loaders.reading.archive import Limits, open_source
from registry.entities.errors import (
    ArchiveError,
    ContentError,
    DecodeError,
    FormatError,
    SourceError,
    UsageError,
)
from tests.loaders.made import ORDER, json_list, order_line, order_text, parsed, tarred, zipped

Make = Callable[[Path], Path]


def written(name: str, data: bytes) -> Make:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    return make


def truncated_zip(folder: Path) -> Path:
    path = zipped(folder / "cut.zip", {"icd10cm_order_2020.txt": ORDER})
    path.write_bytes(path.read_bytes()[:-40])
    return path


def damaged_zip(folder: Path) -> Path:
    path = folder / "bad.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("icd10cm_order_2020.txt", ORDER)
    data = bytearray(path.read_bytes())
    data[300] ^= 0xFF
    path.write_bytes(data)
    return path


def bomb(folder: Path) -> Path:
    return zipped(folder / "bomb.zip", {"icd10cm_order_2020.txt": b"0" * (30 << 20)})


def leading_out(folder: Path) -> Path:
    return zipped(folder / "out.zip", {"../../icd10cm_order_2020.txt": ORDER})


def encrypted(folder: Path) -> Path:
    path = zipped(folder / "secret.zip", {"icd10cm_order_2020.txt": ORDER})
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    return path


def cut_tgz(folder: Path) -> Path:
    path = tarred(
        folder / "cut.tgz",
        {"package/lib/ICD10.json": json.dumps([{"code": "A00", "text": "x" * 99}]).encode()},
    )
    path.write_bytes(path.read_bytes()[:60])
    return path


def listed(*rows: Mapping[str, object]) -> Make:
    return lambda folder: json_list(folder / "ICD10-2020.json", rows)


A = {"code": "A000", "text": "en"}

CASES: list[tuple[str, Make, dict[str, object], type[SourceError], str]] = [
    ("truncated zip", truncated_zip, {}, ArchiveError, r"cut\.zip: not a whole zip archive"),
    ("damaged zip", damaged_zip, {}, ArchiveError, r"bad\.zip!icd10cm_order_2020\.txt: truncated or damaged"),
    ("zip bomb", bomb, {}, ArchiveError, r"bomb\.zip: icd10cm_order_2020\.txt unpacks to .* zip bomb"),
    ("path traversal", leading_out, {}, ArchiveError, r"out\.zip: the path '\.\./\.\./.*' leads out"),
    ("encrypted zip", encrypted, {}, ArchiveError, r"secret\.zip: .* is encrypted"),
    ("truncated tgz", cut_tgz, {}, ArchiveError, r"cut\.tgz: not a whole tar archive"),
    ("empty file", written("ICD10-2020.json", b""), {}, FormatError, r"ICD10-2020\.json: the file is empty"),
    (
        "empty list",
        written("ICD10-2020.json", b"[ ]"),
        {},
        FormatError,
        r"ICD10-2020\.json: empty JSON, in none of the known formats",
    ),
    (
        "truncated JSON",
        written("ICD10-2020.json", b'[{"code":"A000","text":"a"},\n{"code":"A0'),
        {},
        ContentError,
        r"ICD10-2020\.json:2: not whole JSON",
    ),
    (
        "no text",
        listed(A, {"code": "A001"}),
        {},
        ContentError,
        r"ICD10-2020\.json:6: element 2 has no text in 'text'",
    ),
    (
        "empty code",
        listed(A, {"code": " ", "text": "b"}),
        {},
        ContentError,
        r":6: element 2 has an empty 'code'",
    ),
    (
        "duplicate code",
        listed(A, {"code": "A001", "text": "b"}, {"code": "A00.0", "text": "to"}),
        {},
        ContentError,
        r"ICD10-2020\.json:10: code A00\.0 is already on line 2 with different content",
    ),
    (
        "wrong encoding named",
        written("liste.txt", "A1;Sår\nB2;Kjønn\n".encode("cp1252")),
        {"encoding": "utf-8", "system": "x", "version": "1"},
        DecodeError,
        r"liste\.txt:1: byte 0xe5 is not utf-8",
    ),
    (
        "one broken byte in UTF-8",
        written("liste.txt", "A1;Sår på øre\nB2;Kj".encode() + b"\xf8nn\n"),
        {"system": "x", "version": "1"},
        DecodeError,
        r"liste\.txt:2: byte 0xf8 is not utf-8, though most of the file is",
    ),
    (
        "wrong format named",
        listed(A),
        {"format": "icd10cm-order"},
        FormatError,
        r"ICD10-2020\.json: not in the format icd10cm-order: it looks like norwegian-json",
    ),
    (
        "of no format",
        written("x.bin", b"\x00\x01\x02"),
        {},
        FormatError,
        r"x\.bin: a binary file, in none of the known formats",
    ),
    (
        "broken XML",
        written("x.xml", b"<ClaML>\n<Class>\n</Clas>\n</ClaML>"),
        {},
        FormatError,
        r"x\.xml:3: not well-formed XML \(.*\), in none",
    ),
    (
        "other XML",
        written("x.xml", b"<a><b/></a>"),
        {},
        FormatError,
        r"x\.xml: XML with the root <a>, in none",
    ),
    ("other JSON", written("x.json", b'{"a": 1, "b": 2}'), {}, FormatError, r"JSON object \(a, b\), in none"),
    ("broken JSON", written("x.json", b'{"a": 1,\n "b"'), {}, FormatError, r"x\.json:2: not whole JSON"),
    (
        "unknown parent",
        written("l.csv", b"kode;tekst;forelder\nA;a;\nB;b;C\n"),
        {"system": "x", "version": "1"},
        ContentError,
        r"l\.csv:3: code B has the parent C, which is not in the file",
    ),
    (
        "cyclic parents",
        written("l.csv", b"kode;tekst;forelder\nA;a;C\nB;b;A\nC;c;B\n"),
        {"system": "x", "version": "1"},
        ContentError,
        r"l\.csv:2: cyclic parents: A → C → B → A",
    ),
    (
        "date typo",
        written("l.csv", b"kode;tekst;gyldig_fra\nA;a;2020/01/01\nB;b;2020/13/01\n"),
        {"system": "x"},
        ContentError,
        r"l\.csv:3: '2020/13/01' is not a date",
    ),
    (
        "ends before it begins",
        written("l.csv", b"kode;tekst;gyldig_fra;gyldig_til\nA;a;2020/01/01;2019/01/01\n"),
        {"system": "x"},
        ContentError,
        r"l\.csv:2: code A ends before it begins",
    ),
    (
        "order file, flag",
        written("icd10cm_order_2020.txt", ORDER + order_line(5, "A002", "2", "x").encode() + b"\r\n"),
        {},
        ContentError,
        r"icd10cm_order_2020\.txt:5: column 15 holds '2', neither 0",
    ),
    (
        "order file, cut line",
        written("icd10cm_order_2020.txt", ORDER + b"00005 A002    1 Made-up"),
        {},
        ContentError,
        r"icd10cm_order_2020\.txt:5: the line ends before the long text",
    ),
    (
        "order file, duplicate",
        written(
            "icd10cm_order_2020.txt", order_text(("A00", "0", "a"), ("A001", "1", "b"), ("A00", "0", "c"))
        ),
        {},
        ContentError,
        r"icd10cm_order_2020\.txt:3: code A00 is already on line 1",
    ),
]


@pytest.mark.parametrize(
    ("make", "options", "error", "message"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_bad_input(
    tmp_path: Path, make: Make, options: dict[str, object], error: type[SourceError], message: str
) -> None:
    with pytest.raises(error, match=message) as caught:
        parsed(make(tmp_path), **options)  # type: ignore[arg-type]
    assert type(caught.value) is error
    assert caught.value.exit_code == 2


def test_too_many_members_and_too_large(tmp_path: Path) -> None:
    path = zipped(tmp_path / "many.zip", {f"{n}.txt": b"x" * 100 for n in range(20)})
    with pytest.raises(ArchiveError, match="more than 10 files"):
        open_source(path, Limits(members=10))
    with pytest.raises(ArchiveError, match=r"unpacks to 2,000 bytes, more than 1,000"):
        open_source(path, Limits(total=1_000))
    with pytest.raises(ArchiveError, match="folders deep"):
        open_source(zipped(tmp_path / "deep.zip", {"a/b/c/d.txt": b"x"}), Limits(depth=2))


def test_gzip_bomb_stops_while_unpacking(tmp_path: Path) -> None:
    path = tarred(tmp_path / "bomb.tgz", {"package/big.json": bytes(5 << 20)})
    with pytest.raises(ArchiveError, match="more than 1,000,000 bytes"):
        open_source(path, Limits(total=1_000_000))


def test_missing_file_and_unknown_format(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        parsed(tmp_path / "nothing.json")
    with pytest.raises(UsageError, match="there is no format 'nope'; formats: "):
        parsed(json_list(tmp_path / "ICD10-2020.json", [A]), format="nope")


@pytest.mark.parametrize("size", [10, 100, 1000])
def test_any_truncation_of_a_zip_is_an_archive_error(tmp_path: Path, size: int) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("icd10cm_order_2020.txt", ORDER * 200)
    path = tmp_path / "cut.zip"
    path.write_bytes(whole.getvalue()[:size])
    with pytest.raises(ArchiveError):
        parsed(path)
