"""Help pages and usage errors in both languages, and the check of arguments compared with typer's own parser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.main import get_command

from api.cli.arguments import called, hoist
from api.cli.help_page import help_lines
from api.cli.main import app, run
from api.cli.tree import Command, Group, commands, root
from registry.entities.errors import GyldigError, UsageError
from registry.entities.messages.command_help import BOKMAAL

TREE = root(app)
_PARSER: Any = get_command(app)
_ENGLISH = re.compile(
    r"\b(?:the|is|are|not|of|and|or|has|with|which|there|this|that|its|a|an|from|only|by|default|show)\b",
    re.IGNORECASE,
)


def _targets(group: Group) -> Iterator[Command | Group]:
    yield group
    for member in group.members.values():
        yield from _targets(member) if isinstance(member, Group) else [member]


TARGETS = list(_targets(TREE))


def _helps() -> set[str]:
    """Every English help text of the declarations."""
    return {t.help for t in TARGETS} | {p.help for t in TARGETS for p in (*t.options, *_arguments(t))}


def _arguments(target: Command | Group) -> list[Any]:
    return target.arguments if isinstance(target, Command) else []


def test_every_help_text_is_translated_and_every_translation_is_used() -> None:
    assert _helps() == set(BOKMAAL)
    assert all(english != bokmaal for english, bokmaal in BOKMAAL.items())


def _prose(page: str) -> str:
    """A page without options, placeholders, quoted words and values of options."""
    without = re.sub(
        r"`[^`]*`|--[\w-]+( \S+)?|\b[A-Z][A-Z_@]+\b|\S+_\S+|\(public domain\)|\S+\|\S+", "", page
    )
    return re.sub(r"Datorolle: .*?…", "", without, flags=re.DOTALL)


@pytest.mark.parametrize("target", TARGETS, ids=lambda t: " ".join(t.words) or "gyldig")
def test_norwegian_help_has_no_english_sentence(target: Command | Group) -> None:
    page = "\n".join(help_lines(target, lang="nb", width=80))
    assert not _ENGLISH.search(_prose(page)), page
    flat = " ".join(page.split())
    assert not [t for t in _helps() if len(t.split()) > 2 and t in flat]
    assert "Bruk: gyldig" in page


@pytest.mark.parametrize("target", TARGETS, ids=lambda t: " ".join(t.words) or "gyldig")
def test_english_help_names_every_option_and_command(target: Command | Group) -> None:
    lines = list(help_lines(target, lang="en", width=80))
    flat = " ".join(" ".join(lines).split())
    assert target.help in flat
    names = [n for p in target.options for n in p.names]
    names += list(target.members) if isinstance(target, Group) else [a.values for a in target.arguments]
    assert all(name in flat for name in names)
    assert all(len(line) <= 80 or " " not in line.strip() for line in lines)


def _said(capsys: pytest.CaptureFixture[str], arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        run(arguments.split())
    out, err = capsys.readouterr()
    assert isinstance(left.value.code, int)
    return left.value.code, out, err


@pytest.mark.parametrize(
    ("arguments", "english", "bokmaal"),
    [
        ("lookup", "the argument 'system' is missing", "argumentet 'system' mangler"),
        ("lookup s", "the argument 'code' is missing", "argumentet 'code' mangler"),
        ("load", "the argument 'paths' is missing", "argumentet 'paths' mangler"),
        ("retract s 1", "the option --why is missing", "valget --why mangler"),
        (
            "lookup s c d",
            "more arguments than the command takes: d",
            "flere argumenter enn kommandoen tar: d",
        ),
        ("lookup s c --onn x", "no option --onn here. Did you mean --on?", "valget --onn finnes ikke her."),
        ("lookup s c --on", "the option --on needs a value", "valget --on må ha en verdi"),
        ("systems --db", "the option --db needs a value", "valget --db må ha en verdi"),
        (
            "export s --history=1",
            "the option --history takes no value",
            "valget --history kan ikke ha en verdi",
        ),
        ("systems --json=1", "the option --json takes no value", "valget --json kan ikke ha en verdi"),
        ("lookup s c --on 2020", "--on: '2020' is not a date", "--on: '2020' er ikke en dato"),
        ("search s x --count x", "--count: 'x' is not a whole number", "--count: 'x' er ikke et heltall"),
        ("search s x --count 0", "--count: 0 is less than 1", "--count: 0 er mindre enn 1"),
        ("serve --port 70000", "--port: 70000 is greater than 65535", "--port: 70000 er større enn 65535"),
        (
            "diff s 1 2 --format x",
            "'x' is not one of table, json and csv",
            "'x' er ikke blant table, json og csv",
        ),
        ("xyzzyx", "no command 'xyzzyx' (see", "kommandoen 'xyzzyx' finnes ikke (se"),
        (
            "lokup",
            "no command 'lokup'. Did you mean lookup?",
            "kommandoen 'lokup' finnes ikke. Mente du lookup?",
        ),
        ("version ad", "see `gyldig version --help`", "se `gyldig version --help`"),
        ("version set s 1", "give --valid-from, --valid-to", "oppgi --valid-from, --valid-to"),
        ("purge s 1 --why x", "name the release", "oppgi utgivelsen"),
        ("export s", "name a VERSION, or use --history", "oppgi VERSION, eller bruk --history"),
        ("load x --column y", "write ROLE=NAME", "skriv ROLE=NAME"),
        ("system set s", "give what to change", "oppgi hva som skal endres"),
    ],
)
def test_usage_errors_are_in_the_language_of_the_call(
    capsys: pytest.CaptureFixture[str], tmp_path: Any, arguments: str, english: str, bokmaal: str
) -> None:
    for lang, text in (("en", english), ("nb", bokmaal)):
        code, out, err = _said(capsys, f"--lang {lang} {arguments}")
        assert (code, out) == (2, "")
        assert text in err and err.startswith("gyldig: ")
        assert err.count("\n") == 1


def test_the_language_setting_decides_without_an_option(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GYLDIG_LANG", "nb")
    assert "mangler" in _said(capsys, "lookup")[2]
    code, out, _ = _said(capsys, "load --help")
    assert code == 0 and out.startswith("Bruk: gyldig load [VALG] PATH…\n")
    code, out, err = _said(capsys, "version")
    assert (code, out) == (2, "") and "Kommandoer:" in err


_TOKENS = st.sampled_from(
    [
        "s",
        "A00",
        "-",
        "",
        "1",
        "0",
        "x",
        "2020-01-01",
        "csv",
        "open",
        "a=b",
        "--",
        "--nothing",
        "-x",
        "--on=2020-01-01",
    ]
)


@st.composite
def _calls(draw: st.DrawFn) -> tuple[Command, list[str]]:
    command = draw(st.sampled_from(list(commands(app))))
    names = [n for o in command.options for n in o.names] or ["--nothing"]
    options = st.sampled_from(names + [f"{n}=1" for n in names if n.startswith("--")])
    few = st.lists(st.one_of(_TOKENS, options), max_size=6)
    plain = ["s"] * draw(st.integers(0, 3))
    return command, plain + draw(few)


def _typer_accepts(command: Command, arguments: list[str]) -> bool:
    """Whether typer parses the arguments of a command; nothing is run."""
    found: Any = _PARSER
    context = found.make_context("gyldig", ["systems"], resilient_parsing=True)
    for word in command.words:
        found = found.get_command(context, word)
    try:
        found.make_context("x", list(arguments))
    except GyldigError:
        return False
    except Exception as error:
        if getattr(error, "exit_code", None) != 2:
            raise
        return False
    return True


@given(_calls())
@settings(max_examples=200, deadline=None)
def test_what_the_check_accepts_is_what_typer_accepts(call: tuple[Command, list[str]]) -> None:
    command, arguments = call
    try:
        checked = called([*command.words, *hoist(arguments)], TREE)
    except UsageError:
        assert not _typer_accepts(command, arguments)
    else:
        assert _typer_accepts(command, arguments)
        assert _typer_accepts(command, checked.for_typer()[len(command.words) :])


def test_an_interrupted_command_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_context: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("api.cli.catalogue.current", interrupted)
    assert _said(capsys, "--lang nb systems") == (130, "", "gyldig: avbrutt\n")
    assert _said(capsys, "--lang en systems") == (130, "", "gyldig: stopped\n")
