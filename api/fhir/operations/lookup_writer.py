"""Answers to ``$lookup`` joined from parts: JSON that all codes of a version share, and the JSON of the concept.

``LookupWriter`` writes the JSON of the concept (``lookup_fragment``, parents and children). The JSON around it is derived
from two answers of the operation (``learn``), which must be equal except for the JSON of the concept. So if this module
and the operation differ, the operation answers.
"""

from __future__ import annotations

from collections.abc import Iterator

from api.fhir.format.encoding import property_json
from api.fhir.operations.fragment_cache import Fragments, code_and_display
from api.fhir.operations.lookup_fragment import LookupFragments
from registry.content.view import ContentView
from registry.entities.exact_json import dumps
from registry.terminology.context import Context
from registry.terminology.lookup import shown

__all__ = ["LookupWriter"]

Parts = tuple[bytes, bytes, bytes]  #: before the code, between it and the display, after the properties


class LookupWriter:
    """Answers about one content in the languages of a context, without a choice of properties."""

    def __init__(self, context: Context, content: ContentView) -> None:
        self._context, self._content = context, content
        self._fragments = Fragments(content, context.languages)
        self._own_parts = LookupFragments(content, context.languages, self._fragments)
        self._seen: Parts | None = None
        self._sure: Parts | None = None

    def find(self, code: str) -> bytes | None:
        """The answer, if the JSON around that of a concept is known; None for an unknown code."""
        if self._sure is None or (ident := self._content.find(code)) is None:
            return None
        before, between, after = self._sure
        begin, texts, properties = self._own_parts.get(ident)
        return b"".join((before, begin, between, texts, *self._relatives(ident), properties, after))

    def learn(self, ident: int, written: bytes) -> None:
        """Compare an answer of the operation with the one before."""
        begin, texts, properties = self._own_parts.get(ident)
        parts = _surrounding(written, begin, b"".join((texts, *self._relatives(ident), properties)))
        if parts is not None and parts == self._seen:
            self._sure = parts
        self._seen = parts

    def _relatives(self, ident: int) -> Iterator[bytes]:
        content = self._content
        for other in content.parents(ident):
            yield self._relative(b"parent", other)
        for other in content.children(ident):
            yield self._relative(b"child", other)

    def _relative(self, name: bytes, ident: int) -> bytes:
        fragment = self._fragments.get(ident)
        if not fragment:
            record = self._content.concept(ident)
            text = shown(self._context, self._content, record)
            return b"," + dumps(property_json(name.decode(), "code", record.code, text))
        code, display = code_and_display(fragment)
        return (
            b',{"name":"property","part":[{"name":"code","valueCode":"%b"},{"name":"value","valueCode":%b},'
            b'{"name":"description","valueString":%b}]}' % (name, code, display)
        )


def _surrounding(written: bytes, begin: bytes, rest: bytes) -> Parts | None:
    """The answer without the JSON of the concept; None if this does not occur in it once, in this order."""
    if written.count(begin) != 1 or written.count(rest) != 1:
        return None
    at, then = written.index(begin), written.index(rest)
    if then < at + len(begin):
        return None
    return written[:at], written[at + len(begin) : then], written[then + len(rest) :]
