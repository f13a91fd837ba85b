"""Reading logs: parsers, pages of older entries, entries of several nodes in one order, filters."""
