#!/bin/sh
# Keeps one node going: starts it, and again after a reboot from inside. Stays outside of the node's namespaces.
# Arguments: network namespace file, script that becomes PID 1, its arguments.
# Variables: LAB_SUP_GROUPS, cgroup.procs files to join; LAB_SUPERVISOR, file that gets this process's number and
# start time; LAB_CUT, command that pulls the node's cable.
netns=$1; shift
for procs in $LAB_SUP_GROUPS; do echo 0 > "$procs"; done
read -r stat < /proc/$$/stat
# Field 22 of stat is the start time; after the name, which ends with the last bracket, it is the 20th.
start=$(set -- ${stat##*) }; echo "${20}")
echo "$$ $start" > "$LAB_SUPERVISOR.new" && mv "$LAB_SUPERVISOR.new" "$LAB_SUPERVISOR" || exit 1
while :; do
    nsenter --net="$netns" unshare --pid --fork --kill-child=SIGKILL /bin/sh "$@" < /dev/null
    # reboot(2) in a PID namespace ends its PID 1 with SIGHUP for a restart and with SIGINT for a halt,
    # and `unshare` ends itself with the signal its child died of.
    [ $? -eq 129 ] || break
done
$LAB_CUT  # a machine that is off answers nothing, but its network namespace would
