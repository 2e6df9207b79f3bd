"""Global options anywhere, codes that begin with a dash, dates and ends."""

from __future__ import annotations

from datetime import date

import pytest

from api.cli.arguments import called, hoist
from api.cli.interval_options import exclusive
from api.cli.main import app
from api.cli.session import day
from api.cli.tree import root
from registry.entities.errors import UsageError

TREE = root(app)


@pytest.mark.parametrize(
    ("given", "arranged"),
    [
        (["lookup", "s", "c", "--json"], ["--json", "lookup", "s", "c"]),
        (["lookup", "s", "--db=x", "c"], ["--db=x", "lookup", "s", "c"]),
        (["lookup", "s", "c", "--known-at", "2024-01-01"], ["--known-at", "2024-01-01", "lookup", "s", "c"]),
        (["lookup", "s", "--", "--json"], ["lookup", "s", "--", "--json"]),
        (["lookup", "--db"], ["lookup", "--db"]),
    ],
)
def test_global_options_are_accepted_anywhere(given: list[str], arranged: list[str]) -> None:
    assert hoist(given) == arranged


@pytest.mark.parametrize(
    ("given", "arranged"),
    [
        ("lookup icpc-2-no -54", "lookup -- icpc-2-no -54"),
        ("lookup icpc-2-no -- -54", "lookup -- icpc-2-no -54"),
        ("lookup icpc-2-no -54 --on 2020-01-01", "lookup --on 2020-01-01 -- icpc-2-no -54"),
        ("lookup icpc-2-no --on=2020-01-01 A", "lookup --on 2020-01-01 -- icpc-2-no A"),
        (
            "--db x hierarchy subsumes s -54 A01 --version 2",
            "--db x hierarchy subsumes --version 2 -- s -54 A01",
        ),
        ("export -5 --history", "export --history -- -5"),
        ("export s 2020 -ofile", "export -o file -- s 2020"),
        ("diff s 1 2 --type moved --type=recoded", "diff --type moved --type recoded -- s 1 2"),
    ],
)
def test_options_come_before_arguments_and_codes_may_begin_with_a_dash(given: str, arranged: str) -> None:
    assert called(given.split(), TREE).for_typer() == arranged.split()


@pytest.mark.parametrize("text", ["2024-02-30", "20240101", "1.1.2024", "2024", "i går", ""])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="2024-01-31"):
        day(text)


def test_the_last_day_is_inclusive() -> None:
    assert exclusive(None, date(2024, 2, 29)) == date(2024, 3, 1)
    with pytest.raises(UsageError):
        exclusive(date(2024, 1, 1), date(2024, 1, 1))
