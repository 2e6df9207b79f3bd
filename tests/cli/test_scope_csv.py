"""Rows of scopes from CSV: every fault names file and line, and nothing is half read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from api.scope_csv import read_rows
from registry.entities.errors import SourceError


def _file(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "scopes.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_semicolons_a_mark_and_an_inclusive_end(tmp_path: Path) -> None:
    text = (
        "﻿scope;system;version;accepted_through;title\nnpr;icd-10-no;2024;2025-04-30;Norsk pasientregister\n"
    )
    (entry,) = read_rows(_file(tmp_path, text))
    assert entry.row.accepted_until == date(2025, 5, 1)
    assert (entry.row.role, entry.title, entry.kind) == ("", "Norsk pasientregister", "")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "scopes.csv: the file is empty"),
        ("scope,system\n", "scopes.csv:1: columns missing: version"),
        ("scope,system,version,until\n", "scopes.csv:1: unknown columns: until"),
        ("scope,system,version\nnpr,,2024\n", "scopes.csv:2: system must not be empty"),
        ("scope,system,version\na,b,c,d\n", "scopes.csv:2: more fields than columns"),
        (
            "scope,system,version,allowed_from\na,b,c,1.1.2024\n",
            "scopes.csv:2: allowed_from: '1.1.2024' is not a date",
        ),
        ("scope,system,version\nå".encode("latin-1"), "scopes.csv: is not UTF-8"),
    ],
)
def test_faults_name_file_and_line(tmp_path: Path, content: str | bytes, says: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_rows(_file(tmp_path, content))
    assert str(caught.value).startswith(says)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read_rows(tmp_path / "none.csv")
