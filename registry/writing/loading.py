"""One load from a parsed release to its report: lock, check, compare, write, publish.

Order of the steps, and the decision loaded / unchanged / amended. Rows are written by ``registry.writing.importing``.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from pyroaring import BitMap

from registry.entities.errors import UsageError
from registry.entities.messages import message
from registry.entities.records import PRECEDING, MapRecord, ReleaseHeader, SystemRecord
from registry.entities.results.loading import LoadReport
from registry.reader import Reader
from registry.store.artifacts import ArtifactRow, put_artifacts
from registry.store.component_rows import all_dependencies
from registry.store.content import release_ordering
from registry.store.ledger_writer import Writer
from registry.store.metadata import ReleaseRow, Snapshot, SystemRow, VersionRow
from registry.store.publications import record_of_alias
from registry.systems import behaviour_of
from registry.time.timeline import Timeline
from registry.writing.content_writer import Start, StoredContent
from registry.writing.header_check import check_effective, check_header
from registry.writing.importing import (
    Prepared,
    load_transaction,
    prepare,
    publish,
    put_system,
    write_content,
    write_release,
)
from registry.writing.load_changes import changes_by_type, earlier_release, unusual
from registry.writing.maintenance import end_release, enrich_system
from registry.writing.system_entry import entry_changes, stated_over
from registry.writing.version_dates import conflict, overlapping, settle_dates

__all__ = [
    "Plan",
    "again",
    "keep_resources",
    "known_system",
    "load_parsed",
    "planned",
    "gc_disabled",
    "report_of",
    "write_plan",
]

Progress = Callable[[str, int, int | None], None]


def load_parsed(
    reader: Reader,
    parsed: Any,
    *,
    dry_run: bool = False,
    wait: bool = True,
    progress: Progress | None = None,
    ends: Sequence[tuple[str, str]] = (),
) -> LoadReport:
    """Load a parsed release or map. An identical source is a no-op; a file with other bytes corrects the version.

    ``ends``: versions (system, label) whose releases end in the same publication.
    """
    started = time.monotonic()
    if isinstance(record := getattr(parsed, "map", None), MapRecord):
        from registry.writing.map_loading import load_map

        return load_map(reader, record, dry_run=dry_run, wait=wait)
    if isinstance(row := getattr(parsed, "artifact", None), ArtifactRow):
        return keep_resources(reader, [row], dry_run=dry_run)[0]
    if not hasattr(parsed, "concepts"):
        return _enrich(reader, parsed.system, dry_run=dry_run)
    parsed = known_system(reader, parsed)
    with gc_disabled():
        prepared = prepare(parsed)
        check_header(prepared)
        notify = (lambda text: progress(text, 0, None)) if progress is not None else None
        with reader.database.load_lock(wait=wait, notify=notify):
            load = _Load(reader, prepared, progress, ends, started)
            return load.rehearse() if dry_run else load.run()


def keep_resources(reader: Reader, rows: Iterable[ArtifactRow], *, dry_run: bool = False) -> list[LoadReport]:
    """Store resources unchanged, all in one publication; they are read one at a time."""
    names: list[tuple[str, str, str]] = []

    def named_rows() -> Iterator[ArtifactRow]:
        for row in rows:
            names.append((row.url, row.version, row.kind))
            yield row

    done = ["dry_run" for _ in named_rows()] if dry_run else put_artifacts(reader.database, named_rows())
    outcomes = (d if d in ("dry_run", "unchanged") else "kept" for d in done)
    return [_brief(url, version, o, kind) for (url, version, kind), o in zip(names, outcomes, strict=True)]


def _enrich(reader: Reader, record: SystemRecord, *, dry_run: bool) -> LoadReport:
    """Fill empty fields of a catalogue entry, found by any of its names, from a source without content."""
    entry = _known_entry(reader, record)
    if not dry_run:
        named = record if entry is None else msgspec.structs.replace(record, slug=entry.slug)
        enrich_system(reader.database, named)
    return _brief(entry.slug if entry else record.slug, "", "dry_run" if dry_run else "enriched", "entry")


def _brief(system: str, version: str, outcome: str, kind: str) -> LoadReport:
    return LoadReport(
        system=system, version=version, track="", release="", outcome=outcome, kind=kind, concepts=0, new_states=0,
        created_system=False, inferred={}, notices=[], warnings=[],
    )  # fmt: skip


def _known_entry(reader: Reader, record: SystemRecord) -> SystemRecord | None:
    """The catalogue entry with the record's slug, canonical URL or OID.

    Read by SQL, because a package of a thousand systems would otherwise read all metadata a thousand times.
    """
    for name in (record.slug, record.url, *(f"urn:oid:{o}" for o in record.oids)):
        body = record_of_alias(reader.connection, name) if name else None
        if body is not None:
            return msgspec.json.decode(body, type=SystemRecord)
    return None


def known_system(reader: Reader, parsed: Any) -> Any:
    """The release, with the slug of the stored system if that is known under another slug."""
    record = parsed.system
    entry = _known_entry(reader, record) if isinstance(record, SystemRecord) and record.url else None
    if entry is None or entry.slug == parsed.header.system or record.slug != parsed.header.system:
        return parsed
    header = msgspec.structs.replace(parsed.header, system=entry.slug)
    return replace(parsed, header=header, system=stated_over(entry, record, parsed.stated))


@dataclass(frozen=True, slots=True)
class Plan:
    """How a release will be stored: as new or as a correction. ``starts``: releases that its changes apply to."""

    prepared: Prepared
    known: SystemRow | None
    current: VersionRow | None
    earlier: tuple[ReleaseRow, ...]
    replaces: bool
    starts: tuple[ReleaseRow, ...]


def planned(snapshot: Snapshot, prepared: Prepared) -> Plan:
    check_header(prepared)
    known = snapshot.slugs.get(prepared.header.system)
    prepared.header = h = _with_base(snapshot, known, prepared.header)
    check_effective(snapshot, known, prepared)
    current = snapshot.version(known.system_id, h.version, h.track) if known else None
    earlier = tuple(snapshot.releases.get(current.version_id, ())) if current else ()
    replaces = any(_same_place(r.header, h) for r in earlier)
    prepared.warnings += [w for w in overlapping(snapshot, known, h) if w not in prepared.warnings]
    return Plan(prepared, known, current, earlier, replaces, _starts(snapshot, known, h))


def _with_base(snapshot: Snapshot, system: SystemRow | None, header: ReleaseHeader) -> ReleaseHeader:
    """The header; of changes to the version before it (base ``<``) with that version's label.

    Raises ``UsageError`` if the track has no earlier version, or that extends other versions of other tracks.
    """
    if header.base != PRECEDING:
        return header
    timeline = Timeline(snapshot.facts_of(system)) if system is not None else None
    rows = timeline.on_track(header.track) if timeline is not None else []
    starts = [v for v in rows if v.valid_from and header.valid_from and v.valid_from < header.valid_from]
    if not starts:
        raise UsageError(message("error.no_version_before", version=header.version, track=header.track))
    base = starts[-1]
    held = snapshot.releases.get(base.version_id, ())
    below = next((r.header.built_on or r.header.depends_on for r in held), ())
    if header.built_on and header.built_on != below:
        raise UsageError(message("error.other_modules", version=header.version, base=base.label))
    return msgspec.structs.replace(header, base=base.label)


def _starts(snapshot: Snapshot, system: SystemRow | None, header: ReleaseHeader) -> tuple[ReleaseRow, ...]:
    """The releases that the changes apply to: that of the base version, or those of the modules."""
    if header.base and header.depends_on:
        raise UsageError(message("error.base_or_modules"))
    if header.base:
        return (_release_of(snapshot, system, header, header.base, header.track, header.source_line),)
    named = [_release_of(snapshot, system, header, d.version, d.track) for d in header.depends_on]
    return tuple(named)


def _release_of(
    snapshot: Snapshot,
    system: SystemRow | None,
    header: ReleaseHeader,
    label: str,
    track: str,
    line: str = "",
) -> ReleaseRow:
    """The latest release of a version's source line; raises ``UsageError`` if it is not loaded."""
    timeline = Timeline(snapshot.facts_of(system)) if system is not None else None
    version = timeline.find(label, track) if timeline is not None else None
    segments = timeline.segments(version) if timeline is not None and version is not None else []
    layers = segments[-1].layers if segments else ()
    found = next((r for r in layers if not line or r.source_line == line), None)
    if found is None:
        source = message("error.from_source", line=line) if line else ""
        raise UsageError(
            message(
                "error.base_not_loaded",
                system=header.system,
                version=header.version,
                base=label,
                source=source,
            )
        )
    return found


