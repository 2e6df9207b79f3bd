"""Access tokens of an OpenID Connect issuer: what is accepted, what is refused and why, and how keys are fetched."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from starlette.testclient import TestClient

from api import issuer_keys
from api.oidc import ALGORITHMS
from registry import Registry
from registry.entities.errors import UsageError
from tests.rest.conftest import add_system

Make = Callable[..., TestClient]
Key = RSAKey | ECKey | OKPKey
SECRET_CODE = "/api/systems/secret/codes/A"
LOOKUP = "/fhir/CodeSystem/$lookup?system=urn:gyldig:secret&code=A"
SCOPE = {"scope": "zoo"}
RSA = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
EC = ECKey.generate_key("P-256", {"kid": "ec"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"})
OTHER = RSAKey.generate_key(2048, {"kid": "rsa"})


class LocalIssuer:
    """A server on this machine that has a configuration and keys, and signs tokens."""

    def __init__(self) -> None:
        self.keys: list[Any] = [RSA, EC, ED]
        self.status, self.delay, self.body = 200, 0.0, b""
        self.requests: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.requests.append(self.path)
                time.sleep(outer.delay)
                body = outer.body or json.dumps(outer._answer(self.path)).encode()
                self.send_response(outer.status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def _answer(self, path: str) -> dict[str, Any]:
        if path.endswith("openid-configuration"):
            return {"issuer": self.url, "jwks_uri": f"{self.url}/jwks"}
        return {"keys": [key.as_dict(private=False) for key in self.keys]}

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Claims that are accepted, with changes; None removes one."""
        now = int(time.time())
        made = {
            "iss": self.url, "aud": "gyldig", "exp": now + 60, "nbf": now - 1, "iat": now - 1,
            "client_id": "portalen", "scope": "gyldig:read",
        }  # fmt: skip
        return {k: v for k, v in (made | changes).items() if v is not None}

    def token(
        self, key: Any = RSA, alg: str = "RS256", header: dict[str, Any] | None = None, **changes: Any
    ) -> str:
        sent = {"alg": alg, "kid": key.kid, **(header or {})}
        allowed = JWSRegistry(algorithms=[alg], strict_check_header=False)
        return jwt.encode(
            {k: v for k, v in sent.items() if v is not None}, self.claims(**changes), key, registry=allowed
        )


