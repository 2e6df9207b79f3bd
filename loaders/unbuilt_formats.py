"""Known formats that no loader reads yet, recognised by their signature and refused by name.

Input: the first bytes of a member. Output: the message of its name, or none. A member of such a format is never taken for
a plain list, whatever options are given. Signatures (FORMATS): headings of tables, shapes of all lines, root elements.

==========================  =========================================================================================
Format                      Signature
==========================  =========================================================================================
ICD-11 tabulation           headings ``Linearization URI`` or ``Linearization (release) URI``, and ``BlockId``
ICD-11 maps                 headings ``icd10Code`` and ``icd11Title``
OMOP vocabularies           a heading of the vocabulary tables (``concept_id``, ``vocabulary_id`` …)
SSSOM                       headings ``subject_id``, ``predicate_id``, ``object_id``
KLASS change table          headings ``oldCode``, ``newCode``
KLASS correspondence        headings ``sourceCode``, ``targetCode``
KLASS JSON                  a member of its classifications, changes or correspondences
LOINC                       heading ``LOINC_NUM``
ATC with DDD                headings ``ATC-Code``, ``DDD-Info``
crosswalk with flags        four cells in every line: old, new, ``A`` or empty, ``A`` or empty
ICD-10-GM metadata          cells level, ``T`` or ``N``, kind, in a line of 15 cells or more
GEM                         source, target, five digits in every line
RRF (UMLS, RxNorm)          ten cells or more in every line, each ended by ``|``
ClaML, FEST, Volven, OWL …  root element, for Volven with the attributes of its rows
==========================  =========================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from loaders.contract import Source
from loaders.reading.decoding import lines_of
from registry.entities.messages import Message, message

__all__ = ["unbuilt", "unbuilt_table"]

_HEAD = 16_384  #: bytes that are looked at
_LINES = 40
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)(?=[\s/>])[^<]*", re.ASCII)
_VOLVEN = re.compile(r"<data\s[^>]*\bcode\s*=[^>]*\bkey\s*=[^>]*\bvalue\s*=")
_KLASS = re.compile(r'"(?:classificationItems|codeChanges|correspondenceItems|correspondenceMaps)"')
_GEM = re.compile(r"\S{3,8}\s+\S{3,8}\s+[01]{3}[0-9]{2}\s*")
_SHORT_CODE = re.compile(r"[A-Za-z0-9.+*!†-]{1,12}")
_OMOP = frozenset(
    {
        "concept_id", "concept_id_1", "ancestor_concept_id", "concept_class_concept_id", "vocabulary_concept_id",
        "domain_concept_id", "relationship_concept_id", "drug_concept_id", "source_concept_id",
    }
)  # fmt: skip


@dataclass(frozen=True)
class _Beginning:
    """The beginning of a member as text; the last line may be cut off and is left out."""

    data: bytes

    @cached_property
    def text(self) -> str:
        codec = "utf-16" if self.data.startswith((b"\xff\xfe", b"\xfe\xff")) else "latin-1"
        return self.data.decode(codec, errors="ignore").removeprefix("\xef\xbb\xbf").lstrip("\ufeff")

    @cached_property
    def lines(self) -> list[str]:
        """The first lines that are neither empty nor comments of the file."""
        whole = self.text if len(self.data) < _HEAD else self.text[: self.text.rfind("\n") + 1]
        kept = [line for line in lines_of(whole) if line.strip() and not line.startswith("#")]
        return kept[:_LINES]

    @cached_property
    def rows(self) -> list[list[str]]:
        """The cells of the lines, by the delimiter that is most frequent in the first of them."""
        first = self.lines[0] if self.lines else ""
        delimiter = max(("\t", ";", "|", ","), key=first.count)
        return [[c.strip().strip('"') for c in line.split(delimiter)] for line in self.lines]

    @cached_property
    def headings(self) -> frozenset[str]:
        """The cells of the first line, without blanks at either end, in lower case."""
        return frozenset(cell.lower() for cell in self.rows[0]) if self.rows else frozenset()

    @cached_property
    def root(self) -> str:
        """The local name of the root element; empty if the text is no XML."""
        text = re.sub(
            r"<!--.*?(-->|\Z)|<\?.*?(\?>|\Z)|<!DOCTYPE[^\[>]*(\[.*?\])?\s*>", "", self.text, flags=re.S
        )
        found = _ROOT.match(text.lstrip()) if self.text.lstrip().startswith("<") else None
        return found[1] if found else ""


def _headed(*names: str) -> Callable[[_Beginning], bool]:
    wanted = frozenset(names)
    return lambda beginning: wanted <= beginning.headings


def _rooted(*names: str) -> Callable[[_Beginning], bool]:
    return lambda beginning: beginning.root.lower() in names


def _is_crosswalk(beginning: _Beginning) -> bool:
    rows = [row for row in beginning.rows if len(row) >= 2]
    return (
        len(rows) == len(beginning.rows) > 1
        and all(len(row) == 4 and {row[2], row[3]} <= {"A", ""} for row in rows)
        and any("A" in row[2:] for row in rows)
        and all(_SHORT_CODE.fullmatch(cell) for row in rows for cell in row[:2])
    )


def _is_gm_metadata(beginning: _Beginning) -> bool:
    rows = beginning.rows
    return bool(rows) and all(
        len(r) >= 15 and r[0] in ("1", "2", "3", "4", "5") and r[1] in ("T", "N") and len(r[2]) == 1
        for r in rows
    )


def _is_gem(beginning: _Beginning) -> bool:
    return bool(beginning.lines) and all(_GEM.fullmatch(line) for line in beginning.lines)


def _is_rrf(beginning: _Beginning) -> bool:
    return bool(beginning.lines) and all(
        line.endswith("|") and line.count("|") >= 10 for line in beginning.lines
    )


def _is_volven(beginning: _Beginning) -> bool:
    return beginning.root == "list" and _VOLVEN.search(beginning.text) is not None


#: name in the catalogue (``unbuilt.*``) and signature
_SIGNATURES: tuple[tuple[str, Callable[[_Beginning], bool]], ...] = (
    ("icd11", lambda b: any(h.startswith("linearization") for h in b.headings) and "blockid" in b.headings),
    ("icd11_map", _headed("icd10code", "icd11title")),
    ("omop", lambda b: bool(_OMOP & b.headings)),
    ("omop", _headed("vocabulary_id", "vocabulary_name")),
    ("sssom", _headed("subject_id", "predicate_id", "object_id")),
    ("klass_changes", _headed("oldcode", "newcode")),
    ("klass_correspondence", _headed("sourcecode", "targetcode")),
    ("loinc", _headed("loinc_num")),
    ("atc", _headed("atc-code", "ddd-info")),
    ("crosswalk", _is_crosswalk),
    ("icd10gm", _is_gm_metadata),
    ("gem", _is_gem),
    ("rrf", _is_rrf),
    ("klass", lambda b: b.text.lstrip().startswith("{") and _KLASS.search(b.text) is not None),
    ("claml", _rooted("claml")),
    ("fest", _rooted("fest")),
    ("volven", _is_volven),
    ("rdf", _rooted("rdf", "ontology")),
    ("xsd", _rooted("schema")),
    ("xslt", _rooted("stylesheet", "transform")),
    ("dtd", lambda b: b.text.lstrip().startswith("<") and not b.root and "<!ELEMENT" in b.text),
)


def unbuilt(source: Source) -> dict[str, Message]:
    """The members of known formats that no loader reads, with the names of their formats."""
    found = ((member, _name_of(_Beginning(source.read(member, _HEAD)))) for member in source.members())
    return {member: name for member, name in found if name is not None}


def unbuilt_table(rows: Iterable[Iterable[Any]]) -> Message | None:
    """The name of the known format of a table with these first rows (of an xlsx), or None."""
    lines = ("\t".join(" ".join(str(cell).split()) for cell in row) for row in rows)
    return _name_of(_Beginning("\n".join([*lines, ""]).encode()))


def _name_of(beginning: _Beginning) -> Message | None:
    if b"\0" in beginning.data and not beginning.data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    key = next((key for key, fits in _SIGNATURES if fits(beginning)), "")
    return message(f"unbuilt.{key}") if key else None
