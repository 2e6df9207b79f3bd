"""XML from strangers: no entities, no network, bounded depth. Not here: what elements mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from lxml import etree

__all__ = ["TooDeep", "bounded_events"]

_DEPTH = 64


class TooDeep(Exception):
    """Elements nested deeper than any real source does."""


def bounded_events(stream: IO[bytes], *, depth: int = _DEPTH) -> Iterator[tuple[str, etree._Element]]:
    """Start and end events; raises TooDeep or lxml's XMLSyntaxError. A document type declaration is refused."""
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
        if level == 0 and element.getroottree().docinfo.internalDTD is not None:
            raise TooDeep("a document type declaration is not allowed")
        level += 1 if event == "start" else -1
        if level > depth:
            raise TooDeep(f"elements nested more than {depth} deep")
        if isinstance(element.tag, str):
            yield event, element
