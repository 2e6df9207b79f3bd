"""Which of a concept's texts to show: the one choice that every view, page and operation shares.

Not here: ranking of search hits (``registry.store.states``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from registry.entities.records import Designation

__all__ = ["best_display"]

_RANKS = {"display": 0, "label.full": 1, "preferred": 2, "label.short": 3, "fsn": 4}
_LAST = 5


def best_display(
    designations: Iterable[Designation], languages: Sequence[str] = (), preferred: str = ""
) -> str:
    """The best text in the first of the languages that has one, else in the system's own language, else any.

    ``nb`` also takes ``nb-NO``. Texts are ranked display, full label, preferred, short label, fully specified name, others.
    """
    best, chosen = (len(languages) + 2, 0), ""
    wanted = (*languages, preferred) if preferred else languages
    for found in designations:
        at = _place(found.language, wanted) if wanted else 0
        rank = (at, _RANKS.get(found.kind, _LAST))
        if rank < best:
            best, chosen = rank, found.text
    return chosen


def _place(language: str, wanted: Sequence[str]) -> int:
    return next((at for at, one in enumerate(wanted) if speaks(language, one)), len(wanted))


def speaks(language: str, wanted: str) -> bool:
    """Whether a text's language is the one wanted or a variety of it (BCP 47 lookup, without case).

    >>> speaks("nb-NO", "nb")
    True
    """
    if language == wanted:
        return True
    return language.casefold() == wanted.casefold() or language.casefold().startswith(wanted.casefold() + "-")
