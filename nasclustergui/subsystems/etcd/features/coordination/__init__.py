"""Leases, locks, elections, services and heartbeats: how programs on several machines agree."""
