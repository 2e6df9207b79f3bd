"""The demonstration: synthetic sample data, and a few questions answered with it."""
