"""The notation of previous codes in ICD-10-CM conversion tables: one cell as alternatives of ordered groups of codes.

Input: the text of the cell. Output: groups of canonical codes with flags, and what of the text was not understood.

=====================  ==========================================================================
``A, B`` ``A; B``      alternatives; so are blanks and ``or``
``A and B``            a combination; also ``&`` and ``+``. ``A, B and C`` combines all three
``A; B and C``         ``;`` separates alternatives of which each may be a combination
``H44.20-H44.23``      a range, each code an alternative where the ends differ in final digits only;
                       else one code with flag ``range``
``I63.-``              a prefix: the code above it, with flag ``prefix``
``None``               no previous code
=====================  ==========================================================================

Codes may lack their dot. Words around codes ("a code from category") have no meaning and are skipped.
"""

from __future__ import annotations

import re
from itertools import product
from typing import Any

from registry.systems import behaviour_of

__all__ = ["previous_codes"]

Group = tuple[tuple[str, ...], dict[str, Any]]
_canonical = behaviour_of("icd-10-cm").canonical
_CODE = r"[A-Z][0-9][0-9A-Z](?:\.?[0-9A-Z]{0,4})"
_TOKEN = re.compile(rf"\b{_CODE}(?:-(?:{_CODE})?|(?![0-9A-Z-]))")
_WORDS = re.compile(
    r"\b(?:an?|any|the|codes?|from|in|within|of|sub-?categor(?:y|ies)|categor(?:y|ies)|range)\b",
    re.IGNORECASE,
)
_HYPHENS = re.compile(r"\s*[‐‑–—]\s*|\s+-\s+(?=[A-Z][0-9])|\s+(?:to|through|thru)\s+", re.IGNORECASE)
_AND = re.compile(r"\band\b|&|\+", re.IGNORECASE)
_OR = re.compile(r"\bor\b", re.IGNORECASE)
_MANY = 60  #: codes that a range is spelt out to at most


def previous_codes(text: str) -> tuple[list[Group], str]:
    """Each alternative as an ordered group of codes with its flags, and the rest that is not understood.

    >>> previous_codes("C56.1 and C56.2")
    ([(('C56.1', 'C56.2'), {})], '')
    >>> previous_codes("H4420-H4421; H33.2")
    ([(('H44.20',), {}), (('H44.21',), {}), (('H33.2',), {})], '')
    >>> previous_codes("see A04.7")
    ([], 'see')
    """
    plain = _OR.sub(",", _WORDS.sub(" ", _HYPHENS.sub("-", text))).strip()
    if plain.lower().rstrip(".") in ("none", ""):
        return [((), {})], ""
    rest = _rest(plain)
    if rest:
        return [], rest
    if re.search(r";\s*(?:and\b|&)", plain, re.IGNORECASE):  # a list whose last item has "and"
        plain = plain.replace(";", ",")
    alternatives = plain.split(";") if _AND.search(plain) else [plain]
    return [group for part in alternatives for group in _combined(part)], ""


def _rest(plain: str) -> str:
    """What is left of the text without codes, separators and words."""
    left = _AND.sub(" ", _TOKEN.sub(" ", plain))
    return " ".join(re.sub(r"[,;]", " ", left).split())


def _combined(part: str) -> list[Group]:
    """The groups of one alternative: the product of the codes on both sides of "and"."""
    sides = [codes for codes in (_codes(side) for side in _AND.split(part)) if codes]
    if len(sides) == 1:
        return [((code,), flags) for code, flags in sides[0]]
    if (
        "," in part and "-" not in part
    ):  # "A, B and C" combines single codes; "A-B and C" takes one of each side
        sides = [[code] for codes in sides for code in codes]
    return [(tuple(code for code, _ in chosen), _flags(chosen)) for chosen in product(*sides) if chosen]


def _flags(chosen: tuple[tuple[str, dict[str, Any]], ...]) -> dict[str, Any]:
    return {key: value for _, flags in chosen for key, value in flags.items()}


def _codes(text: str) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    for token in _TOKEN.findall(text):
        first, hyphen, last = token.partition("-")
        code = _canonical(first.rstrip("."))
        if last:
            last = _canonical(last.rstrip("."))
            codes = _codes_between(code, last)
            found += [(one, {}) for one in codes] or [(f"{code}-{last}", {"range": f"{code}-{last}"})]
        else:
            found.append((code, {"prefix": token} if hyphen else {}))
    return found


def _codes_between(first: str, last: str) -> list[str]:
    """The codes from first to last where only final digits differ; empty if they cannot be spelt out."""
    head = len(first.rstrip("0123456789"))
    if (
        len(first) != len(last)
        or first[:head] != last[:head]
        or "." not in first
        or not last[head:].isdigit()
    ):
        return []
    low, high, width = int(first[head:]), int(last[head:]), len(first) - head
    return [f"{first[:head]}{n:0{width}d}" for n in range(low, high + 1)] if 0 <= high - low < _MANY else []
