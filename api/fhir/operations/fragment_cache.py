"""The JSON of a concept's code and display, written once for each state and languages.

A *fragment* is what an expansion shows of a plain concept, without the system and without brackets:
``["abstract":true,]["inactive":true,]"code":"K63.8","display":"…"``. Entries of expansions, answers to ``$validate-code``
and the parents and children of a ``$lookup`` are joined from it. It is empty for a concept of which answers say more
(annotations, a status, deprecation, no display): such concepts are written by the general encoders.

Fragments of stored states are shared by all versions that contain the state; the caches of the registry own and bound
them (``registry.store.state_texts``).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import cast

import orjson

from registry.content.display import choose
from registry.content.view import ContentView
from registry.entities.languages import Languages
from registry.entities.records import ConceptRecord
from registry.systems.concept_properties import codes_of
from registry.terminology.status import is_deprecated, shown_status

__all__ = ["Fragments", "code_and_display", "look"]

_AT_ONCE = 2000  #: records read in one go
_CODE, _DISPLAY = b'"code":', b',"display":'


class Fragments:
    """Fragments by id, of one content in the requested languages."""

    __slots__ = ("_content", "_languages", "_texts")

    def __init__(self, content: ContentView, languages: Languages | None) -> None:
        self._content, self._languages = content, languages
        self._texts = content.state_texts(("entry", *look(content, languages)))

    def get(self, ident: int) -> bytes:
        """The fragment of one concept."""
        found = self._texts.get(ident)
        return self.of_record(ident, self._content.concept(ident)) if found is None else found

    def of_record(self, ident: int, record: ConceptRecord) -> bytes:
        """The fragment of a concept with a given record."""
        found = self._texts.get(ident)
        if found is None:
            found = _fragment(self._content, record, self._languages)
            self._texts.put(ident, found)
        return found

    def fill(self, idents: Sequence[int]) -> list[bytes]:
        """The fragments of many concepts, in their order."""
        kept = self._texts.get_many(idents)
        if None not in kept:
            return cast("list[bytes]", kept)
        missing = [ident for ident, text in zip(idents, kept, strict=True) if text is None]
        written: dict[int, bytes] = {}
        for start in range(0, len(missing), _AT_ONCE):
            some = missing[start : start + _AT_ONCE]
            for ident, record in zip(some, self._content.concepts(some), strict=True):
                written[ident] = self.of_record(ident, record)
        return [written[i] if text is None else text for i, text in zip(idents, kept, strict=True)]


def look(content: ContentView, languages: Languages | None) -> tuple[Hashable, ...]:
    """What the texts of a concept depend on besides its record."""
    info = content.info
    status = codes_of(info.properties, "status") if info.properties else ()
    return info.language, status, *((languages.tags, languages.only) if languages is not None else ())


def _fragment(content: ContentView, record: ConceptRecord, languages: Languages | None) -> bytes:
    chosen = choose(record, languages, language=content.info.language)
    if record.annotations or chosen is None or not chosen.text:
        return b""
    if shown_status(content, record) or is_deprecated(content, record):
        return b""
    flags = (b'"abstract":true,' if record.selectable is False else b"") + (
        b'"inactive":true,' if record.inactive else b""
    )
    return b"".join((flags, _CODE, orjson.dumps(record.code), _DISPLAY, orjson.dumps(chosen.text)))


def code_and_display(fragment: bytes) -> tuple[bytes, bytes]:
    """Code and display of a fragment that is not empty, as JSON texts.

    >>> code_and_display(b'"abstract":true,"code":"A","display":"B"')
    (b'"A"', b'"B"')
    """
    head, _, display = fragment.partition(_DISPLAY)
    return head[head.index(_CODE) + len(_CODE) :], display
