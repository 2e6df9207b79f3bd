"""Mounts the FHIR application in the web application, with its registry, settings and permissions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.requests import HTTPConnection
from starlette.types import Scope

from api.callers import caller_of, origin_of, require_right
from api.fhir.fhir_settings import FhirSettings
from api.fhir.resources.change_maps import implied_map
from api.fhir.resources.resource_writer import ResourceWriter
from api.fhir.resources.stored_catalog import Licensed, read_stored
from api.fhir.server.app import FhirApp, fhir_app
from mappings.code_validity import code_validity
from registry.queries.missing_updates import missing_update
from registry.terminology.catalog import Catalog
from registry.terminology.licences import licences_of, names_in
from registry.terminology.registry_catalog import RegistryCatalog

if TYPE_CHECKING:
    from fastapi import FastAPI

    from registry import Registry

__all__ = ["mounted"]


def mounted(app: FastAPI) -> FhirApp:
    """The FHIR application over the registry that ``app`` opens when it starts."""
    settings = app.state.settings
    held: list[tuple[Registry, RegistryCatalog]] = []
    licensed = _licenser(lambda: app.state.registry)

    def source(trusted: bool) -> Catalog:
        registry: Registry = app.state.registry
        if not held or held[0][0] is not registry:
            held[:] = [
                (
                    registry,
                    RegistryCatalog(
                        registry.reader,
                        read_stored,
                        implied_map=partial(implied_map, registry),
                        code_judge=partial(code_validity, registry.reader),
                        update_judge=partial(missing_update, registry.reader),
                    ),
                )
            ]
        return held[0][1] if trusted else licensed(held[0][1])

    def readable(resource: Any) -> None:
        licences_of(app.state.registry.reader).require_read(names_in(resource))

    def trusts(scope: Scope) -> bool:
        return caller_of(scope).may("read")

    def permits(scope: Scope) -> None:
        require_right(HTTPConnection({**scope, "app": app}), "load")

    def refused(scope: Scope, what: str, system: str) -> None:
        app.state.refusals.note(caller_of(scope).name, origin_of(scope), what, system)

    def changes() -> ResourceWriter | None:
        return ResourceWriter(app.state.registry) if app.state.callers.can_write else None

    return fhir_app(
        source,
        settings=FhirSettings(
            today=lambda: app.state.registry.today(),
            cache_announced=settings.workers == 1,
            upload_body=settings.max_body,
            operation_body=min(settings.max_operation_body, settings.max_body),
        ),
        trusts=trusts,
        permits=permits,
        history=lambda kind, ident: app.state.registry.artifact_history(kind, ident),
        readable=readable,
        changes=changes,
        refused=refused,
        sender_of=lambda scope: f"{caller_of(scope).name} {origin_of(scope)}",
    )


def _licenser(registry: Callable[[], Registry]) -> Callable[[Catalog], Catalog]:
    """A function that restricts a catalog by the licences of the registry; the last catalog's is kept."""
    held: list[tuple[Catalog, Catalog]] = []

    def licensed(catalog: Catalog) -> Catalog:
        if not held or held[0][0] is not catalog:
            held[:] = [(catalog, Licensed(catalog, licences_of(registry().reader)))]
        return held[0][1]

    return licensed
