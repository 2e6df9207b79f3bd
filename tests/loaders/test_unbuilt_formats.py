"""Known formats that no loader reads are refused by name, whatever options are given; samples load or are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from loaders.contract import ParsedRelease
from registry.entities.errors import FormatError, GyldigError
from tests.loaders.made import parsed, zipped

GEM = "0010  A000    00000\n0020  A0100   10000\n"
#: file, its bytes, what it is called
KNOWN: list[tuple[str, str, str]] = [
    (
        "tab2024.txt",
        "\ufeffFoundation URI\tLinearization URI\tCode\tBlockId\tTitle\tVersion:2024 Jan 21\nu\tl\t1A00\t\tTitle\tx\n",
        "ICD-11 tabulation",
    ),
    (
        "map2024.txt",
        "10ClassKind\ticd10Code\ticd10Title\ticd11Code\ticd11Title\t2024-Jan-21\nc\tA00\tx\t1A00\ty\tz\n",
        "ICD-10 and ICD-11",
    ),
    (
        "CONCEPT.csv",
        "concept_id\tconcept_name\tdomain_id\tvocabulary_id\tconcept_code\n1\tx\tCondition\tICD10\tA00\n",
        "OMOP",
    ),
    ("concept_relationship.csv", "concept_id_1,concept_id_2,relationship_id\n1,2,Maps to\n", "OMOP"),
    ("VOCABULARY.csv", "vocabulary_id\tvocabulary_name\nICD10\tx\n", "OMOP"),
    (
        "m.sssom.tsv",
        "#curie_map:\nsubject_id\tpredicate_id\tobject_id\tmapping_justification\na:1\tskos:x\tb:2\tc\n",
        "SSSOM",
    ),
    ("endringer2020.csv", "oldCode;oldName;newCode;newName;changeOccurred\n1;a;2;b;2020-01-01\n", "KLASS change"),
    ("korr2020.csv", "sourceCode,sourceName,targetCode,targetName\n1,a,2,b\n", "correspondence"),
    ("Loinc.csv", '"LOINC_NUM","COMPONENT","PROPERTY"\n"1-8","Acyclovir","Susc"\n', "LOINC"),
    ("atc2020.csv", "ATC-Code\t\tATC-Bedeutung\t\tDDD-Info\n\t\t\t\t\nA      \t\tTract\t\t\n", "ATC table with DDD"),
    ("umsteiger2015.txt", "A00.0;A00.0;A;A\nA00.1;A00.2;;A\nA00.9;UNDEF;A;\n", "crosswalk"),
    (
        "codes2004.txt",
        "3;N;X;01;A00;A00.-;A00;A00;Cholera;V;V;1;2;3;4;5\n4;T;X;01;A00;A00.0;A00.0;A000;x;P;P;1;2;3;4;5\n",
        "ICD-10-GM metadata",
    ),
    ("gem2018.txt", GEM, "GEM"),
    ("MRCONSO.RRF", "C01|ENG|P|L1|PF|S1|Y|A1||M1||MSH|PM|\nC02|ENG|P|L1|PF|S1|Y|A1||M1||MSH|PM|\n", "RRF"),
    ("klass.json", '{"name": "x", "classificationItems": [{"code": "1"}]}', "KLASS document"),
    ("x.xml", '<?xml version="1.0"?>\n<!DOCTYPE ClaML SYSTEM "ClaML.dtd">\n<ClaML version="2.0.0"><Meta/></ClaML>', "ClaML"),
    ("odd.xml", '<ClaMl version="2">\n<Class/></ClaMl>', "ClaML"),
    ("f.xml", '<m30:FEST xmlns:m30="http://x"><m30:HentetDato/></m30:FEST>', "FEST"),
    ("v.xml", '<list>\n<data code="3402" key="0104" value="Moss" />\n</list>', "Volven"),
    ("o.owl", '<rdf:RDF xmlns:rdf="http://x"></rdf:RDF>', "RDF or OWL"),
    ("s.xsd", '<xs:schema xmlns:xs="http://x"/>', "XML schema"),
    ("d.dtd", "<!-- c -->\n<!ELEMENT ClaML (Meta*)>\n", "DTD"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "called"), KNOWN, ids=[k[0] for k in KNOWN])
@pytest.mark.parametrize("named", ["", "plain-list"])
def test_known_formats_are_refused_by_name(
    tmp_path: Path, name: str, text: str, called: str, named: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    with pytest.raises(FormatError, match=called) as caught:
        parsed(tmp_path / name, format=named, system="x", version="1", columns={"code": "1", "text": "2"})
    assert "cannot be loaded yet" in str(caught.value)


def test_also_in_a_zip_and_as_xlsx(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"l2020.txt": b"A1;a\nB2;b\n", "gem2018.txt": GEM.encode()})
    with pytest.raises(FormatError, match=r"a\.zip!gem2018\.txt: a general equivalence mapping"):
        parsed(path, system="x")
    book = Workbook()
    for row in (["Foundation URI", "Linearization URI", "Code", "BlockId"], ["u", "l", "1A00", ""]):
        book.active.append(row)
    book.save(tmp_path / "t2024.xlsx")
    with pytest.raises(FormatError, match="ICD-11 tabulation"):
        parsed(tmp_path / "t2024.xlsx", system="x")


#: folder or file of the samples → the formats of what is loaded, or what the refusal names
SAMPLES = {
    "atc": "ATC table with DDD",
    "claml": "ClaML|DTD",
    "fat": "fat-adm",
    "fest": "FEST|XML schema|a text",
    "fhir-no": "fhir",
    "icd10-no": "norwegian-json",
    "icd10cm": "icd10cm-order|icd10cm-conversion|GEM",
    "icd10gm": "crosswalk|ICD-10-GM metadata",
    "icd11": "ICD-11",
    "icpc2-no": "norwegian-json",
    "klass": "wide table|which column holds the code",
    "ncsp": "plain-list",
    "rf2": "rf2|comment line|no Concept file|not a date|wrong form",
    "volven": "Volven|XSLT",
}


def test_every_sample_loads_rightly_or_is_refused_by_name(samples: Path) -> None:
    for path in sorted(p for p in samples.rglob("*") if p.is_file() and p.parent != samples):
        wanted = SAMPLES[path.relative_to(samples).parts[0]].split("|")
        small = path.stat().st_size < 1_000_000
        options = [{}] if path.suffix == ".json" else [{}, {"system": "x", "version": "1"}]
        for given in options if small or "zip" in path.name else options[:1]:
            try:
                items = parsed(path, **given)
            except GyldigError as error:
                assert any(name in str(error) for name in wanted), f"{path}: {error}"
                continue
            named = {i.header.format for i in items if isinstance(i, ParsedRelease)} or set(wanted)
            assert named <= set(wanted), f"{path}: {named}"
