"""The shell script that takes a volume's snapshots on its nodes, and the systemd units that call it."""

from __future__ import annotations

from nasclustergui.subsystems.gluster.features.snapshots.schedule import Schedule

SCRIPT_PATH = "/usr/local/sbin/nasclustergui-snapshot"
UNIT_FOLDER = "/etc/systemd/system"
STATE_FOLDER = "/var/lib/nasclustergui"

# Kept plain enough to be read on the node at night, and it never deletes what it did not take itself.
SCRIPT = r"""#!/bin/sh
# Takes a snapshot of a GlusterFS volume on schedule and deletes the oldest of its own. Laid here by NAS Cluster GUI;
# `systemctl list-timers 'nasclustergui-snapshot-*'` shows when. Arguments: VOLUME PERIOD KEEP UUID…
#
# UUID… are the peers that carry this schedule. The first of them that is connected takes the snapshot at once; every
# further one waits a minute longer. Nobody takes one while the schedule's newest is younger than 30 minutes. The name
# is auto-VOLUME-PERIOD_YYYYMMDD-HHMM (UTC). Only such names are ever deleted, and only once a new one was taken.
set -u
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
volume=$1 period=$2 keep=$3
shift 3
prefix=auto-$volume-$period
result=/var/lib/nasclustergui/nasclustergui-snapshot-$volume-$period.result

ended() {  # taken|left|failed TEXT: what the window shows, and the journal
    mkdir -p "${result%/*}"
    printf '%s\n' "$(date +%s)" "$1" "$2" >"$result.new" && mv "$result.new" "$result"
    echo "$1: $2"
    [ "$1" != failed ]
    exit
}
cli() { gluster --mode=script --timeout=300 "$@" 2>&1; }
own() { printf '%s\n' "$1" | grep -x "${prefix}_[0-9]\{8\}-[0-9]\{4\}" | sort; }
one_line() { printf '%s' "$1" | tr '\n' ' ' | cut -c1-300; }

me=$(sed -n 's/^UUID=//p' /var/lib/glusterd/glusterd.info)
peers=$(cli pool list) || ended failed "$(one_line "$peers")"
before=0 carries=
for id; do
    if [ "$id" = "$me" ]; then carries=yes; break; fi
    if printf '%s\n' "$peers" | grep -q "^$id[[:space:]].*[[:space:]]Connected"; then before=$((before + 1)); fi
done
[ "$carries" ] || ended failed "This node is not one of the peers that the schedule names."

recent=$(date -u -d '-30 minutes' +%Y%m%d%H%M)
sleep $((before * ${SNAPSHOT_WAIT:-60}))
list=$(cli snapshot list "$volume") || ended failed "$(one_line "$list")"
newest=$(own "$list" | tail -n 1)
stamp=$(printf '%s' "${newest##*_}" | tr -d -)
if [ "$newest" ] && [ "$stamp" -ge "$recent" ]; then ended left "$newest is there already."; fi

name=${prefix}_$(date -u +%Y%m%d-%H%M)
for try in 1 2 3 4 5; do
    said=$(cli snapshot create "$name" "$volume" no-timestamp description "Taken $period, the newest $keep are kept")
    status=$?
    [ $status -ne 0 ] || break
    case $said in
    *'already exists'*) ended left "$name is there already." ;;
    *'Another transaction'* | *[Ll]'ocking failed'*) sleep $((try * 3)) ;;
    *) break ;;
    esac
done
[ $status -eq 0 ] || ended failed "$(one_line "$said")"

list=$(cli snapshot list "$volume") || ended failed "$name was taken, but old ones are not deleted: $(one_line "$list")"
extra=$(($(own "$list" | wc -l) - keep))
kept=
if [ "$extra" -gt 0 ]; then
    for old in $(own "$list" | head -n "$extra"); do
        said=$(cli snapshot delete "$old") || kept="$old could not be deleted: $(one_line "$said")"
    done
fi
[ -z "$kept" ] || ended failed "$name was taken, but $kept"
ended taken "$name"
"""

SERVICE = """\
# Laid here by NAS Cluster GUI
[Unit]
Description=Snapshot of GlusterFS volume {volume}, {period}
After=glusterd.service

[Service]
Type=oneshot
TimeoutStartSec=1h
ExecStart={script} {volume} {period} {keep} {peers}
"""

TIMER = """\
# Laid here by NAS Cluster GUI
[Unit]
Description=Snapshot of GlusterFS volume {volume}, {period}

[Timer]
OnCalendar={calendar}
AccuracySec=1s

[Install]
WantedBy=timers.target
"""

# $1 unit, $2 … the three files' contents. Each is written beside its place and moved there, so none is ever half.
INSTALL = r"""set -e
unit=$1
lay() { printf '%s' "$2" >"$1.new" && chmod "$3" "$1.new" && mv "$1.new" "$1"; }
mkdir -p /usr/local/sbin /var/lib/nasclustergui
lay /usr/local/sbin/nasclustergui-snapshot "$2" 755
lay "/etc/systemd/system/$unit.service" "$3" 644
lay "/etc/systemd/system/$unit.timer" "$4" 644
systemctl daemon-reload
systemctl enable --quiet "$unit.timer"
systemctl restart "$unit.timer" """

# The script goes with the last schedule. What it took stays.
REMOVE = r"""set -e
unit=$1
if [ -e "/etc/systemd/system/$unit.timer" ]; then systemctl disable --quiet --now "$unit.timer"; fi
rm -f "/etc/systemd/system/$unit.timer" "/etc/systemd/system/$unit.service" "/var/lib/nasclustergui/$unit.result"
set -- /etc/systemd/system/nasclustergui-snapshot-*.service
if [ ! -e "$1" ]; then rm -f /usr/local/sbin/nasclustergui-snapshot; fi
systemctl daemon-reload"""

# A block of lines for each schedule, then "end": a list that was cut off is not taken for a short one.
LIST = r"""export TZ=UTC LC_ALL=C
for file in /etc/systemd/system/nasclustergui-snapshot-*.service; do
  [ -e "$file" ] || continue
  unit=${file##*/} unit=${unit%.service}
  printf 'unit %s\n' "$unit"
  sed -n 's/^ExecStart=/exec /p' "$file"
  sed -n 's/^OnCalendar=/calendar /p' "${file%.service}.timer" 2>/dev/null
  systemctl show "$unit.timer" -p ActiveState -p UnitFileState -p NextElapseUSecRealtime | sed 's/^/timer /'
  systemctl show "$unit.service" -p ActiveState | sed 's/^/service /'
  if [ -e "/var/lib/nasclustergui/$unit.result" ]; then sed 's/^/last /' "/var/lib/nasclustergui/$unit.result"; fi
done
printf 'end %s\n' "$(cat /proc/sys/kernel/hostname)" """


def service_file(schedule: Schedule, peers: tuple[str, ...]) -> str:
    """The unit that takes one snapshot; `peers`: ids of those that carry the schedule, the first one leads."""
    return SERVICE.format(
        volume=schedule.volume,
        period=schedule.period.value,
        keep=schedule.keep,
        peers=" ".join(peers),
        script=SCRIPT_PATH,
    )


def timer_file(schedule: Schedule) -> str:
    """The unit that calls it in time, by the node's own clock."""
    return TIMER.format(volume=schedule.volume, period=schedule.period.value, calendar=schedule.calendar)
