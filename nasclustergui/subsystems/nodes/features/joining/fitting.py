"""What makes a machine fit to join: names in /etc/hosts, glusterd running, leftovers out of the way.

Every command has the one beside it that takes it back. Nothing is deleted, only renamed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nasclustergui.core.command import Command

# One marked line of /etc/hosts per name, at the end; one that the name has already is replaced. The second expression
# of sed ends a last line that has no end.
MARK = "# nascluster"
ADD_HOSTS_SCRIPT = (
    r'while [ "$2" ]; do sed -i -e "/ $2 # nascluster\$/d" -e "\$a\\" /etc/hosts || exit 1; '
    r'echo "$1 $2 # nascluster" >> /etc/hosts; shift 2; done'
)
DROP_HOSTS_SCRIPT = r'for name do sed -i "/ $name # nascluster\$/d" /etc/hosts || exit 1; done'
# glusterd makes itself a new identity. Hooks and groups are the package's, not the pool's: they stay.
ASIDE_GLUSTER_SCRIPT = r"""[ ! -e "$1" ] || { echo "$1 exists already" >&2; exit 1; }
systemctl stop glusterd; mkdir -m 755 "$1" || exit 1
cd /var/lib/glusterd || exit 1
for part in * .[!.]*; do
  case $part in hooks|groups) continue ;; esac
  [ ! -e "$part" ] || mv "$part" "$1/" || exit 1
done
systemctl reset-failed glusterd 2>/dev/null; systemctl start glusterd
"""
RETURN_GLUSTER_SCRIPT = r"""[ -d "$1" ] || { echo "there is no $1" >&2; exit 1; }
systemctl stop glusterd; mkdir -m 755 "$1.undone" || exit 1
cd /var/lib/glusterd || exit 1
for part in * .[!.]*; do
  case $part in hooks|groups) continue ;; esac
  [ ! -e "$part" ] || mv "$part" "$1.undone/" || exit 1
done
for part in "$1"/* "$1"/.[!.]*; do [ ! -e "$part" ] || mv "$part" . || exit 1; done
rmdir "$1"
systemctl reset-failed glusterd 2>/dev/null; systemctl start glusterd
"""
ASIDE_ETCD_SCRIPT = r"""[ ! -e "$2" ] || { echo "$2 exists already" >&2; exit 1; }
systemctl disable --now etcd; mv "$1" "$2"
"""
RETURN_ETCD_SCRIPT = r"""[ ! -e "$1" ] || { echo "$1 exists again" >&2; exit 1; }
mv "$2" "$1" || exit 1
[ -z "$3" ] || systemctl enable --now etcd
"""
START_GLUSTERD_SCRIPT = r"""systemctl reset-failed glusterd 2>/dev/null
systemctl enable --now glusterd || exit 1
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  gluster --mode=script --timeout=3 pool list >/dev/null 2>&1 && exit 0
  sleep 0.5
done
echo "glusterd was started and does not answer" >&2
exit 1
"""


def _shell(script: str, *words: str, timeout: float = 30.0) -> Command:
    return Command(("sh", "-c", script, "sh", *words), timeout=timeout)


def add_hosts(addresses: Mapping[str, str]) -> Command:
    """Have /etc/hosts say name → address, in marked lines at its end."""
    return _shell(ADD_HOSTS_SCRIPT, *(word for name, address in addresses.items() for word in (address, name)))


def drop_hosts(wanted: Iterable[str]) -> Command:
    """Take the marked lines of these names out."""
    return _shell(DROP_HOSTS_SCRIPT, *wanted)


def set_gluster_aside(place: str) -> Command:
    """Stop glusterd, move what it knows to `place`, start it: a machine without pool and volumes, with a new id."""
    return _shell(ASIDE_GLUSTER_SCRIPT, place, timeout=90.0)


def return_gluster(place: str) -> Command:
    """As it was before; what glusterd made meanwhile is moved to `place` with ".undone" behind it."""
    return _shell(RETURN_GLUSTER_SCRIPT, place, timeout=90.0)


def set_etcd_aside(data: str, place: str) -> Command:
    """Stop etcd for good and rename its data."""
    return _shell(ASIDE_ETCD_SCRIPT, data, place, timeout=60.0)


def return_etcd(data: str, place: str, ran: bool) -> Command:
    """As it was before."""
    return _shell(RETURN_ETCD_SCRIPT, data, place, "ran" if ran else "", timeout=60.0)


def start_glusterd() -> Command:
    """Now and at every boot; ends when it answers."""
    return _shell(START_GLUSTERD_SCRIPT, timeout=60.0)


def stop_glusterd() -> Command:
    """What `start_glusterd` did, taken back."""
    return Command(("systemctl", "disable", "--now", "glusterd"), timeout=60.0)
