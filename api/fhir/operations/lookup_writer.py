"""The answer to ``$lookup`` from parts: what all codes of a version share, and what is the concept's own.

``LookupWriter`` writes the concept's own part itself. What surrounds it is taken from two answers that the operation
gave (``learn``): they must be the same but for the concept's own part, as written here. So a difference between
this module and the operation leads to the operation's answers, never to others.
"""

from __future__ import annotations

from typing import Any

import orjson

from api.fhir.format.encoding import coding_json, property_json
from api.fhir.operations.fragment_cache import code_and_display, fragments_of
from registry.content.display import best, is_repeated, own_display, own_first
from registry.content.view import ContentView
from registry.entities.exact_json import dumps
from registry.entities.records import Coding, ConceptRecord, Designation
from registry.systems.designation_uses import PREFERRED
from registry.terminology.context import Context
from registry.terminology.lookup import shown

__all__ = ["LookupWriter"]

Parts = tuple[bytes, bytes, bytes]  #: before the code, between it and the display, after the properties
_DISPLAY_ITEM = b',{"name":"display","valueString":'
_ABSTRACT = {
    False: b'},{"name":"abstract","valueBoolean":false}',
    True: b'},{"name":"abstract","valueBoolean":true}',
}
_INACTIVE = {
    flag: b',{"name":"property","part":[{"name":"code","valueCode":"inactive"},'
    b'{"name":"value","valueBoolean":' + (b"true" if flag else b"false") + b"}]}"
    for flag in (False, True)
}


class LookupWriter:
    """Answers about one content in the languages of a context, without a choice of properties."""

    def __init__(self, context: Context, content: ContentView) -> None:
        self._context, self._content = context, content
        self._fragments = fragments_of(content, context.languages)
        self._heads: dict[tuple[str, bool], bytes] = {}
        self._flags: dict[tuple[str, bool], bytes] = {}
        self._seen: Parts | None = None
        self._sure: Parts | None = None

    def find(self, code: str) -> bytes | None:
        """The answer, once what surrounds a concept's own part is known; None for an unknown code."""
        if self._sure is None or (ident := self._content.find(code)) is None:
            return None
        own = self._own(ident)
        before, between, after = self._sure
        return b"".join((before, own[0], between, own[1], after))

    def learn(self, ident: int, written: bytes) -> None:
        """Compare the answer that the operation gave with the one before."""
        parts = _surrounding(written, *self._own(ident))
        if parts is not None and parts == self._seen:
            self._sure = parts
        self._seen = parts

    def _own(self, ident: int) -> tuple[bytes, bytes]:
        """Code to abstract, and display to the last property."""
        content, languages = self._content, self._context.languages
        record = content.concept(ident)
        fragment = self._fragments.of_record(content, ident, record, languages)
        begin = b'{"name":"code","valueCode":' + orjson.dumps(record.code)
        pieces = [*self._texts(record, fragment), _INACTIVE[record.inactive]]
        pieces += [self._relative(b"parent", other) for other in content.parents(ident)]
        pieces += [self._relative(b"child", other) for other in content.children(ident)]
        pieces += [
            self._property(p.code, p.type, p.value)
            for p in record.properties
            if p.code not in ("inactive", "parent", "child")
        ]
        return begin + _ABSTRACT[record.selectable is False], b"".join(pieces)

    def _texts(self, record: ConceptRecord, fragment: bytes) -> list[bytes]:
        info = self._content.info
        found = []
        if fragment:
            found.append(_DISPLAY_ITEM + code_and_display(fragment)[1] + b"}")
        elif chosen := best(record, self._context.languages, language=info.language):
            found.append(_DISPLAY_ITEM + orjson.dumps(chosen.text) + b"}")
        definition = next((n.text for n in record.notes if n.kind == "definition"), "")
        if definition:
            found.append(b',{"name":"definition","valueString":' + orjson.dumps(definition) + b"}")
        own = own_display(record.designations, info.language)
        seen: set[tuple[str, str]] = set()
        for text in own_first(record.designations, own):
            if not is_repeated(text, seen):
                found.append(self._designation(text, preferred=text is own))
        return found

    def _designation(self, text: Designation, *, preferred: bool) -> bytes:
        if text.use is None and not text.kind.startswith("supplement:"):
            key = (text.language, preferred)
            head = self._heads.get(key)
            if head is None:
                head = self._heads[key] = _head(text.language, PREFERRED if preferred else None)
            return head + orjson.dumps(text.text) + b"}]}"
        use = (text.use or PREFERRED) if preferred else text.use
        written = _head(text.language, use) + orjson.dumps(text.text) + b"}"
        source = text.kind.removeprefix("supplement:") if text.kind.startswith("supplement:") else ""
        if source:
            written += b"," + orjson.dumps({"name": "source", "valueCanonical": source})
        return written + b"]}"

    def _relative(self, name: bytes, ident: int) -> bytes:
        fragment = self._fragments.get(self._content, ident, self._context.languages)
        if not fragment:
            record = self._content.concept(ident)
            text = shown(self._context, self._content, record)
            return b"," + dumps(property_json(name.decode(), "code", record.code, text))
        code, display = code_and_display(fragment)
        return (
            b',{"name":"property","part":[{"name":"code","valueCode":"%b"},{"name":"value","valueCode":%b},'
            b'{"name":"description","valueString":%b}]}' % (name, code, display)
        )

    def _property(self, code: str, kind: str, value: Any) -> bytes:
        if not isinstance(value, bool):
            return b"," + dumps(property_json(code, kind, value, ""))
        found = self._flags.get((code, value))
        if found is None:
            found = self._flags[code, value] = b"," + dumps(property_json(code, kind, value, ""))
        return found


def _head(language: str, use: Coding | None) -> bytes:
    """A designation up to its text."""
    parts = [orjson.dumps({"name": "language", "valueCode": language})] if language else []
    if use is not None:
        parts.append(orjson.dumps({"name": "use", "valueCoding": coding_json(use)}))
    return b',{"name":"designation","part":[' + b",".join((*parts, b'{"name":"value","valueString":'))


def _surrounding(written: bytes, begin: bytes, rest: bytes) -> Parts | None:
    """The answer without the concept's own parts; None if they do not stand in it once, in this order."""
    if written.count(begin) != 1 or written.count(rest) != 1:
        return None
    at, then = written.index(begin), written.index(rest)
    if then < at + len(begin):
        return None
    return written[:at], written[at + len(begin) : then], written[then + len(rest) :]
