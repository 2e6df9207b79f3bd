"""Measurements of the registry at real sizes: ``python -m benchmarks [--only NAME] [--quick]``.

Figures are reported together with a yardstick of the same run, because machines differ. No test asserts a time.
"""
