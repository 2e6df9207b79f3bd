"""Why one code is not found or not valid, and its relations: id → (English, bokmål)."""

from __future__ import annotations

from typing import Final

__all__ = ["MESSAGES"]

Pair = tuple[str, str]

MESSAGES: Final[dict[str, Pair]] = {
    "code.unknown": (
        "{system} {version} has no code {code}.{more}",
        "{system} {version} har ikke koden {code}.{more}",
    ),
    "code.zeros": (
        " It has {codes:join and}: do the leading zeros belong to the code?",
        " Den har {codes:join og}: hører nullene foran med til koden?",
    ),
    "code.also_in": (" It is in {versions:join and}.", " Den finnes i {versions:join og}."),
    "code.other_system": (
        " {other} has one: is the code system right?",
        " Den finnes i {other}: er det riktig kodeverk?",
    ),
    "code.begin": (
        " {count:code begins|codes begin} with it.",
        " {count:kode begynner|koder begynner} slik.",
    ),
    "code.recoded": (
        "In {system} {version} the concept of {code} has the code {codes:join and}.",
        "I {system} {version} har begrepet {code} koden {codes:join og}.",
    ),
    "code.outside_coverage": (
        "What is loaded of {system} {version} does not cover {code}, so its validity is unknown.",
        "Det som er lastet av {system} {version}, dekker ikke {code}, så det er ukjent om koden gjaldt.",
    ),
    "code.update_not_loaded": (
        "The official table {table} makes {code} effective {day}; that update of {year} is not loaded, so what is"
        " loaded of {system} {version} does not tell whether the code was valid.",
        "Den offisielle tabellen {table} lar {code} gjelde fra {day}; den oppdateringen i {year} er ikke lastet, så det"
        " som er lastet av {system} {version}, viser ikke om koden gjaldt.",
    ),
    "code.header": (
        "{code} is a category in {system} {version}, not a code to report: use one of its codes.{more}",
        "{code} er en kategori i {system} {version}, ikke en kode å rapportere: bruk en av kodene under.{more}",
    ),
    "code.not_reportable": (
        "{code} in {system} {version} is not to be reported.",
        "{code} i {system} {version} skal ikke rapporteres.",
    ),
    "code.reserve": (
        "{code} in {system} {version} is held in reserve and has no meaning yet.",
        "{code} i {system} {version} er holdt i reserve (beredskap) og har ingen betydning ennå.",
    ),
    "code.inactive": (
        "{code} is not in use any more on {on} ({system} {version}).",
        "{code} er ikke lenger i bruk {on} ({system} {version}).",
    ),
    "code.last_day": (
        "{code} was last valid on {day} ({system} {version}).{more}{instead}",
        "Siste gyldige dag for {code} var {day} ({system} {version}).{more}{instead}",
    ),
    "code.or_later": (
        " It may have been valid longer: what is between {after} and {by} is not loaded.",
        " Den kan ha vært gyldig lenger: det som er mellom {after} og {by}, er ikke lastet.",
    ),
    "code.successor": (" Its successor is {codes:join or}.", " Etterfølgeren er {codes:join eller}."),
    "code.successor_proposed": (
        " Proposed successor, not reviewed: {codes:join or}.",
        " Foreslått etterfølger, ikke vurdert: {codes:join eller}.",
    ),
    "version.expired": (
        "{system} {version} is not accepted any more on {on}.",
        "{system} {version} godtas ikke lenger {on}.",
    ),
    "version.not_yet": (
        "{system} {version} is not accepted yet on {on}.",
        "{system} {version} godtas ikke ennå {on}.",
    ),
    "version.purged": (
        "The content of {system} {version} was removed.",
        "Innholdet i {system} {version} er fjernet.",
    ),
    "role.star_alone": (
        "An asterisk code: it may only be used with its dagger code.",
        "En stjernekode: den kan bare brukes sammen med korskoden.",
    ),
    "role.additional_first": (
        "A pure additional code: it may not be the first condition.",
        "En ren tilleggskode: den kan ikke være første tilstand.",
    ),
    "role.sex": ("The code is for one sex only ({value}).", "Koden gjelder bare ett kjønn ({value})."),
    "role.unspecified": (
        "An unspecific code: a more precise one is preferred.",
        "En uspesifikk kode: en mer presis kode er å foretrekke.",
    ),
    "hierarchy.structural": (
        "No source of this version asserts a hierarchy: these follow from the codes.",
        "Ingen kilde til denne versjonen oppgir et hierarki: dette følger av kodene.",
    ),
    "hierarchy.none": (
        "No source of {system} {version} asserts a hierarchy.",
        "Ingen kilde til {system} {version} oppgir et hierarki.",
    ),
}
