"""Documents, docstrings and comments are plain technical English: expressions that read like a translation stay out.

The list holds expressions that were replaced once. A real use is allowed by quoting its sentence in ``ALLOWED``.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.entities.messages import catalogue
from registry.entities.messages.terminology import MESSAGES as TERMINOLOGY

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    ROOT / "README.md",
    *sorted(p for p in (ROOT / "docs").rglob("*.md") if p.parent.name != "reference"),
]

ROOMS = ("api", "benchmarks", "loaders", "mappings", "registry", "tests")

#: expression (regular expression, whole words, any case) → what to write instead
ODD = {
    r"told": "returned, derived, reported",
    r"spoken": "returned, mentioned",
    r"(lies|lie|lay) in": "is in",
    r"stand(s|ing)? beside": "in addition to, next to",
    r"(said|says|say) of": "about, of, asserts",
    r"says? so": "is marked, is reported",
    r"ways? in": "route, surface, interface",
    r"hurried": "on the event loop",
    r"whoever": "the caller, the next request",
    r"at the door": "in the API layer",
    r"made anew": "rebuilt",
    r"somebody": "a user, a person",
    r"anybody": "a user, any caller",
    r"of ours": "Gyldig's",
    r"(laid|lay|lays) over": "applied to, on top of",
    r"at hand": "that the caller has",
}
ODD_WORDS = re.compile(r"\b(" + "|".join(ODD) + r")\b", re.IGNORECASE)

#: parts of sentences in which such an expression has its ordinary meaning
ALLOWED: tuple[str, ...] = ()


def prose(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every docstring and comment of a module."""
    source = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            yield node.lineno, node.value.value
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _found(text: str) -> list[str]:
    for part in ALLOWED:
        text = text.replace(part, "")
    return [f"{m[0]!r} in: {text[max(0, m.start() - 40) : m.end() + 40]!r}" for m in ODD_WORDS.finditer(text)]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_documents_are_plain_english(page: Path) -> None:
    assert not _found(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("key", [key for key in catalogue() if key not in TERMINOLOGY])
def test_messages_are_plain_english(key: str) -> None:
    """But for the texts of FHIR operations, which are those of the terminology ecosystem."""
    assert not _found(catalogue()[key][0])


MODULES = sorted(p for room in ROOMS for p in (ROOT / room).rglob("*.py") if p != Path(__file__).resolve())


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_docstrings_and_comments_are_plain_english(path: Path) -> None:
    assert not [f"line {line}: {text}" for line, prose in prose(path) for text in _found(prose)]
