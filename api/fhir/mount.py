"""The FHIR application as a part of the web application: its registry, its settings, its callers.

Not here: the application (``app``), licences (``api.auth``).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection
from starlette.types import Scope

from api import auth
from api.fhir.app import FhirApp, fhir_app
from api.fhir.changes import Changes
from api.fhir.maps import implied_map
from api.fhir.settings import FhirSettings, oslo_today
from api.fhir.stored import Licensed, read_stored
from registry.operations.catalog import Catalog
from registry.operations.registry_catalog import RegistryCatalog

if TYPE_CHECKING:
    from fastapi import FastAPI

    from registry import Registry

__all__ = ["mounted"]


def mounted(app: FastAPI) -> FhirApp:
    """The FHIR application over the registry that ``app`` opens when it starts."""
    settings, day = app.state.settings, app.state.settings.today
    held: list[tuple[Registry, RegistryCatalog]] = []

    def source(trusted: bool) -> Catalog:
        registry: Registry = app.state.registry
        if not held or held[0][0] is not registry:
            held[:] = [
                (
                    registry,
                    RegistryCatalog(
                        registry.context, read_stored, implied_map=partial(implied_map, registry)
                    ),
                )
            ]
        return held[0][1] if trusted else _licensed(registry, held[0][1])

    def trusts(scope: Scope) -> bool:
        return auth.may_read_restricted(HTTPConnection(scope), settings.token)

    def permits(scope: Scope) -> None:
        auth.require_write(HTTPConnection(scope), settings.token)

    return fhir_app(
        source,
        settings=FhirSettings(today=(lambda: day) if day else oslo_today),
        trusts=trusts,
        permits=permits,
        changes=(lambda: Changes(app.state.registry)) if settings.token else None,
    )


def _licensed(registry: Registry, catalog: Catalog) -> Catalog:
    systems = registry.context.moment().snapshot.systems.values()
    return Licensed(catalog, {row.record.canonical: row.record for row in systems})
