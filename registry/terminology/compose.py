"""Evaluation of a value set's definition: imports, choice of versions, set algebra over ids.

The result is used by ``expand`` and ``validation``.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from pyroaring import BitMap

from registry.content.view import ContentView
from registry.entities.budget import spend
from registry.entities.canonical import join, split
from registry.entities.messages import message, worded
from registry.store.cache import bytes_of
from registry.terminology import filters
from registry.terminology.catalog import Missing
from registry.terminology.context import Context, valid_versions
from registry.terminology.issues import Issue, Unanswerable, issue
from registry.terminology.several_versions import Order, excludes_by_code, newest_first, versions_match
from registry.terminology.valueset import Include, ValueSet

__all__ = ["Prepared", "IncludedConcepts", "ExpansionSources", "ids_of", "prepare", "select"]

_DEEPEST = 50  #: imports of imports
_IDS_A_STEP = 1000  #: ids of a set that one step intersects
_CODE_STEPS = 5  #: steps to read a record and to find its code in another version


@dataclass(slots=True, eq=False)
class Prepared:
    """A value set with its resolved imports: canonical as written → prepared value set.

    Value sets that several others import are one object, so this is a graph without cycles; ``height``: imports of
    imports below it.
    """

    value_set: ValueSet
    imports: dict[str, Prepared] = field(default_factory=dict)
    height: int = 0

    def imported(self) -> Iterable[ValueSet]:
        """All value sets it imports, directly or not, each once, except those contained in the resource."""
        seen: set[int] = set()
        named: set[int] = set()
        for canonical, prepared in self._edges(seen):
            if not canonical.startswith("#") and id(prepared) not in named:
                named.add(id(prepared))
                yield prepared.value_set

    def everything(self) -> Iterable[ValueSet]:
        """This value set and all its imports, direct or not, each once."""
        yield self.value_set
        yield from {id(p): p.value_set for _, p in self._edges(set())}.values()

    def _edges(self, seen: set[int]) -> Iterator[tuple[str, Prepared]]:
        """Every import of every value set once, from the top down."""
        for canonical, prepared in self.imports.items():
            spend()
            yield canonical, prepared
            if id(prepared) not in seen:
                seen.add(id(prepared))
                yield from prepared._edges(seen)


class Condition:
    """What an include selects in one version; references the include, whose identity is its key in caches.

    A list of codes is looked up when its ids are first read: an expansion may not need them.
    """

    __slots__ = ("_content", "_ids", "_order", "include")

    def __init__(self, include: Include, content: ContentView) -> None:
        self.include, self._content = include, content
        self._order: list[int] | None = None
        self._ids = None if include.listed else _selected(include, content)

    @property
    def ids(self) -> BitMap:
        """The concepts selected. Not to be changed."""
        if self._ids is None:
            self._look_up()
        return cast("BitMap", self._ids)

    @property
    def order(self) -> list[int] | None:
        """The concepts in the order of a list of codes, each once; None for other conditions."""
        if self._ids is None:
            self._look_up()
        return self._order

    def _look_up(self) -> None:
        spend(len(self.include.listed))
        found = [i for i in self._content.find_many(self.include.listed) if i is not None]
        ids = BitMap(found)
        self._order = found if len(ids) == len(found) else list(dict.fromkeys(found))
        self._ids = ids  # last: other threads look whether it is there

    @property
    def nbytes(self) -> int:
        """Bytes, about."""
        return bytes_of((self.ids, self.order)) + _REFERENCE * len(self.include.listed)


def _selected(include: Include, content: ContentView) -> BitMap:
    if not include.filters:
        return content.all()
    sets = [
        filters.apply(content, condition, (*include.place, "filter", number))
        for number, condition in enumerate(include.filters)
    ]
    return sets[0] if len(sets) == 1 else BitMap.intersection(*sets)


class IncludedConcepts:
    """Concepts of one version that are members; ``include`` selected them (of an imported value set, its own include)."""

    __slots__ = ("_condition", "_ids", "content", "imported", "include", "key")

    def __init__(self, content: ContentView, condition: Condition, *, imported: bool = False) -> None:
        self.content, self.include, self.imported = content, condition.include, imported
        self._condition = condition
        self._ids: BitMap | None = None
        self.key = content.info.url, content.info.version  #: identifies the version

    @property
    def ids(self) -> BitMap:
        """The members: what the condition selects, unless something was taken away."""
        return self._condition.ids if self._ids is None else self._ids

    @ids.setter
    def ids(self, ids: BitMap) -> None:
        self._ids = ids

    @property
    def order(self) -> list[int] | None:
        """The order of a list of codes, which may hold more than the members."""
        return self._condition.order

    @property
    def whole(self) -> bool:
        """Whether nothing was taken away from what the include selects."""
        return self._ids is None

    def of_import(self) -> IncludedConcepts:
        """The same members, for a value set that imports this one."""
        found = IncludedConcepts(self.content, self._condition, imported=True)
        found._ids = self._ids
        return found


@dataclass(slots=True)
class ExpansionSources:
    """Versions and pins used by an evaluation, for the answer."""

    contents: dict[tuple[str, str], ContentView] = field(default_factory=dict)
    pins: list[tuple[str, str]] = field(default_factory=list)  #: parameter, canonical
    dated: set[tuple[str, str]] = field(default_factory=set)  #: contents not chosen only by a lockedDate
    matched: bool = False  #: versions of one system were matched by code

    def add(self, content: ContentView, pin: str, version: str) -> None:
        """Add a version used, and the parameter that chose it."""
        self.contents[(content.info.url, content.info.version)] = content
        used = (pin, join(content.info.url, version))
        if pin and used not in self.pins:
            self.pins.append(used)


def prepare(context: Context, value_set: ValueSet, *, expanding: bool) -> Prepared:
    """Resolve all imports and check all filters; raises Unanswerable (unknown import, cycle, bad filter).

    Each value set is prepared once, however many others import it.
    """
    return _Preparation(context, expanding=expanding).prepare(value_set, ())


class _Preparation:
    """The value sets that one request has prepared, by canonical; without one (contained) by identity."""

    def __init__(self, context: Context, *, expanding: bool) -> None:
        self._context, self._expanding = context, expanding
        self._done: dict[Hashable, Prepared] = {}

    def prepare(self, value_set: ValueSet, path: tuple[str, ...]) -> Prepared:
        """The value set with its imports; ``path``: the value sets that import it."""
        own_canonical = value_set.canonical
        _check_depth(path, 0)
        if value_set.url and own_canonical in path:
            pathway = "[" + ", ".join(path) + "]"
            raise Unanswerable(issue("VALUESET_CIRCULAR_REFERENCE", own_canonical, pathway))
        self._context.require_supplements(value_set.supplements)
        prepared = Prepared(value_set)
        for include in (*value_set.includes, *value_set.excludes):
            _check_include(include)
            for canonical in include.value_sets:
                found = prepared.imports[canonical] = self._import(
                    value_set, canonical, (*path, own_canonical)
                )
                prepared.height = max(prepared.height, found.height + 1)
        return prepared

    def _import(self, parent: ValueSet, canonical: str, path: tuple[str, ...]) -> Prepared:
        spend()
        imported = _imported(self._context, parent, canonical, expanding=self._expanding)
        contained = canonical.startswith("#")
        key: Hashable = id(imported) if contained or not imported.url else imported.canonical
        found = self._done.get(key)
        if found is None:
            found = self._done[key] = self.prepare(imported, path)
        _check_depth(path, found.height)
        return found


def _check_depth(path: tuple[str, ...], height: int) -> None:
    """Raise Unanswerable if imports of imports are too many below ``path``."""
    if len(path) + height > _DEEPEST:
        raise Unanswerable(
            issue("VALUESET_TOO_COSTLY", path[0], message("compose.deep_imports", most=_DEEPEST))
        )


def _check_include(include: Include) -> None:
    """Raise Unanswerable if an include selects nothing or a filter has no value."""
    spend()
    if not include.system and not include.value_sets:
        raise Unanswerable(issue("INCLUDE_OF_NOTHING", place=include.place))
    for number, condition in enumerate(include.filters):
        filters.check(include.system, condition, (*include.place, "filter", number))


def _imported(context: Context, parent: ValueSet, canonical: str, *, expanding: bool) -> ValueSet:
    if canonical.startswith("#"):
        found: ValueSet | Missing = parent.contained.get(canonical[1:]) or Missing("unknown_url", canonical)
    else:
        found = context.value_set(canonical)
    if isinstance(found, ValueSet):
        return found
    url, version = split(canonical)
    pinned = version or context.pins.value_set(url)
    if expanding and pinned:
        raise Unanswerable(issue("VS_EXP_IMPORT_UNK_PINNED", url, pinned))
    if found.reason in ("before_first", "gap", "after_last"):
        raise Unanswerable(issue("VALUESET_NOT_IN_FORCE", url, context.on, worded(found.reason)), soft=True)
    raise Unanswerable(issue("Unable_to_resolve_value_Set_", join(url, pinned)), soft=True)


def content_of(
    context: Context, value_set: ValueSet, include: Include, usage: ExpansionSources
) -> ContentView:
    """The version that an include means; raises Unanswerable where it is unknown or not allowed."""
    system = include.system
    version, pin = context.pins.effective(system, include.version)
    found = context.view(system, version, value_set.locked_date)
    if isinstance(found, Missing):
        raise Unanswerable(unknown_for_expansion(context, found, version, value_set.locked_date))
    refused = context.refused(found)
    if refused is not None and (refused.id != "VERSION_NOT_IN_FORCE" or value_set.locked_date is None):
        raise Unanswerable(refused)
    usage.add(found, pin, version)
    if version or value_set.locked_date is None:
        usage.dated.add((found.info.url, found.info.version))
    return found


def unknown_for_expansion(context: Context, missing: Missing, version: str, locked: date | None) -> Issue:
    """The issue for an unknown system that an expansion needs."""
    system = missing.url
    if missing.reason in ("before_first", "gap", "after_last", "not_loaded"):
        return issue("CODESYSTEM_NOT_IN_FORCE", system, context.day(locked), worded(missing.reason))
    if not version:
        return issue("UNKNOWN_CODESYSTEM_EXP", system)
    known = context.catalog.versions(system)
    name = "UNKNOWN_CODESYSTEM_VERSION_EXP" if known else "UNKNOWN_CODESYSTEM_VERSION_EXP_NONE"
    return issue(name, system, version, valid_versions(known))


_LISTED = 10_000  #: most codes of an include whose ids are cached, because the entry references the include
_REFERENCE = 500  #: estimated bytes of a listed code


def ids_of(context: Context, include: Include, content: ContentView) -> BitMap:
    """Ids that the include's condition selects in the given version, without its imports."""
    return _condition(context, include, content).ids


