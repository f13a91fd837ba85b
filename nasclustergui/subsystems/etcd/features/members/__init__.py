"""etcd itself: its members, their votes and databases, its leader, alarms, snapshots, and how to get it back."""
