"""Errors and notices of single list formats: id → (English, bokmål).

Ids: ``unbuilt.*`` known formats that no loader reads, ``rf2.*`` SNOMED CT, ``norwegian.*`` Norwegian lists, ``rolling.*`` lists whose codes
have dates, ``icd10cm.*`` ICD-10-CM, ``update.*`` why a file was taken for an update of ICD-10-CM. What all formats share
is in ``loading``.
"""

from __future__ import annotations

from typing import Final

__all__ = ["MESSAGES"]

Pair = tuple[str, str]

MESSAGES: Final[dict[str, Pair]] = {
    "rf2.headings": (
        "the headings are those of no RF2 file: {columns}",
        "overskriftene hører ikke til noen RF2-fil: {columns}",
    ),
    "rf2.comment": (
        "a comment line, which RF2 does not have; --comments skip leaves such lines out",
        "en kommentarlinje, som RF2 ikke har; --comments skip utelater slike linjer",
    ),
    "rf2.line_ends": (
        "lines end neither with CR LF nor with LF",
        "linjene slutter verken med CR LF eller med LF",
    ),
    "rf2.utf8": ("byte {place} of the line is not UTF-8", "byte {place} på linjen er ikke UTF-8"),
    "rf2.cells": (
        "{found:cell|cells}, but the heading has {expected}",
        "{found:celle|celler}, men overskriften har {expected}",
    ),
    "rf2.unreadable": ("the rows cannot be read as a table", "radene kan ikke leses som en tabell"),
    "rf2.active": ("active is {value!r}, not 0 or 1", "active er {value!r}, ikke 0 eller 1"),
    "rf2.date": (
        "effectiveTime {value!r} is not a date of the calendar",
        "effectiveTime {value!r} er ikke en dato i kalenderen",
    ),
    "rf2.uuid": ("the id {value!r} is not a UUID", "id-en {value!r} er ikke en UUID"),
    "rf2.check_digit": (
        "{value!r} is not an identifier of this kind of component: wrong form, partition or check digit",
        "{value!r} er ikke en identifikator for denne typen komponent: feil form, partisjon eller kontrollsiffer",
    ),
    "rf2.wrong_relationships": (
        "{file}: {n:relationship has|relationships have} an identifier with a wrong form or check digit, the first in line"
        " {line}: {first}",
        "{file}: {n:relasjon har|relasjoner har} en identifikator med feil form eller kontrollsiffer, den første på linje"
        " {line}: {first}",
    ),
    "rf2.later": (
        "a row of {effective} is later than the release of {date}",
        "en rad fra {effective} er senere enn utgivelsen fra {date}",
    ),
    "rf2.other_release": (
        "a file of {date}, while {name} is of {other}: the package mixes releases",
        "en fil fra {date}, mens {name} er fra {other}: pakken blander utgivelser",
    ),
    "rf2.release_type": (
        "{source} has no {wanted} files; --release-type may be {names}",
        "{source} har ingen {wanted}-filer; --release-type kan være {names}",
    ),
    "rf2.no_concepts": (
        "the package has no Concept file ({kind})",
        "pakken har ingen Concept-fil ({kind})",
    ),
    "rf2.no_date": (
        "neither names nor rows say the date of the release",
        "verken navn eller rader sier datoen for utgivelsen",
    ),
    "rf2.left": (
        "the package has {kinds} files too; --release-type chooses",
        "pakken har også {kinds}-filer; --release-type velger",
    ),
    "unbuilt.icd11": ("an ICD-11 tabulation", "en ICD-11-tabell (tabulation)"),
    "unbuilt.icd11_map": ("a map between ICD-10 and ICD-11", "en mapping mellom ICD-10 og ICD-11"),
    "unbuilt.omop": ("a table of the OMOP vocabularies", "en tabell fra OMOP-vokabularene"),
    "unbuilt.sssom": ("an SSSOM mapping", "en SSSOM-mapping"),
    "unbuilt.klass": ("a KLASS document (JSON)", "et KLASS-dokument (JSON)"),
    "unbuilt.klass_changes": ("a KLASS change table", "en endringstabell fra KLASS"),
    "unbuilt.klass_correspondence": (
        "a correspondence table from codes to codes",
        "en korrespondansetabell fra koder til koder",
    ),
    "unbuilt.loinc": ("a LOINC table", "en LOINC-tabell"),
    "unbuilt.atc": ("an ATC table with DDD", "en ATC-tabell med DDD"),
    "unbuilt.crosswalk": (
        "a crosswalk from codes to codes with automatic flags",
        "en overgangstabell fra koder til koder med merke for automatisk overgang",
    ),
    "unbuilt.icd10gm": ("ICD-10-GM metadata", "metadata for ICD-10-GM"),
    "unbuilt.gem": ("a general equivalence mapping (GEM)", "en GEM-mapping (general equivalence mapping)"),
    "unbuilt.rrf": ("an RRF table (UMLS, RxNorm)", "en RRF-tabell (UMLS, RxNorm)"),
    "unbuilt.claml": ("a classification in ClaML", "en klassifikasjon i ClaML"),
    "unbuilt.fest": ("a FEST extract (M30)", "et FEST-uttrekk (M30)"),
    "unbuilt.volven": ("a collection of Volven lists (XML)", "en samling Volven-lister (XML)"),
    "unbuilt.rdf": ("an RDF or OWL document", "et RDF- eller OWL-dokument"),
    "unbuilt.xsd": ("an XML schema", "et XML-skjema"),
    "unbuilt.xslt": ("an XSLT stylesheet", "et XSLT-stilark"),
    "unbuilt.dtd": ("a document type definition (DTD)", "en dokumenttypedefinisjon (DTD)"),
    "norwegian.list_id": (
        "the id {number!r} is not the number of a list",
        "id-en {number!r} er ikke nummeret til en liste",
    ),
    "norwegian.no_date": ("there is no date", "datoen mangler"),
    "norwegian.no_code": ("there is no code", "koden mangler"),
    "norwegian.no_text": ("code {code} has no text", "koden {code} har ingen tekst"),
    "norwegian.logical": ("{value!r} is neither Ja nor Nei", "{value!r} er verken Ja eller Nei"),
    "norwegian.status_changed": (
        "version {version}: the day when the status of the list last changed",
        "versjon {version}: dagen da statusen til listen sist ble endret",
    ),
    "norwegian.wording": (
        "the wording is that of {day}; content before that is marked reconstructed",
        "ordlyden er fra {day}; innhold før det er merket som rekonstruert",
    ),
    "norwegian.html": (
        "remains of HTML are kept in {count} of the texts: {codes}",
        "rester av HTML er beholdt i {count} av tekstene: {codes}",
    ),
    "norwegian.maps_to_colon": (
        "the key 'mapsTo:' (with a colon) is malformed; read as mapsTo",
        "nøkkelen 'mapsTo:' (med kolon) er feilskrevet; lest som mapsTo",
    ),
    "rolling.no_version": (
        "{file}: its codes have dates, each change makes a version; version and validity can't be set",
        "{file}: kodene har datoer, og hver endring gir en versjon; versjon og gyldighet kan ikke oppgis",
    ),
    "rolling.no_start": (
        "no code has a date to begin a version with",
        "ingen kode har en dato som en versjon kan begynne med",
    ),
    "rolling.held": (
        "{count:row|rows} without a first day: taken to be valid from {day}",
        "{count:rad|rader} uten første dag: regnes som gyldige fra {day}",
    ),
    "rolling.gone": (
        "{count:row|rows} without a first day and ended by {day}: in no version: {codes}",
        "{count:rad|rader} uten første dag og avsluttet innen {day}: ikke i noen versjon: {codes}",
    ),
    "rolling.ends_before": (
        "code {code} ends before it begins ({start}, up to but not including {end})",
        "koden {code} slutter før den begynner ({start}, til, men ikke med, {end})",
    ),
    "rolling.overlap": (
        "code {code} has other content on line {line} for some of the same days",
        "koden {code} har annet innhold på linje {line} for noen av de samme dagene",
    ),
    "icd10cm.no_heading": (
        "there is no heading 'Current code assignment'",
        "overskriften 'Current code assignment' mangler",
    ),
    "icd10cm.no_code": ("{text!r} is not a code", "{text!r} er ikke en kode"),
    "icd10cm.previous": (
        "previous codes {text!r}: {rest!r} is not understood",
        "tidligere koder {text!r}: {rest!r} er ikke forstått",
    ),
    "icd10cm.understood": (
        "{finding}; {understood} of {lines} lines are understood{more}",
        "{finding}; {understood} av {lines} linjer er forstått{more}",
    ),
    "icd10cm.addenda_line": (
        "not a line of addenda: {line!r}",
        "ikke en linje i en endringsliste (addenda): {line!r}",
    ),
    "icd10cm.empty_line": ("an empty line", "en tom linje"),
    "icd10cm.order_number": (
        "columns 1-5 hold {text!r}, not an order number",
        "kolonne 1-5 inneholder {text!r}, ikke et løpenummer",
    ),
    "icd10cm.order_code": (
        "columns 7-13 hold {text!r}, not a code",
        "kolonne 7-13 inneholder {text!r}, ikke en kode",
    ),
    "icd10cm.order_flag": (
        "column 15 holds {text!r}, neither 0 (header) nor 1 (billable)",
        "kolonne 15 inneholder {text!r}, verken 0 (overskrift) eller 1 (kan rapporteres)",
    ),
    "icd10cm.order_short": (
        "the line ends before the long text in column 78",
        "linjen slutter før den lange teksten i kolonne 78",
    ),
    "icd10cm.no_name": ("{code} has no name or text", "{code} har ikke navn eller tekst"),
    "icd10cm.nested": (
        "{code} is under {parent} in the XML, unlike in the order file; kept so",
        "{code} står under {parent} i XML-filen, men ikke i rekkefølgefilen (order); beholdt slik",
    ),
    "icd10cm.seventh_listed": (
        "seventh characters as far as {member} has them",
        "sjuende tegn så langt {member} har dem",
    ),
    "icd10cm.seventh_rule": (
        "seventh characters by rule alone: the source has no list of the codes that exist",
        "sjuende tegn bare etter regelen: kilden har ingen liste over kodene som finnes",
    ),
    "icd10cm.diagnosis": ("a diagnosis", "en diagnose"),
    "update.given": ("as given", "som oppgitt"),
    "update.witness": (
        "it contains {code}, which came with the update {label}",
        "den inneholder {code}, som kom med oppdateringen {label}",
    ),
    "update.year": (
        "the year in the file's name; valid from October {year}",
        "årstallet i filnavnet; gyldig fra oktober {year}",
    ),
    "update.month": ("the month in the name {name}", "måneden i navnet {name}"),
    "update.addenda": (
        "the addenda of the same source count {name}",
        "endringslisten (addenda) i samme kilde teller {name}",
    ),
}
