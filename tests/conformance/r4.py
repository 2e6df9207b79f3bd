"""The conformance cases in FHIR R4: requests, resources and expected answers turned by the table below.

=============================================  ==================================================================
R5                                             R4 (4.0.1)
=============================================  ==================================================================
element that R4 does not have                  extension ``http://hl7.org/fhir/5.0/StructureDefinition/extension-PATH``
                                               (R5, versions.html: inter-version extensions)
ConceptMap: relationship, Scope, modes         equivalence, source and target, ``provided`` (R4 conceptmap.html)
$translate: sourceCode, targetCode …           code …; ``reverse`` with targets (R4 $translate)
$translate: originMap (canonical)              source (uri) (R4 $translate)
$translate in reverse: concept and source      concept: the code found (R4 $translate, reverse)
=============================================  ==================================================================

Written for these cases alone and without the application's own conversion, which it checks.
"""

from __future__ import annotations

import argparse
import json
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from api.fhir.fhir_settings import FhirSettings
from api.fhir.server.app import fhir_app
from registry.terminology.catalog import MemoryCatalog
from tests.conformance.stored import Client, runner

__all__ = ["run_r4", "to_r4"]

Json = dict[str, Any]
_EXTENSION = "http://hl7.org/fhir/5.0/StructureDefinition/extension-"
#: elements that only R5 has, by their path → the value of the extension; None = parts
_ONLY_R5 = {
    "ValueSet.compose.property": "valueString",
    "ValueSet.expansion.property": None,
    "ValueSet.expansion.contains.property": None,
    "ValueSet.compose.include.concept.designation.additionalUse": "valueCoding",
    "ValueSet.expansion.contains.designation.additionalUse": "valueCoding",
    "ValueSet.versionAlgorithmString": "valueString",
    "CodeSystem.versionAlgorithmString": "valueString",
}
_EQUIVALENCE = {
    "related-to": "relatedto",
    "equivalent": "equivalent",
    "source-is-narrower-than-target": "wider",
    "source-is-broader-than-target": "narrower",
    "not-related-to": "disjoint",
}
_NAMES = {
    "sourceCode": "code", "targetCode": "code", "sourceCoding": "coding", "targetCoding": "coding",
    "sourceCodeableConcept": "codeableConcept", "targetCodeableConcept": "codeableConcept",
    "sourceScope": "source", "targetScope": "target",
}  # fmt: skip
_PARTS = {"code": "valueCode", "uri": "valueUri"}


def to_r4(value: Any, path: str = "") -> Any:
    """A resource, or an element of one, in R4's shape."""
    if isinstance(value, list):
        return [to_r4(v, path) for v in value]
    if not isinstance(value, dict):
        return value
    path = value.get("resourceType", path)
    made = {name: to_r4(v, _below(path, name)) for name, v in value.items()}
    added = [e for name, v in value.items() for e in _extensions(f"{path}.{name}", v)]
    if added:
        made = {name: v for name, v in made.items() if f"{path}.{name}" not in _ONLY_R5}
        made["extension"] = ordered([*value.get("extension", []), *added])
    if path == "ConceptMap":
        return _concept_map(made)
    return _parameters(made) if path == "Parameters" else made


def _below(path: str, name: str) -> str:
    """The path of an element; includes and excludes, nested entries alike."""
    if path.endswith(".contains") and name == "contains":
        return path
    return f"{path}.{'include' if name == 'exclude' else name}"


def _extensions(path: str, value: Any) -> list[Json]:
    if path not in _ONLY_R5:
        return []
    kind, url = _ONLY_R5[path], _EXTENSION + path.removesuffix("String")
    values = value if isinstance(value, list) else [value]
    if kind is not None:
        return [{"url": url, kind: v} for v in values]
    return [{"url": url, "extension": [_part(n, v) for n, v in one.items() if n[0] != "$"], **_marks(one)} for one in values]  # fmt: skip