def write_plan(
    reader: Reader,
    writer: Writer,
    plan: Plan,
    progress: Progress | None = None,
    ends: Sequence[tuple[str, str]] = (),
) -> ReleaseRow | None:
    """Write and publish a release; returns the stored release instead if that is identical.

    ``ends``: versions (system, label) that end with it.
    """
    if writer.published:
        writer.advance()
    system, content = write_content(
        writer, plan.prepared, start=_start(reader, writer, plan.starts), progress=progress
    )
    entry = _settle_entry(writer, plan)
    identical = _identical(plan.earlier, plan.prepared) or _same_content(writer, plan, content)
    ended = [end_release(writer, *version, every=True) for version in ends]
    if identical is not None and ended:
        row, release_hash = ended[0]
        writer.publish("retract", row.slug, ends[0][1], release_hash, "replaced by another version of its id")
    elif identical is not None and entry:
        writer.publish("system", system.slug, summary="catalogue entry corrected")
    if identical is None:
        _count_changes(reader, writer, plan, content)
        write_release(writer, plan.prepared, system, content)
        _settle(writer, plan)
        publish(writer, plan.prepared, "amend" if plan.replaces else "load")
    return identical


def _settle_entry(writer: Writer, plan: Plan) -> bool:
    """Give a known system what the caller stated of its entry, and report it; whether that changed it."""
    if plan.known is None:
        return False
    old = plan.known.record
    new = stated_over(old, plan.prepared.system, plan.prepared.stated)
    note = entry_changes(old, new)
    if note is not None:
        put_system(writer, plan.known.system_id, new)
        plan.prepared.warnings[:0] = [note]
    return note is not None


