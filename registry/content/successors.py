"""Successors of codes: links between codes of two versions, with their evidence.

Evidence, strongest first: an official or curated table; an identical text under another code; containment of
longer codes in shorter ones, if the system's behaviour defines it (DOMAIN, change types). A code explained by stronger
evidence is not linked by weaker evidence.
Pure functions. ``registry.content.change_events`` makes events of the links.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from registry.content.aspects import Aspect, naming_texts
from registry.content.display import NAMING_KINDS
from registry.content.label_comparison import normal_form
from registry.entities.budget import spend
from registry.entities.messages import message
from registry.entities.records import ConceptRecord
from registry.systems import SystemBehaviour

_CODE_STEPS = 20  #: steps (``registry.entities.budget``) of the codes that contain a code

__all__ = [
    "Difference",
    "Earlier",
    "Link",
    "Modified",
    "Side",
    "TextLinks",
    "identical_texts",
    "structural_links",
]


class Link(NamedTuple):
    """Content of the code ``old`` moved, or may have moved, to the code ``new``.

    ``type``: the change if this were the only link; empty for a code that keeps its concept, and for a link of an
    official table, which has only codes: its type follows from all links of both codes.
    ``forward``: everything coded ``old`` may be coded ``new``; ``back``: the reverse.
    """

    old: str
    new: str
    type: str
    source: str  #: official, curated, derived (identical text or stable key), structural
    forward: bool
    back: bool
    note: str = ""


class Earlier(NamedTuple):
    """A code's record in a version before the old one, with the facets that the version asserts."""

    facets: Collection[str]
    record: ConceptRecord


def _no_siblings(code: str) -> Iterable[ConceptRecord]:
    return ()


@dataclass(frozen=True)
class Side:
    """One side of a comparison.

    ``differing``: by stable key, the records whose state the other side does not have. ``get``: the record of a
    code on this side. ``covers``: whether absence of a code means that it was not there. ``siblings``: the records
    under the topmost code that contains a code. ``language``: of the texts that are shown.
    """

    differing: Mapping[str, ConceptRecord]
    get: Callable[[str], ConceptRecord | None]
    facets: frozenset[str]
    covers: Callable[[str], bool] = lambda code: True
    siblings: Callable[[str], Iterable[ConceptRecord]] = _no_siblings
    language: str = ""


class Modified(NamedTuple):
    """A concept on both sides, with the facets on which it differs."""

    before: ConceptRecord
    after: ConceptRecord
    aspects: list[Aspect]


@dataclass
class Difference:
    """The differences of two sides: modified concepts, codes of one side only, and codes that cannot be compared."""

    old: Side
    new: Side
    behaviour: SystemBehaviour
    earlier: Callable[[str], Iterable[Earlier]]
    modified: dict[str, Modified] = field(default_factory=dict)  #: by old code
    vanished: dict[str, ConceptRecord] = field(default_factory=dict)
    appeared: dict[str, ConceptRecord] = field(default_factory=dict)
    outside: set[str] = field(default_factory=set)  #: codes absent on a side that does not cover them
    _forms: dict[str, str] = field(default_factory=dict)

    @property
    def languages(self) -> tuple[str, str]:
        """The languages of the texts that each side shows."""
        return self.old.language, self.new.language

    def before(self, code: str) -> ConceptRecord | None:
        """The old record of a code, from the comparison if it has it."""
        if (record := self.vanished.get(code)) is not None:
            return record
        if (change := self.modified.get(code)) is not None:
            return change.before
        return None if code in self.appeared and code not in self.outside else self.old.get(code)

    def after(self, code: str) -> ConceptRecord | None:
        """The new record of a code, from the comparison if it has it."""
        if (record := self.appeared.get(code)) is not None:
            return record
        change = self.modified.get(code)
        if change is not None and change.after.code == code:
            return change.after
        return self.new.get(code)

    def texts(self, record: ConceptRecord) -> dict[str, set[str]]:
        """Naming texts of a record by kind, as written."""
        return naming_texts(record, self.behaviour)

    def forms(self, texts: Iterable[str]) -> set[str]:
        """The normal forms of texts, each made once: full and short texts are often the same."""
        known, found = self._forms, set[str]()
        for text in texts:
            if (form := known.get(text)) is None:
                form = known[text] = normal_form(text)
            found.add(form)
        return found

    def old_texts(self, record: ConceptRecord) -> dict[str, set[str]]:
        """Naming texts of an old record by kind, as written; of kinds that only the new side asserts, from an earlier version."""
        found = self.texts(record)
        wanted = self.new.facets & NAMING_KINDS
        if wanted & found.keys():
            return found
        for earlier in self.earlier(record.code):
            kinds = wanted & set(earlier.facets)
            if kinds and earlier.record.stable_key == record.stable_key:
                texts = self.texts(earlier.record)
                return found | {k: texts[k] for k in kinds if k in texts}
        return found

    def comparable(self, record: ConceptRecord) -> bool:
        """Whether an old record's text could be recognised under another code of the new side."""
        return bool(self.old_texts(record).keys() & self.new.facets)


