"""What a machine is asked before it joins, and names and ports between machines. Nothing is changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import UnexpectedOutput
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.nodes.features.joining.model import Machine, Port

MACHINE_SCRIPT = r"""echo "@hostname $(uname -n)"
echo "@kernel $(uname -r)"
echo "@machine-id $(cat /etc/machine-id 2>/dev/null)"
echo "@system $(. /etc/os-release 2>/dev/null; echo "$PRETTY_NAME")"
echo "@release $(. /etc/os-release 2>/dev/null; echo "$VERSION_ID")"
echo "@addresses $(hostname -I 2>/dev/null)"
sed -n 's/^\(.*\) # nascluster$/@host \1/p' /etc/hosts
echo "@ntp $(timedatectl show -p NTPSynchronized --value 2>/dev/null)"
echo "@gluster $(gluster --version 2>/dev/null | sed -n '1s/^glusterfs //p')"
echo "@etcd $(etcd --version 2>/dev/null | sed -n 's/^etcd Version: //p')"
echo "@etcdctl $(ETCDCTL_API=3 etcdctl version 2>/dev/null | sed -n 's/^etcdctl version: //p')"
for unit in glusterd etcd nascluster-heartbeat nas-agent; do
  [ "$(systemctl show -p LoadState --value $unit 2>/dev/null)" = not-found ] ||
    echo "@unit $unit $(systemctl is-active $unit 2>/dev/null)"
done
conf=/etc/default/etcd
wanted='NAME|INITIAL_CLUSTER|DATA_DIR|TRUSTED_CA_FILE|CERT_FILE|KEY_FILE'
[ -e "$conf" ] && sed -nE "s/^(ETCD_($wanted))=\"?([^\"]*)\"?\$/@setting \\1=\\3/p" "$conf"
dir=$(sed -nE 's/^ETCD_DATA_DIR="?([^"]*)"?$/\1/p' "$conf" 2>/dev/null)
dir=${dir:-/var/lib/etcd/default}
[ -d "$dir/member" ] && echo "@etcd-data $dir"
for file do [ -e "$file" ] && echo "@file $file"; done
if command -v getfattr >/dev/null; then
  brick() {
    id=$(getfattr --only-values --absolute-names -n trusted.glusterfs.volume-id "$1" 2>/dev/null | od -An -tx1)
    [ -z "$id" ] || echo "@brick $(echo "$id" | tr -d ' \n') $1"
  }
  findmnt -rno TARGET -t xfs,ext4,btrfs,zfs | grep -vxE '/|/boot|/usr|/var|/home|/tmp|/opt|/srv' |
    while read -r mount; do
      find "$mount" -xdev -maxdepth 2 -type d 2>/dev/null | head -n 200 | while read -r dir; do brick "$dir"; done
    done
else
  echo "@bricks unknown"
