"""The registry: code systems in time. ``Registry.open(url)`` opens one.

Public names are in ``__all__`` of each module. The package is independent of file formats, HTTP and the JSON of FHIR.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry.facade import Registry

__all__ = ["Registry"]


def __getattr__(name: str) -> Any:
    """Import the façade on first use, so that ``--help`` on the command line does not import the database."""
    if name == "Registry":
        from registry.facade import Registry

        return Registry
    raise AttributeError(name)
