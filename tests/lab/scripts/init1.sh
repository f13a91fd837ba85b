#!/bin/sh
# First process of a node, in the node's PID and network namespaces: joins its control groups, then leaves the rest.
# The control groups come first, so that the cgroup namespace made here begins at them.
for procs in $LAB_GROUPS; do echo 0 > "$procs"; done
exec unshare --mount --uts --ipc --cgroup --propagation private /bin/sh "$@"