def _condition(context: Context, include: Include, content: ContentView) -> Condition:
    size = len(include.codes) + len(include.concepts)
    if size > _LISTED or not (size or include.filters):
        return Condition(include, content)
    return context.kept(content, include, lambda: Condition(include, content))


def select(context: Context, prepared: Prepared, usage: ExpansionSources) -> list[IncludedConcepts]:
    """All members of the value set, in the order of its includes; raises Unanswerable."""
    return _Selection(context, usage).members(prepared)


class _Selection:
    """The members of the value sets of one evaluation, each value set evaluated once."""

    def __init__(self, context: Context, usage: ExpansionSources) -> None:
        self._context, self._usage = context, usage
        self._done: dict[int, list[IncludedConcepts]] = {}

    def members(self, prepared: Prepared) -> list[IncludedConcepts]:
        """As ``select``; imports are new objects, so the lists that are kept do not change."""
        context, usage, value_set = self._context, self._usage, prepared.value_set
        chosen = [s for i in value_set.includes for s in self._included(prepared, i)]
        match = versions_match(context, value_set)
        if value_set.excludes:
            removed = [s for i in value_set.excludes for s in self._included(prepared, i)]
            _exclude(chosen, removed, match, usage)
        if value_set.inactive is False:
            for one in chosen:
                one.ids = one.ids - one.content.inactive()
        if match:
            usage.matched = True
            return _merged(chosen, context.catalog.version_order)
        return chosen

    def _imported(self, prepared: Prepared) -> list[IncludedConcepts]:
        found = self._done.get(id(prepared))
        if found is None:
            found = self._done[id(prepared)] = _without_repeats(self.members(prepared))
        return found

    def _included(self, prepared: Prepared, include: Include) -> list[IncludedConcepts]:
        spend()
        imported = [self._imported(prepared.imports[c]) for c in dict.fromkeys(include.value_sets)]
        if include.system:
            content = content_of(self._context, prepared.value_set, include, self._usage)
            own = IncludedConcepts(content, _condition(self._context, include, content))
            return [_within(own, imported)]
        if not imported:
            return []
        first, *others = imported
        return [_within(s.of_import(), others) for s in first]


