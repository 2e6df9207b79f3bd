"""The registry: code systems in time. ``Registry.open(url)`` is the way in.

Everything else that is public is named in ``__all__`` of its module. Nothing here knows file formats,
HTTP or the JSON shapes of FHIR.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry.facade import Registry

__all__ = ["Registry"]


def __getattr__(name: str) -> Any:
    """Import the façade on first use: the command line's ``--help`` must not pay for the database."""
    if name == "Registry":
        from registry.facade import Registry

        return Registry
    raise AttributeError(name)
