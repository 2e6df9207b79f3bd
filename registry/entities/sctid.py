"""SNOMED CT identifiers: digits, check digit, partition.

An identifier has 6 to 18 digits without a leading zero; the last digit is a Verhoeff check digit, the two before it
are the partition, which names the kind of component (SNOMED CT Release File Specification, section 6).
"""

from __future__ import annotations

from typing import Final

__all__ = ["PERMUTATION", "PRODUCT", "check_digit", "has_valid_check_digit", "partition"]

_MULTIPLY: Final = (
    "0123456789",
    "1234067895",
    "2340178956",
    "3401289567",
    "4012395678",
    "5987604321",
    "6598710432",
    "7659821043",
    "8765932104",
    "9876543210",
)
_PERMUTE: Final = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)
_INVERSE: Final = "0432156789"
#: products of the dihedral group of ten elements, and the permutation of a digit by its place
PRODUCT: Final = tuple(tuple(map(int, row)) for row in _MULTIPLY)
PERMUTATION: Final = tuple(tuple(map(int, row)) for row in _PERMUTE)


def has_valid_check_digit(identifier: str) -> bool:
    """Whether the last digit is the check digit of the others; the text has digits only.

    >>> has_valid_check_digit("404684003"), has_valid_check_digit("404684004")
    (True, False)
    """
    return _checksum(identifier, start=0) == 0


def check_digit(digits: str) -> str:
    """The check digit that completes an identifier.

    >>> check_digit("40468400")
    '3'
    """
    return _INVERSE[_checksum(digits, start=1)]


def partition(identifier: str) -> str:
    """The two digits that name the kind of component: ``00`` and ``10`` concepts, ``01`` and ``11`` descriptions.

    >>> partition("404684003")
    '00'
    """
    return identifier[-3:-1]


def _checksum(digits: str, *, start: int) -> int:
    found = 0
    for place, digit in enumerate(reversed(digits), start):
        found = PRODUCT[found][PERMUTATION[place % 8][int(digit)]]
    return found
