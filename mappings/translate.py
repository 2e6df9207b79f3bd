"""Translate a code to another version of its system, or to another system: ``$translate`` for Python.

The same operation as FHIR's (``registry.terminology.translate``), over the same maps.
"""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from mappings.change_maps import change_map
from mappings.code_validity import code_validity
from registry.entities.errors import UnknownTarget, UsageError
from registry.entities.intervals import parse_date
from registry.entities.messages import message
from registry.entities.records import Coding
from registry.terminology.context import Context
from registry.terminology.loaded_maps import concept_map
from registry.terminology.registry_catalog import RegistryCatalog
from registry.terminology.translate import TranslateRequest, TranslateResult
from registry.terminology.translate import translate as translate_in

if TYPE_CHECKING:
    from registry import Registry

__all__ = ["translate"]


def translate(
    registry: Registry,
    system: str,
    code: str,
    *,
    from_version: str = "",
    to_version: str = "",
    target: str = "",
    purpose: str = "",
    map_url: str = "",
    on: str | date | None = None,
    known_at: str | None = None,
) -> TranslateResult:
    """The codes that a code becomes: by the changes between two versions, else by the maps in force on the date.

    ``target``: another system; ``map_url``: one map; ``purpose``: only maps made for it. Targets that are not valid on
    the date are marked in ``validity``. Raises UnknownTarget for an unknown system or version.
    """
    if bool(from_version) != bool(to_version) or bool(to_version) == bool(target or map_url):
        raise UsageError(message("error.name_versions"))
    url = _canonical(registry, system, known_at)
    catalog = RegistryCatalog(
        registry.reader, known_at=known_at, code_judge=partial(code_validity, registry.reader)
    )
    day = parse_date(on)
    context = Context(catalog, on=day or registry.today(), date_given=day is not None)
    given = None
    if to_version:
        changes = change_map(registry, system, from_version, to_version, known_at=known_at)
        given = concept_map(changes, changes.rows, lambda slug: url)
    request = TranslateRequest(
        codings=(Coding(code, url),),
        given=given,
        map=map_url,
        target_system=_canonical(registry, target, known_at) if target else "",
        purpose=purpose,
    )
    return translate_in(context, request)


def _canonical(registry: Registry, system: str, known_at: str | None) -> str:
    found = registry.system(system, known_at=known_at)
    if found is None:
        raise UnknownTarget(message("error.no_such_system", system=system))
    row = registry.reader.moment(known_at).snapshot.slugs[found.slug]
    return row.record.canonical
