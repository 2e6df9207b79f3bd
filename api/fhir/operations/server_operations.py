"""Operations on the server as a whole: ``$versions`` and ``$cache-control``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from api.fhir.format.encoding import parameters
from api.fhir.format.outcome import refuse
from api.fhir.format.parameters import writing
from api.fhir.operations.operation import Operation, Parameter, PreparedRequest, Varying
from api.fhir.operations.request_context import RequestContext, all_sent
from registry.entities.messages import message

__all__ = ["CACHE_CONTROL", "FHIR_VERSION", "VERSIONS"]

FHIR_VERSION = {"R4": "4.0.1", "R5": "5.0.0"}


def _versions(call: RequestContext) -> PreparedRequest:
    """``$versions``: the FHIR versions served, and the one of this address."""

    def items() -> Iterator[dict[str, Any]]:
        for version in FHIR_VERSION.values():
            yield writing("version", "string", version.rpartition(".")[0])
        yield writing("default", "string", FHIR_VERSION[call.release].rpartition(".")[0])

    written = orjson.dumps(parameters(list(items())))
    return lambda varying: written


def _cache_control(call: RequestContext) -> PreparedRequest:
    """``$cache-control``: store resources for later requests (``start-cache``), or remove them (``end-cache``)."""
    mode, cache = call.given.text("mode") or "start-cache", call.client_cache
    if cache is None:
        raise refuse("REQUEST_NOT_SUPPORTED", message("request.not_kept"))

    def answer(varying: Varying) -> bytes:
        if mode == "start-cache":
            ident = cache.start(all_sent(call))
        elif mode == "end-cache":
            ident = call.headers.get("x-cache-id", "")
            if not cache.end(ident):
                raise refuse("RESOURCE_UNKNOWN", "cache-id", ident)
        else:
            raise refuse("REQUEST_INVALID", message("request.no_mode", mode=mode), place="mode")
        return orjson.dumps(parameters([writing("cache-id", "id", ident)]))

    return answer


VERSIONS = Operation(
    kind="",
    name="versions",
    title="ServerVersions",
    text="The FHIR versions served.",
    levels=("system",),
    prepare=_versions,
    methods=("GET", "HEAD"),
    standard="http://hl7.org/fhir/OperationDefinition/CapabilityStatement-versions",
    example="$versions",
    parameters=(),
    results=(
        Parameter(name="version", type="string", min=1, max="*", text="A version served."),
        Parameter(name="default", type="string", min=1, text="The version of this address."),
    ),
)
CACHE_CONTROL = Operation(
    kind="",
    name="cache-control",
    title="ServerCacheControl",
    text="Keep resources for later requests that send the header X-Cache-Id, or forget them.",
    levels=("system",),
    prepare=_cache_control,
    methods=("POST",),
    standard="http://hl7.org/fhir/OperationDefinition/CapabilityStatement-cache-control",
    repeatable=False,
    affects_state=True,
    example="$cache-control?mode=start-cache",
    parameters=(
        Parameter(
            name="mode", type="code", origin="ecosystem", text="`start-cache` (default) or `end-cache`."
        ),
        Parameter(
            name="tx-resource", type="Resource", max="*", origin="ecosystem", text="The resources to keep."
        ),
    ),
    results=(Parameter(name="cache-id", type="id", min=1, text="The value of X-Cache-Id."),),
)
