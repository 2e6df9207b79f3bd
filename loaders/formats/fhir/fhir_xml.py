"""Converts FHIR XML to FHIR JSON and back, for every resource type; XML is untrusted (no entities, bounded).

The types come from ``elements``; whether a resource is valid is checked in ``validation``.
Source: FHIR R5, "XML Representation" and "JSON Representation".
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, BinaryIO, cast

from lxml import etree

from loaders.formats.fhir.elements import ElementDefinition, TypeDefinition, resource_type
from loaders.reading.xml import UnsafeXML, bounded_events
from registry.entities.errors import ContentError
from registry.entities.exact_json import decimal_text
from registry.entities.messages import message

__all__ = ["FHIR", "MAX_BYTES", "UNWRITABLE", "json_to_xml", "xml_elements", "xml_to_json", "xml_without"]

FHIR = "http://hl7.org/fhir"
XHTML = "http://www.w3.org/1999/xhtml"
MAX_BYTES = 256 << 20
_DEPTH = 240  #: libxml itself stops at 256
_NUMBERS = ("integer", "decimal")
#: characters that XML 1.0 cannot hold (its production ``Char``)
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")  # R5, "decimal"
_EMPTY: tuple[Any, ...] = ({}, [], None)


def xml_to_json(
    data: bytes, *, release: str = "R5", file: str = "", limit: int = MAX_BYTES
) -> dict[str, Any]:
    """The resource as JSON has it; raises ContentError naming the line, or the element by its path.

    ``release`` is R4, R4B or R5; ``limit`` in bytes.
    """
    if len(data) > limit:
        raise ContentError(message("read.too_large", most=limit), file=file)
    return xml_without(io.BytesIO(data), "", release=release, file=file)


def xml_without(stream: BinaryIO, name: str, *, release: str, file: str) -> dict[str, Any]:
    """The resource without those elements of its own that have the name; errors as ``xml_to_json``."""
    with _located(file):
        root = _parsed(stream, name)
        return _resource(root, release, etree.QName(root).localname)


def xml_elements(stream: BinaryIO, name: str, *, release: str, file: str) -> Iterator[dict[str, Any]]:
    """Those elements of the resource's own that have the name, one at a time, as JSON has them. Closes the stream."""
    with _located(file), stream:
        for number, (root, element) in enumerate(_own(stream, name)):
            kind = etree.QName(root).localname
            definition = resource_type(kind, release).elements[name]
            yield _complex(element, definition.type, release, f"{kind}.{name}[{number}]")


@contextmanager
def _located(file: str) -> Iterator[None]:
    """Errors of XML and of its elements as ContentError with the file."""
    try:
        yield
    except UnsafeXML as error:
        raise ContentError(error.why, file=file) from error
    except etree.XMLSyntaxError as error:
        raise ContentError(message("fhir.not_xml", detail=error.msg), file=file, line=error.lineno) from error
    except ContentError as error:
        raise ContentError(error.message, file=error.file or file, line=error.line) from error


def _own(stream: BinaryIO, name: str) -> Iterator[tuple[etree._Element, etree._Element]]:
    """The root with each of its elements of that name when it has been read; it is then taken out of the tree."""
    tag, open_elements = f"{{{FHIR}}}{name}", list[etree._Element]()
    for event, element in bounded_events(stream, depth=_DEPTH):
        if event == "start":
            open_elements.append(element)
            continue
        open_elements.pop()
        if len(open_elements) == 1 and element.tag == tag:
            yield open_elements[0], element
            open_elements[0].remove(element)


def _parsed(stream: BinaryIO, without: str) -> etree._Element:
    root: etree._Element | None = None
    tag = f"{{{FHIR}}}{without}"
    for event, element in bounded_events(stream, depth=_DEPTH):
        root = element if root is None else root
        if event == "end" and without and element.tag == tag and element.getparent() is root:
            root.remove(element)
    if root is None:
        raise ContentError(message("fhir.no_element"))
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnsafeXML(message("fhir.doctype"))
    return root


def _resource(element: etree._Element, release: str, path: str) -> dict[str, Any]:
    name = _local(element, path)
    kind = resource_type(name, release)
    return {"resourceType": name} | _complex(element, kind, release, path)


def _local(element: etree._Element, path: str) -> str:
    name = etree.QName(element)
    if name.namespace != FHIR:
        raise ContentError(message("fhir.namespace", name=name.localname), line=path)
    return str(name.localname)


