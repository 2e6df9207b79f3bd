"""Decimals keep their digits: from JSON and XML files to the store, through filters, and out again over FHIR."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.fhir.format.codesystem import code_system_json
from loaders.contract import LoadOptions
from loaders.formats.fhir.fhir_xml import json_to_xml, xml_to_json
from loaders.run import load_paths
from registry import Registry
from registry.entities.errors import SourceError
from registry.entities.exact_json import decimal_text, dumps, encode, loads

URL = "http://example.org/CodeSystem/dose"
EXTENSION = "http://example.org/weight"
DIGITS = ["1.5", "1.50", "100", "0.0000001", "-2.0", "1E+3", "123456789012345678.90"]


def _json(written: list[str]) -> str:
    concepts = ",".join(
        f'{{"code":"c{n}","property":[{{"code":"dose","valueDecimal":{digits}}}]}}'
        for n, digits in enumerate(written)
    )
    return (
        f'{{"resourceType":"CodeSystem","url":"{URL}","version":"1","status":"active","content":"complete",'
        f'"extension":[{{"url":"{EXTENSION}","valueDecimal":7.10}}],'
        f'"property":[{{"code":"dose","type":"decimal"}}],"concept":[{concepts}]}}'
    )


def _doses(system: dict[str, Any]) -> list[str]:
    values = [c["property"][0]["valueDecimal"] for c in system["concept"]]
    return [decimal_text(v) if isinstance(v, Decimal) else str(v) for v in values]


@pytest.mark.parametrize("format", ["json", "xml"])
def test_decimals_come_out_as_they_went_in(database: str, tmp_path: Path, format: str) -> None:
    written: bytes = _json(DIGITS).encode()
    if format == "xml":
        written = json_to_xml(loads(written))
        assert b'valueDecimal value="1.50"' in written
    path = tmp_path / f"dose.{format}"
    path.write_bytes(written)
    with Registry.open(database) as registry:
        load_paths(registry, [path], LoadOptions(system="dose"))
        view = registry.view("dose")
        stored = [view.concept(i).properties[0].text for i in view.page(view.all(), 0, None)]
        assert stored == DIGITS
        ident = view.find("c1")
        assert ident is not None
        assert list(view.property_equals("dose", "1.50")) == [ident]
        answered = loads(dumps(code_system_json(view)))
    assert _doses(answered) == DIGITS
    assert decimal_text(answered["extension"][0]["valueDecimal"]) == "7.10"
    again = xml_to_json(json_to_xml(answered))
    assert _doses(again) == DIGITS


def test_an_integer_beyond_32_bits_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(_json(["1"]).replace('"valueDecimal":1}', '"valueInteger":2147483648}'))
    with pytest.raises(SourceError, match=r"concept\[0\].property\[0\].valueInteger"):
        load_paths(None, [path], LoadOptions())  # type: ignore[arg-type]


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_text_of_a_decimal_has_its_digits_and_exponent(value: Decimal) -> None:
    assert Decimal(decimal_text(value)).as_tuple() == value.as_tuple()
    assert loads(dumps([value])) in ([value], [int(value)])
    assert loads(encode([value])) == [value]


@pytest.mark.parametrize("text", ["1.", ".5", "+1", "01", "1e", "NaN", "Infinity", "0x1"])
def test_xml_takes_only_decimals_as_fhir_writes_them(text: str) -> None:
    written = json_to_xml(loads(_json(["1.5"]))).replace(b'"1.5"', f'"{text}"'.encode())
    with pytest.raises(SourceError, match="is not a number"):
        xml_to_json(written)


@pytest.mark.parametrize(
    "digits", ["-9223372036854775809", "18446744073709551616", "1234567890123456789012345"]
)
def test_whole_numbers_of_more_than_64_bits_keep_their_digits(digits: str) -> None:
    assert loads(f"[{digits}]") == [int(digits)]
    assert loads(f'{{"a": {digits}}}') == {"a": int(digits)}
