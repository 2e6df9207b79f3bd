"""Reading the literals of an expression constraint: identifiers, terms, texts, numbers, dates, sets of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

from registry.ecl.nodes import AlternateId, Concept, NumberValue, SearchTerm, TextValue, TimeValue
from registry.ecl.scanner import ALIAS, NOT_ALLOWED, SPACE, Scanner, quoted
from registry.entities.messages import message
from registry.entities.sctid import check_digit, has_valid_check_digit

__all__ = [
    "alternate_id",
    "concept",
    "dialect_alias",
    "identifier",
    "is_quoted_alternate",
    "keyword",
    "number",
    "quoted_text",
    "search_term",
    "search_type",
    "set_of",
    "text_value",
    "time_value",
]

Item = TypeVar("Item")

_ANY: Final = rf"[^\"\\{NOT_ALLOWED}]"
_QUOTED_ALTERNATE: Final = re.compile(rf'"([A-Za-z][A-Za-z0-9-]*)#({_ANY}+)"')

_DIGITS: Final = re.compile(r"[0-9]+")
_IDENTIFIER: Final = re.compile(r"[1-9][0-9]{5,17}(?![0-9])")
_NON_SPACE: Final = rf"[^ \t\r\n|{NOT_ALLOWED}]"
#: a term in pipes: with comments around it, or taking what looks like a comment as part of the term
_TERM: Final = re.compile(rf"\|{SPACE}({_NON_SPACE}+?(?: +{_NON_SPACE}+?)*?){SPACE}\|")
_PLAIN_TERM: Final = re.compile(rf"\|[ \t\r\n]*({_NON_SPACE}+(?: +{_NON_SPACE}+)*)[ \t\r\n]*\|")
_CODE: Final = re.compile(r"[A-Za-z0-9._-]+")
_CODE_ENDS: Final = re.compile(r"(?:and|or|minus|not)$", re.IGNORECASE)
_AFTER_DOT: Final = re.compile(r"$|[1-9][0-9]{5}|[A-Za-z]")
_NUMBER: Final = re.compile(r"#([-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?)")
_TEXT: Final = re.compile(rf'"((?:{_ANY}++|\\.)*+)"', re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_SEARCH_TYPE: Final = re.compile(rf"(match|wild){SPACE}:", re.IGNORECASE)
_WILDCARD: Final = re.compile(r"\\.|\*|[^\\*]+", re.DOTALL)
_DAY: Final = re.compile(r'"([1-9][0-9]{3})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"')
_DIALECT: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


def identifier(scanner: Scanner) -> str:
    """A SNOMED CT identifier; a wrong check digit is noted."""
    start = scanner.at
    found = scanner.match(_IDENTIFIER)
    if not found:
        if digits := scanner.looking_at(_DIGITS):
            scanner.fail("ecl.problem.identifier", digits=digits[0][:20])
        scanner.expect(message("ecl.part.identifier"))
    written = found[0]
    if not has_valid_check_digit(written):
        scanner.note("ecl.problem.check_digit", at=start, id=written, digit=check_digit(written[:-1]))
    return written


def concept(scanner: Scanner) -> Concept:
    """An identifier and its term, if there is one."""
    start = scanner.at
    return Concept(identifier(scanner), _term(scanner), start)


def alternate_id(scanner: Scanner) -> AlternateId | None:
    """A code of another scheme, in quotation marks or not; None if there is none here."""
    start = scanner.at
    if found := scanner.match(_QUOTED_ALTERNATE):
        return AlternateId(found[1], found[2], _term(scanner), start)
    if not (found := scanner.match(ALIAS)):
        return None
    begin = scanner.at
    run = scanner.looking_at(_CODE)
    scanner.at = scanner.choose(begin, _code_ends(begin, run[0] if run else ""))
    return AlternateId(found[1], scanner.text[begin : scanner.at], _term(scanner), start)


def is_quoted_alternate(scanner: Scanner) -> bool:
    """Whether a code of another scheme in quotation marks is here."""
    return scanner.looking_at(_QUOTED_ALTERNATE) is not None


def _code_ends(begin: int, run: str) -> list[int]:
    """Where a code without quotation marks may end: at its last character, before a keyword, before a dot."""
    ends = [len(run)]
    if found := _CODE_ENDS.search(run):
        ends.append(found.start())
    ends += [at for at in range(len(run) - 1, 0, -1) if run[at] == "." and _AFTER_DOT.match(run, at + 1)]
    return [begin + end for end in ends if end > 0]


def _term(scanner: Scanner) -> str | None:
    """The term in pipes after an identifier; None and nothing read if there is none."""
    start = scanner.at
    scanner.space()
    if not scanner.sees("|"):
        scanner.at = start
        return None
    readings = {m.end(): m[1] for m in (scanner.looking_at(_TERM), scanner.looking_at(_PLAIN_TERM)) if m}
    if not readings:
        open_ended = scanner.text.find("|", scanner.at + 1) < 0
        scanner.fail("ecl.problem.term_open" if open_ended else "ecl.problem.term")
    scanner.at = scanner.choose(scanner.at, [*readings])
    return readings[scanner.at]


def keyword(scanner: Scanner, names: frozenset[str]) -> str | None:
    """One of the names, lower case, also if the operator ``not =`` follows without a space; None if there is none."""
    word = scanner.word()
    for name in (word, word.removesuffix("not")):
        if name in names:
            scanner.at += len(name)
            return name
    return None


def number(scanner: Scanner) -> NumberValue:
    """A number after ``#``."""
    found = scanner.match(_NUMBER)
    if not found:
        scanner.expect(message("ecl.part.number"))
    return NumberValue(Decimal(found[1]))


