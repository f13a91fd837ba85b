"""Quorum: which rule each set follows, what one more loss would do, and plans that change the rules."""
