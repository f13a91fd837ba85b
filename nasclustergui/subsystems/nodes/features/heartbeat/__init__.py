"""The service on a node that registers it in etcd and renews its heartbeat: installing, updating, removing it."""
