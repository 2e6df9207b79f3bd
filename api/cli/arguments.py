"""Rearranges the raw arguments for typer: global options are accepted anywhere, and codes may begin with ``-``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.cli.tree import Command

__all__ = ["has_dash_code", "hoist", "protect_codes"]

_WITH_VALUE = ("--db", "--known-at", "--lang")
_FLAGS = ("--json",)
_DASH_CODE = re.compile(r"-\d")


def hoist(arguments: Sequence[str]) -> list[str]:
    """The arguments with all global options before ``--`` moved to the front.

    >>> hoist(["lookup", "icd-10-cm", "A00", "--json", "--db", "x.sqlite"])
    ['--json', '--db', 'x.sqlite', 'lookup', 'icd-10-cm', 'A00']
    """
    front: list[str] = []
    rest: list[str] = []
    queue = list(arguments)
    while queue:
        token = queue.pop(0)
        if token == "--":
            return front + rest + [token, *queue]
        if token in _FLAGS or token.startswith(tuple(f"{o}=" for o in _WITH_VALUE)):
            front.append(token)
        elif token in _WITH_VALUE and queue:
            front += [token, queue.pop(0)]
        else:
            rest.append(token)
    return front + rest


def protect_codes(arguments: Sequence[str], commands: Iterable[Command]) -> list[str]:
    """The arguments with all positional ones after ``--``, because a code may begin with ``-`` and a digit.

    ``commands``: for the options that have a value. Global options must be in front already (``hoist``).
    """
    start, command = _called(arguments, list(commands))
    if command is None:
        return list(arguments)
    takers = {n for p in command.parameters if p.takes_value for n in p.names}
    options: list[str] = []
    positional: list[str] = []
    rest = list(arguments[start:])
    while rest:
        token = rest.pop(0)
        if token == "--":
            positional += rest
            break
        if not token.startswith("-") or token == "-" or _DASH_CODE.match(token):
            positional.append(token)
        else:
            options += [token, rest.pop(0)] if token in takers and rest else [token]
    return [*arguments[:start], *options, "--", *positional]


def has_dash_code(arguments: Sequence[str]) -> bool:
    """Whether some argument looks like a code that begins with ``-``."""
    return any(_DASH_CODE.match(a) for a in arguments)


def _called(arguments: Sequence[str], commands: list[Command]) -> tuple[int, Command | None]:
    """The index of the command's first argument, and the command."""
    start = 0
    while start < len(arguments) and arguments[start].startswith("-"):
        start += 2 if arguments[start] in _WITH_VALUE else 1
    for command in commands:
        end = start + len(command.words)
        if tuple(arguments[start:end]) == command.words:
            return end, command
    return start, None
