"""Translation by maps: forward, in reverse, what is unmapped, maps that refer to each other."""

from __future__ import annotations

import pytest

from registry.entities.records import Coding
from registry.terminology.catalog import MemoryCatalog
from registry.terminology.conceptmap import ConceptMap, MapElement, MapGroup, MapTarget, Unmapped
from registry.terminology.context import Context
from registry.terminology.translate import TranslateRequest, TranslateResult, translate


def made(url: str, unmapped: Unmapped | None) -> ConceptMap:
    elements = (
        MapElement("a", targets=(MapTarget("x", "equivalent"), MapTarget("y", "related-to"))),
        MapElement("b", targets=(MapTarget("x", "source-is-narrower-than-target"),)),
        MapElement("c", targets=(MapTarget("z", "not-related-to"),)),
    )
    return ConceptMap(
        url=url, version="1", groups=(MapGroup("S", "T", elements=elements, unmapped=unmapped),)
    )


def ask(code: str, system: str = "S", *, unmapped: Unmapped | None = None, **more: object) -> TranslateResult:
    catalog = MemoryCatalog()
    catalog.add_concept_map(made("http://m", unmapped))
    catalog.add_concept_map(made("http://n", Unmapped("other-map", other_map="http://m")))
    request = TranslateRequest(codings=(Coding(code, system),), map="http://m", **more)  # type: ignore[arg-type]
    return translate(Context(catalog), request)


def test_forward_gives_every_target_with_its_relationship() -> None:
    found = ask("a")
    assert found.result
    assert [(m.relationship, m.concept.code) for m in found.matches if m.concept] == [
        ("equivalent", "x"), ("related-to", "y"),
    ]  # fmt: skip
    assert not ask("c").result and ask("c").matches


def test_reverse_gives_the_sources() -> None:
    found = ask("x", "T", reverse=True)
    assert [(m.concept, m.source) for m in found.matches] == [
        (Coding("x", "T"), Coding("a", "S")), (Coding("x", "T"), Coding("b", "S")),
    ]  # fmt: skip
    swapped = ask("x", "T", reverse=True, swapped=True, target_system="S")
    assert [m.concept for m in swapped.matches] == [Coding("a", "S"), Coding("b", "S")]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (Unmapped("fixed", code="f"), "f"),
        (Unmapped("use-source-code"), "q"),
        (Unmapped("other-map", other_map="http://n"), None),
        (Unmapped("other-map", other_map="http://none"), None),
        (None, None),
    ],
)
def test_what_is_unmapped_follows_the_rule_and_never_circles(rule: Unmapped | None, code: str | None) -> None:
    found = ask("q", unmapped=rule)
    assert found.result is (code is not None)
    assert [m.concept.code for m in found.matches if m.concept] == ([code] if code else [])


def test_an_unknown_map_is_a_problem_and_another_system_no_match() -> None:
    request = TranslateRequest(codings=(Coding("a", "S"),), map="http://unknown")
    assert translate(Context(MemoryCatalog()), request).problem is not None
    assert not ask("a", "Other").matches and ask("a", "Other").message
