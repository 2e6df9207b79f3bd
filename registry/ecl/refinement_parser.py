"""Reading refinements: attributes, groups, cardinalities, and AND or OR between them.

The grammar has two levels, attribute sets inside refinements; they differ only in where AND and OR may be mixed, which
is refused in any case, so one level is read here.
"""

from __future__ import annotations

import re
from typing import Final, NoReturn

from registry.ecl.literals import is_quoted_alternate, number, search_type, text_value
from registry.ecl.nodes import (
    Attribute,
    AttributeGroup,
    BooleanValue,
    Cardinality,
    Comparison,
    Constraint,
    Junction,
    NumberValue,
    Refinement,
    RefinementSet,
    TextValue,
)
from registry.ecl.scanner import ALIAS, REFINEMENT, SPACE, Scanner, quoted
from registry.entities.messages import message

__all__ = ["boolean", "comparison", "junction", "opens_comparison", "opens_text_set", "refinement"]

Value = Constraint | NumberValue | BooleanValue | TextValue

_MAX_DIGITS: Final = 18  #: of a cardinality
_JUNCTION: Final = re.compile(r"(and|or)(?=[ \t\r\n]|/\*)", re.IGNORECASE)
_JUNCTION_WORD: Final = re.compile(r"(?:and|or)(?![A-Za-z0-9#-])", re.IGNORECASE)
_COMPARISON: Final = re.compile(rf"<>|!=|<=|>=|=|<|>|not{SPACE}=", re.IGNORECASE)
_CARDINALITY: Final = re.compile(
    rf"\[(0|[1-9][0-9]*)(?:\.\.|(?=[ \t\r\n/]){SPACE}to(?=[ \t\r\n/]){SPACE})(0|[1-9][0-9]*|\*|many)\]",
    re.IGNORECASE,
)
_REVERSE: Final = re.compile(r"reverseof|(?!refsetcontainingany)r", re.IGNORECASE)
_BOOLEAN: Final = re.compile(r"(true|false)(?![A-Za-z0-9-]*#)", re.IGNORECASE)
_FIRST_TEXT: Final = re.compile(rf'\({SPACE}("(?:[^"\\]++|\\.)*+"){SPACE}', re.DOTALL)
_NEXT_TEXT: Final = re.compile(rf'"|(?:match|wild){SPACE}:', re.IGNORECASE)
_FIRST_TYPE: Final = re.compile(rf"\({SPACE}(?:match|wild){SPACE}:", re.IGNORECASE)
_ALTERNATE: Final = re.compile(r'"[A-Za-z][A-Za-z0-9-]*#[^"\\]+"')


def refinement(scanner: Scanner, *, in_group: bool = False) -> Refinement:
    """Conditions joined by AND or by OR; mixing them is noted."""
    parts = [_item(scanner, in_group=in_group)]
    used: Junction | None = None
    while True:
        end = scanner.at
        scanner.space()
        at = scanner.at
        found = junction(scanner)
        if found is None:
            scanner.at = end
            break
        if used is not None and used is not found:
            scanner.note("ecl.problem.mixed", at=at, first=used.value, second=found.value)
        used = used or found
        scanner.space()
        parts.append(_item(scanner, in_group=in_group))
    return parts[0] if used is None else RefinementSet(used, tuple(parts))


def junction(scanner: Scanner) -> Junction | None:
    """AND, OR or a comma; None if there is none here."""
    if scanner.skip(","):
        return Junction.AND
    if found := scanner.match(_JUNCTION):
        return Junction(found[1].upper())
    if found := scanner.looking_at(_JUNCTION_WORD):
        scanner.fail("ecl.problem.space", word=found[0])
    return None


def _item(scanner: Scanner, *, in_group: bool) -> Refinement:
    start = scanner.at
    cardinality = _cardinality(scanner)
    if cardinality:
        scanner.space()
    if scanner.sees("{"):
        if in_group:
            scanner.expect(message("ecl.part.attribute"))
        return _group(scanner, cardinality)
    if cardinality is None and scanner.sees("(") and not _is_name(scanner, start):
        return _bracketed(scanner, in_group=in_group)
    return _attribute(scanner, cardinality, in_group=in_group)


def _is_name(scanner: Scanner, opened: int) -> bool:
    """Whether a bracket holds the name of an attribute: a comparison or a filter follows it."""
    closed = scanner.closing(opened)
    return closed is not None and opens_comparison(scanner, closed + 1)


