"""Sentences of the command line and of pages: id → (English, bokmål)."""

from __future__ import annotations

from typing import Final

__all__ = ["MESSAGES"]

Pair = tuple[str, str]

MESSAGES: Final[dict[str, Pair]] = {
    "ecl.total": ("{n:concept|concepts} in {version}", "{n:begrep|begreper} i {version}"),
    "ecl.rows": ("{n:row|rows} in {version}", "{n:rad|rader} i {version}"),
    "also_in": (" It is in: {versions}.", " Den finnes i: {versions}."),
    "maybe": (" Did you mean {names}?", " Mente du {names}?"),
    "for_scope": (" in {scope}", " i {scope}"),
    "for_role": (" ({role} date)", " ({role}dato)"),
    "valid_yes": ("Yes: {code} was valid on {on}.", "Ja: {code} var gyldig {on}."),
    "valid_no": ("No: {why}", "Nei: {why}"),
    "valid_unknown": ("Unknown: {why}", "Ukjent: {why}"),
    "applied": (
        "Versions of {system} that applied{scope} on {on}{role}:",
        "Versjoner av {system} som gjaldt{scope} {on}{role}:",
    ),
    "others": (
        "Known for this scope, but not usable on {on}:",
        "Kjent for dette bruksområdet, men ikke brukbart {on}:",
    ),
    "provisional": ("This content is provisional.", "Dette innholdet er foreløpig."),
    "disagree": (
        "The sources disagree on {facet}: {used!r} ({used_line}) is used, {other_line} has {other!r}.",
        "Kildene er uenige om {facet}: {used!r} ({used_line}) brukes, {other_line} har {other!r}.",
    ),
    "history_head": ("History of {code} in {system}", "Historien til {code} i {system}"),
    "history_missing": (
        "Not loaded here, so their content is unknown: {versions}.",
        "Ikke lastet her, så innholdet er ukjent: {versions}.",
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
    "diff_unchanged": ("{n:code is|codes are} unchanged.", "{n:kode|koder} er uendret."),
    "diff_not_comparable": (
        "Not comparable, because only one of the versions has it: {what}.",
        "Kan ikke sammenlignes, fordi bare den ene versjonen har det: {what}.",
    ),
    "official_left_out": (
        "{n:row|rows} of official change tables not used: not one code, a code that neither version has, or a contradiction.",
        "{n:rad|rader} i offisielle endringstabeller er ikke brukt: ikke én kode, en kode som ingen av versjonene har, eller"
        " en selvmotsigelse.",
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
        "{system} {version} is loaded: {concepts:code|codes}, {new:new statement|new statements}, {seconds:.1f} s.",
        "{system} {version} er lastet: {concepts:kode|koder}, {new:nytt utsagn|nye utsagn}, {seconds:.1f} s.",
    ),
    "loaded.unchanged": (
        "{system} {version}: the identical source is already loaded, nothing to do.",
        "{system} {version}: nøyaktig samme kilde er lastet fra før, ingenting å gjøre.",
    ),
    "loaded.same_content": (
        "{system} {version}: same content as what is stored, other bytes: nothing to do.",
        "{system} {version}: samme innhold som det som er lagret, andre byte: ingenting å gjøre.",
    ),
    "loaded.amended": (
        "{system} {version} is amended: {concepts:code|codes}, {new:new statement|new statements}, {seconds:.1f} s. "
        "The earlier content is still there for --known-at.",
        "{system} {version} er rettet: {concepts:kode|koder}, {new:nytt utsagn|nye utsagn}, {seconds:.1f} s. "
        "Det tidligere innholdet finnes fortsatt med --known-at.",
    ),
    "loaded.kept": ("{system} {version} is kept as a resource.", "{system} {version} er lagret som ressurs."),
    "loaded.enriched": (
        "{system}: the catalogue entry is updated; the source had no content.",
        "{system}: katalogoppføringen er oppdatert; kilden hadde ikke noe innhold.",
    ),
    "loaded.dry_run": (
        "{system} {version} would be loaded: {concepts:code|codes}. Nothing was stored (--dry-run).",
        "{system} {version} ville blitt lastet: {concepts:kode|koder}. Ingenting er lagret (--dry-run).",
    ),
    "loaded.dry_run_amended": (
        "{system} {version} would be amended: {concepts:code|codes}. Nothing was stored (--dry-run).",
        "{system} {version} ville blitt rettet: {concepts:kode|koder}. Ingenting er lagret (--dry-run).",
    ),
    "loaded.dry_run_dates": (
        "{system} {version}: the content is already loaded, only the dates would change. Nothing was stored (--dry-run).",
        "{system} {version}: innholdet er lastet fra før, bare datoene ville blitt endret. Ingenting er lagret (--dry-run).",
    ),
    "loaded.dry_run_unchanged": (
        "{system} {version}: the identical source is already loaded, there would be nothing to do (--dry-run).",
        "{system} {version}: nøyaktig samme kilde er lastet fra før, det ville ikke vært noe å gjøre (--dry-run).",
    ),
    "loaded.dry_run_same_content": (
        "{system} {version}: same content as what is stored, other bytes: there would be nothing to do (--dry-run).",
        "{system} {version}: samme innhold som det som er lagret, andre byte: det ville ikke vært noe å gjøre (--dry-run).",
    ),
    "loaded.many": (
        "{count} {kind} resources: {outcomes}.",
        "{count} ressurser av typen {kind}: {outcomes}.",
    ),
    "map.kept": ("{system} {version}, a map, is kept.", "{system} {version}, en mapping, er lagret."),
    "map.loaded": (
        "{system} {version}, a map, is loaded: {concepts:row|rows}.",
        "{system} {version}, en mapping, er lastet: {concepts:rad|rader}.",
    ),
    "map.unchanged": (
        "{system} {version}: the identical map is already loaded, nothing to do.",
        "{system} {version}: nøyaktig samme mapping er lastet fra før, ingenting å gjøre.",
    ),
    "map.amended": (
        "{system} {version}, a map, is amended: {concepts:row|rows}.",
        "{system} {version}, en mapping, er rettet: {concepts:rad|rader}.",
    ),
    "map.dry_run": (
        "{system} {version}, a map, would be loaded: {concepts:row|rows}. Nothing was stored (--dry-run).",
        "{system} {version}, en mapping, ville blitt lastet: {concepts:rad|rader}. Ingenting er lagret (--dry-run).",
    ),
    "inferred": ("taken from the file: {what}", "hentet fra filen: {what}"),
    "compared": ("against what was there: {counts}", "mot det som var der: {counts}"),
    "version_added": (
        "{system} {version} is declared. Its content is not loaded.",
        "{system} {version} er registrert uten innhold.",
    ),
    "system.changed": (
        "{system}: {changes:join and}",
        "{system}: {changes:join og}",
    ),
    "system.field": ("{name} is now {new} (before: {old})", "{name} er nå {new} (før: {old})"),
    "system.same": ("{system}: nothing to change.", "{system}: ingenting å endre."),
    "version_corrected": (
        "{system} {version} was known: what is given is changed, the rest is kept (see `gyldig log`).",
        "{system} {version} var kjent: det som er oppgitt, er endret, resten er beholdt (se `gyldig log`).",
    ),
    "log.head": ("{number}  {recorded}  {what}  {about}", "{number}  {recorded}  {what}  {about}"),
    "log.more_rows": ("  and {n:more row|more rows}.", "  og {n:rad|rader} til."),
    "retracted": (
        "{what} no longer counts from now on; --known-at before now still shows it.",
        "{what} gjelder ikke lenger fra nå av; --known-at før nå viser det fortsatt.",
    ),
    "purged": (
        "The content of {what} is deleted; its hash and the reason remain.",
        "Innholdet i {what} er slettet; hash og begrunnelse er igjen.",
    ),
    "scope_added": ("Scope {scope} is registered.", "Bruksområdet {scope} er registrert."),
    "scope_row_added": (
        "{scope}: {system} {version} is registered.",
        "{scope}: {system} {version} er registrert.",
    ),
    "imported": ("{n:row is|rows are} registered.", "{n:rad|rader} er registrert."),
    "restored": ("The backup is now the registry {path}.", "Sikkerhetskopien er nå registeret {path}."),
    "restored_kept": (
        "The registry that was there is kept as {path}.",
        "Registeret som var der, er beholdt som {path}.",
    ),
    "verified": (
        "No damage found: {releases:release|releases} and {states:statement|statements} checked.",
        "Ingen feil funnet: {releases:utgivelse|utgivelser} og {states} utsagn er kontrollert.",
    ),
    "verified_quickly": (
        "No damage found in publications, metadata and pages; `gyldig verify` checks everything.",
        "Ingen feil funnet i publiseringer, metadata og sider; `gyldig verify` kontrollerer alt.",
    ),
    "damage_repair": (
        "All of it is derived data: `gyldig repair` makes it anew.",
        "Alt dette er avledede data: `gyldig repair` lager dem på nytt.",
    ),
    "damage_restore": (
        "`gyldig restore FILE --replace` puts a backup in its place; or load the damaged versions again into a new registry.",
        "`gyldig restore FIL --replace` setter inn en sikkerhetskopi; eller last de skadde versjonene på nytt i et nytt register.",
    ),
    "damaged": ("{n:problem|problems} found:", "Fant {n} feil:"),
    "backed_up": ("The registry is copied to {path}.", "Registeret er kopiert til {path}."),
    "exported": ("{rows:row|rows} written to {path}.", "{rows:rad|rader} skrevet til {path}."),
    "not_for_sharing": (
        "The licence of {system} ({licence}) does not allow passing this on.",
        "Lisensen til {system} ({licence}) tillater ikke at dette gis videre.",
    ),
    "licence_missing": ("not stated", "ikke oppgitt"),
    "serving": (
        "Gyldig answers on {url}  (REST: {url}/api/docs, FHIR: {url}/fhir/metadata). Ctrl-C ends it.",
        "Gyldig svarer på {url}  (REST: {url}/api/docs, FHIR: {url}/fhir/metadata). Ctrl-C avslutter.",
    ),
    "token_added": (
        "Token {name} ({rights}). Its secret is shown only this once:\n{secret}",
        "Token {name} ({rights}). Hemmeligheten vises bare denne ene gangen:\n{secret}",
    ),
    "token_revoked": (
        "Token {name} is not valid from now on.",
        "Tokenet {name} er ikke gyldig fra nå av.",
    ),
    "audit_whole": (
        "{n:entry|entries}; no refusal was changed or lost (`gyldig verify` checks the writes).",
        "{n:innslag|innslag}; ingen avslag er endret eller tapt (`gyldig verify` prøver skrivingene).",
    ),
    "audit_broken": (
        "Refusal {number} of the audit trail was changed, or one before it is missing.",
        "Avslag {number} i sporingsloggen er endret, eller et tidligere mangler.",
    ),
    "formulas_kept": (
        "{n:cell begins|cells begin} like a formula (= + - @ tab), which a spreadsheet would run: --escape-formulas puts ' in front.",
        "{n:celle|celler} begynner som en formel (= + - @ tabulator), som et regneark vil kjøre: --escape-formulas setter ' foran.",
    ),
    "formulas_escaped": (
        "{n:cell|cells} that began like a formula got ' in front.",
        "{n:celle|celler} som begynte som en formel, fikk ' foran.",
    ),
    "serving_local": (
        "Restricted content is given to programs on this machine and with a token; open content to everybody. "
        "Behind a proxy set GYLDIG_LOCAL=false.",
        "Begrenset innhold gis til programmer på denne maskinen og med et token; åpent innhold til alle. "
        "Bak en proxy: sett GYLDIG_LOCAL=false.",
    ),
    "serving_token": (
        "Restricted content is given with a token only; open content to everybody.",
        "Begrenset innhold gis bare med et token; åpent innhold til alle.",
    ),
    "demo_offline": ("Offline: only the made-up system.", "Uten nett: bare det oppdiktede kodeverket."),
    "demo_skipped": ("Skipped {what}: {why}", "Hoppet over {what}: {why}"),
    "demo_loaded": ("{system} {version}: {n:code|codes}", "{system} {version}: {n:kode|koder}"),
}
