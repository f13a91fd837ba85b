"""Healing of one volume: how the backlog goes, what is listed, which daemon works, and why it doesn't get on."""
