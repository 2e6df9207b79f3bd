"""The day a source was downloaded: it separates today's content from reconstructed earlier content."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from loaders.contract import LoadOptions, Source
from loaders.reading.dates import start_of
from registry.entities.intervals import OSLO

__all__ = ["download_day"]


def download_day(source: Source, options: LoadOptions) -> date:
    """The day of publication in the options, else the day the file was last written, in Oslo."""
    given = start_of(options.published)
    if given:
        return given
    path: Path | None = getattr(source, "path", None)
    moment = path.stat().st_mtime if path is not None and path.exists() else datetime.now(OSLO).timestamp()
    return datetime.fromtimestamp(moment, OSLO).date()
