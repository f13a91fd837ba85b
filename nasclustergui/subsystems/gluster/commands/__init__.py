"""The gluster command line: every command we send, in the CLI's own word order.

Each builder returns a `Command`; the parser that reads its answer is named beside it in the docstring and found
by `gluster.commands.understand` from the words alone. Words are passed as a list, never glued into a line.
"""

from __future__ import annotations

from collections.abc import Sequence

from nasclustergui.core.command import Command

LOCK = "gluster"
READ_TIMEOUT = 5  # seconds glusterd gets for an answer that needs no lock
STATUS_TIMEOUT = 8  # for reading under the cluster's lock: an unplugged node would hold us for 120 s
CHANGE_TIMEOUT = 60  # for a change; rebalance start alone blocks for 10 s
HEAL_INFO_TIMEOUT = 180  # `heal info` walks every entry: 66 s were measured at 3,000
MARGIN = 4.0  # our own deadline is that much later than the CLI's


def gluster(*words: str, timeout: int = READ_TIMEOUT, lock: bool = False, xml: bool = True) -> Command:
    """`gluster --mode=script --timeout=T --xml …`. With `lock`, glusterd takes the cluster's or the volume's lock."""
    options = ("--mode=script", f"--timeout={timeout}", *(("--xml",) if xml else ()))
    return Command(("gluster", *options, *words), timeout=timeout + MARGIN, lock=LOCK if lock else "")


def _change(*words: str) -> Command:
    return gluster(*words, timeout=CHANGE_TIMEOUT, lock=True)


def _force(force: bool) -> tuple[str, ...]:
    return ("force",) if force else ()


def version() -> Command:
    """Read by `other.parse_version`."""
    return Command(("gluster", "--version"), timeout=READ_TIMEOUT + MARGIN)


def pool_list() -> Command:
    """All members, the asked one as "localhost". Takes no lock. Read by `peers.parse_peers`."""
    return gluster("pool", "list")


def peer_status() -> Command:
    """All members but the asked one. Takes no lock. Read by `peers.parse_peers`."""
    return gluster("peer", "status")


def peer_probe(host: str) -> Command:
    """Read by `other.parse_message`: a probe of a member says so and succeeds."""
    return _change("peer", "probe", host)


def peer_detach(host: str, force: bool = False) -> Command:
    """Read by `other.parse_message`."""
    return _change("peer", "detach", host, *_force(force))


def volume_info(volume: str = "all", xml: bool = True) -> Command:
    """Takes no lock. Read by `volumes.parse_volumes`, or `volumes_plain.parse_volumes_plain` without XML."""
    return gluster("volume", "info", volume, xml=xml)


def volume_status(volume: str = "all", what: str = "") -> Command:
    """`what`: "", "detail", "tasks", "clients" …. Takes the lock of each volume. Read by `status.parse_status`."""
    return gluster("volume", "status", volume, *((what,) if what else ()), timeout=STATUS_TIMEOUT, lock=True)


def volume_create(
    volume: str,
    bricks: Sequence[str],
    *,
    replica: int = 1,
    arbiter: int = 0,
    disperse: int = 0,
    redundancy: int = 0,
    transport: str = "",
    force: bool = False,
) -> Command:
    """`replica` counts the arbiter (3 with `arbiter` 1); `disperse` counts data and redundancy bricks."""
    words = ["volume", "create", volume]
    if replica > 1:
        words += ["replica", str(replica), *(("arbiter", str(arbiter)) if arbiter else ())]
    if disperse:
        words += ["disperse", str(disperse), "redundancy", str(redundancy)]
    if transport:
        words += ["transport", transport]
    return _change(*words, *bricks, *_force(force))


def volume_start(volume: str, force: bool = False) -> Command:
    """With `force` it also starts what is missing of a running volume: dead bricks, self-heal daemons."""
    return _change("volume", "start", volume, *_force(force))


def volume_stop(volume: str, force: bool = False) -> Command:
    """`force` also stops a volume that is rebalancing, and clears a stale rebalance."""
    return _change("volume", "stop", volume, *_force(force))


