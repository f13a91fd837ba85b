"""From worker to manager and back: a node becomes an etcd member, or is none any more."""
