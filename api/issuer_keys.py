"""The public keys of an OpenID Connect issuer, fetched in a thread and cached.

=========================================  ==========================================================================
situation                                  what happens
=========================================  ==========================================================================
no keys yet                                fetched; all requests wait for one fetch; 503 if it fails
keys older than an hour                    fetched again; if that fails the old ones are used for a day at most
a token names a key that is not known      fetched again, once a minute at most, so that tokens cannot cause requests
the last fetch failed                      not tried again for ten seconds
=========================================  ==========================================================================

A fetch follows no redirects, and is bounded in time and size. Only keys of public-key algorithms are used.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from api.workers import Lane
from registry.entities.errors import GyldigError
from registry.entities.messages import message

__all__ = ["IssuerKeys", "IssuerUnreachable", "is_safe"]

_FRESH, _STALE = 3600.0, 86400.0  #: seconds for which keys are used, and used if they cannot be fetched again
_UNKNOWN_KEY, _FAILED = (
    60.0,
    10.0,
)  #: least seconds between two fetches for an unknown key, and after a failure
_TIMEOUT = 5.0  #: most seconds of a fetch
_LARGEST = 256_000  #: most bytes of an answer
_TYPES: dict[str, type[RSAKey] | type[ECKey] | type[OKPKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}


class IssuerUnreachable(GyldigError):
    """The keys of the issuer cannot be fetched, so no token can be checked."""

    status = 503


def is_safe(url: str) -> bool:
    """Whether keys may be fetched from a URL: https, or http on this machine."""
    parts = urlsplit(url)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and local))


class IssuerKeys:
    """The keys of one issuer. ``jwks``: the URL of the keys; empty = the one that the issuer's configuration names."""

    def __init__(self, issuer: str, jwks: str = "") -> None:
        self._issuer, self._jwks = issuer, jwks
        self._keys: KeySet | None = None
        self._read = self._tried = float("-inf")  #: when keys were fetched, and when it was tried last
        self._fetching: asyncio.Task[None] | None = None
        self._lane = Lane("oidc", longest_wait=_TIMEOUT)

    async def with_key(self, kid: str | None) -> KeySet:
        """The keys, with the one named if the issuer has it; raises IssuerUnreachable if there are none."""
        if self._age() > _FRESH:
            await self._fetched(pause=_FAILED)
        elif kid is not None and not self._knows(kid):
            await self._fetched(pause=_UNKNOWN_KEY)
        if self._keys is None or self._age() > _STALE:
            raise IssuerUnreachable(message("error.no_issuer_keys", issuer=self._issuer))
        return self._keys

    def close(self) -> None:
        """End the thread."""
        self._lane.close()

    def _age(self) -> float:
        return time.monotonic() - self._read

    def _knows(self, kid: str) -> bool:
        return self._keys is not None and any(key.kid == kid for key in self._keys)

    async def _fetched(self, *, pause: float) -> None:
        """Wait for the one fetch that runs, or begin one unless the last one was less than ``pause`` seconds ago."""
        if self._fetching is None or self._fetching.done():
            if time.monotonic() - self._tried < pause:
                return
            self._tried = time.monotonic()
            self._fetching = asyncio.ensure_future(self._lane.run(self._fetch))
        await asyncio.shield(self._fetching)

    def _fetch(self) -> None:
        """Fetch the keys; those held remain if that fails."""
        try:
            keys = _public_keys(_json(self._jwks or _jwks_of(self._issuer)))
        except (httpx.HTTPError, JoseError, ValueError, TypeError, OSError):
            return
        self._keys, self._read = keys, time.monotonic()


def _jwks_of(issuer: str) -> str:
    """The URL of the keys in the configuration of an issuer; raises ValueError if it is another issuer's."""
    found = _json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != issuer:
        raise ValueError(found.get("issuer"))
    return str(found.get("jwks_uri", ""))


def _json(url: str) -> dict[str, Any]:
    """The JSON object at a URL; raises ValueError for anything else, or an answer that is too large or too slow."""
    if not is_safe(url):
        raise ValueError(url)
    end, body = time.monotonic() + _TIMEOUT, b""
    with httpx.stream("GET", url, timeout=_TIMEOUT, follow_redirects=False) as answer:
        if answer.status_code != 200:
            raise ValueError(answer.status_code)
        for piece in answer.iter_bytes():
            body += piece
            if len(body) > _LARGEST or time.monotonic() > end:
                raise ValueError(url)
    found = orjson.loads(body)
    if not isinstance(found, dict):
        raise ValueError(url)
    return found


def _public_keys(found: dict[str, Any]) -> KeySet:
    """The keys for signatures; others, and those that cannot be read, are left out."""
    keys = []
    for entry in found["keys"] if isinstance(found.get("keys"), list) else []:
        kind = _TYPES.get(entry.get("kty", "")) if isinstance(entry, dict) else None
        if kind is None or entry.get("use", "sig") != "sig":
            continue
        try:
            keys.append(kind.import_key({k: v for k, v in entry.items() if k not in _PRIVATE}))
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    if not keys:
        raise ValueError("no keys")
    return KeySet(list(keys))


_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
