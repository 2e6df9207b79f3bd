"""Small made-up FHIR resources, and the ways they come in files."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Json = dict[str, Any]
URL = "http://example.org/fhir/CodeSystem/fruit"


def code_system(**more: Any) -> Json:
    """Pears and apples in a small tree."""
    return {
        "resourceType": "CodeSystem",
        "id": "fruit",
        "url": URL,
        "version": "1.0.0",
        "name": "Fruit",
        "title": "Fruit",
        "status": "active",
        "date": "2031-02-03",
        "publisher": "The orchard",
        "language": "en",
        "caseSensitive": True,
        "content": "complete",
        "property": [
            {
                "code": "inactive",
                "type": "boolean",
                "uri": "http://hl7.org/fhir/concept-properties#inactive",
            },
            {"code": "colour", "type": "string"},
        ],
        "concept": [
            {
                "code": "fruit",
                "display": "Fruit",
                "definition": "What grows on trees",
                "concept": [
                    {
                        "code": "apple",
                        "display": "Apple",
                        "designation": [{"language": "nb", "value": "Eple"}],
                        "property": [{"code": "colour", "valueString": "red"}],
                    },
                    {
                        "code": "pear",
                        "display": "Pear",
                        "property": [{"code": "inactive", "valueBoolean": True}],
                    },
                ],
            }
        ],
    } | more


def value_set(**more: Any) -> Json:
    """The pear alone."""
    return {
        "resourceType": "ValueSet",
        "id": "pears",
        "url": "http://example.org/fhir/ValueSet/pears",
        "version": "1",
        "status": "active",
        "compose": {"include": [{"system": URL, "concept": [{"code": "pear", "display": "Pear"}]}]},
    } | more


def concept_map(**more: Any) -> Json:
    """Apple to pear, in R4's words."""
    return {
        "resourceType": "ConceptMap",
        "id": "swap",
        "url": "http://example.org/fhir/ConceptMap/swap",
        "version": "1",
        "status": "active",
        "sourceUri": "http://example.org/fhir/ValueSet/pears",
        "group": [
            {
                "source": URL,
                "target": URL,
                "element": [{"code": "apple", "target": [{"code": "pear", "equivalence": "inexact"}]}],
            }
        ],
    } | more


def bundle(*resources: Json) -> Json:
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": r} for r in resources],
    }


def written(path: Path, resource: Json | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(resource if isinstance(resource, bytes) else json.dumps(resource).encode())
    return path


def packed(path: Path, members: Mapping[str, Json | bytes]) -> Path:
    """A tgz as npm makes it."""
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members.items():
            data = content if isinstance(content, bytes) else json.dumps(content).encode()
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def manifest(**more: Any) -> Json:
    return {"name": "example.fruit", "version": "0.1.0", "fhirVersions": ["4.0.1"]} | more
