"""Component rows as tables of polars: the form in which loaders give millions of them, and in which they are hashed.

A *frame* has one row for each component, with keys and names as texts:

============  =================================================================================================
kind          columns
============  =================================================================================================
description   key, concept, type, language, text, module, effective, inactive, extra
relationship  key, concept, type, value, value_type, group, module, effective, inactive, extra
member        key, refset, referenced, of, acceptability, shape, text, module, effective, inactive
============  =================================================================================================

``extra`` is JSON of what few rows have (case, use, annotations, characteristic). ``shape`` is JSON of a member's properties
without their values, which ``text`` has, separated by ``SEPARATOR``. Records and frames are equivalent (``frames_of``,
``records_of``); values that are no texts are JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from registry.entities.records import (
    Component,
    DescriptionRecord,
    Designation,
    MemberRecord,
    Property,
    RelationshipRecord,
)
from registry.store.stored_values import reading

if TYPE_CHECKING:
    from polars import DataFrame

__all__ = [
    "COLUMNS",
    "KINDS",
    "SEPARATOR",
    "ComponentFrame",
    "frame_with",
    "frames_of",
    "records_of",
    "shape_of",
]

KINDS = ("description", "relationship", "member")
SEPARATOR = "\x1f"
_COMMON = ("module", "effective", "inactive")
COLUMNS: dict[str, tuple[str, ...]] = {
    "description": ("key", "concept", "type", "language", "text", *_COMMON, "extra"),
    "relationship": ("key", "concept", "type", "value", "value_type", "group", *_COMMON, "extra"),
    "member": ("key", "refset", "referenced", "of", "acceptability", "shape", "text", *_COMMON),
}
_REFERENCES = ("code", "Coding")  #: types of property whose value, if it is a text, is the key of a concept


@dataclass(frozen=True, slots=True)
class ComponentFrame:
    """Many components of one kind, in place of as many records; ``notices``: what the user should know of them."""

    kind: str
    frame: DataFrame
    notices: tuple[str, ...] = ()

    def __len__(self) -> int:
        return int(self.frame.height)


def frame_with(kind: str, columns: dict[str, Any]) -> DataFrame:
    """A frame of a kind; absent columns are empty."""
    import polars as pl

    height = len(next(iter(columns.values())))
    found = {}
    for name in COLUMNS[kind]:
        dtype = (
            pl.UInt32 if name in ("effective", "group") else pl.Boolean if name == "inactive" else pl.String
        )
        blank: Any = 0 if dtype == pl.UInt32 else False if dtype == pl.Boolean else ""
        given = columns.get(name)
        found[name] = pl.Series(name, [blank] * height if given is None else given, dtype=dtype)
    return pl.DataFrame(found)


def frames_of(records: Iterable[Component]) -> Iterator[ComponentFrame]:
    """The records as frames, one for each kind."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        tag = str(record.__struct_config__.tag)
        rows.setdefault(tag, []).append(_ROWS[tag](record))
    for kind, of_kind in rows.items():
        yield ComponentFrame(kind, frame_with(kind, {n: [r.get(n, "") for r in of_kind] for n in of_kind[0]}))


def _common(record: Component) -> dict[str, Any]:
    return {
        "key": record.key,
        "module": record.module,
        "effective": record.effective,
        "inactive": record.inactive,
    }


def _extra(values: dict[str, Any]) -> str:
    """JSON of the values that are not empty, by name."""
    kept = {name: value for name, value in sorted(values.items()) if value}
    return msgspec.json.encode(kept).decode() if kept else ""


def _description_row(record: DescriptionRecord) -> dict[str, Any]:
    d = record.designation
    more: dict[str, Any] = {
        "case": record.case,
        "use": d.use,
        "uses": d.additional_uses,
        "annotations": d.annotations,
    }
    if d.key not in ("", record.key):
        more["key"] = d.key
    elif not d.key:
        more["keyless"] = True
    return _common(record) | {
        "concept": record.concept, "type": d.kind, "language": d.language, "text": d.text, "extra": _extra(more),
    }  # fmt: skip


