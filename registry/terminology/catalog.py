"""``Catalog``: code systems, value sets and maps by canonical, version and date.

The protocol, the value for "not found", and a catalog of resources in memory on top of another one (resources sent with
a request on top of loaded ones).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

import msgspec

from registry.content.view import ContentView
from registry.entities.records import Coding
from registry.systems import SystemBehaviour, behaviour_of, behaviour_of_url, system_of_edition
from registry.terminology.conceptmap import ConceptMap
from registry.terminology.valueset import Filter, Include, ValueSet
from registry.time.in_force import Dated, contains, preference, reason_on
from registry.time.version_order import has_wildcard, latest, matches, order_key, ordered

__all__ = ["Catalog", "CodeValidity", "EmptyCatalog", "MemoryCatalog", "Missing", "pick"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a resource was not found: a reason of DOMAIN 2, ``unknown_url``, ``unknown_version`` or ``supplement``."""

    reason: str
    url: str
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeValidity:
    """Whether a code is valid on a day; ``valid`` None = unknown. ``successors`` are proposals, never decisions."""

    valid: bool | None
    reason: str = ""
    successors: tuple[Coding, ...] = ()


class Catalog(Protocol):
    """The resources that operations use. Versions are labels; without one, ``on`` chooses."""

    def cache_key(self) -> object | None:
        """A value that changes whenever an answer may change; None = nothing derived from the catalog may be cached."""

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """What follows from the catalog as it is now, made once while the stamp stays; ``key`` says what it is."""

    def versions(self, url: str) -> list[str]:
        """Labels of a code system's versions, oldest first; empty if it is unknown."""

    def version_order(self, url: str) -> str:
        """How the labels of the system's versions are ordered (``registry.time.version_order``)."""

    def code_system(self, url: str, version: str = "", on: date | None = None) -> ContentView | Missing:
        """The given version (wildcards allowed), or the one in force."""

    def require_redistribution(self, url: str, version: str = "", *, end: int | None = None) -> None:
        """Raise Restricted if the caller may not get the system's whole list; ``end``: a part of it up to that number."""

    def behaviour(self, url: str) -> SystemBehaviour:
        """The behaviour of the code system: how its codes are written and compared."""

    def code_validity(self, url: str, code: str, on: date | None = None) -> CodeValidity:
        """Whether the code is valid in the version in force on the day; if not, the reason and its successors."""

    def missing_update(self, url: str, version: str, code: str, on: date | None = None) -> str:
        """The message if the version lacks the code for want of an update that is not loaded, else empty."""

    def supplement(self, url: str, version: str = "") -> ContentView | None:
        """A supplement by its canonical."""

    def value_set(self, url: str, version: str = "", on: date | None = None) -> ValueSet | Missing:
        """The given version, or the highest in force; also implicit value sets."""

    def concept_map(self, url: str, version: str = "", on: date | None = None) -> ConceptMap | Missing:
        """A map by its canonical."""

    def code_systems(self) -> list[str]:
        """Canonical URLs of every code system with content."""

    def value_sets(self) -> Iterable[ValueSet]:
        """Every stored value set, all versions."""

    def concept_maps(self) -> Iterable[ConceptMap]:
        """Every map, all versions."""

    def as_known_at(self, known_at: str | None) -> Catalog:
        """This catalog as the registry knew it at an instant."""


def pick(
    items: Mapping[str, Dated], version: str, on: date | None, order: str = "natural"
) -> str | None | Missing:
    """The chosen label: the given version, else the item in force with the latest start, then the newest.

    A pattern chooses among the items in force, and only if none of these matches it the newest other one that does.
    ``*`` has no effect. ``order``: the order of labels (``registry.time.version_order``).
    """
    if version in items and version:
        return version
    if version and not has_wildcard(version):
        return None
    if on is None:
        return latest(list(items), version, order)
    live = [v for v, item in items.items() if contains(item, on) and (not version or matches(version, v))]
    if not live and version not in ("", "*"):
        return latest(list(items), version, order)
    if items and not live:
        return Missing(reason_on(items.values(), on), "")
    return max(live, key=lambda v: preference(items[v], order_key(v, order)), default=None)


class EmptyCatalog:
    """A catalog without resources."""

    def cache_key(self) -> object | None:
        """Nothing ever changes."""
        return 0

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """Not cached."""
        return make()

    def versions(self, url: str) -> list[str]:
        """None."""
        return []

    def version_order(self, url: str) -> str:
        """The order of labels of unknown systems."""
        return "natural"

    def code_system(self, url: str, version: str = "", on: date | None = None) -> ContentView | Missing:
        """None."""
        return Missing("unknown_url", url, version)

    def require_redistribution(self, url: str, version: str = "", *, end: int | None = None) -> None:
        """Never restricted."""

    def behaviour(self, url: str) -> SystemBehaviour:
        """That of the catalogue."""
        return behaviour_of_url(url)

    def code_validity(self, url: str, code: str, on: date | None = None) -> CodeValidity:
        """Unknown."""
        return CodeValidity(valid=None)

    def missing_update(self, url: str, version: str, code: str, on: date | None = None) -> str:
        """Nothing known."""
        return ""

    def supplement(self, url: str, version: str = "") -> ContentView | None:
        """None."""
        return None

    def value_set(self, url: str, version: str = "", on: date | None = None) -> ValueSet | Missing:
        """None."""
        return Missing("unknown_url", url, version)

    def concept_map(self, url: str, version: str = "", on: date | None = None) -> ConceptMap | Missing:
        """None."""
        return Missing("unknown_url", url, version)

    def code_systems(self) -> list[str]:
        """None."""
        return []

    def value_sets(self) -> Iterable[ValueSet]:
        """None."""
        return ()

    def concept_maps(self) -> Iterable[ConceptMap]:
        """None."""
        return ()

    def as_known_at(self, known_at: str | None) -> Catalog:
        """Itself."""
        return self


