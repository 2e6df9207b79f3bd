"""Errors and notices of FHIR resources that are loaded or sent along: id → (English, bokmål); ids begin with ``fhir.``.

The path of the element stands before an error. ``detail`` is the text of another program, quoted as it is. Findings of FHIR
operations are in ``terminology``, refused requests in ``requests``.
"""

from __future__ import annotations

from typing import Final

__all__ = ["MESSAGES"]

Pair = tuple[str, str]

MESSAGES: Final[dict[str, Pair]] = {
    "fhir.left_out": ("left out: {why}", "utelatt: {why}"),
    "fhir.left_out_more": (
        "{count:more resource is|more resources are} left out",
        "{count:ressurs til er utelatt|ressurser til er utelatt}",
    ),
    "fhir.repeated": (
        "{path}: the code {code} is there again with the same content; kept once",
        "{path}: koden {code} står der en gang til med samme innhold; den beholdes én gang",
    ),
    "fhir.not_object": ("an object is expected here", "her skulle det stått et objekt"),
    "fhir.not_list": ("a list is expected here", "her skulle det stått en liste"),
    "fhir.not_single": ("a single value is expected here", "her skulle det stått én enkelt verdi"),
    "fhir.resource_object": ("a resource must be an object", "en ressurs skal være et objekt"),
    "fhir.resource_expected": ("a resource is expected here", "her skulle det stått en ressurs"),
    "fhir.one_resource": ("one resource is expected here", "her skulle det stått én ressurs"),
    "fhir.name_object": ("'{name}' must be an object", "'{name}' skal være et objekt"),
    "fhir.name_text": ("'{name}' must be a text", "'{name}' skal være en tekst"),
    "fhir.name_texts": ("'{name}' must be a list of texts", "'{name}' skal være en liste med tekster"),
    "fhir.name_list": ("'{name}' must be a list", "'{name}' skal være en liste"),
    "fhir.extension_url": ("an extension needs a url", "en extension må ha en url"),
    "fhir.kind_expected": ("a {kind} is expected here", "her skulle det stått en {kind}"),
    "fhir.kinds_expected": (
        "a {kinds:join or} is expected, not '{kind}'",
        "her skulle det stått en {kinds:join eller}, ikke '{kind}'",
    ),
    "fhir.integer_32": ("an integer has at most 32 bits", "et heltall har høyst 32 bit"),
    "fhir.no_date": ("'{value}' is not a date", "'{value}' er ikke en dato"),
    "fhir.none_of": ("'{value}' is none of {allowed}", "'{value}' er ingen av {allowed}"),
    "fhir.parent": (
        "the parent '{parent}' is not in the code system",
        "den overordnede koden '{parent}' finnes ikke i kodeverket",
    ),
    "fhir.cycle": ("the parents form a cycle: {path}", "overordnede koder danner en sirkel: {path}"),
    "fhir.system_name": (
        "a code system without a URL or an OID needs --system or --url",
        "et kodeverk uten URL eller OID må ha --system eller --url",
    ),
    "fhir.url_or_id": ("a {kind} needs a url or an id", "{kind} må ha en url eller en id"),
    "fhir.twice": ("the code '{code}' occurs here twice", "koden '{code}' står her to ganger"),
    "fhir.deep": ("concepts are nested too deeply", "begrepene har for mange nivåer"),
    "fhir.concept_code": ("a concept needs a code", "et begrep må ha en kode"),
    "fhir.no_resource": (
        "there is no CodeSystem, ValueSet or ConceptMap in it",
        "den inneholder ikke noe CodeSystem, ValueSet eller ConceptMap",
    ),
    "fhir.one_name": (
        "--{name} gives one name, but there are {count} code systems: load them one by one",
        "--{name} gir ett navn, men det er {count} kodeverk: last dem hver for seg",
    ),
    "fhir.one_version": (
        "--version gives one label, but there are {count} resources: load them one by one",
        "--version gir én versjon, men det er {count} ressurser: last dem hver for seg",
    ),
    "fhir.shared_oids": (
        "OIDs that several code systems declare identify none of them: {oids}",
        "OID-er som flere kodeverk gjør krav på, brukes ikke som navn på noen av dem: {oids}",
    ),
    "fhir.no_element": ("there is no element in it", "den inneholder ikke noe element"),
    "fhir.doctype": (
        "a document type declaration is not allowed",
        "en dokumenttypedeklarasjon er ikke tillatt",
    ),
    "fhir.not_xml": ("not whole XML: {detail}", "ikke fullstendig XML: {detail}"),
    "fhir.namespace": (
        "'{name}' is not in FHIR's namespace",
        "'{name}' er ikke i navnerommet til FHIR",
    ),
    "fhir.stray_text": (
        "there is text where only elements are allowed",
        "her står det tekst der det bare kan stå elementer",
    ),
    "fhir.text_between": ("there is text between elements", "det står tekst mellom elementer"),
    "fhir.unknown_element": (
        "FHIR {release} has no element '{name}' here",
        "FHIR {release} har ikke noe element '{name}' her",
    ),
    "fhir.unknown_element_any": (
        "FHIR has no element '{name}' here",
        "FHIR har ikke noe element '{name}' her",
    ),
    "fhir.only_one": ("there may be only one", "det kan bare være ett"),
    "fhir.no_attribute": ("there is no attribute '{name}' here", "attributtet '{name}' finnes ikke her"),
    "fhir.no_value": (
        "an element without value has no meaning: leave it out",
        "et element uten verdi har ingen betydning: utelat det",
    ),
    "fhir.in_value": ("'{name}' does not belong in a value", "'{name}' hører ikke hjemme i en verdi"),
    "fhir.no_boolean": ("'{text}' is neither true nor false", "'{text}' er verken true eller false"),
    "fhir.no_number": ("'{text}' is not a number", "'{text}' er ikke et tall"),
    "fhir.control": (
        "there are control characters that XML cannot hold",
        "teksten har kontrolltegn som ikke kan stå i XML",
    ),
    "fhir.narrative": (
        "the narrative is not whole XHTML: {detail}",
        "fortellingen (narrative) er ikke fullstendig XHTML: {detail}",
    ),
    "fhir.narrative_div": (
        "the narrative must be a div of XHTML",
        "fortellingen (narrative) skal være en div i XHTML",
    ),
    "fhir.no_release": ("FHIR {release} is none of {releases}", "FHIR {release} er ingen av {releases}"),
    "fhir.no_resource_type": (
        "FHIR {release} has no resource '{name}'",
        "FHIR {release} har ikke ressursen '{name}'",
    ),
    "fhir.empty_text": (
        "an empty text has no meaning: leave it out",
        "en tom tekst har ingen betydning: utelat den",
    ),
    "fhir.required": ("'{name}' is required", "'{name}' er påkrevd"),
    "fhir.invalid": ("{detail}", "verdien er ikke gyldig ({detail})"),
    "fhir.got": ("Expected `{expected}`, got `{found}`", "Ventet `{expected}`, fikk `{found}`"),
    "fhir.invalid_more": ("{problem} (and {more} more)", "{problem} (og {more} til)"),
    "fhir.status_missing": (
        "{path}.status is missing: it counts as unknown",
        "{path}.status mangler: den regnes som ukjent (unknown)",
    ),
    "fhir.filter_value_missing": (
        "{path}.value is missing: the value set cannot be evaluated",
        "{path}.value mangler: verdisettet kan ikke evalueres",
    ),
}
