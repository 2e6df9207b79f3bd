"""JSON whose decimal numbers keep their digits: ``1.50`` is read as ``Decimal("1.50")`` and written as ``1.50``.

FHIR R5, "Data Types, decimal": the precision is significant, so a binary float is never an intermediate form.
Whole numbers stay ``int``.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
import orjson

__all__ = ["decimal_text", "decoder", "dumps", "encode", "loads"]

#: JSON that may have a number with a fraction, an exponent or more digits than orjson keeps (64 bits), by the character before it (a search that begins with one
#: fixed character is the fastest); a match inside a string only costs time
_IN_OBJECT, _IN_LIST, _FIRST_IN_LIST = (
    re.compile(mark + rb"\s*-?(?:\d+[.eE]|\d{19})").search for mark in (rb":", rb",", rb"\[")
)
_LONGEST_FRACTION = 40  #: most digits after the point that are written without an exponent

_T = TypeVar("_T")

encode = msgspec.json.Encoder(decimal_format="number").encode
_decode = msgspec.json.Decoder(float_hook=Decimal).decode


def decoder(type: type[_T]) -> msgspec.json.Decoder[_T]:
    """A decoder of a struct type; decimals in its untyped parts become ``Decimal``."""
    return msgspec.json.Decoder(type, float_hook=Decimal)


def loads(data: bytes | str) -> Any:
    """The value of a JSON text; raises ``orjson.JSONDecodeError``.

    >>> loads(b'{"dose": 1.50}')
    {'dose': Decimal('1.50')}
    """
    value = orjson.loads(data)
    written = data.encode() if isinstance(data, str) else data
    may_hold_decimal = _IN_OBJECT(written) or _IN_LIST(written) or _FIRST_IN_LIST(written)
    return _decode(written) if may_hold_decimal else value


def dumps(value: Any, option: int = 0) -> bytes:
    """The JSON of a value as UTF-8; decimals keep their digits.

    >>> dumps({"dose": Decimal("1.50")})
    b'{"dose":1.50}'
    >>> dumps([10**30])
    b'[1000000000000000000000000000000]'
    """
    try:
        return orjson.dumps(value, default=_number, option=option)
    except orjson.JSONEncodeError as error:
        if "64-bit" not in str(error):
            raise
        return orjson.dumps(_long_numbers(value), default=_number, option=option)


def _long_numbers(value: Any) -> Any:
    """The same value; whole numbers of more than 64 bits, which orjson does not write, as their digits."""
    if isinstance(value, dict):
        return {name: _long_numbers(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_long_numbers(item) for item in value]
    if type(value) is int and not -(2**63) <= value < 2**64:
        return orjson.Fragment(str(value).encode())
    return value


def _number(value: Any) -> orjson.Fragment:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise TypeError(f"{type(value).__name__} cannot be written as JSON")
    return orjson.Fragment(decimal_text(value).encode())


def decimal_text(value: Decimal) -> str:
    """A decimal with exactly its digits; with an exponent only if a plain number would add digits.

    >>> decimal_text(Decimal("1E-7")), decimal_text(Decimal("1.50")), decimal_text(Decimal("1e3"))
    ('0.0000001', '1.50', '1E+3')
    """
    exponent = value.as_tuple().exponent
    plain = isinstance(exponent, int) and -_LONGEST_FRACTION <= exponent <= 0
    return format(value, "f") if plain else str(value)
