"""``Registry``: questions about codes, versions in force and differences."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from registry.entities.errors import UsageError
from registry.entities.intervals import On
from registry.entities.messages import message
from registry.entities.results.changes import Changes
from registry.entities.results.codes import ConstraintResult, Lookup, SearchResult, Validity
from registry.entities.results.hierarchy import Hierarchy, Subsumption
from registry.entities.results.history import History
from registry.entities.results.scopes import Applicable
from registry.facade.opened import Opened
from registry.reader import Resolved

if TYPE_CHECKING:
    from registry.content.stored import StoredView
    from registry.queries.flat_export import Table


__all__ = ["CodeMethods"]


class CodeMethods(Opened):
    """Questions that are answered from content."""

    def applicable(
        self,
        system: str,
        *,
        on: On = None,
        scope: str | None = None,
        role: str | None = None,
        track: str | None = None,
        known_at: On = None,
    ) -> Applicable:
        """Versions that applied on a date (in a scope), permitted or required; else the reason."""
        from registry.queries.applicable import applicable

        return applicable(
            self.reader, _text(system=system), on=on, scope=scope, role=role, track=track, known_at=known_at
        )

    def lookup(
        self,
        system: str,
        code: str,
        *,
        on: On = None,
        version: str | None = None,
        lang: str | Sequence[str] | None = None,
        known_at: On = None,
    ) -> Lookup:
        """What the code meant on the date or in the version (default: today)."""
        from registry.queries.lookup import lookup

        return lookup(
            self.reader,
            _text(system=system),
            _text(code=code),
            on=on,
            version=version,
            lang=lang,
            known_at=known_at,
        )

    def history(self, system: str, code: str, *, known_at: On = None) -> History:
        """The full history of the code."""
        from registry.queries.history import history

        return history(self.reader, _text(system=system), _text(code=code), known_at=known_at)

    def diff(
        self,
        system: str,
        v1: str,
        v2: str,
        *,
        types: Collection[str] = (),
        known_at: On = None,
        count: int | None = None,
        cursor: str | None = None,
    ) -> Changes:
        """Typed changes between two versions (VERSION or VERSION@RELEASE); ``count`` and ``cursor``: one page."""
        from registry.queries.diff import diff

        return diff(self.reader, system, v1, v2, types=types, known_at=known_at, count=count, cursor=cursor)

    def validity(
        self,
        system: str,
        code: str,
        *,
        on: On = None,
        scope: str | None = None,
        role: str | None = None,
        reporter: str | None = None,
        known_at: On = None,
    ) -> Validity:
        """Whether the code was valid on the date, and if not, why."""
        from registry.queries.validity import validity

        return validity(
            self.reader,
            _text(system=system),
            _text(code=code),
            on=on,
            scope=scope,
            role=role,
            reporter=reporter,
            known_at=known_at,
        )

    def search(
        self,
        text: str,
        *,
        system: str | None = None,
        on: On = None,
        version: str | None = None,
        count: int = 20,
        cursor: str | None = None,
        known_at: On = None,
    ) -> SearchResult:
        """Concepts by the beginnings of their words, or by code."""
        from registry.queries.search import search

        return search(
            self.reader,
            text,
            system=system,
            on=on,
            version=version,
            count=count,
            cursor=cursor,
            known_at=known_at,
        )

    def ecl(
        self,
        expression: str,
        *,
        system: str = "snomed-ct",
        on: On = None,
        version: str | None = None,
        count: int = 20,
        lang: str | None = None,
        known_at: On = None,
    ) -> ConstraintResult:
        """The concepts of an expression constraint (ECL); raises EclError for one that is refused."""
        from registry.queries.constraint import concepts_of_constraint

        return concepts_of_constraint(
            self.reader,
            expression,
            system=_text(system=system),
            on=on,
            version=version,
            count=count,
            lang=lang,
            known_at=known_at,
        )

    def hierarchy(
        self,
        system: str,
        code: str,
        relation: str,
        *,
        on: On = None,
        version: str | None = None,
        known_at: On = None,
    ) -> Hierarchy:
        """Relatives of the code: parents, children, ancestors or descendants."""
        from registry.queries.relatives import hierarchy

        return hierarchy(
            self.reader,
            _text(system=system),
            _text(code=code),
            relation,
            on=on,
            version=version,
            known_at=known_at,
        )

    def subsumes(
        self, system: str, a: str, b: str, *, on: On = None, version: str | None = None, known_at: On = None
    ) -> Subsumption:
        """How two codes relate in the hierarchy."""
        from registry.queries.relatives import subsumes

        return subsumes(
            self.reader,
            _text(system=system),
            _text(code=a),
            _text(code=b),
            on=on,
            version=version,
            known_at=known_at,
        )

    def export_rows(
        self, system: str, version: str | None = None, *, on: On = None, known_at: On = None
    ) -> Table:
        """A version as flat rows, by code; ``columns`` holds the same by column."""
        from registry.queries.export import export_rows

        return export_rows(self.reader, system, version, on=on, known_at=known_at)

    def history_rows(self, system: str, *, known_at: On = None) -> Iterator[dict[str, Any]]:
        """A row per code and interval."""
        from registry.queries.export import history_rows

        return history_rows(self.reader, system, known_at=known_at)

    def resolve(
        self, system: str, *, on: On = None, version: str | None = None, known_at: On = None
    ) -> Resolved:
        """The content that a request with these arguments is about, or the reason why there is none."""
        return self.reader.resolve(system, on=on, version=version, known_at=known_at)

    def view(
        self, system: str, *, on: On = None, version: str | None = None, known_at: On = None
    ) -> StoredView:
        """The content of a version as a ``ContentView``; raises ``UsageError`` with the reason if there is none."""
        return self.reader.view(self.resolve(system, on=on, version=version, known_at=known_at))


def _text(**named: str) -> str:
    """The one value, which must be text; raises ``UsageError`` with its name (a code ``7`` may be ``007``)."""
    ((name, value),) = named.items()
    if not isinstance(value, str):
        raise UsageError(message("error.not_text", name=name, value=repr(value)))
    return value
