"""Named tokens with rights, and the audit trail."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import bearer_tokens
from api.bearer_tokens import secret_hash
from registry import Registry
from registry.entities.errors import StoreError
from registry.store.audit_trail import Refusal
from tests.rest.conftest import TOKEN

Make = Callable[..., TestClient]
Run = Callable[..., Any]
SCOPE = {"scope": "zoo", "system": "free", "version": "1", "allowed_from": "2024-01-01"}
VALUE_SET = {
    "resourceType": "ValueSet", "url": "http://example.org/v", "status": "active",
    "compose": {"include": [{"system": "urn:gyldig:free"}]},
}  # fmt: skip
SECRET_CODE = "/api/systems/secret/codes/A"
SECRET_LOOKUP = "/fhir/CodeSystem/$lookup?system=urn:gyldig:secret&code=A"


@pytest.fixture(autouse=True)
def read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens are read for every request that has one."""
    monkeypatch.setattr(bearer_tokens, "_SECONDS", 0.0)


def _add(gyldig: Run, db: str, name: str, *rights: str, **more: str) -> dict[str, str]:
    options = [part for right in rights for part in ("--right", right)]
    options += [part for key, value in more.items() for part in (f"--{key.replace('_', '-')}", value)]
    made = gyldig("--db", db, "--json", "token", "add", name, *options)
    assert made.code == 0, made.err
    return {"Authorization": f"Bearer {made.json['secret']}"}


def _audit(gyldig: Run, db: str) -> list[dict[str, Any]]:
    ran = gyldig("--db", db, "--json", "audit")
    assert ran.code == 0, ran.err
    entries: list[dict[str, Any]] = ran.json["entries"]
    return entries


@pytest.mark.parametrize(
    ("right", "reads", "writes", "opens", "loads"),
    [
        ("read", 200, 403, 403, 403),
        ("write", 403, 201, 403, 403),
        ("load", 403, 403, 403, 201),
        ("administer", 200, 201, 200, 201),
    ],
)
def test_each_right_allows_one_thing(
    client_of: Make, gyldig: Run, licensed: str, right: str, reads: int, writes: int, opens: int, loads: int
) -> None:
    token = _add(gyldig, licensed, "maskin", right)
    client = client_of(host="192.0.2.7", db=licensed)
    assert client.get(SECRET_CODE, headers=token).status_code == reads
    assert client.get(SECRET_LOOKUP, headers=token).status_code == reads
    assert client.post("/api/scopes", json=SCOPE, headers=token).status_code == writes
    titled = client.patch("/api/systems/free", json={"title": "x"}, headers=token)
    assert titled.status_code == (200 if writes == 201 else writes)
    assert client.post("/fhir/ValueSet", json=VALUE_SET, headers=token).status_code == loads
    assert client.patch("/api/systems/secret", json={"access": "open"}, headers=token).status_code == opens


@pytest.mark.parametrize(
    ("right", "needed", "method", "path", "body"),
    [
        ("write", "read", "GET", SECRET_CODE, None),
        ("load", "read", "GET", SECRET_LOOKUP, None),
        ("read", "write", "POST", "/api/scopes", SCOPE),
        ("write", "load", "POST", "/fhir/ValueSet", VALUE_SET),
        ("write", "administer", "PATCH", "/api/systems/secret", {"licence": "CC0-1.0"}),
    ],
)
def test_the_refusal_names_the_right(
    client_of: Make, gyldig: Run, licensed: str, right: str, needed: str, method: str, path: str, body: Any
) -> None:
    token = _add(gyldig, licensed, "maskin", right)
    answer = client_of(host="192.0.2.7", db=licensed).request(method, path, json=body, headers=token)
    assert answer.status_code == 403 and f"“{needed}”" in answer.text