class MemoryCatalog:
    """Resources in memory on top of another catalog; they take precedence if both have a URL and version."""

    def __init__(self, base: Catalog | None = None) -> None:
        self._base: Catalog = base or EmptyCatalog()
        self._systems: dict[str, dict[str, ContentView]] = {}
        self._supplements: dict[str, dict[str, ContentView]] = {}
        self._sets: dict[str, dict[str, ValueSet]] = {}
        self._shadowed: list[ValueSet] = []  # of the same URL and version as another, under another id
        self._maps: list[ConceptMap] = []
        self._all_codes: dict[str, tuple[str, str]] = {}

    def add_code_system(self, view: ContentView) -> None:
        """Add a version or a supplement; a ``not-present`` resource is no version and is left out."""
        info = view.info
        if info.content == "supplement":
            self._supplements.setdefault(info.url, {})[info.version] = view
        elif info.content != "not-present":
            self._systems.setdefault(info.url, {})[info.version] = view
            if info.value_set:
                self._all_codes[info.value_set] = (info.url, info.version)

    def add_value_set(self, value_set: ValueSet) -> None:
        """Add a value set, or replace the one of the same version (one of another id can still be listed)."""
        earlier = self._sets.get(value_set.url, {}).get(value_set.version)
        if earlier is not None and earlier.shell.get("id") != value_set.shell.get("id"):
            self._shadowed.append(earlier)
        self._sets.setdefault(value_set.url, {})[value_set.version] = value_set

    def add_all_codes(self, url: str, system: str, version: str = "") -> None:
        """Add the value set of all codes of a system."""
        self._all_codes[url] = (system, version)

    def add_concept_map(self, concept_map: ConceptMap) -> None:
        """Add a map; several with one canonical are all kept."""
        self._maps.append(concept_map)

    def remove(self, kind: str, url: str, version: str) -> bool:
        """Remove a resource (``CodeSystem``, ``ValueSet`` or ``ConceptMap``); returns whether it existed."""
        if kind == "ConceptMap":
            kept = [m for m in self._maps if (m.url, m.version) != (url, version)]
            found, self._maps = len(kept) < len(self._maps), kept
            return found
        tables = self._sets if kind == "ValueSet" else self._systems
        return tables.get(url, {}).pop(version, None) is not None

    def cache_key(self) -> object | None:
        """None: nothing derived from the resources of a request is cached."""
        return None

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """Computed each time."""
        return make()

    def versions(self, url: str) -> list[str]:
        """Labels of both layers, oldest first."""
        own, below = [v for v in self._systems.get(url, {}) if v], self._base.versions(url)
        return ordered(own + below, self.version_order(url)) if own else below

    def version_order(self, url: str) -> str:
        """That of the lower layer, which knows what the system declares."""
        return self._base.version_order(url)

    def code_system(self, url: str, version: str = "", on: date | None = None) -> ContentView | Missing:
        """The upper layer's version if it has one that matches, else the lower layer's."""
        own = self._systems.get(url)
        if own:
            infos = {v: view.info for v, view in own.items()}
            chosen = pick(infos, version, on, self.version_order(url))
            if isinstance(chosen, str) and not (
                has_wildcard(version) and self._newer_below(url, version, chosen)
            ):
                return own[chosen]
        found = self._base.code_system(url, version, on)
        if isinstance(found, Missing) and found.reason == "unknown_url":
            return self._explain(url, version, on, found)
        return found

    def _newer_below(self, url: str, pattern: str, chosen: str) -> bool:
        order = self.version_order(url)
        below = latest(self._base.versions(url), pattern, order)
        return below is not None and order_key(below, order) > order_key(chosen, order)

    def _explain(self, url: str, version: str, on: date | None, found: Missing) -> Missing:
        if url in self._supplements:
            return Missing("supplement", url, ordered(self._supplements[url])[-1])
        own = self._systems.get(url)
        if not own:
            return found
        chosen = pick({v: view.info for v, view in own.items()}, version, on)
        return (
            Missing(chosen.reason, url, version)
            if isinstance(chosen, Missing)
            else Missing("unknown_version", url, version)
        )

    def require_redistribution(self, url: str, version: str = "", *, end: int | None = None) -> None:
        """As the lower layer, for all but the versions of the upper layer."""
        if version not in self._systems.get(url, {}):
            self._base.require_redistribution(url, version, end=end)

    def behaviour(self, url: str) -> SystemBehaviour:
        """The lower layer's; case-insensitive if the upper layer's content is."""
        found = self._base.behaviour(url)
        own = self._systems.get(url)
        if own and found.case_sensitive and not all(v.info.case_sensitive for v in own.values()):
            return behaviour_of("caseless")
        return found

    def code_validity(self, url: str, code: str, on: date | None = None) -> CodeValidity:
        """By the upper layer's content if it has the system, else as the lower layer."""
        if url not in self._systems:
            return self._base.code_validity(url, code, on)
        view = self.code_system(url, "", on)
        if isinstance(view, Missing) or view.info.content != "complete":
            return CodeValidity(valid=None)
        ident = view.find(code)
        if ident is None:
            return CodeValidity(valid=False, reason="unknown_code")
        inactive = view.concept(ident).inactive
        return CodeValidity(valid=not inactive, reason="inactive" if inactive else "")

    def missing_update(self, url: str, version: str, code: str, on: date | None = None) -> str:
        """As the lower layer, for all but the versions of the upper layer."""
        return (
            "" if version in self._systems.get(url, {}) else self._base.missing_update(url, version, code, on)
        )

    def supplement(self, url: str, version: str = "") -> ContentView | None:
        """A supplement of either layer."""
        own = self._supplements.get(url, {})
        chosen = pick({v: view.info for v, view in own.items()}, version, None)
        return own[chosen] if isinstance(chosen, str) else self._base.supplement(url, version)

    def value_set(self, url: str, version: str = "", on: date | None = None) -> ValueSet | Missing:
        """A stored or an implicit value set."""
        own = self._sets.get(url, {})
        chosen = pick(dict(own), version, on)
        if isinstance(chosen, str):
            return own[chosen]
        found = self._base.value_set(url, version, on)
        if isinstance(found, ValueSet):
            return found
        implied = self._implied(url, version)
        if implied is not None:
            return implied
        return Missing(chosen.reason, url, version) if isinstance(chosen, Missing) else found

    def _implied(self, url: str, version: str) -> ValueSet | None:
        if url in self._all_codes:
            system, label = self._all_codes[url]
            return all_codes(url, system, version or label)
        return implicit(self, url, version)

    def concept_map(self, url: str, version: str = "", on: date | None = None) -> ConceptMap | Missing:
        """A map of either layer; several with one canonical count as one map with the groups of all."""
        own = {m.version: m for m in self._maps if m.url == url}
        chosen = pick(dict(own), version, on)
        if not isinstance(chosen, str):
            return self._base.concept_map(url, version, on)
        same = [m for m in self._maps if (m.url, m.version) == (url, chosen)]
        if len(same) == 1:
            return same[0]
        return msgspec.structs.replace(same[-1], groups=tuple(g for m in same for g in m.groups))

    def code_systems(self) -> list[str]:
        """URLs of both layers."""
        return sorted({*self._systems, *self._base.code_systems()})

    def value_sets(self) -> Iterable[ValueSet]:
        """Value sets of both layers."""
        own = [v for versions in self._sets.values() for v in versions.values()]
        return [*own, *self._shadowed, *self._base.value_sets()]

    def concept_maps(self) -> Iterable[ConceptMap]:
        """Maps of both layers."""
        return [*self._maps, *self._base.concept_maps()]

    def as_known_at(self, known_at: str | None) -> Catalog:
        """The same resources on top of the lower layer at that time (resources sent have no recorded time)."""
        if known_at is None:
            return self
        other = MemoryCatalog(self._base.as_known_at(known_at))
        other._systems, other._supplements = self._systems, self._supplements
        other._sets, other._maps, other._all_codes = self._sets, self._maps, self._all_codes
        other._shadowed = self._shadowed
        return other


def all_codes(url: str, system: str, version: str = "") -> ValueSet:
    """The value set of all codes of a system."""
    include = Include(system=system, version=version, place=("include", 0))
    return ValueSet(url=url, version=version, includes=(include,))


def implicit(catalog: Catalog, url: str, version: str = "") -> ValueSet | None:
    """A value set defined by its URL alone, ``SYSTEM?fhir_vs…``, of a system in the catalog.

    ``SystemBehaviour.implicit_value_set`` defines which exist; ``SYSTEM`` may name an edition or version.
    """
    system, mark, query = url.partition("?fhir_vs")
    if not mark:
        return None
    if edition := system_of_edition(system):
        system, version = edition, version or system
    found = catalog.code_system(system, version)
    if isinstance(found, Missing) and found.reason in ("unknown_url", "unknown_version", "supplement"):
        return None  # a known system without a version in force is reported when the value set is used
    behaviour = behaviour_of("" if isinstance(found, Missing) else found.info.system)
    conditions = behaviour.implicit_value_set(query)
    if conditions is None:
        return None
    filters = tuple(Filter(c.property, c.operator, c.value) for c in conditions)
    include = Include(system=system, version=version, filters=filters, place=("include", 0))
    return ValueSet(url=url, version=version, includes=(include,))
