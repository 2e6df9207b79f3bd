"""Whether a coding belongs to a value set.

Here: includes, excludes and imports, asked about one code. Not here: what is true of the code in its system
(``code_system``), sets of codes (``compose``).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from registry.content.view import ContentView
from registry.entities.extensions import VS_DEPRECATED, named, standards_status
from registry.entities.messages import message
from registry.terminology.catalog import Missing
from registry.terminology.compose import Prepared, ids_of
from registry.terminology.context import Context
from registry.terminology.issues import Issue, issue
from registry.terminology.several_versions import excludes_by_code, newest_first, versions_match
from registry.terminology.validation.judged_version import Agreement, agree
from registry.terminology.validation.types import CodingRequest, CodingResult, ValidationOptions
from registry.terminology.valueset import ConceptReference, Include

__all__ = ["Membership", "infer", "judge"]


@dataclass(slots=True)
class Membership:
    """The verdict of one value set, and what there is to say about how it came about."""

    member: bool | None = False
    content: ContentView | None = None
    agreed: bool = True
    told: ConceptReference | None = None
    named: str = ""  #: the version that the include names
    fragment: bool = False
    issues: list[Issue] = field(default_factory=list)
    caused_by: list[str] = field(default_factory=list)
    contents: list[ContentView] = field(default_factory=list)

    alternatives: list[Membership] = field(default_factory=list)  #: members in other versions, newest first

    @property
    def rank(self) -> tuple[int, bool]:
        """Greater is the better explanation: a yes before an open question before a no, agreement first."""
        return {True: 2, None: 1, False: 0}[self.member], self.agreed

    @property
    def version(self) -> str:
        """The version judged by, empty where there is none."""
        return self.content.info.version if self.content is not None else ""


def judge(context: Context, prepared: Prepared, asked: CodingRequest, rules: ValidationOptions) -> Membership:
    """The verdict on a coding, by the include that explains it best (rules of ``several_versions``)."""
    value_set = prepared.value_set
    found = [_by_include(context, prepared, i, asked, rules) for i in value_set.includes]
    verdicts = _of_the_version([v for m in found if m is not None for v in (m, *m.alternatives)], asked)
    for one in verdicts:
        if one.member and _excluded(context, prepared, asked, rules, one):
            one.member = False
        elif one.member and value_set.inactive is False and _is_inactive(one.content, asked.code):
            one.member = False
            one.issues.append(_not_active(asked))
    if not verdicts:
        return Membership()
    best, *others = _ranked(verdicts, asked.code)
    best.alternatives = [o for o in others if o.member and o.agreed]
    return best


def _ranked(verdicts: list[Membership], code: str) -> list[Membership]:
    """The better explanation first; among equals a version that has the code, then the newest."""

    def key(one: Membership) -> tuple[tuple[int, bool], bool]:
        return one.rank, one.content is not None and one.content.find(code) is not None

    if len(verdicts) == 1:
        return verdicts
    return sorted(newest_first(verdicts, lambda m: m.version), key=key, reverse=True)


def _of_the_version(verdicts: list[Membership], asked: CodingRequest) -> list[Membership]:
    """Where includes name several versions, those of the coding's own version decide (rule 4)."""
    if not asked.version or len(verdicts) < 2:
        return verdicts
    own = [m for m in verdicts if m.agreed and m.content and m.version == asked.version]
    return own or verdicts


def _not_active(asked: CodingRequest) -> Issue:
    return issue(
        "STATUS_CODE_WARNING_CODE", message("status.not_active"), asked.code, place=asked.place.of("code")
    )


def _is_inactive(content: ContentView | None, code: str) -> bool:
    ident = content.find(code) if content else None
    return content is not None and ident is not None and content.concept(ident).inactive


def _excluded(
    context: Context, prepared: Prepared, asked: CodingRequest, rules: ValidationOptions, one: Membership
) -> bool:
    """Whether an exclude removes the member (rules 6 to 9).

    An exclude that names no version means the coding's own where the include names none either, else the version
    that an expansion would use.
    """
    asked = replace(asked, version="") if one.named else asked
    for include in prepared.value_set.excludes:
        best = _by_include(context, prepared, include, asked, rules)
        for out in (best, *best.alternatives) if best is not None else ():
            if out.member and not out.fragment and _removes(context, prepared, asked.system, out, one):
                return True
    return False


