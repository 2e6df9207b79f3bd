"""The message catalogue: complete in both languages, with the same values, and usable from every module."""

from __future__ import annotations

import ast
import pickle
import re
import string
from pathlib import Path

import orjson
import pytest

from api.callers import NotAuthorised
from api.rest.answers import BadCursor
from api.rest.problems import NotFound
from loaders.reading.xml import UnsafeXML
from registry.entities.errors import ContentError, GyldigError
from registry.entities.messages import Message, catalogue, in_language, language, message, word
from registry.entities.messages.headings import WORDS
from registry.terminology.issues import MESSAGES as FINDINGS

ROOT = Path(__file__).resolve().parents[2]


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", catalogue())
def test_both_languages_use_the_same_values(key: str) -> None:
    english, bokmaal = catalogue()[key]
    assert _fields(english) == _fields(bokmaal)
    assert english != bokmaal or key.startswith("word.") or _without_words(english)


#: words that belong to one of the languages only
_ENGLISH = re.compile(
    r"\b(?:the|is|are|not|of|and|or|has|have|with|which|there|than|this|cannot|that|known|its)\b",
    re.IGNORECASE,
)
_BOKMAAL = re.compile(
    r"\b(?:ikke|er|og|eller|har|av|som|finnes|filen|koden|skal|være|mangler|den|det|til|på|kan)\b",
    re.IGNORECASE,
)


def _prose(text: str) -> str:
    """A template without commands, quoted words and values, but with the words that its fields add."""
    parts = []
    for literal, _, spec, _ in string.Formatter().parse(text):
        parts += [
            re.sub(r"`[^`]*`|'[^']*'|--[\w-]+|byte order mark", "", literal),
            spec if spec and ("|" in spec or "join" in spec) else "",
        ]
    return " ".join(filter(None, parts))


@pytest.mark.parametrize("key", catalogue())
def test_each_text_is_in_its_own_language(key: str) -> None:
    english, bokmaal = (_prose(text) for text in catalogue()[key])
    assert not _BOKMAAL.search(english), english
    assert not _ENGLISH.search(bokmaal), bokmaal


def _without_words(text: str) -> bool:
    """Whether a template only arranges its values."""
    return not any(c.isalpha() for literal, *_ in string.Formatter().parse(text) for c in literal)


def test_words_are_in_both_languages() -> None:
    assert all(english and bokmaal for english, bokmaal in WORDS.values())


@pytest.mark.parametrize("key", [k for k in catalogue() if k.startswith("reason.") and k.count("_role") == 0])
def test_reasons_are_complete_sentences(key: str) -> None:
    for text in catalogue()[key]:
        assert text.rstrip("}")[-1] in ".}" or text.endswith(("}", "{why}")), text


def _below(kind: type) -> list[type]:
    return [c for one in kind.__subclasses__() for c in (one, *_below(one))]


def _ids_in_use() -> set[str]:
    """Every literal first argument of a call of ``message``, and of ``say``, ``done``, ``note`` of a session or page."""
    found = set()
    for path in [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if name == "message" and isinstance(node.args[0].value, str):
                    found.add(node.args[0].value)
    return found


def test_every_id_in_use_is_in_the_catalogue() -> None:
    assert _ids_in_use() - catalogue().keys() == set()


ERRORS = {
    c.__name__ for c in (GyldigError, *_below(GyldigError), NotFound, BadCursor, NotAuthorised, UnsafeXML)
}
#: rooms whose errors are all messages
ROOMS = ("registry", "api", "mappings", "loaders")


def _plain_texts(tree: ast.AST) -> list[int]:
    """Lines where an error is made of a text that is not in the catalogue."""
    made = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ERRORS
        and node.args
    )
    plain = (ast.JoinedStr, ast.Constant, ast.BinOp, ast.IfExp)
    return [node.lineno for node in made if isinstance(node.args[0], plain)]


@pytest.mark.parametrize("room", ROOMS)
def test_errors_are_messages(room: str) -> None:
    found = {
        str(path): lines
        for path in (ROOT / room).rglob("*.py")
        if (lines := _plain_texts(ast.parse(path.read_text("utf-8"))))
    }
    assert found == {}


def test_refusals_of_fhir_requests_are_messages() -> None:
    found = []
    for path in (ROOT / "api" / "fhir").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if named and node.func.id in ("refuse", "issue") and node.args:
                first = node.args[0]
                given = isinstance(first, ast.Constant) and FINDINGS[first.value].given
                if given and isinstance(node.args[1], ast.JoinedStr | ast.Constant):
                    found.append(f"{path}:{node.lineno}")
    assert found == []


def test_plain_texts_in_errors_are_found() -> None:
    assert _plain_texts(ast.parse('raise UsageError(f"{a} x")')) == [1]
    assert _plain_texts(ast.parse('raise UsageError(message("error.count", count=1, most=2))')) == []


def test_errors_are_shown_in_both_languages() -> None:
    error = ContentError(message("error.twice_different", code="A"), file="f.csv", line=3)
    assert str(error) == "f.csv:3: code 'A' occurs twice with different content"
    assert error.in_language("nb") == "f.csv:3: koden 'A' forekommer to ganger med ulikt innhold"


def test_a_message_is_its_english_text_and_knows_the_other() -> None:
    found = message("near", names=["a", "b", "c"])
    assert found == " Did you mean a, b or c?"
    assert found.in_language("nb-NO") == " Mente du a, b eller c?"
    assert orjson.loads(orjson.dumps([found])) == [found]
    assert pickle.loads(pickle.dumps(found)).in_language("nb") == found.in_language("nb")


def test_messages_within_messages_are_translated_too() -> None:
    found = message("reason.unknown_system", name="x", near=message("near", names=["y"]))
    assert "Mente du y?" in found.in_language("nb")
    assert in_language([found, 1], "nb")[1] == 1


def test_numbers_agree_with_their_nouns() -> None:
    assert message("near.known_more", names=["a"], more=1).endswith("and 1 other.")
    assert message("near.known_more", names=["a"], more=2).endswith("and 2 others.")


def test_nynorsk_reads_bokmaal_and_others_english() -> None:
    assert word("required", "nn") == word("required", "nb-NO") == "påkrevd"
    assert word("required", "sv") == "required"
    assert [language(x) for x in ("no", "nn_NO.UTF-8", "de", None)] == ["nb", "nn", "en", "en"]


def test_a_message_in_another_language_is_plain_text() -> None:
    assert type(message("none").in_language("nb")) is str
    assert isinstance(message("none"), Message)
