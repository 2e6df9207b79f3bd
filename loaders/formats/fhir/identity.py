"""The identity of a FHIR code system in the registry: its slug and its catalogue entry."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from loaders.contract import LoadOptions
from loaders.formats.fhir.reading import Json, items, text
from loaders.reading.decoding import lines_of
from loaders.reading.header import with_options
from registry.entities.records import SystemRecord
from registry.systems.known_systems import CATALOGUE
from registry.systems.open_licences import Terms, terms_of

__all__ = ["oids_of", "slug_of", "system_record"]

#: places where the last part of the URL is a name of its own, and what goes before it in the slug
_HL7 = {"terminology.hl7.org/CodeSystem": "", "hl7.org/fhir": "fhir-"}
_VOLVEN = "2.16.578.1.12.4.1.1."
_SEMVER = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?")
_TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
_SHORT = 200  #: characters of a copyright statement that the catalogue keeps


def slug_of(url: str, oids: tuple[str, ...] = ()) -> str:
    """The slug of a system known by its URL or OID, else one derived from the URL.

    >>> slug_of("http://terminology.hl7.org/CodeSystem/v3-ActCode")
    'v3-actcode'
    >>> slug_of("http://hl7.org/fhir/operation-outcome")  # another system than HL7 Terminology's
    'fhir-operation-outcome'
    >>> slug_of("http://hl7.org/fhir/sid/icd-10-cm")
    'icd-10-cm'
    """
    for record in CATALOGUE.values():
        if (url and url in (record.url, *record.aliases)) or set(oids) & set(record.oids):
            return record.slug
    for oid in (*oids, url.removeprefix("urn:oid:")):
        if oid.startswith(_VOLVEN) and oid.removeprefix(_VOLVEN).isdigit():
            return f"volven-{oid.removeprefix(_VOLVEN)}"
    segment = re.sub(r"[^a-z0-9.-]+", "-", re.split(r"[/:#]", url.rstrip("/#"))[-1].lower()).strip("-.")[:60]
    place = _HL7.get(re.sub(r"^https?://", "", url).rpartition("/")[0])
    if place is not None and segment:
        return place + segment
    return f"{segment or 'system'}-{hashlib.sha256(url.encode()).hexdigest()[:6]}"


def oids_of(resource: Json, path: str) -> tuple[str, ...]:
    """OIDs among the identifiers, without their ``urn:oid:``."""
    found = [text(i, "value", where) for i, where in items(resource, "identifier", path)]
    return tuple(dict.fromkeys(v.removeprefix("urn:oid:") for v in found if v.startswith("urn:oid:")))


def system_record(
    resource: Json, path: str, options: LoadOptions, *, licence: str = "", dated: bool = False
) -> SystemRecord:
    """The catalogue entry of the resource; ``licence`` is the package's, used if the resource has none."""
    url, oids = text(resource, "url", path), oids_of(resource, path)
    url = url or options.url or (f"urn:oid:{oids[0]}" if oids else "")
    slug = options.system or slug_of(url, oids)
    stated = text(resource, "copyright", path) or licence
    terms = terms_of(stated) or Terms("restricted", "no")
    made = SystemRecord(
        slug=slug,
        url=url,
        oids=oids,
        titles=dict(_titles(resource, path)),
        owner=text(resource, "publisher", path),
        licence=_first_line(stated),
        access=terms.access,
        redistribution=terms.redistribution,
        rules="caseless" if resource.get("caseSensitive") is False else "",
        language=text(resource, "language", path),
        version_order=_order(resource, path),
        end_rule="until-next" if dated else "open",
    )
    return with_options(_known(made), options)


def _order(resource: Json, path: str) -> Literal["date", "integer", "semver", "natural"]:
    """The order of versions: the resource's own (R5), else derived from the form of the label."""
    algorithm = text(resource, "versionAlgorithmString", path)
    if algorithm == "date":
        return "date"
    if algorithm == "integer":
        return "integer"
    looks = _SEMVER.fullmatch(text(resource, "version", path)) is not None
    return "semver" if algorithm == "semver" or (looks and not algorithm) else "natural"


def _known(made: SystemRecord) -> SystemRecord:
    """The registry's entry of a known system, with the names that the resource adds."""
    known = CATALOGUE.get(made.slug)
    if known is None:
        return made
    url = known.url or made.url
    aliases = dict.fromkeys((*known.aliases, *([made.url] if made.url not in ("", url) else [])))
    oids = tuple(dict.fromkeys((*known.oids, *made.oids)))
    return msgspec.structs.replace(known, url=url, aliases=tuple(aliases), oids=oids)


def _titles(resource: Json, path: str) -> Iterator[tuple[str, str]]:
    """The title by language, and its translations."""
    title = text(resource, "title", path) or text(resource, "name", path)
    if title:
        yield text(resource, "language", path) or "en", title
    more = resource.get("_title")
    if isinstance(more, dict):
        for extension, where in items(more, "extension", f"{path}._title"):
            parts = {p.get("url"): p for p, _ in items(extension, "extension", where)}
            if extension.get("url") == _TRANSLATION and {"lang", "content"} <= parts.keys():
                lang, content = parts["lang"], parts["content"]
                yield str(lang.get("valueCode", "")), str(content.get("valueString", ""))


def _first_line(statement: str) -> str:
    line = " ".join(lines_of(statement.strip())[:1]).strip()
    return line if len(line) <= _SHORT else line[: _SHORT - 1].rstrip() + "…"
