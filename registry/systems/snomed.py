"""SNOMED CT: identifiers, editions, dialects, uses of descriptions, and names of its parts.

The check digit of identifiers is in ``registry.entities.sctid``; before it they have the partition: which kind of component they
name, and whether they have a namespace. Versions are URIs of a module and a date. Dialects are data: another extension's language reference set needs
a row here only to have a shorter name than its identifier.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from registry.entities.records import Coding
from registry.entities.sctid import has_valid_check_digit
from registry.systems.behaviour import Condition, Dialect, SystemBehaviour

__all__ = ["ACCEPTABILITY", "DEFINED", "PRIMITIVE", "CORE_MODULE", "DESCRIPTION_TYPES", "DIALECTS", "IS_A", "LANGUAGES", "MODEL_MODULE", "SNOMED_CT", "URL", "SnomedBehaviour",
           "has_check_digit", "kind_of_identifier", "version_uri"]  # fmt: skip

URL = "http://snomed.info/sct"
IS_A = "116680003"
CORE_MODULE = "900000000000207008"
MODEL_MODULE = "900000000000012004"
PRIMITIVE, DEFINED = "900000000000074008", "900000000000073002"
#: our names of acceptabilities
ACCEPTABILITY = {"preferred": "900000000000548007", "acceptable": "900000000000549004"}
_REFERENCE_SET = "900000000000455006"

#: description types: kind of designation, code
DESCRIPTION_TYPES = {
    "fsn": Coding("900000000000003001", URL, display="Fully specified name"),
    "synonym": Coding("900000000000013009", URL, display="Synonym"),
    "definition": Coding("900000000000550004", URL, display="Definition"),
}
#: language reference sets with a tag; in the order in which they are preferred where a language is requested without a dialect
DIALECTS = (
    Dialect("900000000000509007", "en", ("en-us",)),
    Dialect("900000000000508004", "en-GB", ("en-gb",), like="900000000000509007"),
    Dialect("61000202103", "nb", ("nb-no", "no")),
    Dialect("91000202106", "nn", ("nn-no",)),
    Dialect("47351000202107", "nb-x-sctlang-47351000-202107", ("nb-x-gp", "nb-gp"), like="61000202103"),
    Dialect("188001000202106", "nn-x-sctlang-18800100-0202106", ("nn-x-gp", "nn-gp"), like="91000202106"),
    Dialect("46011000052107", "sv", ("sv-se",)),
    Dialect("554461000005103", "da", ("da-dk",)),
    Dialect("448879004", "es"),
    Dialect("450828004", "es-AR", ("es-ar",), like="448879004"),
    Dialect("31000146106", "nl", ("nl-nl",)),
    Dialect("31000172101", "nl-BE", ("nl-be",), like="31000146106"),
    Dialect("21000172104", "fr-BE", ("fr-be",)),
    Dialect("32570271000036106", "en-AU", ("en-au",), like="900000000000509007"),
    Dialect("19491000087109", "en-CA", ("en-ca",), like="900000000000509007"),
    Dialect("21000220103", "en-IE", ("en-ie",), like="900000000000508004"),
    Dialect("271000210107", "en-NZ", ("en-nz",), like="900000000000509007"),
)
#: module of an edition → language in which it is shown
LANGUAGES = {
    "51000202101": "nb",
    CORE_MODULE: "en",
    "45991000052106": "sv",
    "554471000005108": "da",
    "11000146104": "nl",
    "11000172109": "nl",
}

_IDENTIFIER = re.compile(r"[1-9][0-9]{5,17}")
_PARTITIONS = {"00": "concept", "10": "concept", "01": "description", "11": "description", "02": "relationship",
               "12": "relationship"}  # fmt: skip
_EDITION = re.compile(r"http://snomed\.info/x?sct/(?P<module>[0-9]{6,18})(?:/version/(?P<date>[0-9]{8}))?")
_SHORT = re.compile(
    r"(?:(?P<module>[0-9]{6,18})/)?(?P<year>[0-9]{4})-?(?P<month>[0-9]{2})-?(?P<day>[0-9]{2})"
)


def has_check_digit(identifier: str) -> bool:
    """Whether the text is an identifier with the right check digit.

    >>> has_check_digit("73211009"), has_check_digit("73211008"), has_check_digit("7")
    (True, False, False)
    """
    return _IDENTIFIER.fullmatch(identifier) is not None and has_valid_check_digit(identifier)


def kind_of_identifier(identifier: str) -> str:
    """``concept``, ``description`` or ``relationship`` by its partition; empty for other texts.

    >>> kind_of_identifier("73211009"), kind_of_identifier("121589010")
    ('concept', 'description')
    """
    return _PARTITIONS.get(identifier[-3:-1], "") if _IDENTIFIER.fullmatch(identifier) else ""


def version_uri(module: str, date: str) -> str:
    """The version of an edition: its module and ``yyyymmdd``."""
    return f"{URL}/{module}/version/{date}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SnomedBehaviour(SystemBehaviour):
    """Concept identifiers; labels of versions are version URIs."""

    def looks_right(self, code: str) -> bool:
        return has_check_digit(code) and kind_of_identifier(code) == "concept"

    def canonical(self, code: str) -> str:
        """The identifier without its term: ``73211009 |Diabetes mellitus|`` is ``73211009``."""
        bare = code.strip()
        head, bar, _ = bare.partition("|")
        return head.strip() if bar and bare.endswith("|") and bare.count("|") == 2 else bare

    def is_expression(self, code: str) -> bool:
        return ":" in code or "+" in code

    def names_version(self, label: str, requested: str) -> bool:
        """Whether a version is meant by its URI, its date (``2024-01-15``, ``20240115``), or module and date."""
        found, own = _SHORT.fullmatch(requested), _EDITION.fullmatch(label)
        if label == requested or own is None or found is None:
            return label == requested
        day = found["year"] + found["month"] + found["day"]
        return own["date"] == day and found["module"] in (None, own["module"])

    def track_named(self, requested: str) -> str:
        """The edition that a URI without a version names."""
        found = _EDITION.fullmatch(requested)
        return found["module"] if found is not None and not found["date"] else ""

    def edition_named(self, url: str) -> str:
        """The URL of the system, where a URL names an edition or version of it."""
        return URL if _EDITION.fullmatch(url) else ""

    def implicit_value_set(self, query: str) -> tuple[Condition, ...] | None:
        """``isa/CODE``, ``refset/CODE`` and all reference sets (``refset``), as FHIR defines them."""
        kind, _, rest = query.removeprefix("=").partition("/")
        if kind == "refset":
            every = Condition("concept", "descendent-of", _REFERENCE_SET)
            return (Condition("concept", "in", rest),) if rest else (every,)
        return SystemBehaviour.implicit_value_set(self, query)


SNOMED_CT = SnomedBehaviour(
    name="snomed-ct",
    parent_attribute=IS_A,
    dialects=DIALECTS,
    description_uses=DESCRIPTION_TYPES,
)
