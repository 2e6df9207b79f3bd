"""Runs command lines against a new registry with the demo system, for documentation that shows real output."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from api.cli.main import run
from api.demo.filling import fill
from registry import Registry

__all__ = ["TODAY", "demo_answers"]

#: The date that counts as today in documentation, so that its answers stay the same.
TODAY = "2026-06-01"


@contextmanager
def demo_answers() -> Iterator[Callable[[Sequence[str]], str]]:
    """A function from arguments of ``gyldig`` to what it prints."""
    with tempfile.TemporaryDirectory() as folder:
        db = str(Path(folder) / "demo.sqlite")
        with Registry.open(db) as registry:
            fill(registry)

        def answers(arguments: Sequence[str]) -> str:
            return _printed(["--db", db, "--lang", "en", *arguments])

        before = os.environ.get("GYLDIG_TODAY")
        os.environ["GYLDIG_TODAY"] = TODAY
        try:
            yield answers
        finally:
            os.environ.pop("GYLDIG_TODAY") if before is None else os.environ.update(GYLDIG_TODAY=before)


def _printed(arguments: Sequence[str]) -> str:
    out = io.StringIO()
    try:
        with redirect_stdout(out):
            run(arguments)
    except SystemExit:
        # The exit code is not shown; documentation shows what is printed.
        pass
    return out.getvalue()
