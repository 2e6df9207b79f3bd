"""The registry's queries, one module each: plain functions from a ``Reader`` to a typed result.

FHIR's operations are in ``registry.terminology``.
"""
