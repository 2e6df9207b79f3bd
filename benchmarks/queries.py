"""Queries that several groups measure: lookup, filters, search."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from pyroaring import BitMap

from benchmarks.measure import Figure, cpu_micro, repeated
from registry import Registry

__all__ = ["Subject", "lookups", "searches", "yardstick"]


class Subject:
    """A system in a registry, with codes and texts for queries, the same on every run."""

    def __init__(self, registry: Registry, system: str, day: str) -> None:
        self.registry, self.system, self.day = registry, system, day
        self.random = random.Random(3)
        view = registry.view(system, on=day)
        idents = view.page(view.all(), 0, None)
        self.records = view.concepts(self.random.sample(idents, min(4000, len(idents))))
        self.codes = [r.code for r in self.records]

    def typed(self) -> str:
        """A text that a user may have typed: some words of a label, the last one unfinished."""
        words = self.random.choice(self.records).designations[0].text.split()
        chosen = self.random.sample(words, min(len(words), self.random.choice((1, 1, 2, 3))))
        return " ".join([*chosen[:-1], chosen[-1][: self.random.randint(1, len(chosen[-1]))]])


def yardstick(database: Path, subject: Subject) -> Iterator[Figure]:
    """The least possible on this machine: one prepared statement of the driver."""
    raw = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)
    statement = "SELECT body FROM concept_state WHERE system_id = 1 AND code = ?"
    timing = repeated(lambda: raw.execute(statement, (subject.random.choice(subject.codes),)).fetchall())
    raw.close()
    yield Figure(name="yardstick: raw sqlite3 lookup, median", value=timing.median, unit="µs")


def lookups(subject: Subject, *, label: str = "", calls: int = 3000) -> Iterator[Figure]:
    """Lookup at a date through the façade, and lookup in the view."""
    registry, draw, codes = subject.registry, subject.random.choice, subject.codes
    timing = repeated(lambda: registry.lookup(subject.system, draw(codes), on=subject.day), calls)
    yield Figure(name=f"lookup at a date{label}, median", value=timing.median, unit="µs", aim=25)
    yield Figure(name=f"lookup at a date{label}, p99", value=timing.p99, unit="µs")
    view = registry.view(subject.system, on=subject.day)
    timing = repeated(lambda: view.concept(view.find(draw(codes)) or 0), calls)
    yield Figure(name=f"view: find and read{label}, median", value=timing.median, unit="µs")


def _filters(subject: Subject, calls: int) -> Iterator[Figure]:
    """A text filter of an expansion: total and a page of twenty, with texts that do not repeat."""
    view = subject.registry.view(subject.system, on=subject.day)
    tops = [
        ident
        for code in subject.codes
        if len(below := view.descendants(ident := view.find(code) or 0)) > 4 and below
    ]
    whole, texts = view.all(), iter([subject.typed() for _ in range(2 * calls)])

    def filtered(choose: Callable[[], BitMap]) -> None:
        text, within = next(texts), choose()
        view.matching(text, within)
        list(islice(view.search(text, within), 20))

    for name, choose in (
        ("text", lambda: whole),
        ("is-a + text", lambda: view.descendants(subject.random.choice(tops))),
    ):
        took = cpu_micro(partial(filtered, choose), calls)
        yield Figure(name=f"{name}: total and first page, CPU", value=took, unit="µs", aim=500)


def searches(subject: Subject, *, calls: int = 2000) -> Iterator[Figure]:
    """Search as you type, a page of twenty."""
    registry = subject.registry
    took = cpu_micro(lambda: registry.search("a", system=subject.system, on=subject.day), 1)
    yield Figure(name="first search, reads the words, CPU", value=took / 1e6, unit="s")
    yield from _filters(subject, calls)
    texts = iter([subject.typed() for _ in range(calls + 20)])
    timing = repeated(lambda: registry.search(next(texts), system=subject.system, on=subject.day), calls)
    yield Figure(name="search as you type, median", value=timing.median / 1000, unit="ms", aim=3)
    yield Figure(name="search as you type, p99", value=timing.p99 / 1000, unit="ms", aim=15)
    words = ("a", "ba", "en", "da")
    view = registry.view(subject.system, on=subject.day)
    timing = repeated(lambda: next(view.search(subject.random.choice(words)), None), 200)
    yield Figure(name="one or two letters, first hit, median", value=timing.median / 1000, unit="ms")