def _complex(element: etree._Element, kind: TypeDefinition, release: str, path: str) -> dict[str, Any]:
    """The object of an element: attributes, then its elements, repeated ones as lists."""
    found: dict[str, Any] = dict(_attributes(element, kind.attributes, path))
    if (element.text or "").strip():
        raise ContentError(message("fhir.stray_text"), line=path)
    seen: dict[str, int] = {}
    for child in _children(element):
        name = _name(child, kind, path)
        definition = kind.elements.get(name)
        if definition is None:
            raise _unknown(release, name, path)
        number = seen.get(name, 0)
        seen[name] = number + 1
        if number and not definition.many:
            raise ContentError(message("fhir.only_one"), line=f"{path}.{name}")
        where = f"{path}.{name}[{number}]" if definition.many else f"{path}.{name}"
        _put(found, definition, child, release, where)
    return _without_empty(found)


def _unknown(release: str, name: str, path: str) -> ContentError:
    """The error for an element that the release does not have."""
    return ContentError(message("fhir.unknown_element", release=release, name=name), line=f"{path}.{name}")


def _children(element: etree._Element) -> Iterator[etree._Element]:
    for child in element:
        if (child.tail or "").strip():
            raise ContentError(message("fhir.text_between"), line=child.sourceline)
        if isinstance(child.tag, str):
            yield child


def _name(child: etree._Element, kind: TypeDefinition, path: str) -> str:
    if kind.name == "Narrative" and etree.QName(child).namespace == XHTML:
        return str(etree.QName(child).localname)
    return _local(child, path)


def _attributes(
    element: etree._Element, allowed: frozenset[str], path: str, *more: str
) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        if name.startswith("{"):  # xsi:schemaLocation and the like are not part of the resource
            continue
        if name not in allowed and name not in more:
            raise ContentError(message("fhir.no_attribute", name=name), line=path)
        yield str(name), str(value)


def _put(
    found: dict[str, Any], definition: ElementDefinition, child: etree._Element, release: str, path: str
) -> None:
    """Add a child to its object."""
    name = definition.name
    if definition.kind == "xhtml":
        found[name] = _xhtml(child)
    elif definition.kind == "resource":
        _add(found, definition, _inner(child, release, path))
    elif definition.kind == "complex":
        _add(found, definition, _complex(child, definition.type, release, path))
    else:
        _put_primitive(found, definition, child, release, path)


def _add(found: dict[str, Any], definition: ElementDefinition, value: Any) -> None:
    if definition.many:
        found.setdefault(definition.name, []).append(value)
    else:
        found[definition.name] = value


def _inner(child: etree._Element, release: str, path: str) -> dict[str, Any]:
    inside = list(_children(child))
    if len(inside) != 1:
        raise ContentError(message("fhir.one_resource"), line=path)
    return _resource(inside[0], release, path)


def _put_primitive(
    found: dict[str, Any], definition: ElementDefinition, child: etree._Element, release: str, path: str
) -> None:
    """The value, and beside it under ``_name`` its id and extensions; in lists both keep their places."""
    attributes = dict(_attributes(child, frozenset({"id", "value"}), path))
    value = _value(attributes["value"], definition, path) if "value" in attributes else None
    extra: dict[str, Any] = {"id": attributes["id"]} if "id" in attributes else {}
    extensions = [_extension(e, release, f"{path}.extension[{n}]") for n, e in enumerate(_children(child))]
    if extensions:
        extra["extension"] = extensions
    if value is None and not extra:
        raise ContentError(message("fhir.no_value"), line=path)
    extra_name = f"_{definition.name}"
    if definition.many:
        found.setdefault(definition.name, []).append(value)
        found.setdefault(extra_name, []).append(extra or None)
        return
    if value is not None:
        found[definition.name] = value
    if extra:
        found[extra_name] = extra


def _extension(element: etree._Element, release: str, path: str) -> dict[str, Any]:
    if _local(element, path) != "extension":
        raise ContentError(message("fhir.in_value", name=etree.QName(element).localname), line=path)
    kind = resource_type("Basic", release).elements["extension"].type
    return _complex(element, kind, release, path)


def _value(text: str, definition: ElementDefinition, path: str) -> Any:
    if definition.kind == "boolean":
        if text not in ("true", "false"):
            raise ContentError(message("fhir.no_boolean", text=text[:60]), line=path)
        return text == "true"
    if definition.kind in _NUMBERS:
        try:
            return int(text) if definition.kind == "integer" else _decimal(text)
        except ValueError as error:
            raise ContentError(message("fhir.no_number", text=text[:60]), line=path) from error
    return text


