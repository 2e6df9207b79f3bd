"""Text search the obvious way: look at every record. The twin of ``registry.content.text_search``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from registry.content.text_search import parse
from registry.entities.records import ConceptRecord, Designation

KINDS = {"display": 0, "label.full": 0, "preferred": 0, "label.short": 1, "fsn": 1}


def slow_fold(text: str) -> str:
    """Letter by letter: æøå stay, accents and case go, the rest becomes spaces."""
    folded = ""
    for letter in unicodedata.normalize("NFC", text).casefold():
        if letter in "æøå":
            folded += letter
            continue
        bare = "".join(c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c))
        folded += "".join(c if c.isalnum() else " " for c in bare.casefold())
    return folded


def slow_search(records: Iterable[ConceptRecord], text: str) -> list[str]:
    """Codes of the records that match, best first."""
    query = parse(text)
    hits: list[tuple[tuple[int, int, str, str], str]] = []
    for one in records if query.words else []:
        rank = _rank(one, query.words, query.code)
        if rank is not None:
            hits.append((rank, one.code))
    return [code for _, code in sorted(hits)]


def _rank(
    one: ConceptRecord, words: tuple[tuple[tuple[str, ...], ...], ...], code: str
) -> tuple[int, int, str, str] | None:
    compact = re.sub(r"[\W_]+", "", slow_fold(one.code)) or one.code
    begins = compact.startswith(code) if len(code) > 1 or code.isdigit() else compact == code
    if begins:
        return (0, 0, compact, one.code)
    bands = [_band(d) for d in one.designations if _meets(words, d.text, compact)]
    return (1, min(bands), "", one.code) if bands else None


def _meets(words: tuple[tuple[tuple[str, ...], ...], ...], text: str, compact: str) -> bool:
    found = re.findall(r"[^\W_]+", slow_fold(text)) + ([compact] if len(compact) <= 10 else [])
    return all(any(all(any(f.startswith(t) for f in found) for t in way) for way in ways) for ways in words)


def _band(designation: Designation) -> int:
    length = len(unicodedata.normalize("NFC", designation.text))
    return KINDS.get(designation.kind, 2) * 256 + min(length, 255)
