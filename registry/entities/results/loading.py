"""The result of a load."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["LoadReport"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """Result of a load; with ``dry_run``, what the load would do."""

    system: str
    version: str
    track: str
    release: str
    outcome: str  #: loaded, amended, unchanged (the same content); kept (a resource), enriched, dry_run
    kind: str  #: correction, update; ValueSet or ConceptMap (``system`` is then its URL); entry
    concepts: int
    new_states: int
    created_system: bool
    inferred: dict[str, str]
    notices: list[str]
    warnings: list[str]
    counts: dict[str, int] = field(default_factory=dict)  #: number of changes to the earlier content, by type
    seconds: float = 0.0
    other_bytes: bool = False  #: unchanged, though the source's bytes are others than those of ``release``
    would: str = (
        ""  #: outcome that a dry run would have: loaded, amended, unchanged; dates (only these change)
    )
