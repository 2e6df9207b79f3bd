"""Bytes to text, in the encoding named by the caller or recognised from the bytes.

Recognised are UTF-8 (with or without byte order mark), UTF-16 with a byte order mark, Windows-1252 and DOS code page
850, the encodings of Norwegian lists. The encoding is always reported. Raises DecodeError where bytes do not fit, and
where two encodings fit equally well.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from registry.entities.errors import DecodeError, UsageError
from registry.entities.messages import message, worded

__all__ = ["Decoded", "decode", "encoding_notice", "line_at", "lines_of"]

#: letters that Norwegian, Sámi and borrowed medical words are written with, besides a-z
_LETTERS = "æøåÆØÅéèêëàáâäöüóòôïíñçšžčđŋÉÈÀÁÄÖÜß"
#: signs that such texts hold between words in Windows-1252
_SIGNS = "«»–—’‘“”…§°±²³µ½¼¾·×†‡•€®™©´\xa0"
_PLAUSIBLE = frozenset(_LETTERS + _SIGNS)
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_CANDIDATES = ("cp1252", "cp850")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with the name of its encoding; ``certain`` is False if the encoding was recognised by its letters."""

    text: str
    encoding: str
    certain: bool = True

    @property
    def notice(self) -> str:
        """The notice of the encoding."""
        return encoding_notice(self.encoding, certain=self.certain)


def encoding_notice(encoding: str, *, certain: bool = True) -> str:
    """The notice of an encoding; not ``certain`` = recognised by the letters of the text."""
    return message("notice.encoding" if certain else "notice.encoding_guessed", encoding=worded(encoding))


def decode(data: bytes, *, file: str, encoding: str = "") -> Decoded:
    """Text of the bytes, in the named encoding or the one they are evidently in.

    Raises DecodeError with the line where the bytes don't fit, or where two encodings fit equally well.

    >>> decode("Kjønn".encode("cp850"), file="a.txt").encoding
    'cp850'
    """
    if encoding:
        return _named(data, file, encoding)
    if data.startswith(codecs.BOM_UTF8):
        return Decoded(_strict(data[3:], file, "utf-8"), "utf-8 with byte order mark")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Decoded(_strict(data, file, "utf-16"), "utf-16")
    if data.isascii():
        return Decoded(data.decode("ascii"), "ascii")
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        return _eight_bit(data, file, error)


def _named(data: bytes, file: str, encoding: str) -> Decoded:
    try:
        name = codecs.lookup(encoding).name
    except LookupError as error:
        raise UsageError(message("read.no_encoding", encoding=encoding)) from error
    if name == "utf-8" and data.startswith(codecs.BOM_UTF8):
        data = data[3:]
    return Decoded(_strict(data, file, name), name)


def _strict(data: bytes, file: str, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _misfit(data, file, encoding, error.start) from error


def _misfit(data: bytes, file: str, encoding: str, at: int, key: str = "read.wrong_byte") -> DecodeError:
    """The error for the byte at that place; ``read.encoding_unclear`` names the candidates too."""
    byte = f"0x{data[at] if at < len(data) else 0:02x}"
    why = message(key, byte=byte, encoding=encoding, names=_CANDIDATES)
    return DecodeError(why, file=file, line=line_at(data, at))


def _eight_bit(data: bytes, file: str, error: UnicodeDecodeError) -> Decoded:
    high = sum(len(m) for m in _MULTIBYTE.findall(data))
    if high * 2 > sum(data.count(bytes([b])) for b in range(0x80, 0x100)):
        raise _misfit(data, file, "utf-8", error.start, "read.mostly_utf8") from error
    scored = sorted(((_score(data, name), name) for name in _CANDIDATES), reverse=True)
    (best, name), (second, _) = scored[0], scored[1]
    if best < 0.8 or best - second < 0.2:
        raise _misfit(data, file, "utf-8", error.start, "read.encoding_unclear") from error
    return Decoded(data.decode(name), name, certain=False)


def _score(data: bytes, encoding: str) -> float:
    """The share of characters beyond ASCII that are letters or signs such a text may hold; letters weigh more."""
    try:
        high = [c for c in data.decode(encoding) if c > "\x7f"]
    except UnicodeDecodeError:
        return 0.0
    return sum((1.0 if c in _LETTERS else 0.6) for c in high if c in _PLAUSIBLE) / max(len(high), 1)


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
