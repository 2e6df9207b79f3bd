"""CapabilityStatement and TerminologyCapabilities, from the table of operations."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from api.fhir.operations.operation import Operation
from api.fhir.operations.operation_table import find_operation, operations_of
from api.fhir.operations.server_operations import FHIR_VERSION
from api.fhir.resources.resource_index import ResourceEntry, ResourceIndex, library
from api.fhir.resources.search_parameters import PARAMETERS
from registry.terminology.catalog import Catalog

__all__ = ["capability_statement", "software", "terminology_capabilities"]

Json = dict[str, Any]
_DATE = "2026-11-01"  #: date of the statement and the software
_FEATURE = "http://hl7.org/fhir/uv/application-feature/StructureDefinition/feature"
_TESTS = "http://hl7.org/fhir/uv/tx-tests/FeatureDefinition/test-version"
_AS_PARAMETER = "http://hl7.org/fhir/uv/tx-ecosystem/FeatureDefinition/CodeSystemAsParameter"
_TEST_VERSION = "1.9.3"  #: version of the ecosystem's conformance cases that the server follows
_RESOURCES = ("CodeSystem", "ConceptMap", "ValueSet")


def software() -> str:
    """The version of this software."""
    try:
        return version("gyldig")
    except PackageNotFoundError:
        return "0.1.0"


def _head(kind: str, base: str, release: str) -> Json:
    name = "Gyldig" + ("Server" if kind == "CapabilityStatement" else "Terminology") + release
    return {
        "resourceType": kind,
        "id": name.lower(),
        "url": f"{base}/{kind}/{name.lower()}",
        "version": software(),
        "name": name,
        "title": f"Gyldig terminology server, FHIR {release}",
        "status": "active",
        "date": _DATE,
        "kind": "instance",
        "software": {"name": "Gyldig", "version": software()},
    }


def _feature(definition: str, value: Json) -> Json:
    parts = [{"url": "definition", "valueCanonical": definition}, {"url": "value", **value}]
    return {"url": _FEATURE, "extension": parts}


def capability_statement(base: str, release: str, *, writable: bool, cache_announced: bool) -> Json:
    """The CapabilityStatement of the server at ``base``."""
    written = _head("CapabilityStatement", base, release)
    written["software"]["releaseDate"] = _DATE
    written["extension"] = [
        _feature(_TESTS, {"valueCode": _TEST_VERSION}),
        _feature(_AS_PARAMETER, {"valueBoolean": True}),
    ]
    written |= {
        "instantiates": ["http://hl7.org/fhir/CapabilityStatement/terminology-server"],
        "implementation": {"description": "Gyldig", "url": base},
        "fhirVersion": FHIR_VERSION[release],
        "format": ["application/fhir+json", "application/fhir+xml", "json", "xml"],
        "rest": [_rest(base, writable=writable, cache_announced=cache_announced)],
    }
    return written


def _rest(base: str, *, writable: bool, cache_announced: bool) -> Json:
    security = {"system": "http://terminology.hl7.org/CodeSystem/restful-security-service", "code": "OAuth"}
    own = [o for o in operations_of("") if not o.affects_state or cache_announced]
    return {
        "mode": "server",
        "security": {"cors": False, "service": [{"coding": [security]}]},
        "resource": [_resource(base, kind, writable=writable) for kind in _RESOURCES],
        "interaction": [{"code": "batch"}],
        "operation": [_operation(base, o) for o in own],
    }


def _operation(base: str, operation: Operation) -> Json:
    """An operation with Gyldig's OperationDefinition, which has parameters in addition to the standard's."""
    return {"name": operation.name, "definition": f"{base}/OperationDefinition/{operation.ident}"}


def _resource(base: str, kind: str, *, writable: bool) -> Json:
    codes = ["read", "search-type", "vread", *(("create", "update", "delete") if writable else ())]
    return {
        "type": kind,
        "interaction": [{"code": code} for code in codes],
        "versioning": "versioned",
        "searchParam": [{"name": name, "type": type_} for name, type_ in PARAMETERS[kind].items()],
        "operation": [_operation(base, operation) for operation in operations_of(kind)],
    }


def _expansion_parameters() -> list[Json]:
    expand = find_operation(("ValueSet", "$expand"))
    names = sorted(p.name for p in expand.parameters if p.effect == "used") if expand is not None else []
    return [{"name": name} for name in names if name not in ("url", "valueSet")]


def terminology_capabilities(catalog: Catalog, base: str, release: str) -> Json:
    """The TerminologyCapabilities: every code system with its versions, and the parameters of expansions."""
    written = _head("TerminologyCapabilities", base, release)
    systems = [_system(url, entries, release) for url, entries in _by_url(library(catalog)).items()]
    if systems:
        written["codeSystem"] = systems
    written["expansion"] = {
        "hierarchical": True,
        "paging": True,
        "incomplete": False,
        "parameter": _expansion_parameters(),
    }
    written["validateCode"] = {"translations": True}
    written["translation"] = {"needsMap": False}
    return written


def _by_url(index: ResourceIndex) -> dict[str, list[ResourceEntry]]:
    found: dict[str, list[ResourceEntry]] = {}
    for one in index.kinds["CodeSystem"]:
        found.setdefault(one.url, []).append(one)
    return found


def _system(url: str, entries: list[ResourceEntry], release: str) -> Json:
    written: Json = {"uri": url}
    labels = [{"code": h.version} for h in entries if h.version]
    if labels:
        written["version"] = labels
    if release == "R5":
        written["content"] = entries[-1].shell.get("content", "complete")
    return written
