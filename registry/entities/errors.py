"""One exception tree. Unknown codes, systems and versions are answers, not exceptions.

::

    GyldigError
    ├── UsageError            wrong use: bad option, date or combination          exit 2
    │   ├── BadDate
    │   ├── UnknownTarget     a command names a system, version or release that does not exist   exit 2
    │   └── EclError          an expression constraint (ECL) that cannot be evaluated            exit 2
    ├── SourceError           a file that cannot be loaded; names file and line   exit 2
    │   ├── ArchiveError      truncated, too big, unsafe path
    │   ├── DecodeError       wrong encoding
    │   ├── FormatError       not in the named format, or in no known format
    │   └── ContentError      duplicate code, unknown parent, cycle, bad date
    ├── LoadBusy              another load is running                              exit 2
    ├── StoreError            the database cannot be used                         exit 2
    │   ├── StoreFull         no space left
    │   └── StoreDamaged      a hash does not fit its content
    ├── OverBudget            the work of one request exceeds a limit (registry.entities.budget)   exit 2
    │   ├── TooCostly         more steps than a request may take
    │   └── OutOfTime         not finished before its deadline
    └── Restricted            the licence does not allow it without a token       exit 2
"""

from __future__ import annotations

from registry.entities.messages import in_language, located

__all__ = [
    "ArchiveError",
    "BadDate",
    "ContentError",
    "DecodeError",
    "EclError",
    "FormatError",
    "GyldigError",
    "LoadBusy",
    "OutOfTime",
    "OverBudget",
    "Restricted",
    "SourceError",
    "StoreDamaged",
    "StoreError",
    "StoreFull",
    "TooCostly",
    "UnknownTarget",
    "UsageError",
]


class GyldigError(Exception):
    """Base of all errors raised on purpose; the text is a message for the user."""

    exit_code = 2

    @property
    def text(self) -> str:
        """What is wrong, as a Message where the error was made from one."""
        return str(self) if not self.args or not isinstance(self.args[0], str) else self.args[0]

    def in_language(self, lang: str | None) -> str:
        """The text in a language; an error made from plain text has that text alone."""
        return str(in_language(self.text, lang))


class UsageError(GyldigError):
    """Wrong use: an invalid option, date or combination."""


class BadDate(UsageError):
    """A text that is not a date, or a date that is not allowed."""


class UnknownTarget(UsageError):
    """A system, version or release that does not exist, named in a command or a change."""


class EclError(UsageError):
    """An expression constraint that is refused.

    ``kind``: ``syntax`` (not in the grammar), ``semantic`` (grammatical, but without a defined meaning) or ``limit``
    (larger or deeper than this program evaluates). ``position`` counts characters from 0, ``line`` and ``column``
    from 1; ``expected`` has what the grammar allows there, empty if that is not the point.
    """

    def __init__(
        self,
        problem: str,
        *,
        kind: str,
        position: int,
        line: int,
        column: int,
        expected: tuple[str, ...] = (),
    ) -> None:
        self.problem, self.kind, self.expected = problem, kind, expected
        self.position, self.line, self.column = position, line, column
        super().__init__(located(f"ECL {line}:{column}", problem))


class SourceError(GyldigError):
    """A source that cannot be loaded. ``str()`` is ``file:line: what is wrong``.

    ``file`` is the name of the file (inside its archive, ``archive.zip!member``), ``line`` a line number or
    the path of an element.
    """

    def __init__(self, message: str, *, file: str = "", line: int | str | None = None) -> None:
        self.message, self.file, self.line = message, file, line
        where = ":".join(str(part) for part in (file, line) if part not in ("", None))
        super().__init__(located(where, message) if where else message)


class ArchiveError(SourceError):
    """An archive that is truncated, too large when unpacked, or names unsafe paths."""


class DecodeError(SourceError):
    """Bytes that are invalid in the encoding of the file."""


class FormatError(SourceError):
    """A file that is not in the named format, or in no known format."""


class ContentError(SourceError):
    """A file in the right format with impossible content."""


class LoadBusy(GyldigError):
    """Another load holds the lock."""


class StoreError(GyldigError):
    """The database cannot be opened, read or written."""


class StoreFull(StoreError):
    """No space left on the device; nothing of the load was stored."""


class StoreDamaged(StoreError):
    """Stored content does not have its recorded hash."""


class OverBudget(GyldigError):
    """The work of one request exceeds a limit."""


class TooCostly(OverBudget):
    """More steps than a request may take; the same request fails again."""


class OutOfTime(OverBudget):
    """Not finished before the deadline, or nobody waits for it any more; the same request may succeed later."""


class Restricted(GyldigError):
    """Content whose licence does not allow this use without a token; ``system`` is the slug, if it is about one."""

    def __init__(self, message: str, *, system: str = "") -> None:
        self.system = system
        super().__init__(message)
