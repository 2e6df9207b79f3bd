"""Loading: why a source cannot be read or fetched, notices about it, and progress. Id → (English, bokmål).

Ids: ``read.*`` archives, text, JSON and tables; ``list.*`` plain lists and options; ``source.*`` recognising a format and
fetching; ``check.*`` rules for every list; ``notice.*`` notices; ``progress.*`` stages of a load. The file and the line, or
the path of the element, stand before an error. ``detail`` is the text of another program, quoted as it is.
"""

from __future__ import annotations

from typing import Final

__all__ = ["MESSAGES"]

Pair = tuple[str, str]

MESSAGES: Final[dict[str, Pair]] = {
    "read.path_outside": (
        "the path {name!r} leads out of the archive; nothing of the archive is read",
        "stien {name!r} peker ut av arkivet; ingenting i arkivet blir lest",
    ),
    "read.too_deep": (
        "{name!r} is more than {depth} folders deep; move it further up",
        "{name!r} ligger mer enn {depth} mapper ned; flytt den lenger opp",
    ),
    "read.too_large": ("larger than {most:,} bytes", "større enn {most:,} byte"),
    "read.unpacks_to": (
        "unpacks to more than {most:,} bytes",
        "blir større enn {most:,} byte når den pakkes ut",
    ),
    "read.unpacks_to_of": (
        "unpacks to {total:,} bytes, more than {most:,} allowed",
        "blir {total:,} byte når det pakkes ut; høyst {most:,} er tillatt",
    ),
    "read.zip_bomb": (
        "{name} unpacks to {size:,} bytes from {packed:,}: more than {ratio} to 1 counts as a zip bomb",
        "{name} går fra {packed:,} til {size:,} byte når den pakkes ut: mer enn {ratio} til 1 regnes som en zip-bombe",
    ),
    "read.many_files": (
        "more than {most:,} files inside; load them in parts",
        "mer enn {most:,} filer; last dem i flere deler",
    ),
    "read.encrypted": (
        "{name} is encrypted; unpack it with its password and load the result",
        "{name} er kryptert; pakk den ut med passordet og last resultatet",
    ),
    "read.damaged": (
        "truncated or damaged; get the file again",
        "avkuttet eller skadet; hent filen på nytt",
    ),
    "read.damaged_because": (
        "truncated or damaged; get the file again ({detail})",
        "avkuttet eller skadet; hent filen på nytt ({detail})",
    ),
    "read.damaged_zip": (
        "not a whole zip archive (truncated or damaged); get the file again ({detail})",
        "ikke et helt zip-arkiv (avkuttet eller skadet); hent filen på nytt ({detail})",
    ),
    "read.damaged_tar": (
        "not a whole tar archive (truncated or damaged); get the file again ({detail})",
        "ikke et helt tar-arkiv (avkuttet eller skadet); hent filen på nytt ({detail})",
    ),
    "read.damaged_xlsx": (
        "not a whole xlsx (truncated or damaged); get the file again ({detail})",
        "ikke en hel xlsx-fil (avkuttet eller skadet); hent filen på nytt ({detail})",
    ),
    "read.no_space": (
        "no space is left for temporary files in {folder}",
        "det er ikke mer plass til midlertidige filer i {folder}",
    ),
    "read.no_path": (
        "{path}: there is no such file or folder",
        "{path}: filen eller mappen finnes ikke",
    ),
    "read.no_encoding": (
        "there is no encoding called {encoding!r}; examples: utf-8, cp1252, cp850",
        "tegnkodingen {encoding!r} finnes ikke; eksempler: utf-8, cp1252, cp850",
    ),
    "read.wrong_byte": (
        "byte {byte} is not {encoding}; name the encoding with --encoding",
        "byte {byte} er ikke {encoding}; oppgi tegnkodingen med --encoding",
    ),
    "read.mostly_utf8": (
        "byte {byte} is not {encoding}, though most of the file is; name an encoding with --encoding",
        "byte {byte} er ikke {encoding}, selv om det meste av filen er det; oppgi tegnkodingen med --encoding",
    ),
    "read.encoding_unclear": (
        "byte {byte} is not {encoding}, and {names:join or} cannot be distinguished; name one with --encoding "
        "({readings:join or})",
        "byte {byte} er ikke {encoding}, og det er uklart om filen er i {names:join eller}; oppgi én med --encoding "
        "({readings:join eller})",
    ),
    "read.not_json": (
        "not whole JSON: {problem}",
        "ikke fullstendig JSON: {problem}",
    ),
    "read.json_truncated": ("the text ends too early", "teksten slutter for tidlig"),
    "read.json_invalid": (
        "it cannot be read from this line on",
        "den kan ikke leses fra og med denne linjen",
    ),
    "read.json_deep": ("nested too deeply", "for mange nivåer inni hverandre"),
    "read.json_no_list": ("a list of codes was expected", "her skulle det stått en liste med koder"),
    "read.unexpected": (
        "damaged, or not as its format says; get the file again ({detail})",
        "skadet, eller ikke slik formatet sier; hent filen på nytt ({detail})",
    ),
    "read.element_no_object": ("element {number} is not an object", "element {number} er ikke et objekt"),
    "read.element_no_text": (
        "element {number} has no text in {name!r}",
        "element {number} har ingen tekst i {name!r}",
    ),
    "read.element_empty": (
        "element {number} has an empty {name!r}",
        "element {number} har et tomt felt {name!r}",
    ),
    "read.not_xml": ("not well-formed XML: {detail}", "ikke velformet XML: {detail}"),
    "read.xml_entities": ("entities may not be declared", "entiteter kan ikke deklareres"),
    "read.xml_deep": (
        "elements nested more than {depth} deep",
        "elementene går mer enn {depth} nivåer ned",
    ),
    "read.xml_attributes": (
        "an element has more than {most} attributes",
        "et element har mer enn {most} attributter",
    ),
    "read.no_date": (
        "{text!r} is not a date; write it like 2024-01-31",
        "{text!r} er ikke en dato; skriv den som 2024-01-31",
    ),
    "read.no_delimiter": (
        "no delimiter (tab, semicolon, bar or comma) is found in every line; name it with --delimiter",
        "fant ikke noe skilletegn (tabulator, semikolon, loddrett strek eller komma) på alle linjene; oppgi det med"
        " --delimiter",
    ),
    "read.delimiter": (
        "delimiter {delimiter!r}: name one character, or tab",
        "skilletegn {delimiter!r}: oppgi ett tegn eller tab",
    ),
    "read.quotes": (
        "quotation marks are not in pairs ({detail})",
        "anførselstegnene står ikke parvis ({detail})",
    ),
    "read.no_sheet": (
        "{file}: there is no sheet {sheet!r}; sheets: {names:join and}",
        "{file}: arket {sheet!r} finnes ikke; arkene er {names:join og}",
    ),
    "list.same_column": (
        "code and text are both column {column!r}: name the column with the code and the one with the text",
        "kode og tekst er begge kolonnen {column!r}: oppgi kolonnen med koden og den med teksten",
    ),
    "list.no_code_column": (
        "the columns do not name the one with the code: add code=NAME or code=NUMBER",
        "det er ikke oppgitt hvilken kolonne koden står i: legg til code=NAVN eller code=NUMMER",
    ),
    "list.header_row": (
        "--header-row {text!r}: give the number of the row with the headings, or 0 if there is none",
        "--header-row {text!r}: oppgi nummeret på raden med overskriftene, eller 0 hvis det ikke er noen",
    ),
    "list.no_row": (
        "{file}: row {row} is not among the first rows with content. Seen:{rows:below}",
        "{file}: rad {row} er ikke blant de første radene med innhold. Sett:{rows:below}",
    ),
    "list.headings_unknown": (
        "{file}: which column holds the code? No known heading is found, and the first row is not clearly a code either "
        "(columns: {columns}). Name the columns with --column code=NAME --column text=NAME; if there are no headings, add "
        "--header-row 0. Seen:{rows:below}",
        "{file}: hvilken kolonne står koden i? Ingen kjent overskrift ble funnet, og den første raden er heller ikke "
        "tydelig en kode (kolonner: {columns}). Oppgi kolonnene med --column code=NAVN --column text=NAVN; uten "
        "overskrifter: legg til --header-row 0. Sett:{rows:below}",
    ),
    "list.heading_below": (
        "{file}: row {row} looks like the headings, with other rows above it. If so, add --header-row {row}. "
        "Seen:{rows:below}",
        "{file}: rad {row} ser ut som overskriftene, med andre rader over. Stemmer det, legg til --header-row {row}. "
        "Sett:{rows:below}",
    ),
    "list.heading_or_code": (
        "{file}: is {cell!r} in the first row a heading or a code? Add --header-row 1 if it is a heading, --header-row 0 if "
        "not. Seen:{rows:below}",
        "{file}: er {cell!r} i den første raden en overskrift eller en kode? Legg til --header-row 1 hvis det er en "
        "overskrift, ellers --header-row 0. Sett:{rows:below}",
    ),
    "list.two_code_columns": (
        "{file}: the columns {columns:join and} could each hold the code: name one with --column code=NAME",
        "{file}: kolonnene {columns:join og} kan begge inneholde koden: oppgi én med --column code=NAVN",
    ),
    "list.wide": (
        "{file}: a wide table with columns for {years:join and} ({columns}). Load one year at a time, for example "
        "--version {year} --column code={column} --column text={text}",
        "{file}: en bred tabell med kolonner for {years:join og} ({columns}). Last ett år om gangen, for eksempel "
        "--version {year} --column code={column} --column text={text}",
    ),
    "list.several_sheets": (
        "{file}: {count} sheets have content: name one with --sheet. First row of each:{sheets:below}",
        "{file}: {count} ark har innhold: oppgi ett med --sheet. Første rad i hvert:{sheets:below}",
    ),
    "list.several_years": (
        "{file}: the column with the year holds {years:join and}: name the one to load with --version",
        "{file}: kolonnen med årstallet har {years:join og}: oppgi det som skal lastes, med --version",
    ),
    "list.no_year_rows": (
        "{file}: no rows for {year}; the column with the year holds {years:join and}",
        "{file}: ingen rader for {year}; kolonnen med årstallet har {years:join og}",
    ),
    "list.year_column": (
        "{file}: column {column} has no heading and holds the years {years:join and}. If each row belongs to its year, add "
        "--column code=1 --column text=2 --column year={column}; if not, name the columns without it",
        "{file}: kolonne {column} har ingen overskrift og inneholder årene {years:join og}. Hører hver rad til sitt år, legg "
        "til --column code=1 --column text=2 --column year={column}; hvis ikke, oppgi kolonnene uten den",
    ),
    "list.not_a_year": (
        "{text!r} in the column with the year is not a year",
        "{text!r} i kolonnen med årstallet er ikke et årstall",
    ),
    "list.no_texts": (
        "none of {count:code|codes} has a text; name the column with --column text=NAME, or declare the codes alone with "
        "--column code=NAME",
        "ingen tekst ({count:kode|koder}); oppgi kolonnen med --column text=NAVN, eller bare kodene med --column code=NAVN",
    ),
    "list.one_text": (
        "all {count} codes have the same text {text!r}; name the column of the texts with --column text=NAME",
        "alle {count} kodene har samme tekst {text!r}; oppgi kolonnen med tekstene med --column text=NAVN",
    ),
    "list.only_date": (
        "{file}: the date {day} in the file's name is when it was made, not its version (a list made in December is often next "
        "year's): name the version with --version",
        "{file}: datoen {day} i filnavnet er da filen ble laget, ikke versjonen (en liste fra desember er ofte neste års): "
        "oppgi versjonen med --version",
    ),
    "list.no_role": (
        "there is no column role {role!r}; roles: {roles}, property:NAME",
        "kolonnerollen {role!r} finnes ikke; rollene er {roles} og property:NAVN",
    ),
    "list.no_column": (
        "there is no column {column!r}; columns: {columns}",
        "kolonnen {column!r} finnes ikke; kolonnene er {columns}",
    ),
    "list.toml": ("{name}: not readable as TOML ({detail})", "{name}: kan ikke leses som TOML ({detail})"),
    "list.toml_keys": (
        "{name}: unknown keys {unknown}; known: {known}",
        "{name}: ukjente nøkler {unknown}; kjente er {known}",
    ),
    "list.toml_table": ("{name}: {key} must be a table", "{name}: {key} må være en tabell"),
    "list.toml_date": ("{name}: {key} must be a date", "{name}: {key} må være en dato"),
    "list.interval": (
        "valid from {start} but only until {end}: check --valid-from and --valid-to",
        "gyldig fra {start}, men bare til {end}: kontroller --valid-from og --valid-to",
    ),
    "list.coverage": (
        "coverage {text!r}: write complete, subset:NAME or fragment",
        "dekning {text!r}: skriv complete, subset:NAVN eller fragment",
    ),
    "list.label_kind": (
        "label kind {kind!r}: write label.full, label.short or display",
        "teksttype {kind!r}: skriv label.full, label.short eller display",
    ),
    "list.years": (
        "{name}: {years:join or}? Name the version with --version",
        "{name}: {years:join eller}? Oppgi versjonen med --version",
    ),
    "list.no_year": (
        "{file}: no year in the file's name: name the version with --version",
        "{file}: ikke noe årstall i filnavnet: oppgi versjonen med --version",
    ),
    "list.which_system": (
        "{file}: which code system is it? Name --system",
        "{file}: hvilket kodeverk er det? Oppgi --system",
    ),
    "list.system_shape": (
        "the codes look neither like ICD-10 nor like ICPC-2: name --system",
        "kodene ligner verken på ICD-10 eller ICPC-2: oppgi --system",
    ),
    "list.no_code": ("there is no code in the file", "det er ingen koder i filen"),
    "list.row_without_code": ("a row without a code", "en rad uten kode"),
    "list.logical": ("{text!r} is neither T nor F", "{text!r} er verken T eller F"),
    "check.twice": (
        "code {code} is already on line {line} with different content",
        "koden {code} står allerede på linje {line} med annet innhold",
    ),
    "check.parent": (
        "code {code} has the parent {parent}, which is not in the file",
        "koden {code} har den overordnede koden {parent}, som ikke finnes i filen",
    ),
    "check.cycle": ("cyclic parents: {path}", "overordnede koder går i ring: {path}"),
    "source.one_list": (
        "{first} and {name} can't both be {system} {version}: load them one by one",
        "{first} og {name} kan ikke begge være {system} {version}: last dem hver for seg",
    ),
    "source.empty_file": ("the file is empty", "filen er tom"),
    "source.no_file": ("there is no file inside", "det er ingen filer i den"),
    "source.no_format": (
        "there is no format {name!r}; formats: {names}",
        "formatet {name!r} finnes ikke; formatene er {names}",
    ),
    "source.unknown": (
        "{what}, in none of the known formats ({names})",
        "{what}, ikke i noe kjent format ({names})",
    ),
    "source.files_unknown": (
        "none of its {count:file|files} is in a known format ({names})",
        "ingen av filene ({count}) er i et kjent format ({names})",
    ),
    "source.unbuilt": (
        "{format}: a known format that cannot be loaded yet; it is not read as a plain list",
        "{format}: et kjent format som ikke kan lastes ennå; det leses ikke som en vanlig liste",
    ),
    "source.looks_like": (
        "not in the format {name}: it looks like {others:join or}",
        "ikke i formatet {name}: det ligner på {others:join eller}",
    ),
    "source.other_unknown": (
        "neither in the format {name} nor in any other known format",
        "verken i formatet {name} eller i noe annet kjent format",
    ),
    "source.binary": ("a binary file", "en binærfil"),
    "source.text": ("a text", "en tekst"),
    "source.broken_xml": ("not well-formed XML ({detail})", "ikke velformet XML ({detail})"),
    "source.unsafe_xml": ("XML that is not read ({why})", "XML som ikke leses ({why})"),
    "source.xml": ("XML with the root <{root}>", "XML med rotelementet <{root}>"),
    "source.broken_json": ("not whole JSON ({detail})", "ikke fullstendig JSON ({detail})"),
    "source.empty_json": ("empty JSON", "tom JSON"),
    "source.json_list": ("a JSON list ({keys})", "en JSON-liste ({keys})"),
    "source.json_object": ("a JSON object ({keys})", "et JSON-objekt ({keys})"),
    "source.none": (
        "there is no source {name!r}; sources: {names}",
        "kilden {name!r} finnes ikke; kildene er {names}",
    ),
    "source.no_version": (
        "{name} has no version {label!r}; known: {known}",
        "{name} har ingen versjon {label!r}; kjente er {known}",
    ),
    "source.a_year": ("a year, for instance {year}", "et årstall, for eksempel {year}"),
    "source.rolling": (
        "{name} is a rolling source, each download holds all its versions: leave --version out",
        "{name} er en løpende kilde, hver nedlasting har alle versjonene: utelat --version",
    ),
    "source.npm": (
        "{name} is fetched with npm, which is not installed here",
        "{name} hentes med npm, som ikke er installert her",
    ),
    "source.tool_files": (
        "{tool} brought {count:file|files}, one was expected",
        "{tool} hentet {count:fil|filer}; det skulle vært én",
    ),
    "source.tool_failed": (
        "{tool} could not be run to its end: {detail}",
        "{tool} kunne ikke kjøres ferdig: {detail}",
    ),
    "source.tool_refused": (
        "{tool} could not fetch it: {detail}",
        "{tool} kunne ikke hente den: {detail}",
    ),
    "source.no_reason": ("no reason given", "ingen begrunnelse oppgitt"),
    "source.sha256": (
        "its sha256 is {found}, declared is {wanted}: nothing is loaded",
        "sha256 er {found}, men {wanted} er deklarert: ingenting blir lastet",
    ),
    "source.redirects": ("redirected more than {most} times", "viderekoblet mer enn {most} ganger"),
    "source.no_address": ("{url!r} is not an address: {detail}", "{url!r} er ikke en adresse: {detail}"),
    "source.only_https": (
        "{url}: only https is fetched (http on loopback)",
        "{url}: bare https hentes (http på egen maskin)",
    ),
    "source.answered": ("answered {status} {detail}", "svarte {status} {detail}"),
    "source.not_fetched": ("could not be fetched: {detail}", "kunne ikke hentes: {detail}"),
    "source.too_slow": ("took longer than allowed", "tok lengre tid enn tillatt"),
    "source.no_content": ("answered without content", "svarte uten innhold"),
    "notice.encoding": ("encoding: {encoding}", "tegnkoding: {encoding}"),
    "notice.encoding_guessed": (
        "encoding: {encoding} (recognised by its letters)",
        "tegnkoding: {encoding} (gjenkjent på bokstavene)",
    ),
    "notice.bom": ("{encoding} with byte order mark", "{encoding} med byte order mark"),
    "notice.repeats": (
        "{count:row repeats|rows repeat} a code with the same content: {codes}",
        "{count:rad gjentar|rader gjentar} en kode med samme innhold: {codes}",
    ),
    "notice.not_read": ("of {source} not read: {names}", "ikke lest fra {source}: {names}"),
    "notice.without_text": ("{count:code has|codes have} no text", "{count:kode|koder} har ingen tekst"),
    "notice.dates_not_used": (
        "the dates of single codes in {columns:join and} are not used, because --version names the version: without"
        " --version each change makes a version",
        "datoene for enkeltkoder i {columns:join og} brukes ikke, fordi --version oppgir versjonen: uten --version gir"
        " hver endring en versjon",
    ),
    "notice.ended_before": (
        "{count:code|codes} had ended before the version begins ({day}) by these dates, and is loaded all the same: {codes:join and}",
        "{count:kode|koder} var avsluttet før versjonen begynner ({day}) etter disse datoene, og lastes likevel: {codes:join og}",
    ),
    "notice.begin_after": (
        "{count:code begins|codes begin} only after the version ({day} or later) by these dates: {codes:join and}",
        "{count:kode|koder} begynner først etter versjonen ({day} eller senere) etter disse datoene: {codes:join og}",
    ),
    "notice.dates_unread": (
        "the dates of {count:code|codes} cannot be read: {rows:join and}",
        "datoene for {count:kode|koder} kan ikke leses: {rows:join og}",
    ),
    "notice.code_form": (
        "{count:code does|codes do} not have the form of the system's codes: {codes:join and}",
        "{count:kode|koder} har ikke kodeverkets form: {codes:join og}",
    ),
    "notice.code_blank": (
        "{count:code has|codes have} a blank inside: {codes:join and}",
        "{count:kode|koder} har et mellomrom inni: {codes:join og}",
    ),
    "notice.code_scientific": (
        "{count:code looks|codes look} like a number that a spreadsheet has rewritten: {codes:join and}",
        "{count:kode|koder} ser ut som tall som et regneark har skrevet om: {codes:join og}",
    ),
    "notice.code_case": (
        "{count:code differs|codes differ} from another in upper and lower case alone: {codes:join and}",
        "{count:kode|koder} skiller seg fra en annen bare i store og små bokstaver: {codes:join og}",
    ),
    "notice.code_zeros": (
        "{count:code is|codes are} one digit shorter than the others; has a leading zero been lost? {codes:join and}",
        "{count:kode|koder} er ett siffer kortere enn de andre; er en null foran blitt borte? {codes:join og}",
    ),
    "notice.short_rows": (
        "{count:row has|rows have} fewer columns than are read: {rows:join and}",
        "{count:rad|rader} har færre kolonner enn det som leses: {rows:join og}",
    ),
    "notice.short_row": (
        "row {line} ({found:column|columns}, {wanted} expected)",
        "rad {line} ({found:kolonne|kolonner}, {wanted} ventet)",
    ),
    "notice.columns": (
        "columns that are not read: {names:join and}",
        "kolonner som ikke leses: {names:join og}",
    ),
    "notice.no_code_row": (
        'the first row, {code}, stands for "no code" and is left out',
        "den første raden, {code}, står for «ingen kode» og er utelatt",
    ),
    "notice.other_years": (
        "rows of {year} are read; left out are rows of {others:join and}",
        "rader for {year} er lest; utelatt er rader for {others:join og}",
    ),
    "notice.column": ("column {number}", "kolonne {number}"),
    "notice.toml": ("columns and options from {name}", "kolonner og valg fra {name}"),
    "notice.fields": ("fields that are not read: {names}", "felt som ikke leses: {names}"),
    "notice.version": ("version {version}: {reason}", "versjon {version}: {reason}"),
    "notice.rows_repeat": (
        "{count:row repeats another and is|rows repeat another and are} left out",
        "{count:rad gjentar en annen og er|rader gjentar en annen og er} utelatt",
    ),
    "progress.read": ("read", "lest"),
    "progress.read_file": ("read {file}", "har lest {file}"),
    "progress.read_in": ("read {file} in {seconds:.1f} s", "har lest {file} på {seconds:.1f} s"),
    "progress.reading": ("reading", "leser"),
    "progress.storing": ("storing", "lagrer"),
    "progress.waiting": ("waiting for another load to end", "venter på at en annen lasting blir ferdig"),
    "progress.fetch": ("fetch {name}", "henter {name}"),
}
