"""The chain of the audit trail, computed again by its definition, and any change of it found."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from registry import Registry
from registry.store.audit_trail import Refusal

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)
REFUSALS = st.lists(st.builds(Refusal, TEXT, TEXT, TEXT, TEXT, st.integers(1, 10**9)), min_size=1, max_size=5)
STEPS = st.lists(st.one_of(REFUSALS, st.none()), min_size=1, max_size=5)  #: refusals, or a publication
COLUMNS = ("number", "recorded", "actor", "origin", "request", "system", "requests", "digest")


@contextmanager
def _filled(steps: list[list[Refusal] | None]) -> Iterator[Registry]:
    with TemporaryDirectory() as folder, Registry.open(str(Path(folder) / "r.sqlite")) as registry:
        for number, step in enumerate(steps):
            if step is None:
                registry.access.add_token(f"t{number}", f"{number:064}", ["read"])
            else:
                registry.access.record(step)
        yield registry


def _field(value: int | str) -> bytes:
    if isinstance(value, int):
        return f"i{value};".encode()
    return f"s{len(value.encode())}:".encode() + value.encode()


@settings(max_examples=20)
@given(STEPS)
def test_the_chain_is_what_its_definition_says(steps: list[list[Refusal] | None]) -> None:
    with _filled(steps) as registry:
        rows = registry.database.reader().all(f"SELECT {', '.join(COLUMNS)} FROM audit_entry ORDER BY number")
        before = "gyldig-audit-1"
        for row in rows:
            before = hashlib.sha256(b"".join(map(_field, (before, *row[:-1])))).hexdigest()
            assert row[-1] == before
        given_ = [tuple(refusal) for step in steps if step for refusal in step]
        assert [row[2:7] for row in rows] == given_ and registry.audit().broken_at is None
        whole = [
            (e.who, e.origin, e.what, e.system, e.count)
            for e in registry.audit().entries
            if e.kind == "refused"
        ]
        assert whole == given_ and len(registry.audit().entries) == len(given_) + steps.count(None)


@settings(max_examples=30)
@given(STEPS.filter(any), st.data())
def test_any_change_is_found(steps: list[list[Refusal] | None], data: st.DataObject) -> None:
    with _filled(steps) as registry:
        rows = registry.database.reader().all(f"SELECT {', '.join(COLUMNS)} FROM audit_entry ORDER BY number")
        changed = _changed([list(row) for row in rows], data)
        with registry.database.transaction() as connection:
            connection.execute("DELETE FROM audit_entry")
            connection.insert("audit_entry", COLUMNS, [tuple(row) for row in changed])
        whole = changed == [list(row) for row in rows]
        assert (registry.audit().broken_at is None) == whole
        assert registry.verify().ok == whole


def _changed(rows: list[list[Any]], data: st.DataObject) -> list[list[Any]]:
    """A row lost, two rows exchanged, a cell changed, or a row repeated with the next number."""
    which = data.draw(st.integers(0, len(rows) - 1))
    match data.draw(st.sampled_from(["lost", "exchanged", "cell", "added"])):
        case "lost":
            del rows[which]
        case "exchanged":
            other = data.draw(st.integers(0, len(rows) - 1))
            rows[which][1:], rows[other][1:] = rows[other][1:], rows[which][1:]
        case "cell":
            column = data.draw(st.integers(1, len(COLUMNS) - 1))
            old = rows[which][column]
            rows[which][column] = old + 1 if isinstance(old, int) else data.draw(TEXT)
        case "added":
            rows.append([len(rows) + 1, *rows[which][1:]])
    return rows
