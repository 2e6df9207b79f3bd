"""From a request to an answer: routes by method and path, read, search, write.

Operations come from the table (``operations.operation_table``). Bytes of HTTP are read and written by ``server.app``,
batches by ``server.batches``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import orjson

from api.error_status import http_status
from api.fhir.capability import capability_statement, software, terminology_capabilities
from api.fhir.fhir_settings import FhirSettings
from api.fhir.format.outcome import Refused, outcome, refuse
from api.fhir.format.parameters import Given
from api.fhir.format.partial_dates import days_of
from api.fhir.format.r4_r5 import in_release
from api.fhir.operations.answer_language import answer_language, display_language
from api.fhir.operations.client_cache import ClientCache
from api.fhir.operations.fast_path import FastPath
from api.fhir.operations.operation_definition import operation_definition
from api.fhir.operations.operation_table import OPERATIONS, find_operation
from api.fhir.operations.parameter_check import check_parameters
from api.fhir.operations.request_context import RequestContext
from api.fhir.operations.request_limits import LEVELS, check_levels
from api.fhir.resources.resource_index import ResourceEntry, library
from api.fhir.resources.resource_search import search, shown
from api.fhir.resources.resource_writer import Changed, ResourceWriter
from api.fhir.resources.stored_catalog import stored_json
from registry.entities.budget import UNLIMITED
from registry.entities.errors import GyldigError, Restricted, TooCostly
from registry.entities.messages import message
from registry.store.artifacts import ArtifactRow
from registry.terminology.catalog import Catalog
from registry.terminology.issues import Issue, issue

__all__ = [
    "CatalogSource",
    "History",
    "Reply",
    "Request",
    "Service",
    "failed",
    "language_of",
    "refused_reply",
]

_log = logging.getLogger("gyldig.fhir")

Json = dict[str, Any]
CatalogSource = Callable[[bool], Catalog]
History = Callable[[str, str], Sequence[ArtifactRow]]  #: every state of a stored resource, by type and id
Query = Sequence[tuple[str, str]]
#: reads a resource by its canonical, which raises Restricted where the licence forbids it
_REQUIRE: dict[str, Callable[[Catalog, str, str], object]] = {
    "CodeSystem": lambda catalog, url, version: catalog.code_system(url, version),
    "ValueSet": lambda catalog, url, version: catalog.value_set(url, version),
    "ConceptMap": lambda catalog, url, version: catalog.concept_map(url, version),
}
_KINDS = ("CodeSystem", "ValueSet", "ConceptMap")
_RELEASES = {"r4": "R4", "r5": "R5"}
_DAY = len("2020-01-01")

_READ = ("GET", "HEAD")
_METHODS = (*_READ, "POST", "PUT", "DELETE")
_STATEMENTS = ("metadata", "OperationDefinition")


@dataclass(slots=True, kw_only=True)
class Request:
    """One request; ``path``: segments below the base; ``body``: parsed JSON."""

    method: str
    path: tuple[str, ...]
    query: Sequence[tuple[str, str]] = ()
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    base: str = ""
    size: int | None = None  #: bytes of the body as it came, None = not known
    trusted: bool = True  #: may see restricted content
    sender: str = ""  #: who sends it; resources sent earlier are found by their sender alone
    stamp: object | None = None  #: of the catalog, where it was read for this request already
    permit: Callable[[], None] | None = None  #: raises where the caller may not write
    refused: Callable[[str, str], None] | None = (
        None  #: takes route and system of what the caller may not read or write
    )


@dataclass(slots=True)
class Reply:
    """One answer."""

    status: int
    body: Json | bytes | None  #: bytes = encoded JSON
    headers: dict[str, str] = field(default_factory=dict)
    release: str = "R5"


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed path: FHIR release, ``as-of`` date, the remaining path, and its base."""

    release: str
    on: date | None
    path: tuple[str, ...]
    base: str


