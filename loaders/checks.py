"""What must hold of the records of a release, checked while they are read; no loader leaves these to chance.

Here: empty content, one code twice, unknown and cyclic parents. What is kept of a record until the last one is read:
its key, its place, a hash of what it says, its parents. Not here: anything that needs the database.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Mapping, Sequence

from loaders.reading.spool import Spool, SpooledRecords, shared_spool
from registry.entities.errors import ContentError
from registry.entities.messages import message
from registry.entities.records import ConceptRecord, Designation

__all__ = ["CheckedRecords", "Texts", "Where", "find_cycle", "repeats", "require_parents"]

_SAME = 3  #: codes with one text from which on that cannot be right

#: how a message names the place that a record was given with: as it is for a line number
Where = Callable[[int], int | str]


def _as_it_is(at: int) -> int:
    return at


class CheckedRecords:
    """Takes the records of one release in and spools those to keep.

    ``where`` is only called for messages. A code that comes twice is kept once, with a notice; with different content
    it is an error that names both places.
    """

    def __init__(self, *, file: str, where: Where = _as_it_is, spool: Spool | None = None) -> None:
        self._file, self._where = file, where
        self._kept = (spool or shared_spool()).records(ConceptRecord)
        self._first: dict[str, int] = {}
        self._hashes, self._places = array("q"), array("Q")
        self._parents: dict[str, tuple[str, ...]] = {}
        self._repeated: list[str] = []
        self._texts = Texts()

    def add(self, record: ConceptRecord, at: int) -> None:
        """Take the record at a place in; raises ContentError."""
        number = self._first.setdefault(record.stable_key, len(self._first))
        if number < len(self._hashes):
            self._repeat(record, number, at)
            return
        self._hashes.append(self._kept.add(record))
        self._places.append(at)
        self._texts.add(record.code, record.designations)
        if record.parents:
            self._parents[record.stable_key] = record.parents

    def _repeat(self, record: ConceptRecord, number: int, at: int) -> None:
        if self._kept.hash_of(record) != self._hashes[number]:
            first = self._where(self._places[number])
            differs = message("check.twice", code=record.code, line=first)
            raise ContentError(differs, file=self._file, line=self._where(at))
        self._repeated.append(record.code)

    def finished(self, *, tree: bool = False, texts: bool = False) -> SpooledRecords[ConceptRecord]:
        """The records; raises ContentError if there are none.

        With ``tree`` also if the parents make none, with ``texts`` if the texts cannot be right (``Texts``).
        """
        if not self._first:
            raise ContentError(message("list.no_code"), file=self._file)
        if texts:
            self._texts.require(self._file)
        if tree:
            require_parents(self._parents, self._first, file=self._file, where=self._place)
        self._kept.flush()
        return self._kept

    @property
    def keys(self) -> Collection[str]:
        """The stable keys of the records."""
        return self._first.keys()

    def _place(self, key: str) -> int | str:
        return self._where(self._places[self._first[key]])

    def notices(self) -> list[str]:
        """What the user should know of the records that were left out."""
        return [repeats(self._repeated)] if self._repeated else []


class Texts:
    """Whether the texts of a list can be right: not when no code has one, and not when all have the same."""

    def __init__(self) -> None:
        self.without = self._count = 0
        self._code = self._text = ""
        self._differ = False

    def add(self, code: str, designations: Sequence[Designation]) -> None:
        """Look at the texts of a code."""
        if not designations:
            self.without += 1
            return
        self._count += 1
        text = designations[0].text
        self._differ = self._differ or (self._count > 1 and text != self._text and code != self._code)
        self._code, self._text = code, text

    def require(self, file: str, *, declared: bool = False) -> None:
        """Raise ContentError if the texts cannot be right; ``declared``: the caller says that there are none."""
        if not self._count and not declared:
            raise ContentError(message("list.no_texts", count=self.without), file=file)
        if self._count >= _SAME and not self._differ:
            raise ContentError(message("list.one_text", count=self._count, text=self._text[:60]), file=file)


def repeats(codes: Sequence[str]) -> str:
    """The notice of rows that were left out because they repeat others."""
    return message("notice.repeats", count=len(codes), codes=_some(codes))


def require_parents(
    parents: Mapping[str, tuple[str, ...]],
    keys: Mapping[str, object],
    *,
    file: str,
    where: Callable[[str], int | str],
) -> None:
    """Raise ContentError if a parent is not among the keys, or a concept is its own ancestor."""
    for key, above in parents.items():
        for parent in above:
            if parent not in keys:
                missing = message("check.parent", code=key, parent=parent)
                raise ContentError(missing, file=file, line=where(key))
    if cycle := find_cycle(parents):
        raise ContentError(message("check.cycle", path=" → ".join(cycle)), file=file, line=where(cycle[0]))


def find_cycle(parents: Mapping[str, tuple[str, ...]]) -> list[str]:
    """One cycle among the parents, from a key back to itself; empty if there is none.

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
