"""Findings of the FHIR terminology operations: id → (English, bokmål), values by number.

English is wire format: the texts are those of the terminology ecosystem's ``messages.properties``, character by
character. Not here: severity and kind of a finding (``registry.terminology.issues``).
"""

from __future__ import annotations

from typing import Final

__all__ = ["MESSAGES"]

Pair = tuple[str, str]

MESSAGES: Final[dict[str, Pair]] = {
    "Unknown_Code_in": (
        "Unknown code '{0}' in the CodeSystem '{1}'",
        "Ukjent kode '{0}' i kodeverket '{1}'",
    ),
    "Unknown_Code_in_Version": (
        "Unknown code '{0}' in the CodeSystem '{1}' version '{2}'",
        "Ukjent kode '{0}' i kodeverket '{1}' versjon '{2}'",
    ),
    "UNKNOWN_CODE_IN_FRAGMENT": (
        "Unknown Code '{0}' in the CodeSystem '{1}' version '{2}' - note that the code system is labeled "
        "as a fragment, so the code may be valid in some other fragment",
        "Ukjent kode '{0}' i kodeverket '{1}' versjon '{2}'. Kodeverket er merket som et utdrag, så koden"
        " kan være gyldig i et annet utdrag",
    ),
    "CODE_CASE_DIFFERENCE": (
        "The code '{0}' differs from the correct code '{1}' by case. Although the code system '{2}' is "
        "case insensitive, implementers are strongly encouraged to use the correct case anyway",
        "Koden '{0}' skiller seg fra den riktige koden '{1}' bare i store og små bokstaver. Kodeverket "
        "'{2}' skiller ikke mellom dem, men det anbefales sterkt å skrive koden slik kodeverket gjør",
    ),
    "ABSTRACT_CODE_NOT_ALLOWED": (
        "Code '{0}#{1}' is abstract, and not allowed in this context",
        "Koden '{0}#{1}' er abstrakt og ikke tillatt i denne sammenhengen",
    ),
    "STATUS_CODE_WARNING_CODE": (
        "The concept '{1}' is valid but is {0}",
        "Begrepet '{1}' er gyldig, men {0}",
    ),
    "INACTIVE_CONCEPT_FOUND": (
        "The concept '{1}' has a status of {0} and its use should be reviewed",
        "Begrepet '{1}' har statusen {0}, og bruken bør vurderes",
    ),
    "DEPRECATED_CONCEPT_FOUND": (
        "The concept '{1}' is deprecated and its use should be reviewed",
        "Begrepet '{1}' er utfaset, og bruken bør vurderes",
    ),
    "CONCEPT_DEPRECATED_IN_VALUESET": (
        "The presence of the concept '{1}' in the system '{0}' in the value set {3} is marked with a "
        "status of {2} and its use should be reviewed",
        "Begrepet '{1}' fra kodeverket '{0}' har statusen {2} i verdisettet {3}, og bruken bør vurderes",
    ),
    "Coding_has_no_system__cannot_validate": (
        "Coding has no system. A code with no system has no defined meaning, and it cannot be validated. "
        "A system should be provided",
        "Kodingen mangler kodeverk. En kode uten kodeverk har ingen definert betydning og kan ikke "
        "valideres. Kodeverket bør oppgis",
    ),
    "Terminology_TX_System_Relative": (
        "Coding.system must be an absolute reference, not a local reference",
        "Coding.system må være en absolutt referanse, ikke en lokal",
    ),
    "Terminology_TX_System_ValueSet2": (
        "The Coding references a value set, not a code system ('{0}')",
        "Kodingen viser til et verdisett, ikke til et kodeverk ('{0}')",
    ),
    "CODESYSTEM_CS_NO_SUPPLEMENT": (
        "CodeSystem {0} is a supplement, so can't be used as a value in Coding.system",
        "Kodeverket {0} er et supplement og kan ikke brukes som verdi i Coding.system",
    ),
    "UNKNOWN_CODESYSTEM": (
        "A definition for CodeSystem '{0}' could not be found, so the code cannot be validated",
        "En definisjon av kodeverket '{0}' ble ikke funnet, så koden kan ikke valideres",
    ),
    "UNKNOWN_CODESYSTEM_VERSION": (
        "A definition for CodeSystem '{0}' version '{1}' could not be found, so the code cannot be "
        "validated. Valid versions: {2}",
        "En definisjon av kodeverket '{0}' versjon '{1}' ble ikke funnet, så koden kan ikke valideres. "
        "Gyldige versjoner: {2}",
    ),
    "UNKNOWN_CODESYSTEM_VERSION_NONE": (
        "A definition for CodeSystem '{0}' version '{1}' could not be found, so the code cannot be "
        "validated. No versions of this code system are known",
        "En definisjon av kodeverket '{0}' versjon '{1}' ble ikke funnet, så koden kan ikke valideres. "
        "Ingen versjon av kodeverket er kjent",
    ),
    "UNKNOWN_CODESYSTEM_EXP": (
        "A definition for CodeSystem '{0}' could not be found, so the value set cannot be expanded",
        "En definisjon av kodeverket '{0}' ble ikke funnet, så verdisettet kan ikke ekspanderes",
    ),
    "UNKNOWN_CODESYSTEM_VERSION_EXP": (
        "A definition for CodeSystem '{0}' version '{1}' could not be found, so the value set cannot be "
        "expanded. Valid versions: {2}",
        "En definisjon av kodeverket '{0}' versjon '{1}' ble ikke funnet, så verdisettet kan ikke "
        "ekspanderes. Gyldige versjoner: {2}",
    ),
    "UNKNOWN_CODESYSTEM_VERSION_EXP_NONE": (
        "A definition for CodeSystem '{0}' version '{1}' could not be found, so the value set cannot be "
        "expanded. No versions of this code system are known",
        "En definisjon av kodeverket '{0}' versjon '{1}' ble ikke funnet, så verdisettet kan ikke "
        "ekspanderes. Ingen versjon av kodeverket er kjent",
    ),
    "UNABLE_TO_INFER_CODESYSTEM": (
        "The System URI could not be determined for the code '{0}' in the ValueSet '{1}'",
        "Kodeverket til koden '{0}' i verdisettet '{1}' kunne ikke fastslås",
    ),
    "Unable_to_resolve_system__value_set_has_multiple_matches": (
        "The System URI could not be determined for the code '{0}' in the ValueSet '{1}': value set "
        "expansion has multiple matches: {2}",
        "Kodeverket til koden '{0}' i verdisettet '{1}' kunne ikke fastslås: ekspansjonen av verdisettet "
        "har flere treff: {2}",
    ),
    "VALUESET_VALUE_MISMATCH": (
        "The code system '{0}' version '{1}' in the ValueSet include is different to the one in the value"
        " ('{2}')",
        "Kodeverket '{0}' har versjon '{1}' i verdisettets include, men en annen i verdien ('{2}')",
    ),
    "VALUESET_VALUE_MISMATCH_CHANGED": (
        "The code system '{0}' version '{1}' resulting from the version '{2}' in the ValueSet include is "
        "different to the one in the value ('{3}')",
        "Kodeverket '{0}' versjon '{1}', som følger av versjonen '{2}' i verdisettets include, er en "
        "annen enn versjonen i verdien ('{3}')",
    ),
    "VALUESET_VALUE_MISMATCH_DEFAULT": (
        "The code system '{0}' version '{1}' for the versionless include in the ValueSet include is "
        "different to the one in the value ('{3}')",
        "Kodeverket '{0}' versjon '{1}', som gjelder fordi verdisettets include ikke oppgir versjon, er "
        "en annen enn versjonen i verdien ('{3}')",
    ),
    "VALUESET_VERSION_CHECK": (
        "The version '{1}' is not allowed for system '{0}': required to be '{2}' by a version-check "
        "parameter",
        "Versjonen '{1}' er ikke tillatt for kodeverket '{0}': en versjonssjekk i parameterne krever '{2}'",
    ),
    "None_of_the_provided_codes_are_in_the_value_set_one": (
        "The provided code {2} was not found in the value set '{1}'",
        "Den oppgitte koden {2} finnes ikke i verdisettet '{1}'",
    ),
    "TX_GENERAL_CC_ERROR_MESSAGE": (
        "No valid coding was found for the value set '{0}'",
        "Ingen gyldig koding ble funnet for verdisettet '{0}'",
    ),
    "Unable_to_resolve_value_Set_": (
        "A definition for the value Set '{0}' could not be found",
        "En definisjon av verdisettet '{0}' ble ikke funnet",
    ),
    "VS_EXP_IMPORT_UNK_PINNED": (
        "Unable to find included value set '{0}' version '{1}'",
        "Det inkluderte verdisettet '{0}' versjon '{1}' ble ikke funnet",
    ),
    "VALUESET_CIRCULAR_REFERENCE": (
        "Found a circularity pointing to {0} processing ValueSet with pathway {1}",
        "Verdisettet viser til seg selv: {0} nås igjen langs veien {1}",
    ),
    "VALUESET_TOO_COSTLY": (
        "The value set '{0}' expansion has too many codes to produce ({1})",
        "Ekspansjonen av verdisettet '{0}' gir for mange koder ({1})",
    ),
    "VALUESET_SUPPLEMENT_MISSING_one": (
        "Required supplement not found: {1}",
        "Et påkrevd supplement ble ikke funnet: {1}",
    ),
    "VALUESET_SUPPLEMENT_MISSING_other": (
        "Required supplements not found: {1}",
        "Påkrevde supplementer ble ikke funnet: {1}",
    ),
    "UNABLE_TO_HANDLE_SYSTEM_FILTER_WITH_NO_VALUE": (
        "The system {0} filter with property = {1}, op = {2} has no value",
        "Filteret for kodeverket {0} med property = {1} og op = {2} mangler verdi",
    ),
    "FILTER_NOT_UNDERSTOOD": (
        'The filter "{1} {2} {3}" was not understood in the context of {0}',
        'Filteret "{1} {2} {3}" ble ikke forstått for {0}',
    ),
    "FILTER_UNKNOWN_CODE": (
        "The filter '{1} {2} {0}' names a code that {3} does not have",
        "Filteret '{1} {2} {0}' oppgir en kode som {3} ikke har",
    ),
    "FILTER_BAD_REGEX": (
        'The filter "{1} regex {2}" of {0} is no regular expression: {3}',
        'Filteret "{1} regex {2}" for {0} er ikke et regulært uttrykk: {3}',
    ),
    "MSG_DEPRECATED": (
        "Reference to deprecated {2} {0}",
        "Viser til {2} {0}, som er utfaset",
    ),
    "MSG_DRAFT": (
        "Reference to draft {2} {0}",
        "Viser til {2} {0}, som er et utkast",
    ),
    "MSG_EXPERIMENTAL": (
        "Reference to experimental {2} {0}",
        "Viser til {2} {0}, som er eksperimentell",
    ),
    "MSG_WITHDRAWN": (
        "Reference to withdrawn {2} {0}",
        "Viser til {2} {0}, som er trukket tilbake",
    ),
    "Display_Name_for__should_be_one_of__instead_of_one": (
        "Wrong Display Name '{4}' for {1}#{2}. Valid display is {3} (for the language(s) '{5}')",
        "Feil visningstekst '{4}' for {1}#{2}. Gyldig visningstekst er {3} (for språk '{5}')",
    ),
    "Display_Name_for__should_be_one_of__instead_of_other": (
        "Wrong Display Name '{4}' for {1}#{2}. Valid display is one of {0} choices: {3} (for the "
        "language(s) '{5}')",
        "Feil visningstekst '{4}' for {1}#{2}. Gyldig visningstekst er en av {0}: {3} (for språk '{5}')",
    ),
    "Display_Name_WS_for__should_be_one_of__instead_of_one": (
        "Wrong whitespace in Display Name '{4}' for {1}#{2}. Valid display is {3} (for the language(s) "
        "'{5}')",
        "Feil mellomrom i visningsteksten '{4}' for {1}#{2}. Gyldig visningstekst er {3} (for språk '{5}')",
    ),
    "Display_Name_WS_for__should_be_one_of__instead_of_other": (
        "Wrong whitespace in Display Name '{4}' for {1}#{2}. Valid display is one of {0} choices: {3} "
        "(for the language(s) '{5}')",
        "Feil mellomrom i visningsteksten '{4}' for {1}#{2}. Gyldig visningstekst er en av {0}: {3} (for "
        "språk '{5}')",
    ),
    "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_ERR": (
        "Wrong Display Name '{0}' for {1}#{2}. There are no valid display names found for language(s) "
        "'{3}'. Default display is '{4}'",
        "Feil visningstekst '{0}' for {1}#{2}. Det finnes ingen gyldig visningstekst for språk '{3}'. "
        "Standardteksten er '{4}'",
    ),
    "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_OK": (
        "There are no valid display names found for the code {1}#{2} for language(s) '{3}'. The display "
        "is '{4}' which is a valid display for the default language",
        "Det finnes ingen gyldig visningstekst for koden {1}#{2} for språk '{3}'. Visningsteksten er "
        "'{4}', som er gyldig for standardspråket",
    ),
    "INACTIVE_DISPLAY_FOUND_other": (
        "'{1}' is no longer considered a correct display for code '{2}' (status = {4}). The correct "
        "display is one of {3}",
        "'{1}' regnes ikke lenger som riktig visningstekst for koden '{2}' (status = {4}). Riktig "
        "visningstekst er en av {3}",
    ),
    "INVALID_DISPLAY_NAME": (
        "Invalid displayLanguage: '{0}'",
        "Ugyldig displayLanguage: '{0}'",
    ),
    "CODESYSTEM_NOT_IN_FORCE": (
        "No version of CodeSystem '{0}' is in force on {1}: {2}",
        "Ingen versjon av kodeverket '{0}' gjelder {1}: {2}",
    ),
    "VALUESET_NOT_IN_FORCE": (
        "No version of ValueSet '{0}' is in force on {1}: {2}",
        "Ingen versjon av verdisettet '{0}' gjelder {1}: {2}",
    ),
    "CONCEPTMAP_NOT_IN_FORCE": (
        "No version of the concept map '{0}' is in force on {1}: {2}",
        "Ingen versjon av mappingen '{0}' gjelder {1}: {2}",
    ),
    "INCLUDE_OF_NOTHING": (
        "An include or exclude needs a system or a value set",
        "En include eller exclude må ha et kodeverk eller et verdisett",
    ),
    "DATE_SPANS_MAP_ROWS": (
        "From {1} to {2} not the same rows of the concept map '{0}' apply for {3}: give the day",
        "Fra {1} til {2} gjelder ikke de samme radene i mappingen '{0}' for {3}: oppgi dagen",
    ),
    "MAP_TARGET_NOT_VALID": (
        "The code '{0}' of {1} is not valid on {2}: {3}.",
        "Koden '{0}' i {1} er ikke gyldig {2}: {3}.",
    ),
    "MAP_TARGET_NOT_CHECKED": (
        "It is not known whether the code '{0}' of {1} is valid on {2}: {3}.",
        "Det er ukjent om koden '{0}' i {1} er gyldig {2}: {3}.",
    ),
    "MAP_TARGET_REPLACED": (
        "The code '{0}' of {1} is not valid on {2}: {3}. Proposed successors, not reviewed: {4}.",
        "Koden '{0}' i {1} er ikke gyldig {2}: {3}. Foreslåtte etterfølgere, ikke kvalitetssikret: {4}.",
    ),
    "DATE_SPANS_MAPS": (
        "From {1} to {2} several versions of the concept map '{0}' apply ({3}): give the day",
        "Fra {1} til {2} gjelder flere versjoner av mappingen '{0}' ({3}): oppgi dagen",
    ),
    "DATE_SPANS_VERSIONS": (
        "From {1} to {2} several versions of CodeSystem '{0}' apply ({3}): give the day",
        "Fra {1} til {2} gjelder flere versjoner av kodeverket '{0}' ({3}): oppgi dagen",
    ),
    "VERSION_NOT_IN_FORCE": (
        "The version '{1}' of the code system '{0}' is not in force on {2} ({3})",
        "Versjonen '{1}' av kodeverket '{0}' gjelder ikke {2} ({3})",
    ),
    "PROPERTY_UNKNOWN": (
        "The property '{0}' is not known in the CodeSystem '{1}' version '{2}'",
        "Egenskapen '{0}' er ikke kjent i CodeSystem '{1}' versjon '{2}'",
    ),
    "NO_CODE_GIVEN": (
        "Unable to find code to validate (looked for coding | codeableConcept | code+system | "
        "code+inferSystem in parameters",
        "Fant ingen kode å validere (lette etter coding | codeableConcept | code+system | "
        "code+inferSystem i parameterne)",
    ),
    "REQUEST_REQUIRED": (
        "The parameter '{0}' is required",
        "Parameteren '{0}' er påkrevd",
    ),
    "RESOURCE_UNKNOWN": (
        "{0} '{1}' is not known",
        "{0} '{1}' er ikke kjent",
    ),
    "CONCEPTMAP_UNKNOWN": (
        "A definition for the concept map '{0}' could not be found",
        "En definisjon av mappingen '{0}' ble ikke funnet",
    ),
    "status.not_active": (
        "not active",
        "ikke aktiv",
    ),
    "translate.none": (
        "No translation was found",
        "Ingen oversettelse ble funnet",
    ),
    "translate.no_map_on": (
        "No translation was found: the maps of this code system that are known here are not in force on {on}",
        "Ingen oversettelse ble funnet: mappingene for dette kodeverket som er kjent her, gjelder ikke {on}",
    ),
    "translate.the_day": (
        "the day",
        "dagen",
    ),
    "unclosed.fragment": (
        "This extension is based on a fragment of the code system {system}",
        "Ekspansjonen bygger på et utdrag av kodeverket {system}",
    ),
    "unclosed.example": (
        "This extension is based on a example of the code system {system}",
        "Ekspansjonen bygger på et eksempel på kodeverket {system}",
    ),
    "compose.deep_imports": (
        "imports deeper than {most}",
        "import i flere nivåer enn {most}",
    ),
}
