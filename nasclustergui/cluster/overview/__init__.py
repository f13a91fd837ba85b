"""The Overview page: verdict, tiles, topology, events."""
