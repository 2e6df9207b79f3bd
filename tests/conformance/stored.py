"""The conformance cases with a suite's resources loaded into a registry first, instead of sent with each request.

Here: loading, and a client for the runner that leaves out what is loaded. Not here: baselines (``test_ecosystem``).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
from collections.abc import Callable
from contextlib import AbstractContextManager, redirect_stdout
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Any

from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from loaders.contract import LoadOptions
from loaders.run import load_paths
from registry import Registry

__all__ = ["Client", "run_stored", "runner"]

_TOKEN = "conformance"
_MIME = "application/fhir+json; fhirVersion="


def run_stored(
    place: Path, work: Path, database: Callable[[str], AbstractContextManager[str]]
) -> list[dict[str, Any]]:
    """The runner's result of every case; ``database`` gives the URL of an empty database for a suite's name."""
    txrun = runner(place)
    found: list[dict[str, Any]] = []
    suites = txrun.Suite(str(place / "tests"), {"general"}, None)
    for suite in suites.suites:
        setup = [txrun.typed(suites.load(name)) for name in suite.get("setup", [])]
        with database(suite["name"]) as url, Registry.open(url) as registry:
            _load(txrun, registry, setup, work / suite["name"])
            found += _run(txrun, suites, suite["name"], registry, setup, work)
    return found


def runner(place: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("txrun", place / "txrun.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _load(txrun: ModuleType, registry: Registry, setup: list[dict[str, Any]], folder: Path) -> None:
    """Load the resources as a folder of files, the way users do."""
    if not setup:
        return
    folder.mkdir()
    for number, resource in enumerate(setup):
        (folder / f"{number:03}.json").write_text(txrun.dumps(resource))
    load_paths(registry, [folder], LoadOptions())


def _run(
    txrun: ModuleType,
    suites: Any,
    suite: str,
    registry: Registry,
    setup: list[dict[str, Any]],
    work: Path,
) -> list[dict[str, Any]]:
    app = create_app(Settings(host="127.0.0.1", token=_TOKEN), registry=registry)
    loaded = [json.dumps(r, sort_keys=True) for r in setup]
    out = work / "out.json"
    with TestClient(app, client=("127.0.0.1", 50000), base_url="http://localhost") as web:
        txrun.Client = lambda base, timeout: Client(txrun, web, loaded, base="/fhir/r5/", version="5.0")
        options = argparse.Namespace(
            base="/fhir/r5", suite=[suite], exclude=[], filter=None, json=str(out), mode=[], fhir_version=None,
            tight=False, lenient_base64=False, no_cache=True, timeout=30, keep=False, verbose=False,
        )  # fmt: skip
        with redirect_stdout(StringIO()):
            txrun.run(options, suites)
    results: list[dict[str, Any]] = json.loads(out.read_text())["results"]
    return results


class Client:
    """The runner's client over the application, without the resources that are loaded."""

    def __init__(
        self, txrun: ModuleType, web: TestClient, loaded: list[str], *, base: str, version: str
    ) -> None:
        self._txrun, self._web, self._loaded, self._base = txrun, web, loaded, base
        self.fver = version

    def call(
        self, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any, bytes]:
        """Status, JSON and bytes of the answer."""
        mime = _MIME + self.fver
        sent = {"Accept": mime, "Authorization": f"Bearer {_TOKEN}", **(headers or {})}
        if body is None:
            answer = self._web.get(self._base + path, headers=sent)
        else:
            rest = [p for p in body["parameter"] if not self._is_loaded(p)]
            content = self._txrun.dumps({**body, "parameter": rest}).encode()
            answer = self._web.post(
                self._base + path, content=content, headers={**sent, "Content-Type": mime}
            )
        try:
            found = self._txrun.loads(answer.content)
        except ValueError:
            found = None
        return answer.status_code, found, answer.content

    def _is_loaded(self, parameter: dict[str, Any]) -> bool:
        return parameter["name"] == "tx-resource" and (
            json.dumps(parameter["resource"], sort_keys=True) in self._loaded
        )
