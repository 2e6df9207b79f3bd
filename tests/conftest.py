"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real sample data (never committed); tests that need it skip where it is not there."""
    path = Path(os.environ.get("GYLDIG_SAMPLES") or Path(__file__).parents[2] / "shared" / "data")
    if not path.is_dir():
        pytest.skip("no sample data: set GYLDIG_SAMPLES")
    return path
