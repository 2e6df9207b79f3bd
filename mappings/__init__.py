"""Maps between versions and between systems.

``translate`` returns what a code becomes, as FHIR's ``$translate`` does; ``change_map`` the derived changes between two
versions as a map. Independent of file formats and of HTTP.
"""

from __future__ import annotations

from mappings.change_maps import change_map
from mappings.translate import translate

__all__ = ["change_map", "translate"]
