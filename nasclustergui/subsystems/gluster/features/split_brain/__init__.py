"""Split-brains: which entries, how their copies differ, which copy wins, and what becomes of the others."""
