"""Bit rot: files whose content changed by itself on a brick, found by the scrubber and healed from good copies."""
