"""Further statements of a source about a concept, a text or a listed code, and those of them that change an answer.

An ``Annotation`` is a name with a value, or with parts. Names below are of the domain; a loader gives them to what its
format has for them. Every other name is the source's own: it is kept as it is and given back, and changes no answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

__all__ = [
    "DEFINITION",
    "DEPRECATED",
    "EXPANSION_PROPERTIES",
    "LABEL",
    "LISTED_LABEL",
    "LISTED_ORDER",
    "ORDER",
    "SHOWN_OF_CONCEPT",
    "SHOWN_OF_LISTED",
    "STANDARDS_STATUS",
    "WEIGHT",
    "Annotation",
    "standards_status",
    "value_named",
]

#: the status that the source gives: ``deprecated``, ``withdrawn``, ``draft`` …
STANDARDS_STATUS = "standards-status"
#: true: the value set moves away from the code that it lists
DEPRECATED = "deprecated"
#: the value set's own definition of the code that it lists
DEFINITION = "definition"
ORDER, LABEL, WEIGHT = "order", "label", "weight"
LISTED_ORDER, LISTED_LABEL = "listed-order", "listed-label"
_RENDERING = frozenset({"rendering-style", "rendering-xhtml"})

#: annotation → property of an expansion and the type of its value
EXPANSION_PROPERTIES = {
    ORDER: ("order", "decimal"),
    LISTED_ORDER: ("order", "decimal"),
    LABEL: ("label", "string"),
    LISTED_LABEL: ("label", "string"),
    WEIGHT: ("weight", "decimal"),
}
#: annotations of a code system's concept that an expansion repeats
SHOWN_OF_CONCEPT = _RENDERING | {"alternate-code"}
#: annotations of a value set's concept that an expansion repeats
SHOWN_OF_LISTED = _RENDERING | {DEPRECATED, DEFINITION, STANDARDS_STATUS}


class Annotation(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A statement by name: ``value`` with the name of its ``type``, or ``parts``; ``other`` as the source has it.

    >>> Annotation("weight", "decimal", 3).value
    3
    """

    name: str
    type: str = ""
    value: Any = None
    parts: tuple[Annotation, ...] = ()
    other: dict[str, Any] = {}


def value_named(annotations: Iterable[Annotation], name: str) -> Any:
    """The value of the first annotation of that name, or None."""
    return next((a.value for a in annotations if a.name == name), None)


def standards_status(annotations: Iterable[Annotation]) -> str:
    """The standards status: ``deprecated``, ``withdrawn``, ``draft`` …; empty if there is none."""
    return str(value_named(annotations, STANDARDS_STATUS) or "")
