"""Canonical references (``url|version``) and the order of version labels.

Here: splitting, joining, wildcards (``1.0.x``) and comparing labels. Not here: which version is in force
(``registry.time.timeline``), or what a system's slug and OIDs are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from packaging.version import InvalidVersion, Version

__all__ = ["has_wildcard", "join", "latest", "matches", "order_key", "ordered", "split"]

_WILD = frozenset({"x", "X", "*"})
_PIECES = re.compile(r"\d+|\D+")
_SEMVER = re.compile(r"\d+(\.\d+)+([-+].*)?")


def split(canonical: str) -> tuple[str, str]:
    """The URL and the version of a canonical; the version is empty where none is named.

    >>> split("http://a/b|1.0")
    ('http://a/b', '1.0')
    """
    url, _, version = canonical.partition("|")
    return url, version


def join(url: str, version: str | None) -> str:
    """``url|version``, or the URL alone.

    >>> join("http://a/b", "")
    'http://a/b'
    """
    return f"{url}|{version}" if version else url


def has_wildcard(version: str) -> bool:
    """Whether a version stands for several: one of its dotted parts is ``x``, ``X`` or ``*``.

    >>> has_wildcard("1.x.x"), has_wildcard("1")
    (True, False)
    """
    return any(part in _WILD for part in version.split("."))


def matches(pattern: str, version: str) -> bool:
    """Whether a label fits a version that may hold wildcards; a final wildcard covers every further part.

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


def order_key(version: str) -> tuple[object, ...]:
    """A sort key: semantic versions as such, everything else (dates, years, URIs) by its numbers and texts.

    >>> sorted(["1.10.0", "1.9.0", "1.10.0-rc1"], key=order_key)
    ['1.9.0', '1.10.0-rc1', '1.10.0']
    """
    pieces = tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in _PIECES.findall(version))
    if _SEMVER.fullmatch(version):
        try:
            return (0, Version(version), pieces)
        except InvalidVersion:
            return (1, pieces)
    return (1, pieces)


def ordered(versions: Iterable[str]) -> list[str]:
    """Labels from oldest to newest; labels of different kinds are compared by their numbers and texts."""
    labels = sorted(set(versions))
    keys = [order_key(label) for label in labels]
    if len({key[0] for key in keys}) > 1:
        return sorted(labels, key=lambda label: order_key(label)[-1])  # type: ignore[return-value,arg-type]
    return sorted(labels, key=order_key)


def latest(versions: Sequence[str], pattern: str = "") -> str | None:
    """The newest label, of those that fit the pattern where one is given; None if there is none."""
    fitting = [v for v in versions if not pattern or matches(pattern, v)]
    return ordered(fitting)[-1] if fitting else None
