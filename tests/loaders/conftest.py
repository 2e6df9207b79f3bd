"""Every error that a loader test causes is checked for its language: made of messages, without prose in their values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from loaders.contract import ParsedMap, ParsedRelease
from registry.entities.errors import GyldigError, StoreError
from registry.entities.messages import Message

#: values that quote another program or the file itself
_QUOTED = frozenset({"cell", "columns", "detail", "readings", "rows", "text", "line", "value", "written"})
_PROSE = re.compile(
    r"\b(?:the|is|are|not|of|and|has|have|with|which|there|than|ikke|er|og|eller|har|av|som)\b", re.I
)


def untranslated(text: Any, name: str = "") -> list[str]:
    """The parts of a text that have one language only: plain text, and prose among the values of a message."""
    if isinstance(text, Message):
        return [found for key, value in text.values.items() for found in untranslated(value, key)]
    if isinstance(text, list | tuple):
        return [found for item in text for found in untranslated(item, name)]
    if not isinstance(text, str) or name in _QUOTED:
        return []
    return [text] if not name or len(_PROSE.findall(text)) > 1 else []


@pytest.fixture(autouse=True)
def errors_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Record every error of sources and options that the test causes, and every notice of what it parses."""
    texts: list[Any] = []

    def record(error: GyldigError, *args: object) -> None:
        Exception.__init__(error, *args)
        texts.extend(() if isinstance(error, StoreError) else args)

    monkeypatch.setattr(GyldigError, "__init__", record, raising=False)
    for kind, notices in ((ParsedRelease, lambda p: p.header.notices), (ParsedMap, lambda p: p.map.notices)):
        made = kind.__init__

        def recorded(self: Any, *args: Any, made: Any = made, notices: Any = notices, **values: Any) -> None:
            made(self, *args, **values)
            texts.extend(notices(self))

        monkeypatch.setattr(kind, "__init__", recorded)
    yield
    assert {found for text in texts for found in untranslated(text)} == set()
    shown = [(str(text), text.in_language("nb")) for text in texts if isinstance(text, Message)]
    assert [english for english, bokmaal in shown if english == bokmaal] == []
