"""A code of digits that a version has with other leading zeros: the answer names it."""

from __future__ import annotations

import pytest

from registry import Registry
from tests.registry.making import PLAIN, load


@pytest.mark.parametrize(
    ("code", "named"),
    [("0301", "301"), ("1", "0001"), ("01", "0001"), ("00001", "0001"), ("302", ""), ("A1", ""), ("7", "")],
)
def test_other_leading_zeros_are_suggested(registry: Registry, code: str, named: str) -> None:
    load(registry, "2024", {"301": "Oslo", "0001": "One", "A01": "x", "00007x": "y"}, system=PLAIN)
    looked_up = registry.lookup("plain", code, on="2024-05-01")
    judged = registry.validity("plain", code, on="2024-05-01")
    assert not looked_up.found and judged.valid is False
    for message in (looked_up.message, judged.message):
        assert (f"It has {named}: do the leading zeros" in message) if named else "zeros" not in message
