"""Links between codes of two versions as change events: codes that links connect make one event.

Invariants: every code is in at most one event, every vanished or new code in exactly one. Conversion is automatic
only where each code of the event has exactly one link that way, that link is, and so is every aspect of the codes.
Not here: finding the links (``registry.content.successors``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from registry.content.aspects import Aspect, same_name
from registry.content.change_types import TYPES, by_gravity
from registry.content.display import display_text
from registry.content.successors import Difference, Link
from registry.entities.budget import spend
from registry.entities.messages import joined, message
from registry.entities.records import ConceptRecord
from registry.entities.relationships import BROADER, NARROWER, RELATED
from registry.entities.results.changes import Change
from registry.entities.results.codes import CodeDisplay

__all__ = ["event_of_aspects", "events_of", "key_links", "with_aspects"]

#: A code that may no longer be used keeps its meaning: data coded with its parts can be converted back to it.
_NOT_IN_USE = frozenset({"retired_for_use", "inactivated"})
#: Sources of links, strongest first.
_SOURCES = ("official", "curated", "derived", "structural")
_REVIEWED = frozenset({"official", "curated"})
_EVENT_STEPS = 20  #: steps (``registry.entities.budget``) of one event
_NARROWING, _WIDENING = frozenset({"split", "split_off"}), frozenset({"merged", "taken_over"})


def key_links(found: Difference) -> Iterator[Link]:
    """Concepts that changed their code, and codes that changed their concept, by stable key."""
    for m in found.modified.values():
        if m.before.code != m.after.code:
            yield Link(m.before.code, m.after.code, "recoded", "derived", True, True)
    for code in sorted(found.vanished.keys() & found.appeared.keys()):
        if not same_name(found.vanished[code], found.appeared[code]):
            yield Link(code, code, "code_reused", "derived", False, False)


def events_of(found: Difference, links: Sequence[Link]) -> Iterator[Change]:
    """An event for each group of linked codes, and one for each code that differs and has no link."""
    linked: set[str] = set()
    for group in _groups(sorted(set(links))):  # in an order that does not depend on that of loading
        linked |= group.keys()
        spend(_EVENT_STEPS * len(group))
        yield _together(found, sorted({link for own in group.values() for link in own}), sorted(group))
    for m in found.modified.values():
        if m.before.code not in linked:
            spend(_EVENT_STEPS)
            yield event_of_aspects(m.before, m.after, m.aspects, languages=found.languages)
    for record in (r for r in found.vanished.values() if r.code not in linked):
        spend(_EVENT_STEPS)
        yield _event(found.languages, ["deleted"], [record], [])
    for record in (r for r in found.appeared.values() if r.code not in linked):
        spend(_EVENT_STEPS)
        yield _appeared(found, record)


def event_of_aspects(
    before: ConceptRecord, after: ConceptRecord, aspects: Sequence[Aspect], *, languages: tuple[str, str]
) -> Change:
    """The event of a concept that no link concerns; ``languages``: of the old and the new content."""
    return _event(languages, [a.type for a in aspects], [before], [after], aspects)


def with_aspects(change: Change, aspects: Sequence[Aspect]) -> Change:
    """The event with further facets on which one of its codes differs; the most important facet gives its type."""
    types = by_gravity([*change.aspects, *(a.type for a in aspects)])
    known = list(change.details.get("facets", ()))
    return replace(
        change,
        type=types[0],
        aspects=types,
        relationship=TYPES[types[0]].relationship,
        automatic_forward=change.automatic_forward and all(TYPES[a.type].forward for a in aspects),
        automatic_back=change.automatic_back and all(TYPES[a.type].back for a in aspects),
        details=change.details | {"facets": known + [a.plain() for a in aspects]},
    )


def _groups(links: Sequence[Link]) -> Iterator[dict[str, list[Link]]]:
    """The links of each code, by connected groups of codes."""
    touching: dict[str, list[Link]] = {}
    for link in links:
        touching.setdefault(link.old, []).append(link)
        touching.setdefault(link.new, []).append(link)
    left = dict(touching)
    while left:
        group: dict[str, list[Link]] = {}
        waiting = [next(iter(left))]
        while waiting:
            if (own := left.pop(code := waiting.pop(), None)) is not None:
                group[code] = own
                waiting += [c for link in own for c in (link.old, link.new)]
        yield group


def _together(found: Difference, links: list[Link], codes: list[str]) -> Change:
    """The event of a group of codes; vanished and new codes come before those that remain."""
    before = {c: r for c in codes if (r := found.before(c)) is not None}
    after = {c: r for c in codes if (r := found.after(c)) is not None}
    lasting = {c for c in before if c in after and before[c].stable_key == after[c].stable_key}
    links = sorted(links + [_to_itself(c, c in lasting) for c in before if c in after and not _has(links, c)])
    aspects = [(c, a) for c in before if c in found.modified for a in found.modified[c].aspects]
    shape = _Shape(links, lasting, {c for c, a in aspects if TYPES[a.type].relationship == RELATED})
    types = by_gravity([*shape.types(), *(a.type for _, a in aspects)])
    change = _event(
        found.languages,
        types,
        sorted(before.values(), key=lambda r: (r.code in lasting, r.code)),
        sorted(after.values(), key=lambda r: (r.code not in lasting, r.code)),
        [a for _, a in aspects],
        source=min((link.source for link in links), key=_SOURCES.index),
        reviewed={link.source for link in links if link.old != link.new} <= _REVIEWED,
        note=joined(link.note for link in links),
    )
    ignored = _NOT_IN_USE if _NARROWING & {*types} else frozenset()
    pairs = shape.pairs(change.type)
    return replace(
        change,
        automatic_forward=shape.forward(before) and all(TYPES[a.type].forward for _, a in aspects),
        automatic_back=shape.back(after) and all(TYPES[a.type].back or a.type in ignored for _, a in aspects),
        details=change.details | ({"pairs": pairs} if pairs else {}),
    )


def _has(links: list[Link], code: str) -> bool:
    return any(link.old == link.new == code for link in links)


def _to_itself(code: str, lasting: bool) -> Link:
    """The link of a code that is on both sides: the same concept remains, or another one has the code now."""
    if lasting:
        return Link(code, code, "", "structural", True, True)
    return Link(code, code, "code_reused", "derived", False, False)


class _Shape:
    """The links of one event: their types together, and whether each code has only one link each way."""

    def __init__(self, links: list[Link], lasting: set[str], reworded: set[str]) -> None:
        self.links, self.lasting, self.reworded = links, lasting, reworded
        self.out, self.into = Counter(x.old for x in links), Counter(x.new for x in links)

    def types(self) -> set[str]:
        """Types of the links; splits and folds in one event, and merged texts, are typed by their form."""
        found = {link.type or self._official(link) for link in self.links} - {""}
        if found & _NARROWING and found & _WIDENING:
            found.add("transferred")
        if found == {"recoded"} and max(Counter(x.new for x in self.links if x.type).values(), default=0) > 1:
            found.add("merged")
        return found

    def _official(self, link: Link) -> str:
        """The type of a link from a table, which has only codes."""
        if link.old == link.new:
            return ""
        if link.old in self.lasting:
            return "transferred" if link.new in self.lasting else "split_off"
        if self.out[link.old] > 1:
            return "split"
        return (
            "taken_over" if link.new in self.lasting else "merged" if self.into[link.new] > 1 else "recoded"
        )

    def forward(self, codes: Iterable[str]) -> bool:
        """Whether every old code has only one new code, and all its content may be coded with it."""
        return all(self.out[c] == 1 for c in codes) and all(link.forward for link in self.links)

    def back(self, codes: Iterable[str]) -> bool:
        """Whether every new code has only one old code, and all its content may be coded with it."""
        return all(self.into[c] == 1 for c in codes) and all(link.back for link in self.links)

    def pairs(self, kind: str) -> list[dict[str, str]]:
        """Each pair with its relationship, unless all pairs have the relationship of the type."""
        found = [
            {"from": x.old, "to": x.new, "relationship": self._relationship(x, kind)} for x in self.links
        ]
        plain = len(found) == len(self.out) * len(self.into)
        return [] if plain and {p["relationship"] for p in found} == {TYPES[kind].relationship} else found

    def _relationship(self, link: Link, kind: str) -> str:
        """Relationship of a link: of a code to itself by its other links; of two codes by the link, unless parts moved both ways."""
        if link.old != link.new or link.type:
            own = "transferred" if kind == "transferred" else link.type or self._official(link)
            return TYPES[own].relationship or RELATED
        splits, merges = self.out[link.old] > 1, self.into[link.new] > 1
        return RELATED if splits == merges or link.old in self.reworded else BROADER if splits else NARROWER


def _appeared(found: Difference, record: ConceptRecord) -> Change:
    """Created; or reinstated if an earlier version had the code with the same wording."""
    note = ""
    for earlier in found.earlier(record.code):
        same = same_name(earlier.record, record)
        if same:
            note = message("change.code_before")
            return _event(found.languages, ["reactivated"], [earlier.record], [record], note=note)
        note = note or message("change.code_before_other_label")
        if same is False:
            text = display_text(earlier.record, language=found.languages[0])
            note = message("change.code_before_other_text", text=text)
            break
    return _event(found.languages, ["created"], [], [record], note=note)


def _event(
    languages: tuple[str, str],
    types: Sequence[str],
    inputs: Sequence[ConceptRecord],
    outputs: Sequence[ConceptRecord],
    aspects: Sequence[Aspect] = (),
    *,
    source: str = "derived",
    reviewed: bool = False,
    note: str = "",
) -> Change:
    """A change event of the gravest of the types; automatic only if all of them are.

    ``languages``: of the texts that the old and the new content show.
    """
    names = by_gravity(types)
    return Change(
        type=names[0],
        inputs=[CodeDisplay(code=r.code, display=display_text(r, language=languages[0])) for r in inputs],
        outputs=[CodeDisplay(code=r.code, display=display_text(r, language=languages[1])) for r in outputs],
        aspects=names,
        relationship=TYPES[names[0]].relationship,
        automatic_forward=all(TYPES[t].forward for t in names),
        automatic_back=all(TYPES[t].back for t in names),
        source=source,
        reviewed=reviewed,
        note=note or (message(_NOTES[names[0]]) if names[0] in _NOTES else ""),
        details={"facets": [a.plain() for a in aspects]} if aspects else {},
    )


_NOTES = {
    "relabelled": "change.relabelled",
    "split_off": "change.split_off",
    "transferred": "change.transferred",
}