@pytest.fixture
def issuer() -> Iterator[LocalIssuer]:
    made = LocalIssuer()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a registry with a restricted system."""
    path = tmp_path_factory.mktemp("licensed") / "r.sqlite"
    with Registry.open(str(path)) as registry:
        add_system(registry, "secret")
        registry.database.reader().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.read_bytes()


@pytest.fixture
def licensed(stored: bytes, tmp_path: Path) -> str:
    """Tokens of an issuer never touch the database, so one kind of database is enough."""
    path = tmp_path / "r.sqlite"
    path.write_bytes(stored)
    return str(path)


@pytest.fixture
def client(client_of: Make, licensed: str, issuer: LocalIssuer) -> TestClient:
    return client_of(
        host="192.0.2.7", db=licensed, oidc_issuer=issuer.url, oidc_audience="gyldig",
        oidc_algorithms=" ".join(ALGORITHMS),
    )  # fmt: skip


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize(
    ("key", "alg"), [(RSA, "RS256"), (RSA, "PS384"), (EC, "ES256"), (ED, "Ed25519")], ids=lambda x: str(x)[:8]
)
def test_a_token_reads(client: TestClient, issuer: LocalIssuer, key: Key, alg: str) -> None:
    for path in (SECRET_CODE, LOOKUP):
        assert client.get(path, headers=_bearer(issuer.token(key, alg))).status_code == 200
        assert client.get(path).status_code == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["other", "gyldig"]},
        {"scope": ["other", "gyldig:read"]},
        {"scope": "other gyldig:read"},
        {"nbf": None, "iat": None},
        {"exp": int(time.time()) + 10**6},
        {"exp": 10**400},
        {"header": {"typ": "at+jwt"}},
        {"header": {"typ": "JWT", "x5t": "abc"}},
    ],
    ids=lambda x: "-".join(x) if isinstance(x, dict) else str(x),
)
def test_what_is_accepted(client: TestClient, issuer: LocalIssuer, changes: dict[str, Any]) -> None:
    assert client.get(SECRET_CODE, headers=_bearer(issuer.token(**changes))).status_code == 200


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"aud": "other"}, "“aud”"),
        ({"aud": ["other"]}, "“aud”"),
        ({"aud": None}, "“aud”"),
        ({"aud": 7}, "“aud”"),
        ({"iss": "https://other.example"}, "“iss”"),
        ({"iss": None}, "“iss”"),
        ({"exp": None}, "“exp”"),
        ({"exp": "tomorrow"}, "“exp”"),
        ({"exp": int(time.time()) - 60}, "expired"),
        ({"nbf": int(time.time()) + 1000}, "“nbf”"),
        ({"iat": int(time.time()) + 1000}, "“iat”"),
        ({"cnf": {"jkt": "abc"}}, "DPoP"),
        ({"header": {"typ": "dpop+jwt"}}, "“typ”"),
        ({"header": {"typ": "logout+jwt"}}, "“typ”"),
        ({"header": {"crit": ["x"], "x": 1}}, "not valid"),
        ({"header": {"kid": "nobody"}}, "not valid"),
        ({"header": {"kid": None}}, "not valid"),
        ({"key": OTHER}, "signed"),
    ],
    ids=lambda x: "-".join(x) if isinstance(x, dict) else str(x),
)
def test_what_is_refused(
    client: TestClient, issuer: LocalIssuer, changes: dict[str, Any], reason: str
) -> None:
    token = issuer.token(**changes) if "crit" not in changes.get("header", {}) else _crit(issuer)
    for path in (SECRET_CODE, LOOKUP, "/api/systems"):
        answer = client.get(path, headers=_bearer(token))
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert reason in answer.text


def _encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _crit(issuer: LocalIssuer) -> str:
    """A token that demands what is not understood, with a signature that nobody checks."""
    header = {"alg": "RS256", "kid": "rsa", "crit": ["x"], "x": 1}
    return f"{_encoded(header)}.{_encoded(issuer.claims())}.{_encoded('x')}"


def test_algorithms_that_prove_nothing(client: TestClient, issuer: LocalIssuer) -> None:
    """``none``, and a signature with the public key taken for a shared secret."""
    claims = _encoded(issuer.claims())
    none = f"{_encoded({'alg': 'none', 'kid': 'rsa'})}.{claims}."
    signed = f"{_encoded({'alg': 'HS256', 'kid': 'rsa'})}.{claims}"
    mac = hmac.new(RSA.as_pem(private=False), signed.encode(), hashlib.sha256).digest()
    confused = f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    for token in (none, confused, none + "x", "a.b.c", "..", "é.é.é"):
        header = {"Authorization": f"Bearer {token}".encode("latin-1")}
        assert client.get(SECRET_CODE, headers=header).status_code == 401


def test_a_shared_secret_among_the_keys_is_not_used(client: TestClient, issuer: LocalIssuer) -> None:
    secret = OctKey.generate_key(256, {"kid": "oct"})
    issuer.body = json.dumps(
        {
            "issuer": issuer.url,
            "jwks_uri": f"{issuer.url}/jwks",
            "keys": [secret.as_dict(), RSA.as_dict(private=False)],
        }
    ).encode()
    assert client.get(SECRET_CODE, headers=_bearer(issuer.token(secret, "HS256"))).status_code == 401
    assert client.get(SECRET_CODE, headers=_bearer(issuer.token())).status_code == 200


def test_an_algorithm_that_is_not_allowed(client_of: Make, licensed: str, issuer: LocalIssuer) -> None:
    client = client_of(
        host="192.0.2.7", db=licensed, oidc_issuer=issuer.url, oidc_audience="gyldig", oidc_algorithms="ES256"
    )
    assert client.get(SECRET_CODE, headers=_bearer(issuer.token())).status_code == 401
    assert client.get(SECRET_CODE, headers=_bearer(issuer.token(EC, "ES256"))).status_code == 200


@pytest.mark.parametrize(
    ("scope", "reads", "writes"),
    [("gyldig:read", 200, 403), ("gyldig:write", 403, 201), ("gyldig:administer", 200, 201), ("x", 403, 403), (None, 403, 403)],
)  # fmt: skip
def test_scopes_are_rights(
    client: TestClient, issuer: LocalIssuer, scope: str, reads: int, writes: int
) -> None:
    headers = _bearer(issuer.token(scope=scope))
    assert client.get("/api/systems", headers=headers).status_code == 200
    assert client.get(SECRET_CODE, headers=headers).status_code == reads
    assert client.post("/api/scopes", json=SCOPE, headers=headers).status_code == writes


def test_scopes_of_the_settings(client_of: Make, licensed: str, issuer: LocalIssuer) -> None:
    client = client_of(host="192.0.2.7", db=licensed, oidc_issuer=issuer.url, oidc_audience="gyldig",
                       oidc_scopes="nhn:gyldig/les=read")  # fmt: skip
    assert client.get(SECRET_CODE, headers=_bearer(issuer.token(scope="nhn:gyldig/les"))).status_code == 200
    assert client.get(SECRET_CODE, headers=_bearer(issuer.token())).status_code == 403
    assert client.post("/api/scopes", json=SCOPE).status_code == 403  # switched off: no scope allows it


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"consumer": {"authority": "iso6523-actorid-upis", "ID": "0192:991825827"}}, "oidc:portalen (991825827)"),
        ({"helseid://claims/client/claims/orgnr_parent": "994598759"}, "oidc:portalen (994598759)"),
        ({"client_id": None, "sub": "a\nb"}, "oidc:a?b"),
    ],
)  # fmt: skip
def test_the_author_is_the_client(
    client: TestClient, issuer: LocalIssuer, claims: dict[str, Any], name: str
) -> None:
    headers = _bearer(issuer.token(scope="gyldig:administer", **claims))
    assert client.post("/api/scopes", json=SCOPE, headers=headers).status_code == 201
    assert client.get("/api/log?count=1", headers=headers).json()["entries"][0]["by"] == name


def test_tokens_of_the_registry_remain(client: TestClient, gyldig: Callable[..., Any], licensed: str) -> None:
    secret = gyldig("--db", licensed, "--json", "token", "add", "maskin", "--right", "read").json["secret"]
    time.sleep(1.1)
    assert client.get(SECRET_CODE, headers=_bearer(secret)).status_code == 200


def test_keys_are_fetched_once(client: TestClient, issuer: LocalIssuer) -> None:
    for _ in range(5):
        assert (
            client.get(SECRET_CODE, headers=_bearer(issuer.token(jti=str(time.time_ns())))).status_code == 200
        )
    assert issuer.requests == ["/.well-known/openid-configuration", "/jwks"]


def test_a_new_key_is_fetched_at_most_once_a_minute(
    client: TestClient, issuer: LocalIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get(SECRET_CODE, headers=_bearer(issuer.token())).status_code == 200
    new = RSAKey.generate_key(2048, {"kid": "new"})
    issuer.keys.append(new)
    for n in range(20):
        assert (
            client.get(SECRET_CODE, headers=_bearer(issuer.token(header={"kid": f"{n}"}))).status_code == 401
        )
    assert len(issuer.requests) == 2
    monkeypatch.setattr(issuer_keys, "_UNKNOWN_KEY", 0.0)
    assert client.get(SECRET_CODE, headers=_bearer(issuer.token(new))).status_code == 200
    assert len(issuer.requests) == 4


@pytest.mark.parametrize(
    "broken",
    [
        {"status": 500},
        {"body": b"x"},
        {"body": b"[]"},
        {"body": b'{"keys": []}'},
        {"body": b'{"issuer": "https://other.example", "jwks_uri": "https://other.example/jwks"}'},
        {"body": b"x" * 300_000},
    ],
)
def test_an_issuer_without_keys_is_503(
    client: TestClient, issuer: LocalIssuer, broken: dict[str, Any]
) -> None:
    for name, value in broken.items():
        setattr(issuer, name, value)
    for path in (SECRET_CODE, LOOKUP):
        answer = client.get(path, headers=_bearer(issuer.token()))
        assert answer.status_code == 503 and answer.headers["retry-after"]
    assert client.get("/api/systems").status_code == 200
    assert len(issuer.requests) == 1  # the second request did not try again


def test_old_keys_are_used_when_the_issuer_is_away(
    client: TestClient, issuer: LocalIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get(SECRET_CODE, headers=_bearer(issuer.token(jti="1"))).status_code == 200
    issuer.status = 500
    monkeypatch.setattr(issuer_keys, "_FRESH", 0.0)
    monkeypatch.setattr(issuer_keys, "_FAILED", 0.0)
    assert client.get(SECRET_CODE, headers=_bearer(issuer.token(jti="2"))).status_code == 200
    monkeypatch.setattr(issuer_keys, "_STALE", 0.0)
    assert client.get(SECRET_CODE, headers=_bearer(issuer.token(jti="3"))).status_code == 503


def test_a_slow_issuer_delays_only_its_tokens(
    client: TestClient, issuer: LocalIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuer_keys, "_TIMEOUT", 0.5)
    issuer.delay = 2.0
    waiting: list[int] = []
    thread = threading.Thread(
        target=lambda: waiting.append(client.get(SECRET_CODE, headers=_bearer(issuer.token())).status_code)
    )
    thread.start()
    begun = time.monotonic()
    assert client.get("/api/systems").status_code == 200
    assert time.monotonic() - begun < 0.45
    thread.join(10)
    assert waiting == [503]


def test_an_accepted_token_ends(
    client: TestClient, issuer: LocalIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = _bearer(issuer.token(exp=int(time.time()) + 30))
    assert client.get(SECRET_CODE, headers=headers).status_code == 200
    later = time.time() + 45
    monkeypatch.setattr("api.oidc.time.time", lambda: later)
    assert client.get(SECRET_CODE, headers=headers).status_code == 401


@pytest.mark.parametrize(
    "settings",
    [
        {"oidc_audience": ""},
        {"oidc_issuer": "http://example.org"},
        {"oidc_issuer": "example.org"},
        {"oidc_jwks": "http://example.org/jwks"},
        {"oidc_algorithms": "HS256"},
        {"oidc_algorithms": "none"},
        {"oidc_algorithms": " "},
        {"oidc_scopes": "read"},
        {"oidc_scopes": "x=everything"},
    ],
    ids=lambda x: "-".join(x) if isinstance(x, dict) else str(x),
)
def test_settings_that_cannot_be_right(client_of: Make, settings: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        client_of(**{"oidc_issuer": "https://example.org", "oidc_audience": "gyldig", **settings})
