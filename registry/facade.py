"""``Registry``: the interface for Python users, the command line and HTTP.

Methods have the names of the commands and return the types of ``registry.entities.results``. They call
``registry.queries`` and ``registry.writing``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from registry.entities.errors import UsageError
from registry.entities.intervals import parse_date
from registry.entities.messages import message
from registry.entities.records import SystemRecord
from registry.entities.results import (
    Applicable,
    Changes,
    Feed,
    Hierarchy,
    History,
    LoadReport,
    Log,
    Lookup,
    ReleaseAnswer,
    ScopeRow,
    SearchResult,
    Subsumption,
    SystemAnswer,
    SystemSet,
    Validity,
    VerifyReport,
    VersionAnswer,
    VersionSet,
)
from registry.reader import Reader, Resolved
from registry.store.engine import Database
from registry.store.opening import open_database

if TYPE_CHECKING:
    from registry.content.stored import StoredView
    from registry.queries.flat_export import Table
    from registry.store.artifacts import ArtifactRow

__all__ = ["Registry"]

On = str | date | None


class Registry:
    """An opened registry. Dates are ``date`` or ISO text; systems are slug, canonical URL or OID.

    Unknown systems, versions and codes give results with a reason; wrong use and bad files raise
    (``registry.entities.errors``).
    """

    def __init__(self, database: Database | str | PathLike[str], *, today: On = None) -> None:
        self.database = database if isinstance(database, Database) else open_database(database)
        self.reader = Reader(self.database, today=parse_date(today, what="today"))
        self.reader.code_dates = self._code_dates

    def _code_dates(self, system: str, known_at: str | None, code: str) -> tuple[date | None, date | None]:
        from registry.queries.history import code_dates

        return code_dates(self.reader, system, known_at, code)

    @classmethod
    def open(
        cls,
        url: str | PathLike[str] | None = None,
        *,
        today: On = None,
        readonly: bool = False,
        create: bool = True,
    ) -> Registry:
        """Open (and by default create) the registry at an SQLite path or a PostgreSQL URL.

        Raises ``UsageError`` for a value of another type, ``StoreError`` if it cannot be opened.
        """
        return cls(open_database(url, readonly=readonly, create=create), today=today)

    @staticmethod
    def restore(url: str | None, backup: str | Path, *, replace: bool = False) -> VerifyReport:
        """Verify a backup and put it in the place of the registry at a path, which ``replace`` keeps aside."""
        from registry.writing.restoring import restore

        return restore(url, Path(backup), replace=replace)

    def close(self) -> None:
        """Close every connection."""
        self.database.close()

    def __enter__(self) -> Registry:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def warm_up(self) -> None:
        """Read into memory the data that first requests need; servers call it before they accept requests."""
        self.reader.warm_up()

    def today(self) -> date:
        """The default date of requests."""
        return self.reader.today()

    # -- catalogue

    def systems(self, *, known_at: On = None) -> list[SystemAnswer]:
        """Every code system, by slug."""
        from registry.queries import catalogue

        return catalogue.systems(self.reader, known_at)

    def system(self, reference: str, *, known_at: On = None) -> SystemAnswer | None:
        """The system with the slug, canonical URL or OID; None if there is none."""
        from registry.queries import catalogue

        return catalogue.system(self.reader, reference, known_at)

    def versions(
        self, system: str, *, on: On = None, status: str | None = None, known_at: On = None
    ) -> list[VersionAnswer]:
        """Versions of a system, with ``on`` those valid then, by track and start."""
        from registry.queries import catalogue

        return catalogue.versions(self.reader, system, on=on, status=status, known_at=known_at)

    def releases(self, system: str, *, known_at: On = None) -> list[ReleaseAnswer]:
        """Every loaded content of every version, retracted ones too."""
        from registry.queries import catalogue

        return catalogue.releases(self.reader, system, known_at=known_at)

    def scopes(self, system: str | None = None, *, known_at: On = None) -> list[ScopeRow]:
        """Applicability rows: when which scope accepts which version."""
        from registry.queries import catalogue

        return catalogue.scopes(self.reader, system, known_at=known_at)

    def changes_since(self, cursor: int, *, count: int = 1000) -> Feed:
        """Publications after the cursor."""
        from registry.queries import catalogue

        return catalogue.changes_since(self.reader, cursor, count=count)

    def log(
        self, *, system: str | None = None, count: int = 20, cursor: int | None = None, known_at: On = None
    ) -> Log:
        """Publications, newest first: when, by whom, why, and what each wrote; ``cursor`` gives older ones."""
        from registry.queries.log import log

        return log(self.reader, system=system, count=count, cursor=cursor, known_at=known_at)

    # -- queries

    def applicable(
        self,
        system: str,
        *,
        on: On = None,
        scope: str | None = None,
        role: str | None = None,
        track: str | None = None,
        known_at: On = None,
    ) -> Applicable:
        """Versions that applied on a date (in a scope), permitted or required; else the reason."""
        from registry.queries.applicable import applicable

        return applicable(
            self.reader, _text(system=system), on=on, scope=scope, role=role, track=track, known_at=known_at
        )

    def lookup(
        self,
        system: str,
        code: str,
        *,
        on: On = None,
        version: str | None = None,
        lang: str | Sequence[str] | None = None,
        known_at: On = None,
    ) -> Lookup:
        """What the code meant on the date or in the version (default: today)."""
        from registry.queries.lookup import lookup

        return lookup(
            self.reader,
            _text(system=system),
            _text(code=code),
            on=on,
            version=version,
            lang=lang,
            known_at=known_at,
        )

    def history(self, system: str, code: str, *, known_at: On = None) -> History:
        """The full history of the code."""
        from registry.queries.history import history

        return history(self.reader, _text(system=system), _text(code=code), known_at=known_at)

    def diff(
        self, system: str, v1: str, v2: str, *, types: Collection[str] = (), known_at: On = None
    ) -> Changes:
        """Typed changes between two versions (VERSION or VERSION@RELEASE)."""
        from registry.queries.diff import diff

        return diff(self.reader, system, v1, v2, types=types, known_at=known_at)

    def validity(
        self,
        system: str,
        code: str,
        *,
        on: On = None,
        scope: str | None = None,
        role: str | None = None,
        reporter: str | None = None,
        known_at: On = None,
    ) -> Validity:
        """Whether the code was valid on the date, and if not, why."""
        from registry.queries.validity import validity

        return validity(
            self.reader,
            _text(system=system),
            _text(code=code),
            on=on,
            scope=scope,
            role=role,
            reporter=reporter,
            known_at=known_at,
        )

    def search(
        self,
        text: str,
        *,
        system: str | None = None,
        on: On = None,
        version: str | None = None,
        count: int = 20,
        cursor: str | None = None,
        known_at: On = None,
    ) -> SearchResult:
        """Concepts by the beginnings of their words, or by code."""
        from registry.queries.search import search

        return search(
            self.reader,
            text,
            system=system,
            on=on,
            version=version,
            count=count,
            cursor=cursor,
            known_at=known_at,
        )

    def hierarchy(
        self,
        system: str,
        code: str,
        relation: str,
        *,
        on: On = None,
        version: str | None = None,
        known_at: On = None,
    ) -> Hierarchy:
        """Relatives of the code: parents, children, ancestors or descendants."""
        from registry.queries.relatives import hierarchy

        return hierarchy(
            self.reader,
            _text(system=system),
            _text(code=code),
            relation,
            on=on,
            version=version,
            known_at=known_at,
        )

    def subsumes(
        self, system: str, a: str, b: str, *, on: On = None, version: str | None = None, known_at: On = None
    ) -> Subsumption:
        """How two codes relate in the hierarchy."""
        from registry.queries.relatives import subsumes

        return subsumes(
            self.reader,
            _text(system=system),
            _text(code=a),
            _text(code=b),
            on=on,
            version=version,
            known_at=known_at,
        )

    def export_rows(
        self, system: str, version: str | None = None, *, on: On = None, known_at: On = None
    ) -> Table:
        """A version as flat rows, by code; ``columns`` holds the same by column."""
        from registry.queries.export import export_rows

        return export_rows(self.reader, system, version, on=on, known_at=known_at)

    def history_rows(self, system: str, *, known_at: On = None) -> Iterator[dict[str, Any]]:
        """A row per code and interval."""
        from registry.queries.export import history_rows

        return history_rows(self.reader, system, known_at=known_at)

    def resolve(
        self, system: str, *, on: On = None, version: str | None = None, known_at: On = None
    ) -> Resolved:
        """The content that a request with these arguments is about, or the reason why there is none."""
        return self.reader.resolve(system, on=on, version=version, known_at=known_at)

    def view(
        self, system: str, *, on: On = None, version: str | None = None, known_at: On = None
    ) -> StoredView:
        """The content of a version as a ``ContentView``; raises ``UsageError`` with the reason if there is none."""
        return self.reader.view(self.resolve(system, on=on, version=version, known_at=known_at))

    # -- writing

    def load_parsed(
        self,
        parsed: Any,
        *,
        dry_run: bool = False,
        wait: bool = True,
        progress: Callable[[str, int, int | None], None] | None = None,
        ends: Sequence[tuple[str, str]] = (),
    ) -> LoadReport:
        """Load one parsed release or map (``loaders.contract``), all or nothing.

        ``ends``: versions (system, label) that end in the same publication.
        """
        from registry.writing.loading import load_parsed

        report = load_parsed(self.reader, parsed, dry_run=dry_run, wait=wait, progress=progress, ends=ends)
        self.reader.forget()
        return report

    def keep_resources(self, rows: Iterable[ArtifactRow], *, dry_run: bool = False) -> list[LoadReport]:
        """Store value sets and maps unchanged, all in one publication."""
        from registry.writing.loading import keep_resources

        reports = keep_resources(self.reader, rows, dry_run=dry_run)
        self.reader.forget()
        return reports

    def load_together(self, items: Sequence[Any], *, wait: bool = True) -> list[LoadReport]:
        """Load small releases of as many different systems in one transaction: all or none."""
        from registry.writing.bulk_load import load_together

        reports = load_together(self.reader, items, wait=wait)
        self.reader.forget()
        return reports

    def add_system(self, record: SystemRecord) -> None:
        """Create a system or correct its catalogue entry."""
        self._write("add_system", record)

    def enrich_system(self, record: SystemRecord) -> None:
        """Fill empty fields of a system's catalogue entry; an unknown system is created."""
        self._write("enrich_system", record)

    def put_artifact(
        self,
        *,
        kind: str,
        url: str,
        body: bytes,
        resource_id: str = "",
        version: str = "",
        valid_from: date | None = None,
        valid_to: date | None = None,
    ) -> str:
        """Store a value set or concept map as given: created, amended or unchanged."""
        from registry.store.artifacts import ArtifactRow

        row = ArtifactRow(
            kind=kind,
            resource_id=resource_id,
            url=url,
            version=version,
            valid_from=valid_from,
            valid_to=valid_to,
            body=body,
        )
        return self.put_artifacts([row])[0]

    def put_artifacts(
        self,
        rows: Iterable[ArtifactRow],
        *,
        by_id: bool = False,
        ends: Sequence[tuple[str, str, str]] = (),
    ) -> list[str]:
        """Store many in one publication; ``by_id``: each replaces the resource with its id.

        ``ends``: resources (kind, URL, version) that end with it.
        """
        from registry.store.artifacts import put_artifacts

        outcomes = put_artifacts(self.database, rows, by_id=by_id, ends=ends)
        self.reader.forget()
        return outcomes

    def artifact_history(self, kind: str, resource_id: str) -> list[ArtifactRow]:
        """Every state of a stored resource, oldest first."""
        from registry.store.artifacts import artifact_history

        return artifact_history(self.reader.connection, kind, resource_id)

    def drop_artifacts(
        self, kind: str, *, resource_id: str = "", canonicals: Sequence[tuple[str, str, str]] = ()
    ) -> None:
        """End the stored resources with an id and those with (kind, URL, version), from now on."""
        from registry.store.artifacts import drop_artifacts

        drop_artifacts(self.database, kind, resource_id=resource_id, canonicals=canonicals)
        self.reader.forget()

    def add_version(
        self,
        system: str,
        label: str,
        *,
        valid_from: On = None,
        valid_to: On = None,
        track: str = "",
        same_as: str = "",
        published: str = "",
    ) -> None:
        """Declare a version, content not loaded."""
        self._write(
            "add_version", system, label, valid_from=parse_date(valid_from), valid_to=parse_date(valid_to),
            track=track, same_as=same_as, published=published,
        )  # fmt: skip

    def set_system(
        self,
        system: str,
        *,
        title: str | None = None,
        language: str | None = None,
        owner: str | None = None,
        licence: str | None = None,
        access: str | None = None,
        redistribution: str | None = None,
        end_rule: str | None = None,
        why: str = "",
    ) -> SystemSet:
        """Change the catalogue entry of a system; None keeps a field. A known open licence opens the system."""
        from registry.entities.authorship import authored
        from registry.writing.system_entry import EntryFields, set_system

        fields = EntryFields(
            title=title, language=language, owner=owner, licence=licence, access=access,
            redistribution=redistribution, end_rule=end_rule,
        )  # fmt: skip
        with authored(why=why):
            found = set_system(self.database, system, fields)
        self.reader.forget()
        return found

    def set_version(
        self,
        system: str,
        label: str,
        *,
        valid_from: On = None,
        valid_to: On = None,
        open_end: bool = False,
        track: str | None = None,
        why: str = "",
    ) -> VersionSet:
        """Change the dates of a version; what is not given is kept. The result says what changed."""
        from registry.entities.authorship import authored
        from registry.writing.maintenance import set_version

        with authored(why=why):
            found = set_version(
                self.database, system, label, valid_from=parse_date(valid_from), valid_to=parse_date(valid_to),
                open_end=open_end, track=track,
            )  # fmt: skip
        self.reader.forget()
        return found

    def add_scope(self, slug: str, *rows: ScopeRow, title: str = "", kind: str = "") -> None:
        """Create or rename a scope, with rows of what it accepts; an empty title or kind keeps the recorded one."""
        self.add_scopes([(slug, title, kind)], rows)

    def add_applicability(self, *rows: ScopeRow) -> None:
        """Record when scopes accept versions."""
        self.add_scopes([], rows)

    def add_scopes(self, scopes: Iterable[tuple[str, str, str]], rows: Sequence[ScopeRow]) -> None:
        """Create or rename scopes (slug, title, kind) and record what they accept, all or nothing."""
        from registry.writing.maintenance import ScopeEntry

        self._write("add_scopes", [ScopeEntry(*scope) for scope in scopes], rows)

    def retract(self, system: str, version: str, *, release: str | None = None, why: str) -> None:
        """End a release from now on."""
        self._write("retract", system, version, release=release, why=why)

    def retract_every(self, versions: Sequence[tuple[str, str]], *, why: str) -> None:
        """End every release of versions (system, label) from now on, in one publication."""
        self._write("retract_every", versions, why=why)

    def purge(self, system: str, version: str, *, release: str, why: str) -> None:
        """Delete a release's content physically."""
        self._write("purge", system, version, release=release, why=why)

    def _write(self, name: str, *args: Any, **options: Any) -> None:
        from registry.writing import maintenance

        getattr(maintenance, name)(self.database, *args, **options)
        self.reader.forget()

    def verify(self, *, quick: bool = False) -> VerifyReport:
        """Prove everything stored; returns what is damaged. ``quick``: only what takes a short time."""
        from registry.writing.verification import verify

        return verify(self.database, quick=quick)

    def repair(self) -> VerifyReport:
        """Rebuild what is derived from stored content; returns what is damaged afterwards."""
        from registry.writing.repair import repair

        report = repair(self.database)
        self.reader.forget()
        return report

    def backup(self, target: str | Path) -> Path:
        """Copy the live database to a new file."""
        from registry.writing.maintenance import backup

        return backup(self.database, target)


def _text(**named: str) -> str:
    """The one value, which must be text; raises ``UsageError`` with its name (a code ``7`` may be ``007``)."""
    ((name, value),) = named.items()
    if not isinstance(value, str):
        raise UsageError(message("error.not_text", name=name, value=repr(value)))
    return value
