"""Terminals of the cluster's nodes: who may open them, and where in them nobody should work."""
