"""A misspelt or doubled parameter is an error, not another question."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("onn=2020-01-01", "Did you mean on"),
        ("on=2020-01-01&on=2021-01-01", "given twice"),
        ("x=1", "no parameter"),
    ],
)
def test_other_parameters_are_refused(client: TestClient, query: str, detail: str) -> None:
    answer = client.get(f"/api/systems/demo-no/applicable?{query}")
    assert answer.status_code == 400
    assert detail in answer.json()["detail"]


def test_lists_may_repeat(client: TestClient) -> None:
    answer = client.get("/api/systems/demo-no/changes?from=2022&to=2023&type=clarified&type=split_off")
    assert answer.status_code == 200, answer.text
    assert answer.json()["types"] == ["split_off", "clarified"]
    assert sum(answer.json()["counts"].values()) == len(answer.json()["changes"])
