"""One folder for each kind of service that a cluster runs."""
