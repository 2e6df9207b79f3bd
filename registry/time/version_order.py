"""The order of version labels, and labels that match several versions (``1.0.x``).

One function decides which of two labels is newer, for code systems, value sets and maps alike, by the algorithm
that the system declares (DOMAIN 2): ``date``, ``integer``, ``semver`` or ``natural``. The order is total and never
fails: labels without the form of the algorithm come before those with it, in natural order.

- ``semver``: precedence of semver.org 2.0, section 11; missing parts count as 0, but a date is none.
- ``date``: year, month and day, with or without hyphens, also at the end of a URI; a year comes before its months.
- ``integer``: by value.
- ``natural``: digits by value, everything else by code point; a pre-release (``1.0.0-rc1``) comes before its
  release. A hyphen begins a pre-release after three or more numbers, or after two numbers if a letter follows it:
  ``2024-01`` and ``2.1-3`` are no pre-releases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

__all__ = ["has_wildcard", "latest", "matches", "order_key", "ordered"]

_WILD = frozenset({"x", "X", "*"})
_PIECES = re.compile(r"[0-9]+|[^0-9]+")
_PRE_RELEASE = re.compile(r"([vV]?[0-9]+\.[0-9]+(?:(?:\.[0-9]+)+-(?=.)|-(?=[A-Za-z])))(.+)", re.DOTALL)
_SEMVER = re.compile(
    r"[vV]?(?=[0-9]+(?:[.+]|$))([0-9]+(?:\.[0-9]+)*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+.*)?"
)
_DATE = re.compile(r"(?:.*/)?([0-9]{4})(?:-?([0-9]{2})(?:-?([0-9]{2})(T.*)?)?)?")
_INTEGER = re.compile(r"[0-9]+")

#: One comparable part of a label: kind, length of a number, text.
Part = tuple[int, int, str]
_BEFORE_END, _END, _NUMBER, _TEXT = range(4)


@lru_cache(maxsize=8192)
def order_key(label: str, algorithm: str = "natural") -> tuple[object, ...]:
    """Sort key of a label; greater = newer. Different labels have different keys. Never fails.

    >>> sorted(["1.10.0", "1.9.0", "1.10.0-rc1"], key=order_key)
    ['1.9.0', '1.10.0-rc1', '1.10.0']
    >>> sorted(["2021-01", "2021", "2020"], key=order_key)
    ['2020', '2021', '2021-01']
    """
    declared = _DECLARED[algorithm](label) if algorithm in _DECLARED else ()
    return (bool(declared), declared, _natural(label), label)


def ordered(labels: Iterable[str], algorithm: str = "natural") -> list[str]:
    """Different labels from oldest to newest."""
    return sorted(set(labels), key=lambda label: order_key(label, algorithm))


def latest(labels: Sequence[str], pattern: str = "", algorithm: str = "natural") -> str | None:
    """The newest label, or the newest that matches the pattern; None if there is none."""
    fitting = [label for label in labels if not pattern or matches(pattern, label)]
    return max(fitting, key=lambda label: order_key(label, algorithm), default=None)


def has_wildcard(version: str) -> bool:
    """Whether a version is a pattern: one of its dotted parts is ``x``, ``X`` or ``*``.

    >>> has_wildcard("1.x.x"), has_wildcard("1")
    (True, False)
    """
    return any(part in _WILD for part in version.split("."))


def matches(pattern: str, version: str) -> bool:
    """Whether a label matches a version that may have wildcards; a final wildcard matches all further parts.

    >>> matches("1.0.x", "1.0.7"), matches("1.x", "1.2.3"), matches("1", "1.0.0")
    (True, True, False)
    """
    if pattern == version:
        return True
    wanted, parts = pattern.split("."), version.split(".")
    if not has_wildcard(pattern) or len(parts) < len(wanted):
        return False
    if len(parts) > len(wanted) and wanted[-1] not in _WILD:
        return False
    return all(w in _WILD or w == p for w, p in zip(wanted, parts, strict=False))


def _number(digits: str) -> Part:
    """Sort key of a number of any length: length without leading zeros, then digits."""
    bare = digits.lstrip("0")
    return (_NUMBER, len(bare), bare)


def _pieces(text: str) -> tuple[Part, ...]:
    return tuple(_number(p) if p[0] in "0123456789" else (_TEXT, 0, p) for p in _PIECES.findall(text))


def _natural(label: str) -> tuple[Part, ...]:
    found = _PRE_RELEASE.fullmatch(label)
    if found is None:
        return (*_pieces(label), (_END, 0, ""))
    return (*_pieces(found[1][:-1]), (_BEFORE_END, 0, ""), *_pieces(found[2]), (_END, 0, ""))


def _semver(label: str) -> tuple[object, ...]:
    found = _SEMVER.fullmatch(label)
    if found is None:
        return ()
    core = [_number(n) for n in found[1].split(".")]
    while core and core[-1] == _number("0"):
        core.pop()
    before = tuple(
        _number(i) if _INTEGER.fullmatch(i) else (_TEXT, 0, i) for i in (found[2] or "").split(".") if i
    )
    return (tuple(core), not before, before)


def _date(label: str) -> tuple[object, ...]:
    found = _DATE.fullmatch(label)
    return tuple(part or "" for part in found.groups()) if found else ()


def _integer(label: str) -> tuple[object, ...]:
    return (_number(label),) if _INTEGER.fullmatch(label) else ()


_DECLARED = {"date": _date, "integer": _integer, "semver": _semver}
