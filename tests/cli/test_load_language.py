"""What a load prints, whole: in bokmål with ``--lang nb``, in English without."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
#: words that belong to one language only; texts of the files below contain none of them
ENGLISH = re.compile(
    r"\b(?:the|is|are|not|of|and|or|has|have|with|from|file|codes?|rows?|new|against|loaded|stored|encoding|kept|version|text)\b",
    re.IGNORECASE,
)
BOKMAAL = re.compile(
    r"\b(?:ikke|er|og|eller|har|av|som|fra|filen|koder?|rad|rader|ny|mot|lastet|lagret|tegnkoding|beholdt|versjon|tekst)\b",
    re.IGNORECASE,
)
ROWS = [{"code": "A00", "text": "Kolera <b>"}, {"code": "A01", "text": "Tyfus", "x": 1, "mapsTo:": ["D70"]}]
FHIR = {
    "resourceType": "CodeSystem",
    "url": "http://x.test/s",
    "content": "complete",
    "concept": [{"code": "a"}],
}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """One file for each kind of report."""
    written = {
        "list-2024.csv": "Kode;Tekst;Annet\nA1;Kjønn;x\nA1;Kjønn;x\nA2;;y\n".encode("cp1252"),
        "changed-2024.csv": b"Kode;Tekst\nA1;Mor\nA2;Far\nA3;Barn\n",
        "ICD10-2024.json": json.dumps(ROWS).encode(),
        "s.json": json.dumps(FHIR).encode(),
        "broken.json": b'[{"code": "A00",',
        "empty.csv": b"",
        "unknown.bin": b"\0\1",
    }
    for name, data in written.items():
        (tmp_path / name).write_bytes(data)
    return {name: tmp_path / name for name in written}


def printed(gyldig: Run, files: dict[str, Path], db: Path, *lang: str) -> str:
    """Everything that loading the files prints, without names of files, systems and options."""

    def load(name: str, *options: object) -> str:
        ran = gyldig("--db", db, *lang, "load", files[name], *options)
        return str(ran.out + ran.err)

    own = ("--system", "pets", "--version", "2024")
    parts = [
        load("list-2024.csv", *own, "--dry-run"),
        *(load("list-2024.csv", *own) for _ in range(2)),
        load("changed-2024.csv", *own, "--dry-run"),
        load("changed-2024.csv", *own),
        *(load(name) for name in ("ICD10-2024.json", "s.json", "broken.json", "empty.csv", "unknown.bin")),
        load("list-2024.csv", *own, "--encoding", "klingon"),
        load("list-2024.csv", *own, "--column", "code=Nothing"),
        load("list-2024.csv", *own, "--valid-from", "2024-02-01", "--valid-to", "2024-01-01"),
        str(gyldig("--db", db, *lang, "releases", "pets").out),
    ]
    return re.sub(
        r"--[\w-]+|\S+\.(?:csv|json|bin|sqlite)\S*|\([\w, -]*plain-list\)|mapsTo:?'?", "", "\n".join(parts)
    )


def test_a_load_speaks_one_language(gyldig: Run, files: dict[str, Path], tmp_path: Path) -> None:
    english = printed(gyldig, files, tmp_path / "en.sqlite", "--lang", "en")
    bokmaal = printed(gyldig, files, tmp_path / "nb.sqlite", "--lang", "nb")
    assert not ENGLISH.findall(bokmaal), bokmaal
    assert not BOKMAAL.findall(english.replace("Kode", "").replace("Tekst", "")), english
    assert len(bokmaal.splitlines()) == len(english.splitlines()) > 30
