"""Loading in any order, or an old year last, gives byte-identical answers (ARCHITECTURE, one idea)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from registry import Registry
from registry.entities.results import plain
from tests.registry.making import load

CODES = ("A00", "A00.0", "A00.1", "A00.10", "B00", "B00.9", "U07.1")
TEXTS = ("Kolera", "kolera", "Annen tekst", "Åpen skade", "Bruk av U07.1 for beredskapsformål")
years = st.dictionaries(
    st.sampled_from(("2018", "2019", "2020", "2022", "2023")),
    st.dictionaries(st.sampled_from(CODES), st.sampled_from(TEXTS), min_size=1),
    min_size=2,
)
updates = st.dictionaries(st.sampled_from(CODES), st.sampled_from(TEXTS), min_size=1)


def _answers(registry: Registry, labels: list[str]) -> Iterator[Any]:
    """Every answer that must not depend on the order of loading."""
    days = [date(y, m, 15) for y in range(2017, 2025) for m in (1, 7)]
    for day in days:
        yield registry.applicable("demo-icd", on=day)
        yield registry.search("kol", system="demo-icd", on=day)
        yield registry.search("a00", system="demo-icd", on=day)
        for code in CODES:
            yield registry.lookup("demo-icd", code, on=day)
            yield registry.validity("demo-icd", code, on=day)
    for code in CODES:
        yield registry.history("demo-icd", code)
    for a, b in pairwise(labels):
        yield registry.diff("demo-icd", a, b)
        yield list(registry.export_rows("demo-icd", a))
    yield registry.versions("demo-icd", on=days[0])


def _loaded(folder: str, name: str, steps: list[tuple[str, dict[str, str], date | None]]) -> bytes:
    registry = Registry.open(str(Path(folder) / name), today=date(2024, 6, 1))
    for year, codes, day in steps:
        more: dict[str, Any] = {"kind": "update", "effective_from": day} if day else {}
        load(registry, year, codes, **more)
    answers = orjson.dumps([plain(a) for a in _answers(registry, sorted({s[0] for s in steps}))])
    registry.close()
    return answers


@settings(max_examples=12, deadline=None)
@given(content=years, update=updates, data=st.data())
def test_order_of_loading_never_matters(
    content: dict[str, dict[str, str]], update: dict[str, str], data: Any
) -> None:
    steps: list[tuple[str, dict[str, str], date | None]] = [(y, c, None) for y, c in content.items()]
    first = min(content)
    steps.append((first, update, date(int(first), 3, 2)))
    shuffled = data.draw(st.permutations(steps))
    with tempfile.TemporaryDirectory() as folder:
        assert _loaded(folder, "a", steps) == _loaded(folder, "b", shuffled)
