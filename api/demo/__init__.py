"""The demonstration: sample data that is made up here, and a few questions answered with it."""
