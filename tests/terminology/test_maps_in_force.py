"""Which version of a concept map answers on a day."""

from __future__ import annotations

from datetime import date

import pytest

from api.fhir.format.outcome import Refused
from registry.content.memory import MemoryView
from registry.content.view import ViewInfo
from registry.entities.records import Coding, ConceptRecord
from registry.terminology.catalog import MemoryCatalog
from registry.terminology.conceptmap import ConceptMap, MapElement, MapGroup, MapTarget
from registry.terminology.context import Context
from registry.terminology.translate import TranslateRequest, TranslateResult, translate

S, T, M = "http://s", "http://t", "http://map"


def target(year: int) -> MemoryView:
    info = ViewInfo(
        system="", url=T, version=str(year), valid_from=date(year, 1, 1), valid_to=date(year + 1, 1, 1)
    )
    return MemoryView(info, [ConceptRecord(code=str(year))])


def mapping(version: str, code: str, *, to: str = "", published: str = "", **more: object) -> ConceptMap:
    element = MapElement(code="a", targets=(MapTarget(code=code, relationship="equivalent"),))
    group = MapGroup(source=S, target=T, target_version=to, elements=(element,))
    shell = {"date": published} if published else {}
    return ConceptMap(url=M, version=version, groups=(group,), shell=shell, **more)  # type: ignore[arg-type]


def ask(maps: list[ConceptMap], on: date, *, url: str = M, **more: object) -> TranslateResult:
    catalog = MemoryCatalog()
    for year in (2020, 2021, 2023):
        catalog.add_code_system(target(year))
    for one in maps:
        catalog.add_concept_map(one)
    context = Context(catalog, on=on, **{"date_given": True, **more})  # type: ignore[arg-type]
    return translate(context, TranslateRequest(codings=(Coding("a", S),), map=url))


def codes(answer: TranslateResult) -> list[str]:
    assert answer.problem is None, answer.problem
    return [m.concept.code for m in answer.matches if m.concept is not None]


TARGETED = [mapping("v1", "x", to="2020"), mapping("v2", "y", to="2021")]
PUBLISHED = [mapping("1", "x", published="2019-03-01"), mapping("2", "y", published="2021-03")]
OWN = [
    mapping("9", "x", valid_to=date(2021, 1, 1)),
    mapping("1", "y", valid_from=date(2021, 1, 1), valid_to=date(2022, 1, 1)),
]
YEARS = [mapping("2019", "x"), mapping("2021", "y")]


@pytest.mark.parametrize("maps", [TARGETED, PUBLISHED, OWN, YEARS])
@pytest.mark.parametrize("url", [M, ""])
def test_the_day_chooses_the_version_and_the_answer_names_it(maps: list[ConceptMap], url: str) -> None:
    for day, code, version in (
        (date(2020, 6, 1), "x", maps[0].version),
        (date(2021, 6, 1), "y", maps[1].version),
    ):
        answer = ask(maps, day, url=url)
        assert codes(answer) == [code]
        assert answer.matches[0].origin == f"{M}|{version}"


def test_a_map_whose_target_is_not_in_force_is_refused_with_the_reason() -> None:
    for day, reason in ((2019, "before the first version"), (2022, "after the last version")):
        problem = ask(TARGETED, date(day, 6, 1)).problem
        assert problem is not None and Refused(problem).status == 404 and reason in problem.text
        assert not ask(TARGETED, date(day, 6, 1), url="").matches
    gap = ask([TARGETED[0], mapping("v3", "z", to="2023")], date(2021, 6, 1)).problem
    assert gap is not None and "between versions" in gap.text


def test_today_refuses_a_choice_but_not_the_only_version() -> None:
    assert ask(TARGETED, date(2030, 1, 1), date_given=False).problem is not None
    assert codes(ask(TARGETED[:1], date(2030, 1, 1), date_given=False)) == ["x"]


def test_a_vague_date_that_spans_a_change_is_an_error() -> None:
    problem = ask(TARGETED, date(2020, 1, 1), until=date(2021, 12, 31)).problem
    assert problem is not None and Refused(problem).status == 400 and "v1 … v2" in problem.text
    assert codes(ask(TARGETED, date(2020, 1, 1), until=date(2020, 12, 31))) == ["x"]


def test_a_version_named_is_taken_whenever() -> None:
    catalog = MemoryCatalog()
    catalog.add_code_system(target(2020))
    catalog.add_concept_map(TARGETED[0])
    request = TranslateRequest(codings=(Coding("a", S),), map=M, map_version="v1")
    assert codes(translate(Context(catalog, on=date(2030, 1, 1), date_given=True), request)) == ["x"]


def test_maps_of_one_canonical_count_as_one() -> None:
    assert codes(ask([mapping("1", "x"), mapping("1", "y")], date(2020, 1, 1))) == ["x", "y"]
