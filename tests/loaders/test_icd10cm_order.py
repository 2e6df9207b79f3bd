"""ICD-10-CM order files: shape, hierarchy, which update a file is, and the addenda as an oracle."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from loaders.formats.icd10cm.addenda import parse_addenda, stated_changes
from loaders.formats.icd10cm.update_label import first_day
from registry.entities.records import ConceptRecord
from tests.loaders.made import ORDER, concepts, order_text, release, zipped

ADDENDA = b"""Delete:      1 A001    Made-up fever, late                                          Made-up fever, late\r
Add:         0 A001    Made-up fever, late                                          Made-up fever, late\r
Add:         1 A0011   Made-up fever, late, with rash                               Made-up fever, late, with rash\r
Revise from: 1 A000    Fever                                                        Fever\r
Revise to:   1 A000    Made-up fever, early                                         Made-up fever, early\r
\r
  2 codes in icd10cm_order_2020.txt\r
  2 codes in icd10cm_order_2021jan.txt\r
"""


def test_hierarchy_flags_and_both_texts(tmp_path: Path) -> None:
    path = zipped(tmp_path / "any name.zip", {"Any Folder 2020/icd10cm_order_2020.txt": ORDER})
    item = release(path)
    found = concepts(item)
    assert {code: r.parents for code, r in found.items()} == {
        "A00": (),
        "A00.0": ("A00",),
        "A00.1": ("A00",),
        "A00.11": ("A00.1",),
    }
    assert [r.selectable for r in found.values()] == [False, True, False, True]
    assert [d.kind for d in found["A00"].designations] == ["label.full", "label.short"]
    assert set(item.header.facets) == {
        "label.full",
        "label.short",
        "hierarchy",
        "selectable",
        "property:billable",
    }
    assert item.ordered


def test_missing_levels_hang_under_the_next_shorter_code(tmp_path: Path) -> None:
    path = tmp_path / "icd10cm_order_2020.txt"
    path.write_bytes(order_text(("T36", "0", "a"), ("T360X1A", "1", "b")))
    assert concepts(release(path))["T36.0X1A"].parents == ("T36",)


@pytest.mark.parametrize(
    ("files", "label", "start"),
    [
        ({"icd10cm_order_2021.txt": ORDER}, "2021", date(2020, 10, 1)),
        ({"icd10cm-order-Jan-2021.txt": ORDER}, "2021-01", date(2021, 1, 1)),
        ({"icd10cm-order-April-1-2026.txt": ORDER}, "2026-04", date(2026, 4, 1)),
        ({"2021-code-descriptions/icd10cm_order_2021jan.txt": ORDER}, "2021-01", date(2021, 1, 1)),
        (
            {"icd10cm_order_2021.txt": ORDER, "icd10cm_order_addenda_2021.txt": ADDENDA},
            "2021-01",
            date(2021, 1, 1),
        ),
        ({"icd10cm_order_2021.txt": ORDER + order_text(("J1282", "1", "x"))}, "2021-01", date(2021, 1, 1)),
        ({"icd10cm_order_2022.txt": ORDER + order_text(("J1282", "1", "x"))}, "2022", date(2021, 10, 1)),
        ({"icd10cm-order-Oct-2020.txt": ORDER}, "2021", date(2020, 10, 1)),
    ],
)
def test_which_update_a_file_is(tmp_path: Path, files: dict[str, bytes], label: str, start: date) -> None:
    header = release(zipped(tmp_path / "x.zip", files)).header
    assert (header.version, header.valid_from) == (label, start)
    assert header.notices[0].startswith(f"version {label}: ")
    assert len(header.files) == 1


def test_the_caller_decides(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "x.zip", {"icd10cm_order_2021.txt": ORDER, "icd10cm_order_addenda_2021.txt": ADDENDA}
    )
    header = release(path, version="2021").header
    assert (header.version, header.valid_from) == ("2021", date(2020, 10, 1))
    assert "version" not in header.inferred
    own = release(path, version="autumn", valid_from=date(2020, 9, 1)).header
    assert (own.version, own.valid_from) == ("autumn", date(2020, 9, 1))


@pytest.mark.parametrize(("label", "day"), [("2021", date(2020, 10, 1)), ("2021-13", None), ("x", None)])
def test_first_day(label: str, day: date | None) -> None:
    assert first_day(label) == day


def test_addenda_state_typed_changes() -> None:
    changes = stated_changes(parse_addenda(ADDENDA.decode(), file="addenda.txt"))
    assert [set(codes) for codes in (changes.added, changes.deleted)] == [{"A00.11"}, set()]
    assert [set(codes) for codes in (changes.flipped, changes.revised)] == [{"A00.1"}, {"A00.0"}]


@pytest.mark.parametrize("year", [2019, 2020, 2021])
def test_derived_changes_equal_the_addenda(samples: Path, year: int) -> None:
    from loaders.reading.archive import open_source

    before = concepts(release(samples / "icd10cm" / f"icd10cm_{year - 1}.zip"))
    after = concepts(release(samples / "icd10cm" / f"icd10cm_{year}.zip"))
    source = open_source(samples / "icd10cm" / f"icd10cm_{year}.zip")
    (member,) = [m for m in source.members() if re.search("order_addenda", m)]
    stated = stated_changes(parse_addenda(source.read(member).decode("ascii"), file=member))
    both = before.keys() & after.keys()

    def differing(value: str) -> set[str]:
        def get(record: ConceptRecord) -> object:
            return getattr(record, value)

        return {c for c in both if get(before[c]) != get(after[c])}

    assert after.keys() - before.keys() == stated.added
    assert before.keys() - after.keys() == stated.deleted
    assert differing("selectable") == stated.flipped
    assert differing("designations") == stated.revised
