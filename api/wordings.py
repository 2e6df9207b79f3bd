"""The message catalogue: key → (English, bokmål). Read through ``api.texts``; no logic here."""

from __future__ import annotations

from typing import Final

__all__ = ["REASONS", "SENTENCES", "WORDS"]

Pair = tuple[str, str]

#: Why an answer is "no" (DOMAIN 2 and 3). Each names something the reader can do.
REASONS: Final[dict[str, Pair]] = {
    "unknown_system": (
        "There is no code system {system} here. `gyldig systems` lists those that are loaded.{maybe}",
        "Kodeverket {system} finnes ikke her. `gyldig systems` viser dem som er lastet.{maybe}",
    ),
    "unknown_version": (
        "{system} has no version {version} here. `gyldig versions {system}` lists them.{maybe}",
        "{system} har ingen versjon {version} her. `gyldig versions {system}` viser dem.{maybe}",
    ),
    "unknown_code": (
        "{code} is not in {system} {version}.{also}",
        "{code} finnes ikke i {system} {version}.{also}",
    ),
    "outside_coverage": (
        "The source of {system} {version} leaves out codes like {code}: whether it applied cannot be told from it.{also}",
        "Kilden til {system} {version} utelater koder som {code}: den sier ikke om koden gjaldt.{also}",
    ),
    "purged": (
        "The content of {system} {version} was removed from this registry; only its hash and the reason are kept.",
        "Innholdet i {system} {version} er fjernet fra dette registeret; bare hash og begrunnelse er igjen.",
    ),
    "before_first": (
        "{on} is before the first version of {system} known here begins. `gyldig versions {system}` shows the dates.",
        "{on} er før den første versjonen av {system} som er kjent her. `gyldig versions {system}` viser datoene.",
    ),
    "gap": (
        "No version of {system} was in force on {on}: the versions known here leave a gap there. "
        "Load the version of that time, or see `gyldig versions {system}`.",
        "Ingen versjon av {system} gjaldt {on}: versjonene som er kjent her, har et hull der. "
        "Last versjonen fra den tiden, eller se `gyldig versions {system}`.",
    ),
    "after_last": (
        "{on} is after the last version of {system} known here ended. Load the newer version, "
        "or see `gyldig versions {system}`.",
        "{on} er etter at den siste versjonen av {system} som er kjent her, tok slutt. Last den nyere versjonen, "
        "eller se `gyldig versions {system}`.",
    ),
    "not_loaded": (
        "A version of {system} applied on {on}, but its content is not loaded here{versions}. Load it with `gyldig load`.",
        "En versjon av {system} gjaldt {on}, men innholdet er ikke lastet her{versions}. Last det med `gyldig load`.",
    ),
    "unknown": (
        "What applied is not known here: nothing says it for {system} on {on}{scope}. "
        "`gyldig scopes list {system}` shows what is registered.",
        "Hva som gjaldt, er ikke kjent her: ingenting sier det for {system} {on}{scope}. "
        "`gyldig scopes list {system}` viser hva som er registrert.",
    ),
    "not_yet": (
        "{code} comes in a version that was not yet allowed on {on}.",
        "{code} kommer i en versjon som ennå ikke var tillatt {on}.",
    ),
    "expired": (
        "{code} is in a version that was no longer accepted on {on}.",
        "{code} hører til en versjon som ikke lenger ble godtatt {on}.",
    ),
    "header": (
        "{code} is a heading in {system}, not a code to report. `gyldig hierarchy children {system} {code}` "
        "shows the codes under it.",
        "{code} er en overskrift i {system}, ikke en kode til registrering. `gyldig hierarchy children {system} {code}` "
        "viser kodene under den.",
    ),
    "not_reportable": (
        "{code} is a code of {system}, but was not to be reported on {on}.",
        "{code} er en kode i {system}, men skulle ikke rapporteres {on}.",
    ),
    "reserve": (
        "{code} is a reserve code of {system}: on {on} it had no meaning yet.",
        "{code} er en reservekode i {system}: {on} hadde den ennå ingen betydning.",
    ),
    "wrong_system": (
        "{code} is not a code of {system}; it looks like one of another code system.",
        "{code} er ikke en kode i {system}; den ser ut til å høre til et annet kodeverk.",
    ),
    "local": (
        "{code} is a reporter's own additional code, not one of {system}.",
        "{code} er en lokal tilleggskode, ikke en kode i {system}.",
    ),
    "no_hierarchy": (
        "No source loaded for {system} {version} says what stands above or below a code.",
        "Ingen kilde som er lastet for {system} {version}, sier hva som står over eller under en kode.",
    ),
}

