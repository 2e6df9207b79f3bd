"""The help of the command line in bokmål, by the English text, which is in the declaration of the command or option.

A text that is not in the table stays English; a test finds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from registry.entities.messages import language

__all__ = ["BOKMAAL", "help_text"]


def help_text(english: str, lang: str) -> str:
    """The help in a language.

    >>> help_text("First day.", "nb"), help_text("First day.", "en")
    ('Første dag.', 'First day.')
    """
    return english if language(lang) == "en" else BOKMAAL.get(english, english)


BOKMAAL: Final[Mapping[str, str]] = {
    "Which version of which code system applied when, for whom, and what is that code in another version?": (
        "Hvilken versjon av hvilket kodeverk gjaldt når, for hvem, og hva er koden i en annen versjon?"
    ),
    "The codes above and below a code.": "Kodene over og under en kode.",
    "Versions that are declared, with or without content.": (
        "Versjoner som er registrert, med eller uten innhold."
    ),
    "Scopes: when a register allows, requires and accepts which version.": (
        "Bruksområder: når et register tillater, krever og godtar hvilken versjon."
    ),
    "Catalogue entries of code systems.": "Katalogoppføringer for kodeverk.",
    "Database: a path, sqlite:///… or postgresql://…": "Database: en sti, sqlite:///… eller postgresql://…",
    "Answer as JSON.": "Svar som JSON.",
    "Answer with what the registry knew at that time (a date means the end of that day).": (
        "Svar med det registeret visste da (en dato betyr slutten av dagen)."
    ),
    "Language of answers, messages and this help.": "Språk for svar, meldinger og denne hjelpen.",
    "Code systems in the registry.": "Kodeverkene i registeret.",
    "Versions of a system, with their validity and whether their content is loaded.": (
        "Versjonene av et kodeverk, med gyldighet og om innholdet er lastet."
    ),
    "Loaded contents of the versions of a system: source, hash, when recorded.": (
        "Lastet innhold for versjonene av et kodeverk: kilde, hash, når det ble registrert."
    ),
    "Which version applied on a date, permitted or required, for a register; or why none did.": (
        "Hvilken versjon som gjaldt på en dato, tillatt eller påkrevd, for et register; eller hvorfor ingen gjaldt."
    ),
    "Publications, newest first: when, by whom, why, and what each wrote.": (
        "Publiseringer, nyeste først: når, av hvem, hvorfor, og hva hver av dem skrev."
    ),
    "What a code meant on a date or in a version; without either, today.": (
        "Hva en kode betydde på en dato eller i en versjon; uten noen av dem, i dag."
    ),
    "All meanings of a code over time, and the change with which each began.": (
        "Alle betydninger av en kode over tid, og endringen som hver begynte med."
    ),
    "Whether a code was valid on a date, and if not, why.": (
        "Om en kode var gyldig på en dato, og hvis ikke, hvorfor."
    ),
    "Find codes by words, beginnings of words or the code itself; SYSTEM may be `all`.": (
        "Finn koder etter ord, begynnelsen av ord eller selve koden; SYSTEM kan være `all`."
    ),
    "What changed between two versions, by type; exit 1 if they cannot be compared.": (
        "Hva som ble endret mellom to versjoner, etter type; sluttkode 1 hvis de ikke kan sammenlignes."
    ),
    "Load one or several releases of code systems from files.": (
        "Last én eller flere utgivelser av kodeverk fra filer."
    ),
    "Fetch a declared source (from PyPI, npm or https) and load it.": (
        "Hent en registrert kilde (fra PyPI, npm eller https) og last den."
    ),
    "End a release (or the current one of a version) from now on; an earlier --known-at still shows it.": (
        "Avslutt en utgivelse (eller den gjeldende for en versjon) fra nå av; en tidligere --known-at viser den fortsatt."
    ),
    "Delete the content of VERSION@RELEASE for good (licence, law); hash and reason remain.": (
        "Slett innholdet i VERSION@RELEASE for godt (lisens, lov); hash og begrunnelse blir stående."
    ),
    "Write the content of a version, or with --history every code with its intervals.": (
        "Skriv innholdet i en versjon, eller med --history hver kode med periodene sine."
    ),
    "Serve REST, FHIR and pages until Ctrl-C.": "Kjør REST, FHIR og nettsider til Ctrl-C.",
    "Prove that everything stored is as it was written, or report what is damaged (exit 1).": (
        "Kontroller at alt som er lagret, er slik det ble skrevet, eller meld hva som er skadet (sluttkode 1)."
    ),
    "Rebuild what is derived from stored content (indexes, links), then verify (exit 1 if damage remains).": (
        "Bygg opp igjen det som er utledet av lagret innhold (indekser, lenker), og kontroller (sluttkode 1 hvis noe fortsatt er skadet)."
    ),
    "Copy a live registry to a file.": "Kopier et register i drift til en fil.",
    "Verify a backup and put it in the place of the registry. Stop servers first.": (
        "Kontroller en sikkerhetskopi og sett den inn i stedet for registeret. Stopp tjenere først."
    ),
    "Load sample data, answer a few questions with it, and serve them.": (
        "Last eksempeldata, svar på noen spørsmål med dem, og vis dem i en tjener."
    ),
    "The codes directly above.": "Kodene rett over.",
    "The codes directly below.": "Kodene rett under.",
    "All codes above.": "Alle koder over.",
    "All codes below.": "Alle koder under.",
    "Whether one code contains the other; exit 1 if neither does, 3 if the version lacks a code.": (
        "Om den ene koden omfatter den andre; sluttkode 1 hvis ingen gjør det, 3 hvis versjonen mangler en av kodene."
    ),
    "Declare a version whose content is not loaded; of a known version, what is not given is kept.": (
        "Registrer en versjon uten innhold; for en kjent versjon beholdes det som ikke oppgis."
    ),
    "Change the dates of a version, and say what changed; what is not given is kept.": (
        "Endre datoene for en versjon, og si hva som ble endret; det som ikke oppgis, beholdes."
    ),
    "Change licence, access, title … of a code system, and say what changed; what is not given is kept.": (
        "Endre lisens, tilgang, tittel … for et kodeverk, og si hva som ble endret; det som ikke oppgis, beholdes."
    ),
    "Registered rows: one per scope, version and date role.": (
        "Registrerte rader: én per bruksområde, versjon og datorolle."
    ),
    "Register a scope, and with --system and --version what applies in it.": (
        "Registrer et bruksområde, og med --system og --version hva som gjelder i det."
    ),
    "Register rows from CSV: scope, system, version, track, role, allowed_from, required_from, accepted_until (exclusive) or accepted_through, legal_basis, codes, title, kind.": (
        "Registrer rader fra CSV: scope, system, version, track, role, allowed_from, required_from, accepted_until (eksklusiv) eller accepted_through, legal_basis, codes, title, kind."
    ),
    "Code system: slug, canonical URL or OID.": "Kodeverk: kortnavn, kanonisk URL eller OID.",
    "Code, with or without its dot.": "Kode, med eller uten punktum.",
    "Label of the version.": "Versjonens navn.",
    "Version label, or VERSION@RELEASE.": "Versjonens navn, eller VERSION@RELEASE.",
    "Date of the request (default: today).": "Datoen det spørres om (standard: i dag).",
    "First day.": "Første dag.",
    "First day it is no longer valid.": "Første dag den ikke lenger er gyldig.",
    "Last day (inclusive).": "Siste dag (inklusiv).",
    "Date of publication.": "Publiseringsdato.",
    "This version, whatever the date.": "Denne versjonen, uansett dato.",
    "Register, message or sector.": "Register, melding eller sektor.",
    "Date role: event, admission, discharge, procedure …": (
        "Datorolle: event, admission, discharge, procedure …"
    ),
    "Track of the version (a derived variant …).": "Versjonens spor (en avledet variant …).",
    "Largest number of results.": "Største antall svar.",
    "Cursor of the next page.": "Peker til neste side.",
    "Reason, stored with the change.": "Begrunnelse, lagres med endringen.",
    "Reason, kept in `gyldig log`.": "Begrunnelse, vises i `gyldig log`.",
    "Licence of the system; CC0, CC BY, NLOD and public domain open it.": (
        "Lisens for kodeverket; CC0, CC BY, NLOD og fri bruk (public domain) gjør det åpent."
    ),
    "Who may read the system over the network.": "Hvem som får lese kodeverket over nettet.",
    "Whether whole lists may be passed on to others.": "Om hele lister får gis videre til andre.",
    "Only versions with this status on the date.": "Bare versjoner med denne statusen på datoen.",
    "Only of this code system.": "Bare for dette kodeverket.",
    "Who reports.": "Hvem som rapporterer.",
    "Words, beginnings of words, or a code.": "Ord, begynnelsen av ord, eller en kode.",
    "Only changes of this type; repeatable.": "Bare endringer av denne typen; kan gjentas.",
    "Format of the output.": "Format på svaret.",
    "Files, folders or archives.": "Filer, mapper eller arkiver.",
    "Format of the files, if it is not recognised.": "Filenes format, hvis det ikke blir gjenkjent.",
    "Code system; created if new.": "Kodeverk; opprettes hvis det er nytt.",
    "Version label.": "Versjonens navn.",
    "A correction replaces the content for all dates; an update from a date.": (
        "En rettelse erstatter innholdet for alle datoer; en oppdatering fra en dato."
    ),
    "First day of an update.": "Første dag for en oppdatering.",
    "Part of the version that the file covers.": "Delen av versjonen som filen dekker.",
    "Provisional or final content.": "Foreløpig eller endelig innhold.",
    "Canonical URL of the system.": "Kodeverkets kanoniske URL.",
    "Title of the system.": "Kodeverkets tittel.",
    "Language of the texts.": "Språket i tekstene.",
    "Full or short texts, if the file does not state it.": (
        "Fulle eller korte tekster, hvis filen ikke oppgir det."
    ),
    "Plain lists: the column of a role; repeatable.": "Enkle lister: kolonnen for en rolle; kan gjentas.",
    "Plain lists: separator of columns.": "Enkle lister: skilletegn mellom kolonner.",
    "Sheet of an xlsx with several.": "Ark i en xlsx med flere.",
    "Plain lists: row with the headings; 0 = there is none.": (
        "Enkle lister: raden med overskrifter; 0 = ingen."
    ),
    "Plain lists: encoding of the file.": "Enkle lister: filens tegnkoding.",
    "Report what would change; store nothing.": "Meld hva som ville bli endret; lagre ingenting.",
    "End at once if another load is running.": "Avslutt straks hvis en annen lasting pågår.",
    "A declared source; without it, the sources are listed.": "En registrert kilde; uten den vises kildene.",
    "Version of the source (default: the newest).": "Kildens versjon (standard: den nyeste).",
    "Another base address of a source over https.": "En annen grunnadresse for en kilde over https.",
    "Format of the file (default: that of its name, else csv).": (
        "Filens format (standard: det som navnet viser, ellers csv)."
    ),
    "All versions: a row per code and interval, with all ancestors.": (
        "Alle versjoner: en rad per kode og periode, med alle overordnede."
    ),
    "File to write (default: standard output).": "Fil som skal skrives (standard: standard ut).",
    "Address to listen on.": "Adresse å lytte på.",
    "Port to listen on.": "Port å lytte på.",
    "Processes.": "Antall prosesser.",
    "Act as if it were this day.": "Svar som om det var denne dagen.",
    "Only the chain of publications, the metadata and the pages.": (
        "Bare kjeden av publiseringer, metadata og sidene."
    ),
    "File to write.": "Fil som skal skrives.",
    "Backup to restore.": "Sikkerhetskopi som skal settes inn.",
    "Also if there is a registry already; its file is kept in the same folder.": (
        "Også hvis det finnes et register; filen beholdes i samme mappe."
    ),
    "End after the answers.": "Avslutt etter svarene.",
    "Only the made-up system; fetch nothing.": "Bare det oppdiktede kodeverket; hent ingenting.",
    "The code that may contain the other.": "Koden som kan omfatte den andre.",
    "The code that may be contained.": "Koden som kan være omfattet.",
    "A version with the same content.": "En versjon med det samme innholdet.",
    "Remove the end date: it then follows from the system's rule.": (
        "Fjern sluttdatoen: den følger da av regelen for kodeverket."
    ),
    "Title, in the language of --language.": "Tittel, på språket i --language.",
    "Language of the title.": "Tittelens språk.",
    "Owner.": "Eier.",
    "How the end of a version without one is derived.": (
        "Hvordan slutten utledes for en versjon uten sluttdato."
    ),
    "Slug of the scope, e.g. npr.": "Bruksområdets kortnavn, f.eks. npr.",
    "Its name.": "Navnet.",
    "register (default), message or sector.": "register (standard), message eller sector.",
    "Code system of a version …": "Kodeverket til en versjon …",
    "… that applies in the scope.": "… som gjelder i bruksområdet.",
    "Date role that decides.": "Datorollen som avgjør.",
    "Permitted from.": "Tillatt fra.",
    "Required from.": "Påkrevd fra.",
    "First day it is no longer accepted.": "Første dag den ikke lenger godtas.",
    "Last day it is accepted (inclusive).": "Siste dag den godtas (inklusiv).",
    "Regulation or notice.": "Forskrift eller rundskriv.",
    "Only for these codes.": "Bare for disse kodene.",
    "CSV with a header row; - reads standard input.": "CSV med overskriftsrad; - leser standard inn.",
    "The concepts of an expression constraint (ECL 2.3); with `--check`, whether expressions are valid (needs no database).": (
        "Begrepene i en uttrykksbetingelse (ECL 2.3); med `--check`: om betingelser er gyldige (krever ingen database)."
    ),
    "Code system.": "Kodeverk.",
    "Expression constraint.": "Uttrykksbetingelse.",
    "Check the expressions of a file, one a line (plain or a JSON string); `-` = standard input.": "Kontroller uttrykkene i en fil, ett per linje (ren tekst eller en JSON-streng); `-` = standard inn.",
    "End a token from now on; running servers know it within two seconds.": "Avslutt et token fra nå av; tjenere som kjører, vet det innen to sekunder.",
    "First day on which it is not valid.": "Første dag det ikke er gyldig.",
    "In CSV, put ' in front of cells that a spreadsheet would take for formulas (= + - @ tab).": "Sett ' foran celler i CSV som et regneark ville lest som formler (= + - @ tab).",
    "List the tokens with their rights and whether they are valid.": "List opp tokenene med rettigheter og om de er gyldige.",
    "Make a token and print its secret, of which only a hash is stored.": "Lag et token og skriv ut hemmeligheten; bare en hash av den lagres.",
    "Name of the token, as logs and the audit trail show it.": "Navnet på tokenet, slik logger og revisjonssporet viser det.",
    "Only entries from that day on.": "Bare poster fra og med den dagen.",
    "Print CSV with all columns.": "Skriv CSV med alle kolonner.",
    "Show who wrote what, and what was refused to whom; exit 1 if a refusal was changed or lost.": "Vis hvem som skrev hva, og hva som ble avvist for hvem; avslutter med 1 hvis en avvisning er endret eller tapt.",
    "Tokens of callers over HTTP: named, with rights and an end date.": "Tokener for dem som kaller over HTTP: med navn, rettigheter og sluttdato.",
    "read, write, load or administer; repeatable.": "read, write, load eller administer; kan gjentas.",
    "SNOMED CT: leave comment lines out.": "SNOMED CT: utelat kommentarlinjer.",
    "SNOMED CT: which files of a package (default: snapshot).": "SNOMED CT: hvilke filer i en pakke (forvalg: snapshot).",
}
