"""FHIR resources from files: what each becomes, in JSON and XML, alone, in Bundles and packages; errors with paths."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from loaders.contract import LoadOptions, ParsedEntry, ParsedRelease, ParsedResource
from loaders.run import load_paths, parse_paths
from registry import Registry
from registry.entities.errors import SourceError

URL = "http://example.org/CodeSystem/fruit"
SYSTEM: dict[str, Any] = {
    "resourceType": "CodeSystem", "id": "fruit", "url": URL, "version": "1.0.0", "name": "Fruit", "status": "active",
    "language": "en", "content": "complete", "caseSensitive": False,
    "identifier": [{"system": "urn:ietf:rfc:3986", "value": "urn:oid:2.16.578.1.1"}],
    "property": [{"code": "colour", "type": "code"}],
    "concept": [{
        "code": "f", "display": "Fruit", "definition": "What grows on trees",
        "concept": [{
            "code": "f1", "display": "Apple", "designation": [{"language": "nb", "value": "Eple"}],
            "property": [{"code": "colour", "valueCode": "red"}, {"code": "inactive", "valueBoolean": True}],
        }],
    }],
}  # fmt: skip
VALUE_SET = {
    "resourceType": "ValueSet", "id": "some", "url": "http://example.org/ValueSet/some", "version": "1",
    "status": "active", "compose": {"include": [{"system": URL, "concept": [{"code": "f1"}]}]},
}  # fmt: skip
XML = f"""<?xml version="1.0" encoding="UTF-8"?>
<CodeSystem xmlns="http://hl7.org/fhir"><id value="fruit"/>
<text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">x</div></text>
<identifier><system value="urn:ietf:rfc:3986"/><value value="urn:oid:2.16.578.1.1"/></identifier>
<url value="{URL}"/><version value="1.0.0"/><name value="Fruit"/><status value="active"/><language value="en"/>
<caseSensitive value="false"/><content value="complete"/><property><code value="colour"/><type value="code"/></property>
<concept><code value="f"/><display value="Fruit"/><definition value="What grows on trees"/>
<concept><code value="f1"/><display value="Apple"/>
<designation><language value="nb"/><value value="Eple"/></designation>
<property><code value="colour"/><valueCode value="red"/></property>
<property><code value="inactive"/><valueBoolean value="true"/></property>
</concept></concept></CodeSystem>"""


def write(path: Path, resource: Any) -> Path:
    path.write_text(resource if isinstance(resource, str) else json.dumps(resource), encoding="utf-8")
    return path


def parsed(path: Path) -> list[Any]:
    return list(parse_paths([path], LoadOptions()))


def test_a_code_system_becomes_a_release(tmp_path: Path) -> None:
    (release,) = parsed(write(tmp_path / "a.json", SYSTEM))
    assert isinstance(release, ParsedRelease) and release.system is not None
    assert (release.header.version, release.header.content) == ("1.0.0", "complete")
    assert release.system.slug == "fruit-c8e113" and release.system.oids == ("2.16.578.1.1",)
    top, apple = release.concepts
    assert apple.parents == ("f",) and apple.inactive and top.notes[0].text == "What grows on trees"


def test_xml_says_the_same_as_json(tmp_path: Path) -> None:
    (a,), (b,) = parsed(write(tmp_path / "a.json", SYSTEM)), parsed(write(tmp_path / "b.xml", XML))
    assert list(a.concepts) == list(b.concepts) and a.system == b.system
    assert a.header.properties == b.header.properties and a.header.facets == b.header.facets


def test_packages_and_bundles_hold_many(tmp_path: Path) -> None:
    empty = {**SYSTEM, "content": "not-present", "url": URL + "2", "concept": []}
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": r} for r in (SYSTEM, empty)],
    }
    with tarfile.open(tmp_path / "p.tgz", "w:gz") as tar:
        for name, content in (("package.json", {"name": "x"}), ("b.json", bundle), ("v.json", VALUE_SET)):
            data = json.dumps(content).encode()
            info = tarfile.TarInfo(f"package/{name}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    found = parsed(tmp_path / "p.tgz")
    assert {type(f) for f in found} == {ParsedRelease, ParsedEntry, ParsedResource}
    assert isinstance(found[0], ParsedRelease)


def test_loading_twice_changes_nothing(tmp_path: Path, registry: Registry) -> None:
    paths = [write(tmp_path / "a.json", SYSTEM), write(tmp_path / "v.json", VALUE_SET)]
    assert [r.outcome for r in load_paths(registry, paths, LoadOptions())] == ["loaded", "kept"]
    assert [r.outcome for r in load_paths(registry, paths, LoadOptions())] == ["unchanged", "unchanged"]
    assert registry.view(URL).find("F1") is not None


def test_an_entry_without_content_is_no_version(tmp_path: Path, registry: Registry) -> None:
    load_paths(registry, [write(tmp_path / "a.json", SYSTEM)], LoadOptions())
    empty = {
        **SYSTEM,
        "content": "not-present",
        "url": "http://other",
        "publisher": "A house",
        "version": "9",
    }
    (report,) = load_paths(registry, [write(tmp_path / "n.json", empty)], LoadOptions())
    assert report.outcome == "enriched" and report.system == "fruit-c8e113"
    assert [v.version for v in registry.versions(URL)] == ["1.0.0"]
    system = registry.system("http://other")
    assert system is not None and system.owner == "A house"


def broken(**change: Any) -> dict[str, Any]:
    return {**SYSTEM, **change}


@pytest.mark.parametrize(
    ("resource", "place"),
    [
        (broken(concept=[{"display": "x"}]), "CodeSystem.concept[0]"),
        (broken(concept=[{"code": "a", "concept": [{"code": 1}]}]), "CodeSystem.concept[0].concept[0].code"),
        (broken(concept=[{"code": "a"}, {"code": "a"}]), "CodeSystem.concept[1]"),
        (broken(url=""), "CodeSystem.url"),
        (broken(status=None, nonsense=1), "CodeSystem."),
        (broken(effectivePeriod={"start": "x"}), "CodeSystem.effectivePeriod"),
        ({**VALUE_SET, "compose": {"include": [{"concept": 1}]}}, "ValueSet.compose.include[0].concept"),
        ({**VALUE_SET, "url": ""}, "ValueSet.url"),
    ],
)
def test_errors_name_file_and_element(tmp_path: Path, resource: Any, place: str) -> None:
    with pytest.raises(SourceError) as caught:
        parsed(write(tmp_path / "bad.json", resource))
    assert "bad.json" in str(caught.value)
    assert place.split("[")[0].split(".")[0] in str(caught.value)


def test_broken_xml_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"bad.xml:\d+"):
        parsed(write(tmp_path / "bad.xml", XML.replace("</CodeSystem>", "")))
