"""The web application: assembles REST, FHIR and pages around one registry, which it opens and closes."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api import start_page
from api.bearer_tokens import BearerTokens
from api.callers import Callers, NotAuthorised, origin_of
from api.limits import LARGEST_BODY, BodyLimit
from api.refusal_log import RefusalLog
from api.response_headers import ResponseHeaders
from api.rest import audit, changes, codes, docs_page, downloads, openapi, problems, scopes, systems
from api.rest.answers import registry_of
from api.rest.known import only_known
from api.rest.lanes import short
from api.settings import Settings
from api.workers import Workers
from registry import Registry
from registry.entities.errors import GyldigError

if TYPE_CHECKING:
    from api.fhir.server.app import FhirApp
    from api.oidc import Issuer

__all__ = ["create_app"]

_ABOUT = (
    "Which version of which code system applied when, for whom. Every question takes known_at; "
    "an answer “no” is 200 with a reason; dates are calendar dates, every end is exclusive."
)


class _Web(FastAPI):
    """FastAPI, but paths below ``/fhir`` go directly to the FHIR application, because routing costs more than an answer."""

    fhir: FhirApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            root: str = scope.get("root_path", "")
            path: str = scope["path"].removeprefix(root) if root else scope["path"]
            authorization = self.state.callers.identify(scope)
            if authorization is not None:
                try:
                    await self.state.callers.check(authorization, scope)
                except GyldigError as error:
                    await self._refused(error, scope, path)(scope, receive, send)
                    return
            if path.startswith("/fhir/") or path == "/fhir":
                scope["root_path"] = root + "/fhir"
                await self.fhir(scope, receive, send)
                return
        await super().__call__(scope, receive, send)

    def _refused(self, error: GyldigError, scope: Scope, path: str) -> ASGIApp:
        """The answer to a token that is not valid or cannot be checked, as FHIR or REST."""

        from api.fhir.server.refusal import refuse

        if isinstance(error, NotAuthorised):
            self.state.refusals.note(error.actor, origin_of(scope), "token")

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if path.startswith("/fhir"):
                await refuse(scope, send, error)
            else:
                await ResponseHeaders(problems.answer_of(error, Request(scope)))(scope, receive, send)

        return answer


def create_app(settings: Settings | None = None, *, registry: Registry | None = None) -> FastAPI:
    """The application; it opens the registry of the settings unless one is given, and closes it in the end."""
    wanted = settings or Settings()

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        # Opened in the thread that answers: an SQLite connection belongs to its thread.
        app.state.registry = registry or Registry.open(wanted.db or None, today=wanted.today, create=False)
        # Before the first connection is taken, so that a server that answers at all answers at once.
        app.state.registry.warm_up()
        app.openapi()  # made once, which takes longer than a request may
        app.state.tokens.read()
        try:
            app.fhir.warm_up()
            app.state.registry.reader.current.keep_old(partial(_prepared, app))
            if (
                registry is None
            ):  # the collector need not walk what stays in memory as long as the process lives
                gc.collect()
                gc.freeze()
            yield
        finally:
            app.state.registry.reader.current.close()
            app.fhir.close()
            app.state.refusals.close()
            app.state.tokens.close()
            if registry is None:
                app.state.registry.close()

    app = _Web(
        title="Gyldig", version="1", description=_ABOUT, lifespan=life,
        docs_url=None, redoc_url=None, openapi_url="/api/openapi.json",
    )  # fmt: skip
    app.state.settings = wanted
    app.state.registry = registry
    app.state.tokens = BearerTokens(wanted.token, lambda: app.state.registry, _issuer(wanted))
    app.state.callers = Callers(wanted, app.state.tokens)
    app.state.refusals = RefusalLog(lambda refusals: app.state.registry.access.record(refusals))
    app.add_middleware(BodyLimit, limit=min(wanted.max_body, LARGEST_BODY))
    app.add_middleware(ResponseHeaders)
    problems.install(app)
    openapi.install(app)
    app.include_router(_rest(app), prefix="/api")
    app.add_api_route("/", _start, include_in_schema=False)
    app.fhir = _fhir(app)
    return app


def _prepared(app: _Web) -> None:
    """Read what the first requests after a publication need."""
    app.state.registry.warm_up()
    app.fhir.warm_up()


@short
def _start(request: Request) -> Response:
    return HTMLResponse(start_page.html(registry_of(request).systems()))


@asynccontextmanager
async def _threads(app: FastAPI) -> AsyncIterator[None]:
    """The threads of the app as long as it runs; they end before its registry is closed."""
    app.state.workers = Workers(longest_wait=app.state.settings.longest_wait)
    try:
        yield
    finally:
        app.state.workers.close()


def _rest(app: FastAPI) -> APIRouter:
    rest = APIRouter(dependencies=[Depends(only_known)], lifespan=_threads)

    @rest.get("/docs", include_in_schema=False)
    @short
    def docs(request: Request) -> Response:
        return HTMLResponse(docs_page.html(app.openapi(), "/api/openapi.json"))

    # Downloads first: their path ends like a version label may.
    for module in (downloads, systems, codes, changes, scopes, audit):
        rest.include_router(module.router)
    return rest


def _issuer(settings: Settings) -> Issuer | None:
    """The issuer of access tokens that the settings name."""
    if not settings.oidc_issuer:
        return None
    from api.oidc import issuer_of

    return issuer_of(settings)


def _fhir(app: FastAPI) -> FhirApp:
    """The FHIR application; it has its own limits and error responses."""
    from api.fhir.server.mount import mounted

    return mounted(app)
