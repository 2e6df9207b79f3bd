"""The demonstration: loads data, then asks a few questions, with answers that a newcomer understands.

The data is in ``api.demo.universe``; answers are formatted by ``api.cli.show``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from api.cli.page import Page
from api.cli.show import catalogue, codes, differences
from api.demo import filling
from loaders.run import silent

if TYPE_CHECKING:
    from api.cli.session import Session
    from registry import Registry
    from registry.entities.results.loading import LoadReport

__all__ = ["tell"]

DEMO, CM, NO = "demo-no", "icd-10-cm", "icd-10-no"


@dataclass(frozen=True, slots=True)
class Question:
    """A question in both languages, its command, and functions that get and show the answer."""

    english: str
    bokmaal: str
    command: str
    ask: Callable[[Registry], Any]
    show: Callable[[Page, Any], None]


def _day(text: str) -> date:
    return date.fromisoformat(text)


MADE_UP = (
    Question(
        "Which version does Demoregisteret accept on 1 February 2024? Two: a transition.",
        "Hvilken versjon godtar Demoregisteret 1. februar 2024? To: en overgang.",
        "applicable demo-no --on 2024-02-01 --scope demoregisteret --role event",
        lambda r: r.applicable(DEMO, on=_day("2024-02-01"), scope="demoregisteret", role="event"),
        catalogue.applicable,
    ),
    Question(
        "And in April 2024, when the new one is required?",
        "Og i april 2024, når den nye er påkrevd?",
        "applicable demo-no --on 2024-04-01 --scope demoregisteret --role event",
        lambda r: r.applicable(DEMO, on=_day("2024-04-01"), scope="demoregisteret", role="event"),
        catalogue.applicable,
    ),
    Question(
        "What did B90.1 mean on 1 February and on 1 April 2024? The reserve code got a meaning in between.",
        "Hva betydde B90.1 1. februar og 1. april 2024? Reservekoden fikk en betydning imellom.",
        "lookup demo-no B90.1 --on 2024-02-01   and   --on 2024-04-01",
        lambda r: [r.lookup(DEMO, "B90.1", on=_day(d)) for d in ("2024-02-01", "2024-04-01")],
        lambda page, found: _each(page, found, _short),
    ),
    Question(
        "The whole history of B20: the same code, another meaning by its label alone.",
        "Hele historien til B20: samme kode, en annen betydning bare ved teksten.",
        "history demo-no B20",
        lambda r: r.history(DEMO, "B20"),
        codes.history,
    ),
    Question(
        "What changed from 2022 to 2023? Only what is real: a comma is wording, B10.8 lost parts of itself.",
        "Hva endret seg fra 2022 til 2023? Bare det som er reelt: et komma er ordlyd, B10.8 mistet deler av seg.",
        "diff demo-no 2022 2023",
        lambda r: r.diff(DEMO, "2022", "2023"),
        differences.table,
    ),
    Question(
        "Was B30.2 valid on 1 June 2024? No, and the answer says why.",
        "Var B30.2 gyldig 1. juni 2024? Nei, og svaret sier hvorfor.",
        "valid demo-no B30.2 --on 2024-06-01",
        lambda r: r.validity(DEMO, "B30.2", on=_day("2024-06-01")),
        codes.validity,
    ),
    Question(
        "And in 2025? That version is known but not loaded: the answer says so and guesses nothing.",
        "Og i 2025? Versjonen er kjent, men ikke lastet: svaret sier det og gjetter ikke.",
        "applicable demo-no --on 2025-06-01",
        lambda r: r.applicable(DEMO, on=_day("2025-06-01")),
        catalogue.applicable,
    ),
)

PACKAGED = (
    Question(
        "ICD-10-CM on 1 March 2023: only January 2021, April 2025 and April 2026 are loaded.",
        "ICD-10-CM 1. mars 2023: bare januar 2021, april 2025 og april 2026 er lastet.",
        "applicable icd-10-cm --on 2023-03-01",
        lambda r: r.applicable(CM, on=_day("2023-03-01")),
        catalogue.applicable,
    ),
    Question(
        "What did U07.1 say on 1 March 2021?",
        "Hva sa U07.1 1. mars 2021?",
        "lookup icd-10-cm U07.1 --on 2021-03-01",
        lambda r: r.lookup(CM, "U07.1", on=_day("2021-03-01")),
        codes.lookup,
    ),
    Question(
        "When did U09.9 come? Between two updates that are loaded; the file between them is not here.",
        "Når kom U09.9? Mellom to oppdateringer som er lastet; filen mellom dem er ikke her.",
        "history icd-10-cm U09.9",
        lambda r: r.history(CM, "U09.9"),
        codes.history,
    ),
)

NATIONAL = (
    Question(
        "Norwegian ICD-10 on 1 March 2026: a code typed without its dot.",
        "Norsk ICD-10 1. mars 2026: en kode skrevet uten punktum.",
        "lookup icd-10-no k358 --on 2026-03-01",
        lambda r: r.lookup(NO, "k358", on=_day("2026-03-01")),
        codes.lookup,
    ),
)


def tell(session: Session, *, offline: bool) -> None:
    """Fill the registry and print questions and answers."""
    quiet = replace(session, json=False)
    with quiet.open(readonly=False) as registry:
        filling.fill(registry)
        if offline:
            print(quiet.say("demo_offline"), flush=True)
        else:
            _fetch(quiet, registry)
        _tell(quiet, registry)


def _fetch(session: Session, registry: Registry) -> None:
    from api.cli.progress import shown

    def missed(what: str, why: str) -> None:
        print(session.say("demo_skipped", what=what, why=session.text(why).partition("\n")[0]), flush=True)

    with shown(session) if sys.stderr.isatty() else nullcontext(silent) as progress:
        for reports in filling.fetch_packages(registry, missed, progress):
            for (system, version), codes in _loaded(reports).items():
                print(session.say("demo_loaded", system=system, version=version, n=codes), flush=True)


def _loaded(reports: list[LoadReport]) -> dict[tuple[str, str], int]:
    """System and version → number of codes; a package may hold several sources of one version."""
    found: dict[tuple[str, str], int] = {}
    for report in reports:
        key = (report.system, report.version)
        found[key] = max(found.get(key, 0), report.concepts)
    return found


def _tell(session: Session, registry: Registry) -> None:
    loaded = {s.slug for s in registry.systems() if s.versions}
    page = Page(lang=session.lang)
    catalogue.systems(page, registry.systems())
    page.flush()
    for system, questions in ((DEMO, MADE_UP), (CM, PACKAGED), (NO, NATIONAL)):
        if system in loaded:
            for question in questions:
                _answer(session, registry, question)


def _answer(session: Session, registry: Registry, question: Question) -> None:
    page = Page(lang=session.lang)
    page.line()
    page.line(f"── {question.english if session.lang == 'en' else question.bokmaal}")
    page.line(f"   $ gyldig {question.command}")
    page.line()
    question.show(page, question.ask(registry))
    page.flush()


def _each(page: Page, found: Iterable[Any], show: Callable[[Page, Any], None]) -> None:
    for one in found:
        show(page, one)


def _short(page: Page, answer: Any) -> None:
    page.line(f"{answer.on}  {answer.code}  {answer.concept.display if answer.concept else answer.message}")
