"""Limits of a request: bytes and elements of its body, concepts of the resources in it.

Counted before parsing, because the parsed values take ten to fifty times the memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from starlette.types import Receive, Scope

from api.fhir.fhir_settings import FhirSettings
from api.fhir.format.outcome import Refused, refuse
from registry.entities.messages import message
from registry.terminology.issues import issue

__all__ = ["LEVELS", "Kind", "check_given", "check_levels", "read_body"]

LEVELS = 200  #: most lists and objects in each other of a resource that is stored
_XML_UPLOADS = 4  #: factor of the limit for uploaded XML
_SMALL = 100_000  #: elements are counted only in bodies of more bytes than this


class Kind(msgspec.Struct, frozen=True):
    """``upload``: a resource to be stored, by a caller with permission."""

    xml: bool
    upload: bool


async def read_body(scope: Scope, receive: Receive, kind: Kind, settings: FhirSettings) -> bytes:
    """The body; raises Refused: 413 for too many bytes, 422 for too many elements."""
    most = _most(kind, settings)
    announced = next((v for k, v in scope["headers"] if k == b"content-length"), b"0")
    keep = not (announced.isdigit() and int(announced) > most)
    chunks: list[bytes] = []
    size = 0
    while size <= settings.upload_body:
        message = await receive()
        size += len(message.get("body", b""))
        # the rest of one that is too large is read but not kept: many clients want to end sending before they listen
        keep = keep and size <= most
        if keep:
            chunks.append(message.get("body", b""))
        else:
            chunks.clear()
        if not message.get("more_body", False):
            break
    if not keep:
        raise _too_large(most)
    return _counted(b"".join(chunks), kind, settings)


def _most(kind: Kind, settings: FhirSettings) -> int:
    """Bytes that a body may have."""
    most = settings.upload_body if kind.upload else settings.operation_body
    return min(most, settings.xml_body * (_XML_UPLOADS if kind.upload else 1)) if kind.xml else most


def _counted(body: bytes, kind: Kind, settings: FhirSettings) -> bytes:
    elements = settings.upload_elements if kind.upload else settings.elements
    if len(body) > _SMALL and not kind.xml and _elements(body) > elements:
        raise refuse("TOO_MUCH", message("request.most_elements", most=elements))
    return body


def _too_large(most: int) -> Refused:
    return Refused(issue("TOO_MUCH", message("request.most_bytes", most=most)), status=413)


def _elements(body: bytes) -> int:
    """Upper bound of the number of elements: commas within texts count too."""
    return sum(body.count(mark) for mark in (b",", b"{", b"[", b"&"))


def check_levels(body: Any) -> None:
    """Raises Refused if lists and objects are in each other more than ``LEVELS`` deep."""
    level = [body]
    for _ in range(LEVELS):
        level = [part for one in level for part in _parts(one) if isinstance(part, dict | list)]
        if not level:
            return
    raise refuse("TOO_MUCH", message("request.most_levels", most=LEVELS))


def _parts(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def check_given(resources: Any, most: int, place: str) -> None:
    """Raises Refused if resources have more concepts and listed codes than ``most``."""
    if _count(resources) > most:
        raise refuse("TOO_MUCH", message("request.most_concepts", most=most), place=place)


def _count(resources: Any) -> int:
    """Concepts and listed codes, to any depth."""
    found, waiting = 0, [resources]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, dict):
            found += "code" in one
            waiting.extend(v for k, v in one.items() if k in _HOLDING)
    return found


_HOLDING = frozenset({"concept", "compose", "include", "exclude", "contained", "group", "element", "target"})