class Service:
    """Answers requests about a catalog in R4 or R5; the catalog is chosen for each caller, trusted or not.

    ``readable``: raises Restricted for a stored resource that untrusted callers may not read. ``memoise=False``: prepared
    requests are not cached (the slow twin of the fast path).
    """

    def __init__(
        self,
        catalog: CatalogSource,
        release: str,
        settings: FhirSettings,
        changes: Callable[[], ResourceWriter | None] | None = None,
        history: History | None = None,
        *,
        readable: Callable[[Json], None] | None = None,
        memoise: bool = True,
    ) -> None:
        self.catalog, self.release, self.settings = catalog, release, settings
        self._changes, self._history, self._readable = changes, history, readable
        self._client_cache = ClientCache(settings.sent_concepts)
        #: by whether the caller is trusted, because their catalogs have different keys
        self.fast_path = {trusted: FastPath() if memoise else FastPath(0) for trusted in (True, False)}

    def answer(self, request: Request) -> Reply:
        """The answer, an OperationOutcome if the request cannot be answered."""
        try:
            reply = self._routed(request)
        except Refused as refused:
            headers = {"allow": ", ".join(_METHODS)} if refused.status == 405 else {}
            reply = Reply(refused.status, outcome([refused.issue], language_of(request)), headers)
        except GyldigError as error:
            if isinstance(error, Restricted) and request.refused is not None:
                request.refused(self._route_of(request), error.system)
            reply = refused_reply(error, language_of(request))
        reply.release = self.release_of(request.path)
        return reply

    def release_of(self, path: Sequence[str]) -> str:
        """The FHIR release of a path."""
        return self._split(tuple(path))[0]

    def address(self, path: tuple[str, ...], base: str = "") -> Address:
        """A path split into ``r4`` or ``r5``, ``as-of/DATE`` and the rest; raises Refused for an invalid date."""
        release, day, used = self._split(path)
        on = None if day is None else _day(day)
        return Address(release, on, path[used:], "/".join((base, *path[:used])))

    def _split(self, path: tuple[str, ...]) -> tuple[str, str | None, int]:
        """Release, date and number of the names before the rest of a path; each prefix may occur once, in any order."""
        release, day, at = None, None, 0
        while at < len(path):
            if path[at] in _RELEASES and release is None:
                release, at = _RELEASES[path[at]], at + 1
            elif path[at] == "as-of" and at + 1 < len(path) and day is None:
                day, at = path[at + 1], at + 2
            else:
                break
        return release or self.release, day, at

    def call(self, request: Request, address: Address) -> RequestContext:
        """The context of a request, without its parameters."""
        return RequestContext(
            catalog=self.catalog(request.trusted),
            settings=self.settings,
            release=address.release,
            given=Given(),
            headers=request.headers,
            on=address.on,
            client_cache=self._client_cache.of(request.sender),
            body_size=request.size,
        )

    def _route_of(self, request: Request) -> str:
        """Method and path of a request, without ids and parameters."""
        path = self.address(request.path).path
        known = [p if p in _KINDS or p.startswith(("$", "_")) else "{id}" for p in path]
        return f"{request.method} /fhir/{'/'.join(known)}"

    def _routed(self, request: Request) -> Reply:
        address = self.address(request.path, request.base)
        return self._route(request, address, self.call(request, address))

    def _route(self, request: Request, address: Address, call: RequestContext) -> Reply:
        path, base = address.path, address.base
        known = _READ if not path or path[0] in _STATEMENTS else _METHODS
        if not path or request.method not in known:
            raise _not_allowed(request.method)
        if path == ("metadata",):
            return Reply(200, self._metadata(request, call, base))
        if path[0] == "OperationDefinition" and len(path) == 2:
            return Reply(200, _definition(path[1], base))
        if path[-1].startswith("$"):
            return self._operation(request, address, call)
        if path[0] not in _KINDS:
            raise refuse("REQUEST_NOT_SUPPORTED", message("request.nothing_at", path="/".join(path)))
        return self._resource(request, path, call, base)

    def _metadata(self, request: Request, call: RequestContext, base: str) -> Json:
        if dict(request.query).get("mode") == "terminology":
            return terminology_capabilities(call.catalog, base, call.release)
        announced = self.settings.cache_announced
        return capability_statement(
            base, call.release, writable=self._writer() is not None, cache_announced=announced
        )

    def _operation(self, request: Request, address: Address, call: RequestContext) -> Reply:
        operation = find_operation(address.path)
        if operation is None:
            raise refuse(
                "REQUEST_NOT_SUPPORTED", message("request.no_operation", path="/".join(address.path))
            )
        if request.method not in operation.methods:
            raise _not_allowed(request.method)
        self.set_instance(call, address, trusted=request.trusted)
        query = Given.of_query(request.query)
        if request.method == "POST" and request.body is not None:
            query = Given.of_resource(request.body).joined_with(query)
        check_parameters(operation, query)
        call.given = query
        stamp = request.stamp
        if stamp is None and "x-cache-id" not in request.headers:
            stamp = self.cache_key(call.catalog)
        place = (address.release, address.on, address.path, call.small, *_context_of(request.headers))
        fast_path = self.fast_path[request.trusted]
        written = fast_path.answer(operation, call, stamp, place)
        return Reply(200, written)

    def cache_key(self, catalog: Catalog) -> object | None:
        """A value that changes whenever an answer may change; None = prepared requests must not be cached."""
        stamp = catalog.cache_key()
        return None if stamp is None else (stamp, self.settings.today())

    def set_instance(self, call: RequestContext, address: Address, *, trusted: bool) -> None:
        """Set the resource on which an operation is called, if the path has one; raises Refused if it is unknown."""
        if len(address.path) == 3:
            entry = self._entry(call, address.path[0], address.path[1], trusted=trusted)
            call.instance = {"url": entry.url, "version": entry.version}

    def _entry(
        self, call: RequestContext, kind: str, ident: str, query: Query = (), *, trusted: bool
    ) -> ResourceEntry:
        """The resource with the id; raises Restricted if it is hidden from the caller, Refused if it is unknown."""
        entry = library(call.catalog).by_id(kind, ident)
        if entry is not None:
            return entry
        hidden = None if trusted else library(_as_known(self.catalog(True), query)).by_id(kind, ident)
        if hidden is not None:
            _REQUIRE[kind](call.catalog, hidden.url, hidden.version)
        raise refuse("RESOURCE_UNKNOWN", kind, ident)

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
            raise refuse("REQUEST_NOT_SUPPORTED", message("request.nothing_at", path="/".join(path)))
        if len(path) == 4 and (past := self._past(path[0], path[1], path[3])) is not None:
            if self._readable is not None and not request.trusted:
                self._readable(past)
            return Reply(200, in_release(past, call.release), {"ETag": f'W/"{path[3]}"'})
        call.catalog = _as_known(call.catalog, request.query)
        entry = self._entry(call, path[0], path[1], request.query, trusted=request.trusted)
        options = dict(request.query)
        if len(path) == 4 and path[3] != (entry.state or "1"):
            raise refuse("RESOURCE_UNKNOWN", path[0], "/".join(path[1:]))
        tagged = {"ETag": f'W/"{entry.state}"'} if entry.kind != "CodeSystem" and entry.state else {}
        with UNLIMITED:  # one resource is completed, however large
            return Reply(200, shown(entry, call.catalog, options, call.release, on=call.on), tagged)

    def _past(self, kind: str, ident: str, number: str) -> Json | None:
        """A state of a stored resource, by its number."""
        rows = self._history(kind, ident) if self._history is not None else ()
        return next((stored_json(r) for r in rows if str(r.number) == number), None)

    def _change(self, request: Request, path: tuple[str, ...], call: RequestContext, base: str) -> Reply:
        """Create, update or delete; raises Refused, Restricted or NotAuthorised."""
        writer = self._writer()
        if writer is None or request.permit is None:
            raise refuse("FORBIDDEN", message("request.no_changes"))
        request.permit()
        if (request.method, len(path)) not in (("POST", 1), ("PUT", 2), ("DELETE", 2)):
            raise _not_allowed(request.method)
        kind, ident = path[0], path[1] if len(path) == 2 else ""
        check_levels(request.body)
        if not ident:
            return self._changed(writer.create(kind, request.body), call, base)
        call.catalog = self.catalog(True)  # the right to write includes what is replaced or ended
        entry = library(call.catalog).by_id(kind, ident)
        _check_match(request.headers.get("if-match", ""), entry)
        if request.method == "DELETE":
            writer.delete(library(call.catalog).sharing(self._entry(call, kind, ident, trusted=True)))
            return Reply(204, None)
        holders = library(call.catalog).sharing(entry) if entry is not None else []
        return self._changed(writer.update(kind, ident, request.body, holders), call, base)

    def _writer(self) -> ResourceWriter | None:
        return self._changes() if self._changes is not None else None

    def _changed(self, changed: Changed, call: RequestContext, base: str) -> Reply:
        resource = in_release(changed.resource, call.release)
        kind, ident = resource["resourceType"], resource["id"]
        now = library(self.catalog(True)).by_id(kind, ident)
        state = now.state if now is not None else ""
        if now is not None and "meta" in now.shell:
            resource["meta"] = now.shell["meta"]
        headers = {"Location": f"{base}/{kind}/{ident}/_history/{state or 1}"}
        return Reply(201 if changed.created else 200, resource, headers)


