"""Who writes, and why: recorded with every publication of the running command or request.

A context variable, because every write path ends in the same publication row and few of them have a reason of their
own. Surfaces set it: the command line its user, HTTP the name of the token.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

__all__ = ["Authorship", "authored", "authorship", "set_author"]


@dataclass(frozen=True, slots=True)
class Authorship:
    """``by``: the user or token; ``why``: the stated reason. Empty = not stated."""

    by: str = ""
    why: str = ""


_NOT_STATED = Authorship()
_CURRENT: ContextVar[Authorship] = ContextVar("authorship")


def authorship() -> Authorship:
    """Who writes now, and why."""
    return _CURRENT.get(_NOT_STATED)


def set_author(by: str) -> None:
    """Set who writes in the rest of this request."""
    _CURRENT.set(Authorship(by, authorship().why))


@contextmanager
def authored(*, by: str = "", why: str = "") -> Iterator[None]:
    """Within it, publications are recorded with this author and reason; an empty one keeps the surrounding value.

    >>> with authored(by="kari", why="typing error"):
    ...     authorship()
    Authorship(by='kari', why='typing error')
    """
    outer = authorship()
    token = _CURRENT.set(Authorship(by or outer.by, why or outer.why))
    try:
        yield
    finally:
        _CURRENT.reset(token)
