"""From parameters and headers to the context of an operation: catalog, date, versions, languages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from api.fhir.fhir_settings import FhirSettings
from api.fhir.format.outcome import Refused, refuse
from api.fhir.format.parameters import Given, whole_number
from api.fhir.operations.answer_language import answer_language
from api.fhir.operations.client_cache import SendersCache, TerminologyResource, add_to_catalog
from api.fhir.operations.request_limits import check_given
from loaders.formats.fhir.codesystem import read_code_system
from loaders.formats.fhir.conceptmap import read_concept_map
from loaders.formats.fhir.valueset import read_value_set
from registry.content.memory import MemoryView
from registry.entities.canonical import join, split
from registry.entities.errors import ContentError
from registry.entities.intervals import parse_date
from registry.entities.languages import BadLanguage, Languages, parse
from registry.entities.messages import message, worded
from registry.terminology.catalog import Catalog, MemoryCatalog, Missing
from registry.terminology.context import Context, Pins
from registry.terminology.issues import issue
from registry.terminology.valueset import ValueSet

__all__ = ["RequestContext", "agreed", "all_sent", "apply_value_set_defaults", "context_of", "value_set_of"]


def agreed(name: str, *values: str) -> str:
    """The one value that a request gives in several places; empty if none does.

    Raises Refused naming the parameter if two of them differ.
    """
    found = list(dict.fromkeys(value for value in values if value))
    if len(found) > 1:
        text = message("request.contradicts", name=name, one=found[0], other=found[1])
        raise refuse("REQUEST_INVALID", text, place=name)
    return found[0] if found else ""


@dataclass(slots=True)
class RequestContext:
    """One request as operations see it; ``headers`` with lower-case names."""

    catalog: Catalog
    settings: FhirSettings
    release: str
    given: Given
    headers: dict[str, str] = field(default_factory=dict)
    on: date | None = None  #: of ``/as-of/DATE/``
    client_cache: SendersCache | None = None
    body_size: int | None = None  #: bytes of the request's body, None = not known
    instance: dict[str, str] = field(default_factory=dict)  #: type, url and version of the resource called on

    @property
    def language(self) -> str:
        """The language of messages: that of ``displayLanguage``, else of Accept-Language."""
        requested = self.given.all("displayLanguage")
        return answer_language(requested[0] if requested else "", self.headers)

    @property
    def small(self) -> bool:
        """Whether the body is too small to hold too many concepts."""
        return self.body_size is not None and self.settings.is_small(self.body_size)

    def check_concepts(self, resources: Any, place: str) -> None:
        """Raise Refused if resources sent along hold too many concepts."""
        if not self.small:
            check_given(resources, self.settings.given_concepts, place)


def read_sent(resource: Any, place: str) -> TerminologyResource:
    """A terminology resource sent along; raises Refused naming what is wrong with it."""
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    try:
        if kind == "CodeSystem":
            found = read_code_system(resource)
            return MemoryView(found.info, found.records)
        if kind == "ValueSet":
            return read_value_set(resource)
        if kind == "ConceptMap":
            return read_concept_map(resource)
    except ContentError as error:
        raise refuse("REQUEST_INVALID", error.text, place=place) from error
    raise refuse(
        "REQUEST_INVALID", message("request.terminology_resource", name=place, kind=kind or ""), place=place
    )


def all_sent(call: RequestContext) -> list[TerminologyResource]:
    """Every resource sent along; raises Refused where they hold too much."""
    given = call.given
    if given.has("tx-resource"):
        call.check_concepts(given.all("tx-resource"), "tx-resource")
    return [read_sent(r, f"tx-resource[{n}]") for n, r in enumerate(given.all("tx-resource"))]


def _with_cached(call: RequestContext, sent: list[TerminologyResource]) -> list[TerminologyResource]:
    """What the client sent earlier under the id that it names, with what it sends now."""
    header, named = call.headers.get("x-cache-id", ""), call.given.text("cache-id")
    if call.client_cache is None or not (header or named):
        return sent
    if named:
        call.client_cache.extend(named, sent)
        sent = []
    cached = call.client_cache.get(named or header)
    if cached is None:
        raise refuse("RESOURCE_UNKNOWN", "cache-id", named or header, place="cache-id")
    return [*cached, *sent]


def catalog_of(call: RequestContext) -> Catalog:
    """The catalog with the resources sent along on top of it, as known at the requested time."""
    known_at = call.given.text("known-at")
    base = call.catalog.as_known_at(known_at or None)
    sent = _with_cached(call, all_sent(call))
    if not sent:
        return base
    upper = MemoryCatalog(base)
    for resource in sent:
        add_to_catalog(upper, resource)
    return upper


def context_of(call: RequestContext) -> Context:
    """The context of an operation."""
    given = call.given
    first, last = given.days("date")
    day = first or call.on
    return Context(
        catalog=catalog_of(call),
        pins=_pins(given),
        languages=_languages(call, None),
        on=day or parse_date(given.text("known-at"), what="known-at") or call.settings.today(),
        date_given=day is not None,
        until=last if last != first else None,
        supplements=given.filled("useSupplement"),
        versions_match=given.flag("versionsMatch"),
        limit=_limit(call),
    )


_PINS = ("system-version", "check-system-version", "force-system-version", "default-valueset-version")
_NO_PINS = Pins()


def _pins(given: Given) -> Pins:
    found = [given.texts(name) for name in _PINS]
    return Pins.read(*found) if any(found) else _NO_PINS


def _limit(call: RequestContext) -> int:
    """The limit of codes; a caller may lower it, but not raise it."""
    wanted = (whole_number(call.headers.get("x-too-costly-threshold", "")), call.given.number("limit"))
    return min(call.settings.limit, *(limit for limit in wanted if limit is not None), call.settings.limit)


def _languages(call: RequestContext, value_set: ValueSet | None) -> Languages | None:
    """Parameter, the value set's own parameter, header; raises Refused for a bad parameter."""
    requested = call.given.text("displayLanguage")
    own = value_set.parameters.get("displayLanguage", ("",))[0] if value_set else ""
    if requested or own:
        try:
            return parse(requested or own)
        except BadLanguage:
            raise Refused(issue("INVALID_DISPLAY_NAME", requested or own)) from None
    return _tolerant(call.headers.get("accept-language", ""))


