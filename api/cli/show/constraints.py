"""Text of the answers to expression constraints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.cli.page import Page

if TYPE_CHECKING:
    from registry.entities.results.codes import ConstraintResult

__all__ = ["constraint"]


def constraint(page: Page, answer: ConstraintResult) -> None:
    """How many, and a line for each concept or row."""
    if answer.reason is not None:
        page.line(page.why(answer.reason, answer.message))
        return
    for warning in answer.warnings:
        page.line(warning)
    if answer.fields:
        page.say("ecl.rows", n=answer.total, version=answer.version)
        page.table(tuple(answer.fields), [tuple(value or "" for value in row) for row in answer.rows])
        return
    page.say("ecl.total", n=answer.total, version=answer.version)
    if answer.concepts:
        page.table(("code", "display"), [(c.code, c.display) for c in answer.concepts])
