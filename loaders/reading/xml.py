"""XML from strangers: no entities, no network, bounded depth. Not here: what elements mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from lxml import etree

__all__ = ["UnsafeXML", "bounded_events"]

_DEPTH = 64


class UnsafeXML(Exception):
    """XML that no real source has: declared entities, elements nested very deep."""


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
            raise UnsafeXML("entities may not be declared")
        level += 1 if event == "start" else -1
        if level > depth:
            raise UnsafeXML(f"elements nested more than {depth} deep")
        if isinstance(element.tag, str):
            yield event, element


def _declares_entities(element: etree._Element) -> bool:
    dtd = element.getroottree().docinfo.internalDTD
    return dtd is not None and any(True for _ in dtd.iterentities())
