"""Everything that talks to the network or the disk. No Qt."""
