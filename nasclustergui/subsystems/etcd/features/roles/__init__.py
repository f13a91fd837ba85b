"""What must hold while a node becomes a member of etcd or ceases to be one, and waiting until it is one."""
