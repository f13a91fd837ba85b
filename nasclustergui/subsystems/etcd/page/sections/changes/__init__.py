"""The section of changes: the live feed, the past of a key, two revisions compared, whole ranges in and out."""
