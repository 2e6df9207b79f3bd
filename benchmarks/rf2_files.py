"""Writes tables of a synthetic edition (``rf2_edition``) as the RF2 files of a package."""

from __future__ import annotations

from pathlib import Path

import polars as pl

__all__ = ["write_package"]


def _state(rows: pl.DataFrame, day: str) -> pl.DataFrame:
    """The rows in force on a day: of each identifier the newest."""
    keys = rows.columns[:1] if rows.columns[0] == "id" else ["alternateIdentifier", "identifierSchemeId"]
    known = rows.filter(pl.col("effectiveTime") <= day)
    return known.sort("effectiveTime", maintain_order=True).unique(keys, keep="last", maintain_order=True)


def write_package(
    folder: Path, tables: dict[str, pl.DataFrame], kind: str, day: str, *, since: str = ""
) -> Path:
    """Write a package of one release type as RF2 files: state on a day, all rows until it, or those after ``since``."""
    root = folder / f"SnomedCT_Synthetic_{kind}_{day}" / kind
    for name, rows in tables.items():
        known = rows.filter((pl.col("effectiveTime") <= day) & (pl.col("effectiveTime") > since))
        part = _state(rows, day) if kind == "Snapshot" else known
        place = root / ("Terminology" if name.startswith("sct2") else "Refset")
        place.mkdir(parents=True, exist_ok=True)
        part.write_csv(
            place / f"{name.format(kind)}_{day}.txt",
            separator="\t",
            quote_style="never",
            line_terminator="\r\n",
        )
    return root.parent
