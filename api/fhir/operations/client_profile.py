"""What of a request's headers an answer may depend on, worked out once for each kind of caller.

Requests of one program carry the same headers over and over; the few that differ from request to request
(``_TRANSPORT``) have no part in the content of an answer. Not here: what the operations make of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import Scope

from registry.store.bounded import Bounded

__all__ = ["ClientProfile", "ClientProfiles", "Client"]

_TRANSPORT = frozenset(
    {b"host", b"user-agent", b"connection", b"content-length", b"accept-encoding", b"if-none-match"}
    | {b"x-request-id"}
)
_KEPT = 256  #: kinds of callers
_HEADERS = 512  #: exact sets of headers


@dataclass(frozen=True, slots=True, eq=False)
class ClientProfile:
    """``headers``: all but those of transport, names in lower case.

    ``plain``: wants JSON and refers to nothing that it sent earlier; ``sends_json``: likewise, and bodies are JSON.
    ``context``: what an answer depends on.
    """

    trusted: bool
    headers: dict[str, str]
    plain: bool
    sends_json: bool
    context: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Client:
    """One exact set of headers: who sends it, and how the answer travels."""

    profile: ClientProfile
    gzip: bool
    request_id: bytes
    if_none_match: bytes


class ClientProfiles:
    """Clients by the headers they send and whether they are trusted, which is asked anew for every request."""

    def __init__(self, trusts: Callable[[Scope], bool]) -> None:
        self._trusts = trusts
        self._kept: Bounded[tuple[object, ...], ClientProfile] = Bounded(_KEPT)
        self._clients: dict[tuple[object, ...], Client] = {}

    def client(self, scope: Scope) -> Client:
        """Who asks, and how the answer travels."""
        trusted = self._trusts(scope)
        key = (trusted, *scope["headers"])
        try:
            return self._clients[key]
        except (KeyError, TypeError):  # some servers give lists of headers, which are no keys
            return self._keep((trusted, *map(tuple, scope["headers"])), scope)

    def of(self, scope: Scope) -> ClientProfile:
        """Who asks."""
        return self.client(scope).profile

    def _keep(self, key: tuple[object, ...], scope: Scope) -> Client:
        if len(self._clients) >= _HEADERS:
            self._clients.clear()
        sent: dict[bytes, bytes] = dict(scope["headers"])
        made = Client(
            profile=self._profile(scope),
            gzip=b"gzip" in sent.get(b"accept-encoding", b""),
            request_id=sent.get(b"x-request-id", b""),
            if_none_match=sent.get(b"if-none-match", b""),
        )
        return self._clients.setdefault(key, made)

    def _profile(self, scope: Scope) -> ClientProfile:
        telling = [pair for pair in scope["headers"] if pair[0] not in _TRANSPORT]
        trusted = self._trusts(scope)
        key = (trusted, *map(tuple, telling))
        return self._kept.get(key, lambda: self._made(trusted, telling))

    def _made(self, trusted: bool, telling: list[tuple[bytes, bytes]]) -> ClientProfile:
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in telling}
        plain = "xml" not in headers.get("accept", "") and "x-cache-id" not in headers
        context = headers.get("accept-language", ""), headers.get("x-too-costly-threshold", "")
        sent = headers.get("content-type", "json").partition(";")[0].strip().lower()
        return ClientProfile(trusted, headers, plain, plain and sent.endswith("json"), context)
