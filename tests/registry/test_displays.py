"""Which text stands for a concept."""

from __future__ import annotations

import pytest

from registry.content.display import best_display
from registry.entities.records import Designation

TEXTS = (
    Designation("fsn", "full name", "en"),
    Designation("label.full", "lang tekst", "nb-NO"),
    Designation("label.short", "kort", "nb-NO"),
    Designation("synonym", "ord", "nn"),
)


@pytest.mark.parametrize(
    ("languages", "preferred", "text"),
    [
        ((), "", "lang tekst"),
        ((), "en", "full name"),
        (("nb",), "en", "lang tekst"),
        (("nn", "nb"), "", "ord"),
        (("se", "NB-no"), "en", "lang tekst"),
        (("se",), "en", "full name"),
        (("se",), "", "lang tekst"),
    ],
)
def test_the_best_kind_in_the_first_language_that_has_one(
    languages: tuple[str, ...], preferred: str, text: str
) -> None:
    assert best_display(TEXTS, languages, preferred) == text


def test_no_text_is_no_display() -> None:
    assert best_display((), ("nb",), "en") == ""
