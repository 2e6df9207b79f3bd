"""Whether a code was valid on a date for a scope, and if not, why (INTERFACES, validity)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

from registry.content.display import display_text
from registry.content.layers import MergedConcept
from registry.content.stored import StoredView
from registry.entities.errors import UsageError
from registry.entities.messages import message as say
from registry.entities.results.codes import UNKNOWN, RoleIssue, Validity, Verdict
from registry.entities.results.history import Span
from registry.queries.applicable import scope_message
from registry.queries.history import history
from registry.queries.merged_concept import covers, other_zeros
from registry.queries.missing_updates import UPDATE_NOT_LOADED, update_missing_in
from registry.reader import Moment, Reader
from registry.store.metadata import VersionRow
from registry.store.state_lookup import systems_with_code
from registry.time.applicability import RANKS, scoped, scoped_reason
from registry.time.in_force import status_on
from registry.time.reasons import explain
from registry.time.timeline import Timeline

__all__ = ["validity"]

#: Properties (of FAT and others) that restrict how a code may be used → the role issue they raise.
_ROLE_ISSUES = {
    "Stjernekode": "star_alone",
    "Tilleggskode": "additional_first",
    "Kjønn": "sex",
    "Uspesifikk_kode": "unspecified",
}
#: statuses in a scope with which a version does not apply → the reason, as ``applicable`` has it
_OUTSIDE = {"not_yet": "before_first", "expired": "after_last"}
_NPR = "Rapporteres_til_NPR"


@dataclass(frozen=True, slots=True)
class _ValidityRequest:
    """A request for validity, and the metadata it is answered from; ``code`` is canonical."""

    reader: Reader
    moment: Moment
    timeline: Timeline
    code: str
    day: date
    scope: str | None
    role: str | None

    @property
    def slug(self) -> str:
        return self.timeline.system.slug


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
    """One verdict per version in force; valid if the code is valid in at least one of them.

    Raises UsageError for a ``reporter``: which version a reporter used is not recorded yet.
    """
    if reporter is not None:
        raise UsageError(say("error.reporter"))
    moment = reader.moment(known_at)
    day = reader.day(on, moment)
    row = moment.snapshot.system(system)
    result = partial(Validity, on=day, scope=scope, role=role, known_at=moment.known_at)
    if row is None:
        why, message = reader.unknown_system(moment, system, day)
        unknown = why in UNKNOWN
        return result(
            system=system,
            code=code,
            valid=None if unknown else False,
            reason=why if unknown else "wrong_system",
            message=message,
            verdicts=[],
            role_issues=[],
        )
    request = _ValidityRequest(
        reader, moment, moment.timeline(row), row.rules.canonical(code), day, scope, role
    )
    versions, reason, message = _versions(request)
    judged = [_verdict(request, version, status) for version, status in versions]
    verdicts = [verdict for verdict, _ in judged]
    if reason is not None:
        verdicts = [replace(v, valid=None, reason=_OUTSIDE.get(v.status, v.reason)) for v in verdicts]
    issues = [i for v, found in judged if v.valid and found for i in _issues(v.version, found)]
    if reason is None and not any(v.valid for v in verdicts):
        reason = _main_reason(verdicts)
        deciding = [v for v in verdicts if v.reason == reason]
        reason, message = _explained(request, reason, deciding)
        verdicts = [replace(v, reason=reason) if v in deciding else v for v in verdicts]
    return result(
        system=request.slug, code=request.code, reason=reason, message=message, verdicts=verdicts, role_issues=issues,
        valid=True if any(v.valid for v in verdicts) else None if reason in UNKNOWN else False,
    )  # fmt: skip


def _versions(request: _ValidityRequest) -> tuple[list[tuple[VersionRow, str]], str | None, str]:
    """The versions that apply, with their status; if there are none, the reason and its message."""
    timeline, day = request.timeline, request.day
    if request.scope is None:
        rows = [(v, "in_force") for v in timeline.in_force(day)]
        if rows:
            return rows, None, ""
        reason = timeline.reason_on(day)
        return [], reason, explain(reason, request.moment.snapshot, timeline, day)
    statuses = scoped(timeline, request.scope, request.role, day, request.code)
    why = scoped_reason(statuses, day)
    if why is None:
        return [(v, status) for v, _, status in statuses if status in RANKS], None, ""
    rows = [(v, status) for v, _, status in statuses]
    if any(status in RANKS for _, _, status in scoped(timeline, request.scope, request.role, day)):
        return rows, None, ""  # the scope accepts a version, but not for this code: no
    return rows, why, scope_message(why, request.moment, timeline.system, request.scope, request.role, day)


def _verdict(
    request: _ValidityRequest, version: VersionRow, status: str
) -> tuple[Verdict, MergedConcept | None]:
    """Whether the code is valid in one version."""
    reason, found = _judged(request, version, status)
    valid = None if reason in UNKNOWN else reason is None
    return Verdict(version=version.label, status=status, valid=valid, reason=reason), found


def _judged(
    request: _ValidityRequest, version: VersionRow, status: str
) -> tuple[str | None, MergedConcept | None]:
    """Why the code is not valid in the version (None = it is), and its concept if there is one."""
    if status in _OUTSIDE:
        return status, None
    content = request.reader.content(request.moment, version, request.day)
    if content.segment is None:
        return content.reason, None
    view = request.reader.view(content)
    ident = view.find(request.code)
    if ident is None:
        if update_missing_in(request.reader, content, request.code):
            return UPDATE_NOT_LOADED, None
        covered = covers(content.layers[0], view.rules, request.code)
        return "unknown_code" if covered else "outside_coverage", None
    found = view.merged(ident)
    return _unusable(view, found) or _not_reportable(found, request.scope), found


def _unusable(view: StoredView, found: MergedConcept) -> str | None:
    """Why a code that exists may not be used: expired, header, reserve."""
    record = found.record
    if record.inactive:
        return "expired"
    if record.selectable is False:
        return "header"
    if not view.rules.reserve:
        return None
    display = display_text(record, language=view.info.language)
    return "reserve" if view.rules.is_reserve(record.code, display) else None


def _not_reportable(found: MergedConcept, scope: str | None) -> str | None:
    """``not_reportable`` if the scope is the Norwegian patient register (npr…) and a source states it; else None."""
    if scope is None or not scope.lower().startswith("npr") or f"property:{_NPR}" not in found.facets:
        return None
    reportable = any(p.code == _NPR and p.value is True for p in found.record.properties)
    return None if reportable else "not_reportable"


def _issues(version: str, found: MergedConcept) -> Iterator[RoleIssue]:
    for p in found.record.properties:
        if p.code in _ROLE_ISSUES and p.value not in (False, "", "Nei"):
            issue = _ROLE_ISSUES[p.code]
            yield RoleIssue(version=version, issue=issue, message=say(f"role.{issue}", value=p.value))


def _main_reason(verdicts: list[Verdict]) -> str:
    """The reason of the version with the best status; versions whose answer is unknown take precedence."""
    open_ = [v for v in verdicts if v.valid is None] or verdicts
    best = min(open_, key=lambda v: RANKS.get(v.status, len(RANKS)), default=None)
    return best.reason or "unknown" if best else "unknown"


#: Reasons of a code, and of a version → ids of their messages.
_MESSAGES = {
    "header": "code.header",
    "not_reportable": "code.not_reportable",
    "reserve": "code.reserve",
    "outside_coverage": "code.outside_coverage",
    "not_loaded": "reason.not_loaded",
    "purged": "version.purged",
    "not_yet": "version.not_yet",
}


def _explained(request: _ValidityRequest, reason: str, verdicts: list[Verdict]) -> tuple[str, str]:
    """The reason, made more precise for an unknown code, and its message."""
    where: dict[str, object] = {
        "system": request.slug,
        "version": ", ".join(v.version for v in verdicts),
        "code": request.code,
        "on": request.day,
    }
    longer = _begin_with(request) if reason in ("unknown_code", "outside_coverage", "header") else ""
    if reason in ("unknown_code", "outside_coverage") and not longer and (other := _other_system(request)):
        return "wrong_system", say("code.unknown", **where, more=say("code.other_system", other=other))
    if reason == UPDATE_NOT_LOADED:
        return reason, _update(request, verdicts)
    if reason == "unknown_code":
        last_day = _last_day(request)
        return ("expired", last_day) if last_day else (reason, say("code.unknown", **where, more=longer))
    if reason == "expired":
        if any(v.status not in RANKS for v in verdicts):
            return reason, say("version.expired", **where)
        return reason, _last_day(request) or say("code.inactive", **where)
    more = longer if reason == "header" else ""
    return reason, say(_MESSAGES[reason], **where, more=more) if reason in _MESSAGES else reason


def _update(request: _ValidityRequest, verdicts: list[Verdict]) -> str:
    """The message about the first of the versions that lacks the code for want of an update."""
    labels = {v.version for v in verdicts}
    for version in (v for v in request.timeline.versions if v.label in labels):
        content = request.reader.content(request.moment, version, request.day)
        if content.segment is not None and (why := update_missing_in(request.reader, content, request.code)):
            return why
    return ""


def _begin_with(request: _ValidityRequest) -> str:
    """A message with the codes in force on the day that begin with the code, or are it with other leading zeros."""
    content = request.reader.resolve(request.slug, on=request.day, known_at=request.moment.known_at)
    if content.segment is None:
        return ""
    view = request.reader.view(content)
    ident = view.find_in_hierarchy(request.code)
    if ident is None and (zeros := other_zeros(view, request.code)):
        return zeros
    count = len(view.descendants(ident)) if ident is not None else len(view.longer_codes(request.code))
    return say("code.begin", count=count) if count else ""


def _last_day(request: _ValidityRequest) -> str:
    """The code's last day and successors if an earlier version had it; else empty."""
    spans = history(request.reader, request.slug, request.code, known_at=request.moment.known_at).spans
    used = [s for s in spans if not s.inactive and status_on(s, request.day) != "upcoming"]
    if not used or (end := used[-1].valid_to) is None or status_on(used[-1], request.day) != "expired":
        return ""
    last = used[-1]
    codes, proposed = _successors(last, spans, request.code)
    successor = "code.successor_proposed" if proposed else "code.successor"
    ended = last.ended if last.ended is not None and last.ended.after is not None else None
    return say(
        "code.last_day",
        code=request.code,
        day=end - timedelta(days=1),
        system=request.slug,
        version=last.to_version,
        more=say("code.or_later", after=ended.after, by=ended.by) if ended else "",
        instead=say(successor, codes=codes) if codes else "",
    )


def _successors(last: Span, spans: list[Span], code: str) -> tuple[list[str], bool]:
    """Codes that a change gives for the code after its last span, and whether they are proposals.

    A change derived from equal texts alone is a proposal until it is reviewed; a structural, official or curated one
    is not.
    """
    after = [s.change for s in spans[spans.index(last) + 1 :][:1] if s.inactive]
    changes = [c for c in (last.ended, *after) if c is not None]
    codes = [c for c in dict.fromkeys(to for change in changes for to in change.to) if c != code]
    return codes, any(change.source == "derived" and not change.reviewed for change in changes)


def _other_system(request: _ValidityRequest) -> str | None:
    """Another system that has the code, if this one never had it."""
    others = systems_with_code(request.reader.connection, request.code)
    if request.timeline.system.system_id in others:
        return None
    known = request.moment.snapshot.systems
    return min((known[i].slug for i in others if i in known), default=None)
