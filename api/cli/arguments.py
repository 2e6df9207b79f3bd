"""Raw arguments: global options may be anywhere, codes may begin with ``-``, and mistakes are errors of the catalogue.

``called`` checks everything that typer would refuse, because typer's own messages are in English only. What it returns
has each option before ``--`` and each argument after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from api.cli.tree import Command, Group, Parameter
from registry.entities.errors import UsageError
from registry.entities.messages import Message, located, message

__all__ = ["HELP", "Call", "called", "hoist"]

HELP = "--help"
_WITH_VALUE = ("--db", "--known-at", "--lang")
_FLAGS = ("--json",)
_DASH_CODE = re.compile(r"-\d")


@dataclass(slots=True)
class Call:
    """What the arguments call: a command with options and arguments, or the help of a command or group."""

    target: Command | Group
    before: list[str] = field(default_factory=list)  #: global options
    options: list[str] = field(default_factory=list)
    arguments: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)  #: last value of each option by its label
    help: bool = False

    def for_typer(self) -> list[str]:
        """The arguments as typer takes them."""
        return [*self.before, *self.target.words, *self.options, "--", *self.arguments]


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


def called(arguments: Sequence[str], app: Group) -> Call:
    """What arguments with the global options in front call; raises UsageError for anything that is no call."""
    rest = list(arguments)
    target: Command | Group = app
    try:
        before = _taken_globals(rest)
        while isinstance(target, Group) and rest and rest[0] != HELP:
            target = _member(target, rest.pop(0), app)
            if isinstance(target, Command):
                return _call_of(target, before, rest, app)
    except UsageError as error:
        command = " ".join(("gyldig", *target.words))
        raise UsageError(message("usage.see", error=error.text, command=command)) from None
    return Call(target, before=before, help=True)


def _call_of(command: Command, before: list[str], rest: list[str], app: Group) -> Call:
    call = Call(command, before=before)
    _read(call, command, rest, app)
    if not call.help:
        _require(command, call)
    return call


def _taken_globals(rest: list[str]) -> list[str]:
    """The global options at the front, removed from ``rest``."""
    taken: list[str] = []
    while rest and (name := rest[0].partition("=")[0]) in (*_WITH_VALUE, *_FLAGS):
        token = rest.pop(0)
        taken.append(token)
        if name in _FLAGS and token != name:
            raise UsageError(message("usage.no_value", name=name))
        if token in _WITH_VALUE:
            if not rest:
                raise UsageError(message("usage.needs_value", name=name))
            taken.append(rest.pop(0))
    return taken


def _member(group: Group, word: str, app: Group) -> Command | Group:
    found = group.members.get(word)
    if found is not None:
        return found
    if word.startswith("-") and word != "--":
        raise UsageError(_no_option(word.partition("=")[0], app.options))
    raise UsageError(message("usage.no_command", name=word, near=_near(word, group.members)))


def _read(call: Call, command: Command, rest: list[str], app: Group) -> None:
    """Sort the tokens into options and arguments, up to a request for help."""
    options = {name: p for p in command.options for name in p.names}
    while rest and not call.help:
        token = rest.pop(0)
        if token == "--":
            call.arguments += rest
            return
        if not token.startswith("-") or token == "-" or _DASH_CODE.match(token):
            call.arguments.append(token)
        elif token == HELP:
            call.help = True
        else:
            _read_option(call, token, rest, options, app)


def _read_option(call: Call, token: str, rest: list[str], options: dict[str, Parameter], app: Group) -> None:
    """Add an option with its value, which may be the next token; raises UsageError if it is none.

    As in typer, the last value of an option that may occur once is the one that counts.
    """
    long = token.startswith("--")
    name, equals, value = token.partition("=") if long else (token[:2], token[2:], token[2:])
    option = options.get(name) or next((p for p in app.options if name in p.names), None)
    if option is None:
        raise UsageError(_no_option(name, options.values()))
    if not option.takes_value:
        if equals:
            raise UsageError(message("usage.no_value", name=name))
        call.options.append(token)
        return
    if not equals:
        if not rest:
            raise UsageError(message("usage.needs_value", name=name))
        value = rest.pop(0)
    if option.repeats:
        _check(option, name, value)
    call.options += [name, value]
    call.values[option.label] = value


def _no_option(name: str, options: Iterable[Parameter]) -> Message:
    return message("usage.no_option", name=name, near=_near(name, [n for p in options for n in p.names]))


def _near(name: str, names: Iterable[str]) -> Message | str:
    from registry.time.reasons import similar

    close = similar(name, sorted(names))
    return message("usage.near", names=close) if close else ""


def _require(command: Command, call: Call) -> None:
    """Raise UsageError for missing, superfluous or malformed arguments, and for missing options."""
    left = list(call.arguments)
    for argument in command.arguments:
        values, left = (left, []) if argument.repeats else (left[:1], left[1:])
        if argument.required and not values:
            raise UsageError(message("usage.missing_argument", name=argument.label))
        for value in values:
            _check(argument, argument.label, value)
    if left:
        raise UsageError(message("usage.superfluous", names=left))
    for option in command.options:
        last = call.values.get(option.label)
        if last is not None:
            _check(option, option.label, last)
        elif option.required:
            raise UsageError(message("usage.missing_option", name=option.label))


def _check(parameter: Parameter, name: str, value: str) -> None:
    """Raise UsageError if the value has not the parameter's form."""
    for problem in _problems(parameter, value):
        raise UsageError(located(name, problem))


def _problems(parameter: Parameter, value: str) -> Iterator[Message]:
    if parameter.choices and value not in parameter.choices:
        yield message("usage.no_choice", value=value, choices=parameter.choices)
    if parameter.whole:
        yield from _number_problems(parameter, value)
    if parameter.parser is not None:
        try:
            parameter.parser(value)
        except UsageError as error:
            if isinstance(error.text, Message):
                yield error.text


def _number_problems(parameter: Parameter, value: str) -> Iterator[Message]:
    try:
        number = int(value)
    except ValueError:
        yield message("usage.no_number", value=value)
        return
    if parameter.least is not None and number < parameter.least:
        yield message("usage.too_small", value=value, least=int(parameter.least))
    if parameter.most is not None and number > parameter.most:
        yield message("usage.too_large", value=value, most=int(parameter.most))
