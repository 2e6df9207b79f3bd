"""One damage that verification found."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Finding"]


class Finding(NamedTuple):
    """One damage. ``derived``: in data that ``repair`` makes anew."""

    text: str
    derived: bool = False
