"""A context that a value set changes is apart from the one that it came from."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

from registry.content.memory import MemoryView
from registry.content.view import ViewInfo
from registry.entities.languages import parse
from registry.entities.records import ConceptRecord
from registry.terminology.catalog import MemoryCatalog
from registry.terminology.context import Context, Pins

#: kept for one value set alone
OWN = {"sent", "_conditions", "_maps", "_mapped"}
DAY = date(2024, 5, 1)


def test_all_circumstances_are_the_same() -> None:
    context = Context(
        MemoryCatalog(), Pins.read(["http://s|1"]), parse("nb"), False, DAY, True, DAY, ("http://x",), True, 7
    )
    apart = context.apart()
    for one in fields(Context):
        if one.name not in OWN:
            assert getattr(apart, one.name) is getattr(context, one.name), one.name


def test_supplements_of_one_value_set_are_not_in_another() -> None:
    catalog = MemoryCatalog()
    for url, supplements in (("http://s", ""), ("http://x", "http://s")):
        content = "supplement" if supplements else "complete"
        info = ViewInfo(system="", url=url, version="1", supplements=supplements, content=content)
        catalog.add_code_system(MemoryView(info, [ConceptRecord(code="a")]))
    base = Context(catalog)
    first = base.apart()
    plain = first.view("http://s")
    first.require_supplements(["http://x"])
    assert first.view("http://s") is not plain
    assert base.view("http://s") is base.apart().view("http://s") is plain


def test_what_contexts_share_is_bounded() -> None:
    """Each value set sent along may name other systems."""
    base = Context(MemoryCatalog())
    for number in range(3000):
        one = base.apart()
        one.view(f"http://s{number}")
        one.behaviour(f"http://s{number}")
    assert len(base._views) <= 500 and len(base._behaviours) <= 500
