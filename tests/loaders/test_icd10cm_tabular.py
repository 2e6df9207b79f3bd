"""Tabular XML: nesting, notes, seventh characters, unsafe XML."""

from __future__ import annotations

from pathlib import Path

import pytest

from loaders.contract import ParsedRelease
from registry.entities.errors import ContentError
from tests.loaders.made import concepts, order_text, parsed, release, zipped

XML = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.tabular>
<version>2025</version>
<introduction><introSection type="title"><title>Made up</title></introSection></introduction>
<chapter><name>1</name><desc>First chapter (A00-B99)</desc>
 <includes><note>all that is  made up</note></includes>
 <sectionIndex><sectionRef first="A00" last="A09" id="A00-A09">Fevers</sectionRef></sectionIndex>
 <section id="A00-A09"><desc>Fevers (A00-A09)</desc>
  <diag><name>A00</name><desc>Made-up fever</desc>
   <inclusionTerm><note>Invented fever</note></inclusionTerm>
   <excludes1><note>real fever (R50.-)</note></excludes1>
   <excludes2><note>chills</note></excludes2>
   <sevenChrDef><extension char="A">first</extension><extension char="D">later</extension></sevenChrDef>
   <diag><name>A00.0</name><desc>Early</desc></diag>
   <diag><name>A00.1</name><desc>Late</desc>
    <diag><name>A00.11</name><desc>Late, with rash</desc></diag>
   </diag>
  </diag>
 </section>
 <section id="B99"><desc>Others (B99)</desc><notes><note>a rest</note></notes>
  <diag><name>B99</name><desc>Other made-up diseases</desc></diag>
 </section>
</chapter>
</ICD10CM.tabular>
"""


def test_tree_notes_and_seventh_characters(tmp_path: Path) -> None:
    path = tmp_path / "icd10cm-tabular-April-2025.xml"
    path.write_text(XML, encoding="utf-8")
    item = release(path)
    assert (item.header.version, item.header.source_line) == ("2025-04", "tabular")
    assert any("has no list of the codes" in n for n in item.header.notices)
    found = concepts(item)
    assert {code: r.parents for code, r in found.items()} == {
        "1": (),
        "A00-A09": ("1",),
        "A00": ("A00-A09",),
        "A00.0": ("A00",),
        "A00.0XXA": ("A00.0",),
        "A00.0XXD": ("A00.0",),
        "A00.1": ("A00",),
        "A00.11": ("A00.1",),
        "A00.11XA": ("A00.11",),
        "A00.11XD": ("A00.11",),
        "B99": ("1",),
    }
    assert found["A00.11XA"].designations[0].text == "Late, with rash, first"
    assert [(n.kind, n.text) for n in found["A00"].notes] == [
        ("inclusion-term", "Invented fever"),
        ("exclusion-1", "real fever (R50.-)"),
        ("exclusion-2", "chills"),
    ]
    assert [(n.kind, n.text) for n in found["B99"].notes] == [("section", "Others (B99)"), ("note", "a rest")]


def test_a_list_beside_it_decides_which_codes_exist(tmp_path: Path) -> None:
    listed = b"1\nA00-A09\nA00\nA000\nA000XXA\nA0011\nB99\n"
    path = zipped(
        tmp_path / "p.whl", {"d/icd10cm-tabular-April-2025.xml": XML.encode(), "d/code-list.txt": listed}
    )
    item = release(path)
    assert [c for c in concepts(item) if c.endswith(("A", "D"))] == ["A00.0XXA"]
    assert len(item.header.files) == 2


def test_an_order_file_beside_it_is_another_source_line_of_the_same_version(tmp_path: Path) -> None:
    order = order_text(
        ("A00", "0", "Made-up fever"), ("A000", "0", "Early"), ("A000XXA", "1", "Early, first")
    )
    files = {"d/icd10cm_tabular_2021.xml": XML.encode(), "d/icd10cm-order-Jan-2021.txt": order}
    found = [i.header for i in parsed(zipped(tmp_path / "p.zip", files)) if isinstance(i, ParsedRelease)]
    assert sorted((h.source_line, h.version) for h in found) == [("order", "2021-01"), ("tabular", "2021-01")]


ENTITY = '<!DOCTYPE x [<!ENTITY a "b">]>\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (XML.replace("</diag>\n </section>", "</section>", 1), r":\d+: not well-formed XML"),
        (XML[:700], r"not well-formed XML"),
        (XML.replace("<ICD10CM", ENTITY + "<ICD10CM", 1), "entities may not be declared"),
        (XML.replace("<name>A00.0</name>", ""), r"a diagnosis has no name or text"),
        (XML.replace("A00.11", "A00.0"), r"code A00\.0.* is already on line"),
        (
            XML.replace("<desc>Early</desc>", "<desc>Early</desc>" + "<x>" * 100 + "</x>" * 100),
            "nested more than 64 deep",
        ),
    ],
)
def test_bad_xml(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "icd10cm-tabular-April-2025.xml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=message):
        parsed(path)
