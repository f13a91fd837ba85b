"""Clients: who is connected to a volume's bricks, which of them are real users and which the pool's own daemons."""
