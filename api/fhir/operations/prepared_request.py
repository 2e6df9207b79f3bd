"""Frames of the short way: what requests share, worked out once; a code put into one gives the answer.

A frame asks the operations of the general way. Where the answer to an ordinary code (nothing to be said about it)
differs from another's in code and display only, the rest is written once (``_ordinary``), from an answer that the
operation gave. Not here: which requests have a frame, and for how long (``hot``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from pyroaring import BitMap

from api.fhir.format.encoding import (
    lookup_json,
    property_json,
    subsumes_json,
    translate_json,
    validation_json,
)
from api.fhir.format.parameters import writing
from api.fhir.operations.request_context import (
    RequestContext,
    apply_value_set_defaults,
    context_of,
    value_set_of,
)
from registry.content.display import best
from registry.content.view import ContentView
from registry.entities.canonical import split
from registry.entities.records import Coding, ConceptRecord
from registry.store.bounded import Bounded
from registry.terminology.catalog import Missing
from registry.terminology.compose import Prepared, ids_of, prepare
from registry.terminology.context import Context
from registry.terminology.lookup import LookupRequest, lookup, shown
from registry.terminology.maps_in_force import map_of
from registry.terminology.status import status_codes
from registry.terminology.subsumes import SubsumesRequest, subsumes
from registry.terminology.translate import TranslateRequest, translate
from registry.terminology.validate_code import (
    CodingRequest,
    ElementPath,
    ValidateRequest,
    Validation,
    validate_in_system,
    validate_prepared,
)

__all__ = [
    "PreparedRequest",
    "in_system",
    "in_value_set",
    "lookup_frame",
    "subsumes_frame",
    "translate_frame",
]

Json = dict[str, Any]
PreparedRequest = Callable[
    [dict[bytes, str]], Json | None
]  #: the varying parameters → the answer; None = the general way
_PLACE = ElementPath("code")
_RELATIVES = 10_000  #: encoded parents and children kept for one version, about 5 MB


def lookup_frame(call: RequestContext) -> PreparedRequest:
    """``CodeSystem/$lookup``."""
    context, given = context_of(call), call.given
    system, version = given.required("system"), given.text("version")
    properties = given.texts("property")
    content = context.view(system, context.pins.effective(system, version)[0])
    near = None if isinstance(content, Missing) or properties else _Relatives(context, content)

    def answer(asked: dict[bytes, str]) -> Json | None:
        request = LookupRequest(
            system=system, code=asked[b"code"], version=version, properties=properties, relatives=near is None
        )
        found = lookup(context, request)
        if found.problem is not None:
            return None
        written = lookup_json(found)
        if near is not None and found.ident is not None:
            near.add(written["parameter"], found.ident)
        return written

    return answer


class _Relatives:
    """The properties ``parent`` and ``child`` of a version's concepts, each relative written once."""

    def __init__(self, context: Context, content: ContentView) -> None:
        self._context, self._content = context, content
        self._kept: Bounded[tuple[str, int], orjson.Fragment] = Bounded(_RELATIVES)

    def add(self, items: list[Json], ident: int) -> None:
        """Put those of a concept where the operation has them: after the first property, ``inactive``."""
        at = next(n for n, item in enumerate(items) if item["name"] == "property") + 1
        found = [self._written("parent", other) for other in self._content.parents(ident)]
        found += [self._written("child", other) for other in self._content.children(ident)]
        items[at:at] = found  # type: ignore[assignment]

    def _written(self, name: str, other: int) -> orjson.Fragment:
        def made() -> orjson.Fragment:
            relative = self._content.concept(other)
            written = property_json(
                name, "code", relative.code, shown(self._context, self._content, relative)
            )
            return _fragment(written)

        return self._kept.get((name, other), made)


def _fragment(written: Json) -> orjson.Fragment:
    """Written JSON to keep; a copy, because what ``dumps`` gives holds on to 1 KB however short it is."""
    return orjson.Fragment(bytes(memoryview(orjson.dumps(written))))


def subsumes_frame(call: RequestContext) -> PreparedRequest:
    """``CodeSystem/$subsumes``."""
    context, given = context_of(call), call.given
    system, version = given.required("system"), given.text("version")

    def answer(asked: dict[bytes, str]) -> Json | None:
        a, b = asked[b"codeA"], asked[b"codeB"]
        found = subsumes(context, SubsumesRequest(system=system, code_a=a, code_b=b, version=version))
        return None if found.problem else subsumes_json(found)

    return answer


def in_system(call: RequestContext) -> PreparedRequest:
    """``CodeSystem/$validate-code``."""
    context, given = context_of(call), call.given
    url, version = split(given.required("url"))
    version = given.text("version") or version
    content = context.view(url, version or context.pins.effective(url, "")[0])
    ordinary = None if isinstance(content, Missing) else _Ordinary(context, content, None)

    def answer(asked: dict[bytes, str]) -> Json | None:
        return _validated(asked, ordinary, lambda: validate_in_system(context, _one(asked, url, version)))

    return answer


