"""Keys and values: reading, saving, deleting."""
