"""The FHIR application as a part of the web application: its registry, its settings, its callers.

Not here: the application (``app``), licences (``api.auth``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection
from starlette.types import Scope

from api import auth
from api.fhir.app import FhirApp, fhir_app
from api.fhir.settings import FhirSettings, oslo_today
from api.fhir.stored import StoredCatalogs
from registry.operations.catalog import Catalog

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["mounted"]


def mounted(app: FastAPI) -> FhirApp:
    """The FHIR application over the registry that ``app`` opens when it starts."""
    settings = app.state.settings
    held: list[StoredCatalogs] = []

    def source(trusted: bool) -> Catalog:
        if not held or held[0].registry is not app.state.registry:
            held[:] = [StoredCatalogs(app.state.registry)]
        return held[0].get(trusted=trusted)

    def trusts(scope: Scope) -> bool:
        return auth.may_read_restricted(HTTPConnection(scope), settings.token)

    day = settings.today
    return fhir_app(source, settings=FhirSettings(today=(lambda: day) if day else oslo_today), trusts=trusts)
