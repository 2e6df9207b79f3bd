"""Small made-up sources for the loaders' tests, in the shapes of the real ones."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from loaders.contract import LoadOptions, Parsed, ParsedRelease
from loaders.run import parse_paths
from registry.entities.records import ConceptRecord


def parsed(path: Path, *, format: str = "", **options: object) -> list[Parsed]:
    """Everything a path holds."""
    return list(parse_paths([path], LoadOptions(**options), format=format))  # type: ignore[arg-type]


def release(path: Path, *, format: str = "", **options: object) -> ParsedRelease:
    """The one release a path holds."""
    found = [item for item in parsed(path, format=format, **options) if isinstance(item, ParsedRelease)]
    (only,) = found
    return only


def concepts(item: ParsedRelease) -> dict[str, ConceptRecord]:
    """The concepts of a release by code."""
    return {record.code: record for record in item.concepts}


def texts(item: ParsedRelease) -> dict[str, str]:
    """The first designation of each code."""
    return {r.code: r.designations[0].text for r in item.concepts}


def json_list(path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    """A JSON list as a file."""
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def zipped(path: Path, files: Mapping[str, bytes]) -> Path:
    """A zip archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def tarred(path: Path, files: Mapping[str, bytes]) -> Path:
    """A tgz archive."""
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def order_line(number: int, code: str, flag: str, short: str, full: str = "") -> str:
    """One line of an ICD-10-CM order file."""
    return f"{number:05d} {code:<7} {flag} {short:<60} {full or short}"


def order_text(*codes: tuple[str, str, str]) -> bytes:
    """An order file of (code, flag, text)."""
    lines = [order_line(n, *row) for n, row in enumerate(codes, 1)]
    return ("\r\n".join(lines) + "\r\n").encode("ascii")


ORDER = order_text(
    ("A00", "0", "Made-up fever"),
    ("A000", "1", "Made-up fever, early"),
    ("A001", "0", "Made-up fever, late"),
    ("A0011", "1", "Made-up fever, late, with rash"),
)
