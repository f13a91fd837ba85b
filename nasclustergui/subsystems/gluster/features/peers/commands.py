"""What the nodes themselves are asked: stored configuration, names and the way to port 24007; and how one is mended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import UnexpectedOutput
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.features.peers.model import NodeConfig, VolumeConfig

PORT = "24007"  # glusterd's own
HOME = "/var/lib/glusterd"
# What a peer gets back from the pool. Hooks, groups and the keys of geo-replication are the node's own and stay.
SYNCED = "vols peers snaps options missed_snaps_list bitd quotad scrub glustershd nfs ss_brick"

# Tags begin with @, other lines are those of the file `info`. A volume's user name and password never leave the node.
SURVEY_SCRIPT = r"""echo "@hostname $(hostname)"
echo "@version $(gluster --version 2>/dev/null | head -n 1)"
echo "@active $(systemctl is-active glusterd 2>/dev/null)"
cd /var/lib/glusterd 2>/dev/null || { echo "@end"; exit 0; }
sed -n 's/^UUID=/@uuid /p; s/^operating-version=/@op-version /p' glusterd.info 2>/dev/null
for peer in peers/*; do [ -f "$peer" ] && sed -n 's/^hostname1=/@peer /p' "$peer"; done
for info in vols/*/info; do
  [ -f "$info" ] || continue
  folder=${info%/info}
  echo "@volume ${folder#vols/}"
  echo "@cksum $(cat "$folder/cksum" 2>/dev/null | tr '\n' ' ')"
  echo "@quota $(cat "$folder/quota.cksum" 2>/dev/null | tr '\n' ' ')"
  grep -vE '^(username|password)=' "$info"
done
echo "@end"
"""

REACH_SCRIPT = r"""host=$1; port=$2
getent ahosts "$host" | awk '{print "@address " $1}' | sort -u
if command -v bash >/dev/null 2>&1; then
  connect='exec 3<>"/dev/tcp/$1/$2"'
  timeout 4 bash -c "$connect" bash "$host" "$port" 2>/dev/null && echo "@port open" || echo "@port closed"
else
  echo "@port unknown"
fi
"""

NAMES_SCRIPT = r"""for name do
  echo "@name $name $(getent ahosts "$name" | awk 'NR == 1 {print $1}')"
done
"""

# glusterd's unit gives up after six starts an hour; it answers a moment after it was started
START_SCRIPT = """systemctl reset-failed glusterd 2>/dev/null
systemctl start glusterd || exit 1
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  gluster --mode=script --timeout=3 pool list >/dev/null 2>&1 && exit 0
  sleep 0.5
done
echo "glusterd was started and does not answer" >&2
exit 1
"""
COPY_SCRIPT = """[ ! -e "$1" ] || { echo "$1 exists already" >&2; exit 1; }
cp -a /var/lib/glusterd "$1" && echo "copied to $1"
"""
CLEAR_SCRIPT = """backup=$1; shift
[ -s "$backup/glusterd.info" ] || { echo "there is no copy in $backup" >&2; exit 1; }
cd /var/lib/glusterd || exit 1
for part do rm -rf "./$part" || exit 1; done
"""
RESTORE_SCRIPT = """[ -s "$1/glusterd.info" ] || { echo "there is no copy in $1" >&2; exit 1; }
cd /var/lib/glusterd || exit 1
find . -mindepth 1 -maxdepth 1 -exec rm -rf {} + && cp -a "$1/." .
"""


def _shell(script: str, *words: str, timeout: float = 60.0) -> Command:
    return Command(("sh", "-c", script, "sh", *words), timeout=timeout)


def survey() -> Command:
    """What the node has stored. Takes no lock, asks no glusterd. Read by `parse_survey`."""
    return _shell(SURVEY_SCRIPT, timeout=10.0)


def reach(host: str) -> Command:
    """To what the node resolves the name, and whether glusterd's port there takes a connection. See `parse_reach`."""
    return _shell(REACH_SCRIPT, host, PORT, timeout=12.0)


