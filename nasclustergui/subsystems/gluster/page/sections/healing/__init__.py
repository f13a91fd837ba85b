"""The section about healing: what waits and why, how the backlog goes, brick by brick and file by file."""
