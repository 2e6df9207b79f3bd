"""FHIR resources as sources: one file, Bundle, folder, package; what each becomes; what is refused and where."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from loaders.contract import LoadOptions, ParsedEntry, ParsedRelease, ParsedResource
from loaders.formats.fhir.fhir_xml import json_to_xml
from loaders.formats.fhir.identity import slug_of
from loaders.run import load_paths
from registry import Registry
from registry.entities.errors import ContentError, FormatError, StoreFull, UsageError
from registry.systems.open_licences import terms_of
from registry.writing.loading import write_plan
from tests.loaders.fhir_made import (
    URL,
    bundle,
    code_system,
    concept_map,
    manifest,
    packed,
    value_set,
    written,
)
from tests.loaders.made import concepts, parsed, release

SLUG = slug_of(URL)


@pytest.fixture
def registry(open_registry: Callable[..., Registry]) -> Registry:
    return open_registry(today=date(2031, 6, 1))


def test_code_system_becomes_an_undated_version(tmp_path: Path) -> None:
    item = release(written(tmp_path / "c.json", code_system()))
    header = item.header
    assert (header.system, header.version, header.valid_from, header.published) == (
        SLUG,
        "1.0.0",
        None,
        "2031-02-03",
    )
    assert set(header.facets) == {
        "display",
        "designation",
        "notes",
        "hierarchy",
        "inactive",
        "property:inactive",
        "property:colour",
    }
    assert header.source_line == "fhir"
    assert "concept" not in header.shell
    assert header.shell["publisher"] == "The orchard"
    assert item.system is not None
    assert (item.system.url, item.system.owner, item.system.access) == (URL, "The orchard", "restricted")
    assert (item.system.version_order, item.system.end_rule) == ("semver", "open")
    assert item.ordered
    found = concepts(item)
    assert found["pear"].inactive
    assert found["apple"].parents == ("fruit",)
    assert [d.text for d in found["apple"].designations] == ["Apple", "Eple"]


@pytest.mark.parametrize(
    "more",
    [
        {"effectivePeriod": {"start": "2031-01-01", "end": "2031-12-31"}},
        {
            "extension": [
                {
                    "url": "http://hl7.org/fhir/StructureDefinition/resource-effectivePeriod",
                    "valuePeriod": {"start": "2031", "end": "2031"},
                }
            ]
        },
    ],
)
def test_effective_period_dates_the_version(tmp_path: Path, more: dict[str, Any]) -> None:
    item = release(written(tmp_path / "c.json", code_system(**more)))
    assert (item.header.valid_from, item.header.valid_to) == (date(2031, 1, 1), date(2032, 1, 1))
    assert item.system is not None
    assert item.system.end_rule == "until-next"


def test_known_systems_keep_their_slug_and_rules(tmp_path: Path) -> None:
    known = code_system(url="http://hl7.org/fhir/sid/icd-10-cm", concept=[{"code": "A000", "display": "x"}])
    item = release(written(tmp_path / "c.json", known))
    assert item.header.system == "icd-10-cm"
    assert list(concepts(item)) == ["A00.0"]
    oid = [{"system": "urn:ietf:rfc:3986", "value": "urn:oid:2.16.578.1.12.4.1.1.7110"}]
    entry = code_system(identifier=oid, content="not-present")
    del entry["concept"]
    (found,) = parsed(written(tmp_path / "n.json", entry))
    assert isinstance(found, ParsedEntry)
    assert found.system.slug == "icd-10-no"
    assert URL in found.system.aliases


def test_an_oid_of_several_systems_is_nobodys_name(tmp_path: Path) -> None:
    oid = [{"system": "urn:ietf:rfc:3986", "value": "urn:oid:1.2.3"}]
    two = bundle(code_system(identifier=oid), code_system(identifier=oid, url="http://example.org/other"))
    found = [i for i in parsed(written(tmp_path / "b.json", two)) if isinstance(i, ParsedRelease)]
    assert [i.system.oids for i in found if i.system] == [(), ()]
    assert ["1.2.3" in " ".join(i.header.notices) for i in found] == [True, False]


def test_slugs_follow_from_the_url() -> None:
    assert slug_of("http://terminology.hl7.org/CodeSystem/v3-ActCode") == "v3-actcode"
    assert slug_of(URL) != slug_of("http://example.com/fhir/CodeSystem/fruit")
    assert slug_of(URL).startswith("fruit-")
    assert slug_of("http://x.no/8116", ("2.16.578.1.12.4.1.1.8116",)) == "volven-8116"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("CC0-1.0", True),
        ("made available under the CC0 designation", True),
        ("These codes are in the public domain", True),
        ("This is not in the public domain.", False),
        ("Copyright IHE", False),
        ("", False),
    ],
)
def test_access_is_open_only_for_open_licences(statement: str, expected: bool) -> None:
    assert (terms_of(statement) is not None) is expected


def test_a_package_gives_its_licence_only_to_resources_that_say_nothing(tmp_path: Path) -> None:
    other = code_system(url="http://example.org/x", id="x", copyright="All rights reserved")
    path = packed(
        tmp_path / "p.tgz",
        {
            "package/package.json": manifest(license="CC0-1.0"),
            "package/a.json": code_system(),
            "package/b.json": other,
        },
    )
    access = {
        i.system.url: i.system.access for i in parsed(path) if isinstance(i, ParsedRelease) and i.system
    }
    assert access == {URL: "open", "http://example.org/x": "restricted"}


@pytest.mark.parametrize("content", ["fragment", "example", "supplement"])
def test_parts_are_fragments(tmp_path: Path, content: str) -> None:
    item = release(written(tmp_path / "c.json", code_system(content=content)))
    assert (item.header.content, item.header.coverage.kind) == (content, "fragment")


def test_caseless_and_child_properties(tmp_path: Path) -> None:
    uri = "http://hl7.org/fhir/concept-properties#"
    made = code_system(
        caseSensitive=False,
        property=[
            {"code": "under", "type": "code", "uri": f"{uri}parent"},
            {"code": "child", "type": "code", "uri": f"{uri}child"},
        ],
        concept=[
            {"code": "a", "property": [{"code": "child", "valueCode": "b"}]},
            {"code": "b"},
            {"code": "c", "property": [{"code": "under", "valueCode": "b"}]},
        ],
    )
    item = release(written(tmp_path / "c.json", made))
    assert {c: r.parents for c, r in concepts(item).items()} == {"a": (), "b": ("a",), "c": ("b",)}
    assert "hierarchy" in item.header.facets
    assert item.system is not None
    assert item.system.rules == "caseless"


def test_value_sets_and_maps_are_kept_as_given(tmp_path: Path) -> None:
    path = written(tmp_path / "b.json", bundle(value_set(), concept_map(), code_system()))
    items = parsed(path)
    assert [type(i).__name__ for i in items] == ["ParsedRelease", "ParsedResource", "ParsedResource"]
    kept = [i.artifact for i in items if isinstance(i, ParsedResource)]
    assert [(i.kind, i.resource_id, i.version) for i in kept] == [
        ("ValueSet", "pears", "1"),
        ("ConceptMap", "swap", "1"),
    ]


@pytest.mark.parametrize("index", [True, False])
def test_package_and_folder(tmp_path: Path, index: bool) -> None:
    members: dict[str, Any] = {
        "package/package.json": manifest(),
        "package/CodeSystem-fruit.json": code_system(),
        "package/ValueSet-pears.xml": json_to_xml(value_set(), release="R4"),
        "package/StructureDefinition-x.json": {"resourceType": "StructureDefinition", "id": "x"},
        "package/example/ValueSet-example.json": value_set(version="example"),
    }
    if index:
        members["package/.index.json"] = {"index-version": 1, "files": []}
    kinds = [type(i).__name__ for i in parsed(packed(tmp_path / "p.tgz", members))]
    assert kinds == ["ParsedRelease", "ParsedResource"]
    folder = tmp_path / "folder"
    for name, content in members.items():
        written(folder / name.removeprefix("package/"), content)
    assert [type(i).__name__ for i in parsed(folder)] == kinds


def test_loading_by_the_registry(tmp_path: Path, registry: Registry) -> None:
    path = written(tmp_path / "b.json", bundle(code_system(), value_set(), concept_map()))
    assert [r.outcome for r in load_paths(registry, [path], LoadOptions(), dry_run=True)] == ["dry_run"] * 3
    assert registry.systems() == []
    assert [r.outcome for r in load_paths(registry, [path], LoadOptions())] == ["loaded", "kept", "kept"]
    assert [r.outcome for r in load_paths(registry, [path], LoadOptions())] == ["unchanged"] * 3
    answer = registry.lookup(URL, "apple")
    assert answer.found
    changed = written(tmp_path / "c.json", bundle(value_set(title="Pears"), value_set(version="2")))
    assert [r.outcome for r in load_paths(registry, [changed], LoadOptions())] == ["kept", "kept"]


def test_not_present_enriches_and_is_no_version(tmp_path: Path, registry: Registry) -> None:
    entry = code_system(content="not-present")
    del entry["concept"]
    reports = load_paths(registry, [written(tmp_path / "c.json", entry)], LoadOptions())
    assert [(r.outcome, r.kind) for r in reports] == [("enriched", "entry")]
    assert registry.versions(SLUG) == []


def test_a_version_without_codes_loads(tmp_path: Path, registry: Registry) -> None:
    empty = code_system()
    del empty["concept"]
    (report,) = load_paths(registry, [written(tmp_path / "c.json", empty)], LoadOptions())
    assert (report.outcome, report.concepts) == ("loaded", 0)
    assert not registry.lookup(URL, "apple").found
    assert registry.verify().ok


def test_many_systems_share_a_transaction_with_a_publication_each(tmp_path: Path, registry: Registry) -> None:
    systems = [code_system(id=f"s{n}", url=f"http://example.org/s{n}") for n in range(20)]
    for made in systems:
        written(tmp_path / "f" / f"{made['id']}.json", made)
    reports = load_paths(registry, [tmp_path / "f"], LoadOptions())
    assert [r.outcome for r in reports] == ["loaded"] * 20
    numbers = [e.number for e in registry.changes_since(0).entries]
    assert len(numbers) == len(set(numbers)) == 20
    recorded = [e.recorded for e in registry.changes_since(0).entries]
    assert recorded == sorted(set(recorded))


BROKEN = [
    (code_system(status=None), r"c\.json:CodeSystem\.status"),
    (code_system(content="everything"), r"c\.json:CodeSystem\.content: 'everything'"),
    (code_system(property=[{"code": "a", "type": "code", "typo": 1}]), r"CodeSystem\.property\[0\]\.typo"),
    (code_system(date="yesterday"), r"CodeSystem\.date"),
    (code_system(concept=[{"code": "a"}, {"display": "b"}]), r"CodeSystem\.concept\[1\]\.code: .*required"),
    (code_system(concept=[{"code": "a", "concept": [{"code": 3}]}]), r"concept\[0\]\.concept\[0\]\.code"),
    (code_system(concept=[{"code": "a", "colour": "red"}]), r"concept\[0\]\.colour: FHIR has no element"),
    (code_system(concept=[{"code": " a"}]), r"CodeSystem\.concept\[0\]\.code"),
    (code_system(concept=[{"code": "a"}, {"code": "a", "display": "b"}]), r"concept\[1\]: .*twice"),
    (
        code_system(concept=[{"code": "a", "property": [{"code": "parent", "valueCode": "b"}]}]),
        r"CodeSystem\.concept\[0\]: the parent 'b'",
    ),
    (value_set(compose={"include": [{"system": URL, "concept": [{"cod": "a"}]}]}), r"concept\[0\]\.cod"),
    (value_set(compose={"include": [{"filter": [{"op": "="}]}]}), r"include\[0\]\.filter\[0\]\.property"),
    (concept_map(group=[{"element": [{"code": "a", "target": [{"codes": "b"}]}]}]), r"target\[0\]\.codes"),
    (bundle(value_set(), code_system(concept=[{"code": 1}])), r"Bundle\.entry\[1\]\.resource\.concept\[0\]"),
]


@pytest.mark.parametrize(("resource", "message"), BROKEN)
def test_what_is_wrong_is_named_by_its_path(tmp_path: Path, resource: dict[str, Any], message: str) -> None:
    with pytest.raises(ContentError, match=message):
        parsed(written(tmp_path / "c.json", resource))


def test_one_bad_resource_in_a_package_stores_nothing(tmp_path: Path, registry: Registry) -> None:
    bad = code_system(id="b", url="http://example.org/b", concept=[{"code": 1}])
    members = {"package/package.json": manifest(), "package/a.json": code_system(), "package/b.json": bad}
    with pytest.raises(ContentError, match=r"p\.tgz!package/b\.json:CodeSystem\.concept\[0\]\.code"):
        load_paths(registry, [packed(tmp_path / "p.tgz", members)], LoadOptions())
    assert registry.systems() == []


def test_other_resources_and_truncated_files(tmp_path: Path) -> None:
    with pytest.raises(FormatError):
        parsed(written(tmp_path / "b.json", bundle({"resourceType": "Patient"})))
    whole = written(tmp_path / "c.json", code_system()).read_bytes()
    with pytest.raises(ContentError, match=r"t\.json:1: not whole JSON"):
        parsed(written(tmp_path / "t.json", whole[:-20]))


@pytest.mark.parametrize("depth", [300, 100_000])
def test_deep_nesting_is_refused(tmp_path: Path, depth: int) -> None:
    head = b'{"resourceType":"CodeSystem","url":"http://x.org","status":"active","content":"complete","concept":['
    deep = b'{"code":"a","concept":[' * depth + b'{"code":"z"}' + b"]}" * depth
    with pytest.raises(ContentError, match=r"d\.json.*(deep|twice)"):
        parsed(written(tmp_path / "d.json", head + deep + b"]}"))


def test_a_load_that_fails_in_the_middle_leaves_nothing(
    tmp_path: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        written(tmp_path / "f" / f"{number}.json", code_system(url=f"http://example.org/s{number}"))
    calls: list[Any] = []

    def failing(*args: Any) -> Any:
        calls.append(args)
        if len(calls) == 3:
            raise StoreFull("no space left")
        return write_plan(*args)

    monkeypatch.setattr("registry.writing.bulk_load.write_plan", failing)
    with pytest.raises(StoreFull):
        load_paths(registry, [tmp_path / "f"], LoadOptions())
    assert registry.systems() == []
    monkeypatch.undo()
    assert [r.outcome for r in load_paths(registry, [tmp_path / "f"], LoadOptions())] == ["loaded"] * 3


def test_options_for_one_resource_only(tmp_path: Path) -> None:
    item = release(written(tmp_path / "c.json", code_system()), system="frukt", version="2031", access="open")
    assert (item.header.system, item.header.version) == ("frukt", "2031")
    assert item.system is not None
    assert (item.system.slug, item.system.access) == ("frukt", "open")
    with pytest.raises(UsageError, match="--system"):
        parsed(
            written(tmp_path / "b.json", bundle(code_system(), code_system(url="http://x.org/y"))), system="a"
        )


def test_r5_is_recognised_by_its_elements(tmp_path: Path) -> None:
    target = [{"code": "pear", "relationship": "related-to"}]
    r5 = concept_map(group=[{"source": URL, "target": URL, "element": [{"code": "apple", "target": target}]}])
    del r5["sourceUri"]
    assert len(parsed(written(tmp_path / "m.json", r5))) == 1
    assert release(written(tmp_path / "c.json", code_system(versionAlgorithmString="natural"))).system
    with pytest.raises(ContentError, match=r"CodeSystem\.versionAlgorithmString: FHIR R4 has no element"):
        parsed(
            packed(
                tmp_path / "p.tgz",
                {
                    "package/package.json": manifest(),
                    "package/c.json": code_system(versionAlgorithmString="natural"),
                },
            )
        )


def test_sample_resources(samples: Path, registry: Registry) -> None:
    folder = samples / "fhir-no"
    if not folder.is_dir():
        pytest.skip("no FHIR samples")
    items = parsed(folder)
    assert sum(isinstance(i, ParsedRelease) for i in items) == 21
    assert sum(isinstance(i, ParsedEntry) for i in items) == 13
    reports = load_paths(registry, [folder], LoadOptions())
    assert {r.outcome for r in reports} == {"loaded", "enriched"}
    assert registry.system("http://hl7.org/fhir/sid/icd-10-no") is not None


def test_without_version_the_label_is_empty(tmp_path: Path, registry: Registry) -> None:
    resource = code_system()
    del resource["version"]
    (report,) = load_paths(registry, [written(tmp_path / "c.json", resource)], LoadOptions())
    assert (report.outcome, report.version) == ("loaded", "")
    assert registry.lookup(URL, "apple").found
    assert [v.version for v in registry.versions(URL)] == [""]


def test_a_system_known_by_another_name_keeps_its_slug_and_gains_the_url(
    tmp_path: Path, registry: Registry
) -> None:
    oid = [{"system": "urn:ietf:rfc:3986", "value": "urn:oid:1.2.3"}]
    first = written(tmp_path / "a.json", code_system(identifier=oid))
    other = code_system(identifier=oid, url="http://example.org/other", version="2.0.0", id="other")
    load_paths(registry, [first], LoadOptions())
    load_paths(registry, [written(tmp_path / "b.json", other)], LoadOptions())
    assert [s.slug for s in registry.systems()] == [SLUG]
    assert len(registry.versions("http://example.org/other")) == 2


def test_without_a_url_the_oid_names_the_system(tmp_path: Path) -> None:
    made = code_system(identifier=[{"value": "urn:oid:1.2.3"}])
    del made["url"]
    item = release(written(tmp_path / "c.json", made))
    assert item.system is not None
    assert item.system.url == "urn:oid:1.2.3"
    del made["identifier"]
    with pytest.raises(ContentError, match=r"CodeSystem\.url: .*--system"):
        parsed(written(tmp_path / "c.json", made))


def test_a_package_loads_without_what_cannot_be_read(tmp_path: Path) -> None:
    """A code twice, text that is no JSON, a status that is missing: a report, and the rest is loaded."""
    twice = code_system(
        url="http://example.org/twice", concept=[{"code": "a", "display": n} for n in ("x", "y")]
    )
    bare = code_system(url="http://example.org/bare")
    del bare["status"]
    files = {
        "package/package.json": manifest(),
        "package/a.json": code_system(),
        "package/b.json": twice,
        "package/c.json": bare,
        "package/d.json": b'{"resourceType": "ValueSet", "url": ',
        "package/e.json": code_system(url="http://example.org/e"),
        "package/other/template.zip": b"PK\x03\x04",
    }
    items = parsed(packed(tmp_path / "p.tgz", files))
    notices = [str(n) for item in items for n in item.header.notices]  # type: ignore[union-attr]
    urls = [code_system()["url"], bare["url"], "http://example.org/e"]
    assert [item.system.url for item in items] == urls  # type: ignore[union-attr]
    left_out = [n for n in notices if n.startswith("left out: ")]
    assert len(left_out) == 2
    assert any("p.tgz!package/b.json:CodeSystem.concept[1]" in n for n in left_out)
    assert any("p.tgz!package/d.json" in n for n in left_out)
    assert any("p.tgz!package/c.json:CodeSystem.status is missing" in n for n in notices)


def test_a_package_of_which_most_cannot_be_read_is_refused(tmp_path: Path) -> None:
    files = {"package/package.json": manifest(), "package/a.json": b'{"resourceType": "CodeSystem", "x'}
    with pytest.raises(ContentError, match=r"p\.tgz!package/a\.json"):
        parsed(packed(tmp_path / "p.tgz", files))
