"""A member of a source as text, read in pieces: which encoding it is in, its hash, its lines.

Memory: one piece. A text is read once to find its encoding, unless that is named, and again each time its content is
read. Not here: how an encoding is recognised (``decoding``), what the text means.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from loaders.contract import Source
from loaders.reading.decoding import Survey, encoding_notice, misfit, named_encoding
from registry.entities.records import SourceFile

__all__ = ["TextFile", "hashed", "pieces"]

_PIECE = 1 << 20


def pieces(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes of a stream, a piece at a time; closes it."""
    with stream:
        while piece := stream.read(_PIECE):
            yield piece


def hashed(source: Source, member: str, encoding: str = "") -> SourceFile:
    """The record of a file that a release is made from: SHA-256 and size of its unpacked bytes."""
    digest, size = hashlib.sha256(), 0
    for piece in pieces(source.open(member)):
        digest.update(piece)
        size += len(piece)
    return SourceFile(name=member, sha256=digest.hexdigest(), size=size, encoding=encoding)


class TextFile:
    """The text of a member in the named encoding, else in the one it is evidently in; raises ``DecodeError``.

    ``encoding`` is the name of the encoding as reports give it, ``certain`` False if it was chosen by its letters.
    """

    def __init__(self, source: Source, member: str, *, encoding: str = "") -> None:
        self._source, self._member, self.file = source, member, source.label(member)
        self._digest, self._size, self._known = hashlib.sha256(), 0, False
        self.certain = True
        if encoding:
            self.encoding = named_encoding(encoding)
            self._codec = self.encoding
        else:
            found = self._survey()
            self.encoding, self.certain = found.name, found.certain
            self._codec = found.codec
        self.notice = encoding_notice(self.encoding, certain=self.certain)

    def _survey(self) -> Survey:
        survey = Survey(self.file)
        for piece in self._pieces():
            survey.take(piece)
        return survey.finished(lambda: pieces(self._source.open(self._member)))

    def _pieces(self) -> Iterator[bytes]:
        """The bytes; the first complete pass hashes them."""
        for piece in pieces(self._source.open(self._member)):
            if not self._known:
                self._digest.update(piece)
                self._size += len(piece)
            yield piece
        self._known = True

    @property
    def source_file(self) -> SourceFile:
        """The record of the file; known once it has been read to its end."""
        if not self._known:
            self._digest, self._size = hashlib.sha256(), 0
            for _ in self._pieces():
                pass
        return SourceFile(self._member, self._digest.hexdigest(), self._size, self.encoding)

    def texts(self) -> Iterator[str]:
        """The text in pieces."""
        if not self._known:
            self._digest, self._size = hashlib.sha256(), 0
        decoder = codecs.getincrementaldecoder("utf-8-sig" if self._codec == "utf-8" else self._codec)()
        line = 1
        for piece in self._pieces():
            try:
                text = decoder.decode(piece)
            except UnicodeDecodeError as error:
                raise misfit(self.file, self._codec, error, line) from error
            line += text.count("\n")
            yield text
        try:
            yield decoder.decode(b"", True)
        except UnicodeDecodeError as error:
            raise misfit(self.file, self._codec, error, line) from error

    def lines(self) -> Iterator[str]:
        """The lines without their ends, as ``decoding.lines_of`` gives them."""
        return chain.from_iterable(self._lines())

    def _lines(self) -> Iterator[list[str]]:
        rest = ""
        for text in self.texts():
            rest += text
            if rest.endswith("\r"):
                continue  # its second half may be in the next piece
            if "\r" in rest:
                rest = rest.replace("\r\n", "\n").replace("\r", "\n")
            found = rest.split("\n")
            rest = found.pop()
            yield found
        if rest:
            yield rest.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n").split("\n")
