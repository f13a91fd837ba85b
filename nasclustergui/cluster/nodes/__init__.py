"""The Nodes page: every machine with its bricks, its etcd role and live charts."""
