"""The rules for value sets with several versions of one code system, used by expansion and validation.

=  ==========================================  ===============================================  ======================
#  Situation                                   Result                                           Clause
=  ==========================================  ===============================================  ======================
1  includes of several versions                the members are pairs (version, code); each      ValueSet.compose.include
                                               pair is listed once                              .version
2  the order of the list                       by code; of one code the versions that includes  TX: overload/expand-all,
                                               name, newest first, then the version of an       overload/expand-mixed
                                               include that names none
3  a coding without a version                  judged by the newest version that has it as a    $validate-code,
                                               member; if its display is wrong there, by the    systemVersion absent
                                               newest member version where it is right
4  a coding with a version                     judged by that version alone                     $validate-code
                                                                                                systemVersion
5  ``versionsMatch`` is true                   of each code only the newest version is listed   TX: expand-all-merged
6  exclude names no version                    works by code, in every version                  ValueSet.compose.exclude
7  exclude of a version that is included       works by version                                 TX: expand-exclude-enum
8  exclude of a version that is not included   works by code; the expansion says                TX: overload/expand-exclude
                                               ``versionsMatch`` true
9  ``versionsMatch`` is false                  an exclude works by version, whatever it names   TX: expand-exclude-
                                                                                                versioned
=  ==========================================  ===============================================  ======================

TX = the cases of the FHIR terminology ecosystem. "Included" are the versions that the includes of the same value
set resolve to; the rules hold for each value set by itself, so an imported one keeps its own. ``versionsMatch`` is the
request's parameter, else the value set's own. "Newest" is by the order of labels that the system declares.
Not here: which version an include means (``context``), sets of ids (``compose``), texts (``validation``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from registry.terminology.context import Context
from registry.terminology.valueset import ValueSet
from registry.time.version_order import ordered

__all__ = ["Order", "excludes_by_code", "list_order", "newest_first", "versions_match"]

_T = TypeVar("_T")
_PARAMETER = "versionsMatch"
Version = tuple[str, str]  #: a system's URL and the label of one of its versions
Order = Callable[[str], str]  #: URL of a system → how its labels are ordered (``Catalog.version_order``)


def versions_match(context: Context, value_set: ValueSet) -> bool | None:
    """``versionsMatch`` of the request, else the value set's own parameter; None where neither has it."""
    if context.versions_match is not None:
        return context.versions_match
    text = value_set.parameters.get(_PARAMETER, ("",))[0].lower()
    return {"true": True, "false": False}.get(text)


def excludes_by_code(named: str, version: str, included: Collection[str], match: bool | None) -> bool:
    """Whether an exclude applies to every version (rules 6 to 9), or only to ``version``.

    ``named``: the version that the exclude names, empty for none; ``version``: the one it resolves to;
    ``included``: the versions of the system to which the includes resolve.
    """
    if match is False:
        return False
    return not named or version not in included


def newest_first(items: Iterable[_T], version_of: Callable[[_T], Version], order: Order) -> list[_T]:
    """The items by version, newest first in their system; those of one version keep their order (rules 3 and 5)."""
    listed = list(items)
    labels: dict[str, list[str]] = {}
    for system, label in map(version_of, listed):
        labels.setdefault(system, []).append(label)
    rank = {(s, label): n for s, found in labels.items() for n, label in enumerate(ordered(found, order(s)))}
    return sorted(listed, key=lambda item: -rank[version_of(item)])


def list_order(
    items: Iterable[_T], version_of: Callable[[_T], Version], named: Callable[[_T], bool], order: Order
) -> list[_T]:
    """The items in the order in which the versions of one code are listed (rule 2)."""
    return sorted(newest_first(items, version_of, order), key=lambda item: not named(item))