def _settle(writer: Writer, plan: Plan) -> bool:
    """Give a known version its dates, and report a change or a conflict; whether they changed."""
    if plan.current is None:
        return False
    h, prepared = plan.prepared.header, plan.prepared
    change = settle_dates(writer, plan.current, h, plan.earlier)
    note = change or conflict(plan.current, h, plan.earlier)
    prepared.warnings[:0] = [note] if note is not None else []
    return change is not None


def _count_changes(reader: Reader, writer: Writer, plan: Plan, content: StoredContent) -> None:
    """Note the changes by type, and warn of those that are unusually many."""
    prepared = plan.prepared
    before = earlier_release(reader, prepared.header)
    rules = behaviour_of(prepared.system.rules or prepared.system.slug)
    prepared.counts = changes_by_type(reader, writer.connection, prepared.header, before, content, rules)
    prepared.warnings[:0] = unusual(prepared.counts, before, prepared.concept_count)


def _start(reader: Reader, writer: Writer, releases: tuple[ReleaseRow, ...]) -> Start | None:
    """The content that changes apply to; a module that another module depends on is part of that one."""
    if not releases:
        return None
    inner = {d for r in releases for d in all_dependencies(writer.connection, r.id)}
    outer = [r for r in releases if r.id not in inner]
    members = BitMap.union(BitMap(), *(reader.bitmap(r) for r in outer))
    only = outer[0]
    order = () if len(outer) > 1 or only.patches else release_ordering(writer.connection, only.id)
    return Start(tuple(r.id for r in outer), members, order)


