"""The operation lock: one administrator changes the cluster at a time."""
