"""The part of a ``$lookup`` answer about the concept itself, as JSON written once: everything but parents and children.

Three parts: ``begin`` (code and whether it is abstract), ``texts`` (display, definition, designations, whether it is
inactive) and ``properties``. Of most concepts they differ in few texts only, so a concept is kept as the number of a
*template* and the JSON texts that are its own. Code and display are those of its entry fragment (``fragment_cache``).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from api.fhir.format.encoding import coding_json, property_json
from api.fhir.operations.fragment_cache import Fragments, code_and_display, look
from registry.content.display import best, is_repeated, own_display, own_first
from registry.content.view import ContentView
from registry.entities.exact_json import dumps
from registry.entities.languages import Languages
from registry.entities.records import Coding, ConceptRecord
from registry.systems.designation_uses import PREFERRED

__all__ = ["LookupFragment", "LookupFragments"]

#: marks in a template; JSON texts hold no control characters
_CODE, _DISPLAY, _VALUE, _BREAK = b"\x01", b"\x02", b"\x03", b"\x04"
_BETWEEN = b"\n"  #: between the texts of a concept
_HEADS = 200  #: languages and uses of designations whose JSON is kept


class LookupFragment(NamedTuple):
    """The parts, as JSON with the commas before them; ``begin`` starts with its bracket."""

    begin: bytes
    texts: bytes
    properties: bytes


class LookupFragments:
    """Parts by id, of one content in the requested languages."""

    __slots__ = ("_content", "_fragments", "_heads", "_languages", "_texts")

    def __init__(self, content: ContentView, languages: Languages | None, fragments: Fragments) -> None:
        self._content, self._languages, self._fragments = content, languages, fragments
        self._texts = content.state_texts(("lookup", *look(content, languages)))
        #: what designations begin with, by language and use: a system has few of them
        self._heads: dict[tuple[str, Coding | None], bytes] = {}

    def get(self, ident: int) -> LookupFragment:
        """The parts of one concept."""
        kept = self._texts.get(ident)
        if kept is None:
            return _filled(*self.write(ident, self._content.concept(ident)))
        number, *values = kept.split(_BETWEEN)
        return _filled(self._texts.shared(number), *code_and_display(self._fragments.get(ident)), values)

    def write(self, ident: int, record: ConceptRecord) -> tuple[bytes, bytes, bytes, list[bytes]]:
        """Template, code, display and own texts of a concept with a given record; cached if it has a fragment."""
        fragment = self._fragments.of_record(ident, record)
        if fragment:
            code, display = code_and_display(fragment)
        else:
            chosen = best(record, self._languages, language=self._content.info.language)
            code, display = orjson.dumps(record.code), orjson.dumps(chosen.text) if chosen else b""
        template, values = self._written(record, display)
        number = self._texts.share(template) if fragment else None
        if number is not None:
            self._texts.put(ident, _BETWEEN.join((number, *values)) if values else number)
        return template, code, display, values

    def _written(self, record: ConceptRecord, display: bytes) -> tuple[bytes, list[bytes]]:
        """The template of a concept, and its own texts."""
        template = _Template(display)
        template.add(b'{"name":"code","valueCode":', _CODE, b'},{"name":"abstract","valueBoolean":')
        template.add(_flag(record.selectable is False), b"}", _BREAK)
        if display:
            template.add(b',{"name":"display","valueString":', _DISPLAY, b"}")
        if definition := next((n.text for n in record.notes if n.kind == "definition"), ""):
            template.add(b',{"name":"definition","valueString":').text(definition).add(b"}")
        self._add_designations(template, record)
        template.add(b',{"name":"property","part":[{"name":"code","valueCode":"inactive"},')
        template.add(b'{"name":"value","valueBoolean":', _flag(record.inactive), b"}]}", _BREAK)
        for p in record.properties:
            if p.code not in ("inactive", "parent", "child"):
                _add_property(template, p.code, p.type, p.value)
        return template.written, template.values

    def _add_designations(self, template: _Template, record: ConceptRecord) -> None:
        own = own_display(record.designations, self._content.info.language)
        seen: set[tuple[str, str]] = set()
        for text in own_first(record.designations, own):
            if is_repeated(text, seen):
                continue
            use = (text.use or PREFERRED) if text is own else text.use
            template.add(self._head(text.language, use)).text(text.text).add(b"}")
            if text.kind.startswith("supplement:"):
                source = {"name": "source", "valueCanonical": text.kind.removeprefix("supplement:")}
                template.add(b",", orjson.dumps(source))
            template.add(b"]}")

    def _head(self, language: str, use: Coding | None) -> bytes:
        """A designation up to its text."""
        found = self._heads.get((language, use))
        if found is None:
            found = _head(language, use)
            if len(self._heads) < _HEADS:
                self._heads[language, use] = found
        return found


class _Template:
    """A template being written, with the texts that are a concept's own."""

    def __init__(self, display: bytes) -> None:
        self._display = display
        self._pieces: list[bytes] = []
        self.values: list[bytes] = []

    @property
    def written(self) -> bytes:
        return b"".join(self._pieces)

    def add(self, *pieces: bytes) -> _Template:
        """Add JSON that other concepts share, and marks."""
        self._pieces += pieces
        return self

    def text(self, text: str) -> _Template:
        """Add a text as a JSON string."""
        return self.json(orjson.dumps(text))

    def json(self, value: bytes) -> _Template:
        """Add JSON of this concept alone; the display comes from its fragment."""
        if value == self._display:
            return self.add(_DISPLAY)
        self.values.append(value)
        return self.add(_VALUE)


def _filled(template: bytes, code: bytes, display: bytes, values: list[bytes]) -> LookupFragment:
    written = template.replace(_CODE, code).replace(_DISPLAY, display)
    for value in values:
        written = written.replace(_VALUE, value, 1)
    return LookupFragment(*written.split(_BREAK))


def _flag(value: bool) -> bytes:
    return b"true" if value else b"false"


def _head(language: str, use: Coding | None) -> bytes:
    parts = [orjson.dumps({"name": "language", "valueCode": language})] if language else []
    if use is not None:
        parts.append(orjson.dumps({"name": "use", "valueCoding": coding_json(use)}))
    return b',{"name":"designation","part":[' + b",".join((*parts, b'{"name":"value","valueString":'))


def _add_property(template: _Template, code: str, kind: str, value: Any) -> None:
    """A property; the values of booleans are part of the template."""
    written = dumps(property_json(code, kind, value, ""))
    if isinstance(value, bool):
        template.add(b",", written)
        return
    start = b',{"name":"property","part":[{"name":"code","valueCode":%b},' % orjson.dumps(code)
    template.add(start).json(written[len(start) - 1 : -2]).add(b"]}")