def test_a_token_ends(client_of: Make, gyldig: Run, licensed: str) -> None:
    with Registry.open(licensed) as registry:  # the command refuses a token that would never be valid
        registry.access.add_token("old", secret_hash("old secret"), ["read"], valid_to="2020-01-01")
    ended = {"Authorization": "Bearer old secret"}
    live = _add(gyldig, licensed, "new", "read", valid_to="2999-01-01")
    client = client_of(host="192.0.2.7", db=licensed)
    for path in ("/api/systems", "/fhir/CodeSystem"):
        for headers in (ended, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic QTpC"}):
            answer = client.get(path, headers=headers)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    for path in (SECRET_CODE, SECRET_LOOKUP):
        assert client.get(path, headers=live).status_code == 200
    assert gyldig("--db", licensed, "token", "revoke", "new").code == 0
    for path in (SECRET_CODE, SECRET_LOOKUP):
        assert client.get(path, headers=live).status_code == 401
    again = _add(gyldig, licensed, "new", "read")
    assert client.get(SECRET_CODE, headers=again).status_code == 200
    states = [
        (t["name"], t["state"]) for t in gyldig("--db", licensed, "--json", "token", "list").json["tokens"]
    ]
    assert states == [("new", "revoked"), ("new", "valid"), ("old", "ended")]


def test_tokens_are_not_read_for_every_request(
    client_of: Make, gyldig: Run, licensed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = _add(gyldig, licensed, "maskin", "read")
    client = client_of(host="192.0.2.7", db=licensed, token=TOKEN)
    monkeypatch.setattr(bearer_tokens, "_SECONDS", 60.0)
    assert client.get(SECRET_CODE, headers=token).status_code == 200
    monkeypatch.setattr(bearer_tokens.BearerTokens, "read", lambda self: pytest.fail("read again"))
    for headers in (token, {"Authorization": f"Bearer {TOKEN}"}):
        assert client.get(SECRET_CODE, headers=headers).status_code == 200
    assert client.get(SECRET_CODE).status_code == 403


def test_a_token_that_cannot_be_checked_is_503(
    client_of: Make, licensed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(host="192.0.2.7", db=licensed)

    def away(self: object) -> None:
        raise StoreError("away")

    monkeypatch.setattr("registry.writing.access_control.AccessControl.tokens", away)
    for path in (SECRET_CODE, SECRET_LOOKUP):
        answer = client.get(path, headers={"Authorization": "Bearer x"})
        assert answer.status_code == 503 and answer.headers["retry-after"]
        assert client.get(path).status_code == 403


def test_rights_changed_by_hand_are_found_when_a_server_starts(registry: Registry) -> None:
    registry.access.add_token("portal", "0" * 64, ["read"])
    assert registry.verify(quick=True).ok
    with registry.database.transaction() as connection:
        connection.execute("UPDATE access_token SET rights = 'administer'")
    assert not registry.verify(quick=True).ok


def test_secrets_are_not_stored(gyldig: Run, licensed: str) -> None:
    secret = _add(gyldig, licensed, "maskin", "read")["Authorization"].removeprefix("Bearer ")
    with Registry.open(licensed) as registry:
        (stored,) = registry.access.tokens()
        rows = registry.database.reader().all("SELECT * FROM access_token")
    assert len(secret) > 40 and secret not in str(rows) and secret not in str(stored)
    listed = gyldig("--db", licensed, "--json", "token", "list").json["tokens"]
    assert listed == [{"name": "maskin", "rights": "read", "valid_to": "", "state": "valid"}]


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "maskin", "--right", "read"),
        ("add", "b", "--right", "everything"),
        ("add", "b"),
        ("add", " ", "--right", "read"),
        ("add", "a\nb", "--right", "read"),
        ("add", "anonymous", "--right", "read"),
        ("add", "oidc:portal", "--right", "read"),
        ("revoke", "nobody"),
    ],
)
def test_wrong_use_of_tokens(gyldig: Run, licensed: str, arguments: tuple[str, ...]) -> None:
    _add(gyldig, licensed, "maskin", "read")
    assert gyldig("--db", licensed, "token", *arguments).code == 2


def test_writes_and_refused_requests_are_in_the_trail(client_of: Make, gyldig: Run, licensed: str) -> None:
    token = _add(gyldig, licensed, "maskin", "write", "load")
    client = client_of(host="192.0.2.7", db=licensed, token=TOKEN)
    bearer = {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "198.51.100.1, 203.0.113.9"}
    client.get(SECRET_CODE)
    client.get(SECRET_LOOKUP)
    client.get(SECRET_LOOKUP, headers=token)
    client.post("/api/scopes", json=SCOPE, headers=bearer)
    client.put("/fhir/ValueSet/v", json={**VALUE_SET, "id": "v"}, headers=token)
    client.get("/api/systems", headers={"Authorization": "Bearer wrong"})
    client.post("/api/scopes", json=SCOPE)
    client.app.state.refusals.close()  # type: ignore[attr-defined]
    gyldig("--db", licensed, "version", "add", "free", "2", "--valid-from", "2030-01-01")
    found = _audit(gyldig, licensed)
    kinds = {(e["who"], e["origin"], e["kind"], e["what"], e["system"]) for e in found}
    address, lookup = "192.0.2.7", "GET /fhir/CodeSystem/$lookup"
    assert {
        ("anonymous", address, "refused", "GET /api/systems/{system}/codes/{code:path}", "secret"),
        ("anonymous", address, "refused", lookup, "secret"),
        ("maskin", address, "refused", lookup, "secret"),
        ("GYLDIG_TOKEN", f"{address} for 203.0.113.9", "write", "applicability", "free"),
        ("maskin", address, "write", "resource", VALUE_SET["url"]),
        ("unknown token", address, "refused", "token", ""),
        ("anonymous", address, "refused", "POST /api/scopes", ""),
    } <= kinds
    assert found[-1]["origin"] == "command line" and found[-1]["system"] == "free"
    assert "=A" not in str(found) and "/A" not in str(found)
    assert any(e["what"] == "token-add" and e["about"] == "maskin" for e in found)
    assert gyldig("--db", licensed, "audit", "--since", "2999-01-01").code == 0
    rows = list(csv.DictReader(io.StringIO(gyldig("--db", licensed, "audit", "--csv").out)))
    assert [r["what"] for r in rows] == [e["what"] for e in found]


