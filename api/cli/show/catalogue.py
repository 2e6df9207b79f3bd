"""Text of the answers about systems, versions, releases and applicability."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.cli.page import Page, last_day, moment
from registry.entities.messages import in_language, message

if TYPE_CHECKING:
    from api.cli.session import Session
    from registry import Registry
    from registry.entities.results.catalogue import (
        ReleaseAnswer,
        SystemAnswer,
        SystemSet,
        VersionAnswer,
        VersionSet,
    )
    from registry.entities.results.log import Log, Written
    from registry.entities.results.scopes import Applicable, ApplicableVersion

__all__ = [
    "applicable",
    "log",
    "releases",
    "require_system",
    "require_version",
    "system_set",
    "systems",
    "version_set",
    "versions",
]


def require_system(registry: Registry, session: Session, system: str) -> None:
    """Report an unknown system and similar ones, and exit with 1."""
    if registry.system(system, known_at=session.known_at) is not None:
        return
    import typer

    from registry.entities.results.codes import UNKNOWN
    from registry.time.reasons import suggest

    reader = registry.reader
    reason, why = reader.unknown_system(reader.moment(session.known_at), system, registry.today())
    if reason in UNKNOWN:
        typer.echo(session.text(why), err=True)
        raise typer.Exit(3)
    near = suggest(system, [s.slug for s in registry.systems(known_at=session.known_at)])
    typer.echo(session.text(message("reason.unknown_system", name=system, near=near)), err=True)
    raise typer.Exit(1)


def require_version(registry: Registry, session: Session, system: str, version: str) -> None:
    """Report an unknown version and similar ones, and exit with 1."""
    labels = [v.version for v in registry.versions(system, known_at=session.known_at)]
    if version.partition("@")[0] in labels:
        return
    import typer

    from registry.time.reasons import suggest

    why = message("reason.unknown_version", system=system, name=version, near=suggest(version, labels))
    typer.echo(session.text(why), err=True)
    raise typer.Exit(1)


def systems(page: Page, found: list[SystemAnswer]) -> None:
    """One line per system."""
    if not found:
        page.say("no_systems")
        return
    rows = [
        (
            s.slug,
            s.titles.get(page.lang) or next(iter(s.titles.values()), ""),
            s.versions,
            page.word(s.access),
            s.licence,
        )
        for s in found
    ]
    page.table(("system", "title", "versions", "access", "licence"), rows)


def versions(page: Page, found: list[VersionAnswer]) -> None:
    """One line per version."""
    if not found:
        page.say("none")
        return
    rows = [
        (
            v.version,
            v.track,
            page.word(v.status),
            v.valid_from,
            last_day(v.valid_to),
            page.word("loaded") if v.loaded else f"= {v.same_as}" if v.same_as else page.word("declared"),
            v.concepts or "",
            v.releases or "",
        )
        for v in found
    ]
    page.table(("version", "track", "status", "valid_from", "last_day", "content", "codes", "release"), rows)


def releases(page: Page, found: list[ReleaseAnswer]) -> None:
    """One line per release, the last recorded last."""
    if not found:
        page.say("none")
        return
    rows = [
        (
            r.version,
            r.track,
            r.release[:12],
            r.source_line,
            page.word(r.kind),
            r.effective_from,
            page.word(r.coverage),
            r.concepts,
            moment(r.recorded),
            _state(page, r),
        )
        for r in found
    ]
    heads = (
        "version",
        "track",
        "release",
        "source_line",
        "kind",
        "from",
        "coverage",
        "codes",
        "recorded",
        "status",
    )
    page.table(heads, rows)


def _state(page: Page, release: ReleaseAnswer) -> str:
    if release.purged:
        return f"{page.word('deleted')}: {release.purged}"
    if release.retracted:
        return page.word("retracted")
    return page.word("superseded" if release.superseded else "current_release")


def applicable(page: Page, answer: Applicable) -> None:
    """The versions that applied, or the reason why none did."""
    if answer.reason is None:
        page.say(
            "applied",
            on=answer.on,
            system=answer.system,
            scope=_in_scope(page, answer),
            role=_by_role(page, answer),
        )
        _rows(page, answer.versions)
    else:
        page.line(page.why(answer.reason, answer.message))
    if answer.others:
        page.say("others", on=answer.on)
        _rows(page, answer.others)
    for warning in answer.warnings:
        page.line(in_language(warning, page.lang))


def _in_scope(page: Page, answer: Applicable) -> str:
    return page.text("for_scope", scope=answer.scope) if answer.scope else ""


def _by_role(page: Page, answer: Applicable) -> str:
    return page.text("for_role", role=answer.role) if answer.role else ""


def _rows(page: Page, rows: list[ApplicableVersion]) -> None:
    page.table(
        (
            "version",
            "track",
            "status",
            "valid_from",
            "last_day",
            "allowed_from",
            "required_from",
            "last_accepted",
            "release",
        ),
        [
            (
                v.version,
                v.track,
                page.word(v.status),
                v.valid_from,
                last_day(v.valid_to),
                v.allowed_from,
                v.required_from,
                last_day(v.accepted_until),
                (v.release or "")[:12],
            )
            for v in rows
        ],
    )


def version_set(page: Page, done: VersionSet) -> None:
    """What changed, as a sentence."""
    page.line(done.message)


def system_set(page: Page, done: SystemSet) -> None:
    """What changed, as a sentence."""
    page.line(done.message)


def log(page: Page, found: Log) -> None:
    """A paragraph per publication."""
    if not found.entries:
        page.say("none")
    for entry in found.entries:
        page.say("log.head", number=entry.number, recorded=moment(entry.recorded), what=page.word(entry.action),
                 about=" ".join(x for x in (entry.system, entry.version) if x))  # fmt: skip
        page.facts([("by", entry.by), ("why", entry.why), ("summary", entry.summary if entry.summary != entry.why else ""),
                    ("wrote", tuple(_written(page, w) for w in entry.wrote))])  # fmt: skip
        if entry.more:
            page.say("log.more_rows", n=entry.more)
    if found.cursor is not None:
        page.say("search_more", cursor=found.cursor)


def _written(page: Page, row: Written) -> str:
    fields = [f"{k}: {_value(page, row.before.get(k))} → {_value(page, row.after.get(k))}" if row.change == "changed"
              else f"{k}: {_value(page, row.after.get(k, row.before.get(k)))}"
              for k in sorted(row.before.keys() | row.after.keys())]  # fmt: skip
    head = f"{page.word(row.kind)} {row.name} {page.word('log.' + row.change)}"
    return f"{head} ({', '.join(fields)})" if fields else head


def _value(page: Page, value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k} {v}" for k, v in value.items())
    return page.cell(value) or "–"
