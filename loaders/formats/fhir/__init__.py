"""FHIR terminology resources, R4 to R5: from their JSON to the registry's values.

``codesystem``, ``valueset``, ``conceptmap``: one resource each. Not here: files and packages
(``loaders.formats.fhir.package``), answers to requests (``api.fhir``).
"""
