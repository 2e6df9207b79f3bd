"""One run of a command: global options, opening the registry, printing as JSON or text, exit code.

Text is formatted by ``api.cli.show``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from api.cli.page import Page
from registry.entities.errors import UsageError
from registry.entities.messages import in_language, language, message

if TYPE_CHECKING:
    from registry import Registry

__all__ = ["Session", "current"]

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The global options of one run."""

    db: str | None = None
    json: bool = False
    known_at: str | None = None
    lang: str = "en"
    lang_given: bool = False

    def open(self, *, readonly: bool = True, create: bool = True) -> Registry:
        """The registry of ``--db``; commands that change something open it with ``readonly=False``.

        ``create``: whether a database that does not exist is created; reading never creates one.
        """
        from api.settings import Settings
        from registry import Registry
        from registry.entities.authorship import set_author

        settings = Settings()
        set_author(_user(), origin="command line")
        url = self.db or settings.db or None
        return Registry.open(url, today=settings.today, readonly=readonly, create=create and not readonly)

    @contextmanager
    def for_load(self, *, dry_run: bool) -> Iterator[Registry]:
        """The registry that a load writes to. A dry run creates none: a database that is missing counts as empty."""
        if not (dry_run and self._is_missing()):
            with self.open(readonly=False) as registry:
                yield registry
            return
        with TemporaryDirectory() as folder:
            empty = replace(self, db=str(Path(folder) / "empty.sqlite"))
            with empty.open(readonly=False) as registry:
                yield registry

    def _is_missing(self) -> bool:
        """Whether the database is a file that does not exist."""
        from api.settings import Settings
        from registry.store.engine import database_url

        dialect, location = database_url(self.db or Settings().db or None)
        return dialect == "sqlite" and not Path(location).exists()

    @property
    def content_language(self) -> str | None:
        """The language of ``--lang`` for the texts of codes; None = the system's own."""
        return self.lang if self.lang_given else None

    def as_json(self) -> Session:
        """The same session with output as JSON."""
        return replace(self, json=True)

    def say(self, key: str, **values: Any) -> str:
        """A sentence of the catalogue in the session's language."""
        return self.text(message(key, **values))

    def text(self, found: str) -> str:
        """A message in the session's language; any other text unchanged."""
        return str(in_language(found, self.lang))

    def done(self, key: str, **values: Any) -> None:
        """Report that a change was made; as JSON its key and values."""
        if self.json:
            from api.wire import dumps

            print(dumps({"done": key, **values}, indent=True).decode())
        else:
            print(self.say(key, **values))

    def note(self, key: str, **values: Any) -> None:
        """Print a sentence to standard error, so that it never mixes with data."""
        print(self.say(key, **values), file=sys.stderr)

    def note_formulas(self, count: int, *, escaped: bool) -> None:
        """Print how many cells of CSV begin like a formula, if any do."""
        if count:
            self.note("formulas_escaped" if escaped else "formulas_kept", n=count)

    def give(
        self,
        answer: Answer,
        show: Callable[[Page, Answer], None],
        *,
        ok: bool = True,
        unknown: bool = False,
        name: str = "",
    ) -> None:
        """Print the answer as JSON or with ``show``; exit 1 if it is "no", 3 if its reason or ``unknown`` says unknown.

        A list is wrapped under ``name`` with ``more`` and ``cursor``, as in REST.
        """
        if self.json:
            from api.wire import dumps, listing

            value = listing(name, answer) if isinstance(answer, list) else answer
            sys.stdout.write(dumps(value, indent=True, lang=self.lang).decode() + "\n")
        else:
            page = Page(lang=self.lang)
            show(page, answer)
            page.flush()
        if not ok:
            from registry.entities.results.codes import UNKNOWN

            unknown = unknown or getattr(answer, "reason", None) in UNKNOWN
            raise typer.Exit(_UNKNOWN if unknown else 1)


_UNKNOWN = 3  #: exit code of an unknown answer


def _user() -> str:
    """The user of the operating system, for the publication log."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def current(ctx: typer.Context) -> Session:
    """The session of the running command."""
    session = ctx.find_root().obj
    return session if isinstance(session, Session) else Session()


def default_language() -> str:
    """The language of the environment: ``GYLDIG_LANG``, else the locale."""
    for name in ("GYLDIG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return language(os.environ[name])
    return "en"


def day(value: str) -> date:
    """A calendar date as written in an option: ``2024-01-31``.

    >>> day("2024-01-31")
    datetime.date(2024, 1, 31)
    """
    try:
        if len(value) != 10:
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise UsageError(message("invalid.date", value=value)) from None
