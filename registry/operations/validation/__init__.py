"""The rooms of ``$validate-code``: versions, membership, the code in its system, its display.

``registry.operations.validate_code`` is the door; nobody else comes in here.
"""
