"""GET requests for single codes: found by path and query text, answered by requests prepared earlier.

Requests whose query is unusual, and operations whose answers are kept whole, go to the service. Both use the same
request builders. Not here: the builders (``operations``), what is kept (``operations.fast_path``).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from api.fhir.format.outcome import Refused
from api.fhir.format.parameters import Given
from api.fhir.operations.asked import Asked
from api.fhir.operations.client_profile import ClientProfile
from api.fhir.operations.fast_path import split_query
from api.fhir.operations.operation import Operation, PreparedRequest
from api.fhir.operations.parameter_check import check_names, check_values
from api.fhir.operations.table import PARAMETER_NAMES, find_operation
from api.fhir.service import Address, Request, Service
from registry.store.bounded import Bounded
from registry.terminology.catalog import Catalog

__all__ = ["FastRoutes"]

_PATHS = 512  #: paths whose route is kept; dates and instances make many of them


@dataclass(frozen=True, slots=True)
class _Route:
    operation: Operation
    address: Address


class FastRoutes:
    """The fast path of one service for GET requests."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._routes: Bounded[str, _Route | None] = Bounded(_PATHS)

    def answer(self, catalog: Catalog, caller: ClientProfile, path: str, query: bytes) -> bytes | None:
        """The response body; None = the service has to read the whole request. Raises Refused.

        ``path`` is below the base and decoded, ``query`` as sent.
        """
        route = self._routes.get(path, lambda: self._route(path))
        if route is None or b"_format" in query:
            return None
        split = split_query(route.operation, query)
        stamp = self._service.stamp(catalog) if split is not None else None
        if split is None or stamp is None:
            return None
        varying, shared = split
        fast_path = self._service.fast_path[caller.trusted]
        key = (path, caller.context, shared)
        prepared = fast_path.find(stamp, key)
        if prepared is None:
            whole = _given(query.decode("ascii"))
            check_names(PARAMETER_NAMES, whole, strict=True)
            check_values(route.operation, whole)
            made = self._prepared(route, caller, shared)
            if made is None:
                return None
            prepared = fast_path.keep(stamp, key, lambda: made)
        return prepared(varying)

    def _route(self, path: str) -> _Route | None:
        """The operation that a path leads to, if its answers are about single codes."""
        try:
            address = self._service.address(tuple(unquote(p) for p in path.split("/") if p))
        except Refused:
            return None
        operation = find_operation(address.path)
        if operation is None or not operation.single_code:
            return None
        return _Route(operation, address)

    def _prepared(
        self, route: _Route, caller: ClientProfile, shared: tuple[str, ...]
    ) -> PreparedRequest | None:
        """What requests with these parameters share, from the same builder as the service's; None = not to be kept."""
        asked = Asked.of(route.operation, _given("&".join(shared)))
        if asked.varying or asked.key is None:
            return None
        request = Request(
            method="GET", path=route.address.path, headers=caller.headers, trusted=caller.trusted
        )
        call = self._service.call(request, route.address)
        self._service.set_instance(call, route.address)
        call.given = asked.shared
        return route.operation.prepared(call)


def _given(query: str) -> Given:
    return Given.of_query(parse_qsl(query, keep_blank_values=True))
