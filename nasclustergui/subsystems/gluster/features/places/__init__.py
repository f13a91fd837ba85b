"""What lies where a brick is to be: leftovers of an old volume, foreign files, a mount point, nothing."""
