"""Behaviour and catalogue entries of well-known code systems.

``behaviour_of(name)`` returns the behaviour of a system, ``known(slug)`` its catalogue entry. Any other system is a
plain list of codes; its entry comes from the loader or the command line.
"""

from __future__ import annotations

from collections.abc import Collection

from registry.entities.records import SystemRecord
from registry.systems.behaviour import Condition, Reserve, SystemBehaviour
from registry.systems.icd10 import ICD10_CM, ICD10_NO
from registry.systems.icpc2 import ICPC2_NO, ICPC2B_NO
from registry.systems.known_systems import CATALOGUE
from registry.systems.snomed import SNOMED_CT

__all__ = [
    "Condition",
    "Reserve",
    "SystemBehaviour",
    "behaviour_of",
    "behaviour_of_url",
    "known",
    "system_of_edition",
    "systems_like",
]

_BEHAVIOURS: dict[str, SystemBehaviour] = {
    r.name: r for r in (ICD10_NO, ICD10_CM, ICPC2_NO, ICPC2B_NO, SNOMED_CT)
}
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


def systems_like(codes: Collection[str]) -> list[str]:
    """Systems whose code syntax matches at least 90 % of the canonical codes.

    >>> systems_like(["D70", "A04.9"])
    ['icd-10-cm', 'icd-10-no']
    """
    return sorted(
        name
        for name, b in _BEHAVIOURS.items()
        if b.syntax and codes and sum(b.looks_right(c) for c in codes) >= 0.9 * len(codes)
    )


def behaviour_of_url(url: str) -> SystemBehaviour:
    """The behaviour of the system with the canonical URL, else of the system with whose slug the URL ends.

    >>> behaviour_of_url("http://hl7.org/fhir/sid/icd-10-cm").name, behaviour_of_url("urn:gyldig:icpc-2-no").name
    ('icd-10-cm', 'icpc-2-no')
    """
    return behaviour_of(_SLUGS.get(url) or url.removeprefix("urn:gyldig:"))


def system_of_edition(url: str) -> str:
    """The URL of the system of which a URL names an edition or version; empty for other URLs.

    >>> system_of_edition("http://snomed.info/sct/51000202101/version/20240115")
    'http://snomed.info/sct'
    """
    return next((found for b in _BEHAVIOURS.values() if (found := b.edition_named(url))), "")


def known(slug: str) -> SystemRecord | None:
    """The catalogue entry of a well-known system; None for any other slug."""
    return CATALOGUE.get(slug)
