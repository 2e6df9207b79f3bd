"""The role of each column of a plain list: declared by option, by a TOML file next to it, or recognised from its headings.

Input: the first rows and the options (which row is the heading: ``heading_row``). Output: ``Layout`` (role → index of the column). Options override the TOML file,
and both override the header.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import Any

from loaders.contract import LoadOptions, Source
from loaders.reading.heading_row import cells_of, heading_row, named_header_row, seen
from loaders.reading.table import Row
from registry.entities.errors import UsageError
from registry.entities.messages import message

__all__ = ["ROLES", "Layout", "find_layout", "with_toml"]

ROLES = (
    "code",
    "text",
    "short",
    "full",
    "year",
    "valid_from",
    "valid_to",
    "parent",
    "inactive",
    "selectable",
)
_SHORT = 3  #: characters of a code without digits, such as M and K
_MOST = 40  #: headings in a message
_LONGEST = 60  #: characters of a heading in a message
_WORDS: dict[str, tuple[str, ...]] = {
    "code": ("code", "kode", "koder", "codes", "kodeverdi", "code value"),
    "text": (
        "text",
        "tekst",
        "kodetekst",
        "code text",
        "kodenavn",
        "name",
        "navn",
        "display",
        "description",
        "beskrivelse",
        "label",
        "title",
    ),
    "short": ("short", "korttekst", "kort tekst", "tekst_med_maksimalt_60_tegn", "short description"),
    "full": (
        "full",
        "langtekst",
        "fulltekst",
        "lang tekst",
        "tekst_uten_lengdebegrensning",
        "long description",
    ),
    "year": ("year", "år", "aar", "årstall", "årgang"),
    "valid_from": (
        "valid_from",
        "valid from",
        "validfrom",
        "gyldig_fra",
        "gyldig fra",
        "gyldigfra",
        "start_date",
    ),
    "valid_to": ("valid_to", "valid to", "validto", "gyldig_til", "gyldig til", "gyldigtil", "end_date"),
    "parent": ("parent", "parentcode", "parent code", "foreldrekode", "forelder", "overordnet"),
    "inactive": ("inactive", "inaktiv", "deleted", "slettet", "utgått"),
    "selectable": ("selectable", "valgbar", "billable"),
}

_CODES = frozenset(_WORDS["code"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Role → index of its column (from 0), the number of the heading row (0 = none), and columns that are not read.

    ``declared``: the roles are those of the caller.
    """

    places: dict[str, int]
    heading: int
    unread: tuple[str, ...] = ()
    declared: bool = False

    @property
    def properties(self) -> dict[str, int]:
        """Name of the property → index of its column."""
        return {
            role.partition(":")[2]: at for role, at in self.places.items() if role.startswith("property:")
        }


def find_layout(rows: Sequence[Row], codes: Iterable[str], options: LoadOptions, *, file: str) -> Layout:
    """The layout of a table with these first rows; raises UsageError naming roles and columns, or what was seen.

    ``codes``: the first cell of every row after the first.
    """
    named = named_header_row(options)
    if options.columns:
        heading = _declared_heading(rows, options, file=file) if named is None else _at(rows, named, file)
        cells = _cells(rows, heading)
        places = {_role(role): _place(value, cells) for role, value in options.columns.items()}
        if "code" not in places:
            raise UsageError(message("list.no_code_column"))
        if places.get("text") == places["code"]:
            raise UsageError(message("list.same_column", column=options.columns["code"]))
        return Layout(places=places, heading=heading, unread=_unread(cells, places, heading), declared=True)
    heading = heading_row(rows, codes, _CODES, file=file) if named is None else _at(rows, named, file)
    cells = _cells(rows, heading)
    places = (
        _recognised(cells, file=file)
        if heading
        else {"code": 0, "text": 1}
        if len(cells) > 1
        else {"code": 0}
    )
    if "code" not in places:
        raise UsageError(
            message("list.headings_unknown", file=file, columns=", ".join(cells), rows=seen(rows))
        )
    return Layout(places=places, heading=heading, unread=_unread(cells, places, heading))


def _at(rows: Sequence[Row], number: int, file: str) -> int:
    """The row of ``--header-row``: 0, or the number of one of the first rows; 1 is the first one that is not empty."""
    numbers = [n for n, _ in rows]
    if number == 1:
        return numbers[0]
    if number and number not in numbers:
        raise UsageError(message("list.no_row", file=file, row=number, rows=seen(rows)))
    return number


