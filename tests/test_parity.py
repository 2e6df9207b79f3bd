"""The same question gives the same fields in Python, on the command line and over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from registry import Registry
from registry.entities.results import plain

D = date(2024, 4, 1)
QUESTIONS: list[tuple[str, Callable[[Registry], Any], str, str]] = [
    ("systems", lambda r: r.systems(), "systems", "systems"),
    ("versions", lambda r: r.versions("demo-no", on=D), "versions demo-no --on 2024-04-01", "systems/demo-no/versions?on=2024-04-01"),
    ("releases", lambda r: r.releases("demo-no"), "releases demo-no", "systems/demo-no/releases"),
    ("scopes", lambda r: r.scopes("demo-no"), "scopes list demo-no", "scopes?system=demo-no"),
    (
        "",
        lambda r: r.applicable("demo-no", on=D, scope="demoregisteret", role="event"),
        "applicable demo-no --on 2024-04-01 --scope demoregisteret --role event",
        "systems/demo-no/applicable?on=2024-04-01&scope=demoregisteret&role=event",
    ),
    ("", lambda r: r.applicable("demo-no", on=date(2021, 1, 1)), "applicable demo-no --on 2021-01-01", "systems/demo-no/applicable?on=2021-01-01"),
    ("", lambda r: r.lookup("demo-no", "b20", on=D), "lookup demo-no b20 --on 2024-04-01", "systems/demo-no/codes/b20?on=2024-04-01"),
    ("", lambda r: r.lookup("demo-no", "B30.2", on=D), "lookup demo-no B30.2 --on 2024-04-01", "lookup?system=demo-no&code=B30.2&on=2024-04-01"),
    ("", lambda r: r.lookup("demo-no", "-54", on=D), "lookup demo-no -54 --on 2024-04-01", "systems/demo-no/codes/-54?on=2024-04-01"),
    ("", lambda r: r.history("demo-no", "B10.8"), "history demo-no B10.8", "systems/demo-no/codes/B10.8/history"),
    ("", lambda r: r.validity("demo-no", "B90.1", on=D), "valid demo-no B90.1 --on 2024-04-01", "systems/demo-no/codes/B90.1/validity?on=2024-04-01"),
    ("", lambda r: r.diff("demo-no", "2022", "2026"), "diff demo-no 2022 2026", "systems/demo-no/changes?from=2022&to=2026"),
    ("", lambda r: r.diff("demo-no", "2023", "2024", types=("relabelled",)), "diff demo-no 2023 2024 --type relabelled", "systems/demo-no/changes?from=2023&to=2024&type=relabelled"),
    ("", lambda r: r.search("fukt", system="demo-no", on=D, count=2), "search demo-no fukt --on 2024-04-01 --count 2", "systems/demo-no/search?q=fukt&on=2024-04-01&count=2"),
    ("", lambda r: r.hierarchy("demo-no", "B10", "descendants", on=D), "hierarchy descendants demo-no B10 --on 2024-04-01", "systems/demo-no/codes/B10/descendants?on=2024-04-01"),
    ("", lambda r: r.subsumes("demo-no", "B10", "B10.8", on=D), "hierarchy subsumes demo-no B10 B10.8 --on 2024-04-01", "subsumes?system=demo-no&a=B10&b=B10.8&on=2024-04-01"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "ask", "command", "path"), QUESTIONS, ids=[q[2] for q in QUESTIONS])
def test_three_ways_one_answer(
    gyldig: Callable[..., Any],
    demo_db: str,
    name: str,
    ask: Callable[[Registry], Any],
    command: str,
    path: str,
) -> None:
    with Registry.open(demo_db) as registry:
        python = plain(ask(registry))
    shell = gyldig("--db", demo_db, "--json", *command.split()).json
    with TestClient(
        create_app(Settings(host="127.0.0.1", db=demo_db)),
        client=("127.0.0.1", 1),
        base_url="http://localhost",
    ) as client:
        http = client.get(f"/api/{path}").json()
    assert shell == http
    assert (http[name] if name else http) == python
    if name:
        assert set(http) == {name, "more", "cursor"}
