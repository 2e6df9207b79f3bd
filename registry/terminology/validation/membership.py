"""Whether a coding belongs to a value set.

Includes, excludes and imports are evaluated for one code; sets of codes are in ``compose``.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace

from registry.content.view import ContentView
from registry.entities.annotations import DEPRECATED, standards_status, value_named
from registry.entities.budget import spend
from registry.entities.messages import message
from registry.terminology.catalog import Missing
from registry.terminology.compose import Prepared, ids_of
from registry.terminology.context import Context
from registry.terminology.issues import Issue, issue
from registry.terminology.several_versions import Order, excludes_by_code, newest_first, versions_match
from registry.terminology.validation.judged_version import Agreement, agree
from registry.terminology.validation.types import CodingRequest, CodingResult
from registry.terminology.valueset import ConceptReference, Include

__all__ = ["Membership", "infer", "judge"]

_CODES_A_STEP = 20  #: listed codes that one step compares


@dataclass(slots=True)
class Membership:
    """The verdict of one value set, with the issues found."""

    member: bool | None = False
    content: ContentView | None = None
    agreed: bool = True
    value_set_concept: ConceptReference | None = None
    named: str = ""  #: version named by the include
    fragment: bool = False
    issues: list[Issue] = field(default_factory=list)
    caused_by: list[str] = field(default_factory=list)
    contents: list[ContentView] = field(default_factory=list)

    alternatives: list[Membership] = field(default_factory=list)  #: members in other versions, newest first

    @property
    def rank(self) -> tuple[int, bool]:
        """Sort key; greater is the better explanation: member, then unknown, then no member; agreement first."""
        return {True: 2, None: 1, False: 0}[self.member], self.agreed

    @property
    def version(self) -> str:
        """The version used; empty if there is none."""
        return self.content.info.version if self.content is not None else ""

    @property
    def system_version(self) -> tuple[str, str]:
        """URL and label of the version used; empty if there is none."""
        return (self.content.info.url if self.content is not None else "", self.version)


def judge(context: Context, prepared: Prepared, coding: CodingRequest) -> Membership:
    """The verdict on a coding, by the include that explains it best (rules of ``several_versions``)."""
    return _Judge(context).judge(prepared, coding)


class _Judge:
    """Judges one coding in a value set and its imports; each value set is judged once."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._done: dict[tuple[int, CodingRequest], Membership] = {}

    def imported(self, prepared: Prepared, coding: CodingRequest) -> Membership:
        """The verdict of an imported value set, as an object of its own."""
        key = id(prepared), coding
        found = self._done.get(key)
        if found is None:
            found = self._done[key] = self.judge(prepared, coding)
        return _copy(found)

    def judge(self, prepared: Prepared, coding: CodingRequest) -> Membership:
        """The verdict of a value set."""
        value_set = prepared.value_set
        found = [self.by_include(prepared, i, coding) for i in value_set.includes]
        verdicts = _of_the_version([v for m in found if m is not None for v in (m, *m.alternatives)], coding)
        for one in verdicts:
            one.alternatives = []
        for one in verdicts:
            if one.member and self._excluded(prepared, coding, one):
                one.member = False
            elif one.member and value_set.inactive is False and _is_inactive(one.content, coding.code):
                one.member = False
                one.issues.append(_not_active(coding))
        if not verdicts:
            return Membership()
        best, *others = _ranked(verdicts, coding.code, self.context.catalog.version_order)
        best.alternatives = _distinct(best, others)
        return best

    def by_include(self, prepared: Prepared, include: Include, coding: CodingRequest) -> Membership | None:
        """The verdict of one include; None if it is not about the coding's system."""
        spend()
        if include.system and include.system != coding.system:
            return None
        imported = [self.imported(prepared.imports[c], coding) for c in dict.fromkeys(include.value_sets)]
        if not include.system:
            return _all_of(imported) if imported else None
        agreement = agree(self.context, prepared.value_set, include, coding)
        return _all_of([_in_system(self.context, include, coding, agreement), *imported])

    def _excluded(self, prepared: Prepared, coding: CodingRequest, one: Membership) -> bool:
        """Whether an exclude removes the member (rules 6 to 9).

        An exclude without a version means the coding's version if the include names none either, else the version
        that an expansion would use.
        """
        coding = replace(coding, version="") if one.named else coding
        for include in prepared.value_set.excludes:
            best = self.by_include(prepared, include, coding)
            for out in (best, *best.alternatives) if best is not None else ():
                if out.member and not out.fragment and self._removes(prepared, coding.system, out, one):
                    return True
        return False

    def _removes(self, prepared: Prepared, system: str, out: Membership, one: Membership) -> bool:
        if out.content is None or one.content is None or out.version == one.version:
            return True
        included = _included_versions(self.context, prepared, system, set())
        match = versions_match(self.context, prepared.value_set)
        return excludes_by_code(out.named, out.version, included, match)


def _copy(one: Membership) -> Membership:
    """The verdict as a new object: who takes it over may change it."""
    spend(1 + len(one.alternatives))
    return replace(
        one,
        issues=[*one.issues],
        caused_by=[*one.caused_by],
        contents=[*one.contents],
        alternatives=[_copy(a) for a in one.alternatives],
    )


