"""The published ABNF as an independent judge of what is in the language, and as a source of sentences.

The judge finds all positions at which each rule may end, once for each rule and position, so that no text takes more
than polynomial time (general parsers of ABNF that backtrack need minutes for some texts of 70 characters). It reads the
published long syntax, which contains the brief one. The file has the rules of version 2.2 in places; ``CHANGED`` has
those of 2.3.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.ecl.trees import sctids

__all__ = ["judge", "mutated", "sentences"]

#: rules of ECL 2.3 that the published file does not have
CHANGED = {
    "subExpressionConstraint": '[constraintOperator ws] ( ( [refsetOperator ws] (eclFocusConcept / "(" ws expressionConstraint ws ")") *(ws memberFilterConstraint)) / (eclFocusConcept / "(" ws expressionConstraint ws ")") ) *(ws (descriptionFilterConstraint / conceptFilterConstraint)) [ws historySupplement]',
    "refsetOperator": "memberOf / refsetContainingAny",
    "refsetContainingAny": '"^R" / "refsetContainingAny"',
    "activeValue": "activeTrueValue / activeFalseValue / wildCard",
    "eclAttribute": '["[" cardinality "]" ws] [reverseFlag ws] eclAttributeName ws (expressionComparisonOperator ws subExpressionConstraint / numericComparisonOperator ws "#" numericValue / stringComparisonOperator ws (concreteString / concreteStringSet) / booleanComparisonOperator ws booleanValue)',
    "concreteStringSet": '"(" ws concreteString *(mws concreteString) ws ")"',
    "concreteString": "QM 1*(anyNonEscapedChar / escapedWildChar) QM",
}


@cache
def rules() -> Mapping[str, str]:
    """Name → definition of every rule; skips the test if the published grammar is not here."""
    places = (p / "shared" / "ecl" / "abnf-long.txt" for p in Path(__file__).parents)
    path = next((p for p in places if p.exists()), None)
    if path is None:
        pytest.skip("the published grammar is not here")
    lines = (line.partition(" ;")[0].strip() for line in path.read_text("utf-8").splitlines())
    found = dict(re.split(r"\s*=\s*", line, maxsplit=1) for line in lines if line)
    return found | CHANGED


@dataclass(frozen=True, eq=False)
class _Part:
    """A part of a rule: kind ``any`` (alternatives), ``all`` (a sequence), ``many``, ``rule``, ``text`` or ``range``.

    ``most`` None: any number of repetitions.
    """

    kind: str
    parts: tuple[_Part, ...] = ()
    value: str = ""
    least: int = 1
    most: int | None = 1


_TOKEN = re.compile(r'"[^"]*"|%x[0-9A-F]+(?:-[0-9A-F]+)?|[A-Za-z][A-Za-z0-9-]*|\d*\*\d*|\d+|[()\[\]/]')


class _Reader:
    """Reads the definition of one rule of ABNF (RFC 5234)."""

    def __init__(self, text: str) -> None:
        self.tokens = _TOKEN.findall(text)

    def alternatives(self) -> _Part:
        """Sequences with ``/`` between them."""
        found = [self.sequence()]
        while self.tokens and self.tokens[0] == "/":
            self.tokens.pop(0)
            found.append(self.sequence())
        return found[0] if len(found) == 1 else _Part("any", tuple(found))

    def sequence(self) -> _Part:
        """Elements one after another."""
        found = []
        while self.tokens and self.tokens[0] not in ")]/":
            found.append(self.element())
        return found[0] if len(found) == 1 else _Part("all", tuple(found))

    def element(self) -> _Part:
        """An element with its number of repetitions."""
        token = self.tokens.pop(0)
        if counted := re.fullmatch(r"(\d*)(\*?)(\d*)", token):
            least = int(counted[1] or 0)
            most = int(counted[3]) if counted[3] else (None if counted[2] else least)
            return _Part("many", (self.element(),), least=least, most=most)
        if token in "([":
            inner = self.alternatives()
            self.tokens.pop(0)
            return inner if token == "(" else _Part("many", (inner,), least=0)
        if token.startswith('"'):
            return _Part("text", value=token[1:-1])
        return _Part("range" if token.startswith("%x") else "rule", value=token)


@cache
def parts() -> Mapping[str, _Part]:
    """Every rule of the grammar, read."""
    return {name: _Reader(text).alternatives() for name, text in rules().items()}


def judge(text: str) -> bool:
    """Whether a whole text is in the language by the published grammar; it is defined over bytes of UTF-8."""
    data = text.encode("utf-8")
    return len(data) in _Recogniser(data).ends(parts()["expressionConstraint"], 0)


class _Recogniser:
    """All positions at which a part of the grammar that begins at a position may end."""

    def __init__(self, data: bytes) -> None:
        self.data, self.known = data, dict[tuple[_Part, int], frozenset[int]]()

    def ends(self, part: _Part, at: int) -> frozenset[int]:
        """Memoised: a part at a position is worked out once."""
        found = self.known.get((part, at))
        if found is None:
            found = self.known[part, at] = frozenset(self._found(part, at))
        return found

    def _found(self, part: _Part, at: int) -> set[int]:
        match part.kind:
            case "text":
                end = at + len(part.value)
                return {end} if self.data[at:end].lower() == part.value.lower().encode() else set()
            case "range":
                low, _, high = part.value[2:].partition("-")
                inside = at < len(self.data) and int(low, 16) <= self.data[at] <= int(high or low, 16)
                return {at + 1} if inside else set()
            case "rule":
                return set(self.ends(parts()[part.value], at))
            case "any":
                return set().union(*(self.ends(p, at) for p in part.parts))
            case "all":
                reached = {at}
                for p in part.parts:
                    reached = set().union(*(self.ends(p, r) for r in reached))
                return reached
            case _:
                return self._repeated(part, at)

    def _repeated(self, part: _Part, at: int) -> set[int]:
        found, reached, count = ({at} if part.least == 0 else set()), {at}, 0
        while reached and (part.most is None or count < part.most):
            reached = set().union(*(self.ends(part.parts[0], r) for r in reached)) - found
            count += 1
            if count >= part.least:
                found |= reached
        return found


class _Sentences:
    """Random sentences of a rule. Each has a budget of rules; past it, the smallest alternatives are taken."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.left = 0
        self.fixed = {"sctId": sctids(4), "UTF8-2": ["æ", "\u00a0"], "UTF8-3": ["–"], "UTF8-4": ["😀"]}
        self.fixed |= {"comment": ["/* x */", "/**/"], "anyNonEscapedChar": list("aB #/*|(")}
        self.fixed |= {"nonwsNonPipe": list('aZ("/*{'), "nonwsNonEscapedChar": list("aZ/*|{.")}
        self.fixed |= {"ws": ["", " ", " ", "\n", "/* c */"], "mws": [" ", "\t", "/**/"]}

    def sentence(self) -> str:
        """A sentence of the whole language."""
        self.left = self.random.randint(5, 120)
        return self.rule("expressionConstraint")

    def rule(self, name: str) -> str:
        """A sentence of a rule."""
        self.left -= 1
        if name in self.fixed:
            return self.random.choice(self.fixed[name])
        return self.part(parts()[name])

    def part(self, part: _Part) -> str:
        """A sentence of a part of a rule."""
        match part.kind:
            case "rule":
                return self.rule(part.value)
            case "text":
                return "".join(self.random.choice((c.lower(), c.upper())) for c in part.value)
            case "range":
                low, _, high = part.value[2:].partition("-")
                return chr(self.random.randint(int(low, 16), int(high or low, 16)))
            case "many":
                most = part.least if self.left < 0 else min(part.most or part.least + 2, part.least + 2)
                count = self.random.choice((part.least, self.random.randint(part.least, most)))
                return "".join(self.part(part.parts[0]) for _ in range(count))
            case "all":
                return "".join(map(self.part, part.parts))
            case _:
                return self.part(
                    min(part.parts, key=_size) if self.left < 0 else self.random.choice(part.parts)
                )


