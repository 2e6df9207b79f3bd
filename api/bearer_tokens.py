"""Tokens of callers: ``GYLDIG_TOKEN``, and those of the registry, which are read again every second.

Only hashes are compared. A token is read in a thread of its own, so that neither a slow database nor a long request
delays it, and requests without a token read nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.workers import Lane
from registry.writing.access_control import RIGHTS

if TYPE_CHECKING:
    from registry import Registry

__all__ = ["BearerTokens", "Token", "new_secret", "rights_of", "secret_hash"]

_SECONDS = 1.0  #: how long tokens that were read are valid
_LONGEST_WAIT = 10.0


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its name and rights; ``ended``: its end date has passed, or it was revoked."""

    name: str
    rights: frozenset[str]
    ended: bool = False


def rights_of(words: Iterable[str]) -> frozenset[str]:
    """The rights that words name; ``administer`` includes all.

    >>> sorted(rights_of(["administer"]))
    ['administer', 'load', 'read', 'write']
    """
    found = frozenset(words)
    return frozenset(RIGHTS) if "administer" in found else found


def new_secret() -> str:
    """The secret of a new token: 256 random bits, with a beginning by which scanners of published files know it."""
    return f"gyldig_{secrets.token_urlsafe(32)}"


def secret_hash(secret: str) -> str:
    """The SHA-256 of a token's secret, which is random and long, so that no slow hash is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


class BearerTokens:
    """The tokens by the hash of their secrets. ``own``: the secret of ``GYLDIG_TOKEN``; empty = none."""

    def __init__(self, own: str, registry: Callable[[], Registry]) -> None:
        self._own = {secret_hash(own): Token("GYLDIG_TOKEN", frozenset(RIGHTS))} if own else {}
        self._registry = registry
        self._stored: dict[str, Token] = {}
        self._until = 0.0
        self._reading: asyncio.Task[None] | None = None
        self._lane = Lane("tokens", longest_wait=_LONGEST_WAIT)

    @property
    def any_writes(self) -> bool:
        """Whether a token, as last read, has a right to change something."""
        tokens = (*self._own.values(), *self._stored.values())
        return any(not token.ended and token.rights & {"write", "load"} for token in tokens)

    async def find(self, secret: str) -> Token | None:
        """The token with the secret; raises the error of a database that cannot be read."""
        digest = secret_hash(secret)
        if digest in self._own:
            return self._own[digest]
        if time.monotonic() >= self._until:
            await self._refreshed()
        return self._stored.get(digest)

    def read(self) -> None:
        """Read the tokens of the registry."""
        registry = self._registry()
        today = registry.today()
        found: dict[str, Token] = {}
        for token in registry.access.tokens():
            live = token.valid_on(today)
            if live or token.sha256 not in found:
                found[token.sha256] = Token(token.name, rights_of(token.rights.split()), not live)
        self._stored, self._until = found, time.monotonic() + _SECONDS

    def close(self) -> None:
        """End the thread."""
        self._lane.close()

    async def _refreshed(self) -> None:
        """Wait for the one reading that runs."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.ensure_future(self._lane.run(self.read))
        await asyncio.shield(self._reading)
