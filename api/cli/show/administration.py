"""Text of the answers about the registry as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.cli.page import Page
from registry.entities.messages import in_language

if TYPE_CHECKING:
    from registry.entities.results.administration import RestoreReport, VerifyReport

__all__ = ["restored", "verified"]


def restored(page: Page, report: RestoreReport) -> None:
    """What was restored where, and the file of the registry that was there."""
    verified(page, report)
    page.say("restored", path=report.database)
    if report.kept is not None:
        page.say("restored_kept", path=report.kept)


def verified(page: Page, report: VerifyReport) -> None:
    """The list of damages, or that there are none."""
    if report.ok and report.quick:
        page.say("verified_quickly")
        return
    if report.ok:
        page.say("verified", releases=report.releases, states=report.states)
        return
    page.say("damaged", n=len(report.problems))
    for problem in report.problems:
        page.line(f"  {in_language(problem, page.lang)}")
    page.say("damage_repair" if report.repairable else "damage_restore")
