"""A small synthetic code system with several yearly versions, and a register that uses it.

A list of complaints that books could have, in the form of a yearly national list; it contains no licensed text.
Each year has designed changes:

- 2022 → 2023  ``B10.8`` is split off into ``B10.80`` and ``B10.81``; a comma comes into ``B00.1`` (wording only)
- 2023 → 2024  ``B20`` gets another meaning by its label alone; ``B30.2`` disappears
- 2024         the reserve code ``B90.1`` gets a meaning on 15 March, inside the version
- 2025         declared, but its content is not loaded
- 2026         ``B30.2`` is back; ``B40`` is new
- 2027         loaded ahead of time
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from registry.entities.records import SystemRecord
from registry.entities.results.scopes import ScopeRow

__all__ = ["REGISTER", "SCOPES", "SYSTEM", "Edition", "editions"]

SYSTEM = SystemRecord(
    slug="demo-no",
    url="https://example.org/demo-no",
    titles={"nb": "Demokodeverket: bokplager", "en": "Demo code system: complaints of books"},
    owner="Demoregisteret",
    licence="CC0-1.0",
    access="open",
    redistribution="yes",
    rules="icd-10-no",
    language="nb",
    version_order="integer",
    end_rule="calendar-year",
)
REGISTER = ("demoregisteret", "Demoregisteret", "register")

_FIRST = {
    "B00": "Fuktskade",
    "B00.0": "Fuktskade i perm",
    "B00.1": "Fuktskade i blader ikke spesifisert annet sted",
    "B10": "Løs rygg",
    "B10.0": "Løs rygg etter fall",
    "B10.8": "Annen spesifisert løs rygg",
    "B20": "Ripe i omslag",
    "B30": "Utvisket skrift",
    "B30.1": "Utvisket skrift av sollys",
    "B30.2": "Utvisket skrift av røyk",
    "B90.1": "Bruk av B90.1 for beredskapsformål",
}
_CHANGES: dict[str, dict[str, str | None]] = {
    "2023": {
        "B00.1": "Fuktskade i blader, ikke spesifisert annet sted",
        "B10.80": "Løs rygg etter tørke",
        "B10.81": "Løs rygg etter bruk som dørstopper",
    },
    "2024": {"B20": "Revet omslag", "B30.2": None},
    "2024-03-15": {"B90.1": "Sølvkreangrep"},
    "2026": {"B30.2": "Utvisket skrift av røyk", "B40": "Eselører"},
    "2027": {"B40.0": "Eselører på annenhver side"},
}
_NOT_LOADED = "2025"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A published list: a version's first list, or an update inside it; ``codes`` None = only declared."""

    version: str
    valid_from: date
    valid_to: date
    update_from: date | None
    codes: dict[str, str] | None


def editions() -> Iterator[Edition]:
    """Every list in the order of time."""
    codes = dict(_FIRST)
    for label in sorted(["2022", _NOT_LOADED, *_CHANGES]):
        for code, text in _CHANGES.get(label, {}).items():
            if text is None:
                del codes[code]
            else:
                codes[code] = text
        year = int(label[:4])
        yield Edition(
            version=label[:4],
            valid_from=date(year, 1, 1),
            valid_to=date(year + 1, 1, 1),
            update_from=date.fromisoformat(label) if len(label) == 10 else None,
            codes=None if label == _NOT_LOADED else dict(sorted(codes.items())),
        )


def _scope(version: str, allowed: str, required: str, until: str | None) -> ScopeRow:
    return ScopeRow(
        scope=REGISTER[0], system=SYSTEM.slug, version=version, track="", role="event",
        allowed_from=date.fromisoformat(allowed), required_from=date.fromisoformat(required),
        accepted_until=date.fromisoformat(until) if until else None, legal_basis="Demoforskriften § 2",
    )  # fmt: skip


#: The register still accepts the old version for four months.
SCOPES = (
    _scope("2022", "2022-01-01", "2022-01-01", "2023-05-01"),
    _scope("2023", "2023-01-01", "2023-03-01", "2024-05-01"),
    _scope("2024", "2024-01-01", "2024-03-01", "2026-05-01"),
    _scope("2026", "2026-01-01", "2026-03-01", "2027-05-01"),
    _scope("2027", "2027-01-01", "2027-03-01", None),
)
