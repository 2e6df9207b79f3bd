"""The fast path: the request builder of an operation, memoised by what requests share.

What requests share is the operation and its path (release, ``as-of`` date, instance), the caller's context (whether
restricted content may be read, languages, limit), and every parameter that the operation does not list as varying.
The builder is the operation's ``prepare``; GET and POST use the same one. Prepared requests are dropped as soon as
the catalog or the day changes. With ``kept=0`` nothing is memoised: the slow twin that tests compare with.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from urllib.parse import unquote_plus

from api.fhir.operations.operation import Operation, PreparedRequest, Varying
from api.fhir.operations.request_context import RequestContext
from api.fhir.operations.split_parameters import SplitParameters
from registry.store.bounded import Bounded

__all__ = ["FastPath", "split_query"]

_KEPT = 1024  #: prepared requests, each about 2 KB
_LONGEST = 2000  #: bytes of a query that is split without parsing it


class FastPath:
    """Prepared requests of one state of the catalog (``stamp``)."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._limit = kept
        self._stamp: object = None
        self._prepared: Bounded[Hashable, PreparedRequest] = Bounded(kept)

    @property
    def keeps(self) -> bool:
        """Whether anything is memoised."""
        return self._limit > 0

    def find(self, stamp: object, key: Hashable) -> PreparedRequest | None:
        """What was prepared under the key in the same state of the catalog; a None stamp finds nothing."""
        if stamp != self._stamp:
            self._stamp, self._prepared = stamp, Bounded(self._limit)
        return self._prepared.peek(key) if stamp is not None else None

    def answer(self, operation: Operation, call: RequestContext, stamp: object, place: Hashable) -> bytes:
        """Answer a request whose parameters (``call.given``) are checked; ``place``: path and caller's context."""
        parts = SplitParameters.of(operation, call.given)
        call.given = parts.shared
        if parts.key is None or not operation.repeatable or not self._limit:
            return operation.prepared(call)(parts.varying)
        key = (place, parts.key)
        prepared = self.find(stamp, key) or self.keep(stamp, key, lambda: operation.prepared(call))
        return prepared(parts.varying)

    def keep(self, stamp: object, key: Hashable, make: Callable[[], PreparedRequest]) -> PreparedRequest:
        """The prepared request, kept if the catalog is still in the same state."""
        made = make()
        if stamp is not None and stamp == self._stamp and self._limit:
            return self._prepared.get(key, lambda: made)
        return made


def split_query(operation: Operation, query: bytes) -> tuple[Varying, tuple[str, ...]] | None:
    """The varying parameters of a URL, decoded, and the others as written; None for unusual queries.

    The others, with the names of the varying ones, are a key: they decide whether the request is refused. Unusual are
    repeated or empty parameters and other characters than ASCII.
    """
    if len(query) > _LONGEST or not query.isascii():
        return None
    varying: Varying = {}
    shared = []
    names = operation.varying
    for part in query.decode("ascii").split("&"):
        name, _, value = part.partition("=")
        if name not in names:
            shared.append(part)
        elif name in varying or not value:
            return None
        elif "%" in value or "+" in value:
            varying[name] = unquote_plus(value, errors="replace")
        else:
            varying[name] = value
    return varying, tuple(shared)