SENTENCES: Final[dict[str, Pair]] = {
    "also_in": (" It is in: {versions}.", " Den finnes i: {versions}."),
    "maybe": (" Did you mean {names}?", " Mente du {names}?"),
    "for_scope": (" in {scope}", " i {scope}"),
    "for_role": (" by date of {role}", " etter {role}dato"),
    "valid_yes": ("Yes: {code} was valid on {on}.", "Ja: {code} var gyldig {on}."),
    "valid_no": ("No: {why}", "Nei: {why}"),
    "applied": (
        "On {on} this applied of {system}{scope}:",
        "{on} gjaldt dette av {system}{scope}:",
    ),
    "others": (
        "Known for this scope, but not usable on {on}:",
        "Kjent for dette omfanget, men ikke brukbart {on}:",
    ),
    "provisional": ("This content is provisional.", "Dette innholdet er foreløpig."),
    "disagree": (
        "The sources disagree on {facet}: {used!r} ({used_line}) is used, {other_line} says {other!r}.",
        "Kildene er uenige om {facet}: {used!r} ({used_line}) brukes, {other_line} sier {other!r}.",
    ),
    "history_head": ("History of {code} in {system}", "Historien til {code} i {system}"),
    "history_missing": (
        "Not loaded here, so nothing is known of: {versions}.",
        "Ikke lastet her, så ingenting er kjent om: {versions}.",
    ),
    "history_gaps": (
        "No loaded version covers: {gaps}.",
        "Ingen lastet versjon dekker: {gaps}.",
    ),
    "between": ("between {after} and {by}", "mellom {after} og {by}"),
    "diff_head": ("{system}: from {from_} to {to}", "{system}: fra {from_} til {to}"),
    "diff_only": (
        "Only changes of type: {types}. Events of other types, not shown: {n}.",
        "Bare endringer av type: {types}. Hendelser av andre typer, ikke vist: {n}.",
    ),
    "diff_none_of_type": ("No change of this type.", "Ingen endring av denne typen."),
    "diff_same": ("Nothing changed.", "Ingenting er endret."),
    "diff_unchanged": ("{n} codes are unchanged.", "{n} koder er uendret."),
    "diff_not_comparable": (
        "Not comparable, because only one side says it: {what}.",
        "Kan ikke sammenlignes, fordi bare den ene siden sier det: {what}.",
    ),
    "search_none": ("Nothing found for “{query}”.", "Fant ingenting for «{query}»."),
    "search_more": ("There is more: --cursor {cursor}", "Det er mer: --cursor {cursor}"),
    "subsumes.equivalent": ("{a} and {b} are the same code.", "{a} og {b} er samme kode."),
    "subsumes.subsumes": ("{a} contains {b}.", "{a} omfatter {b}."),
    "subsumes.subsumed-by": ("{a} is contained in {b}.", "{a} er en del av {b}."),
    "subsumes.not-subsumed": (
        "Neither of {a} and {b} contains the other.",
        "Ingen av {a} og {b} omfatter den andre.",
    ),
    "structural": (
        "(from the codes themselves: a shorter code contains its longer ones)",
        "(fra kodene selv: en kortere kode omfatter de lengre)",
    ),
    "none": ("None.", "Ingen."),
    "no_systems": (
        "Nothing is loaded yet. Try `gyldig demo --no-serve`, or `gyldig load FILE`.",
        "Ingenting er lastet ennå. Prøv `gyldig demo --no-serve` eller `gyldig load FIL`.",
    ),
    "created_system": (
        "{system} was not known: it is registered as a new code system.",
        "{system} var ikke kjent: det er registrert som nytt kodeverk.",
    ),
    "loaded.loaded": (
        "{system} {version} is loaded: {concepts} codes, {new} new statements, {seconds:.1f} s.",
        "{system} {version} er lastet: {concepts} koder, {new} nye utsagn, {seconds:.1f} s.",
    ),
    "loaded.unchanged": (
        "{system} {version}: the identical source is already loaded, nothing to do.",
        "{system} {version}: nøyaktig samme kilde er lastet fra før, ingenting å gjøre.",
    ),
    "loaded.amended": (
        "{system} {version} is amended: {concepts} codes, {new} new statements, {seconds:.1f} s. "
        "The earlier content is still there for --known-at.",
        "{system} {version} er rettet: {concepts} koder, {new} nye utsagn, {seconds:.1f} s. "
        "Det tidligere innholdet finnes fortsatt med --known-at.",
    ),
    "loaded.kept": ("{system} {version} is kept as a resource.", "{system} {version} er lagret som ressurs."),
    "loaded.enriched": (
        "{system}: what the catalogue says of it is brought up to date; no content came with it.",
        "{system}: katalogopplysningene er oppdatert; det fulgte ikke noe innhold med.",
    ),
    "loaded.dry_run": (
        "{system} {version} would be loaded: {concepts} codes. Nothing was stored (--dry-run).",
        "{system} {version} ville blitt lastet: {concepts} koder. Ingenting er lagret (--dry-run).",
    ),
    "loaded.many": (
        "{count} {kind} resources: {outcomes}.",
        "{count} ressurser av typen {kind}: {outcomes}.",
    ),
    "map.loaded": (
        "{system} {version}, a map, is loaded: {concepts} rows.",
        "{system} {version}, en mapping, er lastet: {concepts} rader.",
    ),
    "map.unchanged": (
        "{system} {version}: the identical map is already loaded, nothing to do.",
        "{system} {version}: nøyaktig samme mapping er lastet fra før, ingenting å gjøre.",
    ),
    "map.amended": (
        "{system} {version}, a map, is amended: {concepts} rows.",
        "{system} {version}, en mapping, er rettet: {concepts} rader.",
    ),
    "map.dry_run": (
        "{system} {version}, a map, would be loaded: {concepts} rows. Nothing was stored (--dry-run).",
        "{system} {version}, en mapping, ville blitt lastet: {concepts} rader. Ingenting er lagret (--dry-run).",
    ),
    "inferred": ("taken from the file: {what}", "hentet fra filen: {what}"),
    "compared": ("against what was there: {counts}", "mot det som var der: {counts}"),
    "version_added": (
        "{system} {version} is declared. Its content is not loaded.",
        "{system} {version} er meldt inn. Innholdet er ikke lastet.",
    ),
    "retracted": (
        "{what} no longer counts from now on; --known-at before now still shows it.",
        "{what} gjelder ikke lenger fra nå av; --known-at før nå viser det fortsatt.",
    ),
    "purged": (
        "The content of {what} is deleted; its hash and the reason remain.",
        "Innholdet i {what} er slettet; hash og begrunnelse er igjen.",
    ),
    "scope_added": ("Scope {scope} is registered.", "Omfanget {scope} er registrert."),
    "scope_row_added": (
        "{scope}: {system} {version} is registered.",
        "{scope}: {system} {version} er registrert.",
    ),
    "imported": ("{n} rows are registered.", "{n} rader er registrert."),
    "verified": (
        "Everything fits: {releases} releases and {states} statements checked.",
        "Alt stemmer: {releases} utgivelser og {states} utsagn er kontrollert.",
    ),
    "damaged": ("{n} problems found:", "Fant {n} feil:"),
    "backed_up": ("The registry is copied to {path}.", "Registeret er kopiert til {path}."),
    "exported": ("{rows} rows written to {path}.", "{rows} rader skrevet til {path}."),
    "not_for_sharing": (
        "The licence of {system} ({licence}) does not allow passing this on.",
        "Lisensen til {system} ({licence}) tillater ikke at dette gis videre.",
    ),
    "licence_missing": ("not stated", "ikke oppgitt"),
    "serving": (
        "Gyldig answers on {url}  (REST: {url}/api/docs, FHIR: {url}/fhir/metadata). Ctrl-C ends it.",
        "Gyldig svarer på {url}  (REST: {url}/api/docs, FHIR: {url}/fhir/metadata). Ctrl-C avslutter.",
    ),
    "demo_offline": ("Offline: only the made-up system.", "Uten nett: bare det oppdiktede kodeverket."),
    "demo_skipped": ("Skipped {what}: {why}", "Hoppet over {what}: {why}"),
    "demo_loaded": ("{system} {version}: {n} codes", "{system} {version}: {n} koder"),
}

