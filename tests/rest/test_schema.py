"""Whatever the OpenAPI description allows gets an answer that the description promises."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from api.settings import Settings
from registry import Registry

pytestmark = pytest.mark.slow
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
]  # fmt: skip
PATHS = sorted((p, m) for p, methods in create_app(Settings()).openapi()["paths"].items() for m in methods)


@pytest.fixture(scope="module")
def described(demo_db: str) -> Iterator[Any]:
    with Registry.open(demo_db) as registry:
        app = create_app(Settings(db=demo_db), registry=registry)
        yield schemathesis.openapi.from_asgi("/api/openapi.json", app)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda m: m.value)
@pytest.mark.parametrize(("path", "method"), PATHS)
def test_answers_are_as_described(described: Any, path: str, method: str, mode: GenerationMode) -> None:
    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=described[path][method.upper()].as_strategy(generation_mode=mode))
    def hold(case: Any) -> None:
        case.call_and_validate(checks=CHECKS)

    hold()
