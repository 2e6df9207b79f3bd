"""Who may read and write: licences, tokens and their issuers, as errors: id → (English, bokmål)."""

from __future__ import annotations

from typing import Final

__all__ = ["MESSAGES"]

Pair = tuple[str, str]

MESSAGES: Final[dict[str, Pair]] = {
    "error.restricted": (
        "The content of {system} is restricted by its licence ({licence}): it is available on the machine "
        "itself, or with a token that has the right “read” (Authorization: Bearer …).",
        "Lisensen ({licence}) begrenser bruken av innholdet i {system}: det gis på maskinen selv, eller med"
        " et token som har rettigheten «read» (Authorization: Bearer …).",
    ),
    "error.no_more_of_list": (
        "The licence of {system} ({licence}) does not allow passing lists on: this list and its pages give at most "
        "{most} codes. Ask for fewer, or ask on the machine itself, or with a token (Authorization: Bearer …).",
        "Lisensen til {system} ({licence}) tillater ikke at lister gis videre: denne listen og sidene dens gir høyst "
        "{most} koder. Be om færre, eller spør på maskinen selv, eller med et token (Authorization: Bearer …).",
    ),
    "error.no_passing_on": (
        "The licence of {system} ({licence}) does not allow passing the whole list on: download it on the "
        "machine itself, or with a token that has the right “read” (Authorization: Bearer …).",
        "Lisensen til {system} ({licence}) tillater ikke at hele listen gis videre: last den ned på "
        "maskinen selv, eller med et token som har rettigheten «read» (Authorization: Bearer …).",
    ),
    "error.writing_off": (
        "Writing over HTTP is switched off: no token has a right to write. Make one with `gyldig token add`, or use the "
        "command line.",
        "Skriving over HTTP er slått av: ingen tokener gir rett til å skrive. Lag et med `gyldig token add`, eller bruk "
        "kommandolinjen.",
    ),
    "error.writing_token": (
        "This needs a token that has the right “{right}”: Authorization: Bearer …",
        "Dette krever et token som har rettigheten «{right}»: Authorization: Bearer …",
    ),
    "error.wrong_token": (
        "The token is not valid here.",
        "Tokenet er ikke gyldig her.",
    ),
    "error.ended_token": (
        "The token {token} has ended or was revoked.",
        "Tokenet {token} er utløpt eller trukket tilbake.",
    ),
    "error.no_issuer_keys": (
        "The token cannot be checked now: the keys of {issuer} cannot be fetched.",
        "Tokenet kan ikke prøves nå: nøklene til {issuer} kan ikke hentes.",
    ),
    "error.jwt_expired": ("The token has expired.", "Tokenet er utløpt."),
    "error.jwt_claim": (
        "The token is not valid here: “{claim}” is missing or not what it must be.",
        "Tokenet er ikke gyldig her: «{claim}» mangler eller er ikke som det må være.",
    ),
    "error.jwt_signature": (
        "The token is not valid here: it is not signed by a key of {issuer}.",
        "Tokenet er ikke gyldig her: det er ikke signert med en nøkkel fra {issuer}.",
    ),
    "error.jwt_bound": (
        "The token is bound to a key of its owner (DPoP or mTLS), which this server cannot check: use one that is not bound.",
        "Tokenet er bundet til en nøkkel hos eieren (DPoP eller mTLS), som denne tjeneren ikke kan prøve: bruk et som ikke er bundet.",
    ),
    "error.oidc_url": (
        "{name} is {value!r}: it must be an https address",
        "{name} er {value!r}: det må være en https-adresse",
    ),
    "error.oidc_audience": (
        "GYLDIG_OIDC_ISSUER needs GYLDIG_OIDC_AUDIENCE: without it tokens for other services would be accepted",
        "GYLDIG_OIDC_ISSUER krever GYLDIG_OIDC_AUDIENCE: uten den ville tokener til andre tjenester bli godtatt",
    ),
    "error.oidc_algorithm": (
        "GYLDIG_OIDC_ALGORITHMS has {value!r}; possible: {known}",
        "GYLDIG_OIDC_ALGORITHMS har {value!r}; mulige: {known}",
    ),
    "error.oidc_scopes": (
        "GYLDIG_OIDC_SCOPES has {value!r}: write SCOPE=RIGHT, with one of the rights {rights}",
        "GYLDIG_OIDC_SCOPES har {value!r}: skriv SCOPE=RIGHT, med en av rettighetene {rights}",
    ),
    "error.token_right": (
        "The token {token} does not have the right “{right}”.",
        "Tokenet {token} har ikke rettigheten «{right}».",
    ),
    "error.no_right": (
        "there is no right {right!r}; rights: {rights}",
        "det finnes ingen rettighet {right!r}; rettigheter: {rights}",
    ),
    "error.token_name": (
        "the name of a token has 1 to {most} printable characters",
        "navnet på et token har 1 til {most} synlige tegn",
    ),
    "error.token_past": (
        "a token that is not valid from {day} on would never be valid: today is {today}",
        "et token som ikke er gyldig fra og med {day}, ville aldri bli gyldig: i dag er {today}",
    ),
    "error.token_exists": (
        "there is a token {name} already: revoke it first (`gyldig token revoke {name}`)",
        "det finnes allerede et token {name}: trekk det tilbake først (`gyldig token revoke {name}`)",
    ),
    "error.no_token": (
        "there is no token {name} to revoke: see `gyldig token list`",
        "det finnes ikke noe token {name} å trekke tilbake: se `gyldig token list`",
    ),
    "error.token_reserved": (
        "{name} is the name of other callers in the audit trail: choose another one",
        "{name} er navnet på andre i sporingsloggen: velg et annet",
    ),
}