def volume_delete(volume: str) -> Command:
    """Works on stopped volumes only; the bricks keep the files and the mark of the volume."""
    return _change("volume", "delete", volume)


def volume_add_brick(
    volume: str, bricks: Sequence[str], *, replica: int = 0, arbiter: int = 0, force: bool = False
) -> Command:
    """Whole sets, or one more copy per set where `replica` is given."""
    count = ("replica", str(replica), *(("arbiter", str(arbiter)) if arbiter else ())) if replica else ()
    return _change("volume", "add-brick", volume, *count, *bricks, *_force(force))


def volume_remove_brick(volume: str, bricks: Sequence[str], action: str, *, replica: int = 0) -> Command:
    """`action`: start, status, stop, commit, force. The status is read by `work.parse_remove_brick`.

    With `replica`, the number of copies that stay, the bricks leave their sets; gluster takes that with force only.
    """
    timeout = STATUS_TIMEOUT if action == "status" else CHANGE_TIMEOUT
    count = ("replica", str(replica)) if replica else ()
    return gluster("volume", "remove-brick", volume, *count, *bricks, action, timeout=timeout, lock=True)


def volume_rebalance(volume: str, action: str, fix_layout: bool = False, force: bool = False) -> Command:
    """`action`: start, status, stop. Status and stop are read by `work.parse_rebalance`."""
    timeout = STATUS_TIMEOUT if action == "status" else CHANGE_TIMEOUT
    kind = ("fix-layout",) if fix_layout and action == "start" else ()
    return gluster("volume", "rebalance", volume, *kind, action, *_force(force), timeout=timeout, lock=True)


def volume_heal(volume: str, full: bool = False) -> Command:
    """Plain text whatever one asks for. Read by `heal.parse_launch`."""
    return _change("volume", "heal", volume, *(("full",) if full else ()))


def volume_heal_info(volume: str, what: str = "", xml: bool = True) -> Command:
    """`what`: "", "summary", "split-brain". Slow, takes no lock. Read by `heal.parse_heal_info`."""
    words = ("volume", "heal", volume, "info", *((what,) if what else ()))
    return gluster(*words, timeout=HEAL_INFO_TIMEOUT, xml=xml)


def volume_heal_count(volume: str) -> Command:
    """Replicated volumes only; takes the volume's lock. Read by `heal.parse_heal_count`."""
    return gluster("volume", "heal", volume, "statistics", "heal-count", timeout=STATUS_TIMEOUT, lock=True)


def volume_heal_statistics(volume: str) -> Command:
    """The self-heal daemons' last crawls; takes the volume's lock. Read by `heal.parse_crawls`."""
    return gluster("volume", "heal", volume, "statistics", timeout=STATUS_TIMEOUT, lock=True)


def volume_get(volume: str, option: str = "all") -> Command:
    """Effective options. Takes no lock (measured). Read by `other.parse_options`."""
    return gluster("volume", "get", volume, option)


def volume_set_help() -> Command:
    """The catalogue of options. Read by `other.parse_option_help`."""
    return gluster("volume", "set", "help-xml")


INDEX_SCRIPT = """for brick do
  if [ -d "$brick/.glusterfs/indices/xattrop" ]; then
    ls -f "$brick/.glusterfs/indices/xattrop" | grep -vc -e '^xattrop-' -e '^[.]'
  else
    echo -
  fi
done
exit 0"""


def heal_indices(paths: Sequence[str]) -> Command:
    """Entries that wait for a heal, counted in the bricks' own indices on their node: a line per brick.

    The same numbers as `heal … statistics heal-count`, but without the volume's lock (parallel calls of that
    command refuse each other) and for dispersed volumes too. Read by `heal.parse_indices`.
    """
    return Command(("sh", "-c", INDEX_SCRIPT, "sh", *paths), timeout=10.0)


def brick_processes() -> Command:
    """The bricks that run on a node, whatever its glusterd does. Read by `status.parse_brick_processes`."""
    return Command(("ps", "-ww", "-C", "glusterfsd", "-o", "args="), timeout=5.0)
