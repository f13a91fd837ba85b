"""The Qt toolkit: it knows no subsystem and no network."""
