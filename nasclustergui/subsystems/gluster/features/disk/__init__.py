"""A disk that failed: what its node says about it, a new disk at the same path or elsewhere, the heal, the proof."""