def _size(part: _Part) -> int:
    """How much a part nests, roughly: rules and sequences count."""
    own = {"rule": 3 if "onstraint" in part.value or "efinement" in part.value else 1}.get(part.kind, 0)
    return own + sum(map(_size, part.parts))


def sentences(count: int, *, seed: int, longest: int) -> list[str]:
    """Random sentences of the whole language, none longer than ``longest`` characters."""
    source, found = _Sentences(seed), []
    while len(found) < count:
        text = source.sentence()
        if len(text) <= longest:
            found.append(text)
    return found


PIECES = [
    *'()[]{}<>!^*=,.:|"#/ \n+-0159aR\\',
    *("{{", "}}", "<<", "!!>", "/*", "*/", "**/", "^R", "..", "#5", "!=", "<>", '""', "[0..1]", "(", ")"),
    *(" AND ", " OR ", " MINUS ", "and", "or", "not", "any", "M ", "D ", "C ", "wild:", "match:", "true"),
    *("404684003", "LOINC#1", '"A#1"', "|x|", "{{ C active = 1 }}", '{{ term = "x" }}', "{{ + HISTORY }}"),
    *("{{ M a = #1 }}", ": 404684003 = *", "{ 404684003 = * }", "\t", "é", "\x07", "\x7f"),
]


def mutated(text: str, other: str, source: random.Random) -> str:
    """A text with one to three changes: parts deleted, doubled, moved, replaced, inserted, or taken from another text."""
    for _ in range(source.randint(1, 3)):
        start = source.randint(0, len(text))
        end = min(len(text), start + source.choice((1, 1, 1, 2, 4, 9)))
        cut = source.randint(0, len(other))
        text = source.choice(
            (
                text[:start] + text[end:],
                text[:end] + text[start:],
                text[:start] + source.choice(PIECES) + text[start:],
                text[:start] + source.choice(PIECES) + text[end:],
                text[:start] + text[start:end].swapcase() + text[end:],
                text[:start] + other[cut : cut + 12] + text[end:],
            )
        )
    return text
