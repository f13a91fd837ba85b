"""The section about split-brains: entries, their copies side by side, and which copy wins."""
