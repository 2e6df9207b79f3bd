"""The body of an answer as bytes, JSON or XML."""

from __future__ import annotations

import re
from typing import Any

from api.fhir.server.response_cache import Encoded
from api.fhir.service import Reply
from loaders.formats.fhir.fhir_xml import UNWRITABLE, json_to_xml
from registry.entities.exact_json import dumps, loads

__all__ = ["encoded", "json_bytes"]

#: in JSON: where characters may be that XML cannot hold
_CONTROL = re.compile(rb"\\[bf]|\\u00[01]|\xef\xbf[\xbe\xbf]")


def encoded(reply: Reply, *, xml: bool = False) -> Encoded:
    """The reply with its body as bytes."""
    return Encoded(reply.status, _written(reply, xml=xml), reply.headers, xml)


def _written(reply: Reply, *, xml: bool) -> bytes:
    written = json_bytes(reply.body)
    if not xml or not written:
        return written
    if not _CONTROL.search(written):
        return json_to_xml(loads(written), release=reply.release)
    return json_to_xml(_without_control(loads(written)), release=reply.release)


def _without_control(value: Any) -> Any:
    """The same JSON value; characters that XML cannot hold are U+FFFD."""
    if isinstance(value, str):
        return UNWRITABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_control(item) for item in value]
    if isinstance(value, dict):
        return {name: _without_control(item) for name, item in value.items()}
    return value


def json_bytes(body: dict[str, Any] | bytes | None) -> bytes:
    """A JSON value as bytes; bytes are JSON already, None is empty."""
    if body is None:
        return b""
    return body if isinstance(body, bytes) else dumps(body)
