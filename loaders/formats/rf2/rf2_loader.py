"""SNOMED CT in RF2: International edition, extension packages, combined editions; Snapshot, Full or Delta; zip or folder."""

from __future__ import annotations

from collections.abc import Iterator

from loaders.contract import LoadOptions, ParsedRelease, Progress, Source
from loaders.formats.rf2.file_types import rf2_files
from loaders.formats.rf2.rf2_package import packages
from loaders.formats.rf2.rf2_releases import releases

__all__ = ["LOADER"]


class Rf2:
    """A package of RF2 files."""

    name = "rf2"
    summary = "SNOMED CT RF2: Snapshot, Full or Delta of an edition or extension (zip or folder)"

    def members(self, source: Source) -> list[str]:
        """The members with the headings of RF2 files."""
        return [file.member for file in rf2_files(source)]

    def read(self, source: Source, options: LoadOptions, progress: Progress) -> Iterator[ParsedRelease]:
        """The releases of the package."""
        for package in packages(source, options):
            yield from releases(package, options)


LOADER = Rf2()
