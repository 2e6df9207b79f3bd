"""Small generated releases as plain rows, and their columns for the packed edition."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from registry.content.packed_edition import (
    ConceptRows,
    DescriptionRows,
    EditionRows,
    MemberRows,
    PackedEdition,
    RelationshipRows,
    packed,
)
from registry.ecl.edition import NONE, Value
from tests.ecl.trees import Pools, sctids

__all__ = ["POOLS", "Description", "Member", "Relationship", "World", "edition_of", "world"]

IS_A = "116680003"
MODULES = ("900000000000207008", "900000000000012004")
STATUSES = ("900000000000074008", "900000000000073002")
TYPES = ("900000000000003001", "900000000000013009", "900000000000550004")
WAYS = ("900000000000548007", "900000000000549004")
ASSOCIATIONS = "900000000000522004"
HISTORY = (
    "900000000000527005",
    "900000000000526001",
    "900000000000525002",
    "900000000000524003",
    "1186924009",
)
LANGUAGE_SETS = ("61000202103", "900000000000508004")
CONCEPTS = tuple(sctids(14))
ATTRIBUTES = tuple(sctids(40))[30:33]
REFSETS = tuple(sctids(60))[50:54]
METADATA = (IS_A, *MODULES, *STATUSES, *TYPES, *WAYS, ASSOCIATIONS, *HISTORY, *LANGUAGE_SETS)
ABSENT = sctids(90)[80]
TEXTS = ("Heart attack", "hjerte-infarkt (type 2)", "Ångst", "Café", "attack of heart", "x", "Hjärta")
CONCRETE: tuple[Value, ...] = (
    Decimal("1"),
    Decimal("1.0"),
    Decimal("-0.50"),
    Decimal("12.25"),
    "a",
    "b",
    True,
)
ALL = (*METADATA, *CONCEPTS, *ATTRIBUTES, *REFSETS)

POOLS = Pools(
    concepts=(*CONCEPTS[:8], *CONCEPTS[-2:], ABSENT, STATUSES[0], TYPES[1], WAYS[0]),
    attributes=(*ATTRIBUTES, IS_A),
    refsets=(*REFSETS, HISTORY[0], LANGUAGE_SETS[0], ABSENT),
    modules=MODULES,
    descriptions=tuple(sctids(6, partition="01")),
    terms=(None,),
    alternates=(("LOINC", "1-8"), ("LOINC", "none")),
    texts=("a", "b", "A"),
    words=("heart", "att", "hjert", "ang", "cafe", "2", "attack of"),
    fields=("mapTarget", "mapGroup", "targetComponentId", "referencedComponentId"),
    aliases=("nb-no", "en-gb"),
    projections=True,
)


@dataclass(frozen=True)
class Relationship:
    """One row; ``target`` or ``value``."""

    source: str
    type: str
    group: int
    target: str | None = None
    value: Value | None = None


@dataclass(frozen=True)
class Description:
    """One row; ``accepted``: language reference set → acceptability."""

    id: str
    concept: str
    type: str
    module: str
    effective: int
    active: bool
    language: str
    text: str
    accepted: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Member:
    """One row; ``fields``: the further columns of its reference set."""

    refset: str
    referenced: str
    module: str
    effective: int
    active: bool
    fields: tuple[tuple[str, str], ...] = ()


@dataclass
class World:
    """A release as lists of rows."""

    active: dict[str, bool] = field(default_factory=dict)
    module: dict[str, str] = field(default_factory=dict)
    effective: dict[str, int] = field(default_factory=dict)
    status: dict[str, str] = field(default_factory=dict)
    relationships: list[Relationship] = field(default_factory=list)
    descriptions: list[Description] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    alternates: dict[tuple[str, str], str] = field(default_factory=dict)
    dialects: dict[str, str] = field(default_factory=dict)

    @property
    def is_a(self) -> list[tuple[str, str]]:
        """(child, parent) of active concepts."""
        rows = [r for r in self.relationships if r.type == IS_A]
        return [(r.source, r.target) for r in rows if r.target and self.active.get(r.target)]


DAYS = (0, 20200131, 20240229)
CONCEPT_FIELDS = {"targetComponentId"}


def world(seed: int) -> World:
    """A release with all kinds of rows."""
    r, made = random.Random(seed), World()
    for n, concept in enumerate(ALL):
        made.active[concept] = n < len(METADATA) or r.random() < 0.75
        made.module[concept], made.effective[concept] = r.choice(MODULES), r.choice(DAYS)
        made.status[concept] = r.choice(STATUSES)
    _relate(made, r)
    _describe(made, r)
    _refer(made, r)
    made.alternates[("LOINC", "1-8")] = r.choice(CONCEPTS)
    made.dialects.update({"nb-no": LANGUAGE_SETS[0], "en-gb": LANGUAGE_SETS[1]})
    return made


def _relate(made: World, r: random.Random) -> None:
    active = [c for c in ALL if made.active[c]]
    for n, child in enumerate(active[1:], 1):
        above = ASSOCIATIONS if child in HISTORY else None
        parents = {above} if above else set(r.choices(active[max(0, n - 9) : n], k=r.choice((1, 1, 2))))
        made.relationships += [Relationship(child, IS_A, 0, target=p) for p in sorted(parents) if p]
    for source in (c for c in CONCEPTS if made.active[c]):
        for _ in range(r.choice((0, 1, 3, 5))):
            kind, group = r.choice(ATTRIBUTES), r.choice((0, 0, 1, 2))
            if r.random() < 0.75:
                row = Relationship(source, kind, group, target=r.choice(CONCEPTS[:6]))
            else:
                row = Relationship(source, kind, group, value=r.choice(CONCRETE))
            made.relationships.append(row)


def _describe(made: World, r: random.Random) -> None:
    for identifier in sctids(40, partition="01"):
        accepted = tuple((s, r.choice(WAYS)) for s in LANGUAGE_SETS if r.random() < 0.6)
        made.descriptions.append(
            Description(
                identifier,
                r.choice(CONCEPTS),
                r.choice(TYPES),
                r.choice(MODULES),
                r.choice(DAYS),
                r.random() < 0.8,
                r.choice(("nb", "en", "sv")),
                r.choice(TEXTS),
                accepted,
            )
        )


def _refer(made: World, r: random.Random) -> None:
    shapes = {
        REFSETS[0]: (),
        REFSETS[1]: ("mapTarget", "mapGroup"),
        REFSETS[2]: ("targetComponentId",),
        REFSETS[3]: (),
    }
    shapes |= dict.fromkeys(HISTORY, ("targetComponentId",))
    for refset, names in shapes.items():
        for _ in range(r.choice((0, 3, 6))):
            values = {
                "mapTarget": r.choice(("J45.9", "heart attack", "")),
                "mapGroup": r.choice(("1", "2", "x")),
            }
            values["targetComponentId"] = r.choice(CONCEPTS)
            row = Member(
                refset,
                r.choice((*CONCEPTS, *CONCEPTS, ABSENT)),
                r.choice(MODULES),
                r.choice(DAYS),
                r.random() < 0.75,
                tuple((n, values[n]) for n in names),
            )
            made.members.append(row)


def edition_of(made: World) -> PackedEdition:
    """The release as packed columns."""
    ids = [*made.active, ABSENT]
    at = {identifier: n for n, identifier in enumerate(ids)}

    def places(found: list[str | None]) -> np.ndarray:
        return np.array([at[f] if f else NONE for f in found], dtype=np.uint32)

    def flags(found: list[bool]) -> np.ndarray:
        return np.array(found, dtype=bool)

    def numbers(found: list[int]) -> np.ndarray:
        return np.array(found, dtype=np.uint32)

    concepts = ConceptRows(
        ids=ids,
        present=flags([i in made.active for i in ids]),
        active=flags([made.active.get(i, False) for i in ids]),
        module=places([made.module.get(i) for i in ids]),
        effective=numbers([made.effective.get(i, 0) for i in ids]),
        status=places([made.status.get(i) for i in ids]),
        child=places([c for c, _ in made.is_a]),
        parent=places([p for _, p in made.is_a]),
    )
    rows, values = made.relationships, [*CONCRETE]
    relationships = RelationshipRows(
        source=places([r.source for r in rows]),
        type=places([r.type for r in rows]),
        target=places([r.target for r in rows]),
        group=numbers([r.group for r in rows]),
        value=numbers([0 if r.value is None else _place(values, r.value) for r in rows]),
        values=values,
    )
    described = made.descriptions
    accepted: dict[tuple[int, int], list[int]] = {}
    for n, d in enumerate(described):
        for refset, way in d.accepted:
            accepted.setdefault((at[refset], at[way]), []).append(n)
    descriptions = DescriptionRows(
        id=np.array([int(d.id) for d in described], dtype=np.uint64),
        concept=places([d.concept for d in described]),
        type=places([d.type for d in described]),
        module=places([d.module for d in described]),
        effective=numbers([d.effective for d in described]),
        active=flags([d.active for d in described]),
        language=[d.language for d in described],
        text=[d.text for d in described],
        accepted=accepted,
    )
    members = sorted(made.members, key=lambda m: at[m.refset])
    fields, columns = _columns(members, at)
    return packed(
        EditionRows(
            concepts=concepts,
            relationships=relationships,
            descriptions=descriptions,
            members=MemberRows(
                refset=places([m.refset for m in members]),
                referenced=places([m.referenced for m in members]),
                active=flags([m.active for m in members]),
                module=places([m.module for m in members]),
                effective=numbers([m.effective for m in members]),
                fields=fields,
                values=columns,
            ),
            alternates={key: at[concept] for key, concept in made.alternates.items()},
            dialects=made.dialects,
        )
    )


def _place(values: list[Value], wanted: Value) -> int:
    return next(n for n, v in enumerate(values) if type(v) is type(wanted) and str(v) == str(wanted))


def _columns(
    members: list[Member], at: dict[str, int]
) -> tuple[dict[int, list[str]], dict[tuple[int, str], list[str] | np.ndarray]]:
    fields: dict[int, list[str]] = {}
    columns: dict[tuple[int, str], list[str]] = {}
    for member in members:
        fields[at[member.refset]] = [name for name, _ in member.fields]
        for name, value in member.fields:
            columns.setdefault((at[member.refset], name), []).append(value)
    found: dict[tuple[int, str], list[str] | np.ndarray] = {}
    for (refset, name), texts in columns.items():
        concepts = np.array([at[t] for t in texts], dtype=np.uint32) if name in CONCEPT_FIELDS else None
        found[refset, name] = texts if concepts is None else concepts
    return fields, found
