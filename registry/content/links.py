"""Parents and children of all states of one system, shared by its releases; a release filters them by its members.

A *node* identifies a parent: a concept, or a code if the hierarchy follows from codes. A release has at most one
state of a node. About 30 bytes per state and nothing per release, so that any number of versions can be used.
Covers every state of the system up to ``top``. The closure of one release (``registry.content.hierarchy``) is faster
and takes more memory.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate

from pyroaring import BitMap

from registry.store.code_order import SystemCodes
from registry.store.engine import Connection
from registry.store.number_table import NumberTable
from registry.store.states import unpack_numbers
from registry.store.system_states import each_link

__all__ = ["SystemLinks"]

Row = tuple[int, int, Sequence[int]]  #: state id, its node, the nodes of its parents


class SystemLinks:
    """The links of one system. Immutable once built, so any thread may read."""

    def __init__(self, rows: Iterable[Row], *, nearest: bool = False) -> None:
        """``nearest``: only the first parent of a state that the release has is used."""
        listed = list(rows)
        self._nearest, self.top = nearest, max((ident for ident, _, _ in listed), default=-1)
        numbers = {node: n for n, node in enumerate(sorted({node for _, node, _ in listed}))}
        self._row = NumberTable("I")
        self._row.put((ident, row) for row, (ident, _, _) in enumerate(listed))
        self._node = array("I", [numbers[node] for _, node, _ in listed])
        above = [[numbers[p] for p in parents if p in numbers] for _, _, parents in listed]
        self._up, self._up_starts = _flat(above)
        self._states, self._states_starts = _inverted(
            len(numbers), ((n, ident) for n, (ident, _, _) in zip(self._node, listed, strict=True))
        )
        self._down, self._down_starts = _inverted(
            len(numbers), ((n, row[0]) for nodes, row in zip(above, listed, strict=True) for n in nodes)
        )
        self._only = NumberTable("I")
        self._only.put((ident, self._one_parent(row)) for row, (ident, _, _) in enumerate(listed))
        flat = (self._node, self._up, self._up_starts, self._states, self._states_starts, self._down)
        self.nbytes = 4 * sum(map(len, (*flat, self._down_starts))) + self._row.nbytes + self._only.nbytes

    @classmethod
    def asserted(cls, connection: Connection, system_id: int) -> SystemLinks:
        """The links that sources assert."""
        rows = each_link(connection, system_id)
        return cls((ident, concept, unpack_numbers(blob) if blob else ()) for ident, concept, blob in rows)

    @classmethod
    def structural(cls, codes: SystemCodes, containing: Callable[[str], Sequence[str]]) -> SystemLinks:
        """The links that follow from codes; ``containing``: code → codes that contain it, nearest first."""

        def rows() -> Iterator[Row]:
            for node, code, states in codes.each():
                nodes = [at for c in containing(code) if (at := codes.node(c)) >= 0]
                yield from ((ident, node, nodes) for ident in states)

        return cls(sorted(rows(), key=lambda row: row[0]), nearest=True)

    def parents(self, ident: int, members: BitMap) -> list[int]:
        """The members that are parents of a state, in the order of its record."""
        row = self._row[ident]
        found = []
        for node in self._up[self._up_starts[row] : self._up_starts[row + 1]]:
            states = self._states[self._states_starts[node] : self._states_starts[node + 1]]
            for state in states:
                if state in members:
                    found.append(state)
                    break
            else:
                continue
            if self._nearest:
                break
        return found

    def only_parents(self, idents: Iterable[int]) -> list[int]:
        """The parent of each of many states that names one node, which has one state; 0 for other states."""
        return self._only.get_many(idents)

    def _one_parent(self, row: int) -> int:
        first, end = self._up_starts[row], self._up_starts[row + 1]
        if end - first != 1:
            return 0
        node = self._up[first]
        states = self._states[self._states_starts[node] : self._states_starts[node + 1]]
        return states[0] if len(states) == 1 else 0

    def children(self, ident: int, members: BitMap) -> list[int]:
        """The members that are children of a state, by id."""
        node = self._node[self._row[ident]]
        found = [s for s in self._down[self._down_starts[node] : self._down_starts[node + 1]] if s in members]
        return [s for s in found if self.parents(s, members) == [ident]] if self._nearest else found

    def reached(self, ident: int, members: BitMap, *, up: bool, stop: int = -1) -> BitMap:
        """Members above or below a state, without it; the walk ends at ``stop``."""
        step = self.parents if up else self.children
        found, ahead = BitMap(), step(ident, members)
        while ahead:
            state = ahead.pop()
            if state not in found:
                found.add(state)
                if state == stop:
                    break
                ahead += step(state, members)
        return found


def _flat(lists: Sequence[Sequence[int]]) -> tuple[array[int], array[int]]:
    """All numbers in one array, and the start of each list."""
    starts = array("I", accumulate(map(len, lists), initial=0))
    return array("I", [n for one in lists for n in one]), starts


def _inverted(size: int, pairs: Iterable[tuple[int, int]]) -> tuple[array[int], array[int]]:
    """The second numbers grouped by the first, which are below ``size``; each list ascending."""
    packed = sorted(first << 32 | second for first, second in pairs)
    counts = array("I", bytes(4 * size))
    for pair in packed:
        counts[pair >> 32] += 1
    return array("I", [pair & 0xFFFF_FFFF for pair in packed]), array("I", accumulate(counts, initial=0))
