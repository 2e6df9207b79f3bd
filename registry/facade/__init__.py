"""``Registry``: the interface for Python users, the command line and HTTP.

Methods have the names of the commands and return the types of ``registry.entities.results``. They call
``registry.queries`` and ``registry.writing``, and are grouped by subject, one module each.
"""

from __future__ import annotations

from registry.facade.administration import AdministrationMethods
from registry.facade.catalogue import CatalogueMethods
from registry.facade.codes import CodeMethods
from registry.facade.loading import LoadingMethods

__all__ = ["Registry"]


class Registry(CatalogueMethods, CodeMethods, LoadingMethods, AdministrationMethods):
    """An opened registry. Dates are ``date`` or ISO text; systems are slug, canonical URL or OID.

    Unknown systems, versions and codes give results with a reason; wrong use and bad files raise
    (``registry.entities.errors``).
    """
