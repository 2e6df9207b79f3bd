"""Strict access to the JSON of FHIR resources: texts, lists, dates, codings; errors name the path of the element."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from loaders.formats.fhir.extension_names import annotation_of
from registry.entities.annotations import Annotation
from registry.entities.errors import ContentError
from registry.entities.exact_json import decimal_text
from registry.entities.messages import message
from registry.entities.records import Coding

__all__ = [
    "PERIODS",
    "annotations",
    "coding",
    "elements",
    "extensions",
    "items",
    "period",
    "read_date",
    "text",
    "texts",
    "typed_value",
]

Json = Mapping[str, Any]

_VALUE_TYPES = {
    "valueCode": "code",
    "valueString": "string",
    "valueInteger": "integer",
    "valueBoolean": "boolean",
    "valueDateTime": "dateTime",
    "valueDecimal": "decimal",
    "valueCoding": "Coding",
}
_PYTHON: dict[str, tuple[type, ...]] = {
    "code": (str,),
    "string": (str,),
    "dateTime": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "decimal": (int, float, Decimal),
}
#: how extensions that carry an effective period end
PERIODS = (
    "resource-effectivePeriod",
    "cqf-effectivePeriod",
    "CodeSystem.effectivePeriod",
    "ValueSet.effectivePeriod",
    "ConceptMap.effectivePeriod",
)


def text(resource: Json, name: str, path: str) -> str:
    """A text element, or empty; raises ContentError for anything but a text."""
    value = resource.get(name, "")
    if not isinstance(value, str):
        raise ContentError(message("fhir.name_text", name=name), line=f"{path}.{name}")
    return value


def texts(resource: Json, name: str, path: str) -> tuple[str, ...]:
    """A list of texts."""
    if name not in resource:
        return ()
    value = resource[name]
    if not isinstance(value, list) or any(not isinstance(v, str) for v in value):
        raise ContentError(message("fhir.name_texts", name=name), line=f"{path}.{name}")
    return tuple(value)


def items(resource: Json, name: str, path: str) -> Iterator[tuple[Json, str]]:
    """The objects of a list with the path of each."""
    if name not in resource:
        return iter(())
    value = resource[name]
    if not isinstance(value, list):
        raise ContentError(message("fhir.name_list", name=name), line=f"{path}.{name}")
    return elements(value, f"{path}.{name}")


def elements(listed: Iterable[Any], path: str) -> Iterator[tuple[Json, str]]:
    """The objects of a list, held or read on the way, with the path of each."""
    for number, item in enumerate(listed):
        where = f"{path}[{number}]"
        if not isinstance(item, dict):
            raise ContentError(message("fhir.not_object"), line=where)
        yield item, where


def extensions(resource: Json, path: str) -> tuple[dict[str, Any], ...]:
    """The extensions as they are, those inside them too; each needs a name."""
    if "extension" not in resource:
        return ()
    found = []
    for extension, where in items(resource, "extension", path):
        if not text(extension, "url", where):
            raise ContentError(message("fhir.extension_url"), line=f"{where}.url")
        extensions(extension, where)
        found.append(dict(extension))
    return tuple(found)


def annotations_of(element: Json, path: str) -> tuple[Annotation, ...]:
    """The extensions of an element as annotations."""
    return tuple(annotation_of(e) for e in extensions(element, path))


def coding(value: Json, path: str) -> Coding:
    """A Coding."""
    if not isinstance(value, dict):
        raise ContentError(message("fhir.kind_expected", kind="Coding"), line=path)
    return Coding(*(text(value, name, path) for name in ("code", "system", "version", "display")))


def typed_value(item: Json, path: str) -> tuple[str, Any] | None:
    """The type and value of ``value[x]``; None without one."""
    for name, kind in _VALUE_TYPES.items():
        if name in item:
            value = item[name]
            if kind == "Coding":
                return kind, coding(value, f"{path}.{name}")
            if not isinstance(value, _PYTHON[kind]) or (isinstance(value, bool) and kind != "boolean"):
                raise ContentError(message("fhir.kind_expected", kind=kind), line=f"{path}.{name}")
            return kind, _exact(kind, value, f"{path}.{name}")
    return None


def _exact(kind: str, value: Any, path: str) -> Any:
    """The value as records hold it: a decimal as its text, an integer within FHIR's 32 bits."""
    if kind == "decimal":
        return decimal_text(value) if isinstance(value, Decimal) else str(value)
    if kind == "integer" and not -(2**31) <= value < 2**31:
        raise ContentError(message("fhir.integer_32"), line=path)
    return value


def read_date(value: str, path: str, *, end: bool = False) -> date | None:
    """The day of a date or dateTime; a year or month means its first, or with ``end`` its last, day."""
    if not value:
        return None
    parts = value[:10].split("-")
    try:
        numbers = [int(p) for p in parts]
        if len(numbers) == 3:
            return date(*numbers)
        year, month = numbers[0], numbers[1] if len(numbers) > 1 else 1
        if not end:
            return date(year, month, 1)
        last = 12 if len(numbers) == 1 else month
        return (date(year, last, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    except (ValueError, TypeError) as error:
        raise ContentError(message("fhir.no_date", value=value), line=path) from error


def period(resource: Json, path: str) -> tuple[date | None, date | None]:
    """``effectivePeriod`` as a half-open interval: R5's element, or the extension that R4 carries it in."""
    found: Any = resource.get("effectivePeriod")
    for extension in extensions(resource, path) if found is None else ():
        if str(extension["url"]).endswith(PERIODS):
            found = extension.get("valuePeriod")
    if not isinstance(found, dict):
        return None, None
    where = f"{path}.effectivePeriod"
    until = read_date(text(found, "end", where), where, end=True)
    return read_date(text(found, "start", where), where), until + timedelta(days=1) if until else None


def shell_of(resource: Json, names: Collection[str]) -> dict[str, Any]:
    """The resource's own metadata: everything but the named elements; without a status it is ``unknown``."""
    found = {k: v for k, v in resource.items() if k not in names}
    return found if "status" in found else {**found, "status": "unknown"}
