"""The documentation says what the program does: generated pages are current, answers are real, links lead somewhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from api import reference

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def _id(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", reference.pages(), ids=str)
def test_generated_pages_are_current(path: Path) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == reference.pages()[path], "run `make docs`"


@pytest.mark.parametrize("name", ["README.md", "docs/tutorial.md"])
def test_answers_shown_are_what_the_program_prints(name: str) -> None:
    from api.demo.command_output import demo_answers

    text = (ROOT / name).read_text(encoding="utf-8")
    assert "```console\n$ gyldig" in text
    with demo_answers() as answers:
        assert reference.refreshed(text, answers) == text, "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=_id)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{_id(page)}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=_id)
def test_commands_shown_exist(page: Path) -> None:
    from api.cli.main import app
    from api.cli.tree import commands

    known = {c.words for c in commands(app)}
    for words in re.findall(r"^(?:\$ )?gyldig ([^\n`]+)", page.read_text(encoding="utf-8"), re.MULTILINE):
        given = [w for w in words.split() if not w.startswith("-")]
        assert any(tuple(given[: len(k)]) == k for k in known), words


def test_every_dependency_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| ([\w.-]+) \|", page, re.MULTILINE)) - {"library"}
    wanted = {re.split(r"[<>=\[; ]", d)[0] for d in project["dependencies"]}
    assert named == wanted
    for extra in project["optional-dependencies"].values():
        assert all(re.split(r"[<>=\[; ]", d)[0] in page for d in extra)


def test_every_dependency_has_an_upper_bound() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    calendar = {"tzdata"}
    loose = [d for d in project["dependencies"] if "<" not in d and re.split(r"[<>=]", d)[0] not in calendar]
    assert not loose