#: Headings, statuses, change types and relations as readers' words.
WORDS: Final[dict[str, Pair]] = {
    "system": ("system", "kodeverk"),
    "title": ("title", "tittel"),
    "versions": ("versions", "versjoner"),
    "access": ("access", "tilgang"),
    "licence": ("licence", "lisens"),
    "version": ("version", "versjon"),
    "asked_on": ("on", "dato"),
    "track": ("track", "spor"),
    "status": ("status", "status"),
    "valid_from": ("valid from", "gyldig fra"),
    "last_day": ("last day", "til og med"),
    "allowed_from": ("allowed from", "tillatt fra"),
    "required_from": ("required from", "påkrevd fra"),
    "last_accepted": ("last accepted", "sist godtatt"),
    "codes": ("codes", "koder"),
    "content": ("content", "innhold"),
    "release": ("release", "utgivelse"),
    "source_line": ("source", "kilde"),
    "kind": ("kind", "slag"),
    "recorded": ("recorded", "registrert"),
    "coverage": ("coverage", "dekning"),
    "code": ("code", "kode"),
    "display": ("text", "tekst"),
    "matched": ("found in", "funnet i"),
    "change": ("change", "endring"),
    "type": ("type", "type"),
    "from": ("from", "fra"),
    "to": ("to", "til"),
    "note": ("note", "merknad"),
    "reason": ("reason", "begrunnelse"),
    "scope": ("scope", "omfang"),
    "role": ("date role", "datorolle"),
    "legal_basis": ("legal basis", "hjemmel"),
    "parents": ("under", "under"),
    "properties": ("properties", "egenskaper"),
    "notes": ("notes", "merknader"),
    "n": ("number", "antall"),
    "automatic": ("automatic", "automatisk"),
    "open": ("open", "åpen"),
    "restricted": ("restricted", "begrenset"),
    "yes": ("yes", "ja"),
    "no": ("no", "nei"),
    "loaded": ("loaded", "lastet"),
    "declared": ("declared", "meldt inn"),
    "retracted": ("retracted", "trukket"),
    "superseded": ("superseded", "avløst"),
    "current_release": ("current", "gjeldende"),
    "in_force": ("in force", "gjelder"),
    "permitted": ("permitted", "tillatt"),
    "required": ("required", "påkrevd"),
    "grace": ("grace period", "overgangstid"),
    "not_yet": ("not yet allowed", "ennå ikke tillatt"),
    "expired": ("expired", "utløpt"),
    "upcoming": ("upcoming", "kommende"),
    "current": ("current", "gjeldende"),
    "undated": ("undated", "udatert"),
    "unknown": ("unknown", "ukjent"),
    "created": ("created", "ny"),
    "deleted": ("deleted", "slettet"),
    "merged": ("merged", "slått sammen"),
    "taken_over": ("taken over", "overtatt"),
    "split": ("split", "delt"),
    "split_off": ("split off", "utskilt fra"),
    "transferred": ("transferred", "flyttet del"),
    "recoded": ("recoded", "omkodet"),
    "clarified": ("wording only", "bare ordlyd"),
    "reparented": ("moved in the hierarchy", "flyttet i hierarkiet"),
    "property_changed": ("property changed", "egenskap endret"),
    "relabelled": ("relabelled", "ny tekst"),
    "criteria_changed": ("criteria changed", "kriterier endret"),
    "retired_for_use": ("retired for use", "tatt ut av bruk"),
    "inactivated": ("inactivated", "inaktivert"),
    "dimension_added": ("dimension added", "ny dimensjon"),
    "reactivated": ("reactivated", "tatt i bruk igjen"),
    "code_reused": ("code reused", "kode gjenbrukt"),
    "activated": ("reserve code activated", "reservekode tatt i bruk"),
    "rule_changed": ("rule changed", "regel endret"),
    "outside_coverage": ("outside coverage", "utenfor dekning"),
    "not_loaded": ("not loaded", "ikke lastet"),
    "star_alone": ("asterisk code used alone", "stjernekode brukt alene"),
    "additional_first": ("additional code first", "tilleggskode først"),
    "sex": ("restricted by sex", "avgrenset til kjønn"),
    "unspecified": ("unspecified code", "uspesifikk kode"),
    "unreviewed": ("not reviewed", "ikke vurdert"),
    "wordings": ("other wordings", "andre ordlyder"),
}
