"""Value sets as the registry knows them: which concepts of which systems, by list, filter and import.

Here: immutable values. Not here: FHIR's JSON (``loaders.formats.fhir``), evaluation (``terminology.compose``).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from registry.entities.canonical import join
from registry.entities.records import Designation

__all__ = ["ConceptReference", "Filter", "Include", "ValueSet"]


class ConceptReference(msgspec.Struct, frozen=True, omit_defaults=True):
    """A code listed in a value set, with what the value set itself says of it."""

    code: str
    display: str = ""
    designations: tuple[Designation, ...] = ()
    extensions: tuple[dict[str, Any], ...] = ()


class Filter(msgspec.Struct, frozen=True, omit_defaults=True):
    """A condition on concepts; ``value`` None where the source gives none (an error when used)."""

    property: str
    op: str
    value: str | None = None


class Include(msgspec.Struct, frozen=True, omit_defaults=True):
    """One include or exclude: all concepts of a system, those listed or those filtered; and imports.

    Imports are all to hold at once; with a system as well, that too. ``place``: where in its value set.
    """

    system: str = ""
    version: str = ""
    concepts: tuple[ConceptReference, ...] = ()
    filters: tuple[Filter, ...] = ()
    value_sets: tuple[str, ...] = ()
    place: tuple[str | int, ...] = ()


class ValueSet(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A value set of one version; ``shell`` is the source's own metadata, for those who show it.

    ``inactive`` False = only active concepts belong. ``supplements``: canonicals it cannot do without.
    ``parameters``: how it wants to be expanded, by name. ``properties``: those an expansion shows unless the
    caller names others.
    """

    url: str = ""
    version: str = ""
    status: str = "active"
    standards_status: str = ""
    experimental: bool = False
    language: str = ""
    includes: tuple[Include, ...] = ()
    excludes: tuple[Include, ...] = ()
    inactive: bool | None = None
    locked_date: date | None = None
    supplements: tuple[str, ...] = ()
    parameters: dict[str, tuple[str, ...]] = {}
    properties: tuple[str, ...] = ()
    contained: dict[str, ValueSet] = {}
    valid_from: date | None = None
    valid_to: date | None = None
    shell: dict[str, Any] = {}
    definition: dict[str, Any] = {}

    @property
    def canonical(self) -> str:
        """``url|version``, as messages name it; without a URL ``(unidentified)``."""
        return join(self.url, self.version) if self.url else "(unidentified)"
