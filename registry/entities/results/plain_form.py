"""The JSON form of every result, the same for REST, ``--json`` and Python users."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

import msgspec

__all__ = ["plain"]


def plain(value: Any) -> Any:
    """The JSON form of a result: dicts and lists, ISO dates, ``from_`` as ``from``.

    >>> from registry.entities.results.codes import CodeDisplay
    >>> plain(CodeDisplay(code="K63.8", display="x"))
    {'code': 'K63.8', 'display': 'x'}
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name.rstrip("_"): plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, msgspec.Struct):
        return msgspec.to_builtins(value)
    return value
