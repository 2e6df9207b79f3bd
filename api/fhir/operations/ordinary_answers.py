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
class _Question:
    """A request about an ordinary code: code as text of JSON without quotes, display as JSON."""

    kind: _Kind
    code: bytes
    display: bytes


@dataclass(frozen=True, slots=True)
class _Template:
    """An answer without code and display: the JSON between codes, before and after the display."""

    before: tuple[bytes, ...]
    after: tuple[bytes, ...]

    def filled(self, asked: _Question) -> bytes:
        """The answer to another request of the same kind."""
        return b"".join((asked.code.join(self.before), asked.display, asked.code.join(self.after)))


class OrdinaryAnswers:
    """The ordinary codes of one prepared request; ``members``: the ids that are valid, None = all of the content."""

    def __init__(self, context: Context, content: ContentView, members: BitMap | None) -> None:
        self._content, self._members = content, members
        self._fragments = Fragments(content, context.languages)
        self._seen: dict[_Kind, tuple[bytes, _Template]] = {}
        self._sure: dict[_Kind, _Template] = {}

    def find(self, varying: Varying) -> bytes | None:
        """The answer to an ordinary code, with or without its right display; None for any other request."""
        if not self._sure or (asked := self._question(varying)) is None:
            return None
        template = self._sure.get(asked.kind)
        return template.filled(asked) if template is not None else None

    def learn(self, varying: Varying, written: bytes) -> None:
        """Compare the answer that the operation gave with the one before; both about different codes."""
        asked = self._question(varying)
        if asked is None or asked.kind in self._sure:
            return
        template = _template(written, asked)
        code, seen = self._seen.get(asked.kind, (asked.code, None))
        if template is None or (seen is not None and code == asked.code):
            return
        if seen == template:
            self._sure[asked.kind] = template
        self._seen[asked.kind] = (asked.code, template)

    def _question(self, varying: Varying) -> _Question | None:
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
        return _Question((named is not None, member), written[1:-1], display)


def _template(written: bytes, asked: _Question) -> _Template | None:
    """What is left of the answer; None if its result is not as expected or the display does not stand in it once."""
    right = b'{"name":"result","valueBoolean":' + (b"true}" if asked.kind[1] else b"false}")
    mark = _DISPLAY + asked.display + b"}"
    if right not in written or written.count(mark) != 1 or not asked.code:
        return None
    at = written.index(mark) + len(_DISPLAY)
    before, after = written[:at], written[at + len(asked.display) :]
    return _Template(tuple(before.split(asked.code)), tuple(after.split(asked.code)))
