"""What changed: the live feed, the past of keys, and whole ranges: compared, exported, imported, deleted."""
