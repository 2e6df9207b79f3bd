"""Generated documentation: the command reference from the commands, the REST reference from OpenAPI, the FHIR
reference from the table of operations, README answers.

``python -m api.reference`` writes them; ``tests/docs`` fails if a page is not current.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from api.cli.tree import Parameter
    from api.fhir.operations.operation import Operation
    from api.fhir.operations.operation import Parameter as FhirParameter

__all__ = ["commands_page", "fhir_page", "pages", "rest_page"]

_ROOT = Path(__file__).resolve().parent.parent
_MADE = "<!-- made by `make docs`; do not edit -->\n\n"


def pages() -> dict[Path, str]:
    """Every generated page by its path from the top folder."""
    return {
        Path("docs/reference/commands.md"): commands_page(),
        Path("docs/reference/rest.md"): rest_page(),
        Path("docs/reference/fhir.md"): fhir_page(),
    }


def commands_page() -> str:
    """The command reference, from the declarations of the commands."""
    from api.cli.main import app
    from api.cli.tree import commands, global_options

    lines = [_MADE + "# Commands\n", "Global options, which may stand anywhere:\n"]
    lines += [*_parameters(global_options(app)), ""]
    lines += [
        "Exit codes: 0 ok, 1 the answer is no or not valid, 2 wrong use or bad input, 3 unknown: the registry cannot tell.\n"
    ]
    for command in sorted(commands(app), key=lambda c: c.words):
        lines += [
            f"## gyldig {' '.join(command.words)}\n",
            command.help,
            "",
            *_parameters(command.parameters),
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"


def _parameters(parameters: Sequence[Parameter]) -> list[str]:
    rows = [_parameter(p) for p in parameters]
    return ["| | | |", "|---|---|---|", *rows] if rows else []


def _parameter(parameter: Parameter) -> str:
    names = parameter.names or (parameter.name.upper().rstrip("_"),)
    values = _cell(parameter.values) if parameter.names else ""
    needed = " Required." if parameter.required and parameter.names else ""
    return f"| {', '.join(f'`{n}`' for n in names)} | {values} | {_cell(parameter.help)}{needed} |"


def _cell(text: str) -> str:
    """Text escaped for a table cell."""
    return text.replace("|", "\\|")


def _paragraph(text: str | None) -> str:
    return " ".join((text or "").split())


def rest_page() -> str:
    """The REST reference, from the OpenAPI description."""
    from api.app import create_app
    from api.settings import Settings

    description = create_app(Settings()).openapi()
    lines = [_MADE + "# REST\n", description["info"]["description"] + "\n"]
    lines.append("The same page is served at `/api/docs`, the OpenAPI description at `/api/openapi.json`.\n")
    for path, operations in sorted(description["paths"].items()):
        if not path.startswith("/api"):
            continue
        for method, operation in operations.items():
            lines += _route(method, path, operation)
    lines += [
        "# Results\n",
        "Dates are ISO 8601; `null` = open or unknown; every `…_to` and `…_until` is exclusive.\n",
    ]
    for name, schema in sorted(description["components"]["schemas"].items()):
        lines += _schema(name, schema)
    return "\n".join(lines).rstrip() + "\n"


def fhir_page() -> str:
    """The FHIR reference, from the table of operations."""
    from api.fhir.operations.operation_table import OPERATIONS
    from api.fhir.resources.search_parameters import PARAMETERS

    lines = [_MADE + "# FHIR\n", _FHIR]
    for operation in OPERATIONS:
        lines += _operation(operation)
    lines.append("# Search\n")
    for kind, known in PARAMETERS.items():
        lines += [f"{kind}: {', '.join(f'`{name}`' for name in known)}.\n"]
    return "\n".join(lines).rstrip() + "\n"


_FHIR = (
    "Below `/fhir` and `/fhir/r4` (R4), `/fhir/r5` (R5) and `/fhir/as-of/DATE` (as if it were that day). The guide is "
    "[Use the FHIR server](../howto/fhir.md). `OperationDefinition/ID` gives the same as a resource.\n\n"
    "The tables of parameters say where each is defined, and what is done with it: *used*, *refused* (it would change "
    "the answer and is not implemented) or *no effect* (settings of clients). Any other parameter is refused, in a URL "
    "and in a Parameters resource alike. `R4` and `R5` are the operation's definitions in the standard (linked under "
    "each heading), `ecosystem` is the [HL7 terminology ecosystem](https://build.fhir.org/ig/HL7/fhir-tx-ecosystem-ig/), "
    "`Gyldig` this server's OperationDefinition.\n"
)
_RELEASES = ("R4", "R5")


def _operation(operation: Operation) -> list[str]:
    methods = ", ".join(m for m in operation.methods if m != "HEAD")
    lines = [f"## {operation.kind} ${operation.name}\n" if operation.kind else f"## ${operation.name}\n"]
    lines += [operation.text + "\n", f"{methods} `{operation.example}` · OperationDefinition `{operation.ident}` · "
              f"level: {', '.join(operation.levels)}{_clauses(operation)}\n"]  # fmt: skip
    if operation.parameters:
        lines += ["| parameter | type | | defined in | | |", "|---|---|---|---|---|---|"]
        lines += [*(_fhir_parameter(p, _EFFECTS[p.effect]) for p in operation.parameters), ""]
    lines += ["| result | type | | from | |", "|---|---|---|---|---|"]
    return [*lines, *(_fhir_parameter(p) for p in operation.results), ""]


_EFFECTS = {"used": " used |", "hint": " no effect |", "refused": " refused |"}


def _clauses(operation: Operation) -> str:
    """Links to the operation in the releases of the standard."""
    if not any(p.origin.startswith("R") for p in operation.parameters):
        return ""
    page = f"{operation.kind.lower()}-operation-{operation.name}.html"
    return "".join(f" · [{r}](https://hl7.org/fhir/{r}/{page})" for r in _RELEASES)


def _fhir_parameter(parameter: FhirParameter, effect: str = "") -> str:
    parts = f" Parts: {', '.join(p.name for p in parameter.parts)}." if parameter.parts else ""
    kind = parameter.type or "parts"
    times = f"{parameter.min}..{parameter.max}"
    return f"| `{parameter.name}` | {kind} | {times} | {parameter.origin} |{effect} {_cell(parameter.text)}{parts} |"


def _route(method: str, path: str, operation: dict[str, Any]) -> list[str]:
    lines = [
        f"## {method.upper()} {path}\n",
        _paragraph(operation.get("description") or operation.get("summary")),
        "",
    ]
    rows = [
        f"| `{p['name']}` | {p['in']}{', required' if p.get('required') else ''} | {p.get('description', '')} |"
        for p in operation.get("parameters", [])
    ]
    return [*lines, "| | | |", "|---|---|---|", *rows, ""] if rows else lines


def _schema(name: str, schema: dict[str, Any]) -> list[str]:
    rows = [f"| `{key}` | {_type(value)} |" for key, value in schema.get("properties", {}).items()]
    about = _paragraph(schema.get("description", "")).replace("``", "`")
    return [f"## {name}\n", about, "", "| field | type |", "|---|---|", *rows, ""] if rows else []


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_type(s) for s in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any")


_BLOCK = re.compile(r"(```console\n\$ )(gyldig [^\n]+)\n(.*?)(```)", re.DOTALL)


def refreshed(text: str, answers: Any) -> str:
    """The text with the output of every ``$ gyldig …`` block replaced; ``answers`` runs a command line."""
    return _BLOCK.sub(lambda m: f"{m[1]}{m[2]}\n{answers(shlex.split(m[2])[1:])}{m[4]}", text)


def write() -> None:
    """Write every generated page, and the answers in the README."""
    for path, text in pages().items():
        (_ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (_ROOT / path).write_text(text, encoding="utf-8")
        print(path, file=sys.stderr)
    from api.demo.command_output import demo_answers

    with demo_answers() as answers:
        for path in (Path("README.md"), Path("docs/tutorial.md")):
            text = (_ROOT / path).read_text(encoding="utf-8")
            (_ROOT / path).write_text(refreshed(text, answers), encoding="utf-8")


if __name__ == "__main__":
    write()
