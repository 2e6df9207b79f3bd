"""Bytes to text, in the encoding named by the caller or recognised from the bytes.

Recognised are UTF-8 (with or without byte order mark), UTF-16 with a byte order mark, Windows-1252 and DOS code page
850, the encodings of Norwegian lists. The encoding is always reported. Raises DecodeError where bytes do not fit, and
where two encodings fit equally well.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from registry.entities.errors import DecodeError, UsageError
from registry.entities.messages import message, worded

__all__ = [
    "Decoded",
    "Survey",
    "decode",
    "encoding_notice",
    "line_at",
    "lines_of",
    "misfit",
    "named_encoding",
]

#: letters that Norwegian, Sámi and borrowed medical words are written with, besides a-z
_LETTERS = "æøåÆØÅéèêëàáâäöüóòôïíñçšžčđŋÉÈÀÁÄÖÜß"
#: signs that such texts hold between words in Windows-1252
_SIGNS = "«»–—’‘“”…§°±²³µ½¼¾·×†‡•€®™©´\xa0"
_PLAUSIBLE = frozenset(_LETTERS + _SIGNS)
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_CANDIDATES = ("cp1252", "cp850")
_ASCII, _HIGH = bytes(range(0x80)), bytes(range(0x80, 0x100))


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with the name of its encoding; ``certain`` is False if the encoding was recognised by its letters."""

    text: str
    encoding: str
    certain: bool = True


def decode(data: bytes, *, file: str, encoding: str = "") -> Decoded:
    """Text of the bytes, in the named encoding or the one they are evidently in.

    Raises DecodeError with the line where the bytes don't fit, or where two encodings fit equally well.

    >>> decode("Kjønn".encode("cp850"), file="a.txt").encoding
    'cp850'
    """
    if encoding:
        name = codec = named_encoding(encoding)
        certain = True
    else:
        survey = Survey(file)
        survey.take(data)
        found = survey.finished(lambda: (data,))
        name, codec, certain = found.name, found.codec, found.certain
    try:
        return Decoded(data.decode("utf-8-sig" if codec == "utf-8" else codec), name, certain)
    except UnicodeDecodeError as error:
        raise misfit(file, codec, error) from error


def named_encoding(encoding: str) -> str:
    """Python's name of an encoding; raises UsageError for none."""
    try:
        return codecs.lookup(encoding).name
    except LookupError as error:
        raise UsageError(message("read.no_encoding", encoding=encoding)) from error


def misfit(
    file: str, encoding: str, error: UnicodeDecodeError, line: int = 1, key: str = "read.wrong_byte"
) -> DecodeError:
    """The error of bytes that are not in the encoding; ``line`` is the one that the decoded piece begins on."""
    at = min(error.start, len(error.object) - 1)
    byte = f"0x{error.object[at] if error.object else 0:02x}"
    readings = [f"{name}: {_line_in(error.object, at, name)!r}" for name in _CANDIDATES]
    why = message(key, byte=byte, encoding=encoding, names=_CANDIDATES, readings=readings)
    return DecodeError(why, file=file, line=line - 1 + line_at(error.object, at))


def _line_in(data: bytes, at: int, encoding: str) -> str:
    """The text around a byte, of its line, as an encoding reads it."""
    begin = max(data.rfind(b"\n", 0, at) + 1, at - 20)
    line = data[begin : at + 20].split(b"\n")[0].rstrip(b"\r")
    return line.decode(encoding, errors="replace")


def encoding_notice(encoding: str, *, certain: bool = True) -> str:
    """The notice of an encoding; not ``certain`` = recognised by the letters of the text."""
    return message("notice.encoding" if certain else "notice.encoding_guessed", encoding=worded(encoding))


class Survey:
    """Which encoding bytes are in: given in pieces, nothing kept of them."""

    def __init__(self, file: str) -> None:
        self.file, self.name, self.codec, self.certain = file, "ascii", "ascii", True
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._line, self._begun = 1, False
        self._error: tuple[UnicodeDecodeError, int] | None = None

    def take(self, piece: bytes) -> None:
        """Look at the next piece."""
        if not self._begun:
            self._begin(piece)
        if self.codec == "ascii" and not piece.isascii():
            self.name = self.codec = "utf-8"
        if self.codec in ("ascii", "utf-16") or self._error is not None:
            self._line += piece.count(b"\n")
            return
        self._try(piece)

    def _begin(self, piece: bytes) -> None:
        self._begun = True
        if piece.startswith(codecs.BOM_UTF8):
            self.name, self.codec = "utf-8 with byte order mark", "utf-8"
        elif piece.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self.name = self.codec = "utf-16"

    def _try(self, piece: bytes, *, last: bool = False) -> None:
        try:
            self._line += self._decoder.decode(piece, last).count("\n")
        except UnicodeDecodeError as error:
            self._error = error, self._line

    def finished(self, again: Callable[[], Iterable[bytes]]) -> Survey:
        """The survey with the encoding found; ``again`` gives the pieces anew. Raises DecodeError."""
        if self.codec == "utf-8" and self._error is None:
            self._try(b"", last=True)
        if self._error is not None:
            error, line = self._error
            if self.name != "utf-8":
                raise misfit(self.file, "utf-8", error, line)
            self.name = self.codec = self._eight_bit(again(), error, line)
            self.certain = False
        return self

    def _eight_bit(self, found: Iterable[bytes], error: UnicodeDecodeError, line: int) -> str:
        high, multibyte, rest = Counter[int](), 0, b""
        for piece in found:
            high.update(piece.translate(None, _ASCII))
            rest += piece
            cut = len(rest.rstrip(_HIGH))
            whole, rest = rest[:cut], rest[cut:]
            multibyte += sum(len(m) for m in _MULTIBYTE.findall(whole))
        if (multibyte + sum(len(m) for m in _MULTIBYTE.findall(rest))) * 2 > high.total():
            raise misfit(self.file, "utf-8", error, line, "read.mostly_utf8") from error
        scored = sorted(((_score(high, name), name) for name in _CANDIDATES), reverse=True)
        (best, name), (second, _) = scored[0], scored[1]
        if best < 0.8 or best - second < 0.2:
            raise misfit(self.file, "utf-8", error, line, "read.encoding_unclear") from error
        return name


def _score(high: Counter[int], encoding: str) -> float:
    """The share of bytes beyond ASCII that are letters or signs such a text may hold; letters weigh more."""
    try:
        letters = {byte: bytes([byte]).decode(encoding) for byte in high}
    except UnicodeDecodeError:
        return 0.0
    weights = {byte: 1.0 if c in _LETTERS else 0.6 for byte, c in letters.items() if c in _PLAUSIBLE}
    return sum(weights.get(byte, 0.0) * n for byte, n in high.items()) / max(high.total(), 1)


def lines_of(text: str) -> list[str]:
    r"""The lines of a text without their ends: LF, CRLF and CR end a line, and nothing else does.

    ``str.splitlines`` also breaks at NEL, LS, PS, form feeds and separators, which are characters of a text: byte
    0x85 is the second half of ``Å`` in UTF-8 and the ellipsis in Windows-1252.

    >>> lines_of("\x85a\u2028b\r\nc\n")
    ['\x85a\u2028b', 'c']
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    found = text.split("\n")
    if not found[-1]:
        found.pop()
    return found


def line_at(data: bytes | str, offset: int) -> int:
    """The number of the line, from 1, that contains an offset."""
    if isinstance(data, str):
        return data.count("\n", 0, offset) + 1
    return data.count(b"\n", 0, offset) + 1
