"""Events of untrusted XML: no entities, no network, bounded depth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from lxml import etree

from registry.entities.messages import message

__all__ = ["UnsafeXML", "bounded_events"]

_DEPTH = 64
_ATTRIBUTES = 50  #: most attributes of an element; reading many takes the square of their number


class UnsafeXML(Exception):
    """XML that is refused for safety: declared entities, very deep nesting, very many attributes. ``why`` is a message of the catalogue."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


def bounded_events(stream: IO[bytes], *, depth: int = _DEPTH) -> Iterator[tuple[str, etree._Element]]:
    """Start and end events; raises UnsafeXML or lxml's XMLSyntaxError. Declared entities are refused."""
    level = 0
    events = etree.iterparse(
        stream,
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    for event, element in events:
        if level == 0 and _declares_entities(element):
            raise UnsafeXML(message("read.xml_entities"))
        level += 1 if event == "start" else -1
        if level > depth:
            raise UnsafeXML(message("read.xml_deep", depth=depth))
        if isinstance(element.tag, str):
            if event == "start" and len(element.attrib) > _ATTRIBUTES:
                raise UnsafeXML(message("read.xml_attributes", most=_ATTRIBUTES))
            yield event, element


def _declares_entities(element: etree._Element) -> bool:
    dtd = element.getroottree().docinfo.internalDTD
    return dtd is not None and any(True for _ in dtd.iterentities())
