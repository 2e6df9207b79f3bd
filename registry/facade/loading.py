"""``Registry``: storing parsed releases, value sets and maps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from registry.entities.results.loading import LoadReport
from registry.facade.opened import Opened

if TYPE_CHECKING:
    from registry.store.artifacts import ArtifactRow


__all__ = ["LoadingMethods"]


class LoadingMethods(Opened):
    """Methods that store content."""

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
