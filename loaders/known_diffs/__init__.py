"""Known facts about sources, as TOML data: updates that file names do not show, defects to expect."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["known"]


@cache
def known(name: str) -> dict[str, Any]:
    """The declared facts of that name (a TOML file in this folder)."""
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text("utf-8"))
