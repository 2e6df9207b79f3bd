"""docs/formats.md names every format, column role and declared source, and nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path

from loaders.detect import formats
from loaders.reading.columns import ROLES
from loaders.sources import declared

PAGE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text("utf-8")


def test_formats_and_sources_are_all_there() -> None:
    named = re.findall(r"^\| `([a-z0-9-]+)` \|", PAGE, flags=re.MULTILINE)
    assert set(formats()) <= set(named)
    assert set(re.findall(r"^## ([a-z0-9-]+)$", PAGE, flags=re.MULTILINE)) == set(formats())
    assert all(f"`{source.name}`" in PAGE for source in declared())


def test_roles_are_all_there() -> None:
    assert all(f"`{role}`" in PAGE for role in ROLES)
