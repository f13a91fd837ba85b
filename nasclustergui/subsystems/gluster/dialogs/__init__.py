"""Qt dialogs of distributed storage: create a volume, add bricks."""
