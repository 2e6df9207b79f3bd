"""The permission to write, which always needs the token; what callers may read is decided in ``api.callers``."""

from __future__ import annotations

import hmac

from starlette.requests import HTTPConnection

from registry.entities.authorship import set_author
from registry.entities.errors import Restricted
from registry.entities.messages import message

__all__ = ["NotAuthorised", "require_write"]


class NotAuthorised(Restricted):
    """A required token is missing or wrong."""

    status = 401


def _has_token(connection: HTTPConnection, token: str) -> bool:
    scheme, _, given = connection.headers.get("authorization", "").partition(" ")
    if not token or scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(given.strip().encode(), token.encode())


def require_write(connection: HTTPConnection, token: str) -> None:
    """Raise if the caller may not write; without a token in the settings no caller may."""
    if not token:
        raise Restricted(message("error.writing_off"))
    if not _has_token(connection, token):
        raise NotAuthorised(message("error.writing_token"))
    set_author("token")
