"""Notes, notices and warnings inside results: id → (English, bokmål)."""

from __future__ import annotations

from typing import Final

__all__ = ["MESSAGES"]

Pair = tuple[str, str]

MESSAGES: Final[dict[str, Pair]] = {
    "nothing_loaded": ("nothing is loaded yet", "ingenting er lastet ennå"),
    "content_provisional": ("this content is provisional", "innholdet er foreløpig"),
    "versions_overlap": (
        "versions {a} and {b} are both valid: a transition, or one has a wrong end",
        "versjonene {a} og {b} er gyldige samtidig: en overgang, eller en av dem har feil slutt",
    ),
    "history.no_code": (
        "no loaded version of {system} has the code {code}",
        "ingen lastet versjon av {system} har koden {code}",
    ),
    "history.between_silent": (
        "some time between {first} and {last}: the versions in between do not show when",
        "et sted mellom {first} og {last}: versjonene imellom viser ikke når",
    ),
    "history.between_not_loaded": (
        "some time between {first} and {last}: the versions in between are not loaded",
        "et sted mellom {first} og {last}: versjonene imellom er ikke lastet",
    ),
    "change.by_table": ("by the table {table}", "etter tabellen {table}"),
    "change.code_before": ("an earlier version had the code", "en tidligere versjon hadde koden"),
    "change.code_before_other_label": (
        "an earlier version had the code with a label of another kind",
        "en tidligere versjon hadde koden med en annen type tekst",
    ),
    "change.code_before_other_text": (
        "an earlier version had the code with another text: {text}",
        "en tidligere versjon hadde koden med en annen tekst: {text}",
    ),
    "change.relabelled": (
        "the text changed; whether the meaning did is not reviewed",
        "teksten er endret; om betydningen er det, er ikke vurdert",
    ),
    "change.split_off": (
        "the code continues with a narrower meaning, in addition to its new longer codes",
        "koden fortsetter med en snevrere betydning ved siden av de nye, lengre kodene",
    ),
    "change.transferred": (
        "codes were added and removed under a code that continues: what moved where is unknown",
        "koder kom til og falt bort under en kode som fortsetter: hva som ble flyttet hvor, er ikke kjent",
    ),
    "change.may_hold": (
        "{code} may contain what was {others:join and}",
        "{code} kan inneholde det som var {others:join og}",
    ),
    "change.labels_differ": (
        "the earlier version has another kind of label for {code}: whether another code has its text is unknown",
        "den tidligere versjonen har en annen type tekst for {code}: om en annen kode har teksten, er ukjent",
    ),
    "change.text_elsewhere": (
        "{others:join and} has the text of {code} too",
        "{others:join og} har også teksten til {code}",
    ),
    "load.unusual": (
        "unusual: {count} of {total} codes ({share} %) are {type}; look at them with gyldig diff before the version is used",
        "uvanlig: {count} av {total} koder ({share} %) har {type}; se på dem med gyldig diff før versjonen brukes",
    ),
    "load.dangling": (
        "active components ({kind}) name {n:concept|concepts} that the release does not have, for example {first}",
        "aktive komponenter ({kind}) viser til {n:begrep|begreper} som utgivelsen ikke har, for eksempel {first}",
    ),
    "load.repeated_acceptability": (
        "language reference set {refset}: several active rows for {n:description|descriptions}",
        "språkreferansesett {refset}: flere aktive rader for {n:beskrivelse|beskrivelser}",
    ),
    "load.twice_same": (
        "code {code!r} occurs twice with the same content; kept once",
        "koden {code!r} forekommer to ganger med samme innhold; den beholdes én gang",
    ),
    "load.removed_never_there": (
        "code {code!r} is removed but was never there",
        "koden {code!r} fjernes, men har aldri vært der",
    ),
    "load.removed_not_in_base": (
        "code {code!r} is removed but is not in the base of the release",
        "koden {code!r} fjernes, men finnes ikke i det utgivelsen bygger på",
    ),
    "load.dates_now": (
        "version {version} is now valid from {start}, last day {end} (before: {old})",
        "versjon {version} er nå gyldig fra {start}, siste dag {end} (før: {old})",
    ),
    "load.dates_kept": (
        "version {version} keeps its dates: {kept}. This load has {given}, which is not used. To change the"
        " dates: gyldig version set {system} {version} --valid-from … --valid-to …",
        "versjon {version} beholder datoene sine: {kept}. Denne lastingen har {given}, som ikke brukes. Slik"
        " endres datoene: gyldig version set {system} {version} --valid-from … --valid-to …",
    ),
    "load.dates_same": (
        "version {version} has these dates already: {old}",
        "versjon {version} har disse datoene fra før: {old}",
    ),
    "load.interval": ("{start}, last day {end}", "{start}, siste dag {end}"),
    "load.no_start": ("no start", "ingen start"),
    "load.derived_end": ("derived", "utledet"),
    "load.targets_missing": (
        "{missing} of {all} targets are not found in {target}: {listed}",
        "{missing} av {all} målkoder finnes ikke i {target}: {listed}",
    ),
    "error.map_of_other_system": (
        "{missing} of {all} targets are not codes of {target}, for example {examples}{guess}:"
        " the map belongs to another system",
        "{missing} av {all} målkoder er ikke koder i {target}, for eksempel {examples}{guess}:"
        " mappingen hører til et annet kodeverk",
    ),
    "error.map_guess": (
        " (their form is that of {systems:join or})",
        " (de har samme form som kodene i {systems:join eller})",
    ),
}
