"""Damaged sources of every format: a release or an error of the source with its file, never another exception, never a hang.

A failure names the seed and the number: ``tests.loaders.fuzzing.damaged(name, number)`` makes the same bytes again.
"""

from __future__ import annotations

import faulthandler
import os
import time
from pathlib import Path

import pytest

from registry.entities.errors import GyldigError, SourceError
from tests.loaders.fuzzing import SEEDS, damaged, read_all

_LONGEST = 5.0  #: seconds for one source of a few hundred bytes
_TEXT = 4_000  #: characters of a message
_MANY = int(os.environ.get("GYLDIG_FUZZ", "110000"))  #: inputs of the slow test, over all seeds

#: inputs that once ended in a traceback or a hang: seed, number
FOUND: list[tuple[str, int]] = []


def check(folder: Path, name: str, number: int) -> bool:
    """Read one damaged source; gives whether it was refused."""
    path = folder / name
    path.write_bytes(damaged(name, number))
    started = time.monotonic()
    try:
        read_all(path)
        refused = False
    except GyldigError as error:
        refused = True
        said = (str(error), error.in_language("nb"))
        assert max(map(len, said)) < _TEXT, (name, number)
        assert not isinstance(error, SourceError) or name in error.file, (name, number, str(error))
    except Exception as error:
        raise AssertionError(f"damaged({name!r}, {number}): {error!r}") from error
    assert time.monotonic() - started < _LONGEST, (name, number)
    return refused


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_the_seed_itself_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(SEEDS[name])
    read_all(tmp_path / name)


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_damaged_sources(tmp_path: Path, name: str) -> None:
    refused = [check(tmp_path, name, number) for number in range(40)]
    assert any(refused)


@pytest.mark.parametrize(("name", "number"), FOUND)
def test_what_was_found_once(tmp_path: Path, name: str, number: int) -> None:
    check(tmp_path, name, number)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SEEDS))
def test_many_damaged_sources(tmp_path: Path, name: str) -> None:
    faulthandler.dump_traceback_later(1200, exit=False)
    try:
        for number in range(_MANY // len(SEEDS)):
            check(tmp_path, name, number)
    finally:
        faulthandler.cancel_dump_traceback_later()
