"""Layout of text output: sentences, facts and tables, within the width of a terminal, of any width elsewhere.

The texts are in ``registry.entities.messages``; ``api.cli.show`` decides what is shown.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from api.cli.layout import folded, table_lines
from registry.entities import messages
from registry.entities.results.codes import UNKNOWN

__all__ = ["Page"]


@dataclass(slots=True)
class Page:
    """Collects the lines of one answer and writes them at once."""

    lang: str = "en"
    terminal: bool = field(default_factory=lambda: sys.stdout.isatty())
    width: int | None = None  #: columns of the terminal; None = as it is
    parts: list[str] = field(default_factory=list)

    def say(self, key: str, **values: Any) -> None:
        """A sentence of the catalogue."""
        self.line(self.text(key, **values))

    def text(self, key: str, **values: Any) -> str:
        """A sentence of the catalogue in the page's language."""
        return messages.message(key, **values).in_language(self.lang)

    def line(self, text: str = "") -> None:
        """An unformatted line."""
        self.parts.append(str(messages.in_language(text, self.lang)))

    def raw(self, text: str) -> None:
        """Text for programs, without any layout."""
        self.flush()
        self.parts.clear()
        sys.stdout.write(text)

    def word(self, key: str) -> str:
        """A word of the catalogue."""
        return messages.word(key, self.lang)

    def why(self, reason: str | None, message: str) -> str:
        """Why the answer is "no" or unknown: its message, else the word of its reason; unknown is marked."""
        text = str(messages.in_language(message, self.lang)) or self.word(reason or "unknown")
        return self.text("valid_unknown", why=text) if reason in UNKNOWN else text

    def yes_no(self, value: bool | None) -> str:
        """One of the three answers as a word."""
        return self.word("unknown" if value is None else "yes" if value else "no")

    def facts(self, rows: Iterable[tuple[str, Any]]) -> None:
        """Named values, one per line; empty ones are left out, a tuple has a line for each item."""
        named = [(self.word(k), v) for k, v in rows if v not in (None, "", [], ())]
        width = max((len(k) for k, _ in named), default=0)
        for name, value in named:
            for index, item in enumerate(value if isinstance(value, tuple) else (value,)):
                lines = self._within(self.cell(item), less=width + 4)
                for number, line in enumerate(lines):
                    self.line(f"  {('' if index or number else name).ljust(width)}  {line}")

    def _within(self, text: str, *, less: int = 0) -> list[str]:
        """The text in lines no wider than the terminal ``less`` some columns; unchanged elsewhere."""
        if not self.terminal:
            return [text]
        from rich.cells import cell_len

        return folded(text, max(20, (self.width or _terminal_width()) - less), cell_len)

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """A table; columns that are empty in every row are left out."""
        cells = [[self.cell(c) for c in row] for row in rows]
        keep = [i for i in range(len(heads)) if any(row[i] for row in cells)]
        names = [self.word(heads[i]) for i in keep]
        body = [[_one_line(row[i]) for i in keep] for row in cells]
        if not self.terminal:
            self.parts += table_lines(names, body)
            return
        from rich.cells import cell_len

        self.parts += table_lines(names, body, width=self.width or _terminal_width(), measure=cell_len)

    def cell(self, value: Any) -> str:
        """A value as text for people."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return self.word("yes" if value else "no")
        if isinstance(value, list | tuple):
            return ", ".join(self.cell(v) for v in value)
        return str(messages.in_language(value, self.lang))

    def flush(self) -> None:
        """Write everything to standard output."""
        if not self.terminal:
            sys.stdout.write("".join(f"{p}\n" for p in self.parts))
            return
        from rich.console import Console

        console = Console(highlight=False)
        for part in self.parts:
            for line in self._within(part):
                console.print(line, markup=False, soft_wrap=True)  # soft: rich must not break a word


def moment(instant: str) -> str:
    """An instant in ISO 8601 as every table shows it: day, time to the second, and zone.

    >>> moment("2026-03-01T10:20:30.123456+01:00")
    '2026-03-01 10:20:30 +01:00'
    """
    found = datetime.fromisoformat(instant).isoformat(" ", "seconds")
    return f"{found[:19]} {found[19:]}"


def last_day(end: date | None) -> date | None:
    """The last day of an interval with an exclusive end, as Norwegian texts show it («til og med»)."""
    return end - timedelta(days=1) if end else None


def _one_line(text: str) -> str:
    """The text of a cell without line breaks."""
    return " ".join(text.split()) if "\n" in text or "\t" in text else text


def _terminal_width() -> int:
    return shutil.get_terminal_size((80, 24)).columns
