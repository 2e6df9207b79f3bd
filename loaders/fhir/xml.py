"""FHIR's XML to the JSON that everything else reads, for terminology resources.

Here: the mapping of elements to members. It knows which elements repeat and which values are no texts; nothing
else of any resource. Not here: writing XML.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from registry.errors import ContentError

__all__ = ["resource_from_xml"]

_FHIR = "{http://hl7.org/fhir}"
#: elements that are lists wherever they occur in CodeSystem, ValueSet, ConceptMap, Bundle and Parameters
_LISTS = frozenset(
    [
        "extension",
        "modifierExtension",
        "identifier",
        "contact",
        "telecom",
        "useContext",
        "jurisdiction",
        "topic",
        "author",
        "editor",
        "reviewer",
        "endorser",
        "relatedArtifact",
        "filter",
        "operator",
        "property",
        "concept",
        "designation",
        "additionalUse",
        "include",
        "exclude",
        "valueSet",
        "contains",
        "contained",
        "parameter",
        "entry",
        "link",
        "group",
        "element",
        "target",
        "dependsOn",
        "product",
        "additionalAttribute",
        "coding",
        "part",
        "issue",
        "expression",
        "profile",
        "tag",
        "security",
        "given",
    ]
)
_SINGLE = {("CodeSystem", "valueSet"), ("link", "target")}
_TRUE_FALSE = frozenset(
    [
        "experimental",
        "caseSensitive",
        "compositional",
        "versionNeeded",
        "inactive",
        "abstract",
        "valueBoolean",
        "noMap",
        "immutable",
        "preferred",
    ]
)
_NUMBERS = frozenset(
    [
        "count",
        "total",
        "offset",
        "valueInteger",
        "valueDecimal",
        "valueUnsignedInt",
        "valuePositiveInt",
        "rank",
    ]
)


def resource_from_xml(data: bytes, *, file: str = "") -> dict[str, Any]:
    """The resource of an XML document; raises ContentError with the line where it is malformed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ContentError(f"not whole XML: {error.msg}", file=file, line=error.lineno) from error
    if not isinstance(root.tag, str) or not root.tag.startswith(_FHIR):
        raise ContentError("no FHIR resource", file=file, line=root.sourceline)
    return _resource(root)


def _name(element: Any) -> str:
    return str(etree.QName(element).localname)


def _resource(element: Any) -> dict[str, Any]:
    return {"resourceType": _name(element), **_members(element)}


def _members(element: Any) -> dict[str, Any]:
    parent, found = _name(element), dict[str, Any]()
    for child in element:
        if not isinstance(child.tag, str):
            continue
        name = _name(child)
        if name == "text" and "value" not in child.attrib:
            continue  # the narrative
        value, extra = _value(child, name)
        if _repeats(parent, name):
            found.setdefault(name, []).append(value)
        elif value is not None:
            found[name] = value
        if extra:
            found[f"_{name}"] = extra
    for attribute in ("id", "url"):
        if attribute in element.attrib:
            found.setdefault(attribute, element.get(attribute))
    return found


def _repeats(parent: str, name: str) -> bool:
    return name in _LISTS and (parent, name) not in _SINGLE


def _value(element: Any, name: str) -> tuple[Any, dict[str, Any]]:
    """The JSON value of an element, and what JSON writes beside a primitive."""
    if name in ("resource", "contained") and len(element):
        inner = element[0]
        return _resource(inner), {}
    written = element.get("value")
    if written is None:
        members = _members(element)
        return (None, members) if set(members) == {"extension"} and name not in _LISTS else (members, {})
    extra = _members(element) if len(element) else {}
    return _primitive(name, written), extra


def _primitive(name: str, written: str) -> Any:
    if name in _TRUE_FALSE:
        return written == "true"
    if name in _NUMBERS:
        return float(written) if "." in written else int(written)
    return written
