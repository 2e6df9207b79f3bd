"""Code systems the registry knows by name: their rules and what their catalogue entry says.

``rules_for(name)`` gives the rules of a system, ``known(slug)`` its catalogue entry. A system that is not
here is a plain list of codes and gets its entry from the loader or the command line.
"""

from __future__ import annotations

from registry.entities.records import SystemRecord
from registry.systems.base import CodeRules, Reserve
from registry.systems.catalogue import CATALOGUE
from registry.systems.icd10 import ICD10_CM, ICD10_NO
from registry.systems.icpc2 import ICPC2_NO, ICPC2B_NO

__all__ = ["CodeRules", "Reserve", "known", "rules_for"]

_RULES: dict[str, CodeRules] = {r.name: r for r in (ICD10_NO, ICD10_CM, ICPC2_NO, ICPC2B_NO)}
_CASELESS = CodeRules(name="caseless", case_sensitive=False)
_RULES["caseless"] = _CASELESS
_PLAIN = CodeRules()


def rules_for(name: str) -> CodeRules:
    """The code rules of that name; a name without rules is a plain list.

    >>> rules_for("icd-10-no").canonical("k638")
    'K63.8'
    >>> rules_for("icpc-2-no").canonical("L54")
    '-54'
    """
    return _RULES.get(name, _PLAIN)


def known(slug: str) -> SystemRecord | None:
    """The catalogue entry of a system that the registry knows by its slug."""
    return CATALOGUE.get(slug)
