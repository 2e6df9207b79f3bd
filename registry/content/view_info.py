"""The ``ViewInfo`` of a stored version, from its metadata rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from registry.content.view import ViewInfo
from registry.store.metadata import ReleaseRow, SystemRow
from registry.time.timeline import Segment

__all__ = ["content_language", "view_info"]


def content_language(system: SystemRow, layers: Sequence[ReleaseRow]) -> str:
    """The language of displays if none is requested: the source's, else the system's."""
    return layers[0].header.language or system.record.language


def _hierarchy(system: SystemRow, layers: Sequence[ReleaseRow]) -> Literal["asserted", "structural", ""]:
    """Origin of the hierarchy: a source takes precedence over the codes."""
    if any("hierarchy" in r.header.facets for r in layers):
        return "asserted"
    return "structural" if system.rules.contains_longer else ""


def view_info(system: SystemRow, segment: Segment, layers: Sequence[ReleaseRow]) -> ViewInfo:
    """The metadata of a version for operations; ``layers``: its releases in order of precedence."""
    header, record = layers[0].header, system.record
    shell = header.shell
    titles = record.titles
    return ViewInfo(
        system=record.slug,
        url=record.canonical,
        version=segment.version.label,
        case_sensitive=system.rules.case_sensitive and bool(shell.get("caseSensitive", True)),
        content=header.content,
        language=content_language(system, layers),
        title=titles.get("en") or next(iter(titles.values()), record.slug),
        name=str(shell.get("name", "")),
        status=str(shell.get("status", "active")),
        standards_status=header.standards_status,
        experimental=bool(shell.get("experimental", False)),
        valid_from=segment.version.valid_from,
        valid_to=segment.version.valid_to,
        release=layers[0].source_sha256,
        provisional=segment.provisional,
        hierarchy=_hierarchy(system, layers),
        compositional=bool(shell.get("compositional", False)),
        version_needed=bool(shell.get("versionNeeded", False)),
        supplements=str(shell.get("supplements", "")),
        value_set=str(shell.get("valueSet", "")),
        properties=header.properties,
        shell=shell,
    )
