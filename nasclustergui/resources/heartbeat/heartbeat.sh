#!/bin/sh
# nascluster-heartbeat 1
#
# Tells the cluster's etcd that this node is alive. It keeps, under a lease that runs out by itself,
#
#   /cluster/nodes/NAME/ip               address of the node
#   /cluster/nodes/NAME/role             manager, worker or edge
#   /cluster/nodes/NAME/status           online, or draining while /cluster/nodes/NAME/drain exists
#   /cluster/nodes/NAME/last_heartbeat   when the lease was renewed last, UTC
#
# When the node dies or loses its network nobody renews the lease, and etcd deletes the keys after HEARTBEAT_TTL
# seconds: that is how the others notice. The key "drain" is not ours: whoever drains the node writes it without a lease.
#
# Written by NAS Cluster GUI; changes are lost at its next update. To take it off the node:
#   systemctl disable --now nascluster-heartbeat
#   rm -r /etc/systemd/system/nascluster-heartbeat.service /usr/local/lib/nascluster /etc/nascluster
#
# POSIX sh and etcdctl 3.4 or newer. Errors go to the journal: journalctl -u nascluster-heartbeat
set -u

settings=${HEARTBEAT_ENV:-/etc/nascluster/heartbeat.env}
lease=
nap=
trouble=
again=

say() { printf '%s\n' "$*" >&2; }

now() { date -u +%Y-%m-%dT%H:%M:%SZ; }

# The settings may hold a password: they are read here and by nobody else, and nothing of them is ever printed.
load() {
    set -a # etcdctl finds what begins with ETCDCTL_ in its environment
    # shellcheck source=/dev/null
    . "$settings"
    set +a
    prefix=/cluster/nodes/${NODE_NAME:?} # :? ends the script with a message if it is missing
    ttl=${HEARTBEAT_TTL:-30}
    export ETCDCTL_API=3 GOMAXPROCS=1 # one thread: a small program every few seconds on a busy node
}

# One question to etcd; what it said is in $answer. A new etcdctl each time looks for a member that answers and logs in
# anew, so neither a dead member nor an expired token outlives a try. `timeout`, for etcdctl has been seen to hang.
ask() { answer=$(timeout 8 etcdctl --command-timeout=5s "$@" 2>&1); }

# The last line that is meant for people; the others are etcdctl's own log, in JSON.
complaint() { printf '%s\n' "$answer" | grep -v '^{' | tail -n 1; }

puts() {
    cat <<END
put --lease=$lease -- "$prefix/ip" "${NODE_IP:-}"
put --lease=$lease -- "$prefix/role" "${NODE_ROLE:-worker}"
put --lease=$lease -- "$prefix/status" "$1"
put --lease=$lease -- "$prefix/last_heartbeat" "$(now)"
END
}

# All keys in one transaction, so that nobody sees half a node. It asks etcd about the drain key at that very moment.
announce() {
    ask txn <<END
create("$prefix/drain") > "0"

$(puts draining)

$(puts online)

END
}

register() {
    ask lease grant "$ttl" || return 1
    lease=$(printf '%s\n' "$answer" | sed -n 's/^lease \([0-9a-f]*\) granted.*/\1/p')
    [ "$lease" ] || return 1
    announce || return 1
    say "registered as $NODE_NAME with lease $lease, $ttl s"
}

# Renews the lease first: the keys must stay even while etcd takes no writes (its disk quota is used up).
# The transaction answers with the status that is shown; ours follows the drain key, and comes back if it was deleted.
beat() {
    ask lease keep-alive --once "$lease" || return 1
    ask txn <<END || return 1
create("$prefix/drain") > "0"

put --lease=$lease -- "$prefix/last_heartbeat" "$(now)"
get -- "$prefix/status"

put --lease=$lease -- "$prefix/last_heartbeat" "$(now)"
get -- "$prefix/status"

END
    wanted=online
    if printf '%s\n' "$answer" | grep -q '^SUCCESS$'; then wanted=draining; fi
    [ "$(printf '%s\n' "$answer" | tail -n 1)" = "$wanted" ] || announce
}

# Waits without holding up signals. No clock is read anywhere: a clock that jumps changes nothing.
rest() {
    sleep "$1" &
    nap=$!
    wait "$nap" && nap=
}

# The node says goodbye: its keys go at once, not only when the lease runs out.
stop() {
    trap '' TERM INT HUP
    if [ "$nap" ]; then kill "$nap" 2>/dev/null; fi
    if [ "$lease" ]; then timeout 4 etcdctl --command-timeout=3s lease revoke "$lease" >/dev/null 2>&1; fi
    exit 0
}

# The next member comes first: should etcdctl wait for one that is gone, it does so only once.
rotate() {
    case $ETCDCTL_ENDPOINTS in
        *,*) ETCDCTL_ENDPOINTS=${ETCDCTL_ENDPOINTS#*,},${ETCDCTL_ENDPOINTS%%,*} ;;
    esac
}

went_well() {
    if [ "$trouble" ]; then say "etcd answers again"; fi
    trouble=
}

# Tells of the first failure only: the journal of a long night without etcd stays readable.
went_wrong() {
    if [ -z "$trouble" ]; then say "no heartbeat: $(complaint)"; fi
    trouble=yes
    case $answer in
        *"lease not found"*) lease= ;; # it ran out: this machine hung, or etcd was away
    esac
    rotate
}

load
trap stop TERM INT
trap 'again=yes' HUP # systemctl reload: the settings were changed
while :; do
    if [ "$again" ]; then
        again=
        if [ "$nap" ]; then kill "$nap" 2>/dev/null; fi
        load
        if [ "$lease" ]; then announce; fi
    fi
    if if [ "$lease" ]; then beat; else register; fi; then
        went_well
        rest $((ttl / 3)) # two tries may fail before the lease runs out
    else
        went_wrong
        rest 2
    fi
done
