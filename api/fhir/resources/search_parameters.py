"""Search parameters of each resource: names, syntax, matching. All parameters are checked before anything is matched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from api.fhir.format.outcome import refuse
from api.fhir.resources.effective import applies, check_dates, dated
from api.fhir.resources.resource_index import ResourceEntry
from registry.entities.budget import spend
from registry.entities.canonical import split
from registry.entities.messages import message
from registry.terminology.catalog import Catalog, Missing

__all__ = ["PARAMETERS", "Condition", "conditions"]

Json = dict[str, Any]
_COMMON = {
    "_id": "token", "date": "date", "description": "string", "effective": "date", "identifier": "token", "name": "string",
    "publisher": "string", "status": "token", "title": "string", "url": "uri", "version": "token",
}  # fmt: skip
#: search parameters of each resource with their types
PARAMETERS: dict[str, dict[str, str]] = {
    "CodeSystem": _COMMON | {"code": "token", "content-mode": "token", "supplements": "uri", "system": "uri"},
    "ValueSet": _COMMON | {"code": "token", "reference": "uri", "system": "uri"},
    "ConceptMap": _COMMON,
}
_MODIFIERS = {"string": ("exact", "contains")}
#: the code systems of a resource's coded elements
_SYSTEMS = {
    "status": "http://hl7.org/fhir/publication-status",
    "content-mode": "http://hl7.org/fhir/codesystem-content-mode",
}
_TEST_STEPS = 3  #: steps to compare a resource with a value
_CODES_A_STEP = 20  #: listed codes or includes that one step compares
_ELEMENT = {"content-mode": "content", "_id": "id"}


@dataclass(frozen=True, slots=True)
class Condition:
    """One parameter; one of its values must match."""

    name: str
    modifier: str
    values: tuple[str, ...]

    def fits(self, catalog: Catalog, entry: ResourceEntry) -> bool:
        """Whether a resource matches."""
        test = _TESTS[self.name]
        for value in self.values:
            spend(_TEST_STEPS)
            if test(catalog, entry, self, value):
                return True
        return False


def conditions(kind: str, query: Iterable[tuple[str, str]]) -> list[Condition]:
    """The parameters of a search, without those of the protocol; raises Refused for unknown or invalid ones."""
    found = []
    for name, value in query:
        plain, colon, modifier = name.partition(":")
        type_ = PARAMETERS[kind].get(plain)
        if type_ is None:
            raise refuse("REQUEST_INVALID", message("request.unknown_search", name=name), place=name)
        if colon and modifier not in _MODIFIERS.get(type_, ()):
            raise refuse("REQUEST_INVALID", message("request.no_modifier", name=name), place=name)
        values = tuple(value.split(","))
        if type_ == "date":
            check_dates(name, value)
        found.append(Condition(plain, modifier, values))
    return found


def _string(catalog: Catalog, entry: ResourceEntry, condition: Condition, value: str) -> bool:
    have = str(entry.shell.get(condition.name, ""))
    if condition.modifier == "exact":
        return have == value
    have, wanted = have.casefold(), value.casefold()
    return wanted in have if condition.modifier == "contains" else have.startswith(wanted)


def _token(catalog: Catalog, entry: ResourceEntry, condition: Condition, value: str) -> bool:
    system, bar, code = value.rpartition("|")
    have = entry.shell.get(_ELEMENT.get(condition.name, condition.name))
    return have == code and (not bar or system == _SYSTEMS.get(condition.name, ""))


def _url(catalog: Catalog, entry: ResourceEntry, condition: Condition, value: str) -> bool:
    url, version = split(value)
    return url == entry.url and version in ("", entry.version)


def _identifier(catalog: Catalog, entry: ResourceEntry, condition: Condition, value: str) -> bool:
    system, bar, wanted = value.rpartition("|")
    listed = entry.shell.get("identifier") or []
    return any(i.get("value") == wanted and (not bar or i.get("system", "") == system) for i in listed)


def _date(catalog: Catalog, entry: ResourceEntry, condition: Condition, value: str) -> bool:
    return dated(str(entry.shell.get("date", "")), value)


def _effective(catalog: Catalog, entry: ResourceEntry, condition: Condition, value: str) -> bool:
    return applies(entry.shell, value)


def _code(catalog: Catalog, entry: ResourceEntry, condition: Condition, value: str) -> bool:
    system, bar, code = value.rpartition("|")
    if entry.kind == "CodeSystem":
        if bar and system != entry.url:
            return False
        view = catalog.code_system(entry.url, entry.version)
        return not isinstance(view, Missing) and view.find(code) is not None
    listed = (i for i in _includes(entry) if not bar or i.get("system", "") == system)
    for include in listed:
        concepts = include.get("concept", ())
        spend(len(concepts) // _CODES_A_STEP)
        if any(c.get("code") == code for c in concepts):
            return True
    return False


def _includes(entry: ResourceEntry) -> Sequence[Json]:
    found: Sequence[Json] = entry.definition.get("compose", {}).get("include", ())
    spend(len(found) // _CODES_A_STEP)
    return found


def _system(catalog: Catalog, entry: ResourceEntry, condition: Condition, value: str) -> bool:
    return (
        entry.url == value
        if entry.kind == "CodeSystem"
        else any(i.get("system") == value for i in _includes(entry))
    )


def _reference(catalog: Catalog, entry: ResourceEntry, condition: Condition, value: str) -> bool:
    return any(i.get("system") == value or value in i.get("valueSet", ()) for i in _includes(entry))


def _supplements(catalog: Catalog, entry: ResourceEntry, condition: Condition, value: str) -> bool:
    return bool(entry.shell.get("supplements") == value)


_TESTS: dict[str, Callable[[Catalog, ResourceEntry, Condition, str], bool]] = {
    "_id": _token, "code": _code, "content-mode": _token, "date": _date, "description": _string, "effective": _effective,
    "identifier": _identifier, "name": _string, "publisher": _string, "reference": _reference, "status": _token,
    "supplements": _supplements, "system": _system, "title": _string, "url": _url, "version": _token,
}  # fmt: skip
