"""Coverage of a release: the codes whose absence from it means deletion (DOMAIN 6).

Some publishers omit whole blocks of a system from their lists (the process codes of ICPC-2 since 2023). A block is
covered if the list has more than half of its codes, so a list with one code of a block does not delete the others.
Codes outside the declared blocks are covered by every list.
How releases are combined is decided in ``registry.time.timeline``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from registry.entities.records import Coverage
from registry.systems.behaviour import SystemBehaviour

__all__ = ["covered_by", "coverage_of", "covers"]

_matcher = lru_cache(maxsize=64)(re.compile)


def covered_by(coverage: Coverage, behaviour: SystemBehaviour) -> Callable[[str], bool]:
    """A predicate: whether the absence of a code means that the version did not have it.

    A fragment, and a subset without a pattern (its own or that of its name), cover no code.
    """
    if coverage.kind == "complete":
        return lambda code: True
    pattern = coverage.pattern or behaviour.subsets.get(coverage.name, "")
    if coverage.kind == "fragment" or not pattern:
        return lambda code: False
    compiled = _matcher(pattern)
    return lambda code: compiled.fullmatch(code) is not None


def covers(coverage: Coverage, behaviour: SystemBehaviour, code: str) -> bool:
    """Whether the absence of the code means that the version did not have it; True for a text that is no code."""
    return not behaviour.looks_right(code) or covered_by(coverage, behaviour)(code)


def coverage_of(behaviour: SystemBehaviour, codes: Iterable[str]) -> Coverage:
    """The coverage of a list without a declared coverage, from its canonical codes, block by block.

    >>> from registry.systems.icpc2 import ICPC2_NO
    >>> coverage_of(ICPC2_NO, ["A01", "-30"]).name
    'without-process-codes'
    """
    present = set(codes) if behaviour.blocks else ()
    missing = [
        b
        for b in behaviour.blocks
        if 2 * sum(bool(_matcher(b.pattern).fullmatch(c)) for c in present) <= b.size
    ]
    if not missing:
        return Coverage()
    rest = behaviour.subsets[f"without-{behaviour.blocks_name}"]
    patterns = [rest, *(b.pattern for b in behaviour.blocks if b not in missing)]
    names = [behaviour.blocks_name] if len(missing) == len(behaviour.blocks) else [b.name for b in missing]
    return Coverage(kind="subset", name=f"without-{'-and-'.join(names)}", pattern="|".join(patterns))
