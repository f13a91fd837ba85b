"""A machine looked at closely: tabs of the node's detail, what follows from them, and the watch over all machines."""
