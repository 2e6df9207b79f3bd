"""Answers to ``$validate-code`` that differ in code and display only, written once.

An *ordinary* code is valid and there is nothing to say about it. What all answers to ordinary codes of one prepared
request share is taken from two answers that the operation gave (``learn``): if both are the same but for code and
display, later ones are put together from these parts. The operation answers everything else.
"""

from __future__ import annotations

import orjson
from pyroaring import BitMap

from api.fhir.operations.fragment_cache import fragments_of
from api.fhir.operations.operation import Varying
from registry.content.view import ContentView
from registry.terminology.context import Context

__all__ = ["OrdinaryAnswers"]

_CODE, _DISPLAY = b'{"name":"code","valueCode":', b'{"name":"display","valueString":'
_VALID = b'{"resourceType":"Parameters",'
Parts = tuple[bytes, bytes, bytes]  #: before the code, between code and display, after the display


class OrdinaryAnswers:
    """The ordinary codes of one prepared request; ``members``: the ids that are valid, None = all of the content."""

    def __init__(self, context: Context, content: ContentView, members: BitMap | None) -> None:
        self._languages, self._content, self._members = context.languages, content, members
        self._fragments = fragments_of(content, context.languages)
        self._seen: dict[bool, Parts] = {}
        self._sure: dict[bool, Parts] = {}

    def find(self, varying: Varying) -> bytes | None:
        """The answer to an ordinary code, with or without its right display; None for any other request."""
        parts = self._sure.get("display" in varying)
        if parts is None or (shown := self._shown(varying)) is None:
            return None
        return b"".join((parts[0], shown[0], parts[1], shown[1], parts[2]))

    def learn(self, varying: Varying, written: bytes) -> None:
        """Compare the answer that the operation gave with the one before."""
        named = "display" in varying
        if named in self._sure or (shown := self._shown(varying)) is None:
            return
        parts = _parts(written, *shown)
        if parts is None:
            return
        if self._seen.get(named) == parts:
            self._sure[named] = parts
        self._seen[named] = parts

    def _shown(self, varying: Varying) -> tuple[bytes, bytes] | None:
        """Code and display of an ordinary code, as JSON."""
        code, named = varying.get("code"), varying.get("display")
        if not isinstance(code, str) or len(varying) != 1 + (named is not None):
            return None
        ident = self._content.find(code)
        if ident is None or (self._members is not None and ident not in self._members):
            return None
        fragment = self._fragments.get(self._content, ident, self._languages)
        written = orjson.dumps(code)
        head, _, display = fragment.partition(b'"code":' + written + b',"display":')
        if not display or b"inactive" in head:
            return None
        if named is not None and (not isinstance(named, str) or orjson.dumps(named) != display):
            return None
        return written, display


def _parts(written: bytes, code: bytes, display: bytes) -> Parts | None:
    """A positive answer without code and display; None if they do not stand in it exactly once."""
    marks = _CODE + code + b"}", _DISPLAY + display + b"}"
    right = written.startswith(_VALID) and b'{"name":"result","valueBoolean":true}' in written
    if not right or any(written.count(mark) != 1 for mark in marks):
        return None
    at, then = (written.index(mark) for mark in marks)
    if then < at:
        return None
    begin, end = at + len(_CODE), then + len(_DISPLAY)
    return written[:begin], written[begin + len(code) : end], written[end + len(display) :]
