"""A JSON text read in pieces: the members of an object, the elements of a list, one value at a time.

Memory: one piece of text and one value. Each value is decoded by the C scanner of the standard library; decimals keep
their digits (``registry.entities.exact_json``). Not here: what the values mean.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, NoReturn

from registry.entities.errors import ContentError
from registry.entities.messages import message

__all__ = ["JsonStream"]

_NEAR_THE_END = 16  #: characters of an unfinished literal, number or escape
_NO_SPACE = re.compile(r"[^ \t\n\r]")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


_scan = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_constant).scan_once  # type: ignore[attr-defined]


class JsonStream:
    """Reads a text from its beginning to its end; raises ContentError with the line where it is malformed."""

    def __init__(self, texts: Iterable[str], *, file: str) -> None:
        self.file = file
        self._texts = iter(texts)
        self._text, self._at, self._line, self._done = "", 0, 1, 0
        self._ended = self._surrogates = False

    @property
    def line(self) -> int:
        """The line of the next value."""
        self._next()
        return self._line + self._text.count("\n", 0, self._at)

    @property
    def place(self) -> int:
        """How many characters have been read."""
        return self._done + self._at

    def _more(self) -> bool:
        """Read on; False at the end of the text. At least as much as is unread, so that long values cost no more."""
        self._line += self._text.count("\n", 0, self._at)
        self._done += self._at
        parts, wanted = [self._text[self._at :]], len(self._text) - self._at
        while wanted >= 0:
            text = next(self._texts, None)
            if text is None:
                self._ended = True
                break
            self._surrogates = self._surrogates or _SURROGATE.search(text) is not None
            parts.append(text)
            wanted -= len(text) or -1
        self._text, self._at = "".join(parts), 0
        return not self._ended or len(parts) > 1

    def _next(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            found = _NO_SPACE.search(self._text, self._at)
            if found is not None:
                self._at = found.start()
                return found.group()
            self._at = len(self._text)
            if self._ended or not self._more():
                return ""

    def _refuse(self, at: int, *, cut: bool = False) -> NoReturn:
        """Raise the error of a text that is malformed at a place, or ends there."""
        line = self._line + self._text.count("\n", 0, at)
        cut = self._ended and (cut or at >= len(self._text))
        problem = "read.json_truncated" if cut else "read.json_invalid"
        raise ContentError(message("read.not_json", problem=message(problem)), file=self.file, line=line)

    def kind(self) -> str:
        """``{`` for an object, ``[`` for a list, else the first character of the value."""
        return self._next()

    def value(self) -> Any:
        """The next value, decoded as a whole."""
        while True:
            self._next()
            try:
                found, end = _scan(self._text, self._at)
            except StopIteration as error:
                self._unfinished("", error.value)
                continue
            except json.JSONDecodeError as error:
                self._unfinished(error.msg, error.pos)
                continue
            except ValueError:
                self._refuse(self._at)
            except RecursionError as error:
                raise ContentError(message("read.json_deep"), file=self.file) from error
            if end == len(self._text) and not self._ended:
                self._more()  # a number may go on
                continue
            if self._surrogates:
                self._check_text(found)
            self._at = end
            return found

    def _unfinished(self, problem: str, at: int) -> None:
        """Read on if the error may come from the end of what is read, else raise it."""
        cut = problem.startswith("Unterminated") or at >= len(self._text) - _NEAR_THE_END
        if self._ended or not cut:
            self._refuse(at, cut=cut)
        self._more()

    def _check_text(self, value: Any) -> None:
        try:
            json.dumps(value, ensure_ascii=False, default=str).encode()
        except UnicodeEncodeError:
            self._refuse(self._at)

    def _take(self, sign: str) -> None:
        if self._next() != sign:
            self._refuse(self._at)
        self._at += 1

    def elements(self) -> Iterator[None]:
        """Comes to each element of a list in turn; the caller reads each (``value``, ``members`` or ``elements``)."""
        yield from self._parts("[", "]")

    def members(self) -> Iterator[str]:
        """The name of each member of an object; the caller reads the value of each before the next."""
        for _ in self._parts("{", "}"):
            if self._next() != '"':
                self._refuse(self._at)
            name = self.value()
            self._take(":")
            yield name

    def _parts(self, begin: str, end: str) -> Iterator[None]:
        self._take(begin)
        if self._next() != end:
            yield
            while self._next() == ",":
                self._at += 1
                yield
        self._take(end)

    def end(self) -> None:
        """Raise ContentError unless the text ends here."""
        if self._next():
            self._refuse(self._at)
