"""Code systems the registry knows by name: their behaviour and their catalogue entry.

``behaviour_of(name)`` gives the behaviour of a system, ``known(slug)`` its catalogue entry. A system that is not
here is a plain list of codes and gets its entry from the loader or the command line.
"""

from __future__ import annotations

from collections.abc import Collection

from registry.entities.records import SystemRecord
from registry.systems.behaviour import Condition, Reserve, SystemBehaviour
from registry.systems.icd10 import ICD10_CM, ICD10_NO
from registry.systems.icpc2 import ICPC2_NO, ICPC2B_NO
from registry.systems.known_systems import CATALOGUE

__all__ = [
    "Condition",
    "Reserve",
    "SystemBehaviour",
    "behaviour_of",
    "behaviour_of_url",
    "known",
    "systems_like",
]

_BEHAVIOURS: dict[str, SystemBehaviour] = {r.name: r for r in (ICD10_NO, ICD10_CM, ICPC2_NO, ICPC2B_NO)}
_CASELESS = SystemBehaviour(name="caseless", case_sensitive=False)
_BEHAVIOURS[_CASELESS.name] = _CASELESS
_PLAIN = SystemBehaviour()
_SLUGS = {record.url: record.rules or slug for slug, record in CATALOGUE.items() if record.url}


def behaviour_of(name: str) -> SystemBehaviour:
    """The behaviour of that name; any other name is a plain list.

    >>> behaviour_of("icd-10-no").canonical("k638")
    'K63.8'
    >>> behaviour_of("icpc-2-no").canonical("L54")
    '-54'
    """
    return _BEHAVIOURS.get(name, _PLAIN)


def systems_like(codes: Collection[str], *, share: float = 0.9) -> list[str]:
    """The systems whose syntax at least that share of the canonical codes has.

    >>> systems_like(["D70", "A04.9"])
    ['icd-10-cm', 'icd-10-no']
    """
    return sorted(
        name
        for name, b in _BEHAVIOURS.items()
        if b.syntax and codes and sum(b.looks_right(c) for c in codes) >= share * len(codes)
    )


def behaviour_of_url(url: str) -> SystemBehaviour:
    """The behaviour of the system that has the canonical URL in the catalogue, or whose slug it ends with.

    >>> behaviour_of_url("http://hl7.org/fhir/sid/icd-10-cm").name, behaviour_of_url("urn:gyldig:icpc-2-no").name
    ('icd-10-cm', 'icpc-2-no')
    """
    return behaviour_of(_SLUGS.get(url) or url.removeprefix("urn:gyldig:"))


def known(slug: str) -> SystemRecord | None:
    """The catalogue entry of a system that the registry knows by its slug."""
    return CATALOGUE.get(slug)
