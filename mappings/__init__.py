"""Maps between versions and systems: relationships, change maps.

Knows nothing of file formats of code systems or of HTTP. ``change_map`` gives the derived changes of two
versions as a map.
"""

from __future__ import annotations

from mappings.changes import change_map

__all__ = ["change_map"]
