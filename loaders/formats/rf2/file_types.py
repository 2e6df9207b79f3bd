"""RF2 files: what a member holds by its headings, which release type, edition and date its name says.

=====================  ==========================================================================================
content                headings after ``id effectiveTime active moduleId``
=====================  ==========================================================================================
concept                definitionStatusId
description            conceptId languageCode typeId term caseSignificanceId (text definitions too)
relationship           sourceId destinationId relationshipGroup typeId characteristicTypeId modifierId
concrete               the same with ``value`` in place of destinationId
identifier             identifierSchemeId referencedComponentId, with ``alternateIdentifier`` in place of ``id``
member                 refsetId referencedComponentId and the columns of the reference set
=====================  ==========================================================================================

A file with the first headings of RF2 and others than these is ``unknown``: the loader refuses it.
Stated relationships have the headings of relationships and are known by their names; they are not read, because the
axioms of the OWL reference sets replaced them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from loaders.contract import Source

__all__ = ["RELEASE_TYPES", "Rf2File", "rf2_files"]

RELEASE_TYPES = (
    "Snapshot",
    "Full",
    "Delta",
)  #: in the order in which they are taken if a package has several
_HEAD = 8192
_START = ("id", "effectiveTime", "active", "moduleId")
_RELATIONSHIP = ("relationshipGroup", "typeId", "characteristicTypeId", "modifierId")
_CONTENTS: dict[tuple[str, ...], str] = {
    (*_START, "definitionStatusId"): "concept",
    (*_START, "conceptId", "languageCode", "typeId", "term", "caseSignificanceId"): "description",
    (*_START, "sourceId", "destinationId", *_RELATIONSHIP): "relationship",
    (*_START, "sourceId", "value", *_RELATIONSHIP): "concrete",
    ("alternateIdentifier", *_START[1:], "identifierSchemeId", "referencedComponentId"): "identifier",
}
_MEMBER = (*_START, "refsetId", "referencedComponentId")
_TYPE = re.compile(r"(Full|Snapshot|Delta)(?=[-_.]|$)")
_NAME = re.compile(r"_(?P<edition>[A-Za-z0-9]+)_(?P<date>[0-9]{8})\.txt$")


@dataclass(frozen=True, slots=True)
class Rf2File:
    """One RF2 file. ``release_type``, ``edition`` and ``date`` are as its name says; empty if it does not."""

    member: str
    content: str
    columns: tuple[str, ...]
    release_type: str
    edition: str
    date: str

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns of a reference set besides those that all have."""
        return self.columns[len(_MEMBER) :] if self.content == "member" else ()


def rf2_files(source: Source) -> list[Rf2File]:
    """The RF2 files of a source, stated relationships left out."""
    texts = [m for m in source.members() if m.lower().endswith(".txt") and "__MACOSX" not in m]
    found = (_file(member, _headings(source.read(member, _HEAD))) for member in texts)
    return [file for file in found if file is not None]


def _headings(head: bytes) -> tuple[str, ...]:
    """The cells of the first line that is no comment."""
    lines = head.decode("utf-8", errors="replace").removeprefix("\ufeff").splitlines()
    first = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    return tuple(first.split("\t"))


def _file(member: str, columns: tuple[str, ...]) -> Rf2File | None:
    content = _CONTENTS.get(columns) or ("member" if columns[: len(_MEMBER)] == _MEMBER else "")
    if columns[1:4] == _START[1:]:
        content = content or "unknown"
    name = PurePosixPath(member).name
    if not content or "StatedRelationship" in name:
        return None
    types = _TYPE.findall(name) or [p for p in PurePosixPath(member).parts if p in RELEASE_TYPES]
    named = _NAME.search(name)
    edition, date = (named["edition"], named["date"]) if named else ("", "")
    return Rf2File(member, content, columns, types[0] if types else "", edition, date)
