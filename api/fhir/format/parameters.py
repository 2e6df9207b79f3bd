"""The parameters of a request, from a query or a Parameters resource, read by name and type.

Here: access with an error that names the parameter. Not here: what any operation does with them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

from api.fhir.format.outcome import refuse
from api.fhir.format.partial_dates import days_of
from registry.entities.messages import message
from registry.entities.records import Coding

__all__ = ["Given", "whole_number", "writing"]

_WHOLE = re.compile(r"[0-9]{1,9}")


class Given:
    """Named values; a name may occur several times. Values are JSON values, resources or nested parts."""

    def __init__(self, values: Mapping[str, list[Any]] | None = None) -> None:
        self._values: dict[str, list[Any]] = dict(values or {})

    @staticmethod
    def of_query(pairs: Iterable[tuple[str, str]]) -> Given:
        """Parameters of a URL; names that begin with ``_`` are left to the protocol."""
        given = Given()
        for name, value in pairs:
            if not name.startswith("_"):
                given.add(name, value)
        return given

    @staticmethod
    def of_resource(resource: Any) -> Given:
        """Parameters of a Parameters resource; raises Refused for anything else."""
        if not isinstance(resource, dict) or resource.get("resourceType") != "Parameters":
            raise refuse("REQUEST_INVALID", message("request.parameters_expected"), place="Parameters")
        listed = resource.get("parameter", [])
        if not isinstance(listed, list):
            raise refuse("REQUEST_INVALID", message("request.parameter_list"), place="Parameters.parameter")
        given = Given()
        for number, item in enumerate(listed):
            if not isinstance(item, dict) or not isinstance(item.get("name"), str):
                place = f"Parameters.parameter[{number}]"
                raise refuse("REQUEST_INVALID", message("request.parameter_name"), place=place)
            given.add(item["name"], _value(item))
        return given

    @staticmethod
    def of_values(values: Mapping[str, Any]) -> Given:
        """Parameters that occur once each."""
        return Given({name: [value] for name, value in values.items()})

    def add(self, name: str, value: Any) -> None:
        """One more value."""
        self._values.setdefault(name, []).append(value)

    def over(self, base: Given) -> Given:
        """These parameters, with those of ``base`` whose names do not occur here."""
        return Given({**base._values, **self._values})

    def joined_with(self, other: Given) -> Given:
        """These parameters and the other ones; a name that occurs in both has all values, these first."""
        names = dict.fromkeys((*self._values, *other._values))
        return Given({name: [*self.all(name), *other.all(name)] for name in names})

    def only(self, names: Collection[str]) -> Given:
        """These parameters as far as their names are among the given ones."""
        return Given({k: v for k, v in self._values.items() if k in names})

    def without(self, *names: str) -> Given:
        """These parameters but the named ones."""
        return Given({k: v for k, v in self._values.items() if k not in names})

    def names(self) -> list[str]:
        """The names given."""
        return list(self._values)

    def has(self, name: str) -> bool:
        """Whether the parameter is given."""
        return bool(self._values.get(name))

    def all(self, name: str) -> list[Any]:
        """Every value of the name."""
        return self._values.get(name, [])

    def texts(self, *names: str) -> tuple[str, ...]:
        """Every value as text, of several names for the same thing."""
        values = self._values
        if not any(name in values for name in names):
            return ()
        return tuple(_text(name, value) for name in names for value in values.get(name, ()))

    def filled(self, name: str) -> tuple[str, ...]:
        """Every value as text; raises Refused for an empty one."""
        found = self.texts(name)
        if not all(found):
            raise refuse("REQUEST_INVALID", message("request.empty", name=name), place=name)
        return found

    def text(self, *names: str) -> str:
        """The value as text, of the first name that is given; empty without."""
        for name in names:
            found = self._values.get(name)
            if found:
                return _text(name, found[0])
        return ""

    def required(self, *names: str) -> str:
        """The value as text; raises Refused without."""
        found = self.text(*names)
        if not found:
            raise refuse("REQUEST_REQUIRED", names[0], place=names[0])
        return found

    def flag(self, name: str) -> bool | None:
        """The value as a boolean; None without."""
        value = self.all(name)[0] if self.has(name) else None
        if value is None or isinstance(value, bool):
            return value
        if str(value).lower() in ("true", "false"):
            return str(value).lower() == "true"
        raise refuse("REQUEST_INVALID", message("request.not_boolean", name=name), place=name)

    def number(self, name: str) -> int | None:
        """The value as a whole number that is not negative; None without."""
        if not self.has(name):
            return None
        number = whole_number(str(self.all(name)[0]))
        if number is None:
            raise refuse("REQUEST_INVALID", message("request.not_whole_number", name=name), place=name)
        return number

    def days(self, name: str) -> tuple[date | None, date | None]:
        """The first and last day of a date as written: a dateTime, a day, a month or a year."""
        if not self.has(name):
            return None, None
        written = self.text(name)
        found = days_of(written)
        if found is None:
            raise refuse("REQUEST_INVALID", message("request.no_date", name=name, text=written), place=name)
        return found

    def object(self, name: str) -> dict[str, Any] | None:
        """The value as an object (a Coding, a CodeableConcept, a resource); None without."""
        if not self.has(name):
            return None
        value = self.all(name)[0]
        if not isinstance(value, dict):
            raise refuse("REQUEST_INVALID", message("request.not_object", name=name), place=name)
        return value

    def coding(self, name: str) -> Coding | None:
        """The value as a Coding."""
        value = self.object(name)
        return None if value is None else read_coding(value, name)

    def codings(self, name: str) -> tuple[Coding, ...]:
        """The codings of a CodeableConcept."""
        value = self.object(name) or {}
        listed = value.get("coding", [])
        if not isinstance(listed, list):
            raise refuse("REQUEST_INVALID", message("request.coding_list"), place=f"{name}.coding")
        return tuple(read_coding(c, f"{name}.coding[{n}]") for n, c in enumerate(listed))


def whole_number(text: str) -> int | None:
    """A number of at most nine ASCII digits; None for anything else.

    >>> whole_number("20"), whole_number("²"), whole_number("9" * 5000)
    (20, None, None)
    """
    return int(text) if _WHOLE.fullmatch(text) else None


def read_coding(value: Any, place: str) -> Coding:
    """A Coding; raises Refused for anything else."""
    if not isinstance(value, dict):
        raise refuse("REQUEST_INVALID", message("request.coding_expected"), place=place)
    found = [value.get(name, "") for name in ("code", "system", "version", "display")]
    if any(not isinstance(f, str) for f in found):
        raise refuse("REQUEST_INVALID", message("request.coding_texts"), place=place)
    return Coding(*found)


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        raise refuse("REQUEST_INVALID", message("request.not_single", name=name), place=name)
    return str(value)


def _value(item: Mapping[str, Any]) -> Any:
    if "resource" in item:
        return item["resource"]
    for name, value in item.items():
        if name.startswith("value"):
            return value
    return item.get("part", "")


def writing(name: str, kind: str, value: Any) -> dict[str, Any]:
    """A parameter of an answer: ``kind`` is the FHIR type of ``value``.

    >>> writing("result", "boolean", True)
    {'name': 'result', 'valueBoolean': True}
    """
    return {"name": name, _member(kind): value}


@cache
def _member(kind: str) -> str:
    return f"value{kind[0].upper()}{kind[1:]}"