def _tolerant(text: str) -> Languages | None:
    if not text:
        return None
    try:
        found = parse(text)
    except BadLanguage:
        return None
    return found if found.tags else None


def apply_value_set_defaults(context: Context, call: RequestContext, value_set: ValueSet) -> None:
    """Use a value set's languages and versions unless the caller gives others; its own language comes last."""
    if value_set.parameters:
        own = {name: list(values) for name, values in value_set.parameters.items() if name in _PINS}
        context.pins = _pins(call.given.over(Given(own))) if own else context.pins
        context.languages = _languages(call, value_set)
    if context.languages is None and value_set.language:
        context.languages, context.languages_given = _tolerant(value_set.language), False


def value_set_of(context: Context, call: RequestContext, inline: dict[str, Any] | None) -> ValueSet:
    """The value set sent (``inline``) or named; raises Refused if it is unknown."""
    given = call.given
    url = agreed("url", given.text("url"), call.instance.get("url", ""))
    if inline is not None:
        own = _inline(inline, url, call)
        context.sent = frozenset(id(include) for include in (*own.includes, *own.excludes))
        return own
    if not url:
        raise refuse("REQUEST_REQUIRED", "url", place="url")
    version = given.text("valueSetVersion") or call.instance.get("version", "")
    found = context.value_set(url, version)
    if isinstance(found, ValueSet):
        return found
    raise _unknown(context, found, url, version)


def _inline(resource: dict[str, Any], url: str, call: RequestContext) -> ValueSet:
    call.check_concepts(resource, "valueSet")
    try:
        found = read_value_set(resource)
    except ContentError as error:
        raise refuse("REQUEST_INVALID", error.text, place="valueSet") from error
    if resource.get("resourceType") != "ValueSet":
        raise refuse("REQUEST_INVALID", message("request.value_set_expected"), place="valueSet")
    if url and split(url)[0] != found.url:
        raise refuse("REQUEST_INVALID", message("request.url_and_value_set"), place="url")
    return found


def _unknown(context: Context, missing: Missing, canonical: str, version: str) -> Refused:
    url, named = split(canonical)
    if missing.reason in ("before_first", "gap", "after_last"):
        return refuse("VALUESET_NOT_IN_FORCE", url, context.on, worded(missing.reason))
    return refuse("Unable_to_resolve_value_Set_", join(url, version or named or context.pins.value_set(url)))
