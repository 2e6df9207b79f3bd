"""Entries written once are those that the general maker gives."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.fhir.operations import routes as questions
from api.fhir.server.app import FhirApp
from registry.terminology.entries import ExpansionEntryBuilder
from tests.fhir.test_hot import SET, URL, app, scope

__all__ = ["app"]

CHOICES: dict[str, list[str]] = {
    "url": [URL + "?fhir_vs", URL + "?fhir_vs=isa/F", SET, SET + "2", SET + "3", SET + "5"],
    "date": ["2020-05-01", "2022-05-01"], "count": ["0", "1", "3"], "offset": ["0", "1"], "filter": ["apple", "ple", "f"],
    "excludeNested": ["true", "false"], "activeOnly": ["true"], "displayLanguage": ["nb", "en", "de", "nb,*;q=0"],
    "includeDesignations": ["true"], "property": ["colour", "parent"], "system-version": [URL + "|2020"],
}  # fmt: skip


def plain_maker(context: Any, wishes: Any, *, versioned: set[str], **more: Any) -> ExpansionEntryBuilder:
    return ExpansionEntryBuilder(context, wishes, versioned=versioned)


def expansion(app: FhirApp, release: str, pairs: list[tuple[str, str]]) -> Any:
    asked = scope(f"/{release}ValueSet/$expand", urlencode(pairs), {})
    body = orjson.loads(app._general(asked, app._callers.of(asked), b"").body)
    for changing in ("identifier", "timestamp"):
        body.get("expansion", {}).pop(changing, None)
    return {k: v for k, v in body.items() if k != "id"}


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from(["r4/", "r5/"]))
def test_written_entries_are_those_of_the_general_maker(
    app: FhirApp, data: st.DataObject, release: str
) -> None:
    names = ["url", *data.draw(st.lists(st.sampled_from(sorted(CHOICES)[1:]), max_size=3, unique=True))]
    pairs = [(name, data.draw(st.sampled_from(CHOICES[name]))) for name in dict.fromkeys(names)]
    first, again = expansion(app, release, pairs), expansion(app, release, pairs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(questions, "EntryCache", plain_maker)
        assert first == again == expansion(app, release, pairs)
