"""A registry with rows in every table, for the tests of damage: each way of writing was used at least once."""

from __future__ import annotations

from datetime import date

from loaders.contract import ParsedRelease
from registry import Registry
from registry.entities.records import (
    ConceptRecord,
    Coverage,
    Designation,
    MapRecord,
    MapRowRecord,
    Property,
    Removal,
    SystemRecord,
)
from registry.entities.results import ScopeRow
from registry.store.artifacts import ArtifactRow
from registry.store.audit_trail import Refusal
from tests.registry.making import DEMO, PLAIN, concept, load, release
from tests.store.test_components import EXT, EXTENDS, EXTENSION, INTERNATIONAL, parsed

CLOSED = SystemRecord(slug="closed", url="urn:closed", oids=("1.2.3",), access="restricted", language="nb")


def concepts() -> list[ConceptRecord]:
    """Concepts that use every column of a state, not in the order of their codes."""
    return [
        concept("B00", "Herpes", parents=("A00",), properties=(Property("dose", "1.50", "decimal"),)),
        concept("A00", "Kolera og åpent sår", selectable=False),
        concept("C00", "Kreft", inactive=True),
        ConceptRecord(code="D00", key="k4", designations=(Designation("label.full", "Diabetes", "nb"),)),
    ]


def resource_map() -> ArtifactRow:
    """A concept map stored as a resource, with its rows in the map store."""
    record = MapRecord(
        slug="own", version="1", purpose="", source_system="demo-icd", target_system="plain",
        rows=(MapRowRecord(sources=("A00",), target="a", relationship="equivalent"),),
    )  # fmt: skip
    return ArtifactRow(
        kind="ConceptMap", resource_id="m", url="urn:map", version="1", valid_from=date(2020, 1, 1), body=b"{}",
        map=record, shell=b"{}",
    )  # fmt: skip


class _Parsed:
    """A parsed map without a resource."""

    def __init__(self, record: MapRecord) -> None:
        self.map = record


def fill(registry: Registry) -> None:
    """Write in every way."""
    registry.load_parsed(
        ParsedRelease(
            header=release("2020", concepts()).header, concepts=concepts(), system=DEMO, ordered=True
        )
    )
    load(registry, "2021", [*concepts(), concept("E00", "Ernæring")])
    load(registry, "2021", [*concepts(), concept("E00", "Ernæringssvikt")], published="2021-02-01")
    load(registry, "2021", [*concepts(), concept("E00", "Ernæringssvikt")], published="2021-03-01")
    load(registry, "2019", {"a": "one", "b": "two", "c": "three"}, system=PLAIN)
    head = release(
        "2019",
        [],
        system=PLAIN,
        kind="update",
        effective_from=date(2019, 6, 1),
        coverage=Coverage(kind="fragment"),
    ).header
    registry.load_parsed(
        ParsedRelease(header=head, concepts=[concept("c", "third"), Removal("b")], system=PLAIN)
    )
    registry.load_parsed(parsed("2024-01-01", INTERNATIONAL))
    registry.load_parsed(parsed("2024-02-01", EXTENSION, track=EXT, depends_on=EXTENDS))
    load(registry, "2018", {"x": "secret"}, system=CLOSED)
    _metadata(registry)
    _access(registry)
    _resources(registry)
    load(registry, "2017", {"y": "unwanted"}, system=PLAIN)
    gone = next(r for r in registry.releases("plain") if r.version == "2017")
    registry.purge("plain", "2017", release=gone.release, why="law")


def _metadata(registry: Registry) -> None:
    registry.add_version("plain", "2030", valid_from="2030-01-01", valid_to="2031-01-01", published="2029")
    registry.add_version("plain", "2031", same_as="2030")
    registry.add_version("plain", "2031", same_as="2030", valid_from="2031-01-01")
    registry.add_scope("npr", title="Register")
    registry.add_scope("npr", title="The register")
    row = ScopeRow(
        scope="npr", system="demo-icd", version="2021", track="", role="admission", codes="A.*",
        allowed_from=date(2021, 1, 1), required_from=date(2021, 2, 1), accepted_until=date(2022, 1, 1),
        legal_basis="law",
    )  # fmt: skip
    registry.add_applicability(row)
    registry.add_applicability(row)
    registry.retract("closed", "2018", why="wrong")


def _access(registry: Registry) -> None:
    registry.access.add_token("portal", "0" * 64, ["read"], valid_to="2031-01-01")
    registry.access.add_token("loader", "1" * 64, ["load", "write"])
    registry.access.revoke_token("loader")
    refusal = Refusal("anonymous", "192.0.2.7", "GET /api/systems/{system}/codes", "closed", 3)
    registry.access.record([refusal, refusal._replace(system="")])


def _resources(registry: Registry) -> None:
    for body in (b"{}", b'{"a": 1}'):
        registry.put_artifact(
            kind="ValueSet", url="urn:vs", body=body, resource_id="v", version="1",
            valid_from=date(2020, 1, 1), valid_to=date(2021, 1, 1),
        )  # fmt: skip
    registry.put_artifacts([resource_map()])
    registry.load_parsed(
        _Parsed(
            MapRecord(
                slug="official", version="2", purpose="official-changes", source_system="plain", target_system="plain",
                valid_from=date(2019, 1, 1), published="2019",
                rows=(MapRowRecord(sources=("a",), target="b", relationship="equivalent"),),
            )
        )
    )  # fmt: skip
