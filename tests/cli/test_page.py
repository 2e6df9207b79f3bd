"""Text for people: aligned columns off a terminal, rich tables on one."""

from __future__ import annotations

from datetime import date

import pytest

from api.cli.page import Page, last_day


def test_plain_tables_are_aligned_and_leave_out_empty_columns(capsys: pytest.CaptureFixture[str]) -> None:
    page = Page(lang="nb", terminal=False)
    page.table(("code", "track", "display"), [("A", None, "første"), ("B12", "", "x")])
    page.flush()
    assert capsys.readouterr().out == "kode  tekst\n----  ------\nA     første\nB12   x\n"


def test_markup_in_texts_stays_text(capsys: pytest.CaptureFixture[str]) -> None:
    page = Page(terminal=True)
    page.table(("code",), [("[red]A[/red]",)])
    page.line("[bold]x[/bold]")
    page.flush()
    assert "[red]A[/red]" in (out := capsys.readouterr().out)
    assert "[bold]x[/bold]" in out


def test_readers_see_the_last_day() -> None:
    assert last_day(date(2025, 1, 1)) == date(2024, 12, 31)
    assert last_day(None) is None
