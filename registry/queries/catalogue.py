"""The catalogue: systems, versions, releases, scopes, and what was published since a cursor."""

from __future__ import annotations

from datetime import date

from registry.entities.budget import spend
from registry.entities.intervals import instant_text
from registry.entities.results.catalogue import ReleaseAnswer, SystemAnswer, VersionAnswer
from registry.entities.results.log import Feed, FeedEntry
from registry.entities.results.scopes import ScopeRow
from registry.reader import Moment, Reader
from registry.store.metadata import ReleaseRow, SystemRow, VersionRow
from registry.store.publications import publications_since
from registry.time.in_force import status_on
from registry.time.timeline import Timeline

__all__ = ["changes_since", "releases", "scopes", "system", "systems", "versions"]

Known = str | date | None
_ROW_STEPS = 10  #: steps (``registry.entities.budget``) of one row of the answer


def systems(reader: Reader, known_at: Known = None) -> list[SystemAnswer]:
    """Every code system, by slug."""
    moment = reader.moment(known_at)
    spend(_ROW_STEPS * len(moment.snapshot.systems))
    return [_system(moment, row) for row in sorted(moment.snapshot.systems.values(), key=lambda r: r.slug)]


def system(reader: Reader, reference: str, known_at: Known = None) -> SystemAnswer | None:
    """The system with the slug, canonical URL or OID; None if there is none."""
    moment = reader.moment(known_at)
    row = moment.snapshot.system(reference)
    return _system(moment, row) if row else None


def _system(moment: Moment, row: SystemRow) -> SystemAnswer:
    r = row.record
    return SystemAnswer(
        slug=r.slug,
        url=r.canonical,
        oids=list(r.oids),
        aliases=list(r.aliases),
        titles=dict(r.titles),
        owner=r.owner,
        licence=r.licence,
        access=r.access,
        redistribution=r.redistribution,
        versions=len(moment.snapshot.versions.get(row.system_id, [])),
        end_rule=r.end_rule,
        version_order=r.version_order,
    )


def versions(
    reader: Reader,
    reference: str,
    *,
    on: str | date | None = None,
    status: str | None = None,
    known_at: Known = None,
) -> list[VersionAnswer]:
    """Versions on every track with their status on the day (default today).

    ``status``: only upcoming, current, expired or undated ones, or ``any``. Without it and with ``on``: the versions in
    force on that day.
    """
    moment = reader.moment(known_at)
    row = moment.snapshot.system(reference)
    if row is None:
        return []
    timeline, day = moment.timeline(row), reader.day(on, moment)
    spend(_ROW_STEPS * len(timeline.versions))
    answers = [_version(timeline, v, day) for v in timeline.versions]
    wanted = (status,) if status else ("current", "undated") if on is not None else ("any",)
    return [a for a in answers if a.status in wanted or "any" in wanted]


def _version(timeline: Timeline, v: VersionRow, day: date) -> VersionAnswer:
    loaded = [s for s in timeline.segments(v) if s.layers]
    releases = timeline.facts.releases.get(v.version_id, [])
    return VersionAnswer(
        version=v.label,
        track=v.track,
        status=status_of(v, day),
        valid_from=v.valid_from,
        valid_to=v.valid_to,
        undated=v.undated,
        published=max([v.published, *(r.published for r in releases)]) if not v.declared else v.published,
        rolling=v.rolling,
        loaded=bool(loaded),
        same_as=v.same_as,
        provisional=any(s.provisional for s in loaded),
        releases=len(releases),
        concepts=loaded[-1].layers[0].concepts if loaded else 0,
    )


def status_of(v: VersionRow, day: date) -> str:
    """Status on the day: upcoming, current, expired or undated."""
    found = status_on(v, day)
    return "current" if found == "in_force" else found


def releases(reader: Reader, reference: str, *, known_at: Known = None) -> list[ReleaseAnswer]:
    """All releases, including retracted and purged ones, by version and time of recording."""
    moment = reader.moment(known_at)
    row = moment.snapshot.system(reference)
    if row is None:
        return []
    timeline = moment.timeline(row)
    labels = {v.version_id: v for v in timeline.versions}
    every = reader.ledger().systems[row.system_id].releases.values()
    instant = moment.snapshot.instant
    spend(_ROW_STEPS * len(every))
    known = [r for r in every if instant is None or r.recorded_from <= instant]
    current = {
        h.id
        for v in timeline.versions
        for s in timeline.segments(v)
        for r in s.layers
        for h in (r, *r.patches)
    }
    answers = [_release(r, _label(reader, labels, r), r.id in current) for r in known]
    return sorted(answers, key=lambda a: (a.track, a.version, a.recorded, a.release))


def _label(reader: Reader, labels: dict[int, VersionRow], release: ReleaseRow) -> VersionRow:
    """The version row of a release; if the version has ended, its last row."""
    found = labels.get(release.version_id)
    rows = reader.ledger().systems[release.system_id].versions.values()
    return found or [v for v in rows if v.version_id == release.version_id][-1]


def _release(r: ReleaseRow, v: VersionRow, current: bool) -> ReleaseAnswer:
    h = r.header
    return ReleaseAnswer(
        version=v.label,
        track=v.track,
        release=r.source_sha256,
        content_sha256=r.content_sha256,
        source_line=r.source_line,
        kind=h.kind,
        effective_from=h.effective_from,
        coverage=h.coverage.kind if h.coverage.kind != "subset" else f"subset:{h.coverage.name}",
        facets=list(h.facets),
        testimony=h.testimony,
        status=h.status,
        published=r.published,
        recorded=instant_text(r.recorded_from),
        retracted=instant_text(r.recorded_to),
        purged=r.purged,
        superseded=not current and r.recorded_to is None,
        concepts=r.concepts,
        files=[{"name": f.name, "sha256": f.sha256, "size": f.size} for f in h.files],
    )


def scopes(reader: Reader, reference: str | None = None, *, known_at: Known = None) -> list[ScopeRow]:
    """Applicability rows, of one system or all."""
    moment = reader.moment(known_at)
    wanted = moment.snapshot.system(reference) if reference else None
    if reference and wanted is None:
        return []
    spend(_ROW_STEPS * len(moment.snapshot.applicability))
    return [
        ScopeRow(
            scope=a.scope,
            system=moment.snapshot.systems[a.system_id].slug,
            version=a.label,
            track=a.track,
            role=a.role,
            allowed_from=a.allowed_from,
            required_from=a.required_from,
            accepted_until=a.accepted_until,
            legal_basis=a.legal_basis,
            codes=a.codes,
        )
        for a in moment.snapshot.applicability
        if wanted is None or a.system_id == wanted.system_id
    ]


def changes_since(reader: Reader, cursor: int, *, count: int = 1000) -> Feed:
    """Publications with a number greater than the cursor, oldest first."""
    rows = publications_since(reader.connection, cursor, count)
    entries = [FeedEntry(**{**row._asdict(), "recorded": instant_text(row.recorded)}) for row in rows]
    return Feed(entries=entries, cursor=entries[-1].number if entries else cursor)
