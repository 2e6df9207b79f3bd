"""Which update of ICD-10-CM a file is: label and first day (FORMATS: ``2021``, ``2021-01``, ``2025-04``).

A fiscal year begins on 1 October; updates come in January or April inside it. File names often give the year
alone, so the update follows, in this order, from a month in the names of the files, the name of the list that the
addenda of the same source count, and codes known to have come with an update. Output: the update and the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from datetime import date

from loaders.contract import LoadOptions, Source
from loaders.known_diffs import known
from registry.entities.errors import UsageError
from registry.entities.messages import message

__all__ = ["Update", "find_update", "first_day"]

_MONTHS = {"jan": "01", "apr": "04", "jul": "07", "oct": "10"}
_NAMED = re.compile(
    r"(?<![a-z])(jan|apr|oct)[a-z]*[-_ ]*(?:\d{1,2}[-_ ,]+)?(20\d\d)|(20\d\d)[-_ ]*(jan|apr|oct)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_COUNTED = re.compile(rb"in (icd10cm\S*order\S*\.txt)")
_LABEL = re.compile(r"(20\d\d)(?:-(\d\d))?")


@dataclass(frozen=True, slots=True)
class Update:
    """The label of an update, its first day, and why it was chosen (a message)."""

    label: str
    valid_from: date | None
    reason: str


def first_day(label: str) -> date | None:
    """The day an update takes effect; None for a label of another form.

    >>> first_day("2021"), first_day("2021-01")
    (datetime.date(2020, 10, 1), datetime.date(2021, 1, 1))
    """
    match = _LABEL.fullmatch(label)
    if not match:
        return None
    year, month = int(match[1]), int(match[2] or 0)
    if month > 12:
        return None
    return date(year, month, 1) if 0 < month < 10 else date(year - 1, month or 10, 1)


def find_update(source: Source, member: str, codes: Container[str], options: LoadOptions) -> Update:
    """The update that a file is; raises UsageError if neither names nor options give the year."""
    if options.version:
        return Update(options.version, first_day(options.version), message("update.given"))
    for label, reason in _named_updates(source, member):
        return Update(label, first_day(label), reason)
    year = _year(source, member)
    if not year:
        raise UsageError(message("list.no_year", file=source.label(member)))
    evidence = _dated_by_code(year, codes)
    if evidence:
        label, code = evidence
        return Update(label, first_day(label), message("update.witness", code=code, label=label))
    return Update(year, first_day(year), message("update.year", year=int(year) - 1))


def _named_updates(source: Source, member: str) -> Iterable[tuple[str, str]]:
    names = [member.rsplit("/", 1)[-1], *(m.rsplit("/", 1)[-1] for m in source.members()), source.name]
    for name in names:
        if label := _label_in(name):
            yield label, message("update.month", name=name)
    for other in source.members():
        if "addenda" in other.lower() and "order" in other.lower():
            counted = _COUNTED.findall(source.read(other))
            label = _label_in(counted[-1].decode("ascii", errors="replace")) if counted else ""
            if label:
                yield label, message("update.addenda", name=counted[-1].decode("ascii", errors="replace"))


def _label_in(name: str) -> str:
    """The update named by a month: ``2021-01`` in ``icd10cm-order-Jan-2021.txt``; October is the year itself."""
    match = _NAMED.search(name)
    if not match:
        return ""
    month, year = _MONTHS[(match[1] or match[4]).lower()[:3]], match[2] or match[3]
    return f"{int(year) + 1}" if month == "10" else f"{year}-{month}"


def _year(source: Source, member: str) -> str:
    for name in (member.rsplit("/", 1)[-1], member, source.name):
        years: list[str] = sorted(set(_YEAR.findall(name)))
        if years:
            return years[-1]
    return ""


def _dated_by_code(year: str, codes: Container[str]) -> tuple[str, str] | None:
    """The last update of the year of which the file holds a code, with that code."""
    updates: dict[str, list[str]] = known("icd10cm_updates")["updates"]
    present: Callable[[str], bool] = codes.__contains__
    for label in sorted((u for u in updates if u.startswith(year)), reverse=True):
        for code in filter(present, updates[label]):
            return label, code
    return None
