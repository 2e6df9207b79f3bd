"""RF2 rows as the registry's records and frames: concepts, descriptions, relationships, members of reference sets.

==============================  =================================================================================
RF2                             here
==============================  =================================================================================
definitionStatusId              property ``sufficientlyDefined``; moduleId and effectiveTime are properties too
typeId of a description         kind of designation; a type without a name keeps its identifier
concrete value ``#5`` ``"x"``   a decimal with its digits, a string
acceptabilityId                 ``preferred``, ``acceptable``
other columns of a set          properties of the member: identifiers are codes, numbers integers, else strings
alternate identifier            member of ``identifier/SCHEME``
==============================  =================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from loaders.formats.rf2.file_types import Rf2File
from registry.entities.records import ConceptRecord, Property, PropertyDefinition
from registry.store.component_frames import SEPARATOR, ComponentFrame, frame_with, shape_of
from registry.systems.snomed import ACCEPTABILITY, DEFINED, DESCRIPTION_TYPES

if TYPE_CHECKING:
    from polars import DataFrame, Expr, Series

__all__ = ["PROPERTIES", "component_frame", "concept_records"]

_INFERRED = "900000000000011006"
_WAYS = {identifier: way for way, identifier in ACCEPTABILITY.items()}
_TYPES = {use.code: kind for kind, use in DESCRIPTION_TYPES.items()}
_NUMBERS = frozenset({"mapGroup", "mapPriority", "mapBlock", "order", "attributeOrder", "descriptionLength"})

PROPERTIES = (
    PropertyDefinition("sufficientlyDefined", "boolean", "http://snomed.info/field/900000000000074008"),
    PropertyDefinition("moduleId", "code", "http://snomed.info/field/900000000000466003"),
    PropertyDefinition("effectiveTime", "string"),
)


@lru_cache(maxsize=4096)
def _properties(module: str, status: str, effective: str) -> tuple[Property, ...]:
    return (
        Property("effectiveTime", effective),
        Property("moduleId", module, "code"),
        Property("sufficientlyDefined", status == DEFINED, "boolean"),
    )


def concept_records(rows: DataFrame) -> Iterator[ConceptRecord]:
    """Concepts without parents, which follow from their relationships."""
    columns = ("id", "moduleId", "definitionStatusId", "effectiveTime", "active")
    for code, module, status, effective, active in zip(*(rows[c].to_list() for c in columns), strict=True):
        properties = _properties(module, status, effective)
        yield ConceptRecord(code=code, properties=properties, inactive=active == "0")


def component_frame(file: Rf2File, rows: DataFrame, notices: tuple[str, ...] = ()) -> ComponentFrame:
    """The rows of a file that is not of concepts."""
    columns: dict[str, Series] = {"module": rows["moduleId"], "inactive": rows["active"] == "0"}
    columns["effective"] = _numbers(rows["effectiveTime"])
    kind, more = _COLUMNS[file.content](file, rows)
    return ComponentFrame(kind, frame_with(kind, columns | more), notices)


def _numbers(texts: Series) -> Series:
    import polars as pl

    return texts.cast(pl.UInt32)


def _evaluated(rows: DataFrame, expression: Expr) -> Series:
    return rows.select(expression).to_series()


def _description(file: Rf2File, rows: DataFrame) -> tuple[str, dict[str, Series]]:
    import polars as pl

    case = _evaluated(rows, pl.concat_str(pl.lit('{"case":"'), "caseSignificanceId", pl.lit('"}')))
    return "description", {
        "key": rows["id"], "concept": rows["conceptId"], "type": rows["typeId"].replace(_TYPES),
        "language": rows["languageCode"], "text": rows["term"], "extra": case,
    }  # fmt: skip


def _relationship(file: Rf2File, rows: DataFrame) -> tuple[str, dict[str, Series]]:
    import polars as pl

    concrete = file.content == "concrete"
    value = rows["value" if concrete else "destinationId"]
    kinds = pl.Series(["code"]).new_from_index(0, rows.height)
    if concrete:
        kinds = pl.select(
            pl.when(value.str.starts_with("#")).then(pl.lit("decimal")).otherwise(pl.lit("string"))
        ).to_series()
        plain = value.str.strip_prefix("#").to_frame("v")
        quoted = pl.col("v").str.starts_with('"') & pl.col("v").str.ends_with('"')
        inner = pl.col("v").str.strip_prefix('"').str.strip_suffix('"')
        value = plain.select(pl.when(quoted).then(inner).otherwise(pl.col("v"))).to_series()
    stated = pl.concat_str(pl.lit('{"characteristic":"'), "characteristicTypeId", pl.lit('"}'))
    extra = pl.when(pl.col("characteristicTypeId") == _INFERRED).then(pl.lit("")).otherwise(stated)
    return "relationship", {
        "key": rows["id"], "concept": rows["sourceId"], "type": rows["typeId"], "value": value,
        "value_type": kinds, "group": _numbers(rows["relationshipGroup"]), "extra": _evaluated(rows, extra),
    }  # fmt: skip


def _member(file: Rf2File, rows: DataFrame) -> tuple[str, dict[str, Series]]:
    import polars as pl

    found = {"key": rows["id"].str.to_lowercase(), "refset": rows["refsetId"]}
    found |= _referenced(rows["referencedComponentId"])
    if file.fields == ("acceptabilityId",):
        found["acceptability"] = rows["acceptabilityId"].replace(_WAYS)
        return "member", found
    shape = shape_of([_field(name) for name in file.fields])
    found["shape"] = pl.Series([shape]).new_from_index(0, rows.height)
    found["text"] = _evaluated(
        rows, pl.concat_str(*file.fields, separator=SEPARATOR) if file.fields else pl.lit("")
    )
    if not file.fields:
        found["text"] = pl.Series([""]).new_from_index(0, rows.height)
    return "member", found


def _field(name: str) -> Property:
    if name in _NUMBERS:
        return Property(name, 0, "integer")
    return Property(name, "", "code" if name.endswith("Id") else "string")


def _referenced(identifiers: Series) -> dict[str, Series]:
    """What members name, and of which kind it is by its partition."""
    import polars as pl

    partition = identifiers.str.slice(-2, 1)
    described = pl.when(partition == "1").then(pl.lit("description"))
    kind = described.when(partition == "2").then(pl.lit("relationship")).otherwise(pl.lit("concept"))
    return {"referenced": identifiers, "of": pl.select(kind).to_series()}


def _identifier(file: Rf2File, rows: DataFrame) -> tuple[str, dict[str, Series]]:
    import polars as pl

    scheme, text = "identifierSchemeId", "alternateIdentifier"
    found = {"key": _evaluated(rows, pl.concat_str(scheme, pl.lit("|"), text))}
    found["refset"] = _evaluated(rows, pl.concat_str(pl.lit("identifier/"), scheme))
    found["shape"] = pl.Series([shape_of([Property(text, "")])]).new_from_index(0, rows.height)
    return "member", found | _referenced(rows["referencedComponentId"]) | {"text": rows[text]}


_COLUMNS = {
    "description": _description,
    "relationship": _relationship,
    "concrete": _relationship,
    "member": _member,
    "identifier": _identifier,
}
