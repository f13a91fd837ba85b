"""Nodes that are being drained: nothing new is placed on them. A key without a lease, so that it outlives the node."""
