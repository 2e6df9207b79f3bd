"""What of a request's headers an answer may depend on, worked out once for each kind of caller.

Requests of one program carry the same headers over and over; the few that differ from request to request
(``_TRANSPORT``) have no part in what is answered. Not here: what the operations make of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import Scope

from registry.store.bounded import Bounded

__all__ = ["ClientProfile", "ClientProfiles"]

_TRANSPORT = frozenset(
    {b"host", b"user-agent", b"connection", b"content-length", b"accept-encoding", b"if-none-match"}
    | {b"x-request-id"}
)
_KEPT = 256  #: kinds of callers


@dataclass(frozen=True, slots=True, eq=False)
class ClientProfile:
    """``headers``: all but those of transport, names in lower case.

    ``plain``: wants JSON and refers to nothing that it sent earlier. ``context``: what an answer depends on.
    """

    trusted: bool
    headers: dict[str, str]
    plain: bool
    context: tuple[str, str]


class ClientProfiles:
    """ClientProfiles by the headers they send and the address they come from."""

    def __init__(self, trusts: Callable[[Scope], bool]) -> None:
        self._trusts = trusts
        self._kept: Bounded[tuple[object, ...], ClientProfile] = Bounded(_KEPT)

    def of(self, scope: Scope) -> ClientProfile:
        """Who asks."""
        client = scope.get("client")
        telling = [pair for pair in scope["headers"] if pair[0] not in _TRANSPORT]
        key = (client[0] if client else None, *map(tuple, telling))
        return self._kept.get(key, lambda: self._made(scope, telling))

    def _made(self, scope: Scope, telling: list[tuple[bytes, bytes]]) -> ClientProfile:
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in telling}
        plain = "xml" not in headers.get("accept", "") and "x-cache-id" not in headers
        context = headers.get("accept-language", ""), headers.get("x-too-costly-threshold", "")
        return ClientProfile(self._trusts(scope), headers, plain, context)
