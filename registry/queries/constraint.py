"""The concepts of an expression constraint (ECL) in the version in force, or in a named one."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from functools import partial
from itertools import islice

from registry.content.composed_view import ComposedView
from registry.content.packed_edition import PackedEdition
from registry.content.stored_edition import edition_of_view
from registry.ecl.evaluator import Evaluated, evaluate
from registry.ecl.parser import parse
from registry.entities.errors import UsageError
from registry.entities.messages import message
from registry.entities.results.codes import CodeDisplay, ConstraintResult
from registry.reader import Reader
from registry.store.bounded import Bounded

__all__ = ["concepts_of_constraint"]

_MAX_COUNT = 10_000
_EDITIONS = 800_000_000  #: bytes of editions in memory


def concepts_of_constraint(
    reader: Reader,
    text: str,
    *,
    system: str,
    on: str | date | None = None,
    version: str | None = None,
    count: int = 20,
    lang: str | None = None,
    known_at: str | date | None = None,
) -> ConstraintResult:
    """The number of concepts, and the first of them by code; or the first rows of a projection. Raises EclError."""
    tree = parse(text)
    if not 0 <= count <= _MAX_COUNT:
        raise UsageError(message("error.count", count=count, most=_MAX_COUNT))
    resolved = reader.resolve(system, on=on, version=version, known_at=known_at)
    if resolved.segment is None or not resolved.layers:
        return ConstraintResult(ecl=text, on=resolved.day, reason=resolved.reason, message=resolved.message)
    view = reader.view(resolved)
    if not isinstance(view, ComposedView):
        raise UsageError(message("error.no_components", system=system))
    edition = _edition(reader, view)
    found = evaluate(edition, tree)
    answer = partial(
        ConstraintResult, ecl=text, on=resolved.day, version=view.info.version, warnings=found.warnings
    )
    if found.projection is not None:
        rows = [list(row) for row in found.projection.rows]
        return answer(total=len(rows), fields=list(found.projection.fields), rows=rows[:count])
    return answer(total=len(found.concepts), concepts=_shown(view, edition, found, count, lang))


def _edition(reader: Reader, view: ComposedView) -> PackedEdition:
    """The release in the evaluator's form, kept in memory."""
    cache: Bounded[Hashable, PackedEdition]
    cache = reader.database.caches.named("editions", _EDITIONS, lambda edition: edition.nbytes)
    return cache.get((view.system_id, view.key), lambda: edition_of_view(view))


def _shown(
    view: ComposedView, edition: PackedEdition, found: Evaluated, count: int, lang: str | None
) -> list[CodeDisplay]:
    """The first concepts by identifier, with their displays."""
    codes = sorted((edition.concepts.ids[n] for n in found.concepts), key=lambda c: (len(c), c))
    languages = [lang] if lang else []
    shown = []
    for code in islice(codes, count):
        ident = view.find(code)
        shown.append(CodeDisplay(code=code, display="" if ident is None else view.display(ident, languages)))
    return shown
