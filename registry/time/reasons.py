"""Why the answer is "no", in a sentence that says what can be done. One place for all of them.

Not here: the wire messages of FHIR (``registry.terminology.issues``), translations (``api.texts``).
"""

from __future__ import annotations

import difflib
from datetime import date
from typing import TYPE_CHECKING

from registry.time.in_force import neighbours

if TYPE_CHECKING:
    from registry.store.metadata import Snapshot, VersionRow
    from registry.time.timeline import Timeline

__all__ = ["explain", "suggest"]


def explain(
    reason: str,
    snapshot: Snapshot,
    timeline: Timeline | None,
    day: date,
    *,
    version: VersionRow | None = None,
    name: str = "",
) -> str:
    """The sentence for a reason (DOMAIN 2)."""
    slug = timeline.system.slug if timeline else name
    if reason == "unknown_system":
        return f"no code system {name!r} here{suggest(name, list(snapshot.slugs))}"
    if timeline is None:
        return reason
    dated = [v for v in timeline.on_track(None) if not v.undated]
    if reason == "unknown_version":
        return f"{slug} has no version {name!r}{suggest(name, [v.label for v in timeline.versions])}"
    if reason == "unknown_release":
        return f"no release {name!r} of {slug}: see `gyldig releases {slug}`"
    if reason == "purged":
        return f"the content of {slug} {version.label if version else ''} was removed: {name}"
    if reason == "not_loaded":
        label = version.label if version else ""
        return f"version {label} of {slug} applied, but its content is not loaded here"
    if reason == "unknown":
        return f"no version of {slug} is known"
    return _outside(reason, slug, dated, day)


def _outside(reason: str, slug: str, dated: list[VersionRow], day: date) -> str:
    """The sentence for a day outside every version, naming the versions around it."""
    last, first = neighbours(dated, day)
    if reason == "before_first" and first:
        return (
            f"{day} is before the first known version of {slug}, {first.label}, valid from {first.valid_from}"
        )
    if reason == "after_last" and last:
        return f"{day} is after the last known version of {slug}, {last.label}, which ended before {last.valid_to}"
    if last and first:
        return (
            f"no version of {slug} is known for {day}: {last.label} ended before {last.valid_to}, "
            f"{first.label} starts on {first.valid_from}"
        )
    return f"no version of {slug} is known for {day}"


def suggest(name: str, known: list[str]) -> str:
    """``: did you mean …`` or the names there are.

    >>> suggest("icd10", ["icd-10-no", "icpc-2-no"])
    ': did you mean icd-10-no?'
    """
    close = difflib.get_close_matches(name, known, n=2, cutoff=0.5)
    if close:
        return f": did you mean {' or '.join(close)}?"
    return f": known are {', '.join(sorted(known)[:8])}{' …' if len(known) > 8 else ''}" if known else ""
