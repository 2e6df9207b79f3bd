"""What the server can do: CapabilityStatement, TerminologyCapabilities, ``$versions``.

Here: the statements. Not here: the operations they name.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from api.fhir.format.encoding import parameters
from api.fhir.format.operation_definition import DEFINED
from api.fhir.format.parameters import writing
from api.fhir.resources.resource_index import ResourceEntry, ResourceIndex, library
from api.fhir.resources.search_parameters import PARAMETERS
from registry.terminology.catalog import Catalog

__all__ = ["FHIR_VERSION", "capability_statement", "software", "terminology_capabilities", "versions"]

Json = dict[str, Any]
FHIR_VERSION = {"R4": "4.0.1", "R5": "5.0.0"}
_DATE = "2026-11-01"  #: of the statement and the software
_FEATURE = "http://hl7.org/fhir/uv/application-feature/StructureDefinition/feature"
_TESTS = "http://hl7.org/fhir/uv/tx-tests/FeatureDefinition/test-version"
_AS_PARAMETER = "http://hl7.org/fhir/uv/tx-ecosystem/FeatureDefinition/CodeSystemAsParameter"
_OPERATION = "http://hl7.org/fhir/OperationDefinition/"
_TEST_VERSION = "1.9.3"  #: of the ecosystem's cases that the answers follow
_RESOURCES = {
    "CodeSystem": ("lookup", "subsumes", "validate-code"),
    "ConceptMap": ("translate",),
    "ValueSet": ("batch-validate-code", "expand", "validate-code"),
}
_EXPANSION = (
    "activeOnly",
    "check-system-version",
    "count",
    "date",
    "default-valueset-version",
    "designation",
    "displayLanguage",
    "excludeNested",
    "filter",
    "force-system-version",
    "includeDefinition",
    "includeDesignations",
    "known-at",
    "offset",
    "property",
    "system-version",
    "tx-resource",
    "useSupplement",
    "valueSetVersion",
)


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


def capability_statement(base: str, release: str, *, writable: bool, operations: Sequence[str] = ()) -> Json:
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
        "rest": [_rest(base, writable=writable, operations=("versions", *operations))],
    }
    return written


def _rest(base: str, *, writable: bool, operations: Sequence[str]) -> Json:
    security = {"system": "http://terminology.hl7.org/CodeSystem/restful-security-service", "code": "OAuth"}
    return {
        "mode": "server",
        "security": {"cors": False, "service": [{"coding": [security]}]},
        "resource": [_resource(base, kind, names, writable=writable) for kind, names in _RESOURCES.items()],
        "interaction": [{"code": "batch"}],
        "operation": [{"name": o, "definition": f"{_OPERATION}CapabilityStatement-{o}"} for o in operations],
    }


def _defined(base: str, kind: str, operation: str) -> str:
    """Where an operation is defined: here, where the standard's own knows no date."""
    own = (kind, operation) in DEFINED
    return f"{base}/OperationDefinition/{kind}-{operation}" if own else f"{_OPERATION}{kind}-{operation}"


def _resource(base: str, kind: str, names: tuple[str, ...], *, writable: bool) -> Json:
    codes = ["read", "search-type", "vread", *(("create", "update", "delete") if writable else ())]
    return {
        "type": kind,
        "interaction": [{"code": code} for code in codes],
        "versioning": "versioned",
        "searchParam": [{"name": name, "type": type_} for name, type_ in PARAMETERS[kind].items()],
        "operation": [{"name": name, "definition": _defined(base, kind, name)} for name in names],
    }


def terminology_capabilities(catalog: Catalog, base: str, release: str) -> Json:
    """The TerminologyCapabilities: every code system with its versions, and what expansions take."""
    written = _head("TerminologyCapabilities", base, release)
    systems = [_system(url, held, release) for url, held in _by_url(library(catalog)).items()]
    if systems:
        written["codeSystem"] = systems
    written["expansion"] = {
        "hierarchical": True,
        "paging": True,
        "incomplete": False,
        "parameter": [{"name": name} for name in _EXPANSION],
    }
    written["validateCode"] = {"translations": True}
    written["translation"] = {"needsMap": False}
    return written


def _by_url(held: ResourceIndex) -> dict[str, list[ResourceEntry]]:
    found: dict[str, list[ResourceEntry]] = {}
    for one in held.kinds["CodeSystem"]:
        found.setdefault(one.url, []).append(one)
    return found


def _system(url: str, held: list[ResourceEntry], release: str) -> Json:
    written: Json = {"uri": url}
    labels = [{"code": h.version} for h in held if h.version]
    if labels:
        written["version"] = labels
    if release == "R5":
        written["content"] = held[-1].shell.get("content", "complete")
    return written


def versions(release: str) -> Json:
    """The FHIR versions served, and the one of this address."""
    items = [writing("version", "string", v.rpartition(".")[0]) for v in FHIR_VERSION.values()]
    return parameters([*items, writing("default", "string", FHIR_VERSION[release].rpartition(".")[0])])
