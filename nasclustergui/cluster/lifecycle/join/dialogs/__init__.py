"""Adding a machine, joining it, its heartbeat: what a person sees and answers before there is a plan (Qt)."""
