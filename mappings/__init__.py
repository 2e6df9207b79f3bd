"""Maps between versions and systems: relationships, change maps.

``translate`` gives what a code becomes, as FHIR's ``$translate`` does; ``change_map`` gives the derived changes of two
versions as a map. Knows nothing of file formats of code systems or of HTTP.
"""

from __future__ import annotations

from mappings.change_maps import change_map
from mappings.translate import translate

__all__ = ["change_map", "translate"]
