"""Canonical references: ``url|version``.

Here: splitting and joining. Not here: the order of version labels and wildcards (``registry.time.version_order``).
"""

from __future__ import annotations

__all__ = ["join", "split"]


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
