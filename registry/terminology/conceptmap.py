"""Concept maps as the translate operation reads them: groups of elements with their targets.

Here: immutable values, relationships in R5's words. Not here: FHIR's JSON (``loaders.formats.fhir``), the registry's
own maps and their algebra (``mappings``).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from registry.entities.canonical import join

__all__ = ["ConceptMap", "MapElement", "MapGroup", "MapTarget", "Unmapped"]


class MapTarget(msgspec.Struct, frozen=True, omit_defaults=True):
    """One target; ``code`` empty = the map says that there is none."""

    code: str = ""
    relationship: str = "related-to"
    display: str = ""
    comment: str = ""
    products: tuple[tuple[str, str, str], ...] = ()  #: attribute, system, value


class MapElement(msgspec.Struct, frozen=True, omit_defaults=True):
    """A source code and its targets; ``no_map`` where the map says there is none."""

    code: str
    display: str = ""
    targets: tuple[MapTarget, ...] = ()
    no_map: bool = False


class Unmapped(msgspec.Struct, frozen=True, omit_defaults=True):
    """What to do with a code that a group does not have: ``use-source-code``, ``fixed`` or ``other-map``."""

    mode: str
    code: str = ""
    display: str = ""
    relationship: str = "related-to"
    other_map: str = ""


class MapGroup(msgspec.Struct, frozen=True, omit_defaults=True):
    """Elements between one source and one target system."""

    source: str = ""
    target: str = ""
    source_version: str = ""
    target_version: str = ""
    elements: tuple[MapElement, ...] = ()
    unmapped: Unmapped | None = None


class ConceptMap(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A map of one version, with the value sets it goes between where it names them."""

    url: str = ""
    version: str = ""
    status: str = "active"
    source_scope: str = ""
    target_scope: str = ""
    groups: tuple[MapGroup, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    shell: dict[str, Any] = {}
    definition: dict[str, Any] = {}

    @property
    def canonical(self) -> str:
        """``url|version``."""
        return join(self.url, self.version)
