"""A node leaves: drained, so that nothing new comes to it, and removed, so that nothing depends on it any more."""
