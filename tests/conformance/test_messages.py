"""The texts of messages are those of ``messages.properties``: clients compare them character by character."""

from __future__ import annotations

from registry.entities.messages import catalogue
from registry.terminology.issues import MESSAGES
from tests.conformance.test_ecosystem import folder


def official() -> dict[str, str]:
    """Id → text with ``{n}`` for arguments; the file writes an apostrophe twice, as MessageFormat does."""
    lines = (folder() / "messages.properties").read_text(encoding="utf-8").splitlines()
    rows = (line.partition(" = ") for line in lines if not line.startswith("#"))
    return {name: text.replace("''", "'") for name, mark, text in rows if mark}


def test_texts_are_the_official_ones() -> None:
    known = official()
    ours = {name: catalogue()[name][0] for name in MESSAGES if name in known}
    assert len(ours) > 30
    different = {
        name: (text, known[name]) for name, text in ours.items() if text.strip() != known[name].strip()
    }
    assert not different
