"""Permissions: who may read restricted content, download whole lists, and write (DOMAIN 14); for REST, FHIR and pages.

Restricted content is served on loopback or with the token of the settings; a forwarded request never counts as
loopback. Writing always needs the token. The command line has no restrictions.
"""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from registry.entities.authorship import set_author
from registry.entities.errors import Restricted
from registry.entities.messages import message

if TYPE_CHECKING:
    from registry.entities.results import SystemAnswer

__all__ = ["NotAuthorised", "may_read_restricted", "require_read", "require_take", "require_write"]

_PASSED_ON = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


class NotAuthorised(Restricted):
    """A required token is missing or wrong."""

    status = 401


def _loopback(connection: HTTPConnection) -> bool:
    if connection.client is None or any(h in connection.headers for h in _PASSED_ON):
        return False
    try:
        return ip_address(connection.client.host).is_loopback
    except ValueError:
        return False


def _has_token(connection: HTTPConnection, token: str) -> bool:
    scheme, _, given = connection.headers.get("authorization", "").partition(" ")
    if not token or scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(given.strip().encode(), token.encode())


def may_read_restricted(connection: HTTPConnection, token: str) -> bool:
    """Whether this caller may read restricted content."""
    return _loopback(connection) or _has_token(connection, token)


def require_read(connection: HTTPConnection, token: str, system: SystemAnswer) -> None:
    """Raise ``Restricted`` if this caller may not read the system's content."""
    if system.access == "restricted" and not may_read_restricted(connection, token):
        raise Restricted(
            message(
                "error.restricted",
                system=system.slug,
                licence=system.licence or message("error.licence_not_stated"),
            )
        )


def require_take(connection: HTTPConnection, token: str, system: SystemAnswer) -> None:
    """Raise ``Restricted`` if this caller may not download the whole list, which is redistribution."""
    require_read(connection, token, system)
    if system.redistribution == "no" and not may_read_restricted(connection, token):
        raise Restricted(
            message(
                "error.no_passing_on",
                system=system.slug,
                licence=system.licence or message("error.licence_not_stated"),
            )
        )


def require_write(connection: HTTPConnection, token: str) -> None:
    """Raise if the caller may not write; without a token in the settings no caller may."""
    if not token:
        raise Restricted(message("error.writing_off"))
    if not _has_token(connection, token):
        raise NotAuthorised(message("error.writing_token"))
    set_author("token")