def _without_repeats(chosen: list[IncludedConcepts]) -> list[IncludedConcepts]:
    """Without what the same include brought before: value sets imported twice would double at every level."""
    seen: dict[tuple[int, tuple[str, str]], BitMap] = {}
    found = []
    for one in chosen:
        key = id(one.include), one.key
        before = seen.get(key)
        if before is None or not one.ids <= before:
            found.append(one)
            seen[key] = one.ids if before is None else before | one.ids
    return found


def _exclude(
    chosen: list[IncludedConcepts],
    removed: list[IncludedConcepts],
    match: bool | None,
    usage: ExpansionSources,
) -> None:
    """Take away what the excludes bring; whether by code or by version is ``several_versions``' to say."""
    included: dict[str, set[str]] = {}
    for one in chosen:
        included.setdefault(one.key[0], set()).add(one.key[1])
    for other in removed:
        system, version = other.key
        versions = included.get(system, set())
        spend(1 + len(chosen))
        by_code = excludes_by_code(other.include.version, version, versions, match)
        usage.matched |= by_code and bool(other.include.version and versions)
        for one in chosen:
            if one.key == other.key or (by_code and one.key[0] == system):
                one.ids = one.ids - _translated(other, one.content)


def _merged(chosen: list[IncludedConcepts], order: Order) -> list[IncludedConcepts]:
    """Only the newest version of each code (rule 5 of ``several_versions``)."""
    newer: dict[str, list[IncludedConcepts]] = {}
    for one in newest_first(chosen, lambda c: c.key, order):
        for other in newer.setdefault(one.key[0], []):
            spend()
            if other.key != one.key:
                one.ids = one.ids - _translated(other, one.content)
        newer[one.key[0]].append(one)
    return chosen


def _within(one: IncludedConcepts, all_of: Sequence[Sequence[IncludedConcepts]]) -> IncludedConcepts:
    for group in all_of:
        spend(1 + len(group) + len(one.ids) // _IDS_A_STEP)
        same = (s for s in group if s.key[0] == one.key[0])
        one.ids = one.ids & BitMap().union(*(_translated(s, one.content) for s in same))
        one.imported = True
    return one


def _translated(one: IncludedConcepts, content: ContentView) -> BitMap:
    """The same codes as ids of another version."""
    if (content.info.url, content.info.version) == one.key:
        return one.ids
    spend(_CODE_STEPS * len(one.ids))
    codes = [r.code for r in one.content.concepts(list(one.ids))]
    return BitMap(i for i in content.find_many(codes) if i is not None)
