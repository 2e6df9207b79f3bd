"""A registry with restricted content whose every text and code is a marker, and open content that speaks of it."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import Any

from msgspec.structs import replace

from loaders.contract import LoadOptions, ParsedMap, ParsedRelease
from loaders.formats.fhir.package import parsed_resource
from registry import Registry
from registry.entities.records import (
    ConceptRecord,
    Designation,
    MapRecord,
    MapRowRecord,
    Note,
    Property,
    PropertyDefinition,
    ReleaseHeader,
    SystemRecord,
)

SECRET, FREE, SUPPLEMENT = (
    "http://example.org/secret",
    "http://example.org/free",
    "http://example.org/supplement",
)
ALIAS, OID = "http://example.org/secret-alias", "2.999.7"
#: the code that requests name; answers may repeat it
ASKED = "zqxasked"
FACETS = ("display", "hierarchy", "notes", "property:kind")
RECORD = SystemRecord(
    slug="secret", url=SECRET, aliases=(ALIAS,), oids=(OID,), titles={"en": "Restricted"}, access="open",
    redistribution="yes",
)  # fmt: skip
VALUE_SETS: list[dict[str, Any]] = [
    {"id": "listed", "compose": {"include": [{"system": SECRET, "concept": [{"code": ASKED, "display": "zqxvsdisplay"}]}]}},
    {"id": "mixed", "description": "zqxvsdescription", "compose": {"include": [
        {"system": FREE, "concept": [{"code": "open1"}]}, {"system": f"{ALIAS}", "concept": [{"code": "zqxmixed"}]}]}},
    {"id": "filtered", "compose": {"include": [
        {"system": SECRET, "filter": [{"property": "concept", "op": "is-a", "value": "zqxroot"}]}]}},
    {"id": "excluded", "compose": {"include": [{"system": FREE}], "exclude": [
        {"system": SECRET, "concept": [{"code": "zqxexcluded"}]}]}},
    {"id": "importing", "compose": {"include": [{"valueSet": ["http://example.org/vs/listed"]}]}},
    {"id": "expanded", "expansion": {"timestamp": "2020-01-01", "contains": [
        {"system": SECRET, "version": "2020", "code": "zqxexpanded", "display": "zqxexpdisplay"}]}},
    {"id": "contained", "compose": {"include": [{"valueSet": ["#inner"]}]}, "contained": [
        {"resourceType": "ValueSet", "id": "inner", "status": "active", "compose": {"include": [
            {"system": SECRET, "concept": [{"code": "zqxinner", "display": "zqxinnerdisplay"}]}]}}]},
    {"id": "oid", "compose": {"include": [{"system": f"urn:oid:{OID}", "concept": [{"code": "zqxoid"}]}]}},
    {"id": "open", "compose": {"include": [{"system": FREE}]}},
]  # fmt: skip


def _element(code: str, target: str, comment: str) -> dict[str, Any]:
    found = {"code": target, "display": f"{comment}display", "relationship": "equivalent", "comment": comment}
    return {"code": code, "display": f"{comment}source", "target": [found]}


CONCEPT_MAPS: list[dict[str, Any]] = [
    {"id": "to", "group": [{"source": FREE, "target": SECRET, "element": [_element("open1", "zqxtarget", "zqxto")]}]},
    {"id": "from", "group": [{"source": SECRET, "target": FREE, "element": [_element(ASKED, "open2", "zqxfrom")]}]},
    {"id": "scoped", "sourceScopeUri": f"{SECRET}?fhir_vs", "group": [
        {"source": FREE, "target": FREE, "element": [_element("open1", "open2", "zqxscoped")]}]},
]  # fmt: skip


def concept(code: str, *parents: str) -> ConceptRecord:
    texts = (
        Designation("display", f"{code}display", "en"),
        Designation("display", f"{code}skjerm", "nb"),
        Designation("synonym", f"{code}synonym", "en"),
    )
    return ConceptRecord(
        code=code, designations=texts, parents=parents, notes=(Note("inclusion", f"{code}note", "en"),),
        properties=(Property("kind", f"{code}kind", "code"),),
    )  # fmt: skip


def _release(system: SystemRecord, version: str, codes: list[ConceptRecord], **shell: Any) -> ParsedRelease:
    supplement = "supplements" in shell
    header = ReleaseHeader(
        system=system.slug, version=version, source_line="list", facets=FACETS, language="en",
        valid_from=date(int(version), 1, 1), properties=(PropertyDefinition("kind", "code"),), shell=shell,
        content="supplement" if supplement else "complete",
    )  # fmt: skip
    return ParsedRelease(header=header, concepts=codes, system=system)


def put(registry: Registry, resource: dict[str, Any]) -> None:
    for one in parsed_resource(resource, LoadOptions()):
        registry.put_artifacts([one.artifact], by_id=True)  # type: ignore[union-attr]


def fill(registry: Registry) -> list[str]:
    """Fill the registry; returns instants at which the system was not known, and at which it was open."""
    free = SystemRecord(slug="free", url=FREE, access="open", redistribution="yes")
    registry.load_parsed(_release(free, "2020", [concept("open1"), concept("open2")]))
    before = _now()
    old = [
        concept("zqxroot"),
        concept(ASKED, "zqxroot"),
        concept("zqxchild", ASKED),
        concept("zqxgone", "zqxroot"),
    ]
    registry.load_parsed(_release(RECORD, "2020", old))
    registry.load_parsed(_release(RECORD, "2021", [*old[:3], concept("zqxnew", "zqxroot")]))
    extra = replace(concept(ASKED), designations=(Designation("display", "zqxsupplement", "nb"),))
    supplement = SystemRecord(slug="supplement", url=SUPPLEMENT, access="open", redistribution="yes")
    registry.load_parsed(_release(supplement, "2020", [extra], supplements=SECRET))
    for kind, resources in (("ValueSet", VALUE_SETS), ("ConceptMap", CONCEPT_MAPS)):
        folder = {"ValueSet": "vs", "ConceptMap": "cm"}[kind]
        for resource in resources:
            url = f"http://example.org/{folder}/{resource['id']}"
            put(registry, {"resourceType": kind, "url": url, "version": "1", "status": "active", **resource})
    rows = (
        MapRowRecord(
            sources=("open1",), target="zqxchild", relationship="equivalent", comment="zqxloadedcomment"
        ),
    )
    registry.load_parsed(ParsedMap(map=MapRecord(
        slug="loaded", version="1", purpose="statistics", source_system="free", target_system="secret", rows=rows)))  # fmt: skip
    was = {**VALUE_SETS[0], "id": "changed", "url": "http://example.org/vs/changed", "version": "1"}
    put(registry, {"resourceType": "ValueSet", "status": "active", **was})
    put(
        registry,
        {"resourceType": "ValueSet", "status": "active", **was, "compose": VALUE_SETS[-1]["compose"]},
    )
    opened = _now()
    registry.add_system(replace(RECORD, access="restricted", redistribution="no"))
    return [before, opened]


def _now() -> str:
    time.sleep(0.002)
    found = datetime.now(UTC).isoformat()
    time.sleep(0.002)
    return found