def refused_reply(error: GyldigError, lang: str) -> Reply:
    """The answer to one of the project's errors; 401 names the scheme."""
    status = http_status(error)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return Reply(status, outcome([_as_issue(error)], lang), headers)


def failed(path: str, error: Exception, lang: str) -> Reply:
    """The answer to a request on which the server failed, which is logged, or whose body is too deep for an answer."""
    if isinstance(error, RecursionError | orjson.JSONEncodeError) and "recursion" in str(error).lower():
        return Reply(422, outcome([issue("TOO_MUCH", message("request.most_levels", most=LEVELS))], lang))
    _log.error("bug while answering %s", path, exc_info=error)
    failure = issue("UNAVAILABLE", message("request.failed"))
    return Reply(500, outcome([replace(failure, code="exception")], lang))


def _as_issue(error: GyldigError) -> Issue:
    if isinstance(error, Restricted):
        return issue("FORBIDDEN", error.text)
    if isinstance(error, TooCostly):
        return issue("TOO_MUCH", error.text)
    return issue("REQUEST_INVALID" if http_status(error) < 500 else "UNAVAILABLE", error.text)


def language_of(request: Request) -> str:
    """The language of a request's refusal."""
    return answer_language(display_language(request.query, request.body), request.headers)


def _not_allowed(method: str) -> Refused:
    return Refused(issue("REQUEST_NOT_SUPPORTED", message("request.no_method", method=method)), status=405)


