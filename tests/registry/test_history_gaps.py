"""Days that no loaded version covers, in a history: inside a row and between two rows."""

from __future__ import annotations

from datetime import date

import pytest

from registry import Registry
from tests.registry.making import load

GAP = [(date(2023, 1, 1), date(2024, 1, 1))]


@pytest.mark.parametrize(
    ("code", "gaps"),
    [
        ("SAME", GAP),  # one row of 2022 and 2024
        ("MOVED", GAP),  # two rows: it may no longer be used in 2024
        ("BACK", GAP),  # in 2021 and again in 2025
        ("OLD", []),  # ended before
        ("NEW", []),  # began after
    ],
)
def test_gaps_inside_and_between_rows(registry: Registry, code: str, gaps: list[tuple[date, date]]) -> None:
    always, moved = {"SAME": "same"}, {"MOVED": "Broken leg"}
    load(registry, "2021", always | moved | {"OLD": "old", "BACK": "back"})
    load(registry, "2022", always | moved)
    load(registry, "2024", always | {"MOVED": "Something else altogether", "NEW": "new"})
    load(registry, "2025", always | {"MOVED": "Something else altogether", "NEW": "new", "BACK": "back"})
    found = registry.history("demo-icd", code)
    assert [(g.valid_from, g.valid_to) for g in found.gaps] == gaps
    inside = {(g.valid_from, g.valid_to) for s in found.spans for g in s.gaps}
    assert inside <= set(gaps)
