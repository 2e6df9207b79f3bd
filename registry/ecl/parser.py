"""The parser of the SNOMED CT Expression Constraint Language 2.3, brief and long syntax.

Recursive descent by hand over the official ABNF; the whole text is read. Keywords are case-insensitive. Depth and length
are bounded (``MAX_DEPTH``, ``MAX_LENGTH``), and reading takes time proportional to the length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from registry.ecl.filter_parser import Block, block
from registry.ecl.literals import alternate_id, concept
from registry.ecl.nodes import (
    Any,
    Compound,
    ConceptFilters,
    Constraint,
    DescriptionFilters,
    Dotted,
    Filtered,
    Hierarchy,
    HierarchyOperator,
    HistorySupplement,
    MemberFilters,
    MemberOf,
    Minus,
    Refined,
    RefsetsContaining,
    Supplemented,
)
from registry.ecl.refinement_parser import junction, refinement
from registry.ecl.scanner import ALIAS, CONSTRAINT, MAX_LENGTH, Choices, Scanner
from registry.entities.errors import EclError
from registry.entities.messages import message

__all__ = ["parse"]

_MOST_READINGS: Final = 64  #: combinations of readings that are tried of an ambiguous text
_SYMBOLS: Final = re.compile("|".join(re.escape(op) for op in HierarchyOperator))
_WORDS: Final = {
    "descendantorselfof": HierarchyOperator.DESCENDANT_OR_SELF,
    "descendantof": HierarchyOperator.DESCENDANT,
    "childorselfof": HierarchyOperator.CHILD_OR_SELF,
    "childof": HierarchyOperator.CHILD,
    "ancestororselfof": HierarchyOperator.ANCESTOR_OR_SELF,
    "ancestorof": HierarchyOperator.ANCESTOR,
    "parentorselfof": HierarchyOperator.PARENT_OR_SELF,
    "parentof": HierarchyOperator.PARENT,
    "top": HierarchyOperator.TOP,
    "bottom": HierarchyOperator.BOTTOM,
}
_MINUS: Final = re.compile(r"minus(?=[ \t\r\n]|/\*)", re.IGNORECASE)
_MINUS_WORD: Final = re.compile(r"minus(?![A-Za-z0-9#-])", re.IGNORECASE)
_CONTAINING: Final = re.compile(r"\^r(?![A-Za-z0-9-]*#)|refsetcontainingany", re.IGNORECASE)
_MEMBER_OF: Final = re.compile(r"\^|memberof", re.IGNORECASE)
_ANY: Final = re.compile(r"\*|any", re.IGNORECASE)
_DIGIT: Final = re.compile(r"[0-9]")
_FIELD: Final = re.compile(r"[A-Za-z]+")


def parse(text: str) -> Constraint:
    """The syntax tree of an expression constraint. Raises EclError.

    >>> parse("<< 73211009 |Diabetes mellitus|")
    Hierarchy(operator=<HierarchyOperator.DESCENDANT_OR_SELF: '<<'>, of=Concept(id='73211009', term='Diabetes mellitus', at=3))
    """
    choices = Choices()
    first: EclError | None = None
    for _ in range(_MOST_READINGS):
        try:
            return _whole(text, choices)
        except EclError as error:
            first = first or error
            if error.kind == "limit" or not choices.advance():
                break
    raise first or RuntimeError


def _whole(text: str, choices: Choices) -> Constraint:
    """One reading of the whole text; what has no meaning is reported if the text is grammatical."""
    scanner = Scanner(text, choices, constraint=_constraint, operand=_operand)
    if len(text) > MAX_LENGTH:
        scanner.fail("ecl.problem.length", at=MAX_LENGTH, kind="limit", most=MAX_LENGTH)
    scanner.space()
    found = _constraint(scanner)
    scanner.space()
    if not scanner.ended:
        scanner.expect(message("ecl.part.end"))
    if scanner.findings:
        raise min(scanner.findings, key=lambda finding: finding.position)
    return found


def _constraint(scanner: Scanner) -> Constraint:
    """A constraint with what follows its first part: a refinement, attributes, or further parts."""
    left = _operand(scanner)
    end = scanner.at
    scanner.space()
    if scanner.skip(":"):
        scanner.space()
        return Refined(left, refinement(scanner))
    if scanner.sees("."):
        return _dotted(scanner, left)
    if _minus(scanner):
        return _exclusion(scanner, left)
    scanner.at = end
    return _compound(scanner, left)


def _dotted(scanner: Scanner, left: Constraint) -> Dotted:
    attributes: list[Constraint] = []
    while True:
        end = scanner.at
        scanner.space()
        if not scanner.skip("."):
            scanner.at = end
            return Dotted(left, tuple(attributes))
        scanner.space()
        attributes.append(_operand(scanner))


def _minus(scanner: Scanner) -> bool:
    if scanner.match(_MINUS):
        return True
    if found := scanner.looking_at(_MINUS_WORD):
        scanner.fail("ecl.problem.space", word=found[0])
    return False


def _exclusion(scanner: Scanner, left: Constraint) -> Minus:
    scanner.space()
    found = Minus(left, _operand(scanner))
    _end_of_joined(scanner)
    return found


def _compound(scanner: Scanner, left: Constraint) -> Constraint:
    """Parts joined by AND or by OR; mixing them is noted."""
    parts, used = [left], None
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
        parts.append(_operand(scanner))
    if used is None:
        return left
    _end_of_joined(scanner)
    return Compound(used, tuple(parts))


def _end_of_joined(scanner: Scanner) -> None:
    """Fails if joined parts are followed by what binds one part alone: they would need brackets."""
    end = scanner.at
    scanner.space()
    if scanner.looking_at(_MINUS_WORD):
        scanner.fail("ecl.problem.minus")
    if scanner.sees(":") or scanner.sees("."):
        scanner.fail("ecl.problem.needs_brackets", found=scanner.found())
    scanner.at = end


def _operand(scanner: Scanner) -> Constraint:
    """A concept or a constraint in brackets, with operators before it and filters after it."""
    operator = _hierarchy_operator(scanner)
    refset = _refset_operator(scanner)
    found = _focus(scanner)
    blocks = _blocks(scanner, is_member_of=refset is not None)
    if refset and refset.containing:
        found = RefsetsContaining(found, blocks.members)
    elif refset:
        found = MemberOf(found, refset.fields, blocks.members)
    if operator:
        found = Hierarchy(operator, found)
    if blocks.filters:
        found = Filtered(found, blocks.filters)
    return Supplemented(found, blocks.history) if blocks.history else found


def _hierarchy_operator(scanner: Scanner) -> HierarchyOperator | None:
    if found := scanner.match(_SYMBOLS):
        scanner.space()
        return HierarchyOperator(found[0])
    word = scanner.word()
    if word not in _WORDS or scanner.looking_at(ALIAS):
        return None
    start = scanner.at
    scanner.at += len(word)
    if not scanner.space():
        scanner.fail("ecl.problem.space", word=scanner.text[start : scanner.at])
    return _WORDS[word]


def _refset_operator(scanner: Scanner) -> _RefsetOperator | None:
    if scanner.looking_at(ALIAS):
        return None
    if scanner.match(_CONTAINING):
        scanner.space()
        return _RefsetOperator(containing=True)
    if not scanner.match(_MEMBER_OF):
        return None
    scanner.space()
    fields = _fields(scanner) if scanner.skip("[") else None
    scanner.space()
    return _RefsetOperator(fields=fields)


def _fields(scanner: Scanner) -> tuple[str, ...]:
    """The fields of a projection after ``[``; ``("*",)`` for all of them."""
    scanner.space()
    names = ["*"] if scanner.skip("*") else [_field(scanner)]
    while names != ["*"]:
        scanner.space()
        if not scanner.skip(","):
            break
        scanner.space()
        names.append(_field(scanner))
    scanner.space()
    scanner.need("]")
    return ("*",) if [name.lower() for name in names] == ["any"] else tuple(names)


def _field(scanner: Scanner) -> str:
    found = scanner.match(_FIELD)
    if not found:
        scanner.expect(message("ecl.part.field"))
    return found[0]


def _focus(scanner: Scanner) -> Constraint:
    """What the operators of a part apply to."""
    if scanner.sees("("):
        return _bracketed(scanner)
    if found := alternate_id(scanner):
        return found
    if scanner.match(_ANY):
        return Any()
    if scanner.looking_at(_DIGIT):
        return concept(scanner)
    raise scanner.unexpected(message("ecl.part.constraint"))


def _bracketed(scanner: Scanner) -> Constraint:
    scanner.open(CONSTRAINT)
    scanner.need("(")
    scanner.space()
    found = _constraint(scanner)
    scanner.space()
    scanner.need(")")
    scanner.close(CONSTRAINT)
    return found


def _blocks(scanner: Scanner, *, is_member_of: bool) -> _Blocks:
    """Filters in double braces: member filters, then description and concept filters, then a history supplement."""
    found = _Blocks()
    while found.history is None:
        end = scanner.at
        scanner.space()
        start = scanner.at
        if not scanner.sees("{{"):
            scanner.at = end
            break
        one = block(scanner)
        if isinstance(one, MemberFilters) and found.filters:
            scanner.fail("ecl.problem.member_filter_late", at=start)
        if isinstance(one, MemberFilters) and not is_member_of:
            scanner.note("ecl.problem.member_filter", at=start)
        found = found.with_block(one)
    return found


@dataclass(frozen=True, slots=True)
class _RefsetOperator:
    """``^``, ``^ [fields]`` or ``^R``."""

    containing: bool = False
    fields: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Blocks:
    """What is in double braces after one part of a constraint."""

    members: tuple[MemberFilters, ...] = ()
    filters: tuple[DescriptionFilters | ConceptFilters, ...] = ()
    history: HistorySupplement | None = None

    def with_block(self, block: Block) -> _Blocks:
        """With one more block."""
        if isinstance(block, MemberFilters):
            return replace(self, members=(*self.members, block))
        if isinstance(block, HistorySupplement):
            return replace(self, history=block)
        return replace(self, filters=(*self.filters, block))
