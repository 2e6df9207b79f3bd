"""What is derived from the table of operations: definitions, the CapabilityStatement, the check of parameters."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.fhir.operations.operation import Operation
from api.fhir.operations.operation_table import OPERATIONS, find_operation
from tests.fhir.conftest import URL
from tests.fhir.test_routes import valid

IDENTS = [o.ident for o in OPERATIONS]


@pytest.mark.parametrize("base", ["/fhir", "/fhir/r5"])
@pytest.mark.parametrize("operation", OPERATIONS, ids=IDENTS)
def test_every_operation_has_a_definition_with_its_parameters(
    client: TestClient, base: str, operation: Operation
) -> None:
    found = client.get(f"{base}/OperationDefinition/{operation.ident}").json()
    valid("R5", found)
    named = {p["name"] for p in found["parameter"] if p["use"] == "in"}
    assert named == {p.name for p in operation.parameters if p.effect != "refused"}
    on_content = operation.kind and "batch" not in operation.name
    assert not on_content or {"date", "known-at"} <= named


@pytest.mark.parametrize("base", ["/fhir", "/fhir/r5"])
def test_the_capability_statement_names_each_and_every_link_leads_somewhere(
    client: TestClient, base: str
) -> None:
    rest = client.get(f"{base}/metadata").json()["rest"][0]
    listed = [o for r in (rest, *rest["resource"]) for o in r.get("operation", [])]
    assert sorted(o["name"] for o in listed) == sorted(o.name for o in OPERATIONS if _announced(o, client))
    assert all(client.get(o["definition"]).status_code == 200 for o in listed)


def _announced(operation: Operation, client: TestClient) -> bool:
    workers = client.app.state.settings.workers  # type: ignore[attr-defined]
    return not operation.affects_state or workers == 1


def test_rows_name_each_parameter_once_and_vary_by_their_own() -> None:
    for operation in OPERATIONS:
        names = [p.name for p in operation.parameters]
        assert len(names) == len(set(names)), operation.ident
        assert operation.varying <= set(names), operation.ident


def test_operations_are_found_at_their_levels_only() -> None:
    assert find_operation(("CodeSystem", "$lookup")) is find_operation(("CodeSystem", "x", "$lookup"))
    assert find_operation(("$versions",)) is not None
    for path in [
        ("$lookup",),
        ("ValueSet", "$lookup"),
        ("CodeSystem", "$versions"),
        ("a", "b", "c", "$lookup"),
    ]:
        assert find_operation(path) is None
    assert find_operation(("ValueSet", "x", "$batch-validate-code")) is None


REFUSED = [(o, p) for o in OPERATIONS for p in o.parameters if p.effect == "refused"]
START: dict[str, dict[str, str]] = {
    "ValueSet-expand": {"url": URL + "?fhir_vs"},
    "ConceptMap-translate": {"code": "F1", "system": URL},
    "ValueSet-validate-code": {"url": URL + "?fhir_vs", "code": "F1", "system": URL},
}


@pytest.mark.parametrize(("operation", "parameter"), REFUSED, ids=[p.name for _, p in REFUSED])
def test_what_would_change_the_answer_and_is_not_implemented_is_refused(
    client: TestClient, operation: Operation, parameter: Any
) -> None:
    path, query = f"/fhir/{operation.kind}/${operation.name}", START[operation.ident]
    plain = client.get(path, params=query)
    answer = client.get(path, params={**query, parameter.name: "true"})
    assert answer.status_code == 400 and parameter.name in answer.text
    posted = [{"name": n, "valueString": v} for n, v in {**query, parameter.name: "true"}.items()]
    body = {"resourceType": "Parameters", "parameter": posted}
    assert client.post(path, json=body).status_code == 400
    if parameter.neutral:
        assert (
            client.get(path, params={**query, parameter.name: parameter.neutral}).status_code
            == plain.status_code
        )


@pytest.mark.parametrize(
    ("name", "value"), [("activeOnly", "perhaps"), ("count", "x"), ("date", "yesterday"), ("offset", "-1")]
)
def test_malformed_values_are_refused_by_name(client: TestClient, name: str, value: str) -> None:
    answer = client.get("/fhir/ValueSet/$expand", params={"url": URL + "?fhir_vs", name: value})
    assert answer.status_code == 400
    assert answer.json()["issue"][0]["expression"] == [name]
