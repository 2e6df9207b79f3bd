"""The role of each column of a plain list: declared by option, by a TOML file next to it, or recognised from its header.

Input: the first row and the options. Output: ``Layout`` (role → index of the column). Options override the TOML file,
and both override the header.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import Any

from loaders.contract import LoadOptions, Source
from registry.entities.errors import UsageError
from registry.entities.messages import message

__all__ = ["ROLES", "Layout", "find_layout", "with_toml"]

ROLES = ("code", "text", "short", "full", "valid_from", "valid_to", "parent", "inactive", "selectable")
_WORDS: dict[str, tuple[str, ...]] = {
    "code": ("code", "kode", "koder", "codes", "kodeverdi", "code value"),
    "text": (
        "text",
        "tekst",
        "kodetekst",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Role → index of its column (from 0), whether there is a header row, and columns that are not read."""

    places: dict[str, int]
    header: bool
    unread: tuple[str, ...] = ()

    @property
    def properties(self) -> dict[str, int]:
        """Name of the property → index of its column."""
        return {
            role.partition(":")[2]: at for role, at in self.places.items() if role.startswith("property:")
        }


def find_layout(first: Sequence[Any], options: LoadOptions) -> Layout:
    """The layout of a table with this first row; raises UsageError naming roles and columns."""
    cells = [str(cell).strip().lstrip("\ufeff") for cell in first]
    words = [cell.lower() for cell in cells]
    told = {role: at for role, names in _WORDS.items() for at, word in enumerate(words) if word in names}
    if options.columns:
        places = {_role(role): _place(value, cells) for role, value in options.columns.items()}
        if "code" not in places:
            raise UsageError(message("list.no_code_column"))
        named = any(not str(value).strip().isdigit() for value in options.columns.values())
        header = _header_said(
            options, named or words[places["code"] : places["code"] + 1] == ["code"] or "code" in told
        )
    else:
        header = _header_said(options, "code" in told)
        places = (
            told if header and "code" in told else {"code": 0, "text": 1} if len(cells) > 1 else {"code": 0}
        )
    read = set(places.values())
    unread = (
        tuple(
            cell or message("notice.column", number=at + 1) for at, cell in enumerate(cells) if at not in read
        )
        if header
        else ()
    )
    return Layout(places=places, header=header, unread=unread)


def _header_said(options: LoadOptions, told: bool) -> bool:
    said = options.extra.get("header", "")
    return told if not said else str(said).lower() in ("true", "yes", "1")


def _role(role: str) -> str:
    if role in ROLES or (role.startswith("property:") and len(role) > len("property:")):
        return role
    raise UsageError(message("list.no_role", role=role, roles=", ".join(ROLES)))


def _place(value: Any, cells: Sequence[str]) -> int:
    text = str(value).strip()
    if text.isdigit() and 1 <= int(text) <= len(cells):
        return int(text) - 1
    for at, cell in enumerate(cells):
        if cell.lower() == text.lower():
            return at
    raise UsageError(message("list.no_column", column=text, columns=", ".join(cells)))


def with_toml(source: Source, member: str, options: LoadOptions) -> tuple[LoadOptions, str]:
    """The options with those of a TOML file next to the list, and its name, if any; the caller's options override it."""
    name = PurePosixPath(member).name
    for candidate in (f"{name}.toml", f"{PurePosixPath(name).stem}.toml"):
        data = source.beside(member, candidate)
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
    extra = {key: str(declared.pop(key)) for key in ("header", "sheet") if key in declared}
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