@dataclass(frozen=True)
class TextLinks:
    """Codes whose text is now identical with that of another code.

    ``contested``: vanished codes whose text several codes have, with these codes. ``claimed``: new codes that have the
    text of a vanished or relabelled code, with or without a link, with these codes.
    """

    links: tuple[Link, ...] = ()
    contested: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    claimed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def identical_texts(found: Difference, explained: Collection[str] = ()) -> TextLinks:
    """Vanished and relabelled codes whose text another code has now and had not before.

    Of several such codes the one with the longest common prefix is proposed, if there is only one.
    """
    lost, gained = _moved_texts(found, explained)
    carriers: dict[str, set[str]] = {}
    for code, texts in gained.items():
        for text in texts:
            carriers.setdefault(text, set()).add(code)
    links: list[Link] = []
    contested: dict[str, tuple[str, ...]] = {}
    claimed: dict[str, tuple[str, ...]] = {}
    for code, texts in sorted(lost.items()):
        spend()
        candidates = {c for text in texts for c in carriers.get(text, ())}
        claimed |= {c: (*claimed.get(c, ()), code) for c in candidates}
        nearest = _nearest(code, candidates)
        if len(nearest) == 1:
            links.append(Link(code, nearest[0], "recoded", "derived", False, False))
        elif nearest and code in found.vanished:
            contested[code] = tuple(nearest)
    return TextLinks(tuple(links), contested, claimed)


def _moved_texts(
    found: Difference, explained: Collection[str]
) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """By code, the texts that vanished and relabelled codes have no more, and that new and relabelled ones have now,
    in normal form. Texts that a relabelled code keeps are normalised only where that could matter."""
    forms = found.forms
    lost = {c: forms(_all(found.old_texts(r))) for c, r in found.vanished.items() if c not in explained}
    gained = {c: forms(_all(found.texts(r))) for c, r in found.appeared.items() if c not in explained}
    relabelled = [
        (m.before.code, _all(found.old_texts(m.before)), _all(found.texts(m.after)))
        for m in _relabelled(found, explained)
    ]
    for code, before, after in relabelled:
        lost[code], gained[code] = forms(before - after), forms(after - before)
    moved = set[str]().union(*lost.values()) & set[str]().union(*gained.values())
    for code, before, after in relabelled:
        if moved & lost[code] or moved & gained[code]:
            lost[code], gained[code] = forms(before) - forms(after), forms(after) - forms(before)
    return lost, gained


def _relabelled(found: Difference, explained: Collection[str]) -> Iterator[Modified]:
    """Codes that remain, with another text."""
    for m in found.modified.values():
        if (
            m.before.code not in explained
            and m.before.code == m.after.code
            and any(a.type in ("relabelled", "activated") for a in m.aspects)
        ):
            yield m


def _all(texts: Mapping[str, set[str]]) -> set[str]:
    return {text for kind in texts.values() for text in kind}


def _nearest(code: str, others: set[str]) -> list[str]:
    """The codes with the longest common prefix with the code."""
    shared = {other: _shared(code, other) for other in others}
    longest = max(shared.values(), default=0)
    return sorted(other for other, length in shared.items() if length == longest)


def _shared(a: str, b: str) -> int:
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def structural_links(found: Difference, texts: TextLinks, explained: Collection[str]) -> list[Link]:
    """Links of codes without stronger evidence, from containment of longer codes in shorter ones."""
    return _Structure(found, texts, explained).links() if found.behaviour.contains_longer else []