def test_the_trail_over_rest_needs_the_right_to_administer(
    client_of: Make, gyldig: Run, licensed: str
) -> None:
    token = _add(gyldig, licensed, "admin", "administer")
    other = _add(gyldig, licensed, "other", "read", "write", "load")
    client = client_of(db=licensed)
    assert client.get("/api/audit").status_code == 401  # local callers may read content, not who wrote it
    assert client.get("/api/audit", headers=other).status_code == 403
    pages = [client.get("/api/audit?count=3", headers=token).json()]
    while pages[-1]["more"]:
        pages.append(client.get(f"/api/audit?count=3&cursor={pages[-1]['cursor']}", headers=token).json())
    found = [entry for one in pages for entry in one["entries"]]
    client.app.state.refusals.close()  # type: ignore[attr-defined]
    assert len(pages) > 1 and found == _audit(gyldig, licensed)[: len(found)]
    assert client.get("/api/audit?since=2999-01-01", headers=token).json()["entries"] == []
    assert client.get("/api/audit?since=yesterday", headers=token).status_code == 400


def test_names_of_tokens_are_not_public(client_of: Make, gyldig: Run, licensed: str) -> None:
    _add(gyldig, licensed, "hemmelig-navn", "read")
    client = client_of(host="192.0.2.7", db=licensed)
    for path in ("/api/changes", "/api/log"):
        answer = client.get(path)
        assert "token-add" in answer.text and "hemmelig-navn" not in answer.text


def test_the_author_of_a_change_is_the_token(client_of: Make, gyldig: Run, licensed: str) -> None:
    token = _add(gyldig, licensed, "portalen", "load", "write")
    client = client_of(host="192.0.2.7", db=licensed)
    assert client.put("/fhir/ValueSet/v", json={**VALUE_SET, "id": "v"}, headers=token).status_code == 201
    assert client.post("/api/scopes", json=SCOPE, headers=token).status_code == 201
    with Registry.open(licensed) as registry:
        assert [e.by for e in registry.log(count=2).entries] == ["portalen", "portalen"]


def test_a_changed_entry_is_found(gyldig: Run, database: str) -> None:
    with Registry.open(database) as registry:
        registry.access.record([Refusal("a", "", f"GET {n}") for n in range(5)])
        assert registry.audit().broken_at is None
        with registry.database.transaction() as connection:
            connection.execute("UPDATE audit_entry SET actor = ? WHERE number = ?", ("b", 3))
        assert registry.audit().broken_at == 3
    assert gyldig("--db", database, "audit").code == 1
    assert gyldig("--db", database, "verify").code == 1
    with Registry.open(database) as registry, registry.database.transaction() as connection:
        connection.execute("UPDATE audit_entry SET actor = ? WHERE number = ?", ("a", 3))
    assert gyldig("--db", database, "audit").code == 0


@pytest.mark.parametrize("lost", [1, 3, 5])
def test_a_lost_entry_is_found(registry: Registry, lost: int) -> None:
    registry.access.record([Refusal("a", "", f"GET {n}") for n in range(5)])
    with registry.database.transaction() as connection:
        connection.execute("DELETE FROM audit_entry WHERE number = ?", (lost,))
    assert registry.audit().broken_at == lost
    assert not registry.verify().ok


def test_a_trail_that_was_made_anew_is_found(registry: Registry) -> None:
    """A chain alone can be computed again; publications after it have its end."""
    registry.access.record([Refusal("a", "", f"GET {n}") for n in range(5)])
    registry.access.add_token("x", "0" * 64, ["read"])
    with registry.database.transaction() as connection:
        connection.execute("DELETE FROM audit_entry")
        connection.execute("DELETE FROM audit_end")
    registry.access.record([Refusal("b", "", f"GET {n}") for n in range(7)])
    assert registry.audit().broken_at == 5
    assert not registry.verify().ok
