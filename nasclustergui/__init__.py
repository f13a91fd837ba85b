"""Runs a cluster of NAS machines from one screen."""

__version__ = "0.1.0"
