"""``kill -9`` at every statement of every write, and at random times: each kill leaves all or nothing, and no damage."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.registry.test_crashes import WRITES

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("name", [*WRITES, "many"])
def test_a_killed_write_is_all_or_nothing(name: str, database: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.registry.killing", database, name, str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert ran.returncode == 0, ran.stderr
    kills: list[dict[str, Any]] = json.loads(ran.stdout)
    killed = [k for k in kills if k["code"] == -9]
    assert len(killed) >= 3
    assert {k["code"] for k in kills} <= {0, -9}, kills
    assert [k for k in kills if k["problems"]] == []
    assert [k for k in kills if k["left"] == "neither"] == []
    assert [k for k in kills if k["repeated"]] == []
    assert any(k["left"] == "before" for k in killed)
