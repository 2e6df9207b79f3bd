"""Context of a terminology operation: catalog, date, version pins (system-version, check-, force-), languages, supplements."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

from registry.content.view import ContentView
from registry.entities.canonical import join, split
from registry.entities.errors import Restricted
from registry.entities.languages import Languages
from registry.entities.messages import message, worded
from registry.systems import SystemBehaviour
from registry.terminology.catalog import Catalog, Missing
from registry.terminology.conceptmap import ConceptMap
from registry.terminology.issues import Issue, Severity, Unanswerable, issue, plural
from registry.terminology.supplemented import SupplementedView
from registry.terminology.valueset import ValueSet
from registry.time.in_force import status_on
from registry.time.version_order import has_wildcard, matches

__all__ = ["Context", "Pins", "canonical_of", "missing_supplements", "valid_versions"]

T = TypeVar("T")
_SHARED = 500  #: contents and behaviours that contexts of one prepared request share


@dataclass(frozen=True, slots=True)
class Pins:
    """Versions that the caller chooses, each a map from canonical URL to version (wildcards allowed).

    ``default``: used if a value set names none; ``check``: likewise, and any other version is an error; ``force``:
    overrides the version of the value set.
    """

    default: tuple[tuple[str, str], ...] = ()
    check: tuple[tuple[str, str], ...] = ()
    force: tuple[tuple[str, str], ...] = ()
    value_sets: tuple[tuple[str, str], ...] = ()

    @staticmethod
    def read(
        default: Iterable[str] = (),
        check: Iterable[str] = (),
        force: Iterable[str] = (),
        value_sets: Iterable[str] = (),
    ) -> Pins:
        """Pins from canonicals ``url|version``."""
        return Pins(*(tuple(split(c) for c in group) for group in (default, check, force, value_sets)))

    def effective(self, system: str, version: str) -> tuple[str, str]:
        """The version to use if a value set names ``version``, and the name of the parameter that chose it."""
        for url, pinned in self.force:
            if url == system:
                return pinned, "force-system-version"
        if version:
            return version, ""
        for name, group in (("system-version", self.default), ("check-system-version", self.check)):
            for url, pinned in group:
                if url == system:
                    return pinned, name
        return "", ""

    def required(self, system: str) -> str:
        """The version that a check parameter requires, or empty."""
        return next((v for url, v in self.check if url == system), "")

    def value_set(self, url: str) -> str:
        """The version of a value set given by default-valueset-version, or empty."""
        return next((v for u, v in self.value_sets if u == url), "")


@dataclass(slots=True)
class Context:
    """The context of one request. ``date_given``: by the caller; ``limit``: most codes in one answer."""

    catalog: Catalog
    pins: Pins = field(default_factory=Pins)
    languages: Languages | None = None
    languages_given: bool = True  #: the caller or the value set's parameters chose them
    on: date | None = None
    date_given: bool = False
    until: date | None = None  #: last day of a date that the caller gave only as month or year
    supplements: tuple[str, ...] = ()
    versions_match: bool | None = None  #: the caller's word on several versions of one system
    limit: int = 10_000
    #: includes of a value set that came with the request, by identity: what they mean is kept for the request alone
    sent: frozenset[int] = frozenset()
    _conditions: dict[Hashable, Any] = field(default_factory=dict)
    #: contents found: they depend on the catalog, the days and the supplements
    _views: dict[tuple[str, str, date | None], ContentView | Missing] = field(default_factory=dict)
    _cache_key: list[object] = field(default_factory=list)
    _behaviours: dict[str, SystemBehaviour] = field(default_factory=dict)
    _maps: dict[tuple[str, str], ConceptMap | Missing] = field(default_factory=dict)
    _mapped: dict[tuple[str, str], ContentView | Missing] = field(default_factory=dict)

    def cache_key(self) -> object | None:
        """The catalog's key, read once: a request uses one state of the catalog."""
        if not self._cache_key:
            self._cache_key.append(self.catalog.cache_key())
        return self._cache_key[0]

    def apart(self) -> Context:
        """A context of the same circumstances, whose languages, pins and supplements a value set may change."""
        return Context(
            catalog=self.catalog,
            pins=self.pins,
            languages=self.languages,
            languages_given=self.languages_given,
            on=self.on,
            date_given=self.date_given,
            until=self.until,
            supplements=self.supplements,
            versions_match=self.versions_match,
            limit=self.limit,
            _views=self._views,
            _cache_key=self._cache_key,
            _behaviours=self._behaviours,
        )

    def kept(self, content: ContentView, include: object, make: Callable[[], T]) -> T:
        """What an include means in a content, made once; kept with the content unless the include was sent along."""
        if id(include) not in self.sent:
            return content.kept(("include", id(include)), make)
        key = (id(include), content.info.url, content.info.version)
        if key not in self._conditions:
            self._conditions[key] = make()
        found: T = self._conditions[key]
        return found

    def behaviour(self, system: str) -> SystemBehaviour:
        """The behaviour of a code system."""
        if system not in self._behaviours:
            _make_room(self._behaviours)
            self._behaviours[system] = self.catalog.behaviour(system)
        return self._behaviours[system]

    def map(self, url: str, version: str, choose: Callable[[], ConceptMap | Missing]) -> ConceptMap | Missing:
        """The chosen map, cached: a context has one day and one state of the catalog."""
        key = (url, version)
        if key not in self._maps:
            self._maps[key] = choose()
        return self._maps[key]

    def mapped(self, system: str, version: str) -> ContentView | Missing:
        """The content that a map's codes are looked up in; the reason ``restricted`` if the caller may not read it."""
        key = (system, version)
        if key not in self._mapped:
            try:
                found = self.catalog.code_system(system, version, self.on)
            except Restricted:
                found = Missing("restricted", system, version)
            self._mapped[key] = found
        return self._mapped[key]

    def view(self, system: str, version: str = "", on: date | None = None) -> ContentView | Missing:
        """A version's content with the used supplements applied; ``on`` overrides the date of the request."""
        key = (system, version, on)
        if key not in self._views:
            found = self.catalog.code_system(system, version, on or self.on)
            if on is None and self.until is not None and (not version or has_wildcard(version)):
                self._same_until(found, system, version, self.until)
            _make_room(self._views)
            self._views[key] = found if isinstance(found, Missing) else self._supplemented(found)
        return self._views[key]

    def _same_until(self, found: ContentView | Missing, system: str, version: str, until: date) -> None:
        """Raise Unanswerable if a month or year has more than one version in force."""
        last = self.catalog.code_system(system, version, until)
        labels = [v if isinstance(v, Missing) else v.info.version for v in (found, last)]
        if differing := first_and_last(*labels):
            raise Unanswerable(issue("DATE_SPANS_VERSIONS", system, self.on, until, differing))

    def _supplemented(self, view: ContentView) -> ContentView:
        extra = [s for s in (self._supplement(c) for c in self.supplements) if _fits(s, view)]
        return SupplementedView(view, extra) if extra else view

    def _supplement(self, canonical: str) -> ContentView:
        found = self.catalog.supplement(*split(canonical))
        if found is None:
            raise Unanswerable(missing_supplements([canonical]))
        return found

    def require_supplements(self, canonicals: Sequence[str]) -> None:
        """Also use these supplements from now on; raises Unanswerable with the unknown ones."""
        if not canonicals and not self.supplements:
            return
        wanted = (*self.supplements, *(c for c in canonicals if c not in self.supplements))
        missing = [c for c in wanted if self.catalog.supplement(*split(c)) is None]
        if missing:
            raise Unanswerable(missing_supplements(missing))
        if wanted != self.supplements:
            self.supplements = wanted
            self._views = {}  # others may share them
            self._conditions = {}

    def value_set(self, canonical: str, version: str = "") -> ValueSet | Missing:
        """A value set by ``url|version``; without a version the pinned one, else the one in force."""
        url, named = split(canonical)
        return self.catalog.value_set(url, version or named or self.pins.value_set(url), self.on)

    def day(self, locked: date | None) -> str:
        """The date used, for messages: a value set's ``lockedDate``, or that of the request."""
        return f"{locked} (lockedDate)" if locked is not None else str(self.on)

    def status_of(self, view: ContentView) -> str:
        """``upcoming`` or ``expired`` if a version does not apply on the date of the request (default today)."""
        found = status_on(view.info, self.on) if self.on is not None else ""
        return found if found in ("upcoming", "expired") else ""

    def not_in_force(self, view: ContentView, place: str = "") -> Issue | None:
        """A warning if a version chosen by name does not apply on the date of the request (default today).

        An error if the caller both checks the version and gives the date.
        """
        info, status = view.info, self.status_of(view)
        if not status:
            return None
        grave = self.date_given and bool(self.pins.required(info.url))
        severity: Severity = "error" if grave else "warning"
        found = issue(
            "VERSION_NOT_IN_FORCE",
            info.url,
            info.version,
            self.on,
            worded(status),
            place=place,
            severity=severity,
        )
        return replace(found, in_message=grave)

    def refused(self, view: ContentView, place: str = "") -> Issue | None:
        """The issue if this version is not the one that a check parameter requires; the request is then refused."""
        if not self.pins.check:
            return None
        info, required = view.info, self.pins.required(view.info.url)
        if required and not matches(required, info.version):
            return issue("VALUESET_VERSION_CHECK", info.url, info.version, required, place=place)
        late = self.not_in_force(view, place)
        return late if late is not None and late.severity == "error" else None


