"""Entries written once are those that the general builder gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.fhir.operations import entry_cache, expand
from api.fhir.server.app import FhirApp
from api.fhir.service import Request
from registry.terminology.entries import ExpansionEntryBuilder
from tests.fhir.test_fast_path import SET, URL, catalog, slow

__all__ = ["catalog", "slow"]

CHOICES: dict[str, list[str]] = {
    "url": [URL + "?fhir_vs", URL + "?fhir_vs=isa/F", SET, SET + "2", SET + "3", SET + "5"],
    "date": ["2020-05-01", "2022-05-01"], "count": ["0", "1", "3"], "offset": ["0", "1"], "filter": ["apple", "ple", "f"],
    "excludeNested": ["true", "false"], "activeOnly": ["true"], "displayLanguage": ["nb", "en", "de", "nb,*;q=0"],
    "includeDesignations": ["true"], "property": ["colour", "parent"], "system-version": [URL + "|2020"],
}  # fmt: skip


def plain_builder(context: Any, options: Any, *, versioned: set[str], **more: Any) -> ExpansionEntryBuilder:
    return ExpansionEntryBuilder(context, options, versioned=versioned)


def expansion(app: FhirApp, release: str, pairs: list[tuple[str, str]]) -> Any:
    request = Request(method="GET", path=(release, "ValueSet", "$expand"), query=pairs)
    reply = app.service.answer(request)
    body = orjson.loads(reply.body) if isinstance(reply.body, bytes) else dict(reply.body or {})
    for changing in ("identifier", "timestamp"):
        body.get("expansion", {}).pop(changing, None)
    return {k: v for k, v in body.items() if k != "id"}


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from(["r4", "r5"]))
def test_written_entries_are_those_of_the_general_maker(
    slow: FhirApp, data: st.DataObject, release: str
) -> None:
    names = ["url", *data.draw(st.lists(st.sampled_from(sorted(CHOICES)[1:]), max_size=3, unique=True))]
    pairs = [(name, data.draw(st.sampled_from(CHOICES[name]))) for name in dict.fromkeys(names)]
    first, again = expansion(slow, release, pairs), expansion(slow, release, pairs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(expand, "EntryCache", plain_builder)
        assert first == again == expansion(slow, release, pairs)


FORESTS = st.lists(st.integers(-1, 20), min_size=1, max_size=20)


@given(FORESTS, st.randoms(use_true_random=False))
def test_a_tree_in_one_pass_is_the_tree_in_any_order(parents: list[int], chance: Any) -> None:
    """Each entry names an earlier one as parent, or none; the order is depth first, then any."""
    above = [p if p < n else None for n, p in enumerate(parents)]
    above = [p if p is not None and p >= 0 else None for p in above]
    order = list(depth_first(above, None))
    written = [b'"code":"%d"' % n for n in range(len(above))]

    def made(how: Any) -> bytes:
        found: bytes = how(b'{"system":"s",', order, [written[n] for n in order], [above[n] for n in order])
        return found

    assert made(entry_cache._nested) == made(entry_cache._tree)
    chance.shuffle(order)
    assert made(entry_cache._nested) in (b"", made(entry_cache._tree))
    assert orjson.loads(b"[" + made(entry_cache._tree) + b"]")


def depth_first(above: list[int | None], top: int | None) -> Iterator[int]:
    for n, parent in enumerate(above):
        if parent == top:
            yield n
            yield from depth_first(above, n)
