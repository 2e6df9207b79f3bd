"""Search for CodeSystem, ValueSet and ConceptMap: parameters, summaries, pages.

Here: matching and the Bundle. Not here: where resources come from (``library``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from api.fhir.effective import applies, check_dates, dated
from api.fhir.library import Held, Library
from api.fhir.outcome import refuse
from registry.canonical import split
from registry.operations.catalog import Catalog, Missing

__all__ = ["elements", "search", "summary"]

Json = dict[str, Any]
Query = Sequence[tuple[str, str]]
_LARGEST, _USUAL = 1000, 50
_BIG = ("concept", "compose", "expansion", "group", "contained", "text")
_MANDATORY = ("resourceType", "id", "meta", "url", "version", "status", "content")
_PROTOCOL = frozenset({"_count", "_offset", "_summary", "_elements", "_format", "_pretty", "_total", "_sort"})
_ASIDE = _PROTOCOL | {"known-at"}  #: no conditions


def search(catalog: Catalog, held: Library, kind: str, query: Query, base: str, release: str) -> Json:
    """A searchset Bundle; raises Refused for a bad parameter."""
    options = {k: v for k, v in query if k in _PROTOCOL}
    for name, value in query:
        if name in ("date", "effective"):
            check_dates(name, value)
    found = _candidates(held, kind, query)
    for name, value in query:
        if name not in _ASIDE:
            found = [h for h in found if _matches(catalog, h, name, value)]
    shown = _page(found, options)
    bundle: Json = {"resourceType": "Bundle", "type": "searchset", "total": len(found)}
    bundle["link"] = _links(kind, query, options, len(found), base)
    if options.get("_summary") != "count":
        bundle["entry"] = [_entry(catalog, h, options, base, release) for h in shown]
    return {k: v for k, v in bundle.items() if v != []}


def _candidates(held: Library, kind: str, query: Query) -> list[Held]:
    urls = [v for k, v in query if k == "url"]
    if urls:
        return [h for url in urls[0].split(",") for h in held.by_url(kind, split(url)[0])]
    idents = [v for k, v in query if k == "_id"]
    if idents:
        return [h for i in idents[0].split(",") if (h := held.by_id(kind, i)) is not None]
    return held.kinds[kind]


def _matches(catalog: Catalog, h: Held, name: str, value: str) -> bool:
    plain, _, modifier = name.partition(":")
    wanted = value.split(",")
    if plain in ("name", "title", "publisher", "description"):
        return _text_fits(str(h.shell.get(plain, "")), wanted, modifier)
    if plain == "url":
        return any(split(w)[0] == h.url and split(w)[1] in ("", h.version) for w in wanted)
    if plain in ("version", "status"):
        return str(h.shell.get(plain, "")) in wanted
    if plain == "_id":
        return h.id in wanted
    if plain == "date":
        return any(dated(str(h.shell.get("date", "")), w) for w in wanted)
    if plain == "identifier":
        return any(_identified(h.shell.get("identifier"), w) for w in wanted)
    if plain in ("code", "effective", "content-mode", "system", "reference", "supplements"):
        return _special(catalog, h, plain, wanted)
    raise refuse("REQUEST_INVALID", f"The search parameter '{name}' is not known", place=name)


def _special(catalog: Catalog, h: Held, name: str, wanted: Sequence[str]) -> bool:
    if name == "content-mode":
        return h.shell.get("content") in wanted
    if name in ("system", "supplements") and h.kind == "CodeSystem":
        return h.url in wanted if name == "system" else h.shell.get("supplements") in wanted
    if name == "code" and h.kind == "CodeSystem":
        view = catalog.code_system(h.url, h.version)
        return not isinstance(view, Missing) and any(
            view.find(w.rpartition("|")[2]) is not None for w in wanted
        )
    if name == "effective":
        return any(applies(h.shell, w) for w in wanted)
    includes = h.definition.get("compose", {}).get("include", [])
    if name == "code":
        codes = {c.get("code") for i in includes for c in i.get("concept", [])}
        return any(w.rpartition("|")[2] in codes for w in wanted)
    return any(i.get("system") in wanted or set(i.get("valueSet", ())) & set(wanted) for i in includes)


def _text_fits(text: str, wanted: Iterable[str], modifier: str) -> bool:
    if modifier == "exact":
        return text in wanted
    have = text.casefold()
    if modifier == "contains":
        return any(w.casefold() in have for w in wanted)
    return any(have.startswith(w.casefold()) for w in wanted)


def _identified(identifiers: Any, wanted: str) -> bool:
    system, bar, value = wanted.rpartition("|")
    listed = identifiers if isinstance(identifiers, list) else [identifiers] if identifiers else []
    return any(i.get("value") == value and (not bar or i.get("system", "") == system) for i in listed)


def _number(options: dict[str, str], name: str, usual: int) -> int:
    written = options.get(name, str(usual))
    if not (written.isascii() and written.isdigit()):
        raise refuse("REQUEST_INVALID", f"'{name}' is to be a whole number", place=name)
    return int(written)


def _page(found: Sequence[Held], options: dict[str, str]) -> Sequence[Held]:
    start = _number(options, "_offset", 0)
    return found[start : start + min(_number(options, "_count", _USUAL), _LARGEST)]


def _links(kind: str, query: Query, options: dict[str, str], total: int, base: str) -> list[Json]:
    start, count = _number(options, "_offset", 0), min(_number(options, "_count", _USUAL), _LARGEST)
    rest = [(k, v) for k, v in query if k not in ("_offset", "_count")]

    def link(relation: str, offset: int) -> Json:
        asked = urlencode([*rest, ("_count", count), ("_offset", offset)])
        return {"relation": relation, "url": f"{base}/{kind}?{asked}"}

    links = [{"relation": "self", "url": f"{base}/{kind}?{urlencode(list(query))}"}]
    if count and start + count < total:
        links.append(link("next", start + count))
    if count and start:
        links.append(link("previous", max(0, start - count)))
    return links


def _entry(catalog: Catalog, h: Held, options: dict[str, str], base: str, release: str) -> Json:
    wanted = options.get("_summary", "")
    if options.get("_elements"):
        resource = elements(h, catalog, options["_elements"], release)
    elif wanted in ("true", "text") or (h.kind == "CodeSystem" and wanted != "false"):
        resource = summary(h.told(release))
    else:
        resource = h.complete(catalog, release)
    return {"fullUrl": f"{base}/{h.kind}/{h.id}", "resource": resource, "search": {"mode": "match"}}


def _subsetted(resource: Json) -> Json:
    tag = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
    return {**resource, "meta": {**resource.get("meta", {}), "tag": [tag]}}


def summary(resource: Json) -> Json:
    """The resource without its content."""
    return _subsetted({k: v for k, v in resource.items() if k not in _BIG})


def elements(h: Held, catalog: Catalog, wanted: str, release: str) -> Json:
    """The resource's named and mandatory elements."""
    names = {*_MANDATORY, *(n.strip().partition(".")[0] for n in wanted.split(","))}
    whole = h.complete(catalog, release) if names & set(_BIG) else h.told(release)
    return _subsetted({k: v for k, v in whole.items() if k in names})
