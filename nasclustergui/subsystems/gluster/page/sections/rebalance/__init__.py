"""The section about rebalancing: how far each node is, how long it still takes, what the last one left behind."""
