"""Wrong use of the command line, and the words of its help pages: id → (English, bokmål)."""

from __future__ import annotations

from typing import Final

__all__ = ["MESSAGES"]

Pair = tuple[str, str]

MESSAGES: Final[dict[str, Pair]] = {
    "usage.no_command": ("there is no command {name!r}{near}", "kommandoen {name!r} finnes ikke{near}"),
    "usage.no_option": ("there is no option {name} here{near}", "valget {name} finnes ikke her{near}"),
    "usage.near": (". Did you mean {names:join or}?", ". Mente du {names:join eller}?"),
    "usage.needs_value": ("the option {name} needs a value", "valget {name} må ha en verdi"),
    "usage.no_value": ("the option {name} takes no value", "valget {name} kan ikke ha en verdi"),
    "usage.missing_argument": ("the argument {name!r} is missing", "argumentet {name!r} mangler"),
    "usage.missing_option": ("the option {name} is missing", "valget {name} mangler"),
    "usage.superfluous": (
        "more arguments than the command takes: {names:join and}",
        "flere argumenter enn kommandoen tar: {names:join og}",
    ),
    "usage.no_choice": (
        "{value!r} is not one of {choices:join and}",
        "{value!r} er ikke blant {choices:join og}",
    ),
    "usage.no_number": ("{value!r} is not a whole number", "{value!r} er ikke et heltall"),
    "usage.too_small": ("{value} is less than {least}", "{value} er mindre enn {least}"),
    "usage.too_large": ("{value} is greater than {most}", "{value} er større enn {most}"),
    "usage.see": ("{error} (see `{command} --help`)", "{error} (se `{command} --help`)"),
    "usage.stopped": ("stopped", "avbrutt"),
    "usage.one_end": (
        "give {exclusive} (exclusive) or {inclusive} (inclusive), not both",
        "oppgi {exclusive} (eksklusiv) eller {inclusive} (inklusiv), ikke begge",
    ),
    "usage.give_dates": (
        "give --valid-from, --valid-to, --valid-through or --open-end",
        "oppgi --valid-from, --valid-to, --valid-through eller --open-end",
    ),
    "usage.name_release": (
        "name the release: VERSION@RELEASE (see `gyldig releases`)",
        "oppgi utgivelsen: VERSION@RELEASE (se `gyldig releases`)",
    ),
    "usage.version_or_history": ("name a VERSION, or use --history", "oppgi VERSION, eller bruk --history"),
    "usage.system_and_version": (
        "--system and --version belong together",
        "--system og --version hører sammen",
    ),
    "usage.give_change": (
        "give what to change, for example --licence or --access",
        "oppgi hva som skal endres, for eksempel --licence eller --access",
    ),
    "usage.column": (
        "--column {text!r}: write ROLE=NAME, for example code=Kode",
        "--column {text!r}: skriv ROLE=NAME, for eksempel code=Kode",
    ),
    "help.usage": ("Usage:", "Bruk:"),
    "help.options": ("OPTIONS", "VALG"),
    "help.command": ("COMMAND", "KOMMANDO"),
    "help.arguments_heading": ("Arguments:", "Argumenter:"),
    "help.options_heading": ("Options:", "Valg:"),
    "help.commands_heading": ("Commands:", "Kommandoer:"),
    "help.required": ("Required.", "Påkrevd."),
    "help.default": ("Default: {value}.", "Standard: {value}."),
    "help.environment": ("Environment: {name}.", "Miljøvariabel: {name}."),
    "help.range": ("{least} to {most}.", "{least} til {most}."),
    "help.from": ("At least {least}.", "Minst {least}."),
    "help.help": ("Show this help.", "Vis denne hjelpen."),
    "help.epilog": (
        "Global options may stand anywhere. Exit codes: 0 ok, 1 the answer is no, 2 wrong use or bad input, 3 unknown.",
        "Globale valg kan stå hvor som helst. Sluttkoder: 0 i orden, 1 svaret er nei, 2 feil bruk eller ugyldige data, "
        "3 ukjent.",
    ),
}
