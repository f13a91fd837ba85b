"""Quotas: how much a directory of a volume may hold, and how much it holds."""