def _removes(context: Context, prepared: Prepared, system: str, out: Membership, one: Membership) -> bool:
    if out.content is None or one.content is None or out.version == one.version:
        return True
    included = _included_versions(context, prepared, system)
    return excludes_by_code(out.named, out.version, included, versions_match(context, prepared.value_set))


def _included_versions(context: Context, prepared: Prepared, system: str) -> set[str]:
    """The versions of a system that the includes resolve to."""
    found: set[str] = set()
    for include in prepared.value_set.includes:
        if include.system == system:
            wanted, _ = context.pins.effective(system, include.version)
            content = context.view(system, wanted, prepared.value_set.locked_date)
            found |= set() if isinstance(content, Missing) else {content.info.version}
        elif not include.system and include.value_sets:
            found |= _included_versions(context, prepared.imports[include.value_sets[0]], system)
    return found


def _by_include(
    context: Context, prepared: Prepared, include: Include, asked: CodingRequest, rules: ValidationOptions
) -> Membership | None:
    """The verdict of one include; None where it has nothing to do with the coding's system."""
    if include.system and include.system != asked.system:
        return None
    imported = [judge(context, prepared.imports[c], asked, rules) for c in include.value_sets]
    if not include.system:
        return _all_of(imported) if imported else None
    agreement = agree(context, prepared.value_set, include, asked)
    return _all_of([_in_system(context, include, asked, agreement), *imported])


def _all_of(parts: list[Membership]) -> Membership:
    """All have to hold; the first that does not explains the verdict."""
    worst = min(parts, key=lambda m: m.rank[0])
    told = next((p.told for p in parts if p.told), None)
    if worst.member:
        worst.told = worst.told or told
    worst.contents = list({id(c): c for p in parts for c in p.contents}.values())
    worst.content = worst.content or next((p.content for p in parts if p.content), None)
    return worst


def _in_system(context: Context, include: Include, asked: CodingRequest, agreement: Agreement) -> Membership:
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
    ident = content.find(asked.code)
    if ident is None:
        partial = content.info.content in ("fragment", "example")
        result.fragment = partial and not include.concepts and not include.filters
        result.member = result.fragment or (partial and any(c.code == asked.code for c in include.concepts))
        return result
    result.member = ident in ids_of(context, include, content)
    if include.concepts:
        result.told = _as_listed(include, content, ident)
    return result


def _as_listed(include: Include, content: ContentView, ident: int) -> ConceptReference | None:
    """The include's own word on a concept; where case does not count it may write the code otherwise."""
    code = content.concept(ident).code
    told = next((c for c in include.concepts if c.code == code), None)
    if told is None and not content.info.case_sensitive:
        told = next((c for c in include.concepts if content.find(c.code) == ident), None)
    return told


def infer(context: Context, prepared: Prepared, asked: CodingRequest, rules: ValidationOptions) -> list[str]:
    """Systems of the value set in which the code belongs to it, in the value set's order."""
    systems = [i.system for v in prepared.everything() for i in v.includes if i.system]
    found = []
    for system in dict.fromkeys(systems):
        verdict = judge(
            context, prepared, CodingRequest(system, asked.code, asked.place, asked.version), rules
        )
        if verdict.member and not verdict.fragment:
            found.append(system)
    return found


def remarks(finding: CodingResult, told: ConceptReference | None, canonical: str) -> None:
    """What the value set itself says of the concept."""
    if told is None:
        return
    deprecated = str(named(told.extensions, VS_DEPRECATED)).lower() == "true"
    status = "deprecated" if deprecated else standards_status(told.extensions)
    if status in ("deprecated", "withdrawn"):
        asked = finding.asked
        values = (asked.system, asked.code, status, canonical)
        place = asked.place.of("code")
        finding.issues.append(issue("CONCEPT_DEPRECATED_IN_VALUESET", *values, place=place))
