"""Strict types for the entries of FHIR's long lists: concepts, references, expansions, map elements; R4 and R5.

They check the form of an entry only; ``codesystem``, ``valueset`` and ``conceptmap`` read its values.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import msgspec

__all__ = ["Concept", "Contains", "Element", "Reference"]

Json = dict[str, Any]
Code = Annotated[str, msgspec.Meta(pattern=r"^[^\s]+(\s[^\s]+)*$")]
Text = Annotated[str, msgspec.Meta(min_length=1)]


class _Base(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, gc=False):
    id: str | None = None
    extension: list[Json] = []
    modifierExtension: list[Json] = []


class _Designation(_Base):
    value: Text | None = None
    _value: Json = {}
    language: str | None = None
    _language: Json = {}
    use: Json | None = None
    additionalUse: list[Json] = []


class _Property(_Base):
    code: Code
    _code: Json = {}
    valueCode: str | None = None
    valueCoding: Json | None = None
    valueString: str | None = None
    valueInteger: int | None = None
    valueBoolean: bool | None = None
    valueDateTime: str | None = None
    valueDecimal: Decimal | None = None
    _valueCode: Json = {}
    _valueString: Json = {}
    _valueInteger: Json = {}
    _valueBoolean: Json = {}
    _valueDateTime: Json = {}
    _valueDecimal: Json = {}


class Concept(_Base):
    """``CodeSystem.concept``."""

    code: Code
    display: Text | None = None
    definition: Text | None = None
    _code: Json = {}
    _display: Json = {}
    _definition: Json = {}
    designation: list[_Designation] = []
    property: list[_Property] = []
    concept: list[Concept] = []


class Reference(_Base):
    """``ValueSet.compose.include.concept``."""

    code: Code
    display: Text | None = None
    _code: Json = {}
    _display: Json = {}
    designation: list[_Designation] = []


class Contains(_Base):
    """``ValueSet.expansion.contains``."""

    system: str | None = None
    abstract: bool | None = None
    inactive: bool | None = None
    version: str | None = None
    code: Code | None = None
    display: Text | None = None
    _display: Json = {}
    designation: list[_Designation] = []
    property: list[Json] = []
    contains: list[Contains] = []


class _Target(_Base):
    code: Code | None = None
    display: Text | None = None
    _display: Json = {}
    valueSet: str | None = None
    equivalence: str | None = None
    relationship: str | None = None
    comment: Text | None = None
    _comment: Json = {}
    property: list[Json] = []
    dependsOn: list[Json] = []
    product: list[Json] = []


class Element(_Base):
    """``ConceptMap.group.element``."""

    code: Code | None = None
    display: Text | None = None
    _display: Json = {}
    valueSet: str | None = None
    noMap: bool | None = None
    target: list[_Target] = []
