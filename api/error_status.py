"""The HTTP status of each error of the project, for REST and FHIR.

========================================  ======
wrong use                                 400
a token is needed                         401
the licence does not allow it             403
a named resource does not exist           404
a source that cannot be loaded            422
a request with too many steps             422
another load runs, no usable database     503
a damaged database                        500
a request not finished in time            503
========================================  ======
"""

from __future__ import annotations

from registry.entities.errors import (
    GyldigError,
    LoadBusy,
    OutOfTime,
    Restricted,
    SourceError,
    StoreDamaged,
    StoreError,
    TooCostly,
    UnknownTarget,
    UsageError,
)

__all__ = ["http_status"]

#: The first class of which an error is an instance decides.
_STATUS: tuple[tuple[type[GyldigError], int], ...] = (
    (UnknownTarget, 404),
    (UsageError, 400),
    (SourceError, 422),
    (TooCostly, 422),
    (OutOfTime, 503),
    (LoadBusy, 503),
    (StoreDamaged, 500),
    (StoreError, 503),
    (Restricted, 403),
)


def http_status(error: Exception) -> int:
    """The status of an error; errors of the API have their own ``status``; any other is 500.

    >>> http_status(UsageError("x")), http_status(ValueError("x"))
    (400, 500)
    """
    own = getattr(error, "status", None)
    if isinstance(own, int):
        return own
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
