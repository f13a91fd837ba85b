"""Bricks that leave a volume or join it, and which of them must not leave because nobody else has what they hold."""