def _distinct(best: Membership, others: list[Membership]) -> list[Membership]:
    """The other members, each once: a value set imported twice would double them at every level."""
    if not others:
        return others
    members = {_key(o): o for o in reversed(others) if o.member and o.agreed}
    members.pop(_key(best), None)
    return [o for o in others if members.get(_key(o)) is o]


def _key(one: Membership) -> Hashable:
    """Equal for verdicts that say the same of the same version."""
    concept, contents = one.value_set_concept, tuple(map(id, one.contents))
    listed = None if concept is None else (concept.code, concept.display, concept.designations)
    return id(one.content), listed, one.named, one.fragment, tuple(one.issues), contents


def _ranked(verdicts: list[Membership], code: str, order: Order) -> list[Membership]:
    """The best explanation first; then a version that has the code, then the newest."""

    def key(one: Membership) -> tuple[tuple[int, bool], bool]:
        return one.rank, one.content is not None and one.content.find(code) is not None

    if len(verdicts) == 1:
        return verdicts
    return sorted(newest_first(verdicts, lambda m: m.system_version, order), key=key, reverse=True)


def _of_the_version(verdicts: list[Membership], coding: CodingRequest) -> list[Membership]:
    """If includes name several versions, only those of the coding's version (rule 4)."""
    if not coding.version or len(verdicts) < 2:
        return verdicts
    own = [m for m in verdicts if m.agreed and m.content and m.version == coding.version]
    return own or verdicts


def _not_active(coding: CodingRequest) -> Issue:
    return issue(
        "STATUS_CODE_WARNING_CODE", message("status.not_active"), coding.code, place=coding.place.of("code")
    )


def _is_inactive(content: ContentView | None, code: str) -> bool:
    ident = content.find(code) if content else None
    return content is not None and ident is not None and content.concept(ident).inactive


def _included_versions(context: Context, prepared: Prepared, system: str, seen: set[int]) -> set[str]:
    """The versions of a system to which the includes resolve; ``seen``: value sets that were visited."""
    found: set[str] = set()
    if id(prepared) in seen:
        return found
    seen.add(id(prepared))
    for include in prepared.value_set.includes:
        spend()
        if include.system == system:
            wanted, _ = context.pins.effective(system, include.version)
            content = context.view(system, wanted, prepared.value_set.locked_date)
            found |= set() if isinstance(content, Missing) else {content.info.version}
        elif not include.system and include.value_sets:
            found |= _included_versions(context, prepared.imports[include.value_sets[0]], system, seen)
    return found


def _all_of(parts: list[Membership]) -> Membership:
    """The verdict if all parts must be met: the first that is not met explains it."""
    worst = min(parts, key=lambda m: m.rank[0])
    value_set_concept = next((p.value_set_concept for p in parts if p.value_set_concept), None)
    if worst.member:
        worst.value_set_concept = worst.value_set_concept or value_set_concept
    worst.contents = list({id(c): c for p in parts for c in p.contents}.values())
    worst.content = worst.content or next((p.content for p in parts if p.content), None)
    return worst


def _in_system(context: Context, include: Include, coding: CodingRequest, agreement: Agreement) -> Membership:
    result = Membership(
        content=agreement.content,
        named=include.version,
        agreed=agreement.agreed and not any(i.severity == "error" for i in agreement.issues),
        issues=agreement.issues,
        caused_by=agreement.caused_by,
    )
    if not agreement.known or agreement.content is None:
        result.member = None
        return result
    content = agreement.content
    result.contents.append(content)
    ident = content.find(coding.code)
    if ident is None:
        partial = content.info.content in ("fragment", "example")
        result.fragment = partial and not include.listed and not include.filters
        result.member = result.fragment or (partial and include.reference(coding.code) is not None)
        return result
    result.member = ident in ids_of(context, include, content)
    if include.listed:
        result.value_set_concept = _as_listed(include, content, ident)
    return result


def _as_listed(include: Include, content: ContentView, ident: int) -> ConceptReference | None:
    """The include's entry for a concept; in case-insensitive systems its code may be written in other case."""
    code = content.concept(ident).code
    value_set_concept = include.reference(code)
    if value_set_concept is None and not content.info.case_sensitive:
        spend(len(include.listed) // _CODES_A_STEP)
        other = next((c for c in include.listed if content.find(c) == ident), None)
        value_set_concept = None if other is None else include.reference(other)
    return value_set_concept


def infer(context: Context, prepared: Prepared, coding: CodingRequest) -> list[str]:
    """Systems of the value set in which the code belongs to it, in the value set's order."""
    systems = [i.system for v in prepared.everything() for i in v.includes if i.system]
    found = []
    for system in dict.fromkeys(systems):
        verdict = judge(context, prepared, CodingRequest(system, coding.code, coding.place, coding.version))
        if verdict.member and not verdict.fragment:
            found.append(system)
    return found


def remarks(finding: CodingResult, value_set_concept: ConceptReference | None, canonical: str) -> None:
    """Issues from the value set's entry for the concept."""
    if value_set_concept is None:
        return
    deprecated = str(value_named(value_set_concept.annotations, DEPRECATED)).lower() == "true"
    status = "deprecated" if deprecated else standards_status(value_set_concept.annotations)
    if status in ("deprecated", "withdrawn"):
        coding = finding.coding
        values = (coding.system, coding.code, status, canonical)
        place = coding.place.of("code")
        finding.issues.append(issue("CONCEPT_DEPRECATED_IN_VALUESET", *values, place=place))
