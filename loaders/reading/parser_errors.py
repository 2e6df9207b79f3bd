"""What parsers raise when they meet damaged or unexpected input, and how a message quotes it.

A loader lets none of these out: ``loaders.guarded`` makes them errors of the source, with file and place.
"""

from __future__ import annotations

import csv
import struct
import zipfile
import zlib

import msgspec
from lxml import etree

from registry.entities.errors import ContentError, SourceError
from registry.entities.messages import message

__all__ = ["PARSER_ERRORS", "READ_ERRORS", "detail_of", "source_error"]

#: exceptions of the standard library's, openpyxl's, lxml's and msgspec's parsers, and of code that meets values of
#: another type or depth than it expects. Errors of our own are no part of them, nor is a want of memory.
PARSER_ERRORS: tuple[type[Exception], ...] = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, NotImplementedError, OSError,
    RecursionError, RuntimeError, SyntaxError, TypeError, ValueError, csv.Error, struct.error, zipfile.BadZipFile,
    zlib.error, msgspec.MsgspecError, etree.LxmlError,
)  # fmt: skip

#: these and the errors of our own: whatever ends the reading of one file
READ_ERRORS: tuple[type[Exception], ...] = (SourceError, *PARSER_ERRORS)

_LONGEST = 200  #: characters


def detail_of(error: BaseException) -> str:
    """The kind and text of a parser's error on one line, of bounded length.

    >>> detail_of(KeyError("xl/workbook.xml"))
    "KeyError: 'xl/workbook.xml'"
    """
    text = " ".join(str(error).split())
    cut = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return f"{type(error).__name__}: {cut}" if cut else type(error).__name__


def source_error(error: Exception, file: str) -> SourceError:
    """A parser's exception as the error of a file; an error of our own stays as it is."""
    if isinstance(error, SourceError):
        return error
    return ContentError(message("read.unexpected", detail=detail_of(error)), file=file)
