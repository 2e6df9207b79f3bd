"""A synthetic SNOMED CT: an International edition and a Norwegian extension in genuine RF2, of any size, the same for a seed.

Nothing is licensed: terms are made-up words; only identifiers of metadata (modules, types, reference sets) are the real ones.
Every table is made as its Full form: all rows with their dates. Snapshot and Delta follow from it, so the three agree.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from benchmarks.rf2_identifiers import identifiers, uuids
from benchmarks.rf2_shape import (
    ACCEPTABLE,
    ATTRIBUTES,
    CORE,
    DEFINED,
    DEFINITION,
    FSN,
    GB,
    GP,
    IS_A,
    METADATA,
    MODEL,
    NAMESPACE,
    NB,
    NN,
    NORWAY,
    NUMERIC,
    PREFERRED,
    PRIMITIVE,
    REPLACED_BY,
    ROOT,
    SAME_AS,
    SYNONYM,
    US,
    FullTables,
    Shape,
)
from benchmarks.synthetic import Words

__all__ = ["SyntheticEdition"]


class SyntheticEdition:
    """The tables of both packages."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self._random = np.random.default_rng(shape.seed)
        words = Words(4000 if shape.concepts > 5000 else 300, shape.seed)
        self._english = pl.Series(words.phrases(max(200, shape.concepts // 4), 1, 4))
        self._norwegian = pl.Series(
            [f"{p} på norsk" for p in words.phrases(max(200, shape.concepts // 8), 1, 3)]
        )

    # -- drawing ------------------------------------------------------------------------------------------------------

    def _created(self, count: int, dates: list[str]) -> Any:
        """The number of the release that each of many rows begins in: most in the first."""
        late = self._random.random(count) < 0.03 * (len(dates) - 1)
        return np.where(late, self._random.integers(0, len(dates), count), 0)

    def _lives(self, created: Any, dates: list[str], share: float) -> tuple[pl.Series, pl.Series, Any]:
        """(index of the row, date, active) of rows that begin, and of the share of them that end later."""
        count, last = len(created), len(dates) - 1
        ends = (self._random.random(count) < share) & (created < last)
        end = created + 1 + (self._random.random(count) * (last - created)).astype(np.int64)
        end = np.minimum(end, last)
        index = np.concatenate([np.arange(count), np.flatnonzero(ends)])
        release = np.concatenate([created, end[ends]])
        active = np.concatenate([np.ones(count, dtype=np.int64), np.zeros(int(ends.sum()), dtype=np.int64)])
        return pl.Series(index), pl.Series(dates).gather(release), active

    def _rows(
        self, tables: FullTables, name: str, created: Any, dates: list[str], share: float, **columns: Any
    ) -> None:
        """Add rows with lives to a table; ``columns`` are per row before its lives."""
        if len(created) == 0:
            return
        index, effective, active = self._lives(np.asarray(created), dates, share)
        keys = list(columns)
        found = {n: c if isinstance(c, str) else pl.Series(c).gather(index) for n, c in columns.items()}
        first = {keys[0]: found.pop(keys[0]), "effectiveTime": effective, "active": active}
        tables.add(name, **first, **found)

    # -- International -----------------------------------------------------------------------------------------------

    @cached_property
    def concepts(self) -> pl.Series:
        """International concepts after those of the model."""
        return identifiers(np.arange(1000, 1000 + self.shape.concepts) * 7, "00")

    @cached_property
    def _concept_created(self) -> Any:
        """Concepts are created in the order of their numbers, so that parents are older."""
        return np.sort(self._created(self.shape.concepts, self.shape.dates))

    @cached_property
    def _concept_ends(self) -> Any:
        """The release in which each concept ends; beyond the last for those that stay."""
        last = self.shape.releases - 1
        created = self._concept_created
        ends = (self._random.random(self.shape.concepts) < 0.02) & (created < last)
        return np.where(
            ends, np.minimum(created + 1 + self._random.integers(0, last + 1, len(created)), last), last + 1
        )

    @cached_property
    def international(self) -> dict[str, pl.DataFrame]:
        """The Full tables of the International edition."""
        tables = FullTables()
        self._model(tables)
        self._core_concepts(tables)
        self._hierarchy(tables)
        self._attributes(tables)
        self._english_texts(tables)
        self._reference_sets(tables)
        tables.add(
            "der2_ssRefset_ModuleDependency{}_INT", id=uuids(self.shape.releases, 90)[:1].new_from_index(0, self.shape.releases),
            effectiveTime=pl.Series(self.shape.dates), active="1", moduleId=CORE, refsetId="900000000000534007",
            referencedComponentId=MODEL, sourceEffectiveTime=pl.Series(self.shape.dates),
            targetEffectiveTime=pl.Series(self.shape.dates),
        )  # fmt: skip
        return tables.full

    def _model(self, tables: FullTables) -> None:
        """Concepts of the model, which stay as they are from the first release on."""
        first = self.shape.dates[0]
        attributes = [(a, "762705008", f"Attribute {a[-5:-3]}") for a in ATTRIBUTES]
        attributes += [(a, "762706009", f"Number {a[-5:-3]}") for a in NUMERIC]
        rows = [*METADATA, *attributes]
        ids, parents, names = (pl.Series(c) for c in zip(*rows, strict=True))
        tables.add(
            "sct2_Concept_{}_INT",
            id=ids,
            effectiveTime=first,
            active="1",
            moduleId=MODEL,
            definitionStatusId=PRIMITIVE,
        )
        below = parents != ""
        keys = identifiers(np.arange(200, 200 + int(below.sum())), "02")
        self._is_a(tables, keys, first, ids.filter(below), parents.filter(below), MODEL)
        texts = identifiers(np.arange(200, 200 + len(rows)), "01")
        tables.add(
            "sct2_Description_{}-en_INT", id=texts, effectiveTime=first, active="1", moduleId=MODEL, conceptId=ids,
            languageCode="en", typeId=FSN, term=names + " (metadata)", caseSignificanceId="900000000000448009",
        )  # fmt: skip
        self._accept(
            tables,
            "der2_cRefset_Language{}-en_INT",
            1,
            np.zeros(len(rows), dtype=np.int64),
            US,
            texts,
            PREFERRED,
            MODEL,
        )

    def _is_a(
        self,
        tables: FullTables,
        keys: pl.Series,
        first: str,
        child: pl.Series,
        parent: pl.Series,
        module: str,
    ) -> None:
        tables.add(
            "sct2_Relationship_{}_INT", id=keys, effectiveTime=first, active="1", moduleId=module, sourceId=child,
            destinationId=parent, relationshipGroup="0", typeId=IS_A, characteristicTypeId="900000000000011006",
            modifierId="900000000000451002",
        )  # fmt: skip

    def _accept(
        self,
        tables: FullTables,
        name: str,
        kind: int,
        created: Any,
        refset: str,
        texts: pl.Series,
        how: Any,
        module: str,
    ) -> None:
        dates = self.shape.dates if name.endswith("INT") else self.shape.norwegian_dates
        self._rows(
            tables, name, created, dates, 0.005, id=uuids(len(texts), kind), moduleId=module, refsetId=refset,
            referencedComponentId=texts, acceptabilityId=how,
        )  # fmt: skip

    def _core_concepts(self, tables: FullTables) -> None:
        count, dates = self.shape.concepts, self.shape.dates
        ended = self._concept_ends <= len(dates) - 1
        status = pl.Series([PRIMITIVE, DEFINED]).gather((self._random.random(count) < 0.3).astype(np.int64))
        index = np.concatenate([np.arange(count), np.flatnonzero(ended)])
        release = np.concatenate([self._concept_created, self._concept_ends[ended]])
        active = np.concatenate([np.ones(count, dtype=np.int64), np.zeros(int(ended.sum()), dtype=np.int64)])
        tables.add(
            "sct2_Concept_{}_INT", id=self.concepts.gather(index), effectiveTime=pl.Series(dates).gather(release),
            active=active, moduleId=CORE, definitionStatusId=status.gather(index),
        )  # fmt: skip

    def _parents(self, children: Any) -> Any:
        """An older concept for each: numbers below the child's; the first ones are below the tops."""
        return (children * (0.2 + 0.7 * self._random.random(len(children)))).astype(np.int64)

    def _hierarchy(self, tables: FullTables) -> None:
        """One parent for each concept, a second for a third of them; parents never end while a child lives."""
        count, tops = self.shape.concepts, pl.Series(["404684003", "71388002", "123037004"])
        numbers = np.concatenate([np.arange(count), self._random.integers(count // 3, count, count // 3)])
        above = self._parents(numbers)
        first = numbers < min(20, count)
        parents = self.concepts.gather(above)
        parents = pl.select(
            pl.when(pl.Series(first)).then(tops.gather(numbers % 3)).otherwise(parents)
        ).to_series()
        keys = identifiers(np.arange(1000, 1000 + len(numbers)), "02")
        last = self.shape.releases - 1
        created = self._concept_created[numbers]
        ends = self._concept_ends[numbers]
        moved = (
            (np.arange(len(numbers)) >= count) & (self._random.random(len(numbers)) < 0.05) & (created < last)
        )
        ends = np.where(moved, np.minimum(ends, created + 1), ends)
        self._related(tables, keys, numbers, created, ends, parents, IS_A, "0")

    def _related(
        self,
        tables: FullTables,
        keys: pl.Series,
        numbers: Any,
        created: Any,
        ends: Any,
        values: pl.Series,
        kind: Any,
        group: Any,
    ) -> None:
        dates = self.shape.dates
        ended = np.flatnonzero(ends <= len(dates) - 1)
        index = pl.Series(np.concatenate([np.arange(len(numbers)), ended]))
        release = np.concatenate([created, ends[ended]])
        active = np.concatenate([np.ones(len(numbers), dtype=np.int64), np.zeros(len(ended), dtype=np.int64)])
        concrete = isinstance(values[0], str) and values[0].startswith(("#", '"'))
        name = "sct2_RelationshipConcreteValues_{}_INT" if concrete else "sct2_Relationship_{}_INT"
        target = {"value" if concrete else "destinationId": values.gather(index)}
        tables.add(
            name, id=keys.gather(index), effectiveTime=pl.Series(dates).gather(release), active=active, moduleId=CORE,
            sourceId=self.concepts.gather(pl.Series(numbers).gather(index)), **target,
            relationshipGroup=group if isinstance(group, str) else pl.Series(group).gather(index),
            typeId=kind if isinstance(kind, str) else kind.gather(index), characteristicTypeId="900000000000011006",
            modifierId="900000000000451002",
        )  # fmt: skip

    def _attributes(self, tables: FullTables) -> None:
        """About six attributes for each concept in groups 0 to 3, and numbers for one in ten."""
        count = self.shape.concepts
        numbers = np.sort(self._random.integers(0, count, count * 6))
        last = self.shape.releases - 1
        created = np.minimum(
            self._concept_created[numbers] + (self._random.random(len(numbers)) < 0.05), last
        )
        ends = np.where(self._random.random(len(numbers)) < 0.1, created + 1, self._concept_ends[numbers])
        ends = np.minimum(np.maximum(ends, created + 1), self._concept_ends[numbers])
        dead = ends <= created
        numbers, created, ends = numbers[~dead], created[~dead], ends[~dead]
        values = self.concepts.gather(self._random.integers(0, count, len(numbers)))
        kinds = pl.Series(ATTRIBUTES).gather(self._random.integers(0, len(ATTRIBUTES), len(numbers)))
        keys = identifiers(np.arange(len(numbers)) + 4_000_000, "02")
        self._related(
            tables, keys, numbers, created, ends, values, kinds, self._random.integers(0, 4, len(numbers))
        )
        some = self._random.integers(0, count, max(2, count // 10))
        number = pl.Series(np.round(self._random.random(len(some)) * 100).astype(np.int64)).cast(pl.String)
        values = "#" + number + pl.Series(["", ".5"]).gather(self._random.integers(0, 2, len(some)))
        kinds = pl.Series(NUMERIC).gather(self._random.integers(0, 2, len(some)))
        keys = identifiers(np.arange(len(some)) + 9_000_000, "02")
        self._related(
            tables, keys, some, self._concept_created[some], self._concept_ends[some], values, kinds, "1"
        )

    def _english_texts(self, tables: FullTables) -> None:
        """A fully specified name and about three synonyms for each concept, with US and GB preferences; few definitions."""
        count, dates = self.shape.concepts, self.shape.dates
        numbers = np.concatenate(
            [np.arange(count), np.arange(count), self._random.integers(0, count, int(count * 2.4))]
        )
        kind = np.concatenate(
            [np.zeros(count, dtype=np.int64), np.ones(len(numbers) - count, dtype=np.int64)]
        )
        texts = identifiers(np.arange(len(numbers)) + 10_000, "01")
        created = self._concept_created[numbers]
        drawn = self._english.gather(self._random.integers(0, len(self._english), len(numbers)))
        number = pl.Series(numbers).cast(pl.String)
        terms = pl.select(
            pl.when(pl.Series(kind == 0))
            .then(drawn + " " + number + " (finding)")
            .otherwise(drawn + " " + number)
        ).to_series()
        extra = np.arange(len(numbers)) >= 2 * count
        created = np.where(extra, np.maximum(created, self._created(len(numbers), dates)), created)
        share = 0.02
        index, effective, active = self._lives(created, dates, share)
        keep = (active == 1) | extra[index.to_numpy()]
        index, effective, active = (
            index.filter(pl.Series(keep)),
            effective.filter(pl.Series(keep)),
            active[keep],
        )
        tables.add(
            "sct2_Description_{}-en_INT", id=texts.gather(index), effectiveTime=effective, active=active, moduleId=CORE,
            conceptId=self.concepts.gather(pl.Series(numbers).gather(index)), languageCode="en",
            typeId=pl.Series([FSN, SYNONYM]).gather(pl.Series(kind).gather(index)), term=terms.gather(index),
            caseSignificanceId="900000000000448009",
        )  # fmt: skip
        name = "der2_cRefset_Language{}-en_INT"
        for place, refset in enumerate((US, GB)):
            how = pl.Series([PREFERRED, ACCEPTABLE]).gather(extra.astype(np.int64))
            self._accept(tables, name, 10 + place, created, refset, texts, how, CORE)
        defined = np.arange(0, count, 40)
        self._rows(
            tables, "sct2_TextDefinition_{}-en_INT", self._concept_created[defined], dates, 0.0,
            id=identifiers(np.arange(len(defined)) + 5_000_000, "01"), moduleId=CORE, conceptId=self.concepts.gather(defined),
            languageCode="en", typeId=DEFINITION, term="A long made-up explanation", caseSignificanceId="900000000000448009",
        )  # fmt: skip

    def _reference_sets(self, tables: FullTables) -> None:
        """Associations and reasons of what ended, a simple and an ordered set, a map with rules, OWL, identifiers, MRCM."""
        dates, count, ends = self.shape.dates, self.shape.concepts, self._concept_ends
        gone = np.flatnonzero(ends <= len(dates) - 1)
        replaced = self.concepts.gather(self._random.integers(0, count, len(gone)))
        common = {"moduleId": CORE}
        self._rows(
            tables, "der2_cRefset_Association{}_INT", ends[gone], dates, 0.0, id=uuids(len(gone), 20), **common,
            refsetId=pl.Series([SAME_AS, REPLACED_BY]).gather(gone % 2), referencedComponentId=self.concepts.gather(gone),
            targetComponentId=replaced,
        )  # fmt: skip
        self._rows(
            tables, "der2_cRefset_AttributeValue{}_INT", ends[gone], dates, 0.0, id=uuids(len(gone), 21), **common,
            refsetId="900000000000489007", referencedComponentId=self.concepts.gather(gone), valueId="900000000000482003",
        )  # fmt: skip
        some = np.arange(0, count, 3)
        self._rows(
            tables, "der2_Refset_Simple{}_INT", self._concept_created[some], dates, 0.05, id=uuids(len(some), 22), **common,
            refsetId="723264001", referencedComponentId=self.concepts.gather(some),
        )  # fmt: skip
        few = np.arange(0, count, 50)
        self._rows(
            tables, "der2_iRefset_Ordered{}_INT", self._concept_created[few], dates, 0.0, id=uuids(len(few), 23), **common,
            refsetId="447258008", referencedComponentId=self.concepts.gather(few), order=np.arange(len(few)) + 1,
        )  # fmt: skip
        self._map(
            tables,
            "der2_iisssccRefset_ExtendedMap{}_INT",
            24,
            np.arange(0, count, 2),
            self._concept_created,
            dates,
            CORE,
        )
        every = np.arange(count)
        axiom = "SubClassOf(:" + self.concepts + " :" + ROOT + ")"
        self._rows(
            tables, "sct2_sRefset_OWLExpression{}_INT", self._concept_created, dates, 0.0, id=uuids(count, 25), **common,
            refsetId="733073007", referencedComponentId=self.concepts, owlExpression=axiom,
        )  # fmt: skip
        self._rows(
            tables, "sct2_Identifier_{}_INT", self._concept_created[few], dates, 0.0,
            alternateIdentifier="T-" + pl.Series(few).cast(pl.String), moduleId=CORE, identifierSchemeId="705114005",
            referencedComponentId=self.concepts.gather(few),
        )  # fmt: skip
        tables.add(
            "der2_ssccRefset_MRCMAttributeRange{}_INT", id=uuids(len(ATTRIBUTES), 26), effectiveTime=dates[0], active="1",
            moduleId=MODEL, refsetId="723562003", referencedComponentId=pl.Series(ATTRIBUTES),
            rangeConstraint=f"<< {ROOT} |Root|", attributeRule=f"<< {ROOT}: [0..*] {{ [0..1] {ATTRIBUTES[0]} = << {ROOT} }}",
            ruleStrengthId="723597001", contentTypeId="723596005",
        )  # fmt: skip
        _ = every

    def _map(
        self,
        tables: FullTables,
        name: str,
        kind: int,
        numbers: Any,
        created: Any,
        dates: list[str],
        module: str,
    ) -> None:
        code = (
            pl.Series([chr(65 + int(n) % 26) for n in numbers])
            + pl.Series(10 + numbers % 90).cast(pl.String)
            + ".0"
        )
        rule = pl.Series(["TRUE", "IFA 248152002 | Female (finding) |", "OTHERWISE TRUE"]).gather(numbers % 3)
        self._rows(
            tables, name, created[numbers], dates, 0.02, id=uuids(len(numbers), kind), moduleId=module, refsetId="447562003",
            referencedComponentId=self.concepts.gather(numbers), mapGroup="1", mapPriority="1", mapRule=rule,
            mapAdvice="ALWAYS " + code, mapTarget=code, correlationId="447561005", mapCategoryId="447637006",
        )  # fmt: skip

    # -- Norwegian extension ------------------------------------------------------------------------------------------

    @cached_property
    def extension(self) -> dict[str, pl.DataFrame]:
        """The Full tables of the extension package, without those of the International edition."""
        tables, dates = FullTables(), self.shape.norwegian_dates
        count = max(4, int(self.shape.concepts * self.shape.extension))
        own = identifiers(np.arange(1000, 1000 + count), "10", NAMESPACE)
        created = np.sort(self._created(count, dates))
        tables.add(
            "sct2_Concept_{}_NO1000202",
            id=pl.Series([NORWAY, NB, NN, GP]),
            effectiveTime=dates[0],
            active="1",
            moduleId=NORWAY,
            definitionStatusId=PRIMITIVE,
        )
        self._rows(
            tables,
            "sct2_Concept_{}_NO1000202",
            created,
            dates,
            0.0,
            id=own,
            moduleId=NORWAY,
            definitionStatusId=PRIMITIVE,
        )
        parents = self.concepts.gather(self._random.integers(0, max(1, self.shape.concepts // 2), count))
        ids = pl.concat([pl.Series([NORWAY, NB, NN, GP]), own])
        above = pl.concat([pl.Series(["900000000000441003", *["900000000000455006"] * 3]), parents])
        keys = identifiers(np.arange(len(ids)) + 100, "12", NAMESPACE)
        self._rows(
            tables, "sct2_Relationship_{}_NO1000202", np.concatenate([np.zeros(4, dtype=np.int64), created]), dates, 0.0,
            id=keys, moduleId=NORWAY, sourceId=ids, destinationId=above, relationshipGroup="0", typeId=IS_A,
            characteristicTypeId="900000000000011006", modifierId="900000000000451002",
        )  # fmt: skip
        self._norwegian_texts(tables, ids, created)
        some = np.arange(0, self.shape.concepts, 20)
        self._map(
            tables,
            "der2_iisssccRefset_ExtendedMap{}_NO1000202",
            34,
            some,
            np.zeros(self.shape.concepts, dtype=np.int64),
            dates,
            NORWAY,
        )
        for place, target in enumerate((CORE, MODEL)):
            tables.add(
                "der2_ssRefset_ModuleDependency{}_NO1000202",
                id=uuids(2, 91)[place : place + 1].new_from_index(0, len(dates)), effectiveTime=pl.Series(dates), active="1",
                moduleId=NORWAY, refsetId="900000000000534007", referencedComponentId=target,
                sourceEffectiveTime=pl.Series(dates), targetEffectiveTime=pl.Series(self.shape.dates),
            )  # fmt: skip
        return tables.full

    def _norwegian_texts(self, tables: FullTables, ids: pl.Series, created: Any) -> None:
        """Names of own concepts, and terms of International ones in bokmål, nynorsk and for GPs."""
        dates = self.shape.norwegian_dates
        translated = np.flatnonzero(self._random.random(self.shape.concepts) < self.shape.translated)
        old = np.zeros(len(translated), dtype=np.int64)
        about = pl.concat([ids, ids, self.concepts.gather(translated), self.concepts.gather(translated)])
        began = np.concatenate([np.zeros(4, dtype=np.int64), created])
        began = np.concatenate([began, began, old, old])
        kind = np.concatenate([np.zeros(len(ids)), np.ones(len(about) - len(ids))]).astype(np.int64)
        drawn = self._norwegian.gather(self._random.integers(0, len(self._norwegian), len(about)))
        terms = drawn + " " + pl.Series(np.arange(len(about))).cast(pl.String)
        texts = identifiers(np.arange(len(about)) + 1000, "11", NAMESPACE)
        self._rows(
            tables, "sct2_Description_{}-no_NO1000202", began, dates, 0.0, id=texts, moduleId=NORWAY, conceptId=about,
            languageCode="no", typeId=pl.Series([FSN, SYNONYM]).gather(kind), term=terms, caseSignificanceId="900000000000448009",
        )  # fmt: skip
        second = np.arange(len(about)) >= len(about) - len(translated)
        name = "der2_cRefset_Language{}-no_NO1000202"
        how = pl.Series([PREFERRED, ACCEPTABLE]).gather(second.astype(np.int64))
        self._accept(tables, name, 30, began, NB, texts, how, NORWAY)
        third = np.flatnonzero(second & (np.arange(len(about)) % 3 == 0))
        self._accept(tables, name, 31, began[third], NN, texts.gather(third), PREFERRED, NORWAY)
        fifth = np.flatnonzero(second & (np.arange(len(about)) % 5 == 0))
        self._accept(tables, name, 32, began[fifth], GP, texts.gather(fifth), PREFERRED, NORWAY)
