"""What the program asks of etcd, as the `etcdctl` command lines that do the same: shown, recorded, exported.

They run over gRPC from the workstation, with the profile's endpoints and login: no node needs etcdctl or a
certificate for it. Steps with such a command name no node.
"""
