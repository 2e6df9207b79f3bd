"""Answers to ``$validate-code`` that differ only in code and display, joined from JSON written once.

An *ordinary* code is known and active, and its concept causes no issues. The answers of one prepared request to ordinary
members differ only in code and display, and so do those to ordinary codes that are not members. The JSON around code
and display is derived from two answers of the operation to different codes (``learn``), and used only if both agree. The
operation answers everything else.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson
from pyroaring import BitMap

from api.fhir.operations.fragment_cache import Fragments
from api.fhir.operations.operation import Varying
from registry.content.view import ContentView
from registry.terminology.context import Context

__all__ = ["OrdinaryAnswers"]

_DISPLAY = b'{"name":"display","valueString":'
_Kind = tuple[bool, bool]  #: whether the request has a display, whether the code is a member


@dataclass(frozen=True, slots=True)
class _CodeRequest:
    """A request about an ordinary code: code as text of JSON without quotes, display as JSON."""

    kind: _Kind
    code: bytes
    display: bytes


@dataclass(frozen=True, slots=True)
class _Template:
    """An answer without code and display: the JSON between codes, before and after the display."""

    before: tuple[bytes, ...]
    after: tuple[bytes, ...]

    def filled(self, request: _CodeRequest) -> bytes:
        """The answer to another request of the same kind."""
        return b"".join((request.code.join(self.before), request.display, request.code.join(self.after)))


class OrdinaryAnswers:
    """The ordinary codes of one prepared request; ``members``: the ids that are valid, None = all of the content."""

    def __init__(self, context: Context, content: ContentView, members: BitMap | None) -> None:
        self._content, self._members = content, members
        self._fragments = Fragments(content, context.languages)
        self._seen: dict[_Kind, tuple[bytes, _Template]] = {}
        self._sure: dict[_Kind, _Template] = {}

    def find(self, varying: Varying) -> bytes | None:
        """The answer to an ordinary code, with or without its right display; None for any other request."""
        if not self._sure or (request := self._request_of(varying)) is None:
            return None
        template = self._sure.get(request.kind)
        return template.filled(request) if template is not None else None

    def learn(self, varying: Varying, written: bytes) -> None:
        """Compare the answer that the operation gave with the one before; both about different codes."""
        request = self._request_of(varying)
        if request is None or request.kind in self._sure:
            return
        template = _template(written, request)
        code, seen = self._seen.get(request.kind, (request.code, None))
        if template is None or (seen is not None and code == request.code):
            return
        if seen == template:
            self._sure[request.kind] = template
        self._seen[request.kind] = (request.code, template)

    def _request_of(self, varying: Varying) -> _CodeRequest | None:
        code, named = varying.get("code"), varying.get("display")
        if not isinstance(code, str) or len(varying) != 1 + (named is not None):
            return None
        ident = self._content.find(code)
        if ident is None:
            return None
        fragment = self._fragments.get(ident)
        written = orjson.dumps(code)
        head, _, display = fragment.partition(b'"code":' + written + b',"display":')
        if not display or b"inactive" in head or b"\\" in written:
            return None
        if named is not None and (not isinstance(named, str) or orjson.dumps(named) != display):
            return None
        member = self._members is None or ident in self._members
        return _CodeRequest((named is not None, member), written[1:-1], display)


def _template(written: bytes, request: _CodeRequest) -> _Template | None:
    """What is left of the answer; None if its result is not as expected or the display does not stand in it once."""
    right = b'{"name":"result","valueBoolean":' + (b"true}" if request.kind[1] else b"false}")
    mark = _DISPLAY + request.display + b"}"
    if right not in written or written.count(mark) != 1 or not request.code:
        return None
    at = written.index(mark) + len(_DISPLAY)
    before, after = written[:at], written[at + len(request.display) :]
    return _Template(tuple(before.split(request.code)), tuple(after.split(request.code)))
