"""Why a FHIR request is refused: id → (English, bokmål). Not here: findings about codes (``terminology``)."""

from __future__ import annotations

from typing import Final

__all__ = ["MESSAGES"]

Pair = tuple[str, str]

MESSAGES: Final[dict[str, Pair]] = {
    "request.not_boolean": (
        "'{name}' is to be true or false",
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
        "'{name}' is to be a single value",
        "'{name}' skal være én enkelt verdi",
    ),
    "request.parameters_expected": (
        "A Parameters resource is expected",
        "En Parameters-ressurs er ventet",
    ),
    "request.parameter_list": (
        "'parameter' is to be a list",
        "'parameter' skal være en liste",
    ),
    "request.not_whole_number": (
        "'{name}' is to be a whole number, 0 or more",
        "'{name}' skal være et heltall, 0 eller mer",
    ),
    "request.no_date": (
        "'{text}' is no date",
        "'{text}' er ikke en dato",
    ),
    "request.not_object": (
        "'{name}' is to be an object",
        "'{name}' skal være et objekt",
    ),
    "request.coding_list": (
        "'coding' is to be a list",
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
    "request.terminology_resource": (
        "A terminology resource is expected, not {kind}",
        "En terminologiressurs er ventet, ikke {kind}",
    ),
    "request.value_set_expected": (
        "'valueSet' is to be a ValueSet",
        "'valueSet' skal være et ValueSet",
    ),
    "request.url_and_value_set": (
        "Both 'url' and 'valueSet' are given, and they differ",
        "Både 'url' og 'valueSet' er oppgitt, og de er forskjellige",
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
        "Resources are not kept here",
        "Ressurser beholdes ikke her",
    ),
    "request.no_mode": (
        "'{mode}' is no mode",
        "'{mode}' er ikke en modus",
    ),
    "request.one_system": (
        "Both codings are to be of one system",
        "Begge kodinger skal være fra samme kodeverk",
    ),
    "request.no_search_date": (
        "'{text}' is no date to search for",
        "'{text}' er ikke en dato å søke etter",
    ),
    "request.resource_expected": (
        "A {kind} is expected",
        "En {kind} er ventet",
    ),
    "request.search_number": (
        "'{name}' is to be a whole number",
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
        "'{name}' is nothing to sort by",
        "det går ikke an å sortere etter '{name}'",
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
        "The batch has taken {spent}: ask for the rest in another",
        "Batchen har brukt {spent}: be om resten i en ny",
    ),
    "request.url_unreadable": (
        "'url' cannot be read",
        "'url' kan ikke leses",
    ),
    "request.many_waiting": (
        "Too many large requests are waiting: try again in a moment",
        "For mange store forespørsler venter: prøv igjen om litt",
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
        ": is '{near}' meant?",
        ": er '{near}' ment?",
    ),
    "request.spent_bytes": (
        "more than {most} bytes of answers",
        "mer enn {most} byte svar",
    ),
    "request.spent_seconds": (
        "more than {most:g} seconds",
        "mer enn {most:g} sekunder",
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
