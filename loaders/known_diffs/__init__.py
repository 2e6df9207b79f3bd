"""What is known of sources beforehand, as data: updates that a file's name hides, defects to expect.

Here: TOML files and reading them. Not here: rules of formats.
"""

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
