"""The terminal itself: bytes in, lines and styles out. Knows neither Qt nor the network."""
