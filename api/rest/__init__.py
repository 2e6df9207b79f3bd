"""REST under ``/api``: the queries of the registry over HTTP, with the same results as in Python.

One module for each group of queries; ``problems`` for errors, ``answers`` for what all answers have in common.
"""
