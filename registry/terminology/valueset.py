"""Value sets as immutable values: concepts of systems by list, filter and import.

They are evaluated in ``terminology.compose``; FHIR's JSON is read by ``loaders.formats.fhir``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from registry.entities.annotations import Annotation
from registry.entities.canonical import join
from registry.entities.records import Designation

__all__ = ["ConceptReference", "Filter", "Include", "ValueSet"]


class ConceptReference(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A code listed in a value set, with the value set's display and designations."""

    code: str
    display: str = ""
    designations: tuple[Designation, ...] = ()
    annotations: tuple[Annotation, ...] = ()


class Filter(msgspec.Struct, frozen=True, omit_defaults=True):
    """A condition on concepts; ``value`` None if the source has none (an error when it is used)."""

    property: str
    op: str
    value: str | None = None


class Include(msgspec.Struct, frozen=True, omit_defaults=True):
    """One include or exclude: all concepts of a system, listed ones or filtered ones; and imports.

    A concept must be a member of all imports, and of the system part if there is one. ``place``: path in the value set.
    A list is in ``codes`` if it states nothing but codes, else in ``concepts``.
    """

    system: str = ""
    version: str = ""
    codes: tuple[str, ...] = ()
    concepts: tuple[ConceptReference, ...] = ()
    filters: tuple[Filter, ...] = ()
    value_sets: tuple[str, ...] = ()
    place: tuple[str | int, ...] = ()

    @property
    def listed(self) -> Sequence[str]:
        """The codes listed, in their order."""
        return self.codes or [c.code for c in self.concepts]

    def reference(self, code: str) -> ConceptReference | None:
        """The entry of a code in the list, where it is written like this; None if it is not listed."""
        if code in self.codes:
            return ConceptReference(code)
        return next((c for c in self.concepts if c.code == code), None)


class ValueSet(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A value set of one version; ``shell``: the metadata of the resource.

    ``inactive`` False = only active concepts are members. ``supplements``: canonicals of required supplements.
    ``parameters``: expansion parameters by name. ``properties``: those an expansion shows unless the caller names
    others.
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