fi
echo "@end"
"""

# Every pair of host and port at the same time, each for two seconds at most; one line per answer, so none are mixed up.
PORTS_SCRIPT = r"""try() {
  if command -v bash >/dev/null 2>&1; then
    said=$(timeout 2 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>&1); code=$?
  elif command -v nc >/dev/null 2>&1; then
    said=$(timeout 2 nc -w 2 "$1" "$2" </dev/null 2>&1); code=$?
  elif command -v busybox >/dev/null 2>&1; then
    said=$(timeout 2 busybox nc -w 2 "$1" "$2" </dev/null 2>&1); code=$?
  else
    echo "@port $1 $2 untested"; return
  fi
  case $code,$said in
    0,*) echo "@port $1 $2 open" ;;
    *[Rr]efused*) echo "@port $1 $2 refused" ;;
    *[Uu]nreachable*|*"No route"*|*[Pp]rohibited*) echo "@port $1 $2 unreachable" ;;
    *) echo "@port $1 $2 silent" ;;
  esac
}
while [ $# -gt 1 ]; do try "$1" "$2" & shift 2; done
wait
echo "@end"
"""

NAMES_SCRIPT = r"""for name do
  echo "@name $name $(getent ahosts "$name" | awk '{print $1}' | sort -u | tr '\n' ' ')"
done
echo "@end"
"""


def _shell(script: str, *words: str, timeout: float = 30.0) -> Command:
    return Command(("sh", "-c", script, "sh", *words), timeout=timeout)


def machine(files: Iterable[str] = ()) -> Command:
    """What the machine says of itself; `files` are looked for. Read by `parse_machine`."""
    return _shell(MACHINE_SCRIPT, *files)


def clock() -> Command:
    """Its clock, in seconds since 1970. Needs no root: the way through sudo would count as skew."""
    return Command(("date", "-u", "+%s.%N"), timeout=10.0, root=False)


def ports(pairs: Sequence[tuple[str, int]]) -> Command:
    """Try to connect to each (host, port). Read by `parse_ports`."""
    return _shell(PORTS_SCRIPT, *(str(word) for pair in pairs for word in pair), timeout=20.0)


def names(wanted: Sequence[str]) -> Command:
    """To what the machine resolves each name. Read by `parse_names`."""
    return _shell(NAMES_SCRIPT, *wanted, timeout=25.0)


def parse_machine(node: str, result: Result) -> Machine:
    """The answer of `machine`. Raises UnexpectedOutput if it is cut off."""
    tags = _tags(node, result)
    first = {tag: values[0] for tag, values in tags.items()}
    settings = (line.partition("=") for line in tags.get("setting", ()))
    return Machine(
        hostname=first.get("hostname", ""),
        addresses=tuple(first.get("addresses", "").split()),
        machine_id=first.get("machine-id", ""),
        system=first.get("system", ""),
        release=first.get("release", ""),
        kernel=first.get("kernel", ""),
        ntp={"yes": True, "no": False}.get(first.get("ntp", "")),
        versions={name: first[name] for name in ("gluster", "etcd", "etcdctl") if first.get(name)},
        units=dict(_pair(line) for line in tags.get("unit", ())),
        etcd={name: value for name, _equals, value in settings},
        etcd_data=first.get("etcd-data", ""),
        files=frozenset(tags.get("file", ())),
        bricks={path: id for id, path in (_pair(line) for line in tags.get("brick", ()))},
        bricks_known="bricks" not in tags,
        marked_names=tuple(line.split()[1] for line in tags.get("host", ()) if len(line.split()) > 1),
    )


def parse_ports(node: str, result: Result) -> dict[tuple[str, int], Port]:
    """The answer of `ports`. Raises UnexpectedOutput."""
    found = {}
    for line in _tags(node, result).get("port", ()):
        host, port, word = line.split()
        found[host, int(port)] = Port(word)
    return found


def parse_names(node: str, result: Result) -> dict[str, tuple[str, ...]]:
    """Name → its addresses, () where it doesn't resolve. Raises UnexpectedOutput."""
    lines = (line.split() for line in _tags(node, result).get("name", ()))
    return {words[0]: tuple(words[1:]) for words in lines if words}


def parse_clock(node: str, result: Result, asked: float, answered: float) -> tuple[float, float]:
    """(seconds that it is ahead, how far off that may be); `asked`, `answered`: Unix times here. UnexpectedOutput."""
    try:
        told = float(result.stdout)
    except ValueError as error:
        raise _unread(node, result) from error
    return told - (asked + answered) / 2, (answered - asked) / 2


def _pair(line: str) -> tuple[str, str]:
    first, _blank, rest = line.partition(" ")
    return first, rest


def _tags(node: str, result: Result) -> dict[str, list[str]]:
    tags: dict[str, list[str]] = {}
    for line in result.stdout.splitlines():
        if line.startswith("@"):
            tag, rest = _pair(line[1:])
            tags.setdefault(tag, []).append(rest.strip())
    if result.status or "end" not in tags:
        raise _unread(node, result)
    return tags


def _unread(node: str, result: Result) -> UnexpectedOutput:
    return UnexpectedOutput(
        _("{node} answered something that this program can't read.").format(node=node),
        details=f"exit status {result.status}\n{result.stderr[:2000]}\n{result.stdout[:2000]}",
    )
