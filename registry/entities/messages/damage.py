"""Texts of ``verify`` and ``repair``: what is damaged; id → (English, bokmål), ids begin with ``damage.``."""

from __future__ import annotations

from typing import Final

__all__ = ["MESSAGES"]

Pair = tuple[str, str]

MESSAGES: Final[dict[str, Pair]] = {
    "damage.file": ("database file: {error}", "databasefilen: {error}"),
    "damage.unreadable": ("the database cannot be read: {error}", "databasen kan ikke leses: {error}"),
    "damage.more": (
        "there is more damage than is listed here",
        "det er flere skader enn de som er listet her",
    ),
    "damage.publication": (
        "publication {number}: the record of the publication was changed, or one before it is missing",
        "publisering {number}: oppføringen av publiseringen er endret, eller en tidligere mangler",
    ),
    "damage.rows": (
        "publication {number} ({action} {system}): rows of the table {table} are not those that it wrote",
        "publisering {number} ({action} {system}): rader i tabellen {table} er ikke de som den skrev",
    ),
    "damage.no_publication": (
        "the table {table} has rows that no publication wrote",
        "tabellen {table} har rader som ingen publisering skrev",
    ),
    "damage.purged": (
        "release {release}: no publication agrees with whether its content was deleted",
        "utgivelse {release}: det stemmer ikke med publiseringene om innholdet er slettet",
    ),
    "damage.load": ("the log of load {number} was changed", "loggen for lasting {number} er endret"),
    "damage.audit": (
        "entry {number} of the audit trail was changed, or one before it is missing",
        "innslag {number} i sporingsloggen er endret, eller et tidligere mangler",
    ),
    "damage.state": (
        "state {number} of code {code}: its content does not fit its hash",
        "tilstand {number} av koden {code}: innholdet passer ikke med hashen",
    ),
    "damage.state_columns": (
        "state {number} of code {code}: its columns do not follow from its content",
        "tilstand {number} av koden {code}: kolonnene stemmer ikke med innholdet",
    ),
    "damage.component": (
        "component rows ({kind}) cannot be read",
        "komponentrader ({kind}) kan ikke leses",
    ),
    "damage.properties": (
        "the index of the property {property} does not fit the states",
        "indeksen over egenskapen {property} passer ikke med tilstandene",
    ),
    "damage.words": (
        "the text index does not fit the states",
        "tekstindeksen passer ikke med tilstandene",
    ),
    "damage.bitmap": (
        "release number {number}: a bitmap does not fit its hash",
        "utgivelse nummer {number}: et bitkart passer ikke med hashen",
    ),
    "damage.content_of_none": (
        "there is content of release number {number}, which is deleted or unknown",
        "det finnes innhold for utgivelse nummer {number}, som er slettet eller ukjent",
    ),
    "damage.states_missing": (
        "release {release}: states are missing or belong to another system",
        "utgivelse {release}: tilstander mangler eller hører til et annet system",
    ),
    "damage.content": (
        "release {release}: the content does not fit its hash",
        "utgivelse {release}: innholdet passer ikke med hashen",
    ),
    "damage.content_missing": (
        "release {release}: the content is missing",
        "utgivelse {release}: innholdet mangler",
    ),
    "damage.unused": (
        "{n:row|rows} of the table {table} that no release uses",
        "{n:rad|rader} i tabellen {table} som ingen utgivelse bruker",
    ),
}
