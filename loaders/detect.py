"""Recognises the format of a source from its content; one loader for each format."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from loaders.contract import Loader, Source
from loaders.unbuilt_formats import unbuilt
from loaders.unknown_format import describe, is_broken_xml
from registry.entities.errors import FormatError, UsageError
from registry.entities.messages import message

__all__ = ["detect", "formats"]

#: modules with a ``LOADER``, the most specific first; the last reads any list with columns
_LOADERS = (
    "loaders.formats.icd10cm.order",
    "loaders.formats.icd10cm.tabular",
    "loaders.formats.icd10cm.conversion",
    "loaders.formats.fhir.package",
    "loaders.formats.rf2.rf2_loader",
    "loaders.formats.norwegian.norwegian_json",
    "loaders.formats.norwegian.fat",
    "loaders.formats.norwegian.fat_adm",
    "loaders.formats.plain_list",
)
_FALLBACK = "plain-list"


@cache
def formats() -> dict[str, Loader]:
    """Every loader by the name of its format."""
    loaders: dict[str, Loader] = {}
    for module in _LOADERS:
        loader: Loader = import_module(module).LOADER
        loaders[loader.name] = loader
    return loaders


def detect(source: Source, *, name: str = "") -> list[Loader]:
    """The loaders that read the source: several if it holds several kinds of file.

    With ``name`` only that one; raises FormatError saying what the source is instead, UsageError for a name
    that is no format.
    """
    _not_empty(source)
    if name:
        return [_named(source, name)]
    found = [loader for loader in formats().values() if loader.name != _FALLBACK and loader.members(source)]
    if not found:
        _require_built(source)
        found = [loader for loader in (formats()[_FALLBACK],) if loader.members(source)]
    if not found:
        what, line = describe(source, formats())
        raise FormatError(what, file=source.name, line=line)
    return found


def _named(source: Source, name: str) -> Loader:
    loader = formats().get(name)
    if loader is None:
        raise UsageError(message("source.no_format", name=name, names=", ".join(formats())))
    if name == _FALLBACK or not loader.members(source):
        _require_built(source)
    if loader.members(source):
        return loader
    others = [other.name for other in formats().values() if other is not loader and other.members(source)]
    key = "source.looks_like" if others else "source.other_unknown"
    raise FormatError(message(key, name=name, others=others), file=source.name)


def _require_built(source: Source) -> None:
    """Raise FormatError if a member is of a known format that no loader reads: it must not become a plain list."""
    for member, name in unbuilt(source).items():
        if name.id != "unbuilt.dtd" and is_broken_xml(source, member):
            continue
        raise FormatError(message("source.unbuilt", format=name), file=source.label(member))


def _not_empty(source: Source) -> None:
    members = source.members()
    if not members:
        raise FormatError(message("source.no_file"), file=source.name)
    if not any(source.read(member, 1) for member in members):
        raise FormatError(message("source.empty_file"), file=source.name)
