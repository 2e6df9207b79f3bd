"""Who counts as local: what browsers, proxies and the settings change."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from api.bearer_tokens import secret_hash
from registry import Registry
from tests.rest.conftest import TOKEN
from tests.rest.test_server import _get, _served

Make = Callable[..., TestClient]
PATHS = ["/api/systems/secret/codes/A", "/fhir/CodeSystem/$lookup?system=urn:gyldig:secret&code=A"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:8000"}, 200),
        ({"Host": "127.0.0.1:8000"}, 200),
        ({"Host": "[::1]:8000"}, 200),
        ({"Host": "LOCALHOST"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "localhost.evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example"}, 403),
        ({"Host": ""}, 403),
        ({"X-Forwarded-For": "127.0.0.1"}, 403),
        ({"X-Forwarded-Proto": "https"}, 403),
        ({"X-Forwarded-Host": "localhost"}, 403),
        ({"Forwarded": "for=127.0.0.1"}, 403),
        ({"Via": "1.1 proxy"}, 403),
        ({"X-Real-IP": "127.0.0.1"}, 403),
        ({"CF-Connecting-IP": "192.0.2.1"}, 403),
        ({"X-Amzn-Trace-Id": "Root=1"}, 403),
        ({"Client-IP": "192.0.2.1"}, 403),
        ({"Incap-Client-IP": "192.0.2.1"}, 403),
        ({"X_Forwarded_For": "192.0.2.1"}, 403),
        ({"X_REAL_IP": "192.0.2.1"}, 403),
        ({"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}, 200),
        ({"Host": "localhost:65535"}, 200),
        ({"Host": "localhost:65536"}, 403),
        ({"Host": "localhost:99999"}, 403),
        ({"Host": "localhost:0"}, 403),
        ({"Host": "localhost:" + "1" * 5000}, 403),
        ({"Origin": "http://localhost:3000"}, 200),
        ({"Origin": "https://127.0.0.1"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "file://localhost"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_headers_decide(
    client_of: Make, licensed: str, path: str, headers: dict[str, str], status: int
) -> None:
    assert client_of(db=licensed).get(path, headers=headers).status_code == status


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("settings", "status"),
    [
        ({"host": "127.0.0.1"}, 200),
        ({"host": "localhost"}, 200),
        ({"host": "::1"}, 200),
        ({"host": "0.0.0.0"}, 403),
        ({"host": "::"}, 403),
        ({"host": "10.0.0.1"}, 403),
        ({"host": ""}, 403),
        ({"local": False}, 403),
    ],
)
def test_the_address_and_the_setting_decide(
    client_of: Make, licensed: str, path: str, settings: dict[str, Any], status: int
) -> None:
    make = dict(settings)
    client = TestClient(
        _app(licensed, **{"host": "127.0.0.1", **make}), client=("127.0.0.1", 1), base_url="http://localhost"
    )
    with client:
        assert client.get(path).status_code == status


def _app(db: str, **settings: Any) -> Any:
    from api.app import create_app
    from api.settings import Settings

    return create_app(Settings(db=db, **settings))


@pytest.mark.parametrize(
    "path", ["/", "/api/systems", "/api/docs", "/api/nothing", *PATHS, "/fhir/metadata", "/fhir/nothing"]
)
@pytest.mark.parametrize(
    "given", ["Bearer wrong", "Bearer", "Bearer ", "Basic YTpi", TOKEN, "bearer " + TOKEN + "x"]
)
def test_a_token_that_is_not_valid_is_refused_everywhere(
    client_of: Make, licensed: str, path: str, given: str
) -> None:
    client = client_of(db=licensed, token=TOKEN)
    for method in ("GET", "HEAD", "POST"):
        answer = client.request(method, path, headers={"Authorization": given})
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("path", PATHS)
def test_two_authorization_headers_are_refused(client_of: Make, licensed: str, path: str) -> None:
    client = client_of(db=licensed, token=TOKEN)
    good, bad = f"Bearer {TOKEN}", "Bearer wrong"
    assert client.get(path, headers=[("Authorization", good)]).status_code == 200
    for first, second in ((good, bad), (bad, good), (good, good), (good, "")):
        answer = client.get(path, headers=[("Authorization", first), ("Authorization", second)])
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_answers_are_not_for_other_callers(client_of: Make, licensed: str) -> None:
    client = client_of(db=licensed)
    for path in ("/api/systems", *PATHS, "/fhir/metadata", "/api/nothing", "/fhir/CodeSystem/nothing"):
        headers = client.get(path).headers
        assert "authorization" in headers["vary"].lower(), path
        assert headers["cache-control"] == "no-cache"
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/api/docs"])
def test_pages_run_nothing(client_of: Make, licensed: str, path: str) -> None:
    answer = client_of(db=licensed).get(path)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<script" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


GUIDE = Path(__file__).resolve().parents[2] / "docs" / "howto" / "harden.md"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _proxy(command: list[str]) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


def _nginx(folder: Path, server: str) -> list[str]:
    places = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    text = f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\nhttp {{ access_log off; {places}\n{server}\n}}"
    (folder / "nginx.conf").write_text(text)
    return [shutil.which("nginx") or "nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]


def _example(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found.group(1)


_PLAIN = "server { listen 127.0.0.1:8443; location / { proxy_pass http://127.0.0.1:8000; } }"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
@pytest.mark.parametrize("config", ["guide", "plain"])
def test_behind_nginx_nobody_is_local(licensed: str, tmp_path: Path, config: str) -> None:
    server = _example("nginx") if config == "guide" else _PLAIN
    port = _free_port()
    _add_token(licensed)
    with _served(licensed) as (url, _):
        server = server.replace("127.0.0.1:8000", url.removeprefix("http://"))
        server = re.sub(r"listen [^;]*;", f"listen 127.0.0.1:{port};", server)
        with _proxy(_nginx(tmp_path, server)):
            _check_proxy(url, f"http://127.0.0.1:{port}")
    if config == "guide":
        _check_trail(licensed)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("caddy") is None, reason="caddy is not installed")
def test_behind_caddy_nobody_is_local(licensed: str, tmp_path: Path) -> None:
    port = _free_port()
    _add_token(licensed)
    with _served(licensed) as (url, _):
        text = _example("caddy").replace("127.0.0.1:8000", url.removeprefix("http://"))
        file = tmp_path / "Caddyfile"
        file.write_text(text.replace("terminologi.example.no", f"http://127.0.0.1:{port}"))
        command = [shutil.which("caddy") or "caddy", "run", "--adapter", "caddyfile", "--config", str(file)]
        with _proxy(command):
            _check_proxy(url, f"http://127.0.0.1:{port}")
    _check_trail(licensed)


def _add_token(db: str) -> None:
    with Registry.open(db) as registry:
        registry.access.add_token("portal", secret_hash(TOKEN), ["read"])


def _check_trail(db: str) -> None:
    """The audit trail has the address that the proxy states, never the one that the caller states."""
    with Registry.open(db) as registry:
        refused = {(e.who, e.origin) for e in registry.audit().entries if e.kind == "refused"}
    assert refused == {("anonymous", "127.0.0.1 for 127.0.0.1"), ("unknown token", "127.0.0.1 for 127.0.0.1")}


def _check_proxy(direct: str, proxied: str) -> None:
    assert _get(direct + PATHS[0]).status_code == 200
    for _ in range(50):
        try:
            httpx.get(proxied + "/api/systems", timeout=5)
            break
        except httpx.TransportError:
            time.sleep(0.1)
    for path in PATHS:
        assert httpx.get(proxied + path, timeout=5).status_code == 403
    assert httpx.get(proxied + "/api/systems", timeout=5).status_code == 200
    for token, status in ((TOKEN, 200), ("wrong", 401)):
        headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": "198.51.100.1"}
        for path in PATHS:
            assert httpx.get(proxied + path, headers=headers, timeout=5).status_code == status


def test_what_a_caller_sent_earlier_is_nobody_elses(client_of: Make, licensed: str) -> None:
    """``cache-id`` is chosen by the client: two callers with the same one do not share what they sent."""
    sent = {"resourceType": "CodeSystem", "url": "urn:gyldig:free", "version": "9", "status": "active", "content": "complete",
            "concept": [{"code": "A", "display": "another text"}]}  # fmt: skip
    given = [{"name": "tx-resource", "resource": sent}, {"name": "cache-id", "valueString": "shared"},
             {"name": "system", "valueUri": "urn:gyldig:free"}, {"name": "code", "valueCode": "A"}]  # fmt: skip
    body = {"resourceType": "Parameters", "parameter": given}
    asked = "/fhir/CodeSystem/$lookup?system=urn:gyldig:free&code=A&cache-id=shared"
    one = client_of(host="192.0.2.7", db=licensed, token=TOKEN)
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert "another text" in one.post("/fhir/CodeSystem/$lookup", json=body).text
    assert "another text" in one.get(asked).text
    assert "another text" not in one.get(asked, headers=bearer).text
