"""Output within a terminal: tables never cut a date, status, code or hash, whatever the width."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.cli.layout import table_lines

Run = Callable[..., Any]
WIDTHS = (40, 80, 120, 200)
COMMANDS = [
    "systems",
    "versions demo-no",
    "releases demo-no",
    "applicable demo-no --on 2024-02-01",
    "applicable demo-no --on 2024-04-01 --scope demoregisteret --role event",
    "applicable demo-no --on 2024-12-01 --scope demoregisteret --role event",
    "lookup demo-no B20 --on 2024-06-01",
    "lookup demo-no B30.2 --on 2024-06-01",
    "history demo-no B20",
    "history demo-no B10.8",
    "diff demo-no 2022 2023",
    "diff demo-no 2022 2026",
    "valid demo-no B20 --on 2024-06-01",
    "valid demo-no B90.1 --on 2024-02-01",
    "search demo-no fukt --on 2024-06-01",
    "search all B200 --on 2024-06-01",
    "hierarchy children demo-no B10 --on 2024-06-01",
    "scopes list demo-no",
    "log",
    "fetch",
]
#: what must be whole: dates, codes, hashes, statuses of one word
_WHOLE = re.compile(r"\d{4}-\d\d-\d\d|[A-Z]\d\d(?:\.\d+)?|[0-9a-f]{12}|demo-no|demoregisteret|\w+")


@pytest.mark.parametrize("lang", ["en", "nb"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_terminal_shows_every_word_whole(
    gyldig: Run, demo_db: str, monkeypatch: pytest.MonkeyPatch, command: str, width: int, lang: str
) -> None:
    wanted = gyldig("--db", demo_db, "--lang", lang, *command.split()).out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(width))
    shown = gyldig("--db", demo_db, "--lang", lang, *command.split()).out
    shown = re.sub(r"\x1b\[[\d;]*m", "", shown)
    assert set(_WHOLE.findall(wanted)) <= set(_WHOLE.findall(shown))
    assert "…" not in shown or "…" in wanted
    for line in shown.splitlines():
        assert len(line) <= width or max(map(len, line.split())) > width - 24


_CELLS = st.text("ab 1-", max_size=40).map(lambda t: " ".join(t.split()))


@settings(max_examples=200)
@given(st.data(), st.integers(10, 120))
def test_no_word_of_a_table_is_lost_or_broken(data: st.DataObject, width: int) -> None:
    columns = data.draw(st.integers(1, 6))
    rows = data.draw(st.lists(st.lists(_CELLS, min_size=columns, max_size=columns), max_size=5))
    heads = [f"head{n}" for n in range(columns)]
    lines = table_lines(heads, rows, width=width)
    words = sorted(w for row in rows for text in row for w in text.split())
    shown = sorted(w for line in lines for w in line.split() if not w.startswith("head"))
    assert [w for w in shown if w.strip("-")] == [w for w in words if w.strip("-")]
    longest = max([len(w) for w in words], default=0)
    assert all(len(line) <= max(width, longest + 8) for line in lines)