def resolve(names: Sequence[str]) -> Command:
    """To what the node resolves each of the names. Read by `parse_names`."""
    return _shell(NAMES_SCRIPT, *names, timeout=20.0)


def stop_glusterd() -> Command:
    """With Debian's unit its bricks stop too."""
    return Command(("systemctl", "stop", "glusterd"), timeout=60.0)


def start_glusterd() -> Command:
    """Also after too many starts; ends when glusterd answers."""
    return _shell(START_SCRIPT)


def copy_home(backup: str) -> Command:
    """Refuses to overwrite an older copy."""
    return _shell(COPY_SCRIPT, backup, timeout=120.0)


def clear_home(backup: str) -> Command:
    """Take away what the pool gives back. Does nothing unless the copy is there."""
    return _shell(CLEAR_SCRIPT, backup, *SYNCED.split())


def restore_home(backup: str) -> Command:
    """Everything as it was copied."""
    return _shell(RESTORE_SCRIPT, backup, timeout=120.0)


def probe_from_here(host: str) -> Command:
    """On this very node, never on another one: a peer that was cleared must ask by itself to be taken back."""
    return Command(("env", "gluster", "--mode=script", "--timeout=60", "peer", "probe", host), timeout=64.0)


def parse_survey(node: str, result: Result) -> NodeConfig:
    """The answer of `survey`. Raises UnexpectedOutput if it is cut off."""
    tags: dict[str, list[str]] = {}
    volumes: dict[str, VolumeConfig] = {}
    for name, block in _blocks(result.stdout):
        found = _tags(block)
        if name:
            lines = dict(_pair(line) for line in block if not line.startswith("@") and "=" in line)
            said = {key: " ".join(values).strip() for key, values in found.items()}
            volumes[name] = VolumeConfig(
                name, lines.get("version", ""), said.get("cksum", ""), _quota(said.get("quota", "")), lines
            )
        tags = {key: tags.get(key, []) + found.get(key, []) for key in tags | found}
    if result.status or "end" not in tags:
        raise UnexpectedOutput(
            _("{node}: its stored configuration cannot be read").format(node=node), details=result.stderr[:2000]
        )
    first = {key: values[0] for key, values in tags.items()}
    version = first.get("version", "").split()
    return NodeConfig(
        node,
        uuid=first.get("uuid", ""),
        op_version=first.get("op-version", ""),
        version=version[1] if len(version) > 1 and version[0] == "glusterfs" else "",
        active=first.get("active", ""),
        hostname=first.get("hostname", ""),
        peers=tuple(tags.get("peer", ())),
        volumes=volumes,
    )


def parse_reach(result: Result) -> tuple[tuple[str, ...], bool | None]:
    """The addresses of the name (none: it doesn't resolve), and whether the port is open (None: not known)."""
    tags = _tags(result.stdout.splitlines())
    port = {"open": True, "closed": False}.get(next(iter(tags.get("port", ())), ""))
    return tuple(tags.get("address", ())), port


def parse_names(result: Result) -> dict[str, str]:
    """Name → its address, "" where it doesn't resolve."""
    pairs = (line.split() for line in _tags(result.stdout.splitlines()).get("name", ()))
    return {pair[0]: pair[1] if len(pair) > 1 else "" for pair in pairs if pair}


def _quota(text: str) -> str:
    """Without limits the file is missing, until glusterd starts again and writes zeros into it."""
    return "" if text == "cksum=0 version=0" else text


def _blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    """("", what is before the first volume), then (volume, its lines)."""
    name, lines = "", list[str]()
    for line in text.splitlines():
        if line.startswith("@volume "):
            yield name, lines
            name, lines = line.removeprefix("@volume "), []
        else:
            lines.append(line)
    yield name, lines


def _tags(lines: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in lines:
        if line.startswith("@"):
            tag, _blank, value = line[1:].partition(" ")
            found.setdefault(tag, []).append(value.strip())
    return found


def _pair(line: str) -> tuple[str, str]:
    key, _equals, value = line.partition("=")
    return key, value
