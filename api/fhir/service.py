"""From a request to an answer: which route, read and search. No network here.

Here: dispatch by method and path. Not here: HTTP's encoding (``app``), operations (``questions``), batches
(``batches``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from api.fhir.capability import capability_statement, software, terminology_capabilities, versions
from api.fhir.fhir_settings import FhirSettings
from api.fhir.format.dates import days_of
from api.fhir.format.encoding import parameters
from api.fhir.format.operation_definition import DEFINED, operation_definition
from api.fhir.format.outcome import Refused, outcome, refuse
from api.fhir.format.parameters import Given, writing
from api.fhir.format.r4_r5 import in_release
from api.fhir.operations.client_cache import ClientCache
from api.fhir.operations.parameter_check import check_body, check_once, check_query
from api.fhir.operations.request_context import RequestContext, all_sent
from api.fhir.operations.routes import OPERATIONS
from api.fhir.resources.effective import standing_on
from api.fhir.resources.resource_index import ResourceEntry, library
from api.fhir.resources.resource_writer import Changed, ResourceWriter
from api.fhir.resources.search import search, shown
from api.fhir.resources.stored_catalog import stored_json
from registry.entities.errors import GyldigError, Restricted
from registry.store.artifacts import ArtifactRow
from registry.terminology.catalog import Catalog
from registry.terminology.issues import Issue, issue

__all__ = ["CatalogSource", "History", "Reply", "Request", "Service", "failed"]

_log = logging.getLogger("gyldig.fhir")

Json = dict[str, Any]
CatalogSource = Callable[[bool], Catalog]
History = Callable[[str, str], Sequence[ArtifactRow]]  #: every state of a stored resource, by type and id
_KINDS = ("CodeSystem", "ValueSet", "ConceptMap")
_RELEASES = {"r4": "R4", "r5": "R5"}
_DAY = len("2020-01-01")

_READ = ("GET", "HEAD")
_METHODS = (*_READ, "POST", "PUT", "DELETE")
_STATEMENTS = ("metadata", "$versions", "OperationDefinition")


@dataclass(slots=True, kw_only=True)
class Request:
    """One request; ``path`` in pieces below the base, ``body`` already read as JSON."""

    method: str
    path: tuple[str, ...]
    query: Sequence[tuple[str, str]] = ()
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    base: str = ""
    trusted: bool = True  #: may see restricted content
    permit: Callable[[], None] | None = None  #: raises where the caller may not write


@dataclass(slots=True)
class Reply:
    """One answer."""

    status: int
    body: Json | None
    headers: dict[str, str] = field(default_factory=dict)
    release: str = "R5"


class Service:
    """Answers requests about a catalog in R4 or R5; the source is asked for each caller, trusted or not."""

    def __init__(
        self,
        catalog: CatalogSource,
        release: str,
        settings: FhirSettings,
        changes: Callable[[], ResourceWriter] | None = None,
        history: History | None = None,
    ) -> None:
        self.catalog, self.release, self.settings = catalog, release, settings
        self._changes, self._history = changes, history
        self._sent = ClientCache(settings.sent_concepts)

    def answer(self, request: Request) -> Reply:
        """The answer, an OperationOutcome where the request cannot be answered."""
        try:
            reply = self._routed(request)
        except Refused as refused:
            headers = {"allow": ", ".join(_METHODS)} if refused.issue.status == 405 else {}
            reply = Reply(refused.issue.status, outcome([refused.issue]), headers)
        except GyldigError as error:
            reply = Reply(error.http_status, outcome([_as_issue(error)]))
        reply.release = self.release_of(request.path)
        return reply

    def release_of(self, path: Sequence[str]) -> str:
        """The release that a path is about."""
        return next((_RELEASES[p] for p in path[:3] if p in _RELEASES), self.release)

    def _routed(self, request: Request) -> Reply:
        path, release, on, base = request.path, self.release, None, request.base
        while path and (path[0] in _RELEASES or (path[0] == "as-of" and len(path) > 1)):
            used = 1 if path[0] in _RELEASES else 2
            release = _RELEASES.get(path[0], release)
            on = _day(path[1]) if used == 2 else on
            base, path = "/".join((base, *path[:used])), path[used:]
        call = RequestContext(
            self.catalog(request.trusted), self.settings, release, Given(), request.headers, on
        )
        call.sent = self._sent
        return self._route(request, path, call, base)

    def _route(self, request: Request, path: tuple[str, ...], call: RequestContext, base: str) -> Reply:
        known = _READ if not path or path[0] in _STATEMENTS else _METHODS
        if not path or request.method not in known:
            raise Refused(_not_allowed(request.method))
        if path[0] == "metadata" and len(path) == 1:
            return Reply(200, self._metadata(request, call, base))
        if path == ("$versions",):
            return Reply(200, versions(call.release))
        if path == ("$cache-control",):
            return Reply(200, self._cache_control(request))
        if path[0] == "OperationDefinition" and len(path) == 2:
            return Reply(200, _definition(path[1], base))
        if path[0] not in _KINDS:
            raise refuse("REQUEST_NOT_SUPPORTED", f"There is nothing at '{'/'.join(path)}'")
        if path[-1].startswith("$"):
            return self._operation(request, path, call)
        return self._resource(request, path, call, base)

    def _cache_control(self, request: Request) -> Json:
        """Keep resources for later requests (``start-cache``), or forget them (``end-cache``)."""
        if request.method != "POST":
            raise Refused(_not_allowed(request.method))
        mode = dict(request.query).get("mode", "start-cache")
        if mode == "start-cache":
            given = Given.of_resource(request.body) if request.body is not None else Given()
            ident = self._sent.start(all_sent(given, self.settings.given_concepts))
        elif mode == "end-cache":
            ident = request.headers.get("x-cache-id", "")
            if not self._sent.end(ident):
                raise refuse("RESOURCE_UNKNOWN", "cache-id", ident)
        else:
            raise refuse("REQUEST_INVALID", f"'{mode}' is no mode", place="mode")
        return parameters([writing("cache-id", "id", ident)])

    def _metadata(self, request: Request, call: RequestContext, base: str) -> Json:
        if dict(request.query).get("mode") == "terminology":
            return terminology_capabilities(call.catalog, base, call.release)
        operations = ("cache-control",) if self.settings.cache_announced else ()
        return capability_statement(
            base, call.release, writable=self._changes is not None, operations=operations
        )

    def _operation(self, request: Request, path: tuple[str, ...], call: RequestContext) -> Reply:
        operation = OPERATIONS.get((path[0], path[-1]))
        if operation is None or len(path) > 3:
            raise refuse("REQUEST_NOT_SUPPORTED", f"There is no operation '{'/'.join(path)}'")
        if len(path) == 3:
            held = self._held(call, path[0], path[1])
            call.instance = {"url": held.url, "version": held.version}
        asked, body = Given.of_query(request.query), None
        if request.method == "POST" and request.body is not None:
            body = Given.of_resource(request.body)
            check_once(body)
        check_query(asked)
        call.given = body.over(asked) if body is not None else asked
        if request.method not in ("GET", "HEAD", "POST"):
            raise Refused(_not_allowed(request.method))
        found = operation(call)
        if body is not None:
            check_body(body)
        return Reply(200, found)

    def _held(self, call: RequestContext, kind: str, ident: str) -> ResourceEntry:
        held = library(call.catalog).by_id(kind, ident)
        if held is None:
            raise refuse("RESOURCE_UNKNOWN", kind, ident)
        return held

    def _resource(self, request: Request, path: tuple[str, ...], call: RequestContext, base: str) -> Reply:
        searching = len(path) == 1 or path[1:] == ("_search",)
        if searching and (request.method in ("GET", "HEAD") or path[1:] == ("_search",)):
            query = list(request.query)
            call.catalog = _as_known(call.catalog, query)
            if call.on is not None and not any(k.partition(":")[0] == "effective" for k, _ in query):
                query.append(("effective", call.on.isoformat()))
            found = search(call.catalog, library(call.catalog), path[0], query, base, call.release)
            return Reply(200, found)
        if request.method not in ("GET", "HEAD"):
            return self._change(request, path, call, base)
        if len(path) not in (2, 4) or (len(path) == 4 and path[2] != "_history"):
            raise refuse("REQUEST_NOT_SUPPORTED", f"There is nothing at '{'/'.join(path)}'")
        if len(path) == 4 and (past := self._past(path[0], path[1], path[3])) is not None:
            return Reply(200, in_release(past, call.release), {"ETag": f'W/"{path[3]}"'})
        call.catalog = _as_known(call.catalog, request.query)
        held = self._held(call, path[0], path[1])
        options = dict(request.query)
        if len(path) == 4 and path[3] != (held.state or "1"):
            raise refuse("RESOURCE_UNKNOWN", path[0], "/".join(path[1:]))
        tagged = {"ETag": f'W/"{held.state}"'} if held.kind != "CodeSystem" and held.state else {}
        told = shown(held, call.catalog, options, call.release)
        return Reply(200, _marked(told, held, call.on), tagged)

    def _past(self, kind: str, ident: str, number: str) -> Json | None:
        """A state of a stored resource, by its number."""
        rows = self._history(kind, ident) if self._history is not None else ()
        return next((stored_json(r) for r in rows if str(r.number) == number), None)

    def _change(self, request: Request, path: tuple[str, ...], call: RequestContext, base: str) -> Reply:
        """Create, update or delete; raises Refused, Restricted or NotAuthorised."""
        if self._changes is None or request.permit is None:
            raise refuse("FORBIDDEN", "Resources cannot be changed here")
        request.permit()
        if (request.method, len(path)) not in (("POST", 1), ("PUT", 2), ("DELETE", 2)):
            raise Refused(_not_allowed(request.method))
        kind, ident = path[0], path[1] if len(path) == 2 else ""
        if not ident:
            return self._changed(self._changes().create(kind, request.body), call, base)
        held = library(call.catalog).by_id(kind, ident)
        _check_match(request.headers.get("if-match", ""), held)
        if request.method == "DELETE":
            self._changes().delete(library(call.catalog).sharing(self._held(call, kind, ident)))
            return Reply(204, None)
        return self._changed(self._changes().update(kind, ident, request.body, held), call, base)

    def _changed(self, changed: Changed, call: RequestContext, base: str) -> Reply:
        told = in_release(changed.resource, call.release)
        kind, ident = told["resourceType"], told["id"]
        now = library(self.catalog(True)).by_id(kind, ident)
        state = now.state if now is not None else ""
        if now is not None and "meta" in now.shell:
            told["meta"] = now.shell["meta"]
        headers = {"Location": f"{base}/{kind}/{ident}/_history/{state or 1}"}
        return Reply(201 if changed.created else 200, told, headers)


def failed(path: str, error: Exception) -> Reply:
    """What a caller is told of a failure that is ours; it is logged."""
    _log.error("bug while answering %s", path, exc_info=error)
    told = issue("UNAVAILABLE", "The server failed on this request; it has been logged")
    return Reply(500, outcome([replace(told, code="exception")]))


def _as_issue(error: GyldigError) -> Issue:
    if isinstance(error, Restricted):
        return issue("FORBIDDEN", str(error))
    return issue("REQUEST_INVALID" if error.http_status < 500 else "UNAVAILABLE", str(error))


def _not_allowed(method: str) -> Issue:
    problem = issue("REQUEST_NOT_SUPPORTED", f"'{method}' is not possible here")
    return replace(problem, status=405)


def _check_match(wanted: str, held: ResourceEntry | None) -> None:
    """Raise Refused (412) where the caller names another state than the one that is here."""
    named = {tag.strip().removeprefix("W/").strip('"') for tag in wanted.split(",")}
    if wanted and (held is None or not named & {"*", held.state}):
        problem = issue("REQUEST_INVALID", f"The resource is not in the state {wanted}", place="If-Match")
        raise Refused(replace(problem, code="conflict", status=412))


def _definition(ident: str, base: str) -> Json:
    kind, _, operation = ident.partition("-")
    if (kind, operation) not in DEFINED:
        raise refuse("RESOURCE_UNKNOWN", "OperationDefinition", ident)
    return operation_definition(kind, operation, base, software())


def _day(text: str) -> date:
    found = days_of(text)
    if found is None or len(text) != _DAY:
        raise refuse("REQUEST_INVALID", f"'{text}' is no date", place="as-of")
    return found[0]


def _as_known(catalog: Catalog, query: Sequence[tuple[str, str]]) -> Catalog:
    """The catalog as the registry knew it at the instant that ``known-at`` names, where it does."""
    found = [value for name, value in query if name == "known-at"]
    if len(found) > 1:
        raise refuse("REQUEST_INVALID", "'known-at' is given more than once", place="known-at")
    return catalog.as_known_at(found[0]) if found and found[0] else catalog


def _marked(resource: Json, held: ResourceEntry, on: date | None) -> Json:
    """A resource read as of a day, with a tag where it does not apply then."""
    what = standing_on(held.shell, on) if on is not None else ""
    if not what:
        return resource
    meta = resource.get("meta", {})
    tag = {"system": "urn:gyldig:in-force", "code": what, "display": f"{what} on {on}"}
    return {**resource, "meta": {**meta, "tag": [*meta.get("tag", []), tag]}}
