"""Which of a concept's texts to show: the one choice that every view, page and operation shares.

Not here: ranking of search hits (``registry.store.states``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from registry.records import Designation

__all__ = ["best_display"]

_RANKS = {"display": 0, "label.full": 1, "preferred": 2, "label.short": 3, "fsn": 4}
_LAST = 5


def best_display(
    designations: Iterable[Designation], languages: Sequence[str] = (), preferred: str = ""
) -> str:
    """The best text in the first of the languages that has one, else in the system's own language, else any.

    ``nb`` also takes ``nb-NO``. Texts are ranked display, full label, preferred, short label, fully specified name, others.
    """
    texts = sorted(designations, key=lambda d: _RANKS.get(d.kind, _LAST))
    for language in (*languages, preferred):
        for found in texts:
            if language and speaks(found.language, language):
                return found.text
    return texts[0].text if texts else ""


def speaks(language: str, wanted: str) -> bool:
    """Whether a text's language is the one wanted or a variety of it (BCP 47 lookup, without case).

    >>> speaks("nb-NO", "nb")
    True
    """
    return language.casefold() == wanted.casefold() or language.casefold().startswith(wanted.casefold() + "-")
