"""Every sentence that people read on the command line and in pages, once, in English and bokmål.

Here: the texts and how one is chosen. Not here: ids and texts of FHIR issues (``registry.terminology.issues``), the
help of commands (it stands at the command). Nynorsk falls back to bokmål, any other language to English.
"""

from __future__ import annotations

from typing import Any, Final

from api.wordings import REASONS, SENTENCES, WORDS

__all__ = ["LANGUAGES", "language", "reason", "text", "word"]

LANGUAGES: Final = ("en", "nb", "nn")
_NORWEGIAN: Final = ("nb", "nn", "no")


def language(wanted: str | None) -> str:
    """The language of the texts for a wish such as ``nb-NO``, ``nn_NO.UTF-8`` or nothing.

    >>> language("nn_NO.UTF-8"), language("de"), language(None)
    ('nn', 'en', 'en')
    """
    base = (wanted or "").replace("_", "-").split(".")[0].split("-")[0].lower()
    if base == "no":
        return "nb"
    return base if base in LANGUAGES else "en"


def _pick(pair: tuple[str, str], lang: str) -> str:
    return pair[1] if language(lang) in _NORWEGIAN else pair[0]


def text(key: str, lang: str, **values: Any) -> str:
    """The sentence of that key, filled in.

    >>> text("valid_yes", "nb", code="K63.8", on="2024-01-01")
    'Ja: K63.8 var gyldig 2024-01-01.'
    """
    return _pick(SENTENCES[key], lang).format(**values)


def word(key: str, lang: str) -> str:
    """A heading or a value as a reader's word; a word that is not in the list stays as it is.

    >>> word("required", "nb"), word("something", "nb")
    ('påkrevd', 'something')
    """
    return _pick(WORDS[key], lang) if key in WORDS else key


def reason(key: str, lang: str, fallback: str = "", **values: Any) -> str:
    """Why an answer is "no", and what to do about it; ``fallback`` where the reason is not in the list.

    >>> reason("gap", "en", system="icd-10-cm", on="2023-01-01")[:44]
    'No version of icd-10-cm was in force on 2023'
    """
    if key not in REASONS:
        return fallback or key
    return _pick(REASONS[key], lang).format_map(_Blank(values))


class _Blank(dict[str, Any]):
    """Values of a sentence where a missing one reads as three dots."""

    def __missing__(self, key: str) -> str:
        return "…"
