"""Rules of the tree that import-linter cannot state, checked on the syntax of every module."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("registry", "loaders", "mappings", "api")
_SQL = re.compile(
    r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|PRAGMA|CREATE|ALTER|DROP|ORDER BY|INNER JOIN|LEFT JOIN|JOIN) "
)
_FHIR = re.compile(
    r"/StructureDefinition/|\.(include|exclude|filter|concept|contains)\b|\b(ValueSet|CodeSystem|ConceptMap)\.[a-z]"
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


def texts(source: str) -> Iterator[tuple[int, str]]:
    """(line, text) of every string constant that is no docstring."""
    tree = ast.parse(source)
    docs = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.lineno, node.value


def test_no_shape_of_fhir_resources_in_the_registry() -> None:
    """No paths of elements and no names of extensions, at all."""
    rooms = {n: p for n, p in modules().items() if n.split(".")[0] == "registry"}
    rooms = {n: p for n, p in rooms.items() if not n.startswith("registry.entities.messages")}
    found = [f"{n}:{at}: {t}" for n, p in rooms.items() for at, t in texts(p.read_text()) if _FHIR.search(t)]
    assert found == []


def imports(name: str, path: Path, known: Mapping[str, object]) -> set[str]:
    """The modules of ``known`` that a module imports, wherever in it, for types only included."""
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            full = (f"{base}.{alias.name}" for alias in node.names)
            found.update(one if one in known else base for one in full)
    return (found & known.keys()) - {name}


def circles(graph: Mapping[str, Collection[str]]) -> list[list[str]]:
    """The groups of nodes of which each is reachable from each other one, sorted; single nodes are no group."""
    reached = {name: _reachable(graph, name) for name in graph}
    groups = {frozenset(b for b in reached[a] if a in reached[b]) for a in graph}
    return sorted(sorted(group) for group in groups if len(group) > 1)


def _reachable(graph: Mapping[str, Collection[str]], start: str) -> set[str]:
    found, ahead = {start}, [start]
    while ahead:
        new = set(graph[ahead.pop()]) - found
        found |= new
        ahead += new
    return found


def test_the_check_knows_circles() -> None:
    """The check itself: two circles, one of them over three nodes, and nodes that only lead to them."""
    graph = {"a": "b", "b": "c", "c": "a", "d": "ae", "e": "f", "f": "e", "g": ""}
    assert circles(graph) == [["a", "b", "c"], ["e", "f"]]


def test_no_import_circles() -> None:
    """No module leads back to itself by its imports, those inside functions and for types included."""
    known = modules()
    assert circles({name: imports(name, path, known) for name, path in known.items()}) == []


#: file names that several rooms have: the same subject at different layers
SAME_SUBJECT = {
    "access": "tokens and the audit trail: commands, their text, messages",
    "administration": "verify, back up, serve: commands and their text",
    "app": "the ASGI application",
    "audit": "the audit trail: the query and its REST route",
    "catalogue": "what there is: the query, its commands, their text",
    "change_maps": "change events as a map",
    "changes": "what changed: events and their REST routes",
    "codes": "one code: commands, their text, REST routes, messages",
    "codesystem": "CodeSystem: read, written",
    "conceptmap": "ConceptMap: read, evaluated",
    "differences": "differences between two versions: the command and its text",
    "errors": "exceptions and what they say",
    "expand": "$expand: the operation and its parameters",
    "export": "flat rows: the query and its command",
    "hierarchy": "what is above and below: closure, command, text",
    "loading": "bringing content in: the write, its command, its text",
    "history": "one code over time: the result, the query",
    "log": "publications: the result, the query",
    "lookup": "what a code means: the query, $lookup, its parameters",
    "reasons": "why no version answers: the rule and the texts",
    "scopes": "scopes: commands, text, REST routes",
    "systems": "what a code system is: commands, text, REST routes",
    "subsumes": "$subsumes: the operation and its parameters",
    "translate": "translation: the operation, its parameters, its Python form",
    "valueset": "ValueSet: read, evaluated",
}


def test_no_file_name_has_two_meanings() -> None:
    """A name that occurs twice is the same subject at another layer, and is listed with that subject."""
    stems = [path.stem for path in modules().values() if path.stem not in {"__init__", "__main__"}]
    assert {stem for stem in stems if stems.count(stem) > 1} <= set(SAME_SUBJECT)
