"""Search for CodeSystem, ValueSet and ConceptMap: parameters, summaries, pages.

Builds the Bundle: order, pages, and the shown elements of resources. Matching is in ``search_parameters``, resources
come from ``resource_index``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from api.fhir.format.outcome import refuse
from api.fhir.format.parameters import whole_number
from api.fhir.resources.change_maps import groups_json
from api.fhir.resources.effective import standing_on
from api.fhir.resources.resource_index import ResourceEntry, ResourceIndex
from api.fhir.resources.search_parameters import Condition, conditions
from registry.entities.budget import spend
from registry.entities.canonical import split
from registry.entities.errors import Restricted
from registry.entities.messages import message
from registry.terminology.catalog import Catalog
from registry.terminology.conceptmap import ConceptMap

__all__ = ["search", "shown"]

Json = dict[str, Any]
Query = Sequence[tuple[str, str]]
_LARGEST, _USUAL = 1000, 50
_SORT_STEPS = 3  #: steps to sort one resource by one element
_ENTRY_STEPS = 50  #: steps to write one resource
_IMPLIED_STEPS = 5000  #: steps to derive a map, at least
_MOST_CONCEPTS = 50_000  #: most concepts, codes and mappings on one page
_BIG = ("concept", "compose", "expansion", "group", "contained", "text")
_MANDATORY = ("resourceType", "id", "meta", "url", "version", "status", "content")
_SUMMARIES = ("true", "text", "data", "count", "false")
_SORTS: dict[str, tuple[str, ...]] = {
    n: (n,) for n in ("date", "description", "name", "publisher", "status", "title", "url", "version")
}
_SORTS |= {"_id": ("id",), "_lastUpdated": ("meta", "lastUpdated")}
_PROTOCOL = frozenset({"_count", "_offset", "_summary", "_elements", "_format", "_pretty", "_total", "_sort"})
_NO_CONDITIONS = _PROTOCOL | {"known-at"}  #: no conditions


def search(catalog: Catalog, index: ResourceIndex, kind: str, query: Query, base: str, release: str) -> Json:
    """A searchset Bundle; raises Refused for an invalid parameter."""
    options = {k: v for k, v in query if k in _PROTOCOL}
    wanted = conditions(kind, ((k, v) for k, v in query if k not in _NO_CONDITIONS))
    _check(options)
    found = [h for h in _candidates(catalog, index, kind, wanted) if all(c.fits(catalog, h) for c in wanted)]
    found = _sorted(found, options.get("_sort", ""))
    bundle: Json = {"resourceType": "Bundle", "type": "searchset", "total": len(found)}
    page = _page(found, options)
    entries = []
    if options.get("_summary") != "count":
        entries = _entries(catalog, page, options, base, release)
        page = page[: len(entries)]
    bundle["link"] = _links(kind, query, options, len(found), base, shown=len(page))
    bundle["entry"] = entries
    return {k: v for k, v in bundle.items() if v != []}


def _candidates(
    catalog: Catalog, index: ResourceIndex, kind: str, wanted: Sequence[Condition]
) -> list[ResourceEntry]:
    for condition in wanted:
        if condition.name == "url":
            urls = dict.fromkeys(split(v)[0] for v in condition.values)
            return [h for url in urls for h in index.by_url(kind, url) or _implied(catalog, kind, url)]
        if condition.name == "_id":
            idents = dict.fromkeys(condition.values)
            return [h for i in idents if (h := index.by_id(kind, i)) is not None]
    return index.kinds[kind]


def _implied(catalog: Catalog, kind: str, url: str) -> list[ResourceEntry]:
    """A derived map, which its URL defines; it has no id."""
    spend(_IMPLIED_STEPS)
    found = catalog.concept_map(url) if kind == "ConceptMap" and "?fhir_cm=" in url else None
    if not isinstance(found, ConceptMap):
        return []
    shell = {"resourceType": kind, **{k: v for k, v in found.shell.items() if k != "id"}}
    return [ResourceEntry(kind, "", found.url, found.version, shell, {"group": groups_json(found)})]


def _check(options: dict[str, str]) -> None:
    """Raise Refused for an invalid value of a protocol parameter."""
    for name, allowed in (("_summary", _SUMMARIES), ("_total", ("none", "estimate", "accurate"))):
        if options.get(name, allowed[0]) not in allowed:
            raise refuse(
                "REQUEST_INVALID",
                message("request.one_of", name=name, allowed=", ".join(allowed)),
                place=name,
            )
    _number(options, "_count", 0)
    _number(options, "_offset", 0)


def _sorted(found: list[ResourceEntry], order: str) -> list[ResourceEntry]:
    """Sorted by the parameters, the last one first, so that the first takes precedence."""
    for name in reversed(order.split(",") if order else []):
        plain = name.removeprefix("-")
        if plain not in _SORTS:
            raise refuse("REQUEST_INVALID", message("request.no_sort", name=name), place="_sort")
        path = _SORTS[plain]
        spend(_SORT_STEPS * len(found))
        found = sorted(found, key=lambda h: _at(h.shell, path), reverse=name.startswith("-"))
    return found


def _at(shell: Json, path: tuple[str, ...]) -> str:
    found: Any = shell
    for name in path:
        found = found.get(name, "") if isinstance(found, dict) else ""
    return str(found).casefold()


def _number(options: dict[str, str], name: str, usual: int) -> int:
    number = whole_number(options[name]) if name in options else usual
    if number is None:
        raise refuse("REQUEST_INVALID", message("request.search_number", name=name), place=name)
    return number


def _page(found: Sequence[ResourceEntry], options: dict[str, str]) -> Sequence[ResourceEntry]:
    start = _number(options, "_offset", 0)
    return found[start : start + min(_number(options, "_count", _USUAL), _LARGEST)]


def _links(
    kind: str, query: Query, options: dict[str, str], total: int, base: str, *, shown: int
) -> list[Json]:
    """The links of a page on which so many resources are shown."""
    start, count = _number(options, "_offset", 0), min(_number(options, "_count", _USUAL), _LARGEST)
    rest = [(k, v) for k, v in query if k not in ("_offset", "_count")]

    def link(relation: str, offset: int) -> Json:
        parameters = urlencode([*rest, ("_count", count), ("_offset", offset)])
        return {"relation": relation, "url": f"{base}/{kind}?{parameters}"}

    links = [{"relation": "self", "url": f"{base}/{kind}?{urlencode(list(query))}"}]
    if count and start + shown < total:
        links.append(link("next", start + shown))
    if count and start:
        links.append(link("previous", max(0, start - count)))
    return links


def _entries(
    catalog: Catalog, page: Sequence[ResourceEntry], options: dict[str, str], base: str, release: str
) -> list[Json]:
    """The entries of a page, at least one; it ends before the resource with which it would have too many concepts."""
    written: list[Json] = []
    room = _MOST_CONCEPTS
    for h in page:
        if written and room < _concepts_shown(h, options) <= _MOST_CONCEPTS:
            break
        written.append(_entry(catalog, h, options, base, release))
        room -= _size(h, written[-1]["resource"])
        if room < 0:
            break
    return written


def _concepts_shown(h: ResourceEntry, options: dict[str, str]) -> int:
    """The number of concepts of a code system if the options ask for them, else 0."""
    named = {n.strip().partition(".")[0] for n in options.get("_elements", "").split(",")}
    whole = "_summary" in options and options["_summary"] not in ("true", "text")
    asked = "concept" in named if options.get("_elements") else whole
    return int(h.shell.get("count", 0)) if h.kind == "CodeSystem" and asked else 0


def _size(h: ResourceEntry, resource: Json) -> int:
    """The number of concepts, codes and mappings that a resource has."""
    if h.kind == "CodeSystem":
        return int(h.shell.get("count", 0)) if "concept" in resource else 0
    includes = resource.get("compose", {}).get("include", [])
    listed = [
        *(i.get("concept", []) for i in includes),
        *(g.get("element", []) for g in resource.get("group", [])),
    ]
    return sum(map(len, [*listed, resource.get("expansion", {}).get("contains", [])]))


def _entry(catalog: Catalog, h: ResourceEntry, options: dict[str, str], base: str, release: str) -> Json:
    spend(_ENTRY_STEPS)
    brief = "" if h.kind != "CodeSystem" or "_elements" in options else "true"
    if _concepts_shown(h, options) > _MOST_CONCEPTS:  # read it by its id
        options = {"_summary": "true"}
    try:
        resource = shown(h, catalog, {"_summary": brief, **options}, release)
    except Restricted:  # may be read, but not passed on as a whole
        resource = shown(h, catalog, {"_summary": "true"}, release)
    entry = {"resource": resource, "search": {"mode": "match"}}
    return {"fullUrl": f"{base}/{h.kind}/{h.id}", **entry} if h.id else entry


def shown(
    h: ResourceEntry, catalog: Catalog, options: dict[str, str], release: str, *, on: date | None = None
) -> Json:
    """The elements of a resource selected by ``_elements`` or ``_summary``; raises Refused for invalid values.

    With ``on``, a resource that does not apply on that day has the tag ``upcoming`` or ``expired``.
    """
    status = standing_on(h.shell, on) if on is not None else ""
    whole = _part(h, catalog, options, release)
    if not status:
        return whole
    return _tagged(whole, {"system": "urn:gyldig:in-force", "code": status, "display": f"{status} on {on}"})


def _part(h: ResourceEntry, catalog: Catalog, options: dict[str, str], release: str) -> Json:
    if options.get("_elements"):
        return _elements(h, catalog, options["_elements"], release)
    wanted = options.get("_summary", "")
    if wanted == "true":
        return _subsetted({k: v for k, v in h.metadata(release).items() if k not in _BIG})
    if wanted == "text":
        return _elements(h, catalog, "text", release)
    whole = h.complete(catalog, release)
    if wanted == "data":
        return _subsetted({k: v for k, v in whole.items() if k != "text"})
    if wanted not in ("", "false"):
        raise refuse("REQUEST_INVALID", message("request.summary"), place="_summary")
    return whole


def _subsetted(resource: Json) -> Json:
    return _tagged(
        resource,
        {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"},
    )


def _tagged(resource: Json, tag: Json) -> Json:
    meta = resource.get("meta", {})
    return {**resource, "meta": {**meta, "tag": [*meta.get("tag", []), tag]}}


def _elements(h: ResourceEntry, catalog: Catalog, wanted: str, release: str) -> Json:
    """The resource's named and mandatory elements."""
    names = {*_MANDATORY, *(n.strip().partition(".")[0] for n in wanted.split(","))}
    big = {"concept"} if h.kind == "CodeSystem" else set(_BIG)
    whole = h.complete(catalog, release) if names & big else h.metadata(release)
    return _subsetted({k: v for k, v in whole.items() if k in names})
