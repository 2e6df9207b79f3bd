"""Checks of a parsed release that need no database: empty content, repeated codes, unknown and cyclic parents."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from registry.entities.errors import ContentError
from registry.entities.messages import message
from registry.entities.records import ConceptRecord

__all__ = ["Where", "check_parents", "fold", "not_empty", "repeats"]

#: the place of the n-th record in its file, for messages: a line number or the path of an element
Where = Callable[[int], int | str]


def not_empty(records: Sequence[ConceptRecord], *, file: str) -> None:
    """Raise ContentError for a file of the right format without any code."""
    if not records:
        raise ContentError(message("list.no_code"), file=file)


def fold(
    records: Sequence[ConceptRecord], *, file: str, where: Where
) -> tuple[list[ConceptRecord], list[str]]:
    """The records without repetitions, and a notice naming those left out.

    Raises ContentError if a code occurs twice with different content, naming both places.
    """
    first: dict[str, int] = {}
    for index, record in enumerate(records):
        first.setdefault(record.stable_key, index)
    if len(first) == len(records):
        return list(records), []
    kept, repeated = [], []
    for index, record in enumerate(records):
        origin = first[record.stable_key]
        if origin == index:
            kept.append(record)
        elif records[origin] == record:
            repeated.append(record.code)
        else:
            twice = message("check.twice", code=record.code, line=where(origin))
            raise ContentError(twice, file=file, line=where(index))
    return kept, [repeats(repeated)]


def repeats(codes: Sequence[str]) -> str:
    """The notice of rows that were left out because they repeat others."""
    return message("notice.repeats", count=len(codes), codes=_some(codes))


def check_parents(records: Sequence[ConceptRecord], *, file: str, where: Where) -> None:
    """Raise ContentError where a parent is not in the list, or a concept is its own ancestor."""
    parents = {r.stable_key: r.parents for r in records}
    for index, record in enumerate(records):
        for parent in record.parents:
            if parent not in parents:
                missing = message("check.parent", code=record.code, parent=parent)
                raise ContentError(missing, file=file, line=where(index))
    cycle = find_cycle(parents)
    if cycle:
        index = next(i for i, r in enumerate(records) if r.stable_key == cycle[0])
        raise ContentError(message("check.cycle", path=" → ".join(cycle)), file=file, line=where(index))


def find_cycle(parents: dict[str, tuple[str, ...]]) -> list[str]:
    """One cycle among the parents, from a key back to itself; empty where there is none.

    >>> find_cycle({"a": ("b",), "b": ("a",), "c": ("a",)})
    ['a', 'b', 'a']
    """
    done: set[str] = set()
    for key in parents:
        if key in done:
            continue
        path, trail = [key], {key}
        stack = [iter(parents[key])]
        while stack:
            following = next((p for p in stack[-1] if p not in done), None)
            if following is None:
                stack.pop()
                last = path.pop()
                trail.discard(last)
                done.add(last)
            elif following in trail:
                return [*path[path.index(following) :], following]
            else:
                path.append(following)
                trail.add(following)
                stack.append(iter(parents.get(following, ())))
    return []


def _some(codes: Sequence[str], count: int = 5) -> str:
    return ", ".join(codes[:count]) + (" …" if len(codes) > count else "")
