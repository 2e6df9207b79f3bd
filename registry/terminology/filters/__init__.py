"""Filters of value sets: one module per operator, found here by FHIR's name.

===============  =====================================================================  ==========================
Operator         The concepts that it selects                                           FHIR filter-operator
===============  =====================================================================  ==========================
=                have exactly this value, case included; without a value: never         "equal to the provided
                                                                                        value"
in               have one of the values                                                 "in the set of codes"
not-in           have none of the values, or no value                                   "not in the set of codes"
exists           ``true``: have a value; ``false``: have none                           "has at least one value"
regex            have a value that fits entirely                                        "matches the regex"
is-a             the concept and all below it                                           "includes descendants, and
                                                                                        the concept itself"
descendent-of    all below it                                                           "excludes the concept"
descendent-leaf  those of them that have nothing below themselves                       "only leaf descendants"
child-of         those directly below it                                                "only direct children"
generalizes      the concept and all above it                                           "all ancestors"
is-not-a         all but the concept and those below it                                 "not a descendant"
===============  =====================================================================  ==========================

Values are those that the source states. Only ``inactive`` is derived (also from a status), so that every concept
has it; an undeclared ``notSelectable`` is not derived from a concept being abstract. The six operators of the
hierarchy accept ``concept`` or ``code`` as property, and a code that the version has: any other is an error, because an
empty result would look like a value set without members.
"""

from __future__ import annotations

from pyroaring import BitMap

from registry.content.view import ContentView
from registry.entities.budget import spend
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
from registry.terminology.filters.operator_contract import (
    CODE_NAMES,
    NotUnderstood,
    Operator,
    UnknownCode,
    known_property,
)
from registry.terminology.issues import Place, Unanswerable, issue
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

_FILTER_STEPS = 10  #: steps of a filter, without the concepts that it reads
_CONCEPTS_A_STEP = 50  #: concepts of a set that one step builds

#: operators with a concept as value, which follow the hierarchy
HIERARCHY = frozenset({"is-a", "is-not-a", "descendent-of", "descendent-leaf", "child-of", "generalizes"})


def check(system: str, condition: Filter, place: Place) -> None:
    """Raise Unanswerable for a filter without a value."""
    if condition.value is None or condition.value == "":
        name = "UNABLE_TO_HANDLE_SYSTEM_FILTER_WITH_NO_VALUE"
        raise Unanswerable(issue(name, system, condition.property, condition.op, place=place))


def apply(content: ContentView, condition: Filter, place: Place = ()) -> BitMap:
    """Ids that meet the condition; raises Unanswerable if its property or value is invalid."""
    system, name, value = content.info.url, condition.property, condition.value or ""
    operator = OPERATORS.get(condition.op)
    spend(_FILTER_STEPS + len(content) // _CONCEPTS_A_STEP)
    try:
        if operator is None or not known_property(content, name):
            raise NotUnderstood
        if condition.op in HIERARCHY and name not in CODE_NAMES:
            raise NotUnderstood
        return operator(content, name, value)
    except NotUnderstood as error:
        problem = issue("FILTER_NOT_UNDERSTOOD", system, name, condition.op, value, place=place)
        raise Unanswerable(problem) from error
    except UnknownCode as error:
        named = (error.args[0], name, condition.op, join(system, content.info.version))
        raise Unanswerable(issue("FILTER_UNKNOWN_CODE", *named, place=place)) from error
    except regex.BadPattern as error:
        problem = issue("FILTER_BAD_REGEX", system, name, value, error, place=place)
        raise Unanswerable(problem) from error
