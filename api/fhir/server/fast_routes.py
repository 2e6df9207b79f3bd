"""Fast path of GET requests for single codes, and of POST requests with a Parameters resource.

Prepared requests are found by path and parameters. Requests with an unusual query, and operations whose answers are
cached whole, go to the service. Both use the same request builders (``operations``); prepared requests are cached by
``operations.fast_path``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from api.fhir.format.outcome import Refused
from api.fhir.format.parameters import Given
from api.fhir.operations.client_profile import ClientProfile
from api.fhir.operations.fast_path import split_query
from api.fhir.operations.operation import Operation, PreparedRequest
from api.fhir.operations.operation_table import find_operation
from api.fhir.operations.parameter_check import check_parameters
from api.fhir.operations.request_context import RequestContext
from api.fhir.operations.split_parameters import SplitParameters
from api.fhir.service import Address, Request, Service
from registry.entities.request_epoch import REQUEST_EPOCH

__all__ = ["FastRoutes"]

_PATHS = 512  #: most paths whose route is cached; dates and instances make many of them


@dataclass(frozen=True, slots=True)
class _Route:
    operation: Operation
    address: Address


class FastRoutes:
    """The fast path of one service for GET requests; ``changed`` is called when the catalog has changed."""

    def __init__(self, service: Service, changed: Callable[[], None] = lambda: None) -> None:
        self._service, self._changed = service, changed
        self._newest: dict[bool, object] = {}
        self._routes: dict[str, _Route | None] = {}
        self._states: dict[bool, tuple[object, frozenset[int]]] = {}

    def answer(self, caller: ClientProfile, path: str, query: bytes) -> bytes | None:
        """The response body; None if the service must read the whole request. Raises Refused.

        ``path`` is below the base and decoded, ``query`` as sent. To be called in the thread of the event loop.
        """
        route = self._route(path)
        if (
            route is None
            or not route.operation.single_code
            or b"_format" in query
            or (split := split_query(route.operation, query)) is None
        ):
            return None
        stamp = self.state(caller.trusted)
        if stamp is None:
            return None
        varying, shared = split
        key = (path, caller.context, shared, *varying)
        fast_path = self._service.fast_path[caller.trusted]
        prepared = fast_path.find(stamp, key)
        if prepared is None:
            made = self._prepared(route, caller, query, shared)
            if made is None:
                return None
            prepared = fast_path.keep(stamp, key, lambda: made)
        return prepared(varying)

    def answer_body(
        self, caller: ClientProfile, path: str, body: Any, size: int, stamp: object
    ) -> bytes | None:
        """The response body for a POST whose parameters are all in its body; None as for ``answer``. Raises Refused.

        ``body`` is JSON, read from ``size`` bytes; ``stamp``: the state of the catalog.
        """
        route, fast_path = self._route(path), self._service.fast_path[caller.trusted]
        if route is None or not fast_path.keeps:
            return None
        if not route.operation.repeatable or "POST" not in route.operation.methods:
            return None
        operation, given = route.operation, Given.of_resource(body)
        check_parameters(operation, given)
        parts = SplitParameters.of(operation, given)
        if parts.key is None:
            return None
        key = (path, caller.context, self._service.settings.is_small(size), parts.key)
        prepared = fast_path.find(stamp, key)
        if prepared is None:
            call = self._call("POST", route, caller, size)
            prepared = fast_path.keep(stamp, key, lambda: self._made(route, call, parts.shared))
        return prepared(parts.varying)

    def state(self, trusted: bool) -> object | None:
        """The state of the catalog, read once in each turn of the event loop.

        All requests of a turn had been received when it began, so an answer is never older than its request.
        """
        read = self._states.get(trusted)
        if read is not None:
            REQUEST_EPOCH.resume(read[1])
            return read[0]
        found = self._service.cache_key(self._service.catalog(trusted))
        self._states[trusted] = found, REQUEST_EPOCH.readers()
        if self._newest.get(trusted) != found:
            self._newest[trusted] = found
            self._changed()
        asyncio.get_running_loop().call_soon(self._states.clear)
        return found

    def _route(self, path: str) -> _Route | None:
        """The operation of a path, if it changes nothing."""
        if path not in self._routes:
            if len(self._routes) >= _PATHS:
                self._routes.clear()
            return self._routes.setdefault(path, self._found(path))
        return self._routes[path]

    def _found(self, path: str) -> _Route | None:
        try:
            address = self._service.address(tuple(unquote(p) for p in path.split("/") if p))
        except Refused:
            return None
        operation = find_operation(address.path)
        if operation is None or operation.affects_state:
            return None
        return _Route(operation, address)

    def _prepared(
        self, route: _Route, caller: ClientProfile, query: bytes, shared: tuple[str, ...]
    ) -> PreparedRequest | None:
        """The prepared request for these shared parameters, from the service's builder; None if it must not be cached."""
        whole = _given(query.decode("ascii"))
        check_parameters(route.operation, whole)
        parts = SplitParameters.of(route.operation, _given("&".join(shared)))
        if parts.varying or parts.key is None:
            return None
        return self._made(route, self._call("GET", route, caller), parts.shared)

    def _call(
        self, method: str, route: _Route, caller: ClientProfile, size: int | None = None
    ) -> RequestContext:
        """The context of a request, without its parameters."""
        path, headers = route.address.path, caller.headers
        request = Request(method=method, path=path, headers=headers, size=size, trusted=caller.trusted)
        return self._service.call(request, route.address)

    def _made(self, route: _Route, call: RequestContext, shared: Given) -> PreparedRequest:
        self._service.set_instance(call, route.address, trusted=True)  # a refusal is the service's
        call.given = shared
        return route.operation.prepared(call)


def _given(query: str) -> Given:
    return Given.of_query(parse_qsl(query, keep_blank_values=True))
