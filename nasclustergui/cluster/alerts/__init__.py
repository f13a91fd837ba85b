"""Alerts and timeline: everything that is wrong, everything that happened."""
