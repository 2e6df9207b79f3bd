"""The demonstration: synthetic data, answers, and packages that may not be available."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.demo import filling, universe
from registry import Registry
from registry.entities.errors import SourceError

Run = Callable[..., Any]


def test_offline_it_tells_its_story_twice_alike(gyldig: Run, tmp_path: Path) -> None:
    url = tmp_path / "demo.sqlite"
    first = gyldig("--db", url, "demo", "--no-serve", "--offline")
    assert first.code == 0, first.err
    for text in ("grace period", "Sølvkreangrep", "split off", "not reviewed", "not loaded here", "No: "):
        assert text in first.out
    assert gyldig("--db", url, "demo", "--no-serve", "--offline").out == first.out
    assert gyldig("--db", url, "verify").code == 0


def test_it_speaks_bokmaal(gyldig: Run, tmp_path: Path) -> None:
    out = gyldig("--db", tmp_path / "demo.sqlite", "--lang", "nb", "demo", "--no-serve", "--offline").out
    assert "Hvilken versjon godtar Demoregisteret" in out
    assert "overgangstid" in out


def test_packages_out_of_reach_are_skipped_with_a_line_each(
    gyldig: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def unreachable(name: str, **_: object) -> None:
        tried.append(name)
        raise SourceError("no network", file=name)

    monkeypatch.setattr(filling, "fetch", unreachable)
    ran = gyldig("--db", tmp_path / "demo.sqlite", "demo", "--no-serve")
    assert ran.code == 0
    assert [line for line in ran.out.splitlines() if line.startswith("Skipped")] == [
        "Skipped simple-icd-10-cm 2021-01: simple-icd-10-cm: no network",
        "Skipped navikt-diagnosekoder 2026: navikt-diagnosekoder: no network",
    ]
    assert tried == ["simple-icd-10-cm", "navikt-diagnosekoder"]


def test_filling_again_changes_nothing(registry: Registry) -> None:
    filling.fill(registry)
    cursor = registry.changes_since(0).cursor
    again = filling.fill(registry)
    assert {r.outcome for r in again} == {"unchanged"}
    assert registry.changes_since(cursor).entries == []


def test_every_kind_of_change_drawn_is_found(registry: Registry) -> None:
    filling.fill(registry)
    found = {
        change.type
        for old, new in (("2022", "2023"), ("2023", "2024"), ("2024", "2026"), ("2026", "2027"))
        for change in registry.diff(universe.SYSTEM.slug, old, new).changes
    }
    assert found == {"clarified", "split_off", "relabelled", "taken_over", "activated", "created"}
