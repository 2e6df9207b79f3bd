"""Whether texts are expression constraints, without a database."""

from __future__ import annotations

import json
from dataclasses import dataclass

from registry.ecl.parser import parse
from registry.entities.errors import EclError

__all__ = ["EclCheck", "EclProblem", "check", "expression_of_line"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EclProblem:
    """Why an expression is refused; the fields are those of EclError."""

    kind: str
    position: int
    line: int
    column: int
    message: str
    expected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EclCheck:
    """An expression, and what is wrong with it if anything is."""

    ecl: str
    valid: bool
    error: EclProblem | None = None


def check(text: str) -> EclCheck:
    """Whether a text is an expression constraint with a defined meaning.

    >>> check("<< 404684003").valid, check("<< 404684004").error.kind
    (True, 'semantic')
    """
    shown = text.encode("utf-8", "replace").decode("utf-8")
    try:
        parse(text)
    except EclError as error:
        return EclCheck(ecl=shown, valid=False, error=_problem(error))
    return EclCheck(ecl=shown, valid=True)


def _problem(error: EclError) -> EclProblem:
    return EclProblem(
        kind=error.kind,
        position=error.position,
        line=error.line,
        column=error.column,
        message=error.problem,
        expected=error.expected,
    )


def expression_of_line(line: str) -> str:
    """The expression on a line: a JSON string, else the line itself.

    >>> expression_of_line('"* {{ term = \\\\"heart\\\\" }}"'), expression_of_line('LOINC#54486-6')
    ('* {{ term = "heart" }}', 'LOINC#54486-6')
    """
    if line.strip().startswith('"'):
        try:
            found = json.loads(line)
        except ValueError:
            return line
        if isinstance(found, str):
            return found
    return line
