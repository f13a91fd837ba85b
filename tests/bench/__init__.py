"""Benchmarks: each figure is measured beside its peer in the same run, and never fails anything."""
