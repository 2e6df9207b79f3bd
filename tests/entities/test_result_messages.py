"""Notes, notices and warnings inside results can be shown in both languages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from loaders.contract import ParsedRelease
from registry import Registry
from registry.entities.messages import Message, in_language
from registry.entities.records import ConceptRecord, Designation, ReleaseHeader, SystemRecord
from registry.entities.results import ScopeRow


def _load(registry: Registry, version: str, text: str) -> list[str]:
    system = SystemRecord(slug="s", access="open", redistribution="yes", language="en")
    header = ReleaseHeader(
        system="s",
        version=version,
        source_line="list",
        valid_from=date(int(version), 1, 1),
        facets=("display",),
    )
    one = ConceptRecord(code="A", designations=(Designation("display", text, "en"),))
    return list(
        registry.load_parsed(ParsedRelease(header=header, concepts=[one, one], system=system)).warnings
    )


def test_warnings_of_a_load_have_both_languages(open_registry: Callable[..., Registry]) -> None:
    (warning,) = _load(open_registry(), "2020", "Apple")
    assert warning == "code 'A' occurs twice with the same content; kept once"
    assert (
        in_language(warning, "nb") == "koden 'A' forekommer to ganger med samme innhold; den beholdes én gang"
    )


def test_the_scope_sentence_of_applicable_is_in_both_languages(
    open_registry: Callable[..., Registry],
) -> None:
    registry = open_registry(today=date(2022, 6, 1))
    _load(registry, "2020", "Apple")
    registry.add_scope("clinic", title="Clinic")
    row = ScopeRow(
        scope="clinic", system="s", version="2020", track="", role="death", allowed_from=None,
        required_from=date(2021, 1, 1), accepted_until=None, legal_basis="",
    )  # fmt: skip
    registry.add_applicability(row)
    unknown = registry.applicable("s", on="2022-01-01", scope="klinik")
    other = registry.applicable("s", on="2022-01-01", scope="clinic", role="birth")
    early = registry.applicable("s", on="2020-01-01", scope="clinic", role="death")
    assert all(isinstance(a.message, Message) for a in (unknown, other, early))
    assert "Mente du clinic?" in in_language(unknown.message, "nb")
    assert in_language(other.message, "nb") == (
        "Det er ikke registrert hvilken versjon av s clinic godtar for datorollen birth."
        " Det finnes rader for datorollen death."
    )
    assert in_language(early.message, "nb") == (
        "clinic godtar ennå ingen versjon av s 2020-01-01 for datorollen death."
    )
