"""Options of volumes and of the pool: what there is, what is set, what a change would mean."""
