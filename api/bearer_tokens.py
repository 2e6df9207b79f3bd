"""Tokens of callers: ``GYLDIG_TOKEN``, those of the registry, which are read again every second, and those of an issuer.

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
from typing import TYPE_CHECKING, Protocol

from api.workers import Lane
from registry.entities.errors import Restricted
from registry.entities.messages import message
from registry.writing.access_control import RIGHTS

if TYPE_CHECKING:
    from registry import Registry

__all__ = ["BearerTokens", "NotAuthorised", "Token", "new_secret", "rights_of", "secret_hash"]

_SECONDS = 1.0  #: how long tokens that were read are valid
_LONGEST_WAIT = 10.0


class NotAuthorised(Restricted):
    """A required token is missing, or the token given is wrong, ended or revoked; ``actor``: for the audit trail."""

    status = 401

    def __init__(self, message: str, *, actor: str = "anonymous") -> None:
        self.actor = actor
        super().__init__(message)


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


class Issuer(Protocol):
    """An issuer of access tokens (``api.oidc``), which is imported only if there is one."""

    @property
    def may_write(self) -> bool:
        """Whether a token of it may have a right to change something."""

    async def token(self, secret: str) -> Token:
        """The token; raises NotAuthorised."""

    def close(self) -> None:
        """End its thread."""


class BearerTokens:
    """The tokens by the hash of their secrets. ``own``: the secret of ``GYLDIG_TOKEN``; empty = none."""

    def __init__(self, own: str, registry: Callable[[], Registry], issuer: Issuer | None = None) -> None:
        self._issuer = issuer
        self._own = {secret_hash(own): Token("GYLDIG_TOKEN", frozenset(RIGHTS))} if own else {}
        self._registry = registry
        self._stored: dict[str, Token] = {}
        self._until = 0.0
        self._reading: asyncio.Task[None] | None = None
        self._lane = Lane("tokens", longest_wait=_LONGEST_WAIT)

    @property
    def any_writes(self) -> bool:
        """Whether a token, as last read, has a right to change something."""
        if self._issuer is not None and self._issuer.may_write:
            return True
        tokens = (*self._own.values(), *self._stored.values())
        return any(not token.ended and token.rights & {"write", "load"} for token in tokens)

    async def find(self, secret: str) -> Token:
        """The token with the secret; raises NotAuthorised, or the error of a database that cannot be read."""
        digest = secret_hash(secret)
        if digest in self._own:
            return self._own[digest]
        if self._issuer is not None and secret.count(".") == 2:
            return await self._issuer.token(secret)
        if time.monotonic() >= self._until:
            await self._refreshed()
        found = self._stored.get(digest)
        if found is None:
            raise NotAuthorised(message("error.wrong_token"), actor="unknown token")
        if found.ended:
            raise NotAuthorised(message("error.ended_token", token=found.name), actor=found.name)
        return found

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
        """End the threads."""
        self._lane.close()
        if self._issuer is not None:
            self._issuer.close()

    async def _refreshed(self) -> None:
        """Wait for the one reading that runs."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.ensure_future(self._lane.run(self.read))
        await asyncio.shield(self._reading)
