"""FHIR terminology resources, R4 to R5: from JSON or XML to the values of the registry.

``codesystem``, ``valueset`` and ``conceptmap`` read one kind of resource each, ``package`` is the loader. Answers to
requests are written in ``api.fhir``.
"""
