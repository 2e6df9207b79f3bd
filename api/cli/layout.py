"""Tables as lines of text that fit a width: nothing is ever cut.

A table that is too wide folds its texts at spaces; if that is not enough, each row becomes a record of named values.
A word (a date, code, hash) is never broken, so a line is longer than the width only if one word is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

__all__ = ["folded", "table_lines"]

Measure = Callable[[str], int]
_GAP = 2  #: spaces between columns
_LEAST = 16  #: characters that a folded text has at least per line, if it is that long


def table_lines(
    heads: Sequence[str], rows: Sequence[Sequence[str]], *, width: int | None = None, measure: Measure = len
) -> list[str]:
    """The lines of a table no wider than ``width`` (None = any width), or of records if it cannot be that narrow.

    >>> table_lines(["code", "text"], [["A", "one two three four five"]], width=24)
    ['code  text', '----  ------------------', 'A     one two three four', '      five']
    >>> table_lines(["code", "text"], [["A", "one two three four five"]], width=14)
    ['code  A', 'text  one two', '      three', '      four', '      five']
    """
    cells = [list(heads), *[list(row) for row in rows]]
    widths = _widths(cells, width, measure)
    if widths is None:
        return list(_records(heads, rows, width or 0, measure))
    rule = ["-" * w for w in widths]
    return [line for row in (cells[0], rule, *cells[1:]) for line in _row_lines(row, widths, measure)]


def folded(text: str, width: int, measure: Measure = len) -> list[str]:
    """The text in lines of at most ``width``, broken at spaces; a longer word has a line of its own.

    >>> folded("one two three", 7)
    ['one two', 'three']
    """
    if measure(text) <= width:
        return [text]
    lines: list[str] = []
    for word in text.split(" "):
        if lines and measure(lines[-1]) + 1 + measure(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _widths(cells: Sequence[Sequence[str]], width: int | None, measure: Measure) -> list[int] | None:
    """The width of each column; None if the table cannot be made narrow enough."""
    columns = list(zip(*cells, strict=True))
    natural = [max(map(measure, column), default=0) for column in columns]
    room = None if width is None else width - _GAP * (len(columns) - 1)
    if room is None or sum(natural) <= room:
        return natural
    least = [_least(column, full, measure) for column, full in zip(columns, natural, strict=True)]
    spare = room - sum(least)
    if spare < 0:
        return None
    # columns that need least get all they need first
    for place, index in enumerate(sorted(range(len(natural)), key=lambda i: natural[i] - least[i])):
        share = min(natural[index] - least[index], spare // (len(natural) - place))
        least[index] += share
        spare -= share
    return least


def _least(column: Sequence[str], full: int, measure: Measure) -> int:
    words = (measure(word) for text in column for word in text.split(" "))
    return min(full, max(_LEAST, max(words, default=0))) if any(" " in text for text in column) else full


def _row_lines(row: Sequence[str], widths: Sequence[int], measure: Measure) -> Iterator[str]:
    parts = [folded(text, w, measure) for text, w in zip(row, widths, strict=True)]
    for number in range(max(map(len, parts), default=0)):
        texts = [part[number] if number < len(part) else "" for part in parts]
        padded = [t + " " * (w - measure(t)) for t, w in zip(texts, widths, strict=True)]
        yield (" " * _GAP).join(padded).rstrip()


def _records(
    heads: Sequence[str], rows: Sequence[Sequence[str]], width: int, measure: Measure
) -> Iterator[str]:
    """A block for each row: the name of a column and its value on a line; empty values are left out."""
    names = max(map(measure, heads), default=0)
    for number, row in enumerate(rows):
        if number:
            yield ""
        for head, text in zip(heads, row, strict=True):
            for index, line in enumerate(folded(text, width - names - _GAP, measure) if text else []):
                name = "" if index else head
                yield f"{name}{' ' * (names - measure(name) + _GAP)}{line}".rstrip()
