"""What well-known open licences allow: the defaults of ``access`` and ``redistribution`` (DOMAIN 14).

==================================  ======  ==============
licence                             access  redistribution
==================================  ======  ==============
CC0, public domain                  open    yes
CC BY, CC BY-SA                     open    yes
CC BY-ND                            open    unmodified
NLOD (Norwegian open public data)   open    yes
any other, CC BY-NC, with           none    none
exceptions, not stated
==================================  ======  ==============

A licence without defaults leaves a new system restricted and a known one as it is. Options of the caller override the
defaults.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

__all__ = ["Terms", "terms_of"]


class Terms(NamedTuple):
    """Who may read the content of a system over the network, and whether whole lists may be passed on."""

    access: Literal["open", "restricted"]
    redistribution: Literal["yes", "no", "unmodified"]


_FREE: Final = Terms("open", "yes")
_CC_BY = r"(?:\bCC[ -]?BY|creative commons attribution|creativecommons\.org/licenses/by)"
#: the first pattern that a statement has decides
_LICENCES: Final[tuple[tuple[re.Pattern[str], Terms | None], ...]] = tuple(
    (re.compile(pattern, re.IGNORECASE), terms)
    for pattern, terms in (
        (r"\bnot (\w+ ){0,3}(in the public domain|CC-?0|CC[ -]?BY|NLOD)\b", None),
        (r"\bCC[ -]?0\b|creativecommons\.org/publicdomain", _FREE),
        (r"\b(in|into|to) the public domain\b|\bcreative commons public domain\b|^public domain\b", _FREE),
        (r"\b(except|excluding|unless|portions|parts? of)\b|all rights reserved", None),
        (_CC_BY + r"[ -]NC|non-?commercial", None),
        (_CC_BY + r"[ -]ND|no-?deriv", Terms("open", "unmodified")),
        (_CC_BY + r"\b", _FREE),
        (r"\bNLOD\b|norsk lisens for offentlige data|norwegian licence for open government data", _FREE),
    )
)


def terms_of(licence: str) -> Terms | None:
    """The defaults of a licence or copyright statement; None if it is not a known open licence.

    >>> terms_of("CC BY 4.0"), terms_of("CC BY-NC 4.0")
    (Terms(access='open', redistribution='yes'), None)
    """
    for pattern, terms in _LICENCES:
        if pattern.search(licence):
            return terms
    return None