def _check_match(wanted: str, entry: ResourceEntry | None) -> None:
    """Raise Refused (412) if the resource is not in the state that the caller names."""
    named = {tag.strip().removeprefix("W/").strip('"') for tag in wanted.split(",")}
    if wanted and (entry is None or not named & {"*", entry.state}):
        problem = issue("REQUEST_INVALID", message("request.other_state", state=wanted), place="If-Match")
        raise Refused(replace(problem, code="conflict"), status=412)


def _definition(ident: str, base: str) -> Json:
    found = next((o for o in OPERATIONS if o.ident == ident), None)
    if found is None:
        raise refuse("RESOURCE_UNKNOWN", "OperationDefinition", ident)
    return operation_definition(found, base, software())


def _context_of(headers: dict[str, str]) -> tuple[str, str]:
    """The headers on which an answer depends."""
    return headers.get("accept-language", ""), headers.get("x-too-costly-threshold", "")


def _day(text: str) -> date:
    found = days_of(text)
    if found is None or len(text) != _DAY:
        raise refuse("REQUEST_INVALID", message("request.no_date", name="as-of", text=text), place="as-of")
    return found[0]


def _as_known(catalog: Catalog, query: Sequence[tuple[str, str]]) -> Catalog:
    """The catalog as known at the instant of ``known-at``, if it is given."""
    found = [value for name, value in query if name == "known-at"]
    if len(found) > 1:
        raise refuse("REQUEST_INVALID", message("request.known_at_twice"), place="known-at")
    return catalog.as_known_at(found[0]) if found and found[0] else catalog
