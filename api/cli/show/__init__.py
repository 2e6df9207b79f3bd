"""How the answers of the command line look as text: one module per group of commands."""
