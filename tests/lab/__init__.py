"""A real NAS cluster on one Linux machine: GlusterFS, etcd and sshd under systemd, each node a set of namespaces."""
