"""Fetching: declarations, https against a local server, pip and npm where they are (slow)."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from loaders.contract import ParsedRelease
from loaders.detect import formats
from loaders.run import parse_paths
from loaders.sources import declared, source
from loaders.sources.fetching import fetch
from registry.entities.errors import GyldigError, SourceError, UsageError
from registry.systems import known
from tests.loaders.test_fat import TREE, row


class Site:
    """What the local server answers, path by path."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, bytes]] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = site.answers.get(self.path, (404, b"none"))
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", body.decode())
                    body = b""
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    made.thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()


PATH = "/api/code-systems/ICD10/download/JSON"


def test_every_declaration_is_whole() -> None:
    for item in declared():
        assert item.title and item.publisher and item.licence and item.validity, item.name
        assert item.transport in ("pip", "npm", "https")
        assert not item.format or item.format in formats()
        assert all(known(system) for system in item.systems)
        assert item.url.startswith("https://") if item.transport == "https" else item.package


def test_fat_over_https(site: Site, tmp_path: Path) -> None:
    site.answers[PATH] = (200, json.dumps(TREE).encode())
    got = fetch("fat-icd10", cache_dir=tmp_path, base_url=site.url)
    assert (got.cached, got.format, got.paths[0].name) == (False, "fat", "ICD10.json")
    found = [
        i.header
        for i in parse_paths(got.paths, got.options, format=got.format)
        if isinstance(i, ParsedRelease)
    ]
    assert {h.system for h in found} == {"icd-10-no"}
    assert found[0].origin == site.url + PATH
    assert found[0].fetched.startswith(got.options.published)
    assert fetch("fat-icd10", cache_dir=tmp_path, base_url=site.url).cached
    site.answers[PATH] = (200, json.dumps([*TREE, row("A02", "A00-A09")]).encode())
    assert fetch("fat-icd10", cache_dir=tmp_path, base_url=site.url).sha256 != got.sha256
    assert {p.name for p in tmp_path.iterdir()} == {"sha256"}


def test_redirects_are_followed_only_to_safe_addresses(site: Site, tmp_path: Path) -> None:
    site.answers[PATH] = (302, b"/elsewhere")
    site.answers["/elsewhere"] = (200, json.dumps(TREE).encode())
    assert fetch("fat-icd10", cache_dir=tmp_path, base_url=site.url).paths[0].is_file()
    site.answers[PATH] = (302, b"http://example.org/x")
    with pytest.raises(UsageError, match="only https"):
        fetch("fat-icd10", cache_dir=tmp_path, base_url=site.url)
    site.answers[PATH] = (302, PATH.encode())
    with pytest.raises(SourceError, match="redirected more than 5 times"):
        fetch("fat-icd10", cache_dir=tmp_path, base_url=site.url)


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (404, b"x", "answered 404"),
        (200, b"", "without content"),
        (200, b"x" * 2000, "larger than 1,000 bytes"),
    ],
)
def test_failures_leave_nothing_behind(
    site: Site, tmp_path: Path, status: int, body: bytes, message: str
) -> None:
    site.answers[PATH] = (status, body)
    with pytest.raises(SourceError, match=message):
        fetch("fat-icd10", cache_dir=tmp_path, base_url=site.url, max_bytes=1000)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("nope", {}, "there is no source 'nope'; sources: fat-icd10"),
        ("fat-icd10", {"version": "2020"}, "rolling source"),
        ("fat-icd10", {"base_url": "http://example.org"}, "only https"),
        ("simple-icd-10-cm", {"version": "2022"}, "no version '2022'; known: 2021-01, 2025-04, 2026-04"),
        ("navikt-diagnosekoder", {"version": "x"}, "no version 'x'; known: a year"),
    ],
)
def test_wrong_use(tmp_path: Path, name: str, options: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        fetch(name, cache_dir=tmp_path, **options)  # type: ignore[arg-type]


def test_no_server_is_a_source_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="could not be fetched"):
        fetch("fat-icd10", cache_dir=tmp_path, base_url="http://127.0.0.1:9", timeout=5)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "version", "found"),
    [
        ("simple-icd-10-cm", "2021-01", {("icd-10-cm", "2021-01")}),
        ("simple-icd-10-cm", "1.0.5", {("icd-10-cm", "2021-01")}),
        ("simple-icd-10-cm", "2025-04", {("icd-10-cm", "2025-04")}),
        ("simple-icd-10-cm", "2026-04", {("icd-10-cm", "2026-04")}),
        ("navikt-diagnosekoder", "", {("icd-10-no", "2026"), ("icpc-2-no", "2026")}),
    ],
)
def test_packages(tmp_path: Path, name: str, version: str, found: set[tuple[str, str]]) -> None:
    if source(name).transport == "npm" and shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    try:
        got = fetch(name, version=version, cache_dir=tmp_path)
    except GyldigError as error:
        pytest.skip(f"not reachable from here: {error}")
    items = [
        i.header
        for i in parse_paths(got.paths, got.options, format=got.format)
        if isinstance(i, ParsedRelease)
    ]
    assert {(h.system, h.version) for h in items} == found
    assert fetch(name, version=version, cache_dir=tmp_path).cached


@pytest.mark.parametrize("label", ["2021.1.post1", "1.2.3", "3.0rc1"])
def test_a_version_of_the_package_itself_is_taken_as_it_is(label: str) -> None:
    assert source("simple-icd-10-cm").package_of(label) == label
