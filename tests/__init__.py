"""Tests, the lab that they run against, recorded outputs and benchmarks."""
