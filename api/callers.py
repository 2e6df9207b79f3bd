"""Who sends a request and what the caller may do (DOMAIN 14): for REST, FHIR and pages.

=================  ===================================================================================================
caller             rights
=================  ===================================================================================================
with a token       those of the token: ``read`` (restricted content, whole lists), ``write`` (metadata: scopes, titles,
                   dates), ``load`` (content), ``administer`` (who may read what, and the others); ``GYLDIG_TOKEN``: all
local              ``read``
anyone else        none: open content only
=================  ===================================================================================================

A caller is local if all of these hold: the server listens on loopback only (``GYLDIG_HOST``, which ``gyldig serve`` sets),
``GYLDIG_LOCAL`` is not off, the connection comes from loopback, the Host is ``localhost``, ``127.0.0.1`` or ``[::1]`` (with another Host,
a foreign page whose name resolves to this machine could send it), the request is HTTP/1.1 or later (proxies
use 1.0 by default), it has no header that a proxy adds, with hyphens or underscores in its name, and no browser sends it
for a page of another site (``Origin``, ``Sec-Fetch-Site``). A URL in the request line is one more Host
(``api.connections``), and with two that differ nobody is local. A token that is wrong, ended or revoked is an error (401)
also where none is needed, and so are two Authorization headers. What licences allow is decided by ``registry.terminology.licences``. The command line has no
restrictions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from starlette.requests import HTTPConnection
from starlette.types import Scope

from api.bearer_tokens import BearerTokens, NotAuthorised
from registry.entities.authorship import set_author
from registry.entities.errors import Restricted
from registry.entities.messages import message

if TYPE_CHECKING:
    from api.settings import Settings
    from registry.terminology.licences import Licences

__all__ = [
    "Caller",
    "Callers",
    "NotAuthorised",
    "caller_of",
    "local_allowed",
    "origin_of",
    "require_list",
    "require_part",
    "require_read",
    "require_right",
]

_PROXY = ("forwarded", "via", "x-forward", "x-real-ip", "x-original", "x-envoy", "x-proxy", "x-scheme", "x-host", "x-amzn",
          "x-arr-", "x-azure", "x-appengine", "x-google", "cf-", "cdn-", "fastly-", "akamai-", "proxy-", "wl-proxy-",
          "remote-addr", "x-remote-", "x-cluster-")  # fmt: skip
_PROXY_PART = "client-ip"  #: in names that many proxies use, with various prefixes
_LAST_PORT = 65_535
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
    token: bool = False

    def may(self, right: str) -> bool:
        """Whether the caller has the right."""
        return right in self.rights


class Callers:
    """Finds the caller of each request by the settings and the tokens."""

    def __init__(self, settings: Settings, tokens: BearerTokens) -> None:
        self._tokens = tokens
        self._local = local_allowed(settings)
        self._seen: dict[tuple[object, ...], Caller] = {}  #: who sends such headers, without a token

    @property
    def can_write(self) -> bool:
        """Whether any caller may change something."""
        return self._tokens.any_writes

    def identify(self, scope: Scope) -> bytes | None:
        """Note the caller in the scope; the Authorization header if there is one, which ``check`` reads."""
        client = scope.get("client")
        key = (client[0] if client else "", scope.get("http_version"), *scope["headers"])
        try:
            found = self._seen.get(key)
        except TypeError:  # some servers give lists, which are no keys
            key = (*key[:2], *map(tuple, scope["headers"]))
            found = self._seen.get(key)
        if found is not None:
            scope[_KEY] = found
            return None
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        if not given:
            scope[_KEY] = self._without_token(scope, key)
            return None
        return b", ".join(given)  # two are no valid token (RFC 9110, 5.3)

    async def check(self, authorization: bytes, scope: Scope) -> None:
        """Note the caller with the token in the scope; raises NotAuthorised for a token that is not valid."""
        scheme, _, secret = authorization.decode("latin-1").partition(" ")
        scope[_KEY] = Caller("unknown token", _NOTHING, _address(scope))
        if scheme.lower() != "bearer":
            raise NotAuthorised(message("error.wrong_token"), actor="unknown token")
        token = await self._tokens.find(secret.strip())
        scope[_KEY] = Caller(token.name, token.rights, _address(scope), token=True)

    def _without_token(self, scope: Scope, key: tuple[object, ...]) -> Caller:
        address = _address(scope)
        local = self._local and _is_local(address, scope)
        found = Caller("local", _READ, address) if local else Caller("anonymous", _NOTHING, address)
        if len(self._seen) >= _SEEN:
            self._seen.clear()
        return self._seen.setdefault(key, found)


def local_allowed(settings: Settings) -> bool:
    """Whether local callers may read restricted content without a token."""
    return settings.local and _is_loopback(settings.host)


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
    """Whether a request comes from this machine, passed no proxy, and is of no page of another site."""
    headers = [(n.decode("latin-1").lower(), v.decode("latin-1").lower()) for n, v in scope["headers"]]
    hosts = [value for name, value in headers if name == "host"]
    return (
        _is_loopback(address)
        and scope.get("http_version", "1.1") != "1.0"
        and len(hosts) == 1
        and _without_port(hosts[0]) in _LOCAL_HOSTS
        and not any(_is_of_proxy(name.replace("_", "-")) for name, _ in headers)
        and not any(_is_foreign(name, value.strip()) for name, value in headers)
    )


def _is_of_proxy(name: str) -> bool:
    return name.startswith(_PROXY) or _PROXY_PART in name


def _is_foreign(name: str, value: str) -> bool:
    """Whether a header says that a page of another site sends the request.

    >>> _is_foreign("origin", "null"), _is_foreign("origin", "http://localhost:3000"), _is_foreign("accept", "null")
    (True, False, False)
    """
    if name == "sec-fetch-site":
        return value == "cross-site"
    scheme, _, host = value.partition("://")
    return name == "origin" and (scheme not in ("http", "https") or _without_port(host) not in _LOCAL_HOSTS)


def _without_port(host: str) -> str:
    """The host of a Host header; unchanged if what follows the colon is no port.

    >>> _without_port("localhost:8000"), _without_port("[::1]:80"), _without_port("[::1]"), _without_port("localhost:99999")
    ('localhost', '[::1]', '[::1]', 'localhost:99999')
    """
    name, colon, port = host.rpartition(":")
    within = port.isascii() and port.isdecimal() and len(port) <= len(str(_LAST_PORT))
    if not colon or not within or not 0 < int(port) <= _LAST_PORT:
        return host
    return host if host.startswith("[") and not name.endswith("]") else name


def caller_of(scope: Scope | Any) -> Caller:
    """The caller that ``Callers.identify`` found for the request."""
    caller: Caller = scope[_KEY]
    return caller


def require_read(connection: HTTPConnection, licences: Licences, names: Iterable[str]) -> None:
    """Raise Restricted if this caller may not read the content of one of the systems named."""
    if not caller_of(connection.scope).may("read"):
        licences.require_read(names)


def require_part(connection: HTTPConnection, licences: Licences, names: Iterable[str], end: int) -> None:
    """Raise Restricted if this caller may not get a list of one of the systems named up to its ``end``-th code."""
    if not caller_of(connection.scope).may("read"):
        licences.require_part(names, end)


def require_list(connection: HTTPConnection, licences: Licences, names: Iterable[str]) -> None:
    """Raise Restricted if this caller may not download whole lists of one of the systems named."""
    if not caller_of(connection.scope).may("read"):
        licences.require_list(names)


def require_right(connection: HTTPConnection, right: str) -> None:
    """Make the caller the author of what follows; raises Restricted if it does not have the right."""
    caller = caller_of(connection.scope)
    if caller.may(right):
        set_author(caller.name, origin=origin_of(connection.scope))
        return
    if caller.token:
        raise Restricted(message("error.token_right", token=caller.name, right=right))
    if not connection.app.state.callers.can_write:
        raise Restricted(message("error.writing_off"))
    raise NotAuthorised(message("error.writing_token", right=right), actor=caller.name)


def origin_of(scope: Scope) -> str:
    """Where a request comes from, for the records: the address of the connection and, behind a proxy, of its client.

    The client's is the last one of ``X-Forwarded-For``, which the proxy itself added.
    """
    address = _address(scope)
    sent = next((v.decode("latin-1") for n, v in scope["headers"] if n == b"x-forwarded-for"), "")
    try:
        return f"{address} for {ip_address(sent.rpartition(',')[2].strip())}"
    except ValueError:
        return address