def _cells(rows: Sequence[Row], heading: int) -> list[str]:
    return cells_of(next((row for number, row in rows if number == heading), rows[0][1]))


def _declared_heading(rows: Sequence[Row], options: LoadOptions, *, file: str) -> int:
    """The first row that holds all the headings that the caller names; for columns named by number alone, see below.

    Then a row whose code column is headed by a known word is a heading; another first row is only taken for a code if it
    holds a digit: a word may be either.
    """
    names = [str(v).strip().lower() for v in options.columns.values() if not str(v).strip().isdigit()]
    for number, row in rows if names else ():
        if set(names) <= {cell.lower() for cell in cells_of(row)}:
            return number
    first = cells_of(rows[0][1])
    if names or any(cell.lower() in _CODES for cell in first):
        return rows[0][0]
    at = _place(options.columns["code"], first) if "code" in options.columns else 0
    if any(c.isdigit() for c in first[at]) or len(first[at]) <= _SHORT:
        return 0
    raise UsageError(message("list.heading_or_code", file=file, cell=first[at][:60], rows=seen(rows)))


def _recognised(cells: Sequence[str], *, file: str) -> dict[str, int]:
    """The roles of known headings; of several for one role the first in the table of words counts."""
    words = [cell.lower() for cell in cells]
    found: dict[str, int] = {}
    for role, names in _WORDS.items():
        places = [words.index(name) for name in names if name in words]
        if role == "code" and len(places) > 1:
            raise UsageError(
                message("list.two_code_columns", file=file, columns=[cells[at] for at in places])
            )
        if places:
            found[role] = places[0]
    return found


def _unread(cells: Sequence[str], places: Mapping[str, int], heading: int) -> tuple[str, ...]:
    """The columns that have no role, by heading or number; empty ones are left out."""
    read = set(places.values())
    rest = [(at, cell if heading else "") for at, cell in enumerate(cells) if at not in read and cell]
    return tuple(cell[:_LONGEST] or message("notice.column", number=at + 1) for at, cell in rest)


def _role(role: str) -> str:
    if role in ROLES or (role.startswith("property:") and len(role) > len("property:")):
        return role
    raise UsageError(message("list.no_role", role=role, roles=", ".join(ROLES)))


def _place(value: Any, cells: Sequence[str]) -> int:
    text = str(value).strip()
    if text.isdigit() and len(text) < 6 and 1 <= int(text) <= len(cells):
        return int(text) - 1
    for at, cell in enumerate(cells):
        if cell.lower() == text.lower():
            return at
    raise UsageError(
        message("list.no_column", column=text, columns=", ".join(c[:_LONGEST] for c in cells[:_MOST]))
    )


def with_toml(source: Source, member: str, options: LoadOptions) -> tuple[LoadOptions, str]:
    """The options with those of a TOML file next to the list, and its name, if any; the caller's options override it."""
    name = PurePosixPath(member).name
    for candidate in (f"{name}.toml", f"{PurePosixPath(name).stem}.toml"):
        data = source.sibling(member, candidate)
        if data is not None:
            return _merged(data, candidate, options), candidate
    return options, ""


def _merged(data: bytes, name: str, options: LoadOptions) -> LoadOptions:
    try:
        declared: dict[str, Any] = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(message("list.toml", name=name, detail=str(error))) from error
    through = declared.pop("valid_through", None)
    if isinstance(through, date):
        declared.setdefault("valid_to", through + timedelta(days=1))
    extra = {key: str(declared.pop(key)) for key in ("header", "header_row", "sheet") if key in declared}
    known = {f.name for f in fields(LoadOptions)}
    unknown = sorted(declared.keys() - known)
    if unknown:
        listed = {"unknown": ", ".join(unknown), "known": ", ".join(sorted(known))}
        raise UsageError(message("list.toml_keys", name=name, **listed))
    changes: dict[str, Any] = {
        key: _typed(name, key, value) for key, value in declared.items() if not getattr(options, key)
    }
    if extra:
        changes["extra"] = extra | dict(options.extra)
    return replace(options, **changes)


def _typed(name: str, key: str, value: Any) -> Any:
    if key in ("columns", "extra"):
        if not isinstance(value, Mapping):
            raise UsageError(message("list.toml_table", name=name, key=key))
        return {str(k): str(v) for k, v in value.items()}
    if key in ("valid_from", "valid_to", "effective_from"):
        if not isinstance(value, date):
            raise UsageError(message("list.toml_date", name=name, key=key))
        return value
    return str(value)
