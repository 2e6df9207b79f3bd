"""What a synthetic edition (``rf2_edition``) consists of: identifiers of SNOMED CT's own metadata, sizes, tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

CORE, MODEL, NORWAY = "900000000000207008", "900000000000012004", "51000202101"
NAMESPACE = "1000202"
ROOT, IS_A = "138875005", "116680003"
PRIMITIVE, DEFINED = "900000000000074008", "900000000000073002"
FSN, SYNONYM, DEFINITION = "900000000000003001", "900000000000013009", "900000000000550004"
PREFERRED, ACCEPTABLE = "900000000000548007", "900000000000549004"
US, GB, NB, NN, GP = (
    "900000000000509007",
    "900000000000508004",
    "61000202103",
    "91000202106",
    "47351000202107",
)
SAME_AS, REPLACED_BY = "900000000000527005", "900000000000526001"
#: concepts of the model: identifier, parent, name
METADATA = (
    (ROOT, "", "Made-up concept root"), ("900000000000441003", ROOT, "Model component"),
    (CORE, "900000000000441003", "Core module"), (MODEL, "900000000000441003", "Model module"),
    ("106237007", "900000000000441003", "Linkage concept"), ("410662002", "106237007", "Concept model attribute"),
    (IS_A, "106237007", "Is a"), ("762705008", "410662002", "Concept model object attribute"),
    ("762706009", "410662002", "Concept model data attribute"), ("900000000000455006", "900000000000441003", "Reference set"),
    *((r, "900000000000455006", n) for r, n in (
        (US, "US English"), (GB, "GB English"), ("447562003", "Map to ICD-10"), ("723264001", "Simple set"),
        ("900000000000522004", "Historical association"), ("900000000000489007", "Concept inactivation"),
        ("900000000000534007", "Module dependency"), ("733073007", "OWL axiom"), ("447258008", "Ordered set"),
    )),
    (SAME_AS, "900000000000522004", "SAME AS"), (REPLACED_BY, "900000000000522004", "REPLACED BY"),
    ("404684003", ROOT, "Clinical finding"), ("71388002", ROOT, "Procedure"), ("123037004", ROOT, "Body structure"),
)  # fmt: skip
#: attributes with concepts as values, and with numbers
ATTRIBUTES = ("363698007", "116676008", "246075003", "260686004", "405813007", "370135005", "127489000")
NUMERIC = ("1142139005", "1142135004")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Sizes: International concepts, releases, seed; the extension has a share of the concepts and translates ``translated``."""

    concepts: int = 200
    releases: int = 3
    seed: int = 1
    extension: float = 0.05
    translated: float = 0.3

    @property
    def dates(self) -> list[str]:
        """The days of the International releases, half a year apart."""
        return [f"{2015 + n // 2}{'0131' if n % 2 == 0 else '0731'}" for n in range(self.releases)]

    @property
    def norwegian_dates(self) -> list[str]:
        """The days of the extension's releases, each after the International one that it extends."""
        return [f"{d[:4]}{'0415' if d[4:] == '0131' else '1015'}" for d in self.dates]


@dataclass(slots=True)
class FullTables:
    """Full tables of one package by file name (``{}`` for the release type), with the number of each kind of row."""

    full: dict[str, pl.DataFrame] = field(default_factory=dict)

    def add(self, name: str, **columns: Any) -> None:
        height = max(len(c) for c in columns.values() if not isinstance(c, str))
        found = {
            n: pl.Series([c]).new_from_index(0, height) if isinstance(c, str) else c
            for n, c in columns.items()
        }
        frame = pl.DataFrame({n: pl.Series(c).cast(pl.String) for n, c in found.items()})
        self.full[name] = pl.concat([self.full[name], frame]) if name in self.full else frame
