"""The check of a request's parameters against the table of operations: none that changes the question is ignored.

The rule is the same for a URL and a Parameters resource. Every row is an error with status 400 that names the parameter:

| parameter | clause |
|---|---|
| not in the operation's rows of the table | R5 operations.html: a server may reject what it does not know |
| max 1, occurs again | OperationDefinition.parameter.max |
| its value does not have its type | OperationDefinition.parameter.type |
| given with an alternative to it (``code`` and ``coding``, ``display`` and ``coding``) | $validate-code: one (and only one) of code, coding, codeableConcept; a display belongs to a code |
| would change the answer, not implemented | no parameter is accepted and ignored |

Settings that clients of the HL7 terminology ecosystem send with every request and that cannot change an answer are
rows of the table too, with the effect ``hint``.

Not here: what parameters mean (the operations' modules).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

from api.fhir.format.outcome import Refused, refuse
from api.fhir.format.parameters import Given
from api.fhir.operations.operation import Operation, Parameter
from registry.entities.messages import message

__all__ = ["check_parameters", "nearest"]

_NEAR = 2  #: letters to change, add or leave out
_COMPLEX = ("Coding", "CodeableConcept", "CodeSystem", "ValueSet", "ConceptMap")


def check_parameters(operation: Operation, given: Given) -> None:
    """Raise Refused for the first parameter that is unknown, repeated, malformed, out of place or not implemented."""
    known = _known(operation)
    for name in given.names():
        if name not in known:
            raise _unknown(name, known)
        _check_values(known[name], given)
    for group in operation.alternatives:
        both = [name for name in group if given.has(name)]
        if len(both) > 1:
            text = message("request.only_one", names=" / ".join(both))
            raise refuse("REQUEST_INVALID", text, place=both[1])


def _unknown(name: str, known: Collection[str]) -> Refused:
    near, shown = nearest(name, known), name[:60]
    hint = message("request.is_meant", near=near) if near else ""
    return refuse("REQUEST_INVALID", message("request.unknown_parameter", name=shown, hint=hint), place=shown)


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
