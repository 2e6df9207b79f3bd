"""``Registry``: what there is: systems, versions, releases, scopes, publications."""

from __future__ import annotations

from registry.entities.intervals import On
from registry.entities.results.catalogue import (
    ReleaseAnswer,
    SystemAnswer,
    VersionAnswer,
)
from registry.entities.results.log import Feed, Log
from registry.entities.results.scopes import ScopeRow
from registry.facade.opened import Opened

__all__ = ["CatalogueMethods"]


class CatalogueMethods(Opened):
    """Questions about what the registry holds."""

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
