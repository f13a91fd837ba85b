"""Geo-replication: a volume copied continuously to a volume of another pool."""
