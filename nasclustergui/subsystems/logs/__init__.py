"""Logs of the nodes: journal, syslog files and GlusterFS's own, of one or several nodes merged by time."""
