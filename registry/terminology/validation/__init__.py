"""The rules of ``$validate-code``: versions, membership, the code in its system, its display.

Only ``registry.terminology.validate_code`` imports these modules.
"""
