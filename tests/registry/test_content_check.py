"""A code stands for one concept in a release, whatever keys the source gives: against a list of all pairs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.entities.errors import ContentError
from registry.entities.records import ConceptRecord, ReleaseHeader
from registry.writing.content_check import ContentCheck

RECORDS = st.lists(
    st.builds(ConceptRecord, code=st.sampled_from("ABC"), key=st.sampled_from(["", "", "A", "K", "L"]))
)


@given(RECORDS)
def test_a_code_of_two_concepts_is_refused(records: list[ConceptRecord]) -> None:
    check = ContentCheck(ReleaseHeader(system="x", version="1", source_line="x", facets=()), {}, 1)
    codes: dict[str, str] = {}
    seen: dict[str, ConceptRecord] = {}
    for record in records:
        digest = record.code.encode() * 32
        first = seen.get(record.stable_key)
        if first is not None and first.code != record.code:
            with pytest.raises(ContentError, match="twice"):
                check.add(record, digest)
            return
        if first is None and codes.get(record.code, record.stable_key) != record.stable_key:
            with pytest.raises(ContentError, match=record.code):
                check.add(record, digest)
            return
        assert check.add(record, digest) == (first is None)
        seen.setdefault(record.stable_key, record)
        codes[record.code] = record.stable_key
