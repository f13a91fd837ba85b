"""Peers: who is in the pool and how each sees the others, adding, removing, and mending one that was rejected."""
