"""Norwegian ICD-10, ICPC-2 and ICPC-2B as JSON lists ``[{code, text, mapsTo?}]``, also in an npm package.

Output: one release for each list of a year, and a map if the list links its codes to another system: ``mapsTo`` in an
ICD-10 list names ICPC-2 codes, in an ICPC-2 or ICPC-2B list ICD-10 codes. The lists are flat: they state labels, neither
a hierarchy nor which codes may be reported. FAT's lists with dates are read by ``fat``.

Texts are kept as they are, except for outer blanks; remains of HTML in them are reported, not removed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from loaders.checks import CheckedRecords
from loaders.contract import LoadOptions, MemberFormat, ParsedMap, ParsedRelease, Progress, Source
from loaders.reading.header import (
    LabelLengths,
    finish,
    kind_of_labels,
    no_year,
    options_file,
    published_in,
    system_of,
    year_in,
    year_start,
)
from loaders.reading.jsontext import element_line, objects
from loaders.reading.text_file import TextFile
from registry.entities.errors import FormatError
from registry.entities.messages import message
from registry.entities.records import (
    ConceptRecord,
    Designation,
    MapRecord,
    MapRowRecord,
    ReleaseHeader,
    SourceFile,
)
from registry.systems import behaviour_of
from registry.systems.coverage import coverage_of

__all__ = ["LOADER", "guess_system"]

_NAME = "norwegian-json"
_HEAD = re.compile(rb'\s*\[\s*\{\s*"(?:code|text)"\s*:')
_HTML = re.compile(r"<\s*/?\s*[a-zA-Z]+\s*/?\s*>|&[a-z]+;|&#\d+;")
_PACKAGE_YEAR = re.compile(r'"version"\s*:\s*"\d+\.((?:19|20)\d\d)\.\d+')
_LINKS = ("mapsTo", "mapsTo:")
_REQUIRED = ("code", "text")
#: system of a list → system that its ``mapsTo`` names
_LINKED = {"icd-10-no": "icpc-2-no", "icpc-2-no": "icd-10-no", "icpc-2b-no": "icd-10-no"}
#: system → what its codes look like in these files, and which share of a list must look so
_SHAPES: tuple[tuple[str, re.Pattern[str], float], ...] = (
    ("icpc-2b-no", re.compile(r"[-A-Z]\d\d\.?\d{4}"), 0.5),
    ("icpc-2-no", re.compile(r"[-A-Z]\d\d"), 0.8),
    ("icd-10-no", re.compile(r"[A-Z]\d[0-9a-z]\.?[0-9A-Za-z]{0,4}"), 0.95),
)


def _lists(source: Source) -> list[str]:
    names = [m for m in source.members() if m.lower().endswith((".json", ".txt"))] or source.members()[:1]
    return [m for m in names if _HEAD.match(source.read(m, 200).removeprefix(b"\xef\xbb\xbf"))]


def _read_list(
    source: Source, member: str, options: LoadOptions, progress: Progress
) -> Iterator[ParsedRelease | ParsedMap]:
    text = TextFile(source, member, encoding=options.encoding)
    seen = _Seen(text)
    proposed = _proposals(source, member, seen.codes, options)
    system = proposed["system"]
    canonical = behaviour_of(system).canonical
    kind, derived = kind_of_labels(seen.lengths, options)
    checked = CheckedRecords(file=text.file, where=lambda at: element_line(text, at))
    for at, row in enumerate(objects(text, required=_REQUIRED)):
        label = Designation(kind, row["text"].strip(), "nb")
        checked.add(ConceptRecord(code=canonical(row["code"]), designations=(label,)), at)
    records = checked.finished(texts=True)
    files = (text.source_file, *options_file(options))
    header = ReleaseHeader(
        system=system,
        version=proposed["version"],
        source_line="list",
        facets=(kind,),
        valid_from=year_start(proposed["version"]),
        published=proposed["published"],
        coverage=coverage_of(behaviour_of(system), map(canonical, seen.codes)),
        priority=20,
        language="nb",
        files=files,
        origin=source.name,
        format=_NAME,
        inferred=proposed | ({"label_kind": kind} if derived else {}),
        notices=(text.notice, *checked.notices(), *seen.defects()),
    )
    progress(message("progress.read"), len(records), len(records))
    finished = finish(header, options)
    yield ParsedRelease(header=finished, concepts=records, system=system_of(system, options))
    yield from _links(seen, finished, canonical, files[:1])


class _Seen:
    """What has to be known of all rows before the first becomes a record."""

    def __init__(self, text: TextFile) -> None:
        self.codes: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.lengths = LabelLengths()
        self._html: list[str] = []
        self._keys: set[str] = set()
        for row in objects(text, required=_REQUIRED):
            self.codes.append(row["code"])
            self.lengths.add(row["text"].strip())
            self._keys.update(row)
            self.links += [(row["code"], code) for key in _LINKS for code in _texts(row.get(key))]
            if _HTML.search(row["text"]):
                self._html.append(row["code"])

    def defects(self) -> Iterator[str]:
        """What is odd in the rows and was kept, left out or mended."""
        if self._html:
            yield message("norwegian.html", count=len(self._html), codes=", ".join(self._html[:5]))
        if odd := sorted(self._keys - {"code", "text", *_LINKS}):
            yield message("notice.fields", names=", ".join(odd))
        if "mapsTo:" in self._keys:
            yield message("norwegian.maps_to_colon")


def _proposals(source: Source, member: str, codes: list[str], options: LoadOptions) -> dict[str, str]:
    name = member.rsplit("/", 1)[-1]
    system = options.system or guess_system(codes)
    if not system:
        raise FormatError(message("list.system_shape"), file=source.label(member))
    version = options.version or year_in(name) or _package_year(source, member) or year_in(source.name)
    if not version:
        raise no_year(source, member)
    start, published = year_start(version), published_in(name)
    return {"system": system, "version": version, "valid_from": str(start or ""), "published": published}


def _package_year(source: Source, member: str) -> str:
    """The year in the version of an npm package around the member: 2026 in ``1.2026.0``."""
    package = source.sibling(member, "package.json") or (
        source.read("package/package.json") if "package/package.json" in source.members() else b""
    )
    match = _PACKAGE_YEAR.search(package.decode("utf-8", errors="replace"))
    return match[1] if match else ""


def guess_system(codes: list[str]) -> str:
    """The Norwegian system whose shape the codes have; empty if none fits.

    >>> guess_system(["A00", "A000", "A001"]), guess_system(["-30", "A01", "R991", "A02", "A03"])
    ('icd-10-no', 'icpc-2-no')
    """
    bare = [code.strip() for code in codes]
    for system, shape, share in _SHAPES:
        if bare and sum(shape.fullmatch(code) is not None for code in bare) >= share * len(bare):
            return system
    return ""


def _links(
    seen: _Seen,
    header: ReleaseHeader,
    canonical: Callable[[str], str],
    files: tuple[SourceFile, ...],
) -> Iterator[ParsedMap]:
    target_system = _LINKED.get(header.system) or _LINKED.get(guess_system(seen.codes), "")
    if not seen.links or not target_system:
        return
    target = behaviour_of(target_system).canonical
    pairs = dict.fromkeys((canonical(source), target(code)) for source, code in seen.links)
    found = tuple(MapRowRecord(sources=(s,), target=t, relationship="related-to") for s, t in pairs)
    record = MapRecord(
        slug=f"{header.system}-to-{target_system}",
        version=header.version,
        purpose="mapsTo in the list",
        source_system=header.system,
        target_system=target_system,
        source_version=header.version,
        method="stated by the list, which does not say how the codes relate",
        files=files,
        rows=found,
        published=header.published,
        valid_from=header.effective_from,  # an update replaces the year's map from its own day only
    )
    yield ParsedMap(map=record)


def _texts(value: Any) -> list[str]:
    """The codes of a link: a list of texts, or one text."""
    return [value] if isinstance(value, str) else [v for v in value or () if isinstance(v, str)]


LOADER = MemberFormat(
    name=_NAME,
    summary="JSON list of code and text: Norwegian ICD-10, ICPC-2, ICPC-2B (file, folder, zip, npm package)",
    find=_lists,
    parse=_read_list,
)
