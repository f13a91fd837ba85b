"""What concerns the cluster as a whole: merges what the subsystems say."""
