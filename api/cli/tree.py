"""The tree of commands as plain values, read from the declarations of their functions.

It uses typer's public models only, because the internals of typer differ between versions.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import typer
from typer.models import ArgumentInfo, OptionInfo

__all__ = ["Command", "Group", "Parameter", "commands", "global_options", "root"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """An option (with its names) or an argument (no names)."""

    name: str
    names: tuple[str, ...]
    help: str
    values: str  #: placeholder of the value; empty for a flag
    required: bool
    choices: tuple[str, ...] = ()
    whole: bool = False  #: the value is a whole number, between ``least`` and ``most``
    least: float | None = None
    most: float | None = None
    parser: Callable[[str], Any] | None = None  #: raises UsageError for a value that is none
    repeats: bool = False
    default: object = None
    environment: str = ""  #: variable that gives the value if the option is absent

    @property
    def takes_value(self) -> bool:
        """Whether the next argument is the value of this option."""
        return bool(self.names) and bool(self.values)

    @property
    def label(self) -> str:
        """How errors name it: an option by its longest name, an argument by its own."""
        return max(self.names, key=len) if self.names else self.name.rstrip("_")


class Command:
    """One command: its words, what it does, and its parameters, which are read when they are first needed."""

    def __init__(self, words: tuple[str, ...], function: Callable[..., Any]) -> None:
        self.words = words
        self.help = " ".join((function.__doc__ or "").split())
        self._function = function

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Arguments and options, in the order of their declaration."""
        return tuple(_parameters(self._function))

    @property
    def arguments(self) -> list[Parameter]:
        """The parameters without a name."""
        return [p for p in self.parameters if not p.names]

    @property
    def options(self) -> list[Parameter]:
        """The parameters with a name."""
        return [p for p in self.parameters if p.names]


@dataclass(frozen=True, slots=True)
class Group:
    """Commands with the same first words; the root has none."""

    words: tuple[str, ...]
    help: str
    options: tuple[Parameter, ...]
    members: dict[str, Command | Group]


def root(app: typer.Typer) -> Group:
    """The app with its global options, its commands and its groups."""
    return _group(app, (), "", global_options(app))


def commands(app: typer.Typer) -> Iterator[Command]:
    """Every command of the app and its groups."""
    yield from _below(root(app))


def global_options(app: typer.Typer) -> tuple[Parameter, ...]:
    """The options that may stand anywhere."""
    info = app.registered_callback
    return tuple(_parameters(info.callback)) if info and info.callback else ()


def _below(group: Group) -> Iterator[Command]:
    for member in group.members.values():
        if isinstance(member, Group):
            yield from _below(member)
        else:
            yield member


def _group(app: typer.Typer, words: tuple[str, ...], help: str, options: tuple[Parameter, ...]) -> Group:
    found: dict[str, Command | Group] = {}
    for info in app.registered_commands:
        if info.callback is not None:
            name = info.name or info.callback.__name__.rstrip("_").replace("_", "-")
            found[name] = Command((*words, name), info.callback)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            name = str(group.name)
            found[name] = _group(
                group.typer_instance, (*words, name), str(group.typer_instance.info.help or ""), ()
            )
    return Group(words, help or str(app.info.help or ""), options, found)


def _parameters(function: Callable[..., Any]) -> Iterator[Parameter]:
    hints = get_type_hints(function, include_extras=True)
    for parameter in inspect.signature(function).parameters.values():
        hint = hints[parameter.name]
        for info in getattr(hint, "__metadata__", ()):
            if isinstance(info, ArgumentInfo | OptionInfo):
                yield _parameter(parameter, info, get_args(hint)[0])


def _parameter(parameter: inspect.Parameter, info: ArgumentInfo | OptionInfo, hint: Any) -> Parameter:
    required = parameter.default is inspect.Parameter.empty
    type_, repeats = _single(hint)
    names = _names(parameter.name, info) if isinstance(info, OptionInfo) else ()
    return Parameter(
        name=parameter.name,
        names=names,
        help=info.help or "",
        values=info.metavar or (_values(type_) if names else parameter.name.upper().rstrip("_")),
        required=required,
        choices=get_args(type_) if get_origin(type_) is Literal else (),
        whole=type_ is int,
        least=info.min,
        most=info.max,
        parser=info.parser,
        repeats=repeats,
        default=None if required else parameter.default,
        environment=str(info.envvar or ""),
    )


def _names(name: str, info: OptionInfo) -> tuple[str, ...]:
    """The declared names; in ``Annotated`` typer has the first one as ``default``."""
    declared = [n for n in (info.default, *(info.param_decls or ())) if isinstance(n, str)]
    return tuple(n for n in declared if n.startswith("-")) or (f"--{name.rstrip('_').replace('_', '-')}",)


def _single(hint: Any) -> tuple[Any, bool]:
    """The type of one value, without ``| None``, and whether there may be several."""
    if get_origin(hint) in (Union, UnionType):
        (hint,) = (t for t in get_args(hint) if t is not NoneType)
    return (get_args(hint)[0], True) if get_origin(hint) is list else (hint, False)


def _values(type_: Any) -> str:
    """The placeholder of a type's value; empty for a flag."""
    if get_origin(type_) is Literal:
        return "|".join(get_args(type_))
    return "" if type_ is bool else "NUMBER" if type_ is int else "TEXT"
