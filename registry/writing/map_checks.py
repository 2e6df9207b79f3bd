"""Checks before a map is stored that its targets are codes of the target system.

Input: the map's canonical target codes and the registry's metadata. Output: notices, or ContentError.

===========================================  =====================================================================
target system                                 a target is not found if
===========================================  =====================================================================
not loaded                                    it does not match the system's code syntax (a plain list has none)
loaded, a complete release                    likewise, or no release has or had the code
loaded, declared subsets only                 likewise, if the code belongs to one of the subsets
loaded, fragments only                        it does not match the system's code syntax
===========================================  =====================================================================

A map is refused if most of its targets are not found: it maps to another system. Otherwise a notice lists them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from registry.entities.errors import ContentError
from registry.entities.messages import message
from registry.entities.records import Coverage
from registry.store.engine import Connection
from registry.store.maps import known_codes
from registry.store.metadata import Snapshot, SystemRow
from registry.systems import SystemBehaviour, behaviour_of, systems_like
from registry.systems.coverage import covered_by

__all__ = ["check_targets"]

_LISTED = 20  #: most codes listed in a notice
_EXAMPLES = 5


def check_targets(
    connection: Connection, snapshot: Snapshot, target: str, codes: Collection[str], *, file: str = ""
) -> list[str]:
    """Notices on targets that are not found; raises ContentError if most of them are not.

    ``target`` names the system by slug or canonical URL; ``codes`` are canonical.
    """
    system = snapshot.system(target)
    behaviour = system.rules if system is not None else behaviour_of(target)
    wanted = set(codes) - {""}
    formed = {code for code in wanted if behaviour.looks_right(code)}
    missing = wanted - formed | (
        _absent(connection, snapshot, system, formed) if system is not None else set()
    )
    if not missing:
        return []
    if len(missing) * 2 > len(wanted):
        raise ContentError(
            message(
                "error.map_of_other_system",
                missing=len(missing),
                all=len(wanted),
                target=target,
                examples=_some(sorted(missing), _EXAMPLES),
                guess=_guess(wanted, target),
            ),
            file=file,
        )
    return [
        message(
            "load.targets_missing",
            missing=len(missing),
            all=len(wanted),
            target=target,
            listed=_some(sorted(missing), _LISTED),
        )
    ]


def _absent(
    connection: Connection, snapshot: Snapshot, system: SystemRow, codes: Collection[str]
) -> set[str]:
    """Codes inside the coverage of the system's loaded releases that none of them has."""
    judged = _judged(_coverages(snapshot, system), system.rules, codes)
    return judged - known_codes(connection, system.system_id, judged)


def _coverages(snapshot: Snapshot, system: SystemRow) -> list[Coverage]:
    versions = snapshot.versions.get(system.system_id, ())
    headers = [r.header for v in versions for r in snapshot.releases.get(v.version_id, ())]
    return [h.coverage for h in headers if h.content == "complete"]


def _judged(coverages: Sequence[Coverage], behaviour: SystemBehaviour, codes: Collection[str]) -> set[str]:
    tests = [covered_by(c, behaviour) for c in coverages]
    return {code for code in codes if any(covered(code) for covered in tests)}


def _guess(codes: Collection[str], target: str) -> str:
    like = [name for name in systems_like(codes) if name != target]
    return message("error.map_guess", systems=like) if like else ""


def _some(codes: Sequence[str], count: int) -> str:
    return ", ".join(codes[:count]) + (" …" if len(codes) > count else "")