def ordered(extensions: list[Json]) -> list[Json]:
    """By name, those of one name by their code: the order in which the runner compares R5's properties."""
    return sorted(extensions, key=lambda e: (e["url"], str(e.get("extension", [{}])[0].get("valueCode", ""))))


def with_order(value: Any) -> Any:
    """An answer with its extensions in that order; a definition that it repeats stays as it is."""
    if isinstance(value, list):
        return [with_order(v) for v in value]
    if not isinstance(value, dict):
        return value
    made = {name: v if name == "compose" else with_order(v) for name, v in value.items()}
    return {**made, "extension": ordered(made["extension"])} if "extension" in made else made


def _part(name: str, value: Any) -> Json:
    return {"url": name, _PARTS[name]: value} if name in _PARTS else {"url": "value", name: value}


def _marks(one: Json) -> Json:
    """What the cases say about comparing: ``$optional$`` and the like."""
    return {name: v for name, v in one.items() if name[0] == "$"}


def _concept_map(made: Json) -> Json:
    found = {name.replace("Scope", ""): v for name, v in made.items()}
    for group in found.get("group", []):
        for element in group["element"]:
            if element.pop("noMap", False):
                element["target"] = [{"equivalence": "unmatched"}]
            for target in element.get("target", []):
                if "relationship" in target:
                    target["equivalence"] = _EQUIVALENCE[target.pop("relationship")]
    return found


def _parameters(made: Json) -> Json:
    listed = made.get("parameter", [])
    if any(p["name"].startswith("target") and p["name"][6:7] == "C" for p in listed):
        system = [{**p, "name": "system"} for p in listed if p["name"] == "targetSystem"]
        source = [{**p, "name": "targetsystem"} for p in listed if p["name"] == "sourceSystem"]
        rest = [p for p in listed if p["name"] not in ("targetSystem", "sourceSystem")]
        listed = [*rest, *system, *source, {"name": "reverse", "valueBoolean": True}]
    elif any(p["name"].startswith("sourceC") for p in listed):
        renamed = {"sourceSystem": "system", "targetSystem": "targetsystem"}
        listed = [{**p, "name": renamed.get(p["name"], p["name"])} for p in listed]
    for match in (p for p in listed if p["name"] == "match"):
        found = [{**p, "name": "concept"} for p in match["part"] if p["name"] == "source"]
        kept = [p for p in match["part"] if p["name"] not in ("source", "concept" if found else "source")]
        match["part"] = sorted([*found, *map(_origin, kept)], key=lambda p: str(p["name"]))
    return {**made, "parameter": [{**p, "name": _NAMES.get(p["name"], p["name"])} for p in listed]}


def _origin(part: Json) -> Json:
    if part["name"] != "originMap":
        return part
    rest = {k: v for k, v in part.items() if k not in ("name", "valueCanonical")}
    return {"name": "source", "valueUri": part["valueCanonical"], **rest}


class _Client(Client):
    """The runner's client, for answers in R4."""

    def call(
        self, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any, bytes]:
        """Status, JSON and bytes of the answer."""
        status, found, written = super().call(path, body, headers)
        return status, with_order(found), written


def run_r4(place: Path, out: Path) -> list[Json]:
    """The runner's result of every case."""
    txrun = runner(place)
    txrun.MANAGED |= {_EXTENSION + path for path in _ONLY_R5}
    suites = txrun.Suite(str(place / "tests"), {"general"}, None)
    load = suites.load
    suites.load = lambda name: to_r4(load(name))
    app = fhir_app(MemoryCatalog(), settings=FhirSettings())
    web = TestClient(app)
    txrun.Client = lambda base, timeout: _Client(txrun, web, [], base="/r4/", version="4.0")
    options = argparse.Namespace(
        base="/r4", suite=[], exclude=[], filter=None, json=str(out), mode=[], fhir_version="4.0.1",
        tight=False, lenient_base64=False, no_cache=True, timeout=30, keep=False, verbose=False,
    )  # fmt: skip
    with redirect_stdout(StringIO()):
        txrun.run(options, suites)
    found: list[Json] = json.loads(out.read_text())["results"]
    return found
