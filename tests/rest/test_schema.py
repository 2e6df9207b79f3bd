"""Whatever the OpenAPI description allows, or does not, gets an answer that the description promises."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from api.settings import Settings
from registry import Registry

pytestmark = pytest.mark.slow
schema = schemathesis.pytest.from_fixture("described")
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
]  # fmt: skip


@pytest.fixture(scope="session")
def described(demo_db: str) -> Iterator[object]:
    with Registry.open(demo_db) as registry:
        app = create_app(Settings(db=demo_db), registry=registry)
        yield schemathesis.openapi.from_asgi("/api/openapi.json", app)


@schema.parametrize()
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_answers_are_as_described(case: Case) -> None:
    case.call_and_validate(checks=CHECKS)
