"""Recorded outputs of the services, and the means to read, check and renew them."""
