"""Asks a node about its bricks and its self-heal daemon: one command that changes nothing and takes no lock."""

from __future__ import annotations

import calendar
import re
import time
from collections.abc import Iterable, Mapping, Sequence

from nasclustergui.core.command import Command
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.commands.answer import Answer, failed, unexpected
from nasclustergui.subsystems.gluster.features.heal.model import BrickFacts, Complaint, NodeFacts
from nasclustergui.subsystems.gluster.model import Volume

SAMPLE = 40  # entries whose blame is looked at per brick
RECENT = 900.0  # seconds: older errors of a daemon say nothing about now

# Lines "WORD VALUE …", first "now", last "end"; bricks are numbered as the arguments are. Arguments: the volume,
# host names of its bricks, "--", paths of this node's bricks. `trusted.afr.V-client-N` that isn't zero on an entry
# says that brick N lacks something; which brick N is, only glusterd's own files tell (after bricks were removed the
# numbers have holes). The entry of a directory below .glusterfs is a link to it, that of a file the file itself.
SCRIPT = r"""LC_ALL=C; export LC_ALL; volume=$1; shift
echo "now $(date +%s)"
if command -v ps >/dev/null; then
  ps -ww -C glusterfs -o pid=,stat=,args= | grep -e 'process-name glustershd' -e 'volfile-id gluster/glustershd' |
  while read -r pid stat rest; do
    echo "daemon $pid $stat"
    if command -v ss >/dev/null; then
      echo sockets
      ss -Htnp state established | grep -F "pid=$pid," | while read -r in out own peer rest; do echo "peer $peer"; done
    fi
  done
  echo processes
fi
while [ "$1" != -- ]; do
  getent ahosts "$1" | while read -r address kind rest; do [ "$kind" = STREAM ] && echo "host $1 $address"; done
  shift
done
shift
for file in /var/lib/glusterd/vols/"$volume"/bricks/*; do
  [ -f "$file" ] && awk -F= '{ v = substr($0, length($1) + 2) } $1 == "hostname" { h = v } $1 == "path" { p = v }
    $1 == "brick-id" { i = v } END { print "id", i, h ":" p }' "$file"
done
n=0
for brick do
  n=$((n + 1)); root=$brick/.glusterfs; index=$root/indices/xattrop
  there=no; mark=-; listed=no; entries=-; room=$(stat -f -c '%a %S %d' "$brick" 2>/dev/null) || room='- - -'
  if [ -d "$brick" ]; then
    there=yes
    if command -v getfattr >/dev/null; then
      mark=$(getfattr -n trusted.glusterfs.volume-id -e hex "$brick" 2>/dev/null | sed -n 's/^.*=0x//p')
      mark=${mark:-none}
    fi
  fi
  if [ -d "$index" ]; then
    listed=yes
    entries=$(ls -f "$index" | grep -vc -e '^xattrop-' -e '^[.]')
  fi
  echo "brick $n $there $mark $listed $entries $room"
  if [ "$listed" = yes ] && [ "$entries" != 0 ] && command -v getfattr >/dev/null; then
    ls -f "$index" | grep -v -e '^xattrop-' -e '^[.]' | head -n SAMPLE |
    sed 's|^\(..\)\(..\)|\1/\2/&|' | (cd "$root" && xargs -r getfattr -d -m '^trusted[.]afr[.]' -e hex 2>/dev/null) |
    sed -n 's/^trusted[.]afr[.]\([^ ]*\)=0x0*[1-9a-f].*$/\1/p' | sort | uniq -c |
    while read -r times id; do echo "blame $n $id $times"; done
  fi
done
tail -c 262144 /var/log/glusterfs/glustershd.log 2>/dev/null | grep -F "0-$volume-client-" | grep -F '] E [' |
sed -n 's/^\[\([0-9-]*\) \([0-9:]*\)[.0-9]* +0000\].* 0-\([^ ]*-client-[0-9]*\): .*{error=\([^}]*\)}.*$/\1T\2 \3 \4/p' |
awk '{ at = $1; $1 = ""; n[$0]++; last[$0] = at } END { for (k in n) print "said", last[k], n[k] k }'
echo end
""".replace("SAMPLE", str(SAMPLE))

IPV6_V4 = re.compile(r"^\[?::ffff:([\d.]+)\]?$")


def probe(volume: Volume, node: str) -> Command:
    """What this node's bricks of the volume and its daemon are like. Read by `parse_probe`."""
    hosts = tuple(dict.fromkeys(brick.host for brick in volume.bricks))
    paths = tuple(brick.path for brick in volume.bricks if brick.node == node)
    return Command(("sh", "-c", SCRIPT, "sh", volume.name, *hosts, "--", *paths), timeout=15.0)


