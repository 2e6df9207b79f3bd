"""The one place where what a parser raises becomes an error of the source, with file and place, of bounded length.

Every loader runs inside it: while its format is recognised, while it reads, and while its records are read. Errors of our
own pass through, with long values cut; anything else of ``PARSER_ERRORS`` is a ``ContentError`` that names the member
opened last.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from loaders.contract import Source
from loaders.reading.parser_errors import PARSER_ERRORS, source_error
from registry.entities.errors import SourceError, UsageError
from registry.entities.messages import Message, message

__all__ = ["GuardedSource", "bounded", "guarded"]

_LONGEST, _MOST = 300, 30  #: characters of a value and items of a list in a message


class GuardedSource:
    """A source that knows the label of the member that was read last; ``place`` is the source's name before that."""

    def __init__(self, source: Source) -> None:
        self._source, self.name = source, source.name
        self.place = source.name

    def members(self) -> list[str]:
        """Names of the files inside, sorted."""
        return self._source.members()

    def label(self, member: str) -> str:
        """How an error names the member."""
        return self._source.label(member)

    def read(self, member: str, limit: int | None = None) -> bytes:
        """The bytes of a member (the first ``limit`` of them)."""
        self.place = self._source.label(member)
        return self._source.read(member, limit)

    def open(self, member: str) -> BinaryIO:
        """The bytes of a member as a stream."""
        self.place = self._source.label(member)
        return self._source.open(member)

    def sibling(self, member: str, name: str) -> bytes | None:
        """The bytes of the file called ``name`` in the member's folder, if there is one."""
        return self._source.sibling(member, name)


@contextmanager
def guarded(source: GuardedSource) -> Iterator[None]:
    """Raise what parsers raise as ContentError with the file, and every error with bounded values."""
    try:
        yield
    except SourceError as error:
        if (short := bounded(error.message)) is error.message:
            raise
        raise type(error)(short, file=error.file, line=error.line) from error
    except UsageError as error:
        if (short := bounded(error.text)) is error.text:
            raise
        raise type(error)(short) from error
    except PARSER_ERRORS as error:
        raise source_error(error, source.place) from error


def bounded(text: str) -> str:
    """A message whose values are cut to a readable length; the same object if none is too long.

    >>> len(bounded(message("source.no_format", name="x" * 5000, names=""))) < 500
    True
    """
    if not isinstance(text, Message):
        return text if len(text) <= 4 * _LONGEST else text[: 4 * _LONGEST] + "…"
    values = {name: _short(value) for name, value in text.values.items()}
    if all(value is text.values[name] for name, value in values.items()):
        return text
    return message(text.id, **values)


def _short(value: Any) -> Any:
    if isinstance(value, Message):
        return bounded(value)
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"
    if isinstance(value, list | tuple):
        items = [_short(item) for item in value[:_MOST]]
        same = len(items) == len(value) and all(a is b for a, b in zip(items, value, strict=True))
        return value if same else items
    return value
