"""Rules of the tree that import-linter cannot state, checked on the syntax of every module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("registry", "loaders", "mappings", "api")
_SQL = re.compile(
    r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|PRAGMA|CREATE|ALTER|DROP|ORDER BY|INNER JOIN|LEFT JOIN|JOIN) "
)


def modules() -> dict[str, Path]:
    """Every module of the packages by its dotted name."""
    paths = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    return {".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): p for p in paths}


def statements(source: str) -> Iterator[tuple[int, str]]:
    """(line, text) of every string constant that begins as SQL does, parts of formatted strings included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SQL.match(node.value):
            yield node.lineno, node.value


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('x = "SELECT id FROM release"', True),
        ('x = f"UPDATE {table} SET state = ?"', True),
        ('x = """\n    DELETE FROM load"""', True),
        ('x = "SELECTED codes"', False),
        ('x = "Update the release"', False),
    ],
)
def test_the_check_knows_sql(source: str, found: bool) -> None:
    """The check itself: SQL in plain and formatted strings, and words that only look like it."""
    assert bool(list(statements(source))) is found


def test_sql_only_in_the_store() -> None:
    """Statements are in ``registry/store`` (which has the migrations); other modules call its functions."""
    outside = {name: path for name, path in modules().items() if not name.startswith("registry.store")}
    found = [f"{name}:{n}: {s}" for name, p in outside.items() for n, s in statements(p.read_text())]
    assert found == []
