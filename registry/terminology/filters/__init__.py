"""Filters of value sets: one operator each, all of them found here by FHIR's name.

Here: the table and its use on a Filter. Not here: how any operator works.
"""

from __future__ import annotations

from pyroaring import BitMap

from registry.content.view import ContentView
from registry.entities.canonical import join
from registry.terminology.filters import (
    child_of,
    descendent_leaf,
    descendent_of,
    equal,
    exists,
    generalizes,
    is_a,
    is_not_a,
    not_in,
    one_of,
    regex,
)
from registry.terminology.filters.base import Operator, UnknownCode, known_property
from registry.terminology.issues import Unanswerable, issue
from registry.terminology.valueset import Filter

__all__ = ["OPERATORS", "apply", "check"]

OPERATORS: dict[str, Operator] = {
    "=": equal.select,
    "is-a": is_a.select,
    "is-not-a": is_not_a.select,
    "descendent-of": descendent_of.select,
    "descendent-leaf": descendent_leaf.select,
    "child-of": child_of.select,
    "generalizes": generalizes.select,
    "regex": regex.select,
    "in": one_of.select,
    "not-in": not_in.select,
    "exists": exists.select,
}


def check(system: str, condition: Filter, place: str) -> None:
    """Raise Unanswerable for a filter that has no value."""
    if condition.value is None or condition.value == "":
        name = "UNABLE_TO_HANDLE_SYSTEM_FILTER_WITH_NO_VALUE"
        raise Unanswerable(issue(name, system, condition.property, condition.op, place=place))


def apply(content: ContentView, condition: Filter, place: str = "") -> BitMap:
    """Ids that meet the condition; raises Unanswerable where it cannot be understood."""
    system, value = content.info.url, condition.value or ""
    operator = OPERATORS.get(condition.op)
    if operator is None or not known_property(content, condition.property):
        shown = (system, condition.property, condition.op, value)
        raise Unanswerable(issue("FILTER_NOT_UNDERSTOOD", *shown, place=place))
    try:
        return operator(content, condition.property, value)
    except UnknownCode as error:
        named = (error.args[0], condition.property, condition.op, join(system, content.info.version))
        raise Unanswerable(issue("FILTER_UNKNOWN_CODE", *named, place=place)) from error
    except regex.BadPattern as error:
        problem = issue("FILTER_BAD_REGEX", system, condition.property, value, error, place=place)
        raise Unanswerable(problem) from error