def in_value_set(call: RequestContext) -> PreparedRequest | None:
    """``ValueSet/$validate-code``; None where supplements are in play."""
    context, given = context_of(call), call.given
    value_set = value_set_of(context, call)
    apply_value_set_defaults(context, call, value_set)
    prepared = prepare(context, value_set, expanding=False)
    if context.supplements:
        return None
    system, version = given.required("system"), given.text("systemVersion")
    ordinary = None if version else _members(context, prepared, system)

    def answer(asked: dict[bytes, str]) -> Json | None:
        return _validated(
            asked, ordinary, lambda: validate_prepared(context, prepared, _one(asked, system, version))
        )

    return answer


def _members(context: Context, prepared: Prepared, system: str) -> _Ordinary | None:
    """Ordinary members of a value set that is one include of one system; None for any other."""
    value_set = prepared.value_set
    if len(value_set.includes) != 1 or value_set.excludes or value_set.inactive is False:
        return None
    include = value_set.includes[0]
    plain = not any(c.display or c.designations or c.extensions for c in include.concepts)
    if include.system != system or include.value_sets or not plain:
        return None
    version = context.pins.effective(system, include.version)[0]
    content = context.view(system, version, value_set.locked_date)
    if isinstance(content, Missing):
        return None
    whole = not include.concepts and not include.filters
    return _Ordinary(context, content, None if whole else ids_of(context, include, content))


def _one(asked: dict[bytes, str], system: str, version: str) -> ValidateRequest:
    coding = CodingRequest(system, asked[b"code"], _PLACE, version, asked.get(b"display", ""))
    return ValidateRequest(codings=(coding,))


def _validated(
    asked: dict[bytes, str], ordinary: _Ordinary | None, ask: Callable[[], Validation]
) -> Json | None:
    """The ordinary answer where there is one, else the operation's."""
    record = ordinary.record(asked) if ordinary is not None else None
    if ordinary is not None and record is not None and ordinary.known:
        return ordinary.answer(record)
    answer = ask()
    if answer.problem is not None:
        return None
    if ordinary is not None and record is not None:
        ordinary.learn(answer)
    return validation_json(answer, None)


class _Ordinary:
    """Valid codes of which nothing is to be said: the answers to them differ in code and display alone.

    ``learn`` takes the rest from what the operation answers to the first of them, if that has no issues either
    but about the version.
    """

    def __init__(self, context: Context, content: ContentView, members: BitMap | None) -> None:
        self._languages, self._content, self._members = context.languages, content, members
        self._telling = status_codes(content) | {"deprecated"}
        self._before: orjson.Fragment | None = None
        self._between: list[orjson.Fragment] = []
        self._after: list[orjson.Fragment] = []
        self.known = False

    def record(self, asked: dict[bytes, str]) -> ConceptRecord | None:
        """The record of an ordinary code asked for without a display; None for any other."""
        code = asked[b"code"]
        ident = self._content.find(code) if b"display" not in asked else None
        if ident is None or (self._members is not None and ident not in self._members):
            return None
        record = self._content.concept(ident)
        if record.code != code or record.inactive or record.extensions:
            return None
        return None if any(p.code in self._telling for p in record.properties) else record

    def learn(self, answer: Validation) -> None:
        """Keep what is common to all of these answers."""
        items: list[Json] = validation_json(answer, None)["parameter"]
        names = [item["name"] for item in items]
        said = any(i.id != "VERSION_NOT_IN_FORCE" for i in answer.issues)  # that is said of every code alike
        if not answer.result or said or names[:3] != ["result", "code", "system"]:
            return
        if "display" in names and len(set(names)) == len(names):
            at = names.index("display")
            self._before, *self._between = (_fragment(item) for item in (items[0], *items[2:at]))
            self._after = [_fragment(item) for item in items[at + 1 :]]
            self.known = True

    def answer(self, record: ConceptRecord) -> Json | None:
        """The Parameters; None where the concept has no text."""
        chosen = best(record, self._languages, language=self._content.info.language)
        if chosen is None:
            return None
        code, display = writing("code", "code", record.code), writing("display", "string", chosen.text)
        return {
            "resourceType": "Parameters",
            "parameter": [self._before, code, *self._between, display, *self._after],
        }


def translate_frame(call: RequestContext) -> PreparedRequest | None:
    """``ConceptMap/$translate`` by a map that is named."""
    context, given = context_of(call), call.given
    url, version = split(given.required("url"))
    system, system_version = given.text("system"), given.text("version")
    target, wanted = given.text("targetSystem", "targetsystem"), given.text("conceptMapVersion") or version
    chosen = map_of(context, url, wanted)
    if isinstance(chosen, Missing):
        return None

    def answer(asked: dict[bytes, str]) -> Json | None:
        coding = Coding(asked[b"code"], system, system_version)
        request = TranslateRequest(codings=(coding,), given=chosen, target_system=target)
        found = translate(context, request)
        return translate_json(found, call.release) if found.problem is None else None

    return answer
