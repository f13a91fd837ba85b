"""Command lines that list, read and follow logs of a node, and what their answers mean."""