class _Structure:
    """Links from a code to its new longer codes, and from vanished longer codes to the code that contains them."""

    def __init__(self, found: Difference, texts: TextLinks, explained: Collection[str]) -> None:
        self.found, self.texts, self.explained = found, texts, explained
        self.origin: dict[str, list[str]] = {}
        for link in texts.links:
            self.origin.setdefault(link.new, []).append(link.old)
        self.moved = {link.old for link in texts.links if link.old in found.vanished}
        self.gains: dict[str, list[str]] = {}  #: old code → new longer codes that it contains
        self.losses: dict[str, list[str]] = {}  #: code → vanished longer codes that it contains

    def links(self) -> list[Link]:
        for code in sorted(self.found.appeared):
            spend(_CODE_STEPS)
            if parent := self._gaining(code):
                self.gains.setdefault(parent, []).append(code)
        for code in sorted(self.found.vanished):
            spend(_CODE_STEPS)
            if parent := self._losing(code):
                self.losses.setdefault(parent, []).append(code)
        links = [link for parent, codes in self.gains.items() for link in self._split(parent, codes)]
        links += [link for parent, codes in self.losses.items() for link in self._fold(parent, codes)]
        return links

    def _gaining(self, code: str) -> str | None:
        """The nearest old code that contains a new one, unless it was and is only a header."""
        if code in self.explained:
            return None
        parent = self._containing(code, self.found.old)
        if parent is None or parent in self.explained:
            return None
        if self._header(self.found.old, parent) and self._header(self.found.new, parent):
            return None
        origins = self.origin.get(code, [])
        inside = origins and all(parent in self.found.behaviour.structural_parents(o) for o in origins)
        return None if inside else parent

    def _losing(self, code: str) -> str | None:
        """The nearest code that contains a vanished one: one that gains codes, or one of the new side."""
        if code in self.explained or code in self.moved or code in self.gains:
            return None
        for parent in self.found.behaviour.structural_parents(code):
            if parent in self.gains:
                return parent
            if self.found.new.get(parent) is not None:
                return None if self._header(self.found.new, parent) else parent
        return None

    def _containing(self, code: str, side: Side) -> str | None:
        parents = self.found.behaviour.structural_parents(code)
        return next((p for p in parents if side.get(p) is not None), None)

    @staticmethod
    def _header(side: Side, code: str) -> bool:
        record = side.get(code)
        return record is not None and record.selectable is False

    def _split(self, parent: str, codes: list[str]) -> Iterator[Link]:
        """Links of a split; automatic back only if no other content may have moved to the new codes."""
        kind = "split_off" if self.found.new.get(parent) is not None else "split"
        lost = [c for c in sorted(self.moved) if parent in self.found.behaviour.structural_parents(c)]
        for code in codes:
            others = [c for c in (*self.texts.claimed.get(code, ()), *lost) if c != parent]
            note = message("change.may_hold", code=code, others=others) if others else ""
            yield Link(parent, code, kind, "structural", False, not others, note)

    def _fold(self, parent: str, codes: list[str]) -> Iterator[Link]:
        """Links of a fold to the containing code; if that is not selectable, perhaps to any code it gained."""
        if self.found.new.get(parent) is None or self._header(self.found.new, parent):
            for code in codes:
                for gained in self.gains.get(parent, ()):
                    yield Link(code, gained, "transferred", "structural", False, False)
            return
        kind = "taken_over" if self.found.old.get(parent) is not None else "merged"
        for code in codes:
            note = self._doubt(code, parent)
            yield Link(code, parent, kind, "structural", not note, False, note)

    def _doubt(self, code: str, target: str) -> str:
        """Why a vanished code may have moved elsewhere than to the code that contains it; empty if there is no evidence."""
        record = self.found.vanished[code]
        if not self.found.comparable(record):
            return message("change.labels_differ", code=code)
        others = [*self.texts.contested.get(code, ()), *self._same_text(record, target)]
        return message("change.text_elsewhere", code=code, others=others) if others else ""

    def _same_text(self, record: ConceptRecord, target: str) -> list[str]:
        """Codes of the same family that have the vanished code's text and had it before."""
        forms = self.found.forms
        texts = forms(_all(self.found.old_texts(record)))
        return sorted(
            r.code
            for r in self.found.new.siblings(record.code)
            if r.code != target and texts & forms(_all(self.found.texts(r)))
        )
