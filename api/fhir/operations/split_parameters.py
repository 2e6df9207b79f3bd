"""The parameters of a request, split into what varies from request to request and what requests share.

The key of the shared part identifies the prepared request. Parameters are parsed by ``format.parameters`` and checked by
``parameter_check``.
"""

from __future__ import annotations

from collections.abc import Hashable

import msgspec

from api.fhir.format.parameters import Given
from api.fhir.operations.operation import Operation, Varying

__all__ = ["SplitParameters"]

_SIMPLE = (str, int, float, bool)
#: parameters that refer to resources sent by the client, which are not part of the key
_UNKEYED = ("cache-id",)


class SplitParameters(msgspec.Struct, frozen=True):
    """``key``: equal for requests with the same prepared request; None = only this request."""

    varying: Varying
    shared: Given
    key: Hashable | None

    @staticmethod
    def of(operation: Operation, given: Given) -> SplitParameters:
        """Split checked parameters: those that vary occur at most once."""
        names = operation.varying
        varying = {name: given.all(name)[0] for name in given.names() if name in names and given.has(name)}
        shared = given.without(*varying)
        return SplitParameters(varying, shared, _key(shared))


def _key(shared: Given) -> Hashable | None:
    found = []
    for name in shared.names():
        values = shared.all(name)
        if name in _UNKEYED or not all(isinstance(value, _SIMPLE) for value in values):
            return None
        found.append((name, *((type(value), value) for value in values)))
    return tuple(found)
