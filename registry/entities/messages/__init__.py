"""The message catalogue: every sentence that the project shows to people, in English and bokmål.

A ``Message`` is the English text with its id and values, so that a surface can show it in the reader's language. The
catalogue has one table per area:

- ``reasons``: why an answer is "no"; ``codes``: why one code is not found or not valid
- ``sentences``, ``headings``: command line and pages; ``notes``: notes and warnings inside answers
- ``errors``: errors of the registry; ``access``: licences and tokens; ``damage``: findings of ``verify``
- ``requests``: refused HTTP requests; ``expression_constraints``: why an expression constraint (ECL) is refused
- ``usage``: wrong use of the command line (its help is in ``command_help``, by the English text)
- ``terminology``: findings of FHIR operations, in the texts that clients compare

Nynorsk readers get bokmål, readers of any other language English.

Templates are ``str.format`` templates with three additions: ``{n:one|many}`` gives the number and the noun that agrees
with it (``1 code``, ``2 codes``), ``{names:join or}`` a list with a word before its last item (``a, b or c``), and
``{lines:below}`` each item on a line of its own. Numbers are grouped as each language does (``{n:,}``: 1,000 or 1 000).
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, Final

__all__ = [
    "LANGUAGES",
    "Message",
    "catalogue",
    "in_language",
    "joined",
    "language",
    "located",
    "message",
    "numbered",
    "word",
    "worded",
]

LANGUAGES: Final = ("en", "nb", "nn")
_NORWEGIAN: Final = frozenset({"nb", "nn"})
_AREAS: Final = (
    "reasons",
    "codes",
    "sentences",
    "notes",
    "errors",
    "access",
    "damage",
    "requests",
    "usage",
    "terminology",
    "loading",
    "list_formats",
    "fhir_formats",
    "expression_constraints",
)

Pair = tuple[str, str]


class Message(str):
    """The English text of a message; ``id`` and ``values`` give it in another language."""

    __slots__ = ("id", "values")
    id: str
    values: Mapping[str, Any]

    def in_language(self, lang: str | None) -> str:
        """The text in a language such as ``nb`` or ``nn-NO``.

        >>> message("none").in_language("nb")
        'Ingen.'
        """
        if language(lang) not in _NORWEGIAN:
            return str(self)
        translated = {name: in_language(value, lang) for name, value in self.values.items()}
        return _BOKMAAL.vformat(catalogue()[self.id][1], (), translated)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self.id, dict(self.values))


def message(key: str, /, **values: Any) -> Message:
    """The message of that id with its values. Raises KeyError for an id that is not in the catalogue.

    >>> message("valid_yes", code="K63.8", on="2024-01-01")
    'Yes: K63.8 was valid on 2024-01-01.'
    """
    return _with_values(key, values) if values else _constant(key)


def _with_values(key: str, values: Mapping[str, Any]) -> Message:
    found = Message(_FORMAT.vformat(catalogue()[key][0], (), values))
    found.id, found.values = key, values
    return found


@cache
def _constant(key: str) -> Message:
    return _with_values(key, {})


def numbered(key: str, *values: object) -> Message:
    """The message of that id whose values are numbered, as in ``{0}``. Raises KeyError for an unknown id.

    >>> numbered("REQUEST_REQUIRED", "url").in_language("nb")
    "Parameteren 'url' er påkrevd"
    """
    found = Message(catalogue()[key][0].format(*values))
    found.id, found.values = key, {str(number): value for number, value in enumerate(values)}
    return found


def joined(texts: Iterable[str]) -> str:
    """Different texts, empty ones left out, with ``;`` between them; one text alone stays the message that it is.

    >>> joined(["a", "", "b", "a"])
    'a; b'
    """
    found = [*dict.fromkeys(text for text in texts if text)]
    return found[0] if len(found) == 1 else "; ".join(found)


def located(where: str, text: str) -> str:
    """A text after the place that it is about; a Message stays one.

    >>> located("f.csv:3", message("none")).in_language("nb")
    'f.csv:3: Ingen.'
    """
    return (
        message("layout.located", where=where, text=text) if isinstance(text, Message) else f"{where}: {text}"
    )


def _restored(key: str, values: Mapping[str, Any]) -> Message:
    return message(key, **values)


def in_language(value: Any, lang: str | None) -> Any:
    """A value with every message in it in the language; anything else stays as it is."""
    if isinstance(value, Message):
        return value.in_language(lang)
    if isinstance(value, list | tuple):
        return type(value)(in_language(item, lang) for item in value)
    return value


def word(key: str, lang: str) -> str:
    """A heading or a value as the reader's word; a word that is not in the table stays as it is.

    >>> word("required", "nb"), word("something", "nb")
    ('påkrevd', 'something')
    """
    from registry.entities.messages.headings import WORDS

    pair = WORDS.get(key)
    return key if pair is None else pair[language(lang) in _NORWEGIAN]


def worded(key: str) -> str:
    """A status, reason or other value as a message, for use inside a sentence; a word not in the table stays as it is.

    >>> message("valid_no", why=worded("gap")).in_language("nb")
    'Nei: mellom versjoner'
    """
    return message(f"word.{key}") if f"word.{key}" in catalogue() else key


@cache
def language(wanted: str | None) -> str:
    """The language of the catalogue for a tag or locale such as ``nb-NO``, ``nn_NO.UTF-8`` or none.

    >>> language("nn_NO.UTF-8"), language("de"), language(None)
    ('nn', 'en', 'en')
    """
    base = (wanted or "").replace("_", "-").split(".")[0].split("-")[0].lower()
    if base == "no":
        return "nb"
    return base if base in LANGUAGES else "en"


@cache
def catalogue() -> Mapping[str, Pair]:
    """Message id → (English, bokmål), of all areas, and every word of ``headings`` as ``word.KEY``; ids are unique."""
    found: dict[str, Pair] = {}
    for area in _AREAS:
        table: Mapping[str, Pair] = import_module(f"{__name__}.{area}").MESSAGES
        if twice := found.keys() & table.keys():
            raise ValueError(f"message ids used twice: {sorted(twice)}")
        found.update(table)
    words = import_module(f"{__name__}.headings").WORDS
    return found | {f"word.{key}": pair for key, pair in words.items()}


class _Formatter(string.Formatter):
    """``str.format`` with ``{n:one|many}`` and ``{names:join or}``; the value of ``{0}`` has the name ``0``."""

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        return kwargs[str(key)]

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec.startswith("join "):
            items = [str(item) for item in value]
            return f" {format_spec[5:]} ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))
        if format_spec == "below":
            return "".join(f"\n{item}" for item in value)
        if "|" in format_spec:
            one, _, many = format_spec.partition("|")
            return f"{value} {one if value == 1 else many}"
        return str(super().format_field(value, format_spec))


class _NorwegianFormatter(_Formatter):
    """Numbers with blanks between groups and a decimal comma."""

    def format_field(self, value: Any, format_spec: str) -> str:
        text = super().format_field(value, format_spec)
        if "|" in format_spec or isinstance(value, bool) or not isinstance(value, int | float):
            return text
        return text.replace(",", "\u00a0").replace(".", ",")


_FORMAT: Final = _Formatter()
_BOKMAAL: Final = _NorwegianFormatter()
