"""The registry's own questions, one module each: plain functions from a ``Reader`` to a typed answer.

Not here: FHIR's operations (``registry.terminology``), storage (``registry.store``).
"""
