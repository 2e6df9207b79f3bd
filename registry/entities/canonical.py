"""Canonical references, ``url|version``: split and join.

The order of version labels and wildcards are in ``registry.time.version_order``.
"""

from __future__ import annotations

__all__ = ["join", "split"]


def split(canonical: str) -> tuple[str, str]:
    """The URL and the version of a canonical; the version is empty if there is none.

    >>> split("http://a/b|1.0")
    ('http://a/b', '1.0')
    """
    url, _, version = canonical.partition("|")
    return url, version


def join(url: str, version: str | None) -> str:
    """``url|version``; the URL alone if the version is empty.

    >>> join("http://a/b", "")
    'http://a/b'
    """
    return f"{url}|{version}" if version else url
