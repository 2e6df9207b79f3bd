"""REST under ``/api``: the registry's questions over HTTP, with the same results as in Python.

One module per group of questions; ``problems`` for errors, ``answers`` for what every answer has in common.
"""
