"""Parents and children of all states of one system, shared by its releases; a release filters them by its members.

A *node* identifies a parent: a concept, or a code if the hierarchy follows from codes. A release has at most one
state of a node. About 30 bytes per state and nothing per release, so that any number of versions can be used.
Covers every state of the system up to ``top``. The closure of one release (``registry.content.hierarchy``) is faster
and takes more memory.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, repeat

from pyroaring import BitMap

from registry.store.code_order import SystemCodes
from registry.store.engine import Connection
from registry.store.number_table import NumberTable
from registry.store.states import unpack_numbers
from registry.store.system_states import each_link

__all__ = ["SystemLinks", "inverted"]

Row = tuple[int, int, Sequence[int]]  #: state id, its node, the nodes of its parents


class SystemLinks:
    """The links of one system. Immutable once built, so any thread may read."""

    def __init__(self, rows: Iterable[Row], *, nearest: bool = False) -> None:
        """``rows`` come by state id. ``nearest``: only the first parent of a state that the release has is used."""
        idents, nodes, above, ends = array("I"), array("I"), array("I"), array("I")
        for ident, node, parents in rows:
            idents.append(ident)
            nodes.append(node)
            above.extend(parents)
            ends.append(len(above))
        self._nearest, self.top = nearest, max(idents, default=-1)
        present = BitMap(nodes)
        number = present.rank  # from 1
        self._row = NumberTable("I")
        self._row.put((ident, row) for row, ident in enumerate(idents))
        self._node = array("I", (number(node) - 1 for node in nodes))
        self._up, self._up_starts, sources, start = array("I"), array("I", [0]), array("I"), 0
        for ident, end in zip(idents, ends, strict=True):
            self._up.extend(number(p) - 1 for p in above[start:end] if p in present)
            sources.extend(repeat(ident, len(self._up) - self._up_starts[-1]))
            self._up_starts.append(len(self._up))
            start = end
        self._states, self._states_starts = inverted(len(present), self._node, idents)
        self._down, self._down_starts = inverted(len(present), self._up, sources)
        self._only = NumberTable("I")
        self._only.put((ident, self._one_parent(row)) for row, ident in enumerate(idents))
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


def inverted(size: int, firsts: array[int], seconds: array[int]) -> tuple[array[int], array[int]]:
    """The second numbers grouped by the first, which are below ``size``, and each list's start; lists keep the order."""
    counts = array("I", bytes(4 * size))
    for first in firsts:
        counts[first] += 1
    starts = array("I", accumulate(counts, initial=0))
    free, found = starts[:], array("I", bytes(4 * len(seconds)))
    for first, second in zip(firsts, seconds, strict=True):
        found[free[first]] = second
        free[first] += 1
    return found, starts
