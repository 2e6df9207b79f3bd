"""``gyldig ecl --check``: one JSON object a line, without a database."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


class _Input:
    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


def test_expressions_from_standard_input(gyldig: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        b'"* {{ term = \\"hjerte\\" }}"',
        b"<< 404684003 |Clinical finding|\r",
        b"",
        b"404684004",
        b"\xff",
    ]
    monkeypatch.setattr("sys.stdin", _Input(b"\n".join(lines)))
    ran = gyldig("--db", "/nowhere/at/all.sqlite", "ecl", "--check", "-")
    found = [json.loads(line) for line in ran.out.splitlines()]
    assert [f["valid"] for f in found] == [True, True, False, False, False] and ran.code == 1
    assert found[0]["ecl"] == '* {{ term = "hjerte" }}' and found[0]["error"] is None
    assert found[3]["error"]["kind"] == "semantic" and found[3]["error"]["position"] == 0
    assert set(found[3]["error"]) == {"kind", "position", "line", "column", "message", "expected"}


def test_a_file_and_messages_in_norwegian(gyldig: Run, tmp_path: Path) -> None:
    file = tmp_path / "expressions.txt"
    file.write_text("\ufeff* MINUS *\n", encoding="utf-8")
    assert gyldig("ecl", "--check", file).code == 0
    file.write_text("* MINUS\n", encoding="utf-8")
    ran = gyldig("--lang", "nb", "ecl", "--check", file)
    assert "mellomrom" in json.loads(ran.out)["error"]["message"]


def test_a_file_that_is_missing(gyldig: Run, tmp_path: Path) -> None:
    ran = gyldig("ecl", "--check", tmp_path / "none.txt")
    assert ran.code == 2 and "none.txt" in ran.err