def parse_probe(answer: Answer, volume: Volume, node: str) -> tuple[dict[str, BrickFacts], NodeFacts]:
    """Facts of the node's bricks by name, and of its daemon."""
    if answer.result.status:
        raise failed(answer)
    lines = [line.split(" ") for line in answer.result.stdout.splitlines()]
    if not lines or lines[0][0] != "now" or lines[-1] != ["end"]:
        raise unexpected(answer, _("it is cut off"))
    try:
        found = Found(lines)
        mine = [brick.name for brick in volume.bricks if brick.node == node]
        bricks = {name: found.brick(n, volume) for n, name in enumerate(mine, 1)}
        return bricks, found.node(volume)
    except (ValueError, IndexError) as error:
        raise unexpected(answer, _("a line of it has another form")) from error


class Found:
    """The lines of one node's answer. Raises ValueError or IndexError for lines of another form."""

    def __init__(self, lines: Sequence[Sequence[str]]) -> None:
        self._lines = lines
        self._now = float(lines[0][1])
        self._ids = {line[1]: " ".join(line[2:]) for line in lines if line[0] == "id"}

    def brick(self, number: int, volume: Volume) -> BrickFacts:
        """The `number`-th of this node's bricks, from 1."""
        line = next(line for line in self._of("brick") if line[1] == str(number))
        there, mark, listed, entries, blocks, block_size, inodes = line[2:9]
        here = [line for line in self._of("blame") if line[1] == str(number)]
        total = int(entries) if entries != "-" else None
        return BrickFacts(
            directory=there == "yes",
            marked=None if mark == "-" else mark == volume.uuid.replace("-", ""),
            index=listed == "yes",
            free=int(blocks) * int(block_size) if blocks != "-" else None,
            inodes_free=int(inodes) if inodes != "-" else None,
            entries=total,
            blames=_sum((self._name(line[2], volume), int(line[3])) for line in here),
            sampled=min(total or 0, SAMPLE),
        )

    def node(self, volume: Volume) -> NodeFacts:
        """The daemon and what it says."""
        daemons = self._of("daemon")
        told = bool(self._of("processes"))
        complaints = [c for line in self._of("said") if (c := self._complaint(line, volume)) is not None]
        reaches = self._reaches(volume) if self._of("sockets") else None
        running = {brick.name for brick in volume.bricks if brick.online and brick.port}
        return NodeFacts(
            daemon=bool(daemons) if told else None,
            stopped=any(line[2].startswith(("T", "t")) for line in daemons),
            reaches=reaches,
            missed=frozenset(running) - reaches if reaches is not None else frozenset(),
            complaints=tuple(sorted(complaints, key=lambda c: -c.at)),
        )

    def _of(self, word: str) -> list[Sequence[str]]:
        return [line for line in self._lines if line[0] == word]

    def _name(self, client: str, volume: Volume) -> str:
        """ "data-client-2" → the brick's name; "" for what is no brick of the volume ("dirty")."""
        known = {brick.name for brick in volume.bricks}
        name = self._ids.get(client, "")
        return name if name in known else ""

    def _reaches(self, volume: Volume) -> frozenset[str]:
        """Bricks that the daemon has an open connection to: by address and port."""
        peers = {_plain_address(line[1]) for line in self._of("peer")}
        hosts: dict[str, set[str]] = {}
        for line in self._of("host"):
            hosts.setdefault(line[1], set()).add(line[2])
        return frozenset(
            brick.name
            for brick in volume.bricks
            if brick.port and any((address, brick.port) in peers for address in hosts.get(brick.host, ()))
        )

    def _complaint(self, line: Sequence[str], volume: Volume) -> Complaint | None:
        at = float(calendar.timegm(time.strptime(line[1], "%Y-%m-%dT%H:%M:%S")))
        name = self._name(line[3], volume)
        if not name or self._now - at > RECENT:
            return None
        return Complaint(name, " ".join(line[4:]), at, int(line[2]))


def _plain_address(peer: str) -> tuple[str, int]:
    """ "[::ffff:10.0.0.2]:49152" → ("10.0.0.2", 49152)."""
    address, _colon, port = peer.rpartition(":")
    match = IPV6_V4.match(address)
    return (match[1] if match else address.strip("[]").partition("%")[0]), int(port)


def _sum(pairs: Iterable[tuple[str, int]]) -> Mapping[str, int]:
    total: dict[str, int] = {}
    for name, n in pairs:
        if name:
            total[name] = total.get(name, 0) + n
    return total
