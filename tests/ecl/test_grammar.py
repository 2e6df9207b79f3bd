"""The parser agrees with the published grammar on sentences generated from it and on near misses.

A text with a semantic error is grammatical. The grammar and the parser differ in what ``EXPLAINED`` lists, and nowhere
else (ADR 0092).
"""

from __future__ import annotations

import random
import re

import pytest

from registry.ecl import check
from registry.ecl.checking import EclProblem
from tests.ecl.grammar import judge, mutated, sentences

_TEXT_WITH_COMMENT = re.compile(r'"[^"]*/\*')


def explanation(text: str, problem: EclProblem | None, grammatical: bool) -> str | None:
    """Why the parser and the grammar differ on a text; None if they should not."""
    if problem and problem.kind == "limit":
        return "limits are not part of the grammar"
    if problem and "are mixed" in problem.message and not grammatical:
        return "AND and OR between constraints: the grammar has no such form, its meaning is what is missing"
    if "**/" in text:
        return "a comment ends at its first */"
    if _TEXT_WITH_COMMENT.search(text):
        return "text inside quotation marks holds no comments"
    return None


def differences(texts: list[str]) -> list[tuple[str, bool, str]]:
    """The texts on which parser and grammar differ without an explanation, with the verdict of the grammar."""
    found = []
    for text in texts:
        problem = check(text).error
        grammatical = judge(text)
        accepted = problem is None or problem.kind == "semantic"
        if accepted != grammatical and explanation(text, problem, grammatical) is None:
            found.append((text, grammatical, problem.message if problem else ""))
    return found


def near_misses(count: int, *, seed: int, longest: int) -> list[str]:
    """Sentences with a few changes."""
    source = random.Random(seed)
    known = sentences(max(10, count // 10), seed=seed, longest=longest)
    return [mutated(source.choice(known), source.choice(known), source) for _ in range(count)]


def test_sentences_of_the_grammar_are_read() -> None:
    texts = sentences(120, seed=1, longest=90)
    assert all(map(judge, texts)) and differences(texts) == []


def test_near_misses_are_judged_alike() -> None:
    assert differences(near_misses(300, seed=2, longest=70)) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 14))
def test_many_sentences_and_near_misses(seed: int) -> None:
    texts = sentences(300, seed=seed, longest=250) + near_misses(1500, seed=seed, longest=160)
    assert differences(texts) == []
