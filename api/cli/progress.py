"""Progress of a load on standard error: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from api.cli.session import Session
    from loaders.contract import Progress

__all__ = ["shown"]

_EVERY = 5.0  #: seconds between plain lines of one stage


@contextmanager
def shown(session: Session) -> Iterator[Progress]:
    """A progress callback for the duration of a load."""
    if not sys.stderr.isatty():
        yield _plain(session)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield _bars(bars, session)


def _bars(bars: Any, session: Session) -> Progress:
    tasks: dict[str, Any] = {}

    def show(stage: str, done: int, total: int | None) -> None:
        if stage not in tasks:
            tasks[stage] = bars.add_task(session.text(stage), total=total)
        bars.update(tasks[stage], completed=done, total=total)

    return show


def _plain(session: Session) -> Progress:
    last: dict[str, float] = {}

    def show(stage: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        if stage not in last:
            last[stage] = now
        elif now - last[stage] >= _EVERY:
            last[stage] = now
            print(
                f"{session.text(stage)}: {done}{f' / {total}' if total else ''}", file=sys.stderr, flush=True
            )

    return show
