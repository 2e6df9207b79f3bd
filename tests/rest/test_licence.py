"""Who may read restricted content, take whole lists and write (DOMAIN 14)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from registry import Registry
from tests.rest.conftest import TOKEN

BEARER = {"Authorization": f"Bearer {TOKEN}"}
CONTENT = [
    "systems/{s}/codes/A", "lookup?system={s}&code=A", "systems/{s}/codes/A/history", "systems/{s}/search?q=a",
    "systems/{s}/codes/A/validity", "systems/{s}/codes/A/children", "systems/{s}/changes?from=1&to=1",
    "search?q=a&system={s}", "subsumes?system={s}&a=A&b=A", "hierarchy?system={s}&code=A&relation=parents",
]  # fmt: skip


Make = Callable[..., TestClient]


@pytest.mark.parametrize("path", [*CONTENT, "systems/{s}/versions/1/download"])
def test_restricted_content(client_of: Make, licensed: str, path: str) -> None:
    url = f"/api/{path.format(s='secret')}"
    near = client_of(db=licensed, token=TOKEN)
    far = client_of(host="192.0.2.7", db=licensed, token=TOKEN)
    assert near.get(url).status_code == 200
    refused = far.get(url)
    assert (refused.status_code, refused.json()["title"]) == (403, "Forbidden")
    assert far.get(url, headers=BEARER).status_code == 200
    assert far.get(url, headers={"Authorization": "Bearer wrong"}).status_code == 401
    for header in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"):
        assert near.get(url, headers={header: "127.0.0.1"}).status_code == 403


def test_the_catalogue_is_open(client_of: Make, licensed: str) -> None:
    far = client_of(host="192.0.2.7", db=licensed)
    for path in ("systems", "systems/secret", "systems/secret/versions", "systems/secret/applicable"):
        assert far.get(f"/api/{path}").status_code == 200


def test_a_search_everywhere_shows_only_what_may_be_read(client_of: Make, licensed: str) -> None:
    far = client_of(host="192.0.2.7", db=licensed).get("/api/search?q=alfa").json()
    near = client_of(db=licensed).get("/api/search?q=alfa").json()
    assert {h["system"] for h in far["hits"]} == {"readable", "free"}
    assert {h["system"] for h in near["hits"]} == {"secret", "readable", "free"}


def test_whole_lists_follow_the_licence(client_of: Make, licensed: str) -> None:
    far = client_of(host="192.0.2.7", db=licensed, token=TOKEN)
    assert far.get("/api/systems/readable/codes/A").status_code == 200
    assert far.get("/api/systems/readable/versions/1/download").status_code == 403
    assert far.get("/api/systems/readable/versions/1/download", headers=BEARER).status_code == 200
    assert far.get("/api/systems/free/versions/1/download").status_code == 200


#: whole lists of the system that may be read and not passed on
LISTS = ["/api/systems/readable/versions/1/download", "/fhir/CodeSystem/readable-1", "/fhir/ValueSet/$expand?url=urn:gyldig:readable?fhir_vs"]  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_exports_over_the_network_follow_the_licence(client_of: Make, licensed: str, path: str) -> None:
    """ADR 0005: whole lists are given to this machine and with a token, to nobody else."""
    far = client_of(host="192.0.2.7", db=licensed, token=TOKEN)
    assert far.get(path).status_code == 403
    assert far.get(path, headers=BEARER).status_code == 200
    assert client_of(db=licensed).get(path).status_code == 200
    assert far.get(path.replace("readable", "free")).status_code == 200


def test_a_licence_that_changes_holds_for_the_next_list(
    client_of: Make, licensed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That lists of a system were open is not remembered beyond the publication that changes it."""
    monkeypatch.setattr("registry.store.current_ledger.EPOCH_SECONDS", 0)
    far = client_of(host="192.0.2.7", db=licensed, token=TOKEN)
    path = LISTS[2].replace("readable", "free")
    for redistribution, status in (("yes", 200), ("no", 403), ("yes", 200)):
        with Registry.open(licensed) as registry:
            registry.set_system("free", redistribution=redistribution)
        for count in (1, 2):
            assert far.get(f"{path}&count={count}").status_code == status
            sent = {"resourceType": "ValueSet", "compose": {"include": [{"system": "urn:gyldig:free"}]}}
            given = {"resourceType": "Parameters", "parameter": [{"name": "valueSet", "resource": sent}]}
            assert far.post("/fhir/ValueSet/$expand", json=given).status_code == status


@pytest.mark.parametrize("arguments", [("1",), ("--history",)])
@pytest.mark.parametrize(("system", "reminds"), [("secret", True), ("readable", True), ("free", False)])
def test_exports_of_the_command_line_are_given_with_a_reminder(
    gyldig: Callable[..., Any], licensed: str, arguments: tuple[str, ...], system: str, reminds: bool
) -> None:
    """ADR 0005: who has the database has the content; the licence is named on standard error."""
    found = gyldig("--db", licensed, "export", system, *arguments)
    assert found.code == 0 and "alfa" in found.out
    assert ("does not allow passing this on" in found.err) is reminds


def test_exports_of_python_are_given_and_the_licence_can_be_read(licensed: str) -> None:
    with Registry.open(licensed) as registry:
        for system, redistribution in (("secret", "no"), ("readable", "no"), ("free", "yes")):
            entry = registry.system(system)
            assert entry is not None and entry.redistribution == redistribution
            assert [row["code"] for row in registry.history_rows(system)] == ["A"]
            assert registry.export_rows(system, "1")


def test_writing_needs_the_token(client_of: Make, licensed: str) -> None:
    entry = {"scope": "zoo", "system": "free", "version": "1", "allowed_from": "2024-01-01"}
    assert client_of(db=licensed).post("/api/scopes", json=entry).status_code == 403
    assert client_of(db=licensed).post("/api/scopes", json=entry, headers=BEARER).status_code == 401
    client = client_of(db=licensed, token=TOKEN)
    refused = client.post("/api/scopes", json=entry)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    made = client.post("/api/scopes", json=entry, headers=BEARER)
    assert made.status_code == 201
    assert made.json() in client.get("/api/scopes?system=free").json()["scopes"]


@pytest.mark.parametrize(
    ("entry", "status"),
    [
        ({"scope": ""}, 400),
        ({"scope": "zoo", "system": "free"}, 400),
        ({"scope": "zoo", "system": "free", "version": "1", "allowed_from": 2024}, 400),
        ({"scope": "zoo", "unheard": "of"}, 400),
        ({"scope": "zoo", "system": "free", "version": "99"}, 404),
        ({"scope": "zoo", "system": "nothing", "version": "1"}, 404),
    ],
)
def test_what_cannot_be_written(client_of: Make, licensed: str, entry: dict[str, Any], status: int) -> None:
    client = client_of(db=licensed, token=TOKEN)
    before = client.get("/api/scopes").json()
    answer = client.post("/api/scopes", json=entry, headers=BEARER)
    assert client.get("/api/scopes").json() == before
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_bodies_are_bounded(client_of: Make, licensed: str) -> None:
    client = client_of(db=licensed, token=TOKEN, max_body=1000)
    assert client.post("/api/scopes", content=b"x" * 2000, headers=BEARER).status_code == 413
    pieces = (b"x" * 100 for _ in range(20))
    assert client.post("/api/scopes", content=pieces, headers=BEARER).status_code == 413
