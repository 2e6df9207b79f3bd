"""Expression constraints of SNOMED CT (ECL): id → (English, bokmål).

Ids: ``ecl.problem.*`` what is wrong, ``ecl.note.*`` warnings, ``ecl.part.*`` parts of the language that are expected or found.
"""

from __future__ import annotations

from typing import Final

__all__ = ["MESSAGES"]

Pair = tuple[str, str]

MESSAGES: Final[dict[str, Pair]] = {
    "ecl.problem.expected": (
        "expected {expected:join or}, found {found}",
        "forventet {expected:join eller}, fant {found}",
    ),
    "ecl.problem.character": (
        "the character {code} is not allowed here",
        "tegnet {code} er ikke tillatt her",
    ),
    "ecl.problem.comment_open": (
        "a comment begins here and does not end with */",
        "en kommentar begynner her og slutter ikke med */",
    ),
    "ecl.problem.text_open": (
        "a text in quotation marks begins here and does not end",
        "en tekst i anførselstegn begynner her og slutter ikke",
    ),
    "ecl.problem.escape": (
        "a backslash in a text is only allowed in front of {allowed:join or}",
        "omvendt skråstrek i en tekst er bare tillatt foran {allowed:join eller}",
    ),
    "ecl.problem.text_empty": ("the text is empty", "teksten er tom"),
    "ecl.problem.term_open": (
        "a term begins here and does not end with |",
        "en term begynner her og slutter ikke med |",
    ),
    "ecl.problem.term": (
        "the term between | and | is empty or has a tab or a line break in it",
        "termen mellom | og | er tom eller inneholder tabulator eller linjeskift",
    ),
    "ecl.problem.space": ("{word} needs a space after it", "{word} må ha et mellomrom etter seg"),
    "ecl.problem.space_between": (
        "values of a set are separated by spaces",
        "verdiene i et sett skilles med mellomrom",
    ),
    "ecl.problem.identifier": (
        "{digits} is not a SNOMED CT identifier: it has 6 to 18 digits and does not begin with 0",
        "{digits} er ikke en SNOMED CT-identifikator: den har 6 til 18 sifre og begynner ikke med 0",
    ),
    "ecl.problem.check_digit": (
        "{id} has a wrong check digit: its last digit would be {digit}",
        "{id} har feil kontrollsiffer: siste siffer skulle vært {digit}",
    ),
    "ecl.problem.mixed": (
        "{first} and {second} are mixed without brackets: put one of them in brackets",
        "{first} og {second} er blandet uten parenteser: sett den ene i parentes",
    ),
    "ecl.problem.minus": (
        "MINUS joins two constraints: put what is on each side in brackets",
        "MINUS kobler to uttrykk: sett det som står på hver side, i parentes",
    ),
    "ecl.problem.needs_brackets": (
        "put the constraint before {found} in brackets",
        "sett uttrykket foran {found} i parentes",
    ),
    "ecl.problem.cardinality": (
        "the cardinality [{least}..{most}] is reversed: its minimum is greater than its maximum",
        "kardinaliteten [{least}..{most}] er snudd: minimum er større enn maksimum",
    ),
    "ecl.problem.date": (
        "{text} is not a possible date",
        "{text} er ikke en mulig dato",
    ),
    "ecl.problem.reverse_in_group": (
        "the reverse flag inside an attribute group has no defined meaning",
        "reversering inne i en attributtgruppe har ingen definert betydning",
    ),
    "ecl.problem.reverse_concrete": (
        "the reverse flag with a number, text or boolean has no defined meaning",
        "reversering med et tall, en tekst eller en sannhetsverdi har ingen definert betydning",
    ),
    "ecl.problem.member_filter": (
        "a member filter needs a member-of operator (^) in front of the same constraint",
        "et medlemsfilter må ha operatoren medlem-av (^) foran det samme uttrykket",
    ),
    "ecl.problem.member_filter_late": (
        "a member filter comes before description and concept filters",
        "et medlemsfilter kommer før beskrivelses- og begrepsfiltre",
    ),
    "ecl.problem.untyped": (
        "a filter without a letter is a description filter, which has no {word}: write {{{{ M {word} … }}}}",
        "et filter uten bokstav er et beskrivelsesfilter, som ikke har {word}: skriv {{{{ M {word} … }}}}",
    ),
    "ecl.problem.wrong_filter": (
        "{word} is not a filter of descriptions: write {{{{ C {word} … }}}}",
        "{word} er ikke et filter for beskrivelser: skriv {{{{ C {word} … }}}}",
    ),
    "ecl.problem.search_type": (
        "the value of an attribute is an exact text: {word} belongs to term and member filters (since ECL 2.3)",
        "verdien av et attributt er en nøyaktig tekst: {word} hører til term- og medlemsfiltre (fra ECL 2.3)",
    ),
    "ecl.problem.depth": (
        "brackets are nested too deep",
        "parentesene er nøstet for dypt",
    ),
    "ecl.problem.length": (
        "the expression has more than {most:,} characters",
        "uttrykket har mer enn {most:,} tegn",
    ),
    "ecl.problem.digits": (
        "a cardinality has more than {most} digits",
        "en kardinalitet har mer enn {most} sifre",
    ),
    "ecl.problem.dialect": (
        "{alias} is not a known dialect: name the language reference set with dialectId",
        "{alias} er ikke en kjent dialekt: oppgi språkreferansesettet med dialectId",
    ),
    "ecl.problem.field": (
        "none of the reference sets has the field {field}",
        "ingen av referansesettene har feltet {field}",
    ),
    "ecl.problem.text_field": (
        "the field {field} has texts, not concepts: it can only be selected by the whole expression",
        "feltet {field} har tekster, ikke begreper: det kan bare velges av hele uttrykket",
    ),
    "ecl.problem.several_fields": (
        "several fields can only be selected by the whole expression, not by a part of it",
        "flere felt kan bare velges av hele uttrykket, ikke av en del av det",
    ),
    "ecl.note.unknown": ("{id} is not in this release", "{id} finnes ikke i denne utgivelsen"),
    "ecl.note.inactive": (
        "{id} is inactive: {{{{ C active = 0 }}}} includes inactive concepts",
        "{id} er inaktivt: {{{{ C active = 0 }}}} tar med inaktive begreper",
    ),
    "ecl.part.end": ("the end", "slutten"),
    "ecl.part.constraint": (
        "a concept, *, an alternate identifier or a constraint in brackets",
        "et begrep, *, en alternativ identifikator eller et uttrykk i parentes",
    ),
    "ecl.part.concept": ("a concept", "et begrep"),
    "ecl.part.identifier": ("an identifier", "en identifikator"),
    "ecl.part.attribute": ("an attribute", "et attributt"),
    "ecl.part.group": ("an attribute group", "en attributtgruppe"),
    "ecl.part.comparison": ("a comparison operator", "en sammenligningsoperator"),
    "ecl.part.number": ("a number such as #5 or #0.25", "et tall som #5 eller #0.25"),
    "ecl.part.text": ("a text in quotation marks", "en tekst i anførselstegn"),
    "ecl.part.day": ('a date such as "20240131" or ""', 'en dato som "20240131" eller ""'),
    "ecl.part.cardinality": ("a cardinality such as 1..* or 0..0", "en kardinalitet som 1..* eller 0..0"),
    "ecl.part.field": ("the name of a field", "navnet på et felt"),
    "ecl.part.language": ("a language code of two letters", "en språkkode med to bokstaver"),
    "ecl.part.dialect": ("a dialect such as nb-no", "en dialekt som nb-no"),
}
