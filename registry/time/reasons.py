"""Messages that explain why no version answers, and what the user can do.

The texts are in ``registry.entities.messages.reasons``, FHIR's messages in ``registry.terminology.issues``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from registry.entities.messages import Message, message
from registry.time.in_force import neighbours

if TYPE_CHECKING:
    from registry.store.metadata import Snapshot, VersionRow
    from registry.time.timeline import Timeline

__all__ = ["explain", "similar", "suggest"]

_LISTED = 8  #: names in a suggestion if no name is similar


def explain(
    reason: str,
    snapshot: Snapshot,
    timeline: Timeline | None,
    day: date,
    *,
    version: VersionRow | None = None,
    name: str = "",
) -> str:
    """The message for a reason (DOMAIN 2)."""
    system = timeline.system.slug if timeline else name
    label = version.label if version else ""
    if timeline is None or reason == "unknown_system":
        return message("reason.unknown_system", name=name, near=suggest(name, snapshot.slugs))
    if reason == "unknown_version":
        near = suggest(name, [v.label for v in timeline.versions])
        return message("reason.unknown_version", system=system, name=name, near=near)
    if reason == "purged":
        return message("reason.purged", system=system, version=label, why=name)
    if reason in ("unknown_release", "not_loaded", "unknown"):
        return message(f"reason.{reason}", system=system, version=label, name=name)
    return _outside(reason, system, [v for v in timeline.on_track(None) if not v.undated], day)


def _outside(reason: str, system: str, dated: list[VersionRow], day: date) -> Message:
    """The message for a day outside every version, naming the versions around it."""
    last, first = neighbours(dated, day)
    needs = {"before_first": (first,), "after_last": (last,), "gap": (first, last)}.get(reason, (None,))
    if any(version is None for version in needs):
        return message("reason.none_on", system=system, on=day)
    return message(
        f"reason.{reason}",
        system=system,
        on=day,
        before=last.label if last else "",
        ended=last.valid_to - timedelta(days=1) if last and last.valid_to else "",
        after=first.label if first else "",
        starts=first.valid_from if first else "",
    )


def suggest(name: str, known: Iterable[str]) -> Message | str:
    """A text with names similar to ``name``, else with the first known names; empty if no names are known.

    >>> suggest("icd10", ["icd-10-no", "icpc-2-no"])
    ' Did you mean icd-10-no?'
    """
    names = sorted(known)
    if close := similar(name, names):
        return message("near", names=close)
    if len(names) > _LISTED:
        return message("near.known_more", names=names[:_LISTED], more=len(names) - _LISTED)
    return message("near.known", names=names) if names else ""


def similar(name: str, names: Iterable[str]) -> list[str]:
    """Up to two names similar to ``name``, the most similar first.

    >>> similar("icd10no", ["icd-10-no", "icpc-2-no"])
    ['icd-10-no']
    """
    known = {n.lower(): n for n in names}
    near = difflib.get_close_matches(name.lower(), known, n=2, cutoff=0.6)
    inside = [n for n in known if len(name) > 2 and name.lower() in n and n not in near]
    return [known[n] for n in [*near, *sorted(inside)][:2]]
