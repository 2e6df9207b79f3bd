"""Was a code valid on a date for a scope, and if not, why (INTERFACES, validity)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from registry.content.layers import MergedConcept
from registry.entities.results import RoleIssue, Validity, Verdict
from registry.queries.lookup import covers, layered
from registry.reader import Moment, Reader
from registry.store.content import storable
from registry.store.metadata import VersionRow
from registry.time.applicability import RANKS, scoped, scoped_reason
from registry.time.reasons import explain
from registry.time.timeline import Timeline

__all__ = ["validity"]

#: Properties (of FAT and others) that restrict how a code may be used → the role issue they raise.
_ROLE_ISSUES = {
    "Stjernekode": ("star_alone", "an asterisk code: it may only stand beside its dagger code"),
    "Tilleggskode": ("additional_first", "a pure additional code: it may not be the first condition"),
    "Kjønn": ("sex", "the code is for one sex only"),
    "Uspesifikk_kode": ("unspecified", "an unspecific code: a more precise one is preferred"),
}
_NPR = "Rapporteres_til_NPR"
_REASONS_OF_TIME = {"before_first": "not_yet", "after_last": "expired", "gap": "expired"}


def validity(
    reader: Reader,
    system: str,
    code: str,
    *,
    on: str | date | None = None,
    scope: str | None = None,
    role: str | None = None,
    reporter: str | None = None,
    known_at: str | date | None = None,
) -> Validity:
    """One verdict per version in force; valid if at least one of them takes the code.

    ``reporter`` is accepted and named in the message; who used which version comes with adoptions.
    """
    moment = reader.moment(known_at)
    day = reader.day(on, moment)
    row = moment.snapshot.system(system)
    if row is None:
        message = explain("unknown_system", moment.snapshot, None, day, name=system)
        return _answer(moment, system, code, day, scope, role, [], [], "wrong_system", message)
    timeline = moment.timeline(row)
    canonical = row.rules.canonical(code)
    versions, reason, message = _versions(moment, timeline, day, scope, role, canonical)
    verdicts, issues = [], []
    for version, status in versions:
        verdict, found = _verdict(reader, timeline, version, status, canonical, day, scope)
        verdicts.append(verdict)
        issues += list(_issues(version, found)) if verdict.valid and found else []
    if reason is None and not any(v.valid for v in verdicts):
        reason = _main_reason(verdicts)
        if reason in ("unknown_code", "outside_coverage") and _other_system(
            reader, moment, timeline, canonical
        ):
            reason = "wrong_system"
        message = _why(reader, moment, timeline, canonical, reason, verdicts, day)
    return _answer(moment, row.slug, canonical, day, scope, role, verdicts, issues, reason, message)


def _versions(
    moment: Moment, timeline: Timeline, day: date, scope: str | None, role: str | None, code: str
) -> tuple[list[tuple[VersionRow, str]], str | None, str]:
    """Versions to judge with their status; without any, the reason and its sentence."""
    if scope is None:
        rows = [(v, "in_force") for v in timeline.in_force(day)]
        if rows:
            return rows, None, ""
        reason = timeline.reason_on(day)
        return [], _REASONS_OF_TIME.get(reason, reason), explain(reason, moment.snapshot, timeline, day)
    statuses = scoped(timeline, scope, role, day, code)
    why = scoped_reason(statuses, day)
    if why == "unknown":
        return (
            [],
            "unknown",
            f"nothing is recorded of which version of {timeline.system.slug} {scope!r} takes",
        )
    rows = [(v, status) for v, _, status in statuses if status in RANKS or why is not None]
    return rows, None, ""


def _verdict(
    reader: Reader,
    timeline: Timeline,
    version: VersionRow,
    status: str,
    code: str,
    day: date,
    scope: str | None,
) -> tuple[Verdict, MergedConcept | None]:
    """Whether one version takes the code."""
    if status in ("not_yet", "expired"):
        return Verdict(version=version.label, status=status, valid=False, reason=status), None
    segment = timeline.segment_on(version, day)
    if not segment.stack:
        reason = "purged" if timeline.snapshot.purged.get(version.version_id) else "not_loaded"
        return Verdict(version=version.label, status=status, valid=False, reason=reason), None
    stack = segment.stack if version.rolling else segment.stack + timeline.overlay(day, version)
    found = layered(reader, timeline.system.system_id, code, stack)
    if found is None:
        covered = covers(stack[0], timeline.system.rules, code)
        reason = "unknown_code" if covered else "outside_coverage"
        return Verdict(version=version.label, status=status, valid=False, reason=reason), None
    why = _unusable(timeline, found) or _not_reportable(found, scope)
    return Verdict(version=version.label, status=status, valid=why is None, reason=why), found


def _unusable(timeline: Timeline, found: MergedConcept) -> str | None:
    """Why a code that exists may not be used: expired, header, not_reportable, reserve."""
    from registry.content.display import display_text

    record = found.record
    if record.inactive:
        return "expired"
    if record.selectable is False:
        return "header"
    return "reserve" if timeline.system.rules.is_reserve(record.code, display_text(record)) else None


def _not_reportable(found: MergedConcept, scope: str | None) -> str | None:
    """Whether the Norwegian patient register (a scope named npr…) takes the code, where a source says so."""
    if scope is None or not scope.lower().startswith("npr") or f"property:{_NPR}" not in found.facets:
        return None
    reportable = any(p.code == _NPR and p.value is True for p in found.record.properties)
    return None if reportable else "not_reportable"


def _issues(version: VersionRow, found: MergedConcept) -> Iterator[RoleIssue]:
    for p in found.record.properties:
        if p.code in _ROLE_ISSUES and p.value not in (False, "", "Nei"):
            issue, text = _ROLE_ISSUES[p.code]
            detail = f" ({p.value})" if issue == "sex" else ""
            yield RoleIssue(version=version.label, issue=issue, message=text + detail)


def _main_reason(verdicts: list[Verdict]) -> str | None:
    """The reason of the version that would come first."""
    best = min(verdicts, key=lambda v: (RANKS.get(v.status, 9), v.reason == "not_loaded"), default=None)
    return best.reason if best else "unknown"


def _why(
    reader: Reader,
    moment: Moment,
    timeline: Timeline,
    code: str,
    reason: str | None,
    verdicts: list[Verdict],
    day: date,
) -> str:
    labels = ", ".join(v.version for v in verdicts)
    slug = timeline.system.slug
    texts = {
        "header": f"{code} is a category in {slug} {labels}, not a code to report: use one of its codes",
        "not_reportable": f"{code} in {slug} {labels} is not to be reported",
        "reserve": f"{code} in {slug} {labels} is held in reserve and has no meaning yet",
        "expired": f"{code} is not in use any more on {day} ({slug} {labels})",
        "not_yet": f"{slug} {labels} is not taken yet on {day}",
        "purged": f"the content of {slug} {labels} was removed",
        "not_loaded": f"version {labels} of {slug} applied, but its content is not loaded here",
        "outside_coverage": f"what is loaded of {slug} {labels} does not cover {code}",
    }
    if reason in texts:
        return texts[reason]
    other = _other_system(reader, moment, timeline, code)
    return f"{slug} {labels} has no code {code}" + (
        f"; {other} has one: is the system right?" if other else ""
    )


def _other_system(reader: Reader, moment: Moment, timeline: Timeline, code: str) -> str | None:
    """A system that has the code, where this one never had it."""
    if not storable(code):
        return None
    rows = reader.connection.all("SELECT DISTINCT system_id FROM concept_state WHERE code = ?", (code,))
    others = {r[0] for r in rows}
    if timeline.system.system_id in others:
        return None
    return min(
        (moment.snapshot.systems[i].slug for i in others if i in moment.snapshot.systems), default=None
    )


def _answer(
    moment: Moment,
    system: str,
    code: str,
    day: date,
    scope: str | None,
    role: str | None,
    verdicts: list[Verdict],
    issues: list[RoleIssue],
    reason: str | None,
    message: str,
) -> Validity:
    return Validity(
        system=system, code=code, on=day, scope=scope, role=role, known_at=moment.known_at,
        valid=any(v.valid for v in verdicts), reason=reason, message=message, verdicts=verdicts, role_issues=issues,
    )  # fmt: skip
