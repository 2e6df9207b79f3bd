"""Choice of a concept's display, for all views, queries, operations and surfaces.

Decision table; the first row and then the first criterion that differs decides:

============================  ===================================================================================
Requested languages           Text shown
============================  ===================================================================================
one of them has a text        of the first such language: closest match of the language (BCP 47), then a value
                              set's own text, then the kind of text, then the text by its characters
none has, or none requested   the value set's own display; else the best kind of naming text, the language of the
                              system before others; else any text (a synonym, another use) rather than none
only these (``*;q=0``)        none, if none of them has a text
============================  ===================================================================================

Only texts that name the concept serve a language; withdrawn texts and wording of a later time (``reconstructed``)
are a last resort (DOMAIN 6). The choice does not depend on the order of a record's designations.

Two other tables rank kinds of text and mean something else: ``registry.store.states.band`` orders search hits,
where a full and a short label are equally good, and is part of what the text index stores; ``NAMING_KINDS`` says
for which kinds a changed text may mean a changed concept (``registry.content.changes``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from registry.entities.annotations import standards_status
from registry.entities.languages import Languages, fit
from registry.entities.records import ConceptRecord, Designation
from registry.systems.designation_uses import names_concept

__all__ = [
    "NAMING_KINDS",
    "RECONSTRUCTED",
    "best",
    "choose",
    "display_text",
    "is_repeated",
    "is_withdrawn",
    "own_display",
    "own_first",
    "serving",
]

#: Ends the kind of a text that tells of the past in today's words (``registry.content.layers``).
RECONSTRUCTED = ".reconstructed"
_RANKS = {"display": 0, "label.full": 1, "preferred": 2, "label.short": 3, "fsn": 4, "synonym": 5}
_OTHER = len(_RANKS)
#: Kinds that name the concept by themselves; other kinds are synonyms.
NAMING_KINDS = frozenset(_RANKS) - {"synonym"}
_NO_LANGUAGE = 0.5  #: a text without a language serves every language, after all that have one


def is_withdrawn(designation: Designation) -> bool:
    """Whether the source says that the text is no longer to be used."""
    if not designation.annotations:
        return False
    return standards_status(designation.annotations) in ("withdrawn", "deprecated")


def _last_resort(text: Designation) -> bool:
    """Whether the text is shown only where there is no other."""
    if text.kind.endswith(RECONSTRUCTED):
        return True
    return bool(text.use or text.annotations) and (not names_concept(text) or is_withdrawn(text))


def _order(text: Designation) -> tuple[int, str, str, str]:
    """Kind before all else; the rest only makes the choice independent of the order of the record."""
    return _RANKS.get(text.kind, _OTHER), text.kind, text.language, text.text


def _fit(wanted: str, text: Designation) -> float:
    return fit(wanted, text.language) if text.language else _NO_LANGUAGE


@lru_cache(maxsize=512)
def _distance(language: str, of_text: str) -> int:
    """0 if the text is in the system's language or has none; greater the worse it fits."""
    return 3 - fit(language, of_text) if language and of_text else 0


def own_first(designations: Sequence[Designation], own: Designation | None) -> list[Designation]:
    """The texts in the order in which answers list them: the system's own (``own_display``) before the others.

    A stored state does not keep the order of a source's texts.
    """
    return [*([own] if own is not None else []), *(d for d in designations if d is not own)]


def own_display(designations: Sequence[Designation], language: str = "") -> Designation | None:
    """The text that the source itself shows: the best naming kind, in the system's language before others.

    None where the record has only other designations.
    """
    best_text, least = None, 99
    for text in designations:
        kind = _RANKS.get(text.kind)
        if kind is None or kind > least:
            continue
        rank = kind if text.language == language else kind + 10 * _distance(language, text.language)
        if rank < least or (rank == least and best_text is not None and _order(text) < _order(best_text)):
            best_text, least = text, rank
    return best_text


def _any_text(designations: Sequence[Designation], language: str) -> Designation | None:
    return min(
        designations,
        key=lambda d: (_last_resort(d), _distance(language, d.language), *_order(d)),
        default=None,
    )


def serving(designations: Iterable[Designation], wanted: str) -> list[Designation]:
    """The texts that serve a wanted language, best first; a text without a language serves every language, last."""
    ranked = [((-score, *_order(d)), d) for d in designations if (score := _fit(wanted, d))]
    return [d for _, d in sorted(ranked, key=lambda pair: pair[0])]


def choose(
    record: ConceptRecord,
    languages: Languages | None = None,
    extra: Sequence[Designation] = (),
    *,
    language: str = "",
) -> Designation | None:
    """The text to show of a concept, by the table above.

    ``extra`` are the texts of a value set, ``language`` is the system's own. None where the concept has no
    text, or none in the only languages that are acceptable.
    """
    if languages is not None:
        for tag in languages.tags:
            if (found := _in_language(record, extra, tag)) is not None:
                return found
        if languages.only:
            return None
    if extra and extra[0].kind == "display":
        return extra[0]
    return own_display(record.designations, language) or _any_text(record.designations, language)


def _in_language(record: ConceptRecord, extra: Sequence[Designation], tag: str) -> Designation | None:
    """The best naming text in a language; of texts that fit alike a value set's own comes first."""
    own = serving((d for d in record.designations if not _last_resort(d)), tag)
    given = [d for d in extra if not _last_resort(d) and _fit(tag, d)]
    return max((*given, *own[:1]), key=lambda d: _fit(tag, d), default=None)


def best(
    record: ConceptRecord,
    languages: Languages | None = None,
    extra: Sequence[Designation] = (),
    *,
    language: str = "",
) -> Designation | None:
    """As ``choose``; but a text in another language rather than none where only some languages are acceptable."""
    return choose(record, languages, extra, language=language) or choose(record, language=language)


def is_repeated(text: Designation, seen: set[tuple[str, str]]) -> bool:
    """Whether a text without a use of its own was listed before (``seen`` is added to): long and short texts
    of a source are often the same."""
    key = (text.text, text.language)
    if text.use is None and not text.annotations and key in seen:
        return True
    seen.add(key)
    return False


def display_text(record: ConceptRecord, languages: Sequence[str] = (), *, language: str = "") -> str:
    """The text to show, in the first of the languages (BCP 47) that has one; empty where the concept has none.

    >>> display_text(ConceptRecord(code="A", designations=(Designation("display", "Kreft", "nb"),)), ["nb-NO"])
    'Kreft'
    """
    chosen = choose(record, Languages(tuple(languages), "") if languages else None, language=language)
    return chosen.text if chosen else ""
