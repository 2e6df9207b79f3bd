"""Catalogue entries of the code systems in use: identity, licence and rules as data (INTERFACES, slugs)."""

from __future__ import annotations

from registry.entities.records import SystemRecord

__all__ = ["CATALOGUE"]

_OID = "2.16.578.1.12.4.1.1."
_HDIR = "Helsedirektoratet"


def _volven(slug: str, number: int, title: str, **more: object) -> SystemRecord:
    fields: dict[str, object] = {
        "slug": slug,
        "url": f"urn:oid:{_OID}{number}",
        "oids": (f"{_OID}{number}",),
        "titles": {"nb": title},
        "owner": _HDIR,
        "language": "nb",
        "access": "open",
        "redistribution": "yes",
        "licence": "Helsedirektoratet, åpne data",
    }
    return SystemRecord(**(fields | more))  # type: ignore[arg-type]


def _procedures(slug: str, title: str) -> SystemRecord:
    return SystemRecord(
        slug=slug, titles={"nb": title}, owner=_HDIR, language="nb", access="open", redistribution="yes",
        end_rule="calendar-year", version_order="integer",
    )  # fmt: skip


CATALOGUE: dict[str, SystemRecord] = {
    s.slug: s
    for s in (
        _volven(
            "icd-10-no",
            7110,
            "ICD-10 (norsk utgave)",
            licence="WHO; norsk tekst Helsedirektoratet",
            redistribution="no",
            end_rule="calendar-year",
            version_order="integer",
        ),
        _volven(
            "icpc-2-no",
            7170,
            "ICPC-2 (norsk utgave)",
            licence="WONCA; norsk tekst Helsedirektoratet",
            redistribution="no",
            end_rule="calendar-year",
            version_order="integer",
        ),
        _volven(
            "icpc-2b-no", 7171, "ICPC-2B", licence="WONCA; norsk tekst Helsedirektoratet", redistribution="no"
        ),
        _volven(
            "phbu", 7112, "Psykisk helsevern barn og unge, multiaksial klassifikasjon", redistribution="no"
        ),
        _volven("atc", 7180, "ATC", owner="WHO Collaborating Centre", licence="WHOCC", access="restricted"),
        _volven("ncrp-no", 7270, "NCRP, norsk klassifikasjon av radiologiske prosedyrer"),
        _volven("nlk", 7280, "Norsk laboratoriekodeverk"),
        SystemRecord(
            slug="icd-10-cm",
            url="http://hl7.org/fhir/sid/icd-10-cm",
            oids=("2.16.840.1.113883.6.90",),
            titles={"en": "ICD-10-CM"},
            owner="CDC/NCHS",
            licence="public domain",
            access="open",
            redistribution="yes",
            language="en",
            version_order="natural",
            end_rule="fiscal-year",
        ),
        SystemRecord(
            slug="snomed-ct",
            url="http://snomed.info/sct",
            oids=("2.16.840.1.113883.6.96",),
            titles={"en": "SNOMED CT"},
            owner="SNOMED International",
            licence="SNOMED CT Affiliate License",
            language="en",
            version_order="date",
            end_rule="until-next",
        ),
        _procedures("ncsp-no", "NCSP-N, klassifikasjon av kirurgiske prosedyrer"),
        _procedures("ncmp-no", "NCMP, klassifikasjon av medisinske prosedyrer"),
        _procedures("nkpk-no", "NKPK, norsk klinisk prosedyrekodeverk"),
        SystemRecord(
            slug="saerkoder-no",
            titles={"nb": "Særkoder"},
            owner=_HDIR,
            language="nb",
            access="open",
            redistribution="yes",
        ),
    )
}
