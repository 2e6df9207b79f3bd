"""The rooms of ``$validate-code``: versions, membership, the code in its system, its display.

``registry.terminology.validate_code`` is the door; nobody else comes in here.
"""
