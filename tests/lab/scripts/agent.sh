#!/bin/sh
# Keeps this node's entry in etcd alive: four keys under one lease, the heartbeat renewed every 5 s.
# One long `lease keep-alive` renews the lease; starting etcdctl for that each time would cost twice the processor.
prefix=/cluster/nodes/$NODE_NAME
export GOMAXPROCS=1

now() { date -u +%Y-%m-%dT%H:%M:%SZ; }
put() { etcdctl put --lease="$lease" "$prefix/$1" "$2" > /dev/null; }

register() {
    lease=$(etcdctl lease grant 15 | sed -n 's/^lease \([0-9a-f]*\) granted.*/\1/p')
    [ -n "$lease" ] || return 1
    etcdctl txn > /dev/null <<END || return 1

put $prefix/ip "$NODE_IP" --lease=$lease
put $prefix/role "$NODE_ROLE" --lease=$lease
put $prefix/status "online" --lease=$lease
put $prefix/last_heartbeat "$(now)" --lease=$lease


END
    etcdctl lease keep-alive "$lease" > /dev/null 2>&1 &
    keeper=$!
}

trap 'kill $keeper 2> /dev/null; exit 0' TERM
while :; do
    until register; do sleep 1; done
    # A lease that ran out (the machine was frozen, etcd was away) ends the keeper or fails the heartbeat.
    while sleep 5 && kill -0 "$keeper" 2> /dev/null && put last_heartbeat "$(now)"; do :; done
    kill "$keeper" 2> /dev/null
    wait "$keeper" 2> /dev/null
done
