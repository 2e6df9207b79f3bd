"""The command line: one module per group of commands; ``main`` assembles them, ``show`` formats their results."""
