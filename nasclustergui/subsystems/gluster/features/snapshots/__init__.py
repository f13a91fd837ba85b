"""Snapshots of volumes: what there is, where they are possible, changes, restores and schedules."""
