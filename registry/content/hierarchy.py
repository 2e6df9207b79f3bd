"""The closure of a release's hierarchy: depth-first numbers, ranges where it is a tree, bitmaps where it is not.

Concepts are numbered depth first, at their first occurrence. The descendants of most concepts are then a range
of numbers; a concept with descendants outside its range has a bitmap of these. Functions return state ids.
The closure is a cache that is rebuilt from ``concept_state.parents``.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from pyroaring import BitMap

from registry.content.links import inverted
from registry.entities.errors import StoreDamaged
from registry.entities.messages import message
from registry.store.engine import Connection
from registry.store.number_table import NumberTable
from registry.store.states import unpack_numbers
from registry.store.system_states import each_link

__all__ = ["Closure", "Numbering", "check_acyclic"]

K = TypeVar("K", bound=Hashable)

_ABSENT = 0xFFFF_FFFF


class Numbering(NamedTuple):
    """Depth-first numbers: the state id of each, the last number of its range, and descendants outside their range."""

    idents: Sequence[int]
    last: Sequence[int]
    beyond: Mapping[int, BitMap]


class Closure:
    """Ancestors and descendants of one release's states. Immutable once built, so any thread may read."""

    def __init__(self, idents: Sequence[int], parents: Sequence[Sequence[int]]) -> None:
        """``idents`` are state ids, ascending; ``parents[i]`` are places in ``idents`` of the parents of ``i``."""
        self._build(idents, _Links.of(parents))

    @classmethod
    def load(cls, connection: Connection, system_id: int, members: BitMap) -> Closure:
        """The closure of a stored release; parents that are not in the release count as absent."""
        closure = cls.__new__(cls)
        closure._build(*_read(connection, system_id, members))
        return closure

    @classmethod
    def of_codes(
        cls, codes: Sequence[tuple[int, str]], containing: Callable[[str], Sequence[str]]
    ) -> Closure:
        """The closure that follows from codes: each is below the nearest existing code that contains it.

        ``codes``: (state id, code), ascending by id; ``containing``: code → codes that contain it, nearest first.
        """
        place = {code: n for n, (_, code) in enumerate(codes)}
        above = (next((place[c] for c in containing(code) if c in place), None) for _, code in codes)
        return cls([ident for ident, _ in codes], [() if p is None else (p,) for p in above])

    def _build(self, idents: Sequence[int], up: _Links) -> None:
        down = up.reversed()
        numbering, last, finished = _number(up, down)
        self._base = idents[0] if idents else 0
        self._ident = array("I", [idents[place] for place in numbering])
        self._last = last
        number = array("I", bytes(4 * len(idents)))
        for n, place in enumerate(numbering):
            number[place] = n
        self._number = array("I", [_ABSENT]) * (idents[-1] - self._base + 1 if idents else 0)
        for place, ident in enumerate(idents):
            self._number[ident - self._base] = number[place]
        self._up, self._down = up.renumbered(numbering, number), down.renumbered(numbering, number)
        self._beyond = _beyond(self._down, last, finished)
        self.links = len(up.targets)

    def __len__(self) -> int:
        return len(self._ident)

    @property
    def numbering(self) -> Numbering:
        """The depth-first numbers and the ranges of descendants; not to be changed."""
        return Numbering(self._ident, self._last, self._beyond)

    def _at(self, ident: int) -> int:
        place = ident - self._base
        number = self._number[place] if 0 <= place < len(self._number) else _ABSENT
        return -1 if number == _ABSENT else number

    def subsumes(self, ancestor: int, descendant: int) -> bool:
        """Whether ``descendant`` is a proper descendant of ``ancestor``."""
        above, below = self._at(ancestor), self._at(descendant)
        if above < 0 or below < 0:
            return False
        if above < below <= self._last[above]:
            return True
        beyond = self._beyond.get(above)
        return beyond is not None and below in beyond

    def parents(self, ident: int) -> list[int]:
        """State ids of the parents that are in the release."""
        return self._linked(self._up, ident)

    def children(self, ident: int) -> list[int]:
        """State ids of the children."""
        return self._linked(self._down, ident)

    def _linked(self, links: _Links, ident: int) -> list[int]:
        number = self._at(ident)
        return [] if number < 0 else [self._ident[n] for n in links[number]]

    def roots(self) -> list[int]:
        """State ids of the concepts without a parent in the release."""
        starts = self._up.starts
        return [ident for n, ident in enumerate(self._ident) if starts[n] == starts[n + 1]]

    def ancestors(self, ident: int) -> BitMap:
        """State ids of all ancestors."""
        number = self._at(ident)
        seen: set[int] = set()
        ahead = [] if number < 0 else list(self._up[number])
        while ahead:
            found = ahead.pop()
            if found not in seen:
                seen.add(found)
                ahead.extend(self._up[found])
        return BitMap([self._ident[n] for n in seen])

    def descendants(self, ident: int) -> BitMap:
        """State ids of all descendants."""
        number = self._at(ident)
        if number < 0:
            return BitMap()
        found = BitMap(self._ident[number + 1 : self._last[number] + 1])
        if (beyond := self._beyond.get(number)) is not None:
            found.update(array("I", map(self._ident.__getitem__, beyond)))
        return found