def opens_comparison(scanner: Scanner, at: int) -> bool:
    """Whether a comparison operator or a filter follows a position."""
    here, scanner.at = scanner.at, at
    scanner.space()
    found = scanner.sees("{{") or scanner.looking_at(_COMPARISON) is not None
    scanner.at = here
    return found


def _bracketed(scanner: Scanner, *, in_group: bool) -> Refinement:
    scanner.open(REFINEMENT)
    scanner.need("(")
    scanner.space()
    found = refinement(scanner, in_group=in_group)
    scanner.space()
    scanner.need(")")
    scanner.close(REFINEMENT)
    return found


def _group(scanner: Scanner, cardinality: Cardinality | None) -> AttributeGroup:
    scanner.open(REFINEMENT)
    scanner.need("{")
    scanner.space()
    found = refinement(scanner, in_group=True)
    scanner.space()
    scanner.need("}")
    scanner.close(REFINEMENT)
    return AttributeGroup(found, cardinality)


def _cardinality(scanner: Scanner) -> Cardinality | None:
    """``[1..3]``, ``[1 to many]``; None if there is none here. A reversed one is noted."""
    start = scanner.at
    if not scanner.sees("["):
        return None
    found = scanner.match(_CARDINALITY)
    if not found:
        scanner.at += 1
        scanner.expect(message("ecl.part.cardinality"))
    if max(map(len, found.groups())) > _MAX_DIGITS:
        scanner.fail("ecl.problem.digits", at=start, kind="limit", most=_MAX_DIGITS)
    least, most = int(found[1]), int(found[2]) if found[2].isdigit() else None
    if most is not None and least > most:
        scanner.note("ecl.problem.cardinality", at=start, least=least, most=most)
    return Cardinality(least, most)


def _attribute(scanner: Scanner, cardinality: Cardinality | None, *, in_group: bool) -> Attribute:
    start = scanner.at
    reverse = scanner.looking_at(ALIAS) is None and scanner.match(_REVERSE) is not None
    if reverse:
        scanner.space()
        if in_group:
            scanner.note("ecl.problem.reverse_in_group", at=start)
    name = scanner.operand(scanner)
    scanner.space()
    operator = comparison(scanner)
    scanner.space()
    value = _value(scanner, operator)
    if reverse and isinstance(value, NumberValue | BooleanValue | TextValue):
        scanner.note("ecl.problem.reverse_concrete", at=start)
    return Attribute(name, operator, value, cardinality, reverse)


def comparison(scanner: Scanner, *, ordered: bool = True) -> Comparison:
    """A comparison operator in brief or long syntax; ``ordered`` False: only equal and not equal."""
    found = scanner.looking_at(_COMPARISON)
    equality = ("=", "!=", "<>")
    symbol = found[0].lower() if found else ""
    if not found or (not ordered and symbol in {"<", "<=", ">", ">="}):
        if ordered:
            scanner.expect(message("ecl.part.comparison"))
        scanner.expect(*map(quoted, equality))
    scanner.at += len(found[0])
    return Comparison.NOT_EQUAL if symbol == "<>" or symbol.startswith("not") else Comparison(symbol)


def _value(scanner: Scanner, operator: Comparison) -> Value:
    """The value of an attribute: a number after an order, else a number, a boolean, a text or a constraint."""
    if scanner.sees("#") or operator not in (Comparison.EQUAL, Comparison.NOT_EQUAL):
        return number(scanner)
    if (found := boolean(scanner)) is not None:
        return found
    if search_type(scanner) or scanner.looking_at(_FIRST_TYPE):
        _refuse_search_type(scanner)
    if (scanner.sees('"') and not is_quoted_alternate(scanner)) or opens_text_set(scanner):
        return text_value(scanner)
    return scanner.operand(scanner)


def _refuse_search_type(scanner: Scanner) -> NoReturn:
    if scanner.skip("("):
        scanner.space()
    scanner.fail("ecl.problem.search_type", word=f"{scanner.word()}:")


def boolean(scanner: Scanner) -> BooleanValue | None:
    """``true`` or ``false``; None if neither is here."""
    found = scanner.match(_BOOLEAN)
    return BooleanValue(found[1].lower() == "true") if found else None


def opens_text_set(scanner: Scanner) -> bool:
    """Whether a set of texts in brackets is here, and not a constraint that begins with a quoted alternate identifier."""
    if scanner.looking_at(_FIRST_TYPE):
        return True
    found = scanner.looking_at(_FIRST_TEXT)
    if not found:
        return False
    return not _ALTERNATE.fullmatch(found[1]) or _NEXT_TEXT.match(scanner.text, found.end()) is not None
