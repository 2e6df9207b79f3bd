"""Text of the answers about the registry as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.cli.page import Page

if TYPE_CHECKING:
    from registry.entities.results import VerifyReport

__all__ = ["verified"]


def verified(page: Page, report: VerifyReport) -> None:
    """The list of damages, or that there are none."""
    if report.ok:
        page.say("verified", releases=report.releases, states=report.states)
        return
    page.say("damaged", n=len(report.problems))
    for problem in report.problems:
        page.line(f"  {problem}")
