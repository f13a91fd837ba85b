"""SSH terminals: what programs on a node draw, kept and shown as a terminal does."""
