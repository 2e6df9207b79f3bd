"""Format of the stored text index: for every word the texts that have it, as one segment per load.

A *text number* is ``position << 24 | state id - base``: the position of the text among those of its state, best band
first. So one bitmap of text numbers has texts of all positions, and the states of one position are a range of it.
"""

from __future__ import annotations

import re
import struct
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from heapq import merge as merged_in_order
from io import StringIO
from itertools import accumulate, chain, groupby
from operator import itemgetter

from pyroaring import BitMap

from registry.entities.errors import StoreError
from registry.entities.messages import message
from registry.entities.records import ConceptRecord
from registry.store.states import band_of, pack_numbers, searchable, unpack_numbers
from registry.store.stored_values import reading
from registry.store.tokens import fold

__all__ = ["LOCAL", "PLACE", "Segment", "SegmentBuilder", "build", "merge"]

PLACE = 24  #: bits of a text number below the place
LOCAL = (1 << PLACE) - 1
_PLACES = 256  #: most texts of one state that are indexed, the best first
_TOKEN = re.compile(r"[^\W_]+")
_HEAD = struct.Struct("<6Q")  # base, top, and the lengths of the four parts

Numbers = array  # array("I")


@dataclass(slots=True)
class Segment:
    """Words, ascending, each with its text numbers; and the text numbers of each band."""

    base: int  #: state ids are counted from here; a multiple of 65,536
    top: int  #: the greatest state id
    words: list[str] = field(default_factory=list)
    starts: array[int] = field(
        default_factory=lambda: array("I", [0])
    )  #: start of each word's numbers, and the end
    numbers: array[int] = field(default_factory=lambda: array("I"))
    bands: dict[int, array[int]] = field(default_factory=dict)

    def pack(self) -> bytes:
        """The segment as bytes; little-endian."""
        return self.packed_with("\n".join(self.words).encode())

    def packed_with(self, words: bytes | bytearray) -> bytes:
        """The segment as bytes, with these words, joined, instead of its own."""
        counts = chain.from_iterable((band, len(of)) for band, of in self.bands.items())
        bands = array("I", chain.from_iterable(self.bands.values()))
        parts = (words, pack_numbers(self.starts), pack_numbers(self.numbers), pack_numbers(counts))
        return b"".join((_HEAD.pack(self.base, self.top, *map(len, parts)), *parts, pack_numbers(bands)))

    @classmethod
    def unpack(cls, blob: bytes) -> Segment:
        """The inverse of ``pack``; raises ``StoreDamaged``."""
        with reading("text index"):
            segment, words = cls.without_words(blob)
            segment.words.extend(words.split("\n") if words else ())
            return segment

    @classmethod
    def without_words(cls, blob: bytes) -> tuple[Segment, str]:
        """The segment without its words, and these as one text."""
        base, top, *lengths = _HEAD.unpack_from(blob)
        ends = [*accumulate(lengths, initial=_HEAD.size)]
        parts = [blob[a:b] for a, b in zip(ends, [*ends[1:], len(blob)], strict=True)]
        starts, numbers, counts, of_bands = map(unpack_numbers, parts[1:])
        bands, at = {}, 0
        for band, size in zip(counts[::2], counts[1::2], strict=True):
            bands[band] = of_bands[at : at + size]
            at += size
        return cls(base, top, [], starts, numbers, bands), parts[0].decode()

    def __iter__(self) -> Iterator[tuple[str, array[int]]]:
        """Each word with its text numbers."""
        starts, numbers = self.starts, self.numbers
        return ((word, numbers[starts[n] : starts[n + 1]]) for n, word in enumerate(self.words))

    def without(self, states: BitMap, *, top: int) -> Segment:
        """The segment without the texts of these states; ``top`` is the greatest state that remains."""
        removed = {state - self.base for state in states}
        found = Segment(self.base, top)
        for word, numbers in self:
            _append(found, word, [array("I", [n for n in numbers if n & LOCAL not in removed])])
        for band, numbers in self.bands.items():
            found.bands[band] = array("I", [n for n in numbers if n & LOCAL not in removed])
        return found


def _append(segment: Segment, word: str, parts: Iterable[array[int]]) -> None:
    """Add a word after all others; without numbers it is left out."""
    for part in parts:
        segment.numbers.extend(part)
    if len(segment.numbers) > segment.starts[-1]:
        segment.words.append(word)
        segment.starts.append(len(segment.numbers))


