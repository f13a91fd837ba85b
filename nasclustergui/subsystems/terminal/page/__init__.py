"""The terminals' own window and what is in it."""
