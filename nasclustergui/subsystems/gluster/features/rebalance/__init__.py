"""Rebalance: what every node does and did last, what was left behind when a node died, why files were not moved."""
