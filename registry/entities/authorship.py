"""Who writes, from where, and why: recorded with every publication of the running command or request.

A context variable, because every write path ends in the same publication row and few of them have a reason of their
own. Surfaces set it: the command line its user, HTTP the name of the token and the address of the connection.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

__all__ = ["Authorship", "authored", "authorship", "set_author"]


@dataclass(frozen=True, slots=True)
class Authorship:
    """``by``: the user or token; ``why``: the stated reason; ``origin``: ``command line`` or an address. Empty = not stated."""

    by: str = ""
    why: str = ""
    origin: str = ""


_NOT_STATED = Authorship()
_CURRENT: ContextVar[Authorship] = ContextVar("authorship")


def authorship() -> Authorship:
    """Who writes now, and why."""
    return _CURRENT.get(_NOT_STATED)


def set_author(by: str, *, origin: str = "") -> None:
    """Set who writes in the rest of this request, and from where."""
    _CURRENT.set(Authorship(by, authorship().why, origin))


@contextmanager
def authored(*, by: str = "", why: str = "") -> Iterator[None]:
    """Within it, publications are recorded with this author and reason; an empty one keeps the surrounding value.

    >>> with authored(by="kari", why="typing error"):
    ...     authorship().by, authorship().why
    ('kari', 'typing error')
    """
    outer = authorship()
    token = _CURRENT.set(Authorship(by or outer.by, why or outer.why, outer.origin))
    try:
        yield
    finally:
        _CURRENT.reset(token)
