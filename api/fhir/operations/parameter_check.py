"""The check of a request's parameters against the table of operations: none that changes the question is ignored.

| parameter | in a URL | in a Parameters resource |
|---|---|---|
| not of this operation | error | error if it is nearly one (``dato``) and of no operation, else ignored: clients send settings of their own |
| may occur once, occurs again | error | error |
| its value does not have its type | error | error |
| would change the answer, not implemented | error | error |

Not here: what parameters mean (the operations' modules).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

from api.fhir.format.outcome import refuse
from api.fhir.format.parameters import Given
from api.fhir.operations.operation import Operation, Parameter
from registry.entities.messages import message

__all__ = ["check_names", "check_values", "names_of", "nearest"]

_NEAR = 2  #: letters to change, add or leave out
_COMPLEX = ("Coding", "CodeableConcept", "CodeSystem", "ValueSet", "ConceptMap")


def check_names(known: Collection[str], given: Given, *, strict: bool) -> None:
    """Raise Refused for the first parameter whose name is not among the known ones.

    ``strict``: the parameters come from a URL. Those of a body are checked after the answer: that a request lacks
    something is reported before what it has too much.
    """
    for name in given.names():
        if name in known:
            continue
        near, shown = nearest(name, known), name[:60]
        if strict or near:
            hint = message("request.is_meant", near=near) if near else ""
            raise refuse(
                "REQUEST_INVALID", message("request.unknown_parameter", name=shown, hint=hint), place=shown
            )


def check_values(operation: Operation, given: Given) -> None:
    """Raise Refused for the first parameter that is repeated, malformed or not implemented."""
    known = _known(operation)
    for name in given.names():
        if name in known:
            _check_values(known[name], given)


@cache
def names_of(operation: Operation) -> frozenset[str]:
    """The names of the operation's parameters."""
    return frozenset(_known(operation))


@cache
def _known(operation: Operation) -> dict[str, Parameter]:
    return {row.name: row for row in operation.parameters}


def _check_values(row: Parameter, given: Given) -> None:
    values = given.all(row.name)
    if row.effect == "hint":
        return
    if row.max == "1" and len(values) > 1:
        raise refuse("REQUEST_INVALID", message("request.given_twice", name=row.name), place=row.name)
    if row.effect == "refused" and any(_text(value) != row.neutral for value in values):
        raise refuse("REQUEST_INVALID", message("request.not_implemented", name=row.name), place=row.name)
    _check_type(row, given)


def _check_type(row: Parameter, given: Given) -> None:
    """Raise Refused unless the value can be read as the type; the reading methods know how."""
    if row.type == "boolean":
        given.flag(row.name)
    elif row.type == "integer":
        given.number(row.name)
    elif row.name == "date":
        given.days(row.name)
    elif row.type in _COMPLEX:
        given.object(row.name)
    elif row.type not in ("Resource", "Parameters", "BackboneElement"):
        given.texts(row.name)


def _text(value: Any) -> str:
    return str(value).lower()


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that is at most two letters away, or differs in case alone; empty if there is none."""
    if len(name) > 60:
        return ""
    ranked = [(_distance(name.lower(), k.lower()), k) for k in known if abs(len(k) - len(name)) <= _NEAR]
    best = min(ranked, default=(_NEAR + 1, ""))
    return best[1] if best[0] <= min(_NEAR, len(name) // 2) else ""


def _distance(a: str, b: str) -> int:
    """Letters to change, add or leave out to make one of the other."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        above, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (x != y))
    return row[-1]
