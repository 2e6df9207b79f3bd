"""The type of a filter operator: from a condition to the set of concepts of one version that meet it.

Also how the names ``code``, ``parent``, ``inactive`` … are read as properties. Each operator has its own module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pyroaring import BitMap

from registry.content.view import ContentView
from registry.entities.budget import spend
from registry.entities.offload import require_offload
from registry.systems.concept_properties import standard_uri

__all__ = [
    "CODE_NAMES",
    "NotUnderstood",
    "Operator",
    "UnknownCode",
    "concept_named",
    "equals",
    "has",
    "known_property",
    "values",
]

Operator = Callable[[ContentView, str, str], BitMap]  #: (content, property, value) → ids

CODE_NAMES = frozenset({"concept", "code"})
#: properties of the standard that every system has, declared or not
_STANDARD = frozenset(
    {"parent", "child", "display", "definition", "inactive", "notSelectable", "status", "deprecated"}
    | {"effectiveDate", "deprecationDate", "retirementDate"}
)
#: properties that are derived from the concept, not read from its stated properties
_COMPUTED = frozenset({"inactive", "display", "definition"})
_INLINE_LIMIT = 2000  #: most concepts scanned on the event loop
_RECORD_STEPS = 5  #: steps to read a concept


class NotUnderstood(ValueError):
    """The property or value is invalid with this operator."""


class UnknownCode(ValueError):
    """A hierarchy filter has a code that the version lacks."""


def concept_named(content: ContentView, code: str) -> int:
    """Id of the member or group of a hierarchy filter; raises UnknownCode."""
    found = content.find_in_hierarchy(code)
    if found is None:
        raise UnknownCode(code)
    return found


def declared(content: ContentView, name: str) -> str:
    """The code with which a system declares a standard property, else the name itself."""
    codes = [p.code for p in content.info.properties if p.uri == standard_uri(name)]
    return codes[0] if codes and name not in {p.code for p in content.info.properties} else name


def known_property(content: ContentView, name: str) -> bool:
    """Whether filters can use the property."""
    if name in CODE_NAMES or name in _STANDARD:
        return True
    return any(p.code == name for p in content.info.properties) or bool(content.with_property(name))


def equals(content: ContentView, name: str, value: str) -> BitMap:
    """Ids whose property has exactly the value."""
    if name in CODE_NAMES:
        return _one(content.find(value))
    if name in ("parent", "child"):
        ident = concept_named(content, value)
        near = content.children(ident) if name == "parent" else content.parents(ident)
        return BitMap(near) & content.all()
    if name in _COMPUTED:
        return BitMap().union(*(ids for text, ids in values(content, name) if text == value))
    return content.property_equals(declared(content, name), value)


def _one(ident: int | None) -> BitMap:
    return BitMap() if ident is None else BitMap([ident])


def has(content: ContentView, name: str) -> BitMap:
    """Ids that have any value of the property."""
    if name in CODE_NAMES:
        return content.all()
    if name in ("parent", "child"):
        spend(_RECORD_STEPS * len(content))
        relatives = content.parents if name == "parent" else content.children
        return BitMap(i for i in content.all() if relatives(i))
    if name in _COMPUTED:
        return BitMap().union(*(ids for _, ids in values(content, name)))
    return content.with_property(declared(content, name))


def values(content: ContentView, name: str) -> Iterator[tuple[str, BitMap]]:
    """Each value of the property as text, with the ids that have it."""
    if name == "inactive":
        yield "true", content.inactive()
        yield "false", content.all() - content.inactive()
    elif name in CODE_NAMES or name in ("display", "definition"):
        require_offload(len(content), _INLINE_LIMIT)
        for ident in content.all():
            spend(_RECORD_STEPS)
            text = _text(content, ident, name)
            if text:
                yield text, BitMap([ident])
    elif name in ("parent", "child"):
        for ident in content.all():
            spend(_RECORD_STEPS)
            relatives = content.children(ident) if name == "parent" else content.parents(ident)
            yield content.concept(ident).code, BitMap(relatives) & content.all()
    else:
        yield from content.property_values(declared(content, name))


def _text(content: ContentView, ident: int, name: str) -> str:
    if name == "display":
        return content.display(ident)
    record = content.concept(ident)
    if name == "definition":
        return next((n.text for n in record.notes if n.kind == "definition"), "")
    return record.code
