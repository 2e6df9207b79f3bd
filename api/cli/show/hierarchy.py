"""Text of the answers about relatives of a code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.cli.page import Page

if TYPE_CHECKING:
    from registry.entities.results.hierarchy import Hierarchy, Subsumption

__all__ = ["hierarchy", "subsumption"]


def hierarchy(page: Page, answer: Hierarchy) -> None:
    """One line per code, or why there are none."""
    if answer.reason is not None:
        page.line(page.why(answer.reason, answer.message))
        return
    if answer.source == "structural":
        page.say("structural")
    if answer.codes:
        page.table(("code", "display"), [(c.code, c.display) for c in answer.codes])
    else:
        page.say("none")


def subsumption(page: Page, answer: Subsumption) -> None:
    """The outcome as a sentence."""
    if answer.outcome is None:
        page.line(page.why(answer.reason, answer.message))
        return
    page.say(f"subsumes.{answer.outcome}", a=answer.code_a, b=answer.code_b)
