"""Releases given as changes: records and removals against a base, or as fragments applied to the release in force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loaders.contract import ParsedRelease
from registry import Registry
from registry.entities.errors import ContentError, UsageError
from registry.entities.records import ConceptRecord, Coverage, Removal
from registry.writing import content_writer
from tests.registry.making import PLAIN, concept, load, release

FRAGMENT = Coverage("fragment")
FACETS = ("label.full", "hierarchy")


@pytest.fixture
def registry(database: str) -> Iterator[Registry]:
    with Registry.open(database) as opened:
        yield opened


def changes(
    version: str, base: str, *items: ConceptRecord | Removal, ordered: bool = False, **more: object
) -> ParsedRelease:
    """A release given as changes to another version."""
    parsed = release(version, [], system=PLAIN, facets=FACETS, base=base, **more)
    header = parsed.header.__class__(**{**_fields(parsed.header), "files": ()})
    return ParsedRelease(header=header, concepts=list(items), system=PLAIN, ordered=ordered)  # type: ignore[arg-type]


def _fields(header: object) -> dict[str, object]:
    return {name: getattr(header, name) for name in header.__struct_fields__}  # type: ignore[attr-defined]


def texts(registry: Registry, version: str) -> dict[str, str]:
    view = registry.view("plain", version=version)
    return {r.code: r.designations[0].text for r in view.concepts(view.page(view.all(), 0, None))}


def first(registry: Registry) -> None:
    load(
        registry,
        "2020",
        [concept("a", "one"), concept("b", "two", parents=("a",)), concept("c", "three")],
        system=PLAIN,
        facets=FACETS,
    )


def test_changes_make_a_release_like_any_other(registry: Registry) -> None:
    first(registry)
    report = registry.load_parsed(
        changes("2021", "2020", concept("d", "four"), concept("c", "third"), Removal("b"), Removal("x"))
    )
    assert (report.outcome, report.concepts, report.new_states) == ("loaded", 3, 2)
    assert report.warnings == ["code 'x' is removed but was never there"]
    assert texts(registry, "2020") == {"a": "one", "b": "two", "c": "three"}
    assert texts(registry, "2021") == {"a": "one", "c": "third", "d": "four"}
    assert registry.verify().ok
    assert registry.lookup("plain", "b", version="2021").found is False


def test_the_same_content_as_a_whole_list_has_the_same_hash(registry: Registry) -> None:
    first(registry)
    registry.load_parsed(changes("2021", "2020", concept("c", "third"), Removal("b")))
    whole = [concept("a", "one"), concept("c", "third")]
    load(registry, "2022", whole, system=PLAIN, facets=FACETS)
    hashes = {r.version: r.content_sha256 for r in registry.releases("plain")}
    assert hashes["2021"] == hashes["2022"] != hashes["2020"]


def test_changes_again_are_a_no_op(registry: Registry) -> None:
    first(registry)
    again = [
        registry.load_parsed(changes("2021", "2020", concept("d", "four"), Removal("b"))) for _ in range(2)
    ]
    assert [r.outcome for r in again] == ["loaded", "unchanged"]


def test_an_unknown_base_is_an_error(registry: Registry) -> None:
    first(registry)
    with pytest.raises(UsageError, match="changes to 2019, which is not loaded .* load that first"):
        registry.load_parsed(changes("2021", "2019", concept("d", "four")))
    with pytest.raises(UsageError, match="from the source 'other'"):
        registry.load_parsed(changes("2021", "2020", concept("d", "four"), source_line="other"))


def test_what_cannot_be_is_refused_and_leaves_nothing(registry: Registry) -> None:
    first(registry)
    for items, says in (
        ((Removal("a"),), "code 'b' has the parent 'a', which is not in the file"),
        ((concept("a", "one", parents=("b",)),), "the parents form a cycle"),
        ((concept("c", "x"), Removal("c")), "both changed and removed"),
    ):
        with pytest.raises(ContentError, match=says):
            registry.load_parsed(changes("2021", "2020", *items))
    with pytest.raises(ContentError, match="not made of changes to another one"):
        registry.load_parsed(changes("2021", "", concept("d", "four"), Removal("c")))
    assert [v.version for v in registry.versions("plain")] == ["2020"]
    assert registry.verify().states == 3


def test_a_fragment_takes_concepts_away_from_what_it_is_laid_over(registry: Registry) -> None:
    first(registry)
    update = {"kind": "update", "effective_from": date(2020, 6, 1), "coverage": FRAGMENT}
    fragment = changes("2020", "", concept("c", "third"), Removal("b"), **update)
    assert registry.load_parsed(fragment).outcome == "loaded"
    for day, expected in (("2020-05-31", ["a", "b", "c"]), ("2020-06-01", ["a", "c"])):
        view = registry.view("plain", on=day)
        assert [r.code for r in view.concepts(view.page(view.all(), 0, None))] == expected
    assert registry.verify().ok
    only_removal = changes("2020", "", Removal("c"), **{**update, "effective_from": date(2020, 7, 1)})
    assert registry.load_parsed(only_removal).outcome == "loaded"
    assert len(registry.view("plain", on="2020-07-01").all()) == 1


def test_a_dry_run_of_changes_names_them(registry: Registry) -> None:
    first(registry)
    report = registry.load_parsed(
        changes("2021", "2020", concept("d", "four"), concept("c", "third"), Removal("b")), dry_run=True
    )
    assert report.outcome == "dry_run"
    assert report.counts == {"created": 1, "deleted": 1, "relabelled": 1}


def test_order_of_the_base_is_kept_and_new_codes_follow(registry: Registry) -> None:
    whole = ParsedRelease(
        header=release("2020", [], system=PLAIN, facets=FACETS).header,
        concepts=[concept(c, c) for c in "cab"],
        system=PLAIN,
        ordered=True,
    )
    registry.load_parsed(whole)
    registry.load_parsed(changes("2021", "2020", concept("d", "d"), Removal("a"), ordered=True))
    view = registry.view("plain", version="2021")
    assert [r.code for r in view.concepts(view.page(view.all(), 0, None))] == ["c", "b", "d"]


steps = st.lists(
    st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["", "x", "y", "z"]), min_size=1, max_size=4),
    min_size=1,
    max_size=4,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, batch=st.integers(1, 3))
def test_a_chain_of_changes_is_the_dictionary_it_describes(
    tmp_path_factory: pytest.TempPathFactory, steps: list[dict[str, str]], batch: int
) -> None:
    """An empty text removes; the oracle is a plain dictionary, updated. Batches of every size give the same."""
    content = {"a": "x", "f": "y"}
    with pytest.MonkeyPatch.context() as patched, Registry.open(str(tmp_path_factory.mktemp("r") / "r")) as r:
        patched.setattr(content_writer, "_BATCH", batch)
        load(r, "2000", dict(content), system=PLAIN, facets=FACETS)
        for number, step in enumerate(steps, 2001):
            items = [concept(c, t) if t else Removal(c) for c, t in step.items()]
            r.load_parsed(changes(str(number), str(number - 1), *items))
            content = {c: t for c, t in (content | step).items() if t}
            assert (
                texts(r, str(number)) == content
                if content
                else not r.view("plain", version=str(number)).all()
            )
        assert r.verify().ok
