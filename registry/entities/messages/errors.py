"""Texts of errors: id → (English, bokmål); ids begin with ``error.``. Rendered by ``GyldigError.in_language``.

Ids that begin with ``layout.`` only arrange their values and are the same in both languages.
"""

from __future__ import annotations

from typing import Final

__all__ = ["MESSAGES"]

Pair = tuple[str, str]

MESSAGES: Final[dict[str, Pair]] = {
    "layout.located": ("{where}: {text}", "{where}: {text}"),
    "layout.lines": ("{lines:below}", "{lines:below}"),
    "layout.first_last": ("{first} … {last}", "{first} … {last}"),
    "error.too_many_steps": (
        "the request takes more than {most} steps: ask for less at a time",
        "forespørselen krever mer enn {most} steg: spør om mindre om gangen",
    ),
    "error.out_of_time": (
        "the request was not answered within {most:g} seconds: try again in a moment",
        "forespørselen ble ikke besvart innen {most:g} sekunder: prøv igjen om litt",
    ),
    "error.caller_gone": (
        "the caller does not wait for the answer any more",
        "ingen venter på svaret lenger",
    ),
    "error.states_missing": (
        "a release names states that are not in the database",
        "en utgivelse viser til tilstander som ikke finnes i databasen",
    ),
    "error.hierarchy_cycle": (
        "the hierarchy of a release has a cycle",
        "hierarkiet i en utgivelse har en sirkel",
    ),
    "error.release_missing": (
        "release {release} is not in the database",
        "utgivelse {release} finnes ikke i databasen",
    ),
    "error.state_missing": (
        "state {ident} is named by a release but not in the database",
        "en utgivelse viser til tilstand {ident}, som ikke finnes i databasen",
    ),
    "error.not_a_date": (
        "{what} {text!r} is not a date: write yyyy-mm-dd, for example 2020-03-02",
        "{what} {text!r} er ikke en dato: skriv åååå-mm-dd, for eksempel 2020-03-02",
    ),
    "error.known_at_future": (
        "known_at {day} is in the future: what will be known then is unknown",
        "known_at {day} er fram i tid: hva som vil være kjent da, er ukjent",
    ),
    "error.known_at_form": (
        "known_at {text!r} is neither a date (2024-03-01) nor an instant (2024-03-01T12:00:00+01:00)",
        "known_at {text!r} er verken en dato (2024-03-01) eller et tidspunkt (2024-03-01T12:00:00+01:00)",
    ),
    "error.impossible_date": (
        "{what} {text!r} is not a possible date: {error}",
        "{what} {text!r} er ikke en mulig dato: {error}",
    ),
    "error.impossible_instant": (
        "known_at {text!r} is not a possible instant: {error}",
        "known_at {text!r} er ikke et mulig tidspunkt: {error}",
    ),
    "error.change_type": (
        "no change type {name!r}: there are {types}",
        "endringstypen {name!r} finnes ikke: typene er {types}",
    ),
    "error.no_system": (
        "no code system {system!r} here",
        "kodeverket {system!r} finnes ikke her",
    ),
    "error.ecl_argument": (
        "give an expression, or --check FILE, not both",
        "oppgi en uttrykksbetingelse eller --check FIL, ikke begge deler",
    ),
    "error.no_components": (
        "{system} has no reference sets and relationships: expression constraints are for SNOMED CT",
        "{system} har ikke referansesett og relasjoner: uttrykksbetingelser er for SNOMED CT",
    ),
    "error.count": (
        "count {count} is not between 0 and {most}",
        "count {count} er ikke mellom 0 og {most}",
    ),
    "error.cursor": (
        "cursor {cursor!r} was not given by an earlier answer",
        "cursor {cursor!r} kommer ikke fra et tidligere svar",
    ),
    "error.reporter": (
        "validity for one reporter is not supported: adoptions are not recorded yet",
        "gyldighet for én innmelder støttes ikke: hva hver innmelder har tatt i bruk, er ikke registrert "
        "ennå",
    ),
    "error.resource_needs_id": (
        "a {kind} needs a url or an id to be stored",
        "{kind} må ha en url eller id for å kunne lagres",
    ),
    "error.no_resource": (
        "no {kind} {name} here",
        "{kind} {name} finnes ikke her",
    ),
    "error.database": (
        "database error: {error}",
        "feil i databasen: {error}",
    ),
    "error.database_kind": (
        "cannot use the database {database!r}: sqlite and postgresql are known",
        "databasen {database!r} kan ikke brukes: sqlite og postgresql støttes",
    ),
    "error.load_running": (
        "another load is running; try again when it has ended, or leave out --no-wait",
        "en annen lasting pågår; prøv igjen når den er ferdig, eller utelat --no-wait",
    ),
    "error.database_damaged": (
        "the database file is damaged: {error}; `gyldig verify` lists the damage, `gyldig restore` puts a backup in its place",
        "databasefilen er skadet: {error}; `gyldig verify` lister skadene, `gyldig restore` setter inn en sikkerhetskopi",
    ),
    "error.stored_damaged": (
        "the database is damaged: {what} cannot be read ({error}); `gyldig verify` lists the damage: `gyldig repair`"
        " rebuilds derived data, `gyldig restore` puts a backup in its place",
        "databasen er skadet: {what} kan ikke leses ({error}); `gyldig verify` lister skadene: `gyldig repair`"
        " bygger avledede data på nytt, `gyldig restore` setter inn en sikkerhetskopi",
    ),
    "error.log_not_emptied": (
        "the content is deleted, but other processes read the database, so its write-ahead log still holds it:"
        " stop them and run `gyldig repair`",
        "innholdet er slettet, men andre prosesser leser databasen, så transaksjonsloggen (WAL) har det fortsatt:"
        " stopp dem og kjør `gyldig repair`",
    ),
    "error.pg_restore": (
        "restore is for SQLite; restore a PostgreSQL database with pg_restore, then run `gyldig verify`",
        "restore er for SQLite; en PostgreSQL-database gjenopprettes med pg_restore, kjør deretter `gyldig verify`",
    ),
    "error.no_backup": ("there is no file {path}", "filen {path} finnes ikke"),
    "error.restore_exists": (
        "there is a registry at {path}: --replace puts the backup in its place and keeps the old file beside it",
        "det finnes et register i {path}: --replace setter inn sikkerhetskopien og beholder den gamle filen ved siden av",
    ),
    "error.restore_in_use": (
        "{path} is open in another process: stop servers and loads, then restore",
        "{path} er åpen i en annen prosess: stopp tjenere og lastinger før gjenoppretting",
    ),
    "error.backup_damaged": (
        "the backup {path} is damaged, nothing was replaced: {problem}",
        "sikkerhetskopien {path} er skadet, ingenting ble erstattet: {problem}",
    ),
    "error.damaged_at_start": (
        "the registry is damaged, so it is not served: {problem}; `gyldig verify` lists the damage: `gyldig repair`"
        " rebuilds derived data, `gyldig restore` puts a backup in its place",
        "registeret er skadet og blir derfor ikke tilbudt: {problem}; `gyldig verify` lister skadene: `gyldig repair`"
        " bygger avledede data på nytt, `gyldig restore` setter inn en sikkerhetskopi",
    ),
    "error.folder_not_writable": (
        "cannot write in the folder of {location}: {error}",
        "kan ikke skrive i mappen til {location}: {error}",
    ),
    "error.log_on_readonly": (
        "{location} is on a read-only medium with a write-ahead log ({location}-wal) that must be applied first:"
        " copy both files to a writable folder",
        "{location} ligger på et skrivebeskyttet medium med en transaksjonslogg ({location}-wal) som må brukes først:"
        " kopier begge filene til en mappe som kan skrives",
    ),
    "error.commit_unknown": (
        "the connection failed while storing, so it is unknown whether everything or nothing was stored: {error};"
        " do it again, what is stored already stays as it is",
        "forbindelsen ble brutt under lagringen, så det er ukjent om alt eller ingenting ble lagret: {error};"
        " gjør det på nytt, det som alt er lagret forblir som det er",
    ),
    "error.nothing_stored_free": (
        "nothing was stored: {error} (free some space and load again)",
        "ingenting ble lagret: {error} (frigjør plass og last på nytt)",
    ),
    "error.disk_unreadable": (
        "the database could not be read: {error}; look at the disk, then `gyldig verify`",
        "databasen kunne ikke leses: {error}; se på disken, deretter `gyldig verify`",
    ),
    "error.connections": (
        "all {most} connections of this process to the database are in use: try again in a moment",
        "alle {most} forbindelser fra denne prosessen til databasen er i bruk: prøv igjen om litt",
    ),
    "error.database_busy": (
        "the database is being written by another process for more than {seconds:g} s",
        "en annen prosess har skrevet til databasen i mer enn {seconds:g} s",
    ),
    "error.nothing_stored": (
        "nothing was stored: {error}",
        "ingenting ble lagret: {error}",
    ),
    "error.argument": ("{text!r} is not text in UTF-8", "{text!r} er ikke tekst i UTF-8"),
    "error.no_registry": (
        "no registry at {path}: load something first, or name another with --db",
        "det finnes ikke noe register i {path}: last noe først, eller oppgi et annet med --db",
    ),
    "error.cannot_open": (
        "cannot open {location}: {error}",
        "kan ikke åpne {location}: {error}",
    ),
    "error.postgres_extra": (
        "PostgreSQL needs the extra: pip install 'gyldig[postgres]'",
        "PostgreSQL krever tillegget: pip install 'gyldig[postgres]'",
    ),
    "error.cannot_connect": (
        "cannot connect to PostgreSQL: {error}",
        "kan ikke koble til PostgreSQL: {error}",
    ),
    "error.no_space": (
        "nothing was stored: no space left on device",
        "ingenting ble lagret: det er ikke plass igjen på disken",
    ),
    "error.database_type": (
        "{value} is not a database: give a path, sqlite:///… or postgresql://…",
        "{value} er ikke en database: oppgi en sti, sqlite:///… eller postgresql://…",
    ),
    "error.not_text": (
        "{name} {value} must be text; write it as the code system does, with its zeros",
        "{name} {value} må være tekst; skriv verdien slik kodeverket gjør, med nuller",
    ),
    "error.paths": (
        "{value} is not a path: give a file, a folder or an archive",
        "{value} er ikke en sti: oppgi en fil, en mappe eller et arkiv",
    ),
    "error.export_suffix": (
        "{path}: {suffix} is not a format of export; the formats are {formats}. Change the name, or give --format",
        "{path}: {suffix} er ikke et eksportformat; formatene er {formats}. Endre navnet, eller oppgi --format",
    ),
    "error.export_differs": (
        "{path} would hold {format}: give the file the name {wanted}, or leave --format out",
        "{path} ville fått {format}: gi filen navnet {wanted}, eller utelat --format",
    ),
    "error.xlsx_rows": (
        "a sheet of xlsx has room for {most:,} rows; export as parquet or csv",
        "et ark i xlsx har plass til {most:,} rader; eksporter som parquet eller csv",
    ),
    "error.one_of": (
        "{name} cannot be {value!r}: use {allowed:join or}",
        "{name} kan ikke være {value!r}: bruk {allowed:join eller}",
    ),
    "error.end_or_none": (
        "give an end or an open end, not both",
        "oppgi en slutt eller en åpen slutt, ikke begge",
    ),
    "error.newer_schema": (
        "{location} was written by a newer version of gyldig (schema {schema}; this one has {own}): update "
        "gyldig, or select another database with --db",
        "{location} er skrevet av en nyere versjon av gyldig (skjema {schema}; denne har {own}): oppdater "
        "gyldig, eller velg en annen database med --db",
    ),
    "error.foreign_sqlite": (
        "{location} is an SQLite file of another program; select another one with --db",
        "{location} er SQLite-filen til et annet program; velg en annen med --db",
    ),
    "error.word_index_full": (
        "the text index has room for {most:,} states of a system",
        "tekstindeksen har plass til {most:,} tilstander i et kodeverk",
    ),
    "error.no_version_before": (
        "{version} is given as changes, but no earlier version of {track} is loaded: load its Snapshot first",
        "{version} er gitt som endringer, men ingen tidligere versjon av {track} er lastet: last Snapshot først",
    ),
    "error.other_modules": (
        "{version} extends other versions than {base}, to which it is given as changes: load its Snapshot",
        "{version} utvider andre versjoner enn {base}, som den er gitt som endringer til: last Snapshot",
    ),
    "error.twice_component": (
        "{kind} {key!r} occurs twice with different content",
        "{kind} {key!r} forekommer to ganger med ulikt innhold",
    ),
    "error.parents_cycle": (
        "the parents form a cycle: {path}",
        "overordnede koder danner en sirkel: {path}",
    ),
    "error.twice_different": (
        "code {code!r} occurs twice with different content",
        "koden {code!r} forekommer to ganger med ulikt innhold",
    ),
    "error.null_character": (
        "{value!r} contains the character U+0000, which codes, names and versions cannot have",
        "{value!r} inneholder tegnet U+0000, som koder, navn og versjoner ikke kan ha",
    ),
    "error.code_of_two": (
        "code {code!r} is used for two concepts: {one} and {other}",
        "koden {code!r} brukes for to begreper: {one} og {other}",
    ),
    "error.removed_not_changes": (
        "code {code!r} is removed, but the release is not made of changes to another one",
        "koden {code!r} fjernes, men utgivelsen består ikke av endringer i en annen",
    ),
    "error.changed_and_removed": (
        "code {code!r} is both changed and removed",
        "koden {code!r} både endres og fjernes",
    ),
    "error.parent_missing": (
        "code {code!r} has the parent {parent!r}, which is not in the file",
        "koden {code!r} har den overordnede {parent!r}, som ikke finnes i filen",
    ),
    "error.modules_differ": (
        "the modules have different states of a concept that is not in the release itself",
        "modulene har ulike tilstander av et begrep som utgivelsen ikke sier noe om",
    ),
    "error.fragment_components": (
        "descriptions, relationships and members cannot be in a fragment",
        "beskrivelser, relasjoner og medlemmer kan ikke være i et utdrag",
    ),
    "error.no_codes": (
        "there is no code in it",
        "det er ingen koder i den",
    ),
    "error.base_or_modules": (
        "a release has a base or depends on modules, not both",
        "en utgivelse bygger på en annen eller er avhengig av moduler, ikke begge deler",
    ),
    "error.base_not_loaded": (
        "{system} {version} is given as changes to {base}, which is not loaded{source}: load that first",
        "{system} {version} er oppgitt som endringer i {base}, som ikke er lastet{source}: last den først",
    ),
    "error.ends_before_start": (
        "version {version} would end ({end}) before it starts ({start})",
        "versjon {version} ville slutte ({end}) før den begynner ({start})",
    ),
    "error.update_needs_date": (
        "an update needs the date it takes effect: --effective-from",
        "en oppdatering må ha datoen den trer i kraft: --effective-from",
    ),
    "error.correction_no_date": (
        "a correction applies from the beginning and has no effective date: use --kind update",
        "en rettelse gjelder fra begynnelsen og har ingen ikrafttredelsesdato: bruk --kind update",
    ),
    "error.version_sign": (
        "version {version!r}: the character @ separates a version from its release",
        "versjon {version!r}: tegnet @ skiller en versjon fra utgivelsen",
    ),
    "error.slug_form": (
        "system {system!r}: a slug has small letters, digits, '-', '_' and '.' only",
        "kodeverk {system!r}: et kortnavn har bare små bokstaver, sifre, '-', '_' og '.'",
    ),
    "error.update_outside": (
        "the update takes effect on {day}, but version {version} is valid from {start} until {end} "
        "(exclusive)",
        "oppdateringen trer i kraft {day}, men versjon {version} er gyldig fra {start} til {end} (ikke "
        "medregnet)",
    ),
    "error.no_system_create": (
        "no code system {system!r} here: load it, or create it with `gyldig load … --system`",
        "kodeverket {system!r} finnes ikke her: last det, eller opprett det med `gyldig load … --system`",
    ),
    "error.no_version": (
        "{system} has no version {version!r}",
        "{system} har ingen versjon {version!r}",
    ),
    "error.scope_needs_name": (
        "a scope needs a name",
        "et bruksområde må ha et navn",
    ),
    "error.no_scope": (
        "no scope {scope!r}: add it first with `gyldig scopes add {scope}`",
        "bruksområdet {scope!r} finnes ikke: legg det til først med `gyldig scopes add {scope}`",
    ),
    "error.code_pattern": (
        "{scope} {version}: {codes!r} is not a pattern for codes",
        "{scope} {version}: {codes!r} er ikke et mønster for koder",
    ),
    "error.scope_dates_order": (
        "{scope} {version}: allowed_from, required_from and accepted_until are not in order",
        "{scope} {version}: allowed_from, required_from og accepted_until er ikke i rekkefølge",
    ),
    "error.why": (
        "give the reason: --why TEXT is kept in the registry's history",
        "oppgi en begrunnelse: --why TEKST blir stående i registerets historikk",
    ),
    "error.several_releases": (
        "{system} {version} has several releases: name one as {version}@… of {hashes}",
        "{system} {version} har flere utgivelser: oppgi én som {version}@… av {hashes}",
    ),
    "error.pg_backup": (
        "back up PostgreSQL with pg_dump: this command copies SQLite files",
        "sikkerhetskopier PostgreSQL med pg_dump: denne kommandoen kopierer SQLite-filer",
    ),
    "error.file_exists": (
        "{path} exists already: name a new file",
        "{path} finnes allerede: oppgi en ny fil",
    ),
    "error.same_as_itself": (
        "version {version} cannot be the same as itself",
        "versjon {version} kan ikke være den samme som seg selv",
    ),
    "error.six_digits": (
        "give 6 or more digits of the release's hash: what is purged is gone for good",
        "oppgi minst 6 sifre av utgivelsens hash: det som fjernes, er borte for godt",
    ),
    "error.extended_by_others": (
        "other releases extend {system} {version}: purge those first",
        "andre utgivelser bygger på {system} {version}: fjern dem først",
    ),
    "error.backup_failed": (
        "backup to {path} failed: {error}",
        "sikkerhetskopien til {path} mislyktes: {error}",
    ),
    "error.escape_csv": (
        "formulas are escaped in CSV only, not in {format}: leave the option out, or choose csv",
        "formler beskyttes bare i CSV, ikke i {format}: utelat valget, eller velg csv",
    ),
    "error.cannot_write": (
        "{path}: cannot be written: {error}",
        "{path}: kan ikke skrives: {error}",
    ),
    "error.no_system_load": (
        "there is no code system {system} here: load it first, or see `gyldig systems`",
        "kodeverket {system} finnes ikke her: last det først, eller se `gyldig systems`",
    ),
    "error.cursor_before": (
        "cursor {cursor!r}: give the `cursor` of the page before, as it was",
        "cursor {cursor!r}: oppgi `cursor` fra siden før, slik den var",
    ),
    "error.no_parameter": (
        "there is no parameter {name!r} here{near}",
        "parameteren {name!r} finnes ikke her{near}",
    ),
    "error.parameter_twice": (
        "the parameter {name!r} is given twice",
        "parameteren {name!r} er oppgitt to ganger",
    ),
    "error.no_version_here": (
        "{system} has no version {version} here.",
        "{system} har ingen versjon {version} her.",
    ),
    "error.file_empty": (
        "the file is empty",
        "filen er tom",
    ),
    "error.columns_missing": (
        "columns missing: {columns}",
        "disse kolonnene mangler: {columns}",
    ),
    "error.columns_unknown": (
        "unknown columns: {unknown}; known: {known}",
        "ukjente kolonner: {unknown}; kjente: {known}",
    ),
    "error.two_ends": (
        "accepted_until and accepted_through give the same end: use one of them",
        "accepted_until og accepted_through angir samme slutt: oppgi én av dem",
    ),
    "error.too_large": (
        "larger than {most} bytes",
        "større enn {most} byte",
    ),
    "error.cannot_read": (
        "cannot be read: {error}",
        "kan ikke leses: {error}",
    ),
    "error.not_utf8": (
        "is not UTF-8 (byte {byte})",
        "er ikke UTF-8 (byte {byte})",
    ),
    "error.column_not_date": (
        "{column}: {value!r} is not a date; write it like 2024-01-31",
        "{column}: {value!r} er ikke en dato; skriv den som 2024-01-31",
    ),
    "error.name_versions": (
        "name both versions, or the target system or map",
        "oppgi begge versjoner, eller målkodeverk eller mapping",
    ),
    "error.no_such_system": (
        "there is no system {system!r}",
        "kodeverket {system!r} finnes ikke",
    ),
    "error.readonly_schema": (
        "{location} {what} and is opened read-only: open it once for writing",
        "{location} {what} og er åpnet bare for lesing: åpne den én gang for skriving",
    ),
    "error.schema_empty": (
        "is empty",
        "er tom",
    ),
    "error.schema_older": (
        "has an older schema",
        "har et eldre skjema",
    ),
    "error.schema_number": ("schema {number}", "skjema {number}"),
    "error.schema_mark": ("schema {number} mark {mark}", "skjema {number} merke {mark}"),
    "error.development_schema": (
        "{location} was written by a development version of gyldig ({name}): load its sources again into a "
        "new database (--db NAME or GYLDIG_DB selects it)",
        "{location} er skrevet av en utviklingsversjon av gyldig ({name}): last kildene på nytt i en ny "
        "database (--db NAVN eller GYLDIG_DB velger den)",
    ),
    "error.content_not_loaded": (
        "The content of {system} {version} is not loaded here.",
        "Innholdet i {system} {version} er ikke lastet her.",
    ),
    "error.from_source": (
        " from the source {line!r}",
        " fra kilden {line!r}",
    ),
    "error.licence_not_stated": (
        "not stated",
        "ikke oppgitt",
    ),
}