class SegmentBuilder:
    """Builds the segment of new states, added in batches with ascending ids.

    More than ``words`` words are packed as a segment of their own until the end: a word takes 200 bytes, packed 20.
    """

    def __init__(self, base: int, *, words: int = 400_000) -> None:
        self._base = self._top = base
        self._most = words
        self._words: defaultdict[str, array[int]] = defaultdict(partial(array, "I"))
        self._bands: defaultdict[int, array[int]] = defaultdict(partial(array, "I"))
        self._packed: list[bytes] = []

    def add(self, states: Iterable[tuple[int, ConceptRecord]]) -> None:
        """Index (state id, record) pairs; raises ``StoreError`` if the index is full."""
        find, words, bands = _TOKEN.findall, self._words, self._bands
        for state, record in states:
            self._top, local = state, state - self._base
            if local > LOCAL:
                raise StoreError(message("error.word_index_full", most=LOCAL))
            for place, (band, text) in zip(range(_PLACES), searchable(record), strict=False):
                number = place << PLACE | local
                bands[band].append(number)
                for word in set(find(text)):
                    words[word].append(number)
            if len(words) > self._most:
                self._packed.append(self._pack_words())

    def _pack_words(self) -> bytes:
        """The words since the last packing, which are forgotten."""
        segment = Segment(self._base, self._top, bands=dict(sorted(self._bands.items())))
        for word in sorted(self._words):
            _append(segment, word, [self._words.pop(word)])
        self._words.clear()
        self._bands.clear()
        return segment.pack()

    def packed(self) -> bytes:
        """The segment of everything added, as ``Segment.pack``."""
        last = self._pack_words()
        return merge_packed([*self._packed, last]) if self._packed else last

    def add_texts(self, rows: Iterable[tuple[int, str, str]]) -> None:
        """Index (row, kind of text, text) of descriptions, each a text by itself."""
        find, words, bands = _TOKEN.findall, self._words, self._bands
        for row, kind, text in rows:
            self._top, number = row, row - self._base
            if number > LOCAL:
                raise StoreError(message("error.word_index_full", most=LOCAL))
            bands[band_of(kind, text)].append(number)
            for word in set(find(fold(text))):
                words[word].append(number)

    def finish(self) -> Segment:
        """The segment of everything added."""
        return Segment.unpack(self.packed())


def build(base: int, states: Iterable[tuple[int, ConceptRecord]]) -> Segment:
    """The segment of the given states."""
    builder = SegmentBuilder(base)
    builder.add(states)
    return builder.finish()


def merge(segments: Sequence[Segment]) -> Segment:
    """One segment with all entries; all segments must have the same base."""
    if len(segments) == 1:
        return segments[0]
    found = Segment(segments[0].base, max(s.top for s in segments))
    pairs = merged_in_order(*segments, key=itemgetter(0))
    for word, same in groupby(pairs, key=itemgetter(0)):
        _append(found, word, [numbers for _, numbers in same])
    _add_bands(found, segments)
    return found


def merge_packed(blobs: Sequence[bytes]) -> bytes:
    """The segment of packed segments with one base, packed; the words are never all in memory as texts."""
    opened = [Segment.without_words(blob) for blob in blobs]
    segments = [segment for segment, _ in opened]
    found, words = Segment(segments[0].base, max(s.top for s in segments)), bytearray()
    pairs = merged_in_order(*(_each_word(*one) for one in opened), key=itemgetter(0))
    for word, same in groupby(pairs, key=itemgetter(0)):
        words += (b"\n" if words else b"") + word.encode()
        for _, numbers in same:
            found.numbers.extend(numbers)
        found.starts.append(len(found.numbers))
    _add_bands(found, segments)
    del opened, segments, pairs
    return found.packed_with(words)


def _each_word(segment: Segment, words: str) -> Iterator[tuple[str, array[int]]]:
    """The words of a text, one in a line, with their numbers in the segment."""
    starts, numbers = segment.starts, segment.numbers
    for n, line in enumerate(StringIO(words, newline="\n")):
        yield line.rstrip("\n"), numbers[starts[n] : starts[n + 1]]


def _add_bands(found: Segment, segments: Sequence[Segment]) -> None:
    for band in sorted({band for s in segments for band in s.bands}):
        found.bands[band] = array("I", chain.from_iterable(s.bands.get(band, ()) for s in segments))
