"""The help of a command or a group of commands as lines of text, in the reader's language.

typer's own help is in English only; the declarations of the commands are the same (``api.cli.tree``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from api.cli.layout import folded
from api.cli.tree import Command, Group, Parameter
from registry.entities.messages import Message, in_language, message
from registry.entities.messages.command_help import help_text

__all__ = ["help_lines"]

_NAMES = 30  #: greatest width of the left column
Row = tuple[str, str]


def help_lines(target: Command | Group, *, lang: str, width: int) -> Iterator[str]:
    """Usage, what it does, arguments, options and commands; no line is longer than ``width`` unless one word is."""
    yield f"{_say('help.usage', lang)} {' '.join(_usage(target, lang))}"
    yield ""
    yield from (f"  {line}" for line in folded(help_text(target.help, lang), width - 2))
    for heading, rows in _tables(target, lang):
        if rows:
            yield from ("", _say(heading, lang), *_rows(rows, width))
    if isinstance(target, Group) and not target.words:
        yield ""
        yield from (f"  {line}" for line in folded(_say("help.epilog", lang), width - 2))


def _say(key: str, lang: str) -> str:
    return str(in_language(message(key), lang))


def _usage(target: Command | Group, lang: str) -> Iterator[str]:
    yield from ("gyldig", *target.words, f"[{_say('help.options', lang)}]")
    if isinstance(target, Group):
        yield _say("help.command", lang)
        return
    for argument in target.arguments:
        yield argument.values if argument.required else f"[{argument.values}]"


def _tables(target: Command | Group, lang: str) -> Iterator[tuple[str, list[Row]]]:
    help_row = ("--help", _say("help.help", lang))
    if isinstance(target, Command):
        yield "help.arguments_heading", [(a.values, help_text(a.help, lang)) for a in target.arguments]
    yield "help.options_heading", [*(_option(o, lang) for o in target.options), help_row]
    if isinstance(target, Group):
        members = target.members.items()
        yield "help.commands_heading", [(name, help_text(found.help, lang)) for name, found in members]


def _option(option: Parameter, lang: str) -> Row:
    left = ", ".join(option.names) + (f" {option.values}" if option.values else "")
    return left, " ".join([help_text(option.help, lang), *(n.in_language(lang) for n in _notes(option))])


def _notes(option: Parameter) -> Iterator[Message]:
    """What the declaration says about the value."""
    if option.least is not None and option.most is not None:
        yield message("help.range", least=int(option.least), most=int(option.most))
    elif option.least is not None:
        yield message("help.from", least=int(option.least))
    if option.required:
        yield message("help.required")
    if option.default not in (None, "", False):
        yield message("help.default", value=str(option.default))
    if option.environment:
        yield message("help.environment", name=option.environment)


def _rows(rows: Iterable[Row], width: int) -> Iterator[str]:
    """Two columns; a left text that is too wide has a line of its own."""
    rows = list(rows)
    left = min(_NAMES, max(len(name) for name, _ in rows))
    for name, text in rows:
        lines = folded(text, max(width - left - 4, 20))
        if len(name) > left:
            yield f"  {name}"
        else:
            lines[0] = f"{name.ljust(left)}  {lines[0]}"
            yield f"  {lines.pop(0)}".rstrip()
        yield from (f"  {' ' * left}  {line}" for line in lines)
