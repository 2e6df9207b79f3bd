"""The publication log: each publication with what it wrote, by whom, why and when; the same on every surface."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from api.workers import Lane
from registry import Registry
from registry.entities.authorship import authored, authorship, set_author
from registry.entities.results import plain
from tests.registry.making import load

Run = Callable[..., Any]


def test_each_publication_says_what_it_wrote_by_whom_and_why(registry: Registry) -> None:
    with authored(by="kari", why="first load"):
        load(registry, "2020", {"A": "a"}, valid_from=date(2020, 1, 1))
    registry.set_version("demo-icd", "2020", valid_from="2020-02-01", why="notice 7")
    release = registry.releases("demo-icd")[0].release
    registry.retract("demo-icd", "2020", release=release, why="wrong file")
    retracted, changed, loaded = registry.log().entries
    assert (loaded.action, loaded.by, loaded.why) == ("load", "kari", "first load")
    assert {(w.kind, w.change) for w in loaded.wrote} == {
        ("system", "added"), ("version", "added"), ("release", "added"),
    }  # fmt: skip
    assert (changed.action, changed.why) == ("version", "notice 7")
    (wrote,) = changed.wrote
    assert (wrote.kind, wrote.name, wrote.change) == ("version", "2020", "changed")
    assert (wrote.before, wrote.after) == ({"valid_from": "2020-01-01"}, {"valid_from": "2020-02-01"})
    assert (retracted.action, retracted.why) == ("retract", "wrong file")
    assert [(w.kind, w.change) for w in retracted.wrote] == [("release", "ended")]
    assert loaded.recorded < changed.recorded < retracted.recorded


def test_the_log_is_paged_filtered_and_known_at(registry: Registry) -> None:
    for version in ("2020", "2021", "2022"):
        load(registry, version, {"A": version})
    registry.add_scope("npr", title="NPR")
    first = registry.log(count=3)
    assert [e.action for e in first.entries] == ["scope", "load", "load"]
    rest = registry.log(count=3, cursor=first.cursor)
    assert ([e.version for e in rest.entries], rest.cursor) == (["2020"], None)
    assert [e.version for e in registry.log(system="demo-icd").entries] == ["2022", "2021", "2020"]
    then = registry.log(system="demo-icd").entries[1].recorded
    assert [e.version for e in registry.log(known_at=then).entries] == ["2021", "2020"]


def test_three_surfaces_one_log(gyldig: Run, demo_db: str) -> None:
    with Registry.open(demo_db) as registry:
        python = plain(registry.log(count=5))
    assert gyldig("--db", demo_db, "--json", "log", "--count", "5").json == python
    with TestClient(
        create_app(Settings(db=demo_db, host="127.0.0.1")),
        base_url="http://localhost",
        client=("127.0.0.1", 1),
    ) as client:
        assert client.get("/api/log?count=5").json() == python


def test_the_command_line_records_its_user_and_reason(gyldig: Run, database: str, monkeypatch: Any) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "kari")
    with Registry.open(database) as registry:
        load(registry, "2020", {"A": "a"})
    done = gyldig(
        "--db",
        database,
        "version",
        "set",
        "demo-icd",
        "2020",
        "--valid-from",
        "2020-02-01",
        "--why",
        "notice 7",
    )
    assert done.code == 0 and "2020-02-01" in done.out and "2020-01-01" in done.out
    shown = gyldig("--db", database, "log").out
    assert "kari" in shown and "notice 7" in shown and "2020-01-01 → 2020-02-01" in shown
    assert gyldig("--db", database, "version", "set", "demo-icd", "2020").code == 2
    assert (
        gyldig("--db", database, "version", "set", "demo-icd", "1999", "--valid-from", "2020-02-01").code == 2
    )


def test_rest_changes_dates_with_the_token_only(database: str) -> None:
    with Registry.open(database) as registry:
        load(registry, "2020", {"A": "a"})
    with TestClient(create_app(Settings(db=database, token="t")), client=("192.0.2.7", 1)) as client:
        path, bearer = "/api/systems/demo-icd/versions/2020", {"Authorization": "Bearer t"}
        body = {"valid_from": "2020-02-01", "why": "notice 7"}
        assert client.patch(path, json=body).status_code == 401
        done = client.patch(path, json=body, headers=bearer)
        assert (done.status_code, done.json()["before_valid_from"]) == (200, "2020-01-01")
        assert client.patch(path, json={"valid_from": 2020}, headers=bearer).status_code == 400
        missing = client.patch("/api/systems/demo-icd/versions/1999", json=body, headers=bearer)
        assert missing.status_code == 404
        entry = client.get("/api/log?count=1", headers=bearer).json()["entries"][0]
        assert (entry["by"], entry["why"]) == ("GYLDIG_TOKEN", "notice 7")
        assert client.get("/api/log?count=1").json()["entries"][0]["by"] == ""


@pytest.mark.parametrize("kind", ["ValueSet", "CodeSystem"])
def test_what_is_written_over_fhir_has_its_author(database: str, kind: str) -> None:
    resource = {
        "resourceType": kind,
        "id": "mine",
        "url": "http://example.org/mine",
        "version": "1",
        "status": "active",
    }
    resource |= (
        {"content": "complete", "concept": [{"code": "A", "display": "a"}]} if kind == "CodeSystem" else {}
    )
    with Registry.open(database) as registry, authored(by="kari"):
        load(registry, "2020", {"A": "a"})
    with TestClient(create_app(Settings(db=database, token="t")), client=("192.0.2.7", 1)) as client:
        bearer = {"Authorization": "Bearer t"}
        assert client.put(f"/fhir/{kind}/mine", json=resource, headers=bearer).status_code == 201
        log = client.get("/api/log", headers=bearer).json()["entries"]
    assert [entry["by"] for entry in log] == ["GYLDIG_TOKEN", "kari"]


def test_a_thread_keeps_no_author_of_an_earlier_request() -> None:
    async def authors() -> list[str]:
        lane, found = Lane("write", longest_wait=5), []
        for name in ("kari", ""):

            def work(name: str = name) -> str:
                if name:
                    set_author(name)
                return authorship().by

            found.append(await asyncio.create_task(lane.run(work)))
        lane.close(wait=True)
        return found

    assert asyncio.run(authors()) == ["kari", ""]
