"""The tree of commands as plain values, read from the declarations of their functions.

It uses typer's public models only, because the internals of typer differ between versions.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import typer
from typer.models import ArgumentInfo, OptionInfo

__all__ = ["Command", "Parameter", "commands", "global_options"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """An option (with its names) or an argument (no names)."""

    name: str
    names: tuple[str, ...]
    help: str
    values: str  #: placeholder of the value; empty for a flag
    required: bool

    @property
    def takes_value(self) -> bool:
        """Whether the next argument is the value of this option."""
        return bool(self.names) and bool(self.values)


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its words and its parameters."""

    words: tuple[str, ...]
    help: str
    parameters: tuple[Parameter, ...]


def commands(app: typer.Typer, words: tuple[str, ...] = ()) -> Iterator[Command]:
    """Every command of the app and its groups."""
    for info in app.registered_commands:
        if info.callback is not None:
            name = info.name or info.callback.__name__.rstrip("_").replace("_", "-")
            yield _command((*words, name), info.callback)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            yield from commands(group.typer_instance, (*words, str(group.name)))


def global_options(app: typer.Typer) -> Command:
    """The global options."""
    info = app.registered_callback
    return _command((), info.callback) if info and info.callback else Command((), "", ())


def _command(words: tuple[str, ...], function: Callable[..., Any]) -> Command:
    hints = get_type_hints(function, include_extras=True)
    found = []
    for parameter in inspect.signature(function).parameters.values():
        hint = hints[parameter.name]
        for info in getattr(hint, "__metadata__", ()):
            if isinstance(info, ArgumentInfo | OptionInfo):
                required = parameter.default is inspect.Parameter.empty
                found.append(_parameter(parameter.name, info, get_args(hint)[0], required))
    return Command(words, " ".join((function.__doc__ or "").split()), tuple(found))


def _parameter(name: str, info: ArgumentInfo | OptionInfo, type_: Any, required: bool) -> Parameter:
    names: tuple[str, ...] = ()
    if isinstance(info, OptionInfo):
        declared = info.param_decls or (f"--{name.rstrip('_').replace('_', '-')}",)
        names = tuple(n for n in declared if n.startswith("-"))
    return Parameter(name, names, info.help or "", info.metavar or _values(type_), required)


def _values(type_: Any) -> str:
    """The placeholder of a type's value; empty for a flag."""
    if get_origin(type_) in (Union, UnionType):
        (type_,) = (t for t in get_args(type_) if t is not NoneType)
    if get_origin(type_) is Literal:
        return "|".join(get_args(type_))
    return "" if type_ is bool else "NUMBER" if type_ is int else "TEXT"
