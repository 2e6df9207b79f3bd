"""What really changed between two contents of a system: typed change events (DOMAIN, change types; 6, 7).

Derived from the states that only one side has, on facets that both sides assert and codes that both cover.
Structural splits and foldings follow from codes where the system says that a shorter code contains its longer ones.
Pure functions. Not here: which releases are compared (``registry.queries``), official tables, decisions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from registry.content.display import NAMING_KINDS, display_text
from registry.content.label_comparison import same_wording
from registry.entities.records import ConceptRecord, Property
from registry.entities.results import Change, CodeDisplay
from registry.systems import SystemBehaviour

__all__ = ["TYPES", "Aspect", "ChangeType", "Derived", "Side", "aspects_between", "derive", "display_of"]


@dataclass(frozen=True, slots=True)
class ChangeType:
    """Relationship old → new (FHIR R5) and whether the way is automatic forward and back."""

    relationship: str | None
    forward: bool
    back: bool


_EQUIVALENT, _NARROWER, _BROADER = (
    "equivalent",
    "source-is-narrower-than-target",
    "source-is-broader-than-target",
)
#: Every type, gravest first: the gravest aspect of a code gives the type of its event.
TYPES: dict[str, ChangeType] = {
    "code_reused": ChangeType("not-related-to", False, False),
    "activated": ChangeType("not-related-to", False, False),
    "split": ChangeType(_BROADER, False, True),
    "merged": ChangeType(_NARROWER, True, False),
    "transferred": ChangeType("related-to", False, False),
    "split_off": ChangeType(_BROADER, False, True),
    "taken_over": ChangeType(_NARROWER, True, False),
    "deleted": ChangeType(None, False, False),
    "created": ChangeType(None, False, False),
    "criteria_changed": ChangeType("related-to", False, False),
    "relabelled": ChangeType("related-to", False, False),
    "rule_changed": ChangeType("related-to", False, False),
    "dimension_added": ChangeType(_BROADER, False, True),
    "recoded": ChangeType(_EQUIVALENT, True, True),
    "retired_for_use": ChangeType(_EQUIVALENT, False, False),
    "inactivated": ChangeType(_EQUIVALENT, False, False),
    "reactivated": ChangeType(_EQUIVALENT, True, True),
    "property_changed": ChangeType(_EQUIVALENT, True, True),
    "reparented": ChangeType(_EQUIVALENT, True, True),
    "clarified": ChangeType(_EQUIVALENT, True, True),
}
_GRAVITY = {name: n for n, name in enumerate(TYPES)}


@dataclass(frozen=True, slots=True)
class Aspect:
    """One facet that differs: ``facet`` as in ``ReleaseHeader.facets``, with both sides as text."""

    type: str
    facet: str
    old: str = ""
    new: str = ""

    def plain(self) -> dict[str, str]:
        return {"type": self.type, "facet": self.facet, "from": self.old, "to": self.new}


@dataclass(frozen=True)
class Side:
    """One side of a comparison.

    ``differing``: by stable key, the records whose state the other side does not have. ``get``: the record of a
    code on this side. ``covers``: whether absence of a code means that it was not there.
    """

    differing: Mapping[str, ConceptRecord]
    get: Callable[[str], ConceptRecord | None]
    facets: frozenset[str]
    covers: Callable[[str], bool] = lambda code: True


@dataclass
class Derived:
    """Events in order of their first code, and what could not be compared."""

    changes: list[Change] = field(default_factory=list)
    outside: set[str] = field(default_factory=set)  #: codes absent on a side that does not cover them
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    modified: int = 0


def display_of(record: ConceptRecord, languages: Iterable[str] = ()) -> str:
    """The text that stands for the concept: best kind, in the first language that has one."""
    return display_text(record, tuple(languages))


def aspects_between(
    old: ConceptRecord, new: ConceptRecord, facets: frozenset[str], rules: SystemBehaviour
) -> list[Aspect]:
    """Every facet on which the two records differ, gravest first; only facets that both sides assert."""
    if rules.is_reserve(old.code, display_of(old)) and not rules.is_reserve(new.code, display_of(new)):
        return [Aspect("activated", "label", display_of(old), display_of(new))]
    found = [
        *_labels(old, new, facets),
        *_notes(old, new, facets),
        *_flags(old, new, facets),
        *_properties(old, new, facets),
    ]
    if "hierarchy" in facets and set(old.parents) != set(new.parents):
        found.append(Aspect("reparented", "hierarchy", " ".join(old.parents), " ".join(new.parents)))
    if old.code != new.code:
        found.append(Aspect("recoded", "code", old.code, new.code))
    return sorted(found, key=lambda a: (_GRAVITY[a.type], a.facet))


def _labels(old: ConceptRecord, new: ConceptRecord, facets: frozenset[str]) -> Iterator[Aspect]:
    """Differences of designations, kind by kind; a full text that stays makes a new short one wording only."""
    full_same = "label.full" in facets and _texts(old, "label.full") == _texts(new, "label.full")
    kinds = {d.kind for d in (*old.designations, *new.designations)} & facets
    for kind in sorted(kinds):
        a, b = _texts(old, kind), _texts(new, kind)
        if a == b:
            continue
        wording = kind not in NAMING_KINDS or (kind == "label.short" and full_same) or _same_texts(a, b)
        yield Aspect("clarified" if wording else "relabelled", kind, _shown(a), _shown(b))


def _texts(record: ConceptRecord, kind: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for d in record.designations:
        if d.kind == kind:
            found.setdefault(d.language, []).append(d.text)
    return {language: sorted(texts) for language, texts in found.items()}


def _same_texts(a: dict[str, list[str]], b: dict[str, list[str]]) -> bool:
    """Whether every language that both have says the same in other typography; a language more is wording."""
    shared = a.keys() & b.keys()
    return bool(shared) and all(len(a[x]) == len(b[x]) and all(map(same_wording, a[x], b[x])) for x in shared)


def _shown(texts: dict[str, list[str]]) -> str:
    return "; ".join(t for language in sorted(texts) for t in texts[language])


def _notes(old: ConceptRecord, new: ConceptRecord, facets: frozenset[str]) -> Iterator[Aspect]:
    if "notes" not in facets or old.notes == new.notes:
        return
    a, b = ("\n".join(f"{n.kind}: {n.text}" for n in r.notes) for r in (old, new))
    yield Aspect("clarified" if same_wording(a, b) else "criteria_changed", "notes", a, b)


def _flags(old: ConceptRecord, new: ConceptRecord, facets: frozenset[str]) -> Iterator[Aspect]:
    if "inactive" in facets and old.inactive != new.inactive:
        yield Aspect(
            "inactivated" if new.inactive else "reactivated", "inactive", str(old.inactive), str(new.inactive)
        )
    if "selectable" in facets and old.selectable != new.selectable:
        retired = new.selectable is False
        yield Aspect(
            "retired_for_use" if retired else "property_changed",
            "selectable",
            str(old.selectable),
            str(new.selectable),
        )


def _properties(old: ConceptRecord, new: ConceptRecord, facets: frozenset[str]) -> Iterator[Aspect]:
    if old.properties == new.properties:
        return
    names = {p.code for p in (*old.properties, *new.properties) if f"property:{p.code}" in facets}
    for name in sorted(names):
        a, b = (sorted(_value(p) for p in r.properties if p.code == name) for r in (old, new))
        if a != b:
            yield Aspect("property_changed", f"property:{name}", ", ".join(a), ", ".join(b))


def _value(p: Property) -> str:
    return (
        p.value
        if isinstance(p.value, str)
        else str(p.value)
        if isinstance(p.value, bool | int)
        else p.value.code
    )


def derive(
    old: Side,
    new: Side,
    rules: SystemBehaviour,
    *,
    earlier: Callable[[str], ConceptRecord | None] | None = None,
) -> Derived:
    """Type every difference. ``earlier`` gives the record of a code in versions before the old one."""
    return _Derivation(old, new, rules, earlier or (lambda code: None)).run()


class _Derivation:
    """One comparison. Codes are grouped into events: structural ones first, what is left stands alone."""

    def __init__(
        self, old: Side, new: Side, rules: SystemBehaviour, earlier: Callable[[str], ConceptRecord | None]
    ) -> None:
        self.old, self.new, self.rules, self.earlier = old, new, rules, earlier
        self.facets = old.facets & new.facets
        self.result = Derived()
        self.modified: dict[str, tuple[ConceptRecord, ConceptRecord, list[Aspect]]] = {}
        self.gone: dict[str, ConceptRecord] = {}
        self.come: dict[str, ConceptRecord] = {}

    def run(self) -> Derived:
        self._sort_out()
        events = [*self._structural()]
        events += [self._modified(*m) for m in self.modified.values()]
        events += [self._single("deleted", r) for r in self.gone.values()]
        events += [self._appeared(r) for r in self.come.values()]
        self.result.changes = sorted(
            events, key=lambda c: ((c.inputs or c.outputs)[0].code, _GRAVITY[c.type])
        )
        return self.result

    def _sort_out(self) -> None:
        """Part the differing states into modified, gone, come and not comparable."""
        for key, before in self.old.differing.items():
            after = self.new.differing.get(key)
            if after is None:
                self._only(before, self.new, self.gone)
            elif aspects := aspects_between(before, after, self.facets, self.rules):
                self.modified[before.code] = (before, after, aspects)
        for key, after in self.new.differing.items():
            if key not in self.old.differing:
                self._only(after, self.old, self.come)
        self.result.added, self.result.removed = sorted(self.come), sorted(self.gone)
        self.result.modified = len(self.modified)

    def _only(self, record: ConceptRecord, other: Side, into: dict[str, ConceptRecord]) -> None:
        if other.covers(record.code):
            into[record.code] = record
        else:
            self.result.outside.add(record.code)

    def _structural(self) -> Iterator[Change]:
        if not self.rules.contains_longer:
            return
        for parent, children in sorted(self._under(self.come, self.old).items()):
            survivor = self.new.get(parent)
            if survivor is None:
                yield from self._split(parent, children)
            elif not (self._header(self.old.get(parent)) and self._header(survivor)):
                yield self._split_off(parent, survivor, children)
        for parent, children in sorted(self._under(self.gone, self.new).items()):
            yield from self._folded(parent, children)

    def _under(self, codes: dict[str, ConceptRecord], side: Side) -> dict[str, list[str]]:
        """The codes by their nearest containing code on the other side."""
        found: dict[str, list[str]] = {}
        for code in sorted(codes):
            for parent in self.rules.structural_parents(code):
                if side.get(parent) is not None:
                    found.setdefault(parent, []).append(code)
                    break
        return found

    @staticmethod
    def _header(record: ConceptRecord | None) -> bool:
        return record is not None and record.selectable is False

    def _split(self, parent: str, children: list[str]) -> Iterator[Change]:
        """The old code went, longer ones came in its place."""
        before = self.gone.pop(parent, None)
        if before is None:
            return
        outputs = [self.come.pop(c) for c in children]
        yield _change("split", [before], outputs, source="structural")

    def _split_off(self, parent: str, survivor: ConceptRecord, children: list[str]) -> Change:
        """The old code survived but is narrower now, unless it has only become a header."""
        outputs = [survivor, *(self.come.pop(c) for c in children)]
        _, _, aspects = self.modified.pop(parent, (None, None, []))
        before = self.old.get(parent) or survivor
        return _change("split_off", [before], outputs, aspects=aspects, source="structural")

    def _folded(self, parent: str, children: list[str]) -> Iterator[Change]:
        """Longer codes went; the containing code took them over, or came in their place."""
        inputs = [self.gone[c] for c in children if c in self.gone]
        survivor = self.new.get(parent)
        before = self.old.get(parent)
        if not inputs or survivor is None or self._header(survivor):
            return
        for record in inputs:
            del self.gone[record.code]
        if before is None:
            self.come.pop(parent, None)
            yield _change("merged", inputs, [survivor], source="structural")
            return
        _, _, aspects = self.modified.pop(parent, (None, None, []))
        yield _change("taken_over", [*inputs, before], [survivor], aspects=aspects, source="structural")

    def _modified(self, old: ConceptRecord, new: ConceptRecord, aspects: list[Aspect]) -> Change:
        return _change(aspects[0].type, [old], [new], aspects=aspects)

    def _single(self, kind: str, record: ConceptRecord) -> Change:
        return _change(kind, [record], []) if kind == "deleted" else _change(kind, [], [record])

    def _appeared(self, record: ConceptRecord) -> Change:
        """Created, or back again where an earlier version had the code with the same wording."""
        before = self.earlier(record.code)
        if before is None:
            return self._single("created", record)
        if same_wording(display_of(before), display_of(record)):
            return _change("reactivated", [before], [record], note="an earlier version had the code")
        note = f"an earlier version had the code with another text: {display_of(before)}"
        return _change("created", [], [record], note=note)


def _change(
    kind: str,
    inputs: list[ConceptRecord],
    outputs: list[ConceptRecord],
    *,
    aspects: list[Aspect] | None = None,
    source: str = "derived",
    note: str = "",
) -> Change:
    """A change event; automatic only if every aspect of it is."""
    types = [TYPES[kind], *(TYPES[a.type] for a in aspects or [])]
    names = list(dict.fromkeys([kind, *(a.type for a in aspects or [])]))
    return Change(
        type=kind,
        inputs=[CodeDisplay(code=r.code, display=display_of(r)) for r in inputs],
        outputs=[CodeDisplay(code=r.code, display=display_of(r)) for r in outputs],
        aspects=names,
        relationship=TYPES[kind].relationship,
        automatic_forward=all(t.forward for t in types),
        automatic_back=all(t.back for t in types),
        source=source,
        reviewed=False,
        note=note or _note(kind, aspects or []),
        details={"facets": [a.plain() for a in aspects or []]} if aspects else {},
    )


def _note(kind: str, aspects: list[Aspect]) -> str:
    if kind == "relabelled":
        return "the text changed; whether the meaning did is not reviewed"
    if kind == "split_off":
        return "the code goes on with a narrower meaning beside its new longer codes"
    return ""


def count_types(changes: Iterable[Change]) -> dict[str, int]:
    """Number of events by type, in the order of gravity.

    >>> count_types([])
    {}
    """
    counts = Counter(c.type for c in changes)
    return {name: counts[name] for name in TYPES if counts[name]}
