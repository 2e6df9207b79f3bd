"""Small made-up sources of every format, and damaged copies of them: bytes, JSON values, members of an xlsx or archive.

A copy is given by the name of its seed and a number, so that a failure can be repeated: ``damaged(name, number)``.
"""

from __future__ import annotations

import copy
import io
import json
import random
import tarfile
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from loaders.contract import LoadOptions, ParsedRelease, ParsedResource
from loaders.run import parse_paths
from tests.loaders.fhir_made import code_system, concept_map, value_set
from tests.loaders.made import ORDER
from tests.loaders.test_fat import ADM, TREE
from tests.loaders.test_fhir_resources import XML as FHIR_XML
from tests.loaders.test_icd10cm_tabular import XML as TABULAR

__all__ = ["SEEDS", "damaged", "read_all"]

_CONVERSION = b"Current code assignment,Effective,Previous\nA00.1,2020,A00\nA00.2,2020-10-01,A01.1 and A02\n"
_WORDS: list[Any] = [
    None,
    True,
    -1,
    1e400,
    10**30,
    "",
    "\x00",
    "A" * 300,
    [],
    {},
    [[]],
    {"code": []},
    "2020-13-45",
]
_OPTIONS = LoadOptions(system="local-x", version="2020")
_PLAIN = ("l2020", "lists")  #: seeds that need a system


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _xlsx(*rows: list[Any]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def _tgz(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _package() -> dict[str, bytes]:
    package = {"name": "made", "version": "1.0.0", "fhirVersions": ["4.0.1"]}
    return {"package/package.json": _json(package), "package/a.json": _json(code_system())}


#: file name → its bytes
SEEDS: dict[str, bytes] = {
    "ICD10-2030.json": _json(
        [{"code": "A000", "text": "en"}, {"code": "A001", "text": "to", "mapsTo": ["K78"]}]
    ),
    "icd10cm_order_2020.txt": ORDER,
    "icd10cm-tabular-April-2025.xml": TABULAR.encode(),
    "conversion.csv": _CONVERSION,
    "conversion.xlsx": _xlsx(*(line.split(",") for line in _CONVERSION.decode().splitlines())),
    "ICD10.json": _json(TREE),
    "8603.json": _json(ADM),
    "l2020.csv": b"kode;tekst;gyldig_fra;forelder\nA;a;2020-01-01;\nB;b;2020-02-01;A\n",
    "l2020.txt": 'A1\tSår "på" øre\nB2\tKjønn\n'.encode("cp1252"),
    "l2020.xlsx": _xlsx(["Kode", "Tekst", "År"], ["A1", "en", 2020], ["A2", "to", 2020]),
    "codesystem.json": _json(code_system()),
    "valueset.json": _json(value_set()),
    "conceptmap.json": _json(concept_map()),
    "codesystem.xml": FHIR_XML.encode(),
    "package.tgz": _tgz(_package()),
    "lists.zip": _zip({"l2020.csv": b"kode;tekst\nA;a\nB;b\n", "package.json": b"{}"}),
}


@cache
def _members(name: str) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(SEEDS[name])) as archive:
        return {n: archive.read(n) for n in archive.namelist()}


def damaged(name: str, number: int) -> bytes:
    """A damaged copy of a seed; the same for the same number."""
    chance = random.Random(f"{name}/{number}")
    if name.endswith((".xlsx", ".zip")) and chance.random() < 0.5:
        files = dict(_members(name))
        chosen = chance.choice(sorted(files))
        files[chosen] = _bytes(files[chosen], chance)
        return _zip(files)
    if name.endswith(".tgz") and chance.random() < 0.5:
        files = _package()
        chosen = chance.choice(sorted(files))
        files[chosen] = (
            _values(files[chosen], chance) if chance.random() < 0.7 else _bytes(files[chosen], chance)
        )
        return _tgz(files)
    if name.endswith(".json") and chance.random() < 0.6:
        return _values(SEEDS[name], chance)
    return _bytes(SEEDS[name], chance)


def _bytes(data: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, left out, repeated, moved, or the rest cut off."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(changed) + 1)
        match chance.randrange(6):
            case 0 if at < len(changed):
                changed[at] = chance.randrange(256)
            case 1:
                del changed[at : at + chance.randint(1, 20)]
            case 2:
                changed[at:at] = changed[at : at + chance.randint(1, 20)] * chance.choice([1, 1, 50])
            case 3:
                changed[at:at] = chance.choice(
                    [b"\x00", b'"', b"[" * 2000, b"\xff\xfe", b"<a>" * 300, b"9" * 400, b"\n\n", b"{"]
                )
            case 4:
                del changed[at:]
            case _:
                other = chance.choice(sorted(SEEDS))
                changed[at:at] = SEEDS[other][: chance.randint(1, 60)]
    return bytes(changed)


def _values(data: bytes, chance: random.Random) -> bytes:
    """Some values of a JSON text replaced by values of other types, or left out, doubled, nested."""
    value = [json.loads(data)]
    for _ in range(chance.randint(1, 3)):
        holder, key = chance.choice([*_places(value)])
        match chance.randrange(4):
            case 0 if isinstance(holder, dict):
                del holder[key]
            case 1:
                holder[key] = [holder[key], copy.deepcopy(holder[key])]
            case 2:
                for _ in range(chance.choice([1, 3, 90])):
                    holder[key] = chance.choice(
                        [[holder[key]], {"concept": [holder[key]]}, {"extension": [holder[key]]}]
                    )
            case _:
                holder[key] = copy.deepcopy(chance.choice(_WORDS))
    return _json(value[0])


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a value below the outermost list, which only holds it."""
    stack = [value]
    while stack:
        holder = stack.pop()
        keys = holder.keys() if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            yield holder, key
            if isinstance(holder[key], dict | list):
                stack.append(holder[key])


def read_all(path: Path) -> int:
    """Read everything that a source holds; gives the number of records."""
    count = 0
    for item in parse_paths([path], _OPTIONS if path.name.startswith(_PLAIN) else LoadOptions()):
        if isinstance(item, ParsedRelease):
            count += sum(1 for _ in item.concepts)
        elif isinstance(item, ParsedResource):
            count += len(item.artifact.body) > 0
    return count
