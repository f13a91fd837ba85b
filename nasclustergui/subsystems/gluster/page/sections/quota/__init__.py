"""The quotas of a volume."""