class _Links:
    """Adjacency in two flat arrays: the targets of ``n`` are ``targets[starts[n]:starts[n + 1]]``."""

    __slots__ = ("starts", "targets")

    def __init__(self, starts: array[int], targets: array[int]) -> None:
        self.starts, self.targets = starts, targets

    @classmethod
    def of(cls, lists: Iterable[Sequence[int]]) -> _Links:
        starts, targets = array("I", [0]), array("I")
        for found in lists:
            targets.extend(found)
            starts.append(len(targets))
        return cls(starts, targets)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, n: int) -> array[int]:
        return self.targets[self.starts[n] : self.starts[n + 1]]

    def reversed(self) -> _Links:
        """The reversed links, targets ascending."""
        sources = array("I", (n for n in range(len(self)) for _ in range(self.starts[n], self.starts[n + 1])))
        targets, starts = inverted(len(self), self.targets, sources)
        return _Links(starts, targets)

    def renumbered(self, order: Sequence[int], number: Sequence[int]) -> _Links:
        """The same links under new numbers: ``order[n]`` is the old place of ``n``, ``number`` the inverse."""
        starts, targets = array("I", [0]), array("I")
        old_starts, old_targets = self.starts, self.targets
        for place in order:
            for at in range(old_starts[place], old_starts[place + 1]):
                targets.append(number[old_targets[at]])
            starts.append(len(targets))
        return _Links(starts, targets)


def _read(connection: Connection, system_id: int, members: BitMap) -> tuple[Sequence[int], _Links]:
    """State ids of a release, ascending, and the places of each one's parents."""
    idents, place, above, ends = array("I"), NumberTable("I"), array("I"), array("I")
    present = BitMap()
    for ident, concept, blob in each_link(connection, system_id):
        if ident in members:
            place.put([(concept, len(idents))])
            present.add(concept)
            idents.append(ident)
            above.extend(unpack_numbers(blob) if blob else ())
            ends.append(len(above))
    if len(idents) != len(members):
        raise StoreDamaged(message("error.states_missing"))
    starts, targets, start = array("I", [0]), array("I"), 0
    for end in ends:
        targets.extend(place[c] for c in above[start:end] if c in present)
        starts.append(len(targets))
        start = end
    return idents, _Links(starts, targets)


def _number(up: _Links, down: _Links) -> tuple[array[int], array[int], array[int]]:
    """Depth-first order; for each number the last number in its range; and the numbers from the leaves up."""
    order, last, finished = array("I"), array("I", bytes(4 * len(up))), array("I")
    starts, (below, targets) = up.starts, (down.starts, down.targets)
    seen = bytearray(len(up))
    ahead = [n for n in range(len(up) - 1, -1, -1) if starts[n] == starts[n + 1]]
    while ahead:
        node = ahead.pop()
        if node < 0:
            last[~node] = len(order) - 1
            finished.append(~node)
        elif not seen[node]:
            seen[node] = 1
            if below[node] != below[node + 1]:
                ahead.append(~len(order))
                ahead.extend(targets[below[node] : below[node + 1]][::-1])
            else:
                last[len(order)] = len(order)
            order.append(node)
    if len(order) != len(up):
        raise StoreDamaged(message("error.hierarchy_cycle"))
    return order, last, finished


def _beyond(down: _Links, last: array[int], finished: array[int]) -> dict[int, BitMap]:
    """For concepts with descendants outside their range of numbers: these descendants."""
    found: dict[int, BitMap] = {}
    starts, targets = down.starts, down.targets
    for node in finished:
        end, extra = last[node], None
        for child in targets[starts[node] : starts[node + 1]]:
            inner = found.get(child)
            if inner is not None:
                extra = inner.copy() if extra is None else extra.__ior__(inner)
            if child < node or child > end:
                extra = BitMap() if extra is None else extra
                extra.add_range(child, last[child] + 1)
        if extra is not None:
            extra.remove_range(node, end + 1)
            if extra:
                found[node] = extra
    return found


def check_acyclic(parents: Mapping[K, Sequence[K]]) -> list[K] | None:
    """A cycle among the links from children to parents, each key followed by its parent; None if there is none."""
    done: set[K] = set()
    for key in parents:
        if key not in done and (cycle := _walk(key, parents, done)):
            return cycle
    return None


def _walk(start: K, parents: Mapping[K, Sequence[K]], done: set[K]) -> list[K] | None:
    """Follow the parents of one key depth first; a key that repeats on the path is a cycle."""
    path: dict[K, None] = {start: None}
    steps = [iter(parents[start])]
    while steps:
        for parent in steps[-1]:
            if parent in path:
                keys = list(path)
                return keys[keys.index(parent) :]
            if parent not in done and parent in parents:
                path[parent] = None
                steps.append(iter(parents[parent]))
                break
        else:
            steps.pop()
            done.add(path.popitem()[0])
    return None
