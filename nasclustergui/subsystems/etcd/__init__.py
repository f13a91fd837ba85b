"""etcd: members, leader, registered nodes."""
