"""Performance: what the bricks do and how long it takes (profile), and which files are used most (top)."""
