"""Reading the text of an expression constraint: white space, comments, literals, errors with their position.

The grammar (ABNF of ECL 2.3) is ambiguous in two places: a code without quotation marks may have dots and letters that
could as well begin the next part (``LOINC#1.363698007``), and a term may contain what looks like a comment. ``choose``
takes the longest reading first; ``parse`` (registry.ecl.parser) repeats with the next one if the whole text does not
parse.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, NoReturn

from registry.ecl.nodes import Constraint
from registry.entities.budget import spend
from registry.entities.errors import EclError
from registry.entities.messages import message

__all__ = [
    "ALIAS",
    "BLOCK",
    "COMMENT",
    "CONSTRAINT",
    "MAX_DEPTH",
    "MAX_LENGTH",
    "NOT_ALLOWED",
    "REFINEMENT",
    "SPACE",
    "Choices",
    "Scanner",
    "quoted",
]

MAX_LENGTH: Final = 1_000_000  #: characters of an expression
MAX_DEPTH: Final = 600  #: stack frames that nested brackets may take; Python has 1000 by default
#: at most so many stack frames are taken by one bracket around a constraint, around a refinement, by double braces
CONSTRAINT, REFINEMENT, BLOCK = 5, 7, 10

#: characters that the grammar has nowhere: control characters but for tab and line ends, and surrogates
NOT_ALLOWED: Final = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff"
COMMENT: Final = rf"/\*(?:[^*{NOT_ALLOWED}]++|\*(?!/))*+\*/"
SPACE: Final = rf"(?:[ \t\r\n]++|{COMMENT})*+"
#: an identifier scheme and #, followed by a character of a code
ALIAS: Final = re.compile(r"([A-Za-z][A-Za-z0-9-]*)#(?=[A-Za-z0-9._-])")

_FORBIDDEN: Final = re.compile(rf"[{NOT_ALLOWED}]")
_SPACE: Final = re.compile(SPACE)
_WORD: Final = re.compile(r"[A-Za-z]+")
_NEXT: Final = re.compile(r"[A-Za-z0-9#-]{1,20}|[^\s]", re.DOTALL)
#: texts, terms and comments as a whole, also those that do not end, and brackets
_BRACKETS: Final = re.compile(
    r'"(?:[^"\\]++|\\.)*+"?|\|[^|]*+\|?|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?|[()]', re.DOTALL
)


class Choices:
    """Which reading is taken at each ambiguous position; ``advance`` moves on to the next combination."""

    __slots__ = ("_counts", "_taken")

    def __init__(self) -> None:
        self._taken: dict[int, int] = {}
        self._counts: dict[int, int] = {}

    def take(self, at: int, count: int) -> int:
        """The number of the reading to take at a position that has ``count`` of them."""
        self._counts[at] = count
        return self._taken.setdefault(at, 0)

    def advance(self) -> bool:
        """Take the next reading of the last position that has one; False if all were tried."""
        for at in reversed([*self._taken]):
            if self._taken[at] + 1 < self._counts[at]:
                self._taken[at] += 1
                return True
            del self._taken[at]
        return False


class Scanner:
    """A position in the text, and what has been found wrong with its meaning so far."""

    __slots__ = ("_choices", "_closing", "_depth", "at", "constraint", "findings", "operand", "text")

    def __init__(
        self,
        text: str,
        choices: Choices,
        *,
        constraint: Callable[[Scanner], Constraint],
        operand: Callable[[Scanner], Constraint],
    ) -> None:
        """``constraint`` and ``operand`` read what may be nested anywhere: a whole constraint, and a part of one."""
        self.text, self.at = text, 0
        self.constraint, self.operand = constraint, operand
        self.findings: list[EclError] = []
        self._choices = choices
        self._closing: dict[int, int] | None = None
        self._depth = 0

    def space(self) -> bool:
        """Skip white space and comments; whether there was any."""
        spend()
        start = self.at
        match = _SPACE.match(self.text, start)
        self.at = match.end() if match else start
        if self.text.startswith("/*", self.at):
            self.fail("ecl.problem.comment_open")
        return self.at > start

    def sees(self, literal: str) -> bool:
        """Whether the text continues with a literal."""
        return self.text.startswith(literal, self.at)

    def skip(self, literal: str) -> bool:
        """Whether the text continues with a literal, which is skipped."""
        if not self.text.startswith(literal, self.at):
            return False
        self.at += len(literal)
        return True

    def need(self, *literals: str) -> str:
        """Skip one of the literals; fails if the text continues otherwise."""
        for literal in literals:
            if self.skip(literal):
                return literal
        raise self.unexpected(*map(quoted, literals))

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The match of a pattern here, which is skipped."""
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def looking_at(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The match of a pattern here, which is not skipped."""
        return pattern.match(self.text, self.at)

    def word(self) -> str:
        """The letters here, lower case, not skipped; empty if there are none."""
        found = _WORD.match(self.text, self.at)
        return found[0].lower() if found else ""

    @property
    def ended(self) -> bool:
        """Whether the whole text was read."""
        return self.at >= len(self.text)

    def choose(self, at: int, readings: Sequence[int]) -> int:
        """One of the readings of an ambiguous position, the first one first."""
        return readings[self._choices.take(at, len(readings))] if len(readings) > 1 else readings[0]

    def open(self, frames: int) -> None:
        """Enter a bracket that takes stack frames; fails if brackets are nested too deep."""
        self._depth += frames
        if self._depth > MAX_DEPTH:
            self.fail("ecl.problem.depth", kind="limit")

    def close(self, frames: int) -> None:
        """Leave a bracket."""
        self._depth -= frames

    def closing(self, at: int) -> int | None:
        """The position of the bracket that closes the one at a position; None if there is none."""
        if self._closing is None:
            self._closing = _bracket_pairs(self.text)
        return self._closing.get(at)

    def error(self, key: str, *, at: int | None = None, kind: str = "syntax", **values: object) -> EclError:
        """An error at a position (default: here)."""
        position = self.at if at is None else at
        return EclError(
            message(key, **values),
            kind=kind,
            position=position,
            line=self.text.count("\n", 0, position) + 1,
            column=position - self.text.rfind("\n", 0, position),
        )

    def fail(self, key: str, *, at: int | None = None, kind: str = "syntax", **values: object) -> NoReturn:
        """Raise an error at a position (default: here)."""
        raise self.error(key, at=at, kind=kind, **values)

    def note(self, key: str, *, at: int, **values: object) -> None:
        """Record that the text is grammatical here but has no meaning; reading goes on, so that syntax errors win."""
        self.findings.append(self.error(key, at=at, kind="semantic", **values))

    def expect(self, *expected: str) -> NoReturn:
        """Raise an error: one of these is expected here."""
        raise self.unexpected(*expected)

    def unexpected(self, *expected: str) -> EclError:
        """The error that the text has none of these here."""
        if forbidden := self.looking_at(_FORBIDDEN):
            return self.error("ecl.problem.character", code=f"U+{ord(forbidden[0]):04X}")
        found = self.error("ecl.problem.expected", expected=expected, found=self.found())
        found.expected = expected
        return found

    def found(self) -> str:
        """What the text has here, as part of a sentence."""
        match = _NEXT.match(self.text, self.at)
        return quoted(match[0]) if match else message("ecl.part.end")


def quoted(literal: str) -> str:
    """A literal of the language as part of a sentence.

    >>> quoted(":")
    "':'"
    """
    return f"'{literal}'"


def _bracket_pairs(text: str) -> dict[int, int]:
    pairs: dict[int, int] = {}
    opened: list[int] = []
    for found in _BRACKETS.finditer(text):
        if found[0] == "(":
            opened.append(found.start())
        elif found[0] == ")" and opened:
            pairs[opened.pop()] = found.start()
    return pairs