def _relationship_row(record: RelationshipRecord) -> dict[str, Any]:
    p = record.property
    more: dict[str, Any] = {
        "characteristic": record.characteristic,
        "order": p.order,
        "annotations": p.annotations,
    }
    value = p.value
    if not isinstance(value, str):
        more["json"], value = True, msgspec.json.encode(value).decode()
    return _common(record) | {
        "concept": record.concept, "type": p.code, "value": value, "value_type": p.type, "group": p.group,
        "extra": _extra(more),
    }  # fmt: skip


def shape_of(properties: Sequence[Property]) -> str:
    """The properties of a member without their values."""
    if not properties:
        return ""
    return msgspec.json.encode([_blank(p) for p in properties]).decode()


def _blank(p: Property) -> dict[str, Any]:
    plain = isinstance(p.value, str)
    found: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(p, value="" if plain else 0))
    return found


def _member_row(record: MemberRecord) -> dict[str, Any]:
    values = (p.value for p in record.properties)
    texts = [v if isinstance(v, str) else msgspec.json.encode(v).decode() for v in values]
    return _common(record) | {
        "refset": record.refset, "referenced": record.referenced, "of": record.kind_of_referenced,
        "acceptability": record.acceptability, "shape": shape_of(record.properties),
        "text": SEPARATOR.join(texts),
    }  # fmt: skip


_ROWS: dict[str, Any] = {
    "description": _description_row,
    "relationship": _relationship_row,
    "member": _member_row,
}


def records_of(kind: str, frame: DataFrame) -> list[Component]:
    """The rows of a frame as records, in their order; raises ``StoreDamaged`` for JSON that cannot be read."""
    with reading("component"):
        return [_RECORDS[kind](row) for row in frame.iter_rows(named=True)]


def _description(row: dict[str, Any]) -> DescriptionRecord:
    more = msgspec.json.decode(row["extra"] or "{}")
    extra: dict[str, Any] = {"use": more.get("use"), "additional_uses": more.get("uses", ())}
    extra["annotations"] = more.get("annotations", ())
    key = "" if more.get("keyless") else more.get("key", row["key"])
    text = {"kind": row["type"], "text": row["text"], "language": row["language"], "key": key, **extra}
    found: Designation = msgspec.convert(text, Designation)
    return DescriptionRecord(
        row["key"],
        row["concept"],
        found,
        row["module"],
        row["inactive"],
        row["effective"],
        more.get("case", ""),
    )


def _relationship(row: dict[str, Any]) -> RelationshipRecord:
    more = msgspec.json.decode(row["extra"] or "{}")
    value = msgspec.json.decode(row["value"]) if more.get("json") else row["value"]
    parts = {"code": row["type"], "value": value, "type": row["value_type"], "group": row["group"]}
    parts |= {"order": more.get("order", 0), "annotations": more.get("annotations", ())}
    found: Property = msgspec.convert(parts, Property)
    where = (row["module"], row["inactive"], row["effective"], more.get("characteristic", ""))
    return RelationshipRecord(row["key"], row["concept"], found, *where)


def _member(row: dict[str, Any]) -> MemberRecord:
    shape = msgspec.json.decode(row["shape"]) if row["shape"] else []
    texts = row["text"].split(SEPARATOR) if shape else []
    valued = [
        p | {"value": text if p.get("value") == "" else msgspec.json.decode(text)}
        for p, text in zip(shape, texts, strict=True)
    ]
    own = "description" if row["acceptability"] else "concept"
    return MemberRecord(
        row["key"], row["refset"], row["referenced"], row["acceptability"],
        msgspec.convert(valued, tuple[Property, ...]), row["module"], row["inactive"], row["effective"],
        "" if row["of"] == own else row["of"],
    )  # fmt: skip


_RECORDS: dict[str, Any] = {"description": _description, "relationship": _relationship, "member": _member}


def is_reference(value_type: str) -> bool:
    """Whether the value of a relationship of that type is the key of a concept."""
    return value_type in _REFERENCES