def quoted_text(scanner: Scanner, *, escapes: str) -> str:
    """The characters between quotation marks, escapes included; only ``escapes`` may follow a backslash."""
    start = scanner.at
    if not scanner.sees('"'):
        scanner.expect(message("ecl.part.text"))
    found = scanner.match(_TEXT)
    if not found:
        scanner.fail("ecl.problem.text_open")
    for escape in _ESCAPE.finditer(found[1]):
        if escape[1] not in escapes:
            allowed = tuple(map(quoted, escapes))
            scanner.fail("ecl.problem.escape", at=start + 1 + escape.start(), allowed=allowed)
    return found[1]


def text_value(scanner: Scanner) -> TextValue:
    """The exact text of a concrete value, or a set of them."""
    return TextValue(set_of(scanner, _exact_text) if scanner.sees("(") else (_exact_text(scanner),))


def _exact_text(scanner: Scanner) -> str:
    start = scanner.at
    text = quoted_text(scanner, escapes='"\\*')
    if not text:
        scanner.fail("ecl.problem.text_empty", at=start)
    return _ESCAPE.sub(r"\1", text)


def search_type(scanner: Scanner) -> str | None:
    """``match`` or ``wild`` if it is here in front of a colon; nothing is read."""
    found = scanner.looking_at(_SEARCH_TYPE)
    return found[1].lower() if found else None


def search_term(scanner: Scanner) -> SearchTerm:
    """Words, or after ``wild:`` a pattern."""
    kind = search_type(scanner)
    if kind:
        scanner.match(_SEARCH_TYPE)
        scanner.space()
    return _pattern(scanner) if kind == "wild" else _words(scanner)


def _words(scanner: Scanner) -> SearchTerm:
    start = scanner.at
    text = quoted_text(scanner, escapes='"\\')
    words = tuple(_ESCAPE.sub(r"\1", word) for word in re.split(r"[ \t\r\n]+", text) if word)
    if not words:
        scanner.fail("ecl.problem.text_empty", at=start)
    return SearchTerm(words)


def _pattern(scanner: Scanner) -> SearchTerm:
    start = scanner.at
    text = quoted_text(scanner, escapes='"\\*')
    if not text:
        scanner.fail("ecl.problem.text_empty", at=start)
    parts = [""]
    for piece in _WILDCARD.findall(text):
        if piece == "*":
            parts.append("")
        else:
            parts[-1] += piece[1:] if piece.startswith("\\") else piece
    return SearchTerm(tuple(parts), wild=True)


def time_value(scanner: Scanner) -> TimeValue:
    """A day in quotation marks, empty ones, or a set of them; a day that the calendar does not have is noted."""
    return TimeValue(set_of(scanner, _day) if scanner.sees("(") else (_day(scanner),))


def _day(scanner: Scanner) -> date | None:
    start = scanner.at
    if scanner.skip('""'):
        return None
    found = scanner.match(_DAY)
    if not found:
        scanner.expect(message("ecl.part.day"))
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        scanner.note("ecl.problem.date", at=start, text=found[0])
        return None


def dialect_alias(scanner: Scanner) -> str:
    """A dialect such as ``nb-no``, lower case."""
    found = scanner.match(_DIALECT)
    if not found:
        scanner.expect(message("ecl.part.dialect"))
    return found[0].lower()


def set_of(scanner: Scanner, item: Callable[[Scanner], Item]) -> tuple[Item, ...]:
    """One or more items in brackets, with white space between them."""
    scanner.need("(")
    scanner.space()
    found = [item(scanner)]
    while True:
        separated = scanner.space()
        if scanner.skip(")"):
            return tuple(found)
        if not separated:
            scanner.fail("ecl.problem.space_between")
        found.append(item(scanner))
