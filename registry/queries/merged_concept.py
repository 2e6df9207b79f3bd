"""The record of a code in releases that complement each other, and whether a release covers a code."""

from __future__ import annotations

from collections.abc import Sequence

from registry.content.layers import MergedConcept
from registry.content.source_layers import Layer, SourceLayers
from registry.content.view import ContentView
from registry.entities.messages import message as say
from registry.reader import Reader, layer_id
from registry.store.content import states_by_code
from registry.store.metadata import ReleaseRow
from registry.store.states import decode
from registry.systems import SystemBehaviour, coverage

__all__ = ["covers", "merged_concept", "other_zeros"]

_ZEROS = 3  #: most leading zeros that a code may have lost


def merged_concept(
    reader: Reader, system_id: int, code: str, releases: Sequence[ReleaseRow]
) -> MergedConcept | None:
    """The record of a code, merged from releases that complement each other; None if the first one lacks it."""
    if len(releases) == 1 and (view := reader.composed_view(system_id, releases[0])) is not None:
        return view.merged_with_code(code)
    layers = [Layer(layer_id(r), reader.bitmap(r), r.header) for r in releases]
    for ident, body in states_by_code(reader.connection, system_id, code):
        if ident in layers[0].bitmap:
            if len(layers) == 1:
                return MergedConcept(decode(bytes(body)), layers[0].header.facets)
            return SourceLayers(reader.database, system_id, layers).merged(ident)
    return None


def covers(release: ReleaseRow, rules: SystemBehaviour, code: str) -> bool:
    """Whether the code's absence from the release, with its patches, means that the version lacks it (DOMAIN 6)."""
    return any(coverage.covers(r.header.coverage, rules, code) for r in (release, *release.patches))


def other_zeros(view: ContentView, code: str) -> str:
    """A message with the codes that differ from a number in leading zeros alone; empty if the content has none."""
    if not code.isdecimal():
        return ""
    bare = code.lstrip("0") or "0"
    spelled = [bare.zfill(n) for n in range(len(bare), max(len(bare) + _ZEROS, len(code)) + 1)]
    found = [c for c in spelled if c != code and view.find(c) is not None]
    return say("code.zeros", codes=found) if found else ""
