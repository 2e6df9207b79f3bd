"""Why an answer is "no" (DOMAIN 2 and 3): id → (English, bokmål). Each names what is known and what the reader can do."""

from __future__ import annotations

from typing import Final

__all__ = ["MESSAGES"]

Pair = tuple[str, str]

MESSAGES: Final[dict[str, Pair]] = {
    "reason.unknown_system": (
        "There is no code system {name} here.{near} `gyldig systems` lists those that are loaded.",
        "Kodeverket {name} finnes ikke her.{near} `gyldig systems` viser dem som er lastet.",
    ),
    "reason.not_recorded_then": (
        "{system} was not known here at {then}: it was first recorded {first}.",
        "{system} var ikke kjent her {then}: det ble først registrert {first}.",
    ),
    "reason.unknown_version": (
        "{system} has no version {name} here.{near} `gyldig versions {system}` lists them.",
        "{system} har ingen versjon {name} her.{near} `gyldig versions {system}` viser dem.",
    ),
    "reason.unknown_release": (
        "{system} has no release {name} here. `gyldig releases {system}` lists them.",
        "{system} har ingen utgivelse {name} her. `gyldig releases {system}` viser dem.",
    ),
    "reason.unknown_scope": (
        "There is no scope {scope} here.{near} `gyldig scopes list` lists them.",
        "Bruksområdet {scope} finnes ikke her.{near} `gyldig scopes list` viser dem som er registrert.",
    ),
    "reason.unknown": (
        "No version of {system} is known here.",
        "Ingen versjon av {system} er kjent her.",
    ),
    "reason.scope_unknown": (
        "Nothing is recorded about which version of {system} {scope} accepts{role}.{roles}",
        "Det er ikke registrert hvilken versjon av {system} {scope} godtar{role}.{roles}",
    ),
    "reason.other_roles": (
        " There are rows for the date role {roles:join and}.",
        " Det finnes rader for datorollen {roles:join og}.",
    ),
    "reason.no_role": ("(none)", "(ingen)"),
    "reason.for_role": (" for the date role {role}", " for datorollen {role}"),
    "reason.purged": (
        "The content of {system} {version} was removed from this registry: {why}",
        "Innholdet i {system} {version} er fjernet fra dette registeret: {why}",
    ),
    "reason.not_loaded": (
        "Version {version} of {system} applied, but its content is not loaded here. Load it with `gyldig load`.",
        "Versjon {version} av {system} gjaldt, men innholdet er ikke lastet her. Last det med `gyldig load`.",
    ),
    "reason.not_loaded_for_scope": (
        "Version {version} of {system} applied in {scope}, but its content is not loaded here.",
        "Versjon {version} av {system} gjaldt i {scope}, men innholdet er ikke lastet her.",
    ),
    "reason.before_first": (
        "{on} is before the first known version of {system}: {after} is valid from {starts}.",
        "{on} er før den første kjente versjonen av {system}: {after} er gyldig fra {starts}.",
    ),
    "reason.after_last": (
        "{on} is after the last known version of {system}: the last day of {before} was {ended}.",
        "{on} er etter den siste kjente versjonen av {system}: siste dag for {before} var {ended}.",
    ),
    "reason.gap": (
        "No version of {system} is known for {on}: the last day of {before} was {ended}, "
        "{after} is valid from {starts}.",
        "Ingen versjon av {system} er kjent for {on}: siste dag for {before} var {ended}, "
        "{after} er gyldig fra {starts}.",
    ),
    "reason.none_on": (
        "No version of {system} is known for {on}.",
        "Ingen versjon av {system} er kjent for {on}.",
    ),
    "reason.scope_before_first": (
        "{scope} does not accept any version of {system} yet on {on}{role}.",
        "{scope} godtar ennå ingen versjon av {system} {on}{role}.",
    ),
    "reason.scope_after_last": (
        "{scope} no longer accepts any version of {system} on {on}{role}.",
        "{scope} godtar ikke lenger noen versjon av {system} {on}{role}.",
    ),
    "reason.scope_gap": (
        "{scope} accepts no version of {system} on {on}{role}.",
        "{scope} godtar ingen versjon av {system} {on}{role}.",
    ),
    "near": (" Did you mean {names:join or}?", " Mente du {names:join eller}?"),
    "near.known": (" Known here: {names:join and}.", " Kjent her: {names:join og}."),
    "near.known_more": (
        " Known here: {names:join and}, and {more:other|others}.",
        " Kjent her: {names:join og}, og {more:annen|andre}.",
    ),
}