def _make_room(found: dict[Any, Any]) -> None:
    """Empty what requests share once it is large: clients choose the systems and versions that they name."""
    if len(found) >= _SHARED:
        found.clear()


def _fits(supplement: ContentView, view: ContentView) -> bool:
    url, version = split(supplement.info.supplements)
    if url != view.info.url:
        return False
    return (
        not version
        or version == view.info.version
        or (has_wildcard(version) and matches(version, view.info.version))
    )


def missing_supplements(canonicals: list[str]) -> Issue:
    """The issue for unknown supplements."""
    name = plural("VALUESET_SUPPLEMENT_MISSING", canonicals)
    return issue(name, len(canonicals), ", ".join(canonicals))


def valid_versions(versions: list[str]) -> str:
    """Labels as a list for messages.

    >>> valid_versions(["1", "2", "3"])
    '1, 2 or 3'
    """
    return " or ".join(filter(None, [", ".join(versions[:-1]), versions[-1]])) if versions else ""


def canonical_of(view: ContentView) -> str:
    """``url|version`` of a view."""
    return join(view.info.url, view.info.version)


def first_and_last(first: str | Missing, last: str | Missing) -> str:
    """The versions of the first and the last day of a period, or why there is none; empty if both are the same."""
    labels = [worded(v.reason) if isinstance(v, Missing) else v for v in (first, last)]
    return "" if labels[0] == labels[1] else message("layout.first_last", first=labels[0], last=labels[1])