@contextmanager
def gc_disabled() -> Iterator[None]:
    """Disables cyclic garbage collection during bulk parsing: records have no cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class _RollBack(Exception):
    """Ends the transaction of a dry run without storing anything."""


@dataclass(frozen=True, slots=True)
class _Load:
    """One load, done or rehearsed under the lock. ``started``: when the caller began, for the report."""

    reader: Reader
    prepared: Prepared
    progress: Progress | None
    ends: Sequence[tuple[str, str]]
    started: float

    def run(self) -> LoadReport:
        """Store the content."""
        plan, reader = self._plan(), self.reader
        files, line = self.prepared.header.files, self.prepared.header.source_line
        with load_transaction(reader.database, files[0].name if files else line) as connection:
            identical = write_plan(reader, Writer(connection), plan, self.progress, self.ends)
        if identical is not None:
            return again(reader, plan, identical, self.started)
        return self._report(plan, "amended" if plan.replaces else "loaded")

    def rehearse(self) -> LoadReport:
        """A dry run: the load itself, rolled back, so that it says what the load would do (docs/adr/0072)."""
        plan, reader, prepared = self._plan(), self.reader, self.prepared
        identical, dates = None, False
        try:
            with reader.database.transaction() as connection:
                writer = Writer(connection)
                identical = write_plan(reader, writer, plan, self.progress, self.ends)
                dates = identical is not None and _settle(writer, plan)
                raise _RollBack
        except _RollBack:
            reader.forget()
        would = "amended" if plan.replaces else "loaded"
        if identical is not None:
            prepared.other_bytes = identical.source_sha256 != prepared.source_sha256
            would = "dates" if dates else "unchanged"
        return self._report(plan, "dry_run", would=would)

    def _plan(self) -> Plan:
        self.reader.forget()
        return planned(self.reader.moment().snapshot, self.prepared)

    def _report(self, plan: Plan, outcome: str, *, would: str = "") -> LoadReport:
        return report_of(
            self.prepared, outcome, self.reader, started=self.started, created=plan.known is None, would=would
        )


def _same_place(old: ReleaseHeader, new: ReleaseHeader) -> bool:
    """Whether the new release replaces the old one: same source line, same first day, same part of the version.

    A subset complements the complete list, and the fragments complement both.
    """
    places = [(h.source_line, h.kind, h.effective_from, h.coverage.kind, h.coverage.name) for h in (old, new)]
    return places[0] == places[1]


def _identical(earlier: Sequence[ReleaseRow], prepared: Prepared) -> ReleaseRow | None:
    """The stored release of the same source, version and kind; None if there is none.

    Releases of a rolling source are compared by content: each download contains all versions (DOMAIN 12).
    """
    h = prepared.header
    for r in earlier:
        place = (r.source_line, r.header.kind, r.header.effective_from, r.header.status, r.header.coverage)
        same = (r.source_sha256, r.content_sha256) == (prepared.source_sha256, prepared.content_sha256)
        if same and place == (h.source_line, h.kind, h.effective_from, h.status, h.coverage):
            return r
    return None


def _same_content(writer: Writer, plan: Plan, content: StoredContent) -> ReleaseRow | None:
    """The latest release in the same place if it says exactly the same, though its files have other bytes."""
    h, candidates = (
        plan.prepared.header,
        [r for r in plan.earlier if _same_place(r.header, plan.prepared.header)],
    )
    latest = max(candidates, key=lambda r: r.rank, default=None)
    if latest is None or latest.purged or latest.content_sha256 != plan.prepared.content_sha256:
        return None
    same = _without_files(latest.header) == _without_files(h)
    return latest if same and [*release_ordering(writer.connection, latest.id)] == [*content.order] else None


def _without_files(header: ReleaseHeader) -> ReleaseHeader:
    """The header without the origin of the content and without the dates that ``again`` compares."""
    return msgspec.structs.replace(
        header, files=(), origin="", fetched="", published="", inferred={}, stated=(), notices=(), valid_from=None,
        valid_to=None,
    )  # fmt: skip


def _attest(reader: Reader, prepared: Prepared, stored: ReleaseRow) -> None:
    """Record that the content was published again later.

    Without it, the precedence over a file published in between would depend on the order of loading.
    """
    if prepared.header.published <= stored.published:
        return
    with reader.database.transaction() as connection:
        writer = Writer(connection)
        row = (stored.id, prepared.header.published, writer.recorded)
        writer.insert("attestation", ("release_id", "published", "recorded_from"), [row])
        h = prepared.header
        writer.publish("attest", h.system, h.version, stored.source_sha256, f"published again {h.published}")


def again(reader: Reader, plan: Plan, stored: ReleaseRow, started: float) -> LoadReport:
    """The same content again: a no-op, unless it comes with a later publication or other dates."""
    prepared = plan.prepared
    if plan.current is None:
        raise ValueError("a release that is here belongs to a version")
    if stored.source_sha256 != prepared.source_sha256:
        prepared.source_sha256, prepared.other_bytes = stored.source_sha256, True
    _attest(reader, prepared, stored)
    h = prepared.header
    with reader.database.transaction() as connection:
        writer = Writer(connection)
        if changed := _settle(writer, plan):
            writer.publish("version", h.system, h.version, prepared.source_sha256, "version dates corrected")
    return report_of(prepared, "amended" if changed else "unchanged", reader, started=started)


def report_of(
    prepared: Prepared,
    outcome: str,
    reader: Reader,
    *,
    started: float,
    created: bool = False,
    would: str = "",
) -> LoadReport:
    h = prepared.header
    return LoadReport(
        system=h.system,
        version=h.version,
        track=h.track,
        release=prepared.source_sha256,
        outcome=outcome,
        kind=h.kind,
        concepts=prepared.concept_count,
        new_states=prepared.fresh,
        created_system=created,
        inferred=dict(h.inferred),
        notices=list(h.notices),
        warnings=prepared.warnings[:20],
        other_bytes=prepared.other_bytes,
        counts=prepared.counts,
        would=would,
        seconds=round(time.monotonic() - started, 3),
    )
