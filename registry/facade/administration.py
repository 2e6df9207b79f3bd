"""``Registry``: metadata of systems, versions and scopes; retracting, deleting, verifying, backing up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.entities.intervals import On, parse_date
from registry.entities.records import SystemRecord
from registry.entities.results.administration import VerifyReport
from registry.entities.results.catalogue import (
    SystemSet,
    VersionSet,
)
from registry.entities.results.scopes import ScopeRow
from registry.facade.opened import Opened

if TYPE_CHECKING:
    from registry.queries.audit import AuditTrail
    from registry.writing.access_control import AccessControl

__all__ = ["AdministrationMethods"]


class AdministrationMethods(Opened):
    """Methods that change metadata or look after the database."""

    def add_system(self, record: SystemRecord) -> None:
        """Create a system or correct its catalogue entry."""
        self._write("add_system", record)

    def enrich_system(self, record: SystemRecord) -> None:
        """Fill empty fields of a system's catalogue entry; an unknown system is created."""
        self._write("enrich_system", record)

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

    @property
    def access(self) -> AccessControl:
        """Tokens of callers over HTTP, and refused requests."""
        from registry.writing.access_control import AccessControl

        return AccessControl(self.database, self.reader.forget)

    def audit(self, *, since: On = None) -> AuditTrail:
        """Every write and every refused request from an instant or day on, oldest first."""
        from registry.queries.audit import audit

        return audit(self.reader, since=since)

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
