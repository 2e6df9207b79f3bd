"""The message catalogue: complete in both languages, with the same gaps to fill."""

from __future__ import annotations

import string

import pytest

from api import texts
from api.wordings import REASONS, SENTENCES, WORDS


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", [*SENTENCES, *REASONS])
def test_both_languages_say_the_same_values(key: str) -> None:
    english, bokmaal = SENTENCES.get(key) or REASONS[key]
    assert _fields(english) == _fields(bokmaal)
    assert english != bokmaal


def test_words_are_in_both_languages() -> None:
    assert all(english and bokmaal for english, bokmaal in WORDS.values())


@pytest.mark.parametrize(
    "reason",
    [
        *("before_first", "gap", "after_last", "not_loaded", "unknown", "unknown_code", "not_yet", "expired"),
        *("header", "not_reportable", "reserve", "wrong_system", "local", "outside_coverage", "purged"),
        *("unknown_system", "unknown_version"),
    ],
)
def test_every_reason_is_a_sentence(reason: str) -> None:
    for lang in texts.LANGUAGES:
        said = texts.reason(reason, lang, system="S", code="C", on="2024-01-01")
        assert said.rstrip("…").endswith(".")


def test_nynorsk_reads_bokmaal_and_others_english() -> None:
    assert texts.word("required", "nn") == texts.word("required", "nb-NO") == "påkrevd"
    assert texts.word("required", "sv") == "required"
