"""Which text is the display of a concept: the decision table of ``registry.content.display``."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.content.display import choose, display_text
from registry.entities.languages import Languages, fit, parse
from registry.entities.records import Coding, ConceptRecord, Designation
from registry.systems.designation_uses import PREFERRED

TEXTS = (
    Designation("fsn", "full name", "en"),
    Designation("label.full", "lang tekst", "nb-NO"),
    Designation("label.short", "kort", "nb-NO"),
    Designation("synonym", "ord", "nn"),
    Designation("display", "deutsch", "de"),
)


def _record(*texts: Designation) -> ConceptRecord:
    return ConceptRecord(code="A", designations=texts)


@pytest.mark.parametrize(
    ("languages", "own", "text"),
    [
        ((), "", "deutsch"),
        ((), "nb", "lang tekst"),
        ((), "en", "full name"),
        (("nb",), "en", "lang tekst"),
        (("nb-NO",), "en", "lang tekst"),
        (("no",), "en", "lang tekst"),
        (("no-NO",), "en", "lang tekst"),
        (("de-CH",), "en", "deutsch"),
        (("nn", "nb"), "", "ord"),
        (("se", "NB-no"), "en", "lang tekst"),
        (("se",), "en", "full name"),
        (("se",), "nb", "lang tekst"),
    ],
)
def test_the_best_kind_in_the_first_language_that_has_one(
    languages: tuple[str, ...], own: str, text: str
) -> None:
    assert display_text(_record(*TEXTS), languages, language=own) == text


def test_a_value_set_s_own_text_comes_first_in_its_language() -> None:
    extra = [Designation("display", "egen"), Designation("designation", "eigen", "de")]
    assert [
        (choose(_record(*TEXTS), parse(tags), extra) or TEXTS[0]).text for tags in ("de", "nb", "fr", "x")
    ] == ["eigen", "lang tekst", "egen", "egen"]


@pytest.mark.parametrize(
    "only",
    [
        Designation("synonym", "ord", "nb"),
        Designation("designation", "ord", "nb"),
        Designation("designation", "ord", "nb", Coding("abbreviation", "urn:uses")),
        Designation("designation", "ord", "nb", PREFERRED),
        Designation("label.full.reconstructed", "ord", "nb"),
    ],
)
def test_any_text_is_better_than_none(only: Designation) -> None:
    assert [display_text(_record(only), tags, language="en") for tags in ((), ("nb",), ("de-CH",))] == [
        "ord"
    ] * 3


def test_texts_of_another_use_and_of_a_later_time_are_a_last_resort() -> None:
    record = _record(
        Designation("label.full.reconstructed", "a", "nb"),
        Designation("designation", "b", "nb", Coding("abbreviation", "urn:uses")),
        Designation("synonym", "c", "en"),
    )
    assert [display_text(record, tags) for tags in ((), ("nb",), ("en",))] == ["c", "c", "c"]


def test_no_text_is_no_display() -> None:
    assert display_text(_record(), ("nb",), language="en") == ""
    assert choose(_record(*TEXTS), parse("se, *;q=0")) is None


_TAGS = ["", "nb", "nb-NO", "nn", "no", "de", "de-CH", "en"]
_DESIGNATIONS = st.lists(
    st.builds(
        Designation,
        kind=st.sampled_from(["display", "label.full", "label.short", "synonym", "designation"]),
        text=st.sampled_from("abc"),
        language=st.sampled_from(_TAGS),
        use=st.sampled_from([None, PREFERRED, Coding("other", "urn:uses")]),
    ),
    max_size=5,
)


@given(_DESIGNATIONS, st.lists(st.sampled_from(_TAGS[1:]), max_size=2), st.sampled_from(_TAGS), st.randoms())
def test_the_choice_serves_the_languages_whatever_the_order(
    texts: list[Designation], wanted: list[str], own: str, random: Random
) -> None:
    chosen = choose(_record(*texts), Languages(tuple(wanted), ""), language=own)
    shuffled = texts[:]
    random.shuffle(shuffled)
    again = choose(_record(*shuffled), Languages(tuple(wanted), ""), language=own)
    assert (chosen.text if chosen else None) == (again.text if again else None)
    assert (chosen is None) == (not texts)
    naming = [d for d in texts if d.use in (None, PREFERRED)]
    for tag in wanted:
        fits = [fit(tag, d.language) if d.language else 0.5 for d in naming]
        if any(fits):
            assert chosen is not None
            assert (fit(tag, chosen.language) if chosen.language else 0.5) == max(fits)
            return