def _decimal(text: str) -> int | Decimal:
    """A JSON number with exactly the digits written."""
    if not _DECIMAL.fullmatch(text):
        raise ValueError(text)
    return int(text) if text.lstrip("-").isdigit() and len(text) < 19 else Decimal(text)


def _xhtml(element: etree._Element) -> str:
    tail, element.tail = element.tail, None
    text: str = etree.tostring(element, encoding="unicode")
    element.tail = tail
    # FHIR's own namespace is in scope around the text, not in it
    return text.replace(f' xmlns:fhir="{FHIR}"', "")


def _without_empty(found: dict[str, Any]) -> dict[str, Any]:
    """Lists beside primitives that hold nothing are left out, on either side."""
    return {
        k: v
        for k, v in found.items()
        if v not in _EMPTY and not (isinstance(v, list) and all(i is None for i in v))
    }


def json_to_xml(resource: dict[str, Any], *, release: str = "R5") -> bytes:
    """The resource as an XML document in UTF-8, elements in FHIR's order.

    Raises ContentError with the path of an element that the release does not have.
    """
    root = _write_resource(resource, release, str(resource.get("resourceType", "")))
    return cast(bytes, etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _write_resource(resource: Any, release: str, path: str) -> etree._Element:
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        raise ContentError(message("fhir.resource_expected"), line=path)
    name = resource["resourceType"]
    kind = resource_type(name, release)
    element = etree.Element(f"{{{FHIR}}}{name}", nsmap={None: FHIR})
    _write_elements(element, {k: v for k, v in resource.items() if k != "resourceType"}, kind, release, path)
    return element


def _write_elements(
    parent: etree._Element, value: Any, kind: TypeDefinition, release: str, path: str
) -> None:
    if not isinstance(value, dict):
        raise ContentError(message("fhir.not_object"), line=path)
    for name in value:
        if name.removeprefix("_") not in kind.elements and name not in (*kind.attributes, "fhir_comments"):
            raise _unknown(release, name, path)
    for name in kind.attributes & value.keys():
        parent.set(name, _text(value[name], f"{path}.{name}"))
    for name, definition in kind.elements.items():
        if name in value or f"_{name}" in value:
            _write_element(parent, definition, value, release, f"{path}.{name}")


def _write_element(
    parent: etree._Element, definition: ElementDefinition, holder: dict[str, Any], release: str, path: str
) -> None:
    """One element, as often as it occurs."""
    values, given_extras = holder.get(definition.name), holder.get(f"_{definition.name}")
    if not definition.many:
        _write_one(parent, definition, values, given_extras, release, path)
        return
    listed, extras = [] if values is None else values, [] if given_extras is None else given_extras
    if not isinstance(listed, list) or not isinstance(extras, list):
        raise ContentError(message("fhir.not_list"), line=path)
    for number in range(max(len(listed), len(extras))):
        value = listed[number] if number < len(listed) else None
        extra = extras[number] if number < len(extras) else None
        _write_one(parent, definition, value, extra, release, f"{path}[{number}]")


def _write_one(
    parent: etree._Element, definition: ElementDefinition, value: Any, extra: Any, release: str, path: str
) -> None:
    if definition.kind == "xhtml":
        parent.append(_read_xhtml(value, path))
        return
    element = etree.SubElement(parent, f"{{{FHIR}}}{definition.name}")
    if definition.kind == "resource":
        element.append(_write_resource(value, release, path))
    elif definition.kind == "complex":
        _write_elements(element, value, definition.type, release, path)
    else:
        _write_primitive(element, value, extra, release, path)


def _write_primitive(element: etree._Element, value: Any, extra: Any, release: str, path: str) -> None:
    if extra is not None:
        kind = resource_type("Basic", release).elements["extension"]
        only = TypeDefinition("Element", {"extension": kind}, frozenset({"id"}))
        _write_elements(element, extra, only, release, path)
    if value is not None:
        element.set("value", _text(value, path))


def _text(value: Any, path: str) -> str:
    """A primitive as XML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, int | float):
        return repr(value)
    if not isinstance(value, str):
        raise ContentError(message("fhir.not_single"), line=path)
    if UNWRITABLE.search(value):
        raise ContentError(message("fhir.control"), line=path)
    return value


def _read_xhtml(value: Any, path: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        element = etree.fromstring(_text(value, path).encode(), parser)
    except etree.XMLSyntaxError as error:
        raise ContentError(message("fhir.narrative", detail=error.msg), line=path) from error
    if element.getroottree().docinfo.internalDTD is not None or etree.QName(element).namespace != XHTML:
        raise ContentError(message("fhir.narrative_div"), line=path)
    return element
