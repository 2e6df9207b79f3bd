"""The JSON of a concept's code and display, written once for each state and languages.

A *fragment* is what an expansion shows of a plain concept, without the system and without brackets:
``["abstract":true,]["inactive":true,]"code":"K63.8","display":"…"``. Entries of expansions, answers to ``$validate-code``
and the parents and children of a ``$lookup`` are joined from it. It is empty for a concept of which answers say more
(extensions, a status, deprecation, no display): such concepts are written by the general encoders.

Fragments of stored states are shared by all versions that contain the state. All fragments together stay below a
limit in bytes: when half of it is new, what has not been used since then is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast
from weakref import WeakKeyDictionary

import orjson

from registry.content.display import choose
from registry.content.view import ContentView
from registry.entities.languages import Languages
from registry.entities.records import ConceptRecord
from registry.terminology.status import is_deprecated, shown_status

__all__ = ["Fragments", "code_and_display", "fragments_of"]

_LIMIT = 64_000_000  #: bytes of all fragments
_OVERHEAD = 130  #: bytes that one takes besides its text
_AT_ONCE = 2000  #: records read in one go
_CODE, _DISPLAY = b'"code":', b',"display":'


class Fragments:
    """Fragments by id, of contents that share ids and of one choice of languages."""

    __slots__ = ("_older", "_pool", "recent")

    def __init__(self, pool: _Pool) -> None:
        self._pool = pool
        self.recent: dict[int, bytes] = {}
        self._older: dict[int, bytes] = {}

    def age(self) -> None:
        """What is recent now goes next time, unless it is used again."""
        self._older, self.recent = self.recent, {}

    def get(self, content: ContentView, ident: int, languages: Languages | None) -> bytes:
        """The fragment of one concept."""
        found = self.recent.get(ident)
        if found is not None:
            return found
        found = self._older.get(ident)
        if found is None:
            found = _fragment(content, content.concept(ident), languages)
        return self._keep(ident, found)

    def of_record(
        self, content: ContentView, ident: int, record: ConceptRecord, languages: Languages | None
    ) -> bytes:
        """The fragment of a concept whose record is at hand."""
        found = self.recent.get(ident)
        return self._keep(ident, _fragment(content, record, languages)) if found is None else found

    def fill(self, content: ContentView, idents: Sequence[int], languages: Languages | None) -> list[bytes]:
        """The fragments of many concepts, in their order."""
        kept = list(map(self.recent.get, idents))
        if None not in kept:
            return cast("list[bytes]", kept)
        found = {i: k if k is not None else self._older.get(i) for i, k in zip(idents, kept, strict=True)}
        missing = [ident for ident, fragment in found.items() if fragment is None]
        for start in range(0, len(missing), _AT_ONCE):
            some = missing[start : start + _AT_ONCE]
            for ident, record in zip(some, content.concepts(some), strict=True):
                found[ident] = self._keep(ident, _fragment(content, record, languages))
        return [found[ident] or b"" for ident in idents]

    def _keep(self, ident: int, fragment: bytes) -> bytes:
        self.recent[ident] = fragment
        self._pool.add(len(fragment) + _OVERHEAD)
        return fragment


class _Pool:
    """All fragments of the process."""

    def __init__(self, limit: int) -> None:
        self._limit, self._weight = limit, 0
        self._all: WeakKeyDictionary[object, dict[object, Fragments]] = WeakKeyDictionary()

    def of(self, scope: object, look: object) -> Fragments:
        looks = self._all.setdefault(scope, {})
        found = looks.get(look)
        if found is None:
            found = looks.setdefault(look, Fragments(self))
        return found

    def add(self, weight: int) -> None:
        self._weight += weight
        if self._weight > self._limit // 2:
            self._weight = 0
            for looks in list(self._all.values()):
                for fragments in list(looks.values()):
                    fragments.age()


_POOL = _Pool(_LIMIT)


def fragments_of(content: ContentView, languages: Languages | None) -> Fragments:
    """The fragments of a content in the languages asked for."""
    scope = getattr(content, "record_scope", content)
    status = tuple(p.code for p in content.info.properties if p.uri.endswith("#status"))
    return _POOL.of(scope, (content.info.language, status, languages))


def _fragment(content: ContentView, record: ConceptRecord, languages: Languages | None) -> bytes:
    chosen = choose(record, languages, language=content.info.language)
    if record.extensions or chosen is None or not chosen.text:
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
