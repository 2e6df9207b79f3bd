"""Unicode's composed form (NFC), in which every text is hashed, stored and searched for."""

from __future__ import annotations

import unicodedata

__all__ = ["composed"]


def composed(text: str) -> str:
    """The text with composed letters: ``A`` with a combining ring becomes ``Å``.

    >>> composed("A\\u030a1") == "\\u00c51"
    True
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text)
