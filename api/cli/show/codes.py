"""Text of the answers about one code and of searches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.cli.page import Page, last_day
from registry.entities.messages import in_language

if TYPE_CHECKING:
    from registry.entities.results.codes import ConceptAnswer, Lookup, SearchResult, Validity
    from registry.entities.results.history import History, Span, SpanChange

__all__ = ["history", "lookup", "search", "validity"]


def lookup(page: Page, answer: Lookup) -> None:
    """The concept with all its content, or why it was not found."""
    if answer.concept is None:
        page.line(page.why(answer.reason, answer.message))
        if answer.also_in and answer.also_in[0] not in page.parts[-1]:
            page.line(page.text("also_in", versions=", ".join(answer.also_in)).strip())
        return
    page.line(f"{answer.concept.code}  {answer.concept.display}")
    page.line()
    page.facts(
        [
            ("system", answer.system),
            ("version", answer.version),
            ("asked_on", answer.on),
            ("status", page.word(answer.version_status or "")),
            ("valid_from", answer.valid_from),
            ("last_day", last_day(answer.valid_to)),
            ("release", (answer.release or "")[:12]),
            *_concept(page, answer.concept),
        ]
    )
    _remarks(page, answer)


def _concept(page: Page, concept: ConceptAnswer) -> list[tuple[str, object]]:
    others = [f"{d.text} ({d.kind}{', ' + d.language if d.language else ''})" for d in concept.designations]
    wordings = [t for t in others if not t.startswith(f"{concept.display} (")]
    return [
        ("wordings", wordings),
        ("parents", [f"{p.code} {p.display}".strip() for p in concept.parents or []]),
        ("properties", [f"{p.code} = {page.cell(p.value)}" for p in concept.properties]),
        ("notes", tuple(f"{n.get('kind', '')}: {n.get('text', '')}" for n in concept.notes)),
    ]


def _remarks(page: Page, answer: Lookup) -> None:
    if answer.provisional:
        page.say("provisional")
    for d in answer.concept.disagreements if answer.concept else ():
        page.say(
            "disagree",
            facet=d.facet,
            used=d.used,
            used_line=d.used_line,
            other=d.other,
            other_line=d.other_line,
        )
    for warning in answer.warnings:
        page.line(in_language(warning, page.lang))
    if answer.also_in:
        page.line(page.text("also_in", versions=", ".join(answer.also_in)).strip())


def history(page: Page, answer: History) -> None:
    """One line per span of versions with the same meaning."""
    if not answer.spans:
        page.line(page.why(answer.reason, answer.message))
        return
    page.say("history_head", code=answer.code, system=answer.system)
    heads = ("valid_from", "last_day", "versions", "display", "change", "note")
    if any(s.code != answer.code for s in answer.spans):
        page.table(("code", *heads), [(s.code, *_span(page, s)) for s in answer.spans])
    else:
        page.table(heads, [_span(page, s) for s in answer.spans])
    if answer.gaps:
        holes = (f"{g.valid_from} – {last_day(g.valid_to)}" for g in answer.gaps)
        page.say("history_gaps", gaps=", ".join(holes))
    if answer.versions_not_loaded:
        page.say("history_missing", versions=", ".join(answer.versions_not_loaded))


def _span(page: Page, span: Span) -> tuple[object, ...]:
    labels = (
        span.from_version
        if span.from_version == span.to_version
        else f"{span.from_version} – {span.to_version}"
    )
    began = _change(page, span.change) if span.change else ""
    ended = _change(page, span.ended) if span.ended else page.word(span.ends) if span.ends else ""
    what = " → ".join(x for x in (began, ended) if x) if ended else began
    return (
        span.valid_from,
        last_day(span.valid_to),
        labels,
        span.display,
        what,
        _notes(page, span),
    )


def _notes(page: Page, span: Span) -> str:
    """Notes on the change with which the span began, and on the official change that ended it."""
    found = [c.note for c in (span.change, span.ended) if c and (c is span.change or c.source == "official")]
    return "; ".join(page.cell(note) for note in found if note)


def _change(page: Page, change: SpanChange) -> str:
    parts = [page.word(change.type)]
    if change.type in ("split_off", "split", "merged", "taken_over", "recoded", "code_reused"):
        parts.append(f"{', '.join(change.from_)} → {', '.join(change.to)}")
    if change.after and change.by:
        parts.append(page.text("between", after=change.after, by=change.by))
    if change.type in ("relabelled", "criteria_changed") and not change.reviewed:
        parts.append(f"({page.word('unreviewed')})")
    return " ".join(parts)


def validity(page: Page, answer: Validity) -> None:
    """Yes, no or unknown in a sentence, then the verdict of every version."""
    if answer.valid:
        page.say("valid_yes", code=answer.code, on=answer.on)
    else:
        why = page.why(answer.reason, answer.message)
        page.say("valid_no", why=why) if answer.valid is False else page.line(why)
    if answer.verdicts:
        rows = [
            (v.version, page.word(v.status), page.yes_no(v.valid), page.word(v.reason or ""))
            for v in answer.verdicts
        ]
        page.table(("version", "status", "valid", "reason"), rows)
    for issue in answer.role_issues:
        page.line(f"{issue.version}: {page.word(issue.issue)}: {in_language(issue.message, page.lang)}")


def search(page: Page, answer: SearchResult) -> None:
    """One line per hit."""
    if not answer.hits:
        if answer.reason:
            page.line(page.why(answer.reason, answer.message))
        else:
            page.say("search_none", query=answer.query)
        return
    systems = {h.system for h in answer.hits}
    page.table(
        ("code", "display", "matched", "version", "system"),
        [
            (
                h.code,
                h.display,
                "" if h.matched in (h.display, h.code) else h.matched,
                h.version,
                h.system if len(systems) > 1 else "",
            )
            for h in answer.hits
        ],
    )
    if answer.more:
        page.say("search_more", cursor=answer.cursor)
