"""Who sends a request and what the caller may do (DOMAIN 14): for REST, FHIR and pages.

=================  ===================================================================================================
caller             rights
=================  ===================================================================================================
with the token     all: ``read`` (restricted content, whole lists), ``write`` (metadata: scopes), ``load`` (content)
local              ``read``
anyone else        none: open content only
=================  ===================================================================================================

A caller is local if all of these hold: the server listens on loopback only (``GYLDIG_HOST``, which ``gyldig serve`` sets),
``GYLDIG_LOCAL`` is not off, the connection comes from loopback, the Host is ``localhost``, ``127.0.0.1`` or ``[::1]`` (with another Host,
a foreign page whose name resolves to this machine could send it), the request is HTTP/1.1 or later (proxies
use 1.0 by default), and it has no header that a proxy adds. A token that is wrong is an error (401)
also where none is needed. What licences allow is decided by ``registry.terminology.licences``. The command line has no
restrictions.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from starlette.requests import HTTPConnection
from starlette.types import Scope

from api.auth import NotAuthorised
from registry.entities.messages import message

if TYPE_CHECKING:
    from api.settings import Settings
    from registry.terminology.licences import Licences

__all__ = ["Caller", "Callers", "caller_of", "require_list", "require_read"]

_ALL = frozenset({"read", "write", "load"})
_PROXY = ("forwarded", "via", "x-forwarded", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "x-original", "x-envoy",
          "x-proxy", "x-scheme", "x-host", "x-amzn", "x-azure", "x-appengine", "x-google", "cf-", "cdn-", "true-client-ip",
          "fastly-", "akamai-", "proxy-")  # fmt: skip
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
_READ, _NOTHING = frozenset({"read"}), frozenset[str]()
_SEEN = 512  #: most sets of headers whose verdict is kept
_KEY = "gyldig.caller"  #: where a scope has its caller


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request: the name of the token, ``local`` or ``anonymous``; the address of the connection."""

    name: str
    rights: frozenset[str]
    address: str = ""

    def may(self, right: str) -> bool:
        """Whether the caller has the right."""
        return right in self.rights


@dataclass(frozen=True, slots=True)
class Token:
    """A valid token: its name, its rights and the SHA-256 of its secret."""

    name: str
    rights: frozenset[str]
    sha256: str


class Callers:
    """Finds the caller of each request by the settings."""

    def __init__(self, settings: Settings) -> None:
        self._local = settings.local and _is_loopback(settings.host)
        self._seen: dict[
            tuple[object, ...], Caller
        ] = {}  #: who sends requests with such headers, without a token
        own = settings.token
        self._own = (Token("GYLDIG_TOKEN", _ALL, secret_hash(own)),) if own else ()

    @property
    def local_allowed(self) -> bool:
        """Whether local callers may read restricted content without a token."""
        return self._local

    def identify(self, scope: Scope) -> Caller:
        """The caller, also noted in the scope; raises NotAuthorised for a token that is not valid."""
        client = scope.get("client")
        key = (client[0] if client else "", scope.get("http_version"), *scope["headers"])
        try:
            found = self._seen.get(key)
        except TypeError:  # some servers give lists, which are no keys
            key = (*key[:2], *map(tuple, scope["headers"]))
            found = self._seen.get(key)
        if found is None:
            found = self._by_token(scope) or self._without_token(scope, key)
        scope[_KEY] = found
        return found

    def _by_token(self, scope: Scope) -> Caller | None:
        given = next((value for name, value in scope["headers"] if name == b"authorization"), None)
        if given is None:
            return None
        scheme, _, secret = given.decode("latin-1").partition(" ")
        digest = secret_hash(secret.strip())
        valid = self._own if scheme.lower() == "bearer" else ()
        for token in valid:
            if hmac.compare_digest(token.sha256, digest):
                return Caller(token.name, token.rights, _address(scope))
        raise NotAuthorised(message("error.wrong_token"))

    def _without_token(self, scope: Scope, key: tuple[object, ...]) -> Caller:
        address = _address(scope)
        local = self._local and _is_local(address, scope)
        found = Caller("local", _READ, address) if local else Caller("anonymous", _NOTHING, address)
        if len(self._seen) >= _SEEN:
            self._seen.clear()
        return self._seen.setdefault(key, found)


def secret_hash(secret: str) -> str:
    """The SHA-256 of a token's secret, which is random and long, so that no slow hash is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _is_local(address: str, scope: Scope) -> bool:
    """Whether a request comes from this machine and passed no proxy."""
    names = [name.decode("latin-1").lower() for name, _ in scope["headers"]]
    hosts = [value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"host"]
    return (
        _is_loopback(address)
        and scope.get("http_version", "1.1") != "1.0"
        and len(hosts) == 1
        and _without_port(hosts[0]) in _LOCAL_HOSTS
        and not any(name.startswith(_PROXY) for name in names)
    )


def _without_port(host: str) -> str:
    """
    >>> _without_port("localhost:8000"), _without_port("[::1]:80"), _without_port("[::1]")
    ('localhost', '[::1]', '[::1]')
    """
    name, colon, port = host.rpartition(":")
    return (
        name if colon and port.isdigit() and not (host.startswith("[") and not name.endswith("]")) else host
    )


def caller_of(scope: Scope | Any) -> Caller:
    """The caller that ``Callers.identify`` found for the request."""
    caller: Caller = scope[_KEY]
    return caller


def require_read(connection: HTTPConnection, licences: Licences, names: Iterable[str]) -> None:
    """Raise Restricted if this caller may not read the content of one of the systems named."""
    if not caller_of(connection.scope).may("read"):
        licences.require_read(names)


def require_list(connection: HTTPConnection, licences: Licences, names: Iterable[str]) -> None:
    """Raise Restricted if this caller may not download whole lists of one of the systems named."""
    if not caller_of(connection.scope).may("read"):
        licences.require_list(names)
