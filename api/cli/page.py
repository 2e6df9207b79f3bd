"""Layout of text output: sentences, facts and tables, coloured on a terminal, plain aligned text elsewhere.

The texts are in ``registry.entities.messages``; ``api.cli.show`` decides what is shown.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from registry.entities import messages

__all__ = ["Page"]


@dataclass(slots=True)
class Page:
    """Collects the lines of one answer and writes them at once."""

    lang: str = "en"
    terminal: bool = field(default_factory=lambda: sys.stdout.isatty())
    parts: list[Any] = field(default_factory=list)

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
        """Why the answer is "no": its message, else the word of its reason."""
        return str(messages.in_language(message, self.lang)) or self.word(reason or "unknown")

    def facts(self, rows: Iterable[tuple[str, Any]]) -> None:
        """Named values, one per line; empty ones are left out, a tuple has a line for each item."""
        named = [(self.word(k), v) for k, v in rows if v not in (None, "", [], ())]
        width = max((len(k) for k, _ in named), default=0)
        for name, value in named:
            for index, item in enumerate(value if isinstance(value, tuple) else (value,)):
                self.line(f"  {('' if index else name).ljust(width)}  {self.cell(item)}")

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """A table; columns that are empty in every row are left out."""
        cells = [[self.cell(c) for c in row] for row in rows]
        keep = [i for i in range(len(heads)) if any(row[i] for row in cells)]
        names = [self.word(heads[i]) for i in keep]
        body = [[row[i] for i in keep] for row in cells]
        self.parts.append(_rich(names, body)) if self.terminal else self._aligned(names, body)

    def _aligned(self, names: list[str], body: list[list[str]]) -> None:
        widths = [max(len(row[i]) for row in [names, *body]) for i in range(len(names))]
        for row in [names, ["-" * w for w in widths], *body]:
            self.line("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip())

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
            console.print(part, markup=False) if isinstance(part, str) else console.print(part)


def last_day(end: date | None) -> date | None:
    """The last day of an interval with an exclusive end, as Norwegian texts show it («til og med»)."""
    return end - timedelta(days=1) if end else None


def _rich(names: list[str], body: list[list[str]]) -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table
    from rich.text import Text

    table = Table(*[escape(n) for n in names], box=SIMPLE_HEAD, pad_edge=False)
    for row in body:
        table.add_row(*[Text(c) for c in row])
    return table
