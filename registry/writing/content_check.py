"""Checks of the records of one release, record by record as they are read.

A concept has one state; a code belongs to one concept; parents are in the release and form no cycle; removals occur
only in loads of changes. Held in memory: the concepts' numbers, their parents and 32 bytes of hash for each record.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from pyroaring import BitMap

from registry.content.hierarchy import check_acyclic
from registry.entities.composed_text import composed
from registry.entities.errors import ContentError
from registry.entities.messages import message
from registry.entities.records import ConceptRecord, ReleaseHeader, Removal

__all__ = ["ContentCheck"]

_DIGEST = 32


@dataclass(slots=True)
class ContentCheck:
    """``numbers``: concept ids by stable key, stored ones first; ``added``: keys that were not stored before."""

    header: ReleaseHeader
    numbers: dict[str, int]
    next_number: int
    added: list[str] = field(default_factory=list)
    members: BitMap = field(default_factory=BitMap)
    removed: BitMap = field(default_factory=BitMap)
    order: array[int] = field(default_factory=lambda: array("I"))
    hashes: bytearray = field(default_factory=bytearray)
    parents: dict[int, tuple[int, ...]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    by_code: bool = True  #: the records came in the order of their codes
    _codes: dict[str, int] = field(default_factory=dict)  #: of concepts whose key is not their code
    _unkeyed: BitMap = field(default_factory=BitMap)  #: concepts whose key is their code
    _last_code: str = ""

    def __len__(self) -> int:
        return len(self.order)

    @property
    def file(self) -> str:
        """Name of the source in errors."""
        return self.header.files[0].name if self.header.files else self.header.format

    def number(self, key: str) -> int:
        """The concept's id; a new id for a new key."""
        found = self.numbers.get(key)
        if found is None:
            found = self.numbers[key] = self.next_number
            self.next_number += 1
            self.added.append(key)
        return found

    def add(self, record: ConceptRecord, digest: bytes) -> bool:
        """Check and add a record; False for a repetition. Raises ``ContentError``."""
        for text in (record.code, record.key, *record.parents):
            if "\x00" in text:
                raise ContentError(message("error.null_character", value=text), file=self.file)
        number = self.number(record.key or record.code)
        if number in self.members:
            self._check_repeat(record, number, digest)
            return False
        self._check_code(record, number)
        self.members.add(number)
        self.order.append(number)
        self.hashes += digest
        if record.parents:
            self.parents[number] = tuple([self.number(p) for p in record.parents])
        if self.by_code:
            self.by_code = self._last_code <= record.code
            self._last_code = record.code
        return True

    def _check_repeat(self, record: ConceptRecord, number: int, digest: bytes) -> None:
        at = self.order.index(number) * _DIGEST
        if self.hashes[at : at + _DIGEST] != digest:
            raise ContentError(message("error.twice_different", code=record.code), file=self.file)
        self.warnings.append(message("load.twice_same", code=record.code))

    def _check_code(self, record: ConceptRecord, number: int) -> None:
        """Raise ``ContentError`` if the code belongs to two concepts."""
        other = self._codes.get(record.code, number)
        if not record.key:
            self._unkeyed.add(number)
        elif other == number:
            self._codes[record.code] = number
            same_code = self.numbers.get(record.code, number)
            other = same_code if same_code in self._unkeyed else number
        if other != number:
            raise ContentError(
                message(
                    "error.code_of_two", code=record.code, one=self.key_of(other), other=self.key_of(number)
                ),
                file=self.file,
            )

    def remove(self, removal: Removal) -> None:
        """Check and add a removal; raises ``ContentError`` in a release that is not made of changes."""
        if not self.header.is_changes and self.header.coverage.kind != "fragment":
            raise ContentError(
                message("error.removed_not_changes", code=removal.stable_key),
                file=self.file,
            )
        known = self.numbers.get(composed(removal.stable_key))
        if known is None:
            self.warnings.append(message("load.removed_never_there", code=removal.stable_key))
        else:
            self.removed.add(known)

    def finish(self) -> None:
        """Checks of the whole release: contradicting removals, unknown parents, cycles."""
        if self.removed & self.members:
            key = self.key_of((self.removed & self.members).min())
            raise ContentError(message("error.changed_and_removed", code=key), file=self.file)
        if self.header.coverage.kind != "fragment" and not self.header.is_changes:
            self.check_parents(self.parents, self.members)
        elif cycle := check_acyclic(self.parents):
            self._refuse_cycle(cycle)

    def check_parents(self, parents: dict[int, tuple[int, ...]], members: BitMap) -> None:
        """Check that every parent of a complete release is in it, and that no concept is its own ancestor."""
        if self.header.coverage.kind == "complete":
            for number, above in parents.items():
                for parent in above:
                    if parent not in members:
                        raise ContentError(
                            message(
                                "error.parent_missing", code=self.key_of(number), parent=self.key_of(parent)
                            ),
                            file=self.file,
                        )
        if cycle := check_acyclic(parents):
            self._refuse_cycle(cycle)

    def _refuse_cycle(self, cycle: list[int]) -> None:
        keys = [self.key_of(number) for number in cycle]
        raise ContentError(message("error.parents_cycle", path=" → ".join(keys)), file=self.file)

    def key_of(self, number: int) -> str:
        """The stable key of a concept id; slow, for messages only."""
        return next(key for key, found in self.numbers.items() if found == number)
