"""Rows of scopes from a CSV file, all checked before anything is registered."""

from __future__ import annotations

import csv
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from loaders.reading.decoding import lines_of
from registry.entities.errors import ContentError, DecodeError, FormatError
from registry.entities.messages import message
from registry.entities.results.scopes import ScopeRow

__all__ = ["COLUMNS", "ScopeEntry", "read_rows"]

REQUIRED = ("scope", "system", "version")
COLUMNS = (
    *REQUIRED, "track", "role", "allowed_from", "required_from", "accepted_until", "accepted_through",
    "legal_basis", "codes", "title", "kind",
)  # fmt: skip
_LIMIT = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeEntry:
    """One line: the row, and title and kind of the scope."""

    row: ScopeRow
    title: str
    kind: str


def read_rows(path: Path) -> list[ScopeEntry]:
    """Every line of the file; raises ``SourceError`` with file and line.

    The delimiter is ``;`` or ``,``, whichever the header uses.
    """
    name = path.name if str(path) != "-" else "standard input"
    lines = lines_of(_text(path, name))
    if not lines:
        raise FormatError(message("error.file_empty"), file=name)
    reader = csv.DictReader(lines, delimiter=";" if ";" in lines[0] else ",")
    _check_header(list(reader.fieldnames or []), name)
    return [_entry(row, name, reader.line_num) for row in reader]


def _text(path: Path, name: str) -> str:
    try:
        raw = sys.stdin.buffer.read(_LIMIT + 1) if str(path) == "-" else path.read_bytes()
        if len(raw) > _LIMIT:
            raise FormatError(message("error.too_large", most=_LIMIT), file=name)
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise FormatError(message("error.cannot_read", error=error.strerror), file=name) from None
    except UnicodeDecodeError as error:
        raise DecodeError(message("error.not_utf8", byte=error.start), file=name) from None


def _check_header(found: list[str], name: str) -> None:
    missing = [c for c in REQUIRED if c not in found]
    if missing:
        raise FormatError(message("error.columns_missing", columns=", ".join(missing)), file=name, line=1)
    unknown = [c for c in found if c not in COLUMNS]
    if unknown:
        raise FormatError(
            message("error.columns_unknown", unknown=", ".join(unknown), known=", ".join(COLUMNS)),
            file=name,
            line=1,
        )


def _entry(raw: dict[str, str | None], name: str, line: int) -> ScopeEntry:
    row = {k: (v or "").strip() for k, v in raw.items() if k is not None}
    empty = [c for c in REQUIRED if not row.get(c)]
    if empty or None in raw:
        what = f"{', '.join(empty)} must not be empty" if empty else "more fields than columns"
        raise ContentError(what, file=name, line=line)
    through = _date(row, "accepted_through", name, line)
    if through and row.get("accepted_until"):
        raise ContentError(message("error.two_ends"), file=name, line=line)
    return ScopeEntry(
        title=row.get("title", ""),
        kind=row.get("kind", ""),
        row=ScopeRow(
            scope=row["scope"], system=row["system"], version=row["version"], track=row.get("track", ""),
            role=row.get("role", ""), legal_basis=row.get("legal_basis", ""), codes=row.get("codes", ""),
            allowed_from=_date(row, "allowed_from", name, line), required_from=_date(row, "required_from", name, line),
            accepted_until=through + timedelta(days=1) if through else _date(row, "accepted_until", name, line),
        ),
    )  # fmt: skip


def _date(row: dict[str, str], column: str, name: str, line: int) -> date | None:
    value = row.get(column, "")
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise ContentError(
            message("error.column_not_date", column=column, value=value), file=name, line=line
        ) from None
