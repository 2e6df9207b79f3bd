"""Why an HTTP request is refused: id → (English, bokmål).

``request.*`` refuses FHIR requests, ``http_error.STATUS`` REST requests; ``invalid.*`` says what the validation found in
a parameter (the ids are the error types of pydantic) and follows the parameter's name. Findings about codes are in
``terminology``.
"""

from __future__ import annotations

from typing import Final

__all__ = ["MESSAGES"]

Pair = tuple[str, str]

MESSAGES: Final[dict[str, Pair]] = {
    "http_error.404": (
        "There is nothing at {path}: /api/docs lists the addresses",
        "Det finnes ingenting på {path}: /api/docs viser adressene",
    ),
    "http_error.405": (
        "{method} is not possible at {path}: /api/docs lists what is",
        "{method} er ikke mulig på {path}: /api/docs viser hva som er det",
    ),
    "invalid.value": ("is not a valid value", "er ikke en gyldig verdi"),
    "invalid.missing": ("is missing", "mangler"),
    "invalid.date": (
        "{value!r} is not a date; write it like 2024-01-31",
        "{value!r} er ikke en dato; skriv den som 2024-01-31",
    ),
    "invalid.system_and_version": (
        "system and version belong together: give both, or neither",
        "system og version hører sammen: oppgi begge eller ingen av dem",
    ),
    "invalid.string_too_long": (
        "is longer than {max_length:character|characters}",
        "er lengre enn {max_length:tegn|tegn}",
    ),
    "invalid.string_too_short": (
        "is shorter than {min_length:character|characters}",
        "er kortere enn {min_length:tegn|tegn}",
    ),
    "invalid.string_pattern_mismatch": (
        "does not have the form {pattern}",
        "har ikke formen {pattern}",
    ),
    "invalid.string_type": ("is not a text", "er ikke en tekst"),
    "invalid.int_parsing": ("is not a whole number", "er ikke et heltall"),
    "invalid.int_type": ("is not a whole number", "er ikke et heltall"),
    "invalid.bool_parsing": ("is neither true nor false", "er verken true eller false"),
    "invalid.greater_than_equal": ("is less than {ge}", "er mindre enn {ge}"),
    "invalid.less_than_equal": ("is greater than {le}", "er større enn {le}"),
    "invalid.literal_error": ("is none of {expected}", "er ingen av {expected}"),
    "invalid.enum": ("is none of {expected}", "er ingen av {expected}"),
    "invalid.extra_forbidden": ("is not known here", "er ikke kjent her"),
    "invalid.json_invalid": ("is not whole JSON", "er ikke fullstendig JSON"),
    "invalid.model_attributes_type": ("is not a JSON object", "er ikke et JSON-objekt"),
    "invalid.model_type": ("is not a JSON object", "er ikke et JSON-objekt"),
    "invalid.dict_type": ("is not a JSON object", "er ikke et JSON-objekt"),
    "invalid.list_type": ("is not a list", "er ikke en liste"),
    "request.not_boolean": (
        "'{name}' must be true or false",
        "'{name}' skal være true eller false",
    ),
    "request.coding_expected": (
        "A Coding is expected",
        "En Coding er ventet",
    ),
    "request.coding_texts": (
        "The elements of a Coding are texts",
        "Elementene i en Coding er tekster",
    ),
    "request.not_single": (
        "'{name}' must be a single value",
        "'{name}' skal være én enkelt verdi",
    ),
    "request.parameters_expected": (
        "A Parameters resource is expected",
        "En Parameters-ressurs er ventet",
    ),
    "request.parameter_list": (
        "'parameter' must be a list",
        "'parameter' skal være en liste",
    ),
    "request.not_whole_number": (
        "'{name}' must be a whole number, 0 or more",
        "'{name}' skal være et heltall, 0 eller mer",
    ),
    "request.no_date": (
        "'{name}': '{text}' is not a date; write it like 2024-01-31",
        "'{name}': '{text}' er ikke en dato; skriv den som 2024-01-31",
    ),
    "request.not_object": (
        "'{name}' must be an object",
        "'{name}' skal være et objekt",
    ),
    "request.coding_list": (
        "'coding' must be a list",
        "'coding' skal være en liste",
    ),
    "request.parameter_name": (
        "A parameter needs a name",
        "En parameter må ha et navn",
    ),
    "request.most_validations": (
        "At most {most} validations at once",
        "Høyst {most} valideringer om gangen",
    ),
    "request.only_one": (
        "Only one of these may be given: {names}",
        "Bare én av disse kan oppgis: {names}",
    ),
    "request.contradicts": (
        "'{name}' contradicts another part of the request: '{one}', '{other}'",
        "'{name}' strider mot en annen del av forespørselen: '{one}', '{other}'",
    ),
    "request.given_twice": (
        "'{name}' is given more than once",
        "'{name}' er oppgitt mer enn én gang",
    ),
    "request.not_implemented": (
        "The parameter '{name}' is not implemented",
        "Parameteren '{name}' er ikke implementert",
    ),
    "request.unknown_parameter": (
        "The parameter '{name}' is not known{hint}",
        "Parameteren '{name}' er ikke kjent{hint}",
    ),
    "request.empty": (
        "'{name}' is empty: give a value, or leave the parameter out",
        "'{name}' er tom: oppgi en verdi, eller utelat parameteren",
    ),
    "request.terminology_resource": (
        "'{name}' must be a CodeSystem, ValueSet or ConceptMap, not '{kind}'",
        "'{name}' skal være et CodeSystem, ValueSet eller ConceptMap, ikke '{kind}'",
    ),
    "request.value_set_expected": (
        "'valueSet' must be a ValueSet",
        "'valueSet' skal være et ValueSet",
    ),
    "request.url_and_value_set": (
        "Both 'url' and 'valueSet' are given, and they differ",
        "Både 'url' og 'valueSet' er oppgitt, og de er forskjellige",
    ),
    "request.most_levels": (
        "The body has lists and objects in each other more than {most} levels deep",
        "Innholdet har lister og objekter inni hverandre i mer enn {most} nivåer",
    ),
    "request.most_elements": (
        "The body has more than {most} elements",
        "Innholdet har mer enn {most} elementer",
    ),
    "request.most_bytes": (
        "The body is larger than {most} bytes",
        "Innholdet er større enn {most} byte",
    ),
    "request.most_concepts": (
        "More than {most} concepts or codes are given",
        "Mer enn {most} begreper eller koder er oppgitt",
    ),
    "request.not_kept": (
        "Resources cannot be stored here",
        "Ressurser kan ikke lagres her",
    ),
    "request.no_mode": (
        "'{mode}' is not a mode",
        "'{mode}' er ikke en modus",
    ),
    "request.one_system": (
        "Both codings must belong to the same code system",
        "Begge kodinger skal være fra samme kodeverk",
    ),
    "request.no_search_date": (
        "'{name}': '{text}' is not a date that can be searched for",
        "'{name}': '{text}' er ikke en dato det går an å søke etter",
    ),
    "request.resource_expected": (
        "A {kind} is expected",
        "En {kind} er ventet",
    ),
    "request.search_number": (
        "'{name}' must be a whole number",
        "'{name}' skal være et heltall",
    ),
    "request.summary": (
        "'_summary' is true, text, data or false here",
        "'_summary' er true, text, data eller false her",
    ),
    "request.one_of": (
        "'{name}' is one of {allowed}",
        "'{name}' er en av {allowed}",
    ),
    "request.no_sort": (
        "Results cannot be sorted by '{name}'",
        "Resultatene kan ikke sorteres etter '{name}'",
    ),
    "request.unknown_search": (
        "The search parameter '{name}' is not known",
        "Søkeparameteren '{name}' er ikke kjent",
    ),
    "request.no_modifier": (
        "'{name}': this modifier is not supported",
        "'{name}': denne modifikatoren støttes ikke",
    ),
    "request.media_type": (
        "A body of the type '{type}' is not read: send FHIR JSON or XML",
        "Innhold av typen '{type}' leses ikke: send FHIR JSON eller XML",
    ),
    "request.no_json": (
        "The body is not whole JSON: it cannot be read from line {line}, column {column} on",
        "Innholdet er ikke fullstendig JSON: det kan ikke leses fra og med linje {line}, kolonne {column}",
    ),
    "request.unreadable_line": (
        "The body cannot be read: line {line}: {error}",
        "Innholdet kan ikke leses: linje {line}: {error}",
    ),
    "request.unreadable_body": (
        "The body cannot be read: {error}",
        "Innholdet kan ikke leses: {error}",
    ),
    "request.batch_expected": (
        "A Bundle of type batch is expected here",
        "En Bundle av typen batch er ventet her",
    ),
    "request.most_entries": (
        "A batch holds at most {most} entries",
        "En batch har høyst {most} elementer",
    ),
    "request.nested_batch": (
        "A batch within a batch is not possible",
        "En batch inne i en batch er ikke mulig",
    ),
    "request.batch_spent": (
        "The batch has taken {spent}: send the rest in another",
        "Batchen har brukt {spent}: send resten i en ny",
    ),
    "request.url_unreadable": (
        "'url' cannot be read",
        "'url' kan ikke leses",
    ),
    "request.not_begun": (
        "The server has not had time for the request: try again in a moment",
        "Tjeneren har ikke hatt tid til forespørselen: prøv igjen om litt",
    ),
    "request.waited": (
        "The request waited {seconds} s for other requests and was not started: try again in a moment",
        "Forespørselen ventet {seconds} s på andre og ble ikke startet: prøv igjen om litt",
    ),
    "request.many_connections": (
        "Too many connections: try again in a moment",
        "For mange forbindelser: prøv igjen om litt",
    ),
    "request.large_head": (
        "The headers of the request are larger than {most} bytes",
        "Forespørselens hoder er større enn {most} byte",
    ),
    "request.many_headers": (
        "The request has more than {most} headers",
        "Forespørselen har flere enn {most} hoder",
    ),
    "request.long_url": (
        "The URL is longer than {most} bytes; send long parameters as the body of a POST",
        "URL-en er lengre enn {most} byte; send lange parametere i kroppen av en POST",
    ),
    "request.slow": (
        "The request was sent too slowly",
        "Forespørselen ble sendt for langsomt",
    ),
    "request.failed": (
        "The server failed on this request; it has been logged",
        "Tjeneren mislyktes med denne forespørselen; feilen er logget",
    ),
    "request.no_method": (
        "'{method}' is not possible here",
        "'{method}' er ikke mulig her",
    ),
    "request.other_state": (
        "The resource is not in the state {state}",
        "Ressursen er ikke i tilstanden {state}",
    ),
    "request.known_at_twice": (
        "'known-at' is given more than once",
        "'known-at' er oppgitt mer enn én gang",
    ),
    "request.nothing_at": (
        "There is nothing at '{path}'",
        "Det finnes ingenting på '{path}'",
    ),
    "request.no_operation": (
        "There is no operation '{path}'",
        "Operasjonen '{path}' finnes ikke",
    ),
    "request.no_changes": (
        "Resources cannot be changed here",
        "Ressurser kan ikke endres her",
    ),
    "request.is_meant": (
        ": did you mean '{near}'?",
        ": mente du '{near}'?",
    ),
    "request.spent_bytes": (
        "more than {most} bytes of answers",
        "mer enn {most} byte svar",
    ),
    "request.spent_seconds": (
        "more than {most:g} seconds",
        "mer enn {most:g} sekunder",
    ),
    "request.spent_steps": (
        "more than {most} steps",
        "mer enn {most} steg",
    ),
    "request.other_id": (
        "The id '{given}' is not that of the address, '{ident}'",
        "Id-en '{given}' er ikke den i adressen, '{ident}'",
    ),
    "request.id_form": (
        "An id has at most 64 letters, digits, '-' and '.'",
        "En id har høyst 64 bokstaver, sifre, '-' og '.'",
    ),
}
