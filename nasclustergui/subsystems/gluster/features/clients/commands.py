"""`volume status V clients`, and what the nodes know about the processes behind the connections."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from nasclustergui.core.command import Command, Result
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.commands.answer import Answer, read_xml, reading, unexpected
from nasclustergui.subsystems.gluster.commands.values import each, integer, optional, optional_integer, text
from nasclustergui.subsystems.gluster.features.clients.model import Connection, Kind, Process

# ss tells the process of a connection, ps its words. Only root sees others' processes.
PROCESS_SCRIPT = r"""command -v ss >/dev/null || { echo "ss is not installed" >&2; exit 4; }
ss -Htnp state established
echo "@ps"
for pid in $(ss -Htnp state established | sed -n 's/.*pid=\([0-9]*\).*/\1/p' | sort -u); do
  [ -r "/proc/$pid/cmdline" ] && echo "$pid $(tr '\0' '\037' < "/proc/$pid/cmdline")"
done
exit 0"""

DAEMONS = {
    "glustershd": "Self-heal daemon",
    "quotad": "Quota daemon",
    "bitd": "Bitrot daemon",
    "scrub": "Scrubber",
    "rebalance": "Rebalance",
    "gfproxyd": "gfproxy",
    "snapd": "Snapshot daemon",
    "nfs": "Gluster NFS",
    "brick": "Brick",
}


def processes() -> Command:
    """Connections and processes of a node. Takes no lock. Read by `parse_processes`."""
    return Command(("sh", "-c", PROCESS_SCRIPT), timeout=6.0)


def host_names(addresses: Sequence[str]) -> Command:
    """Names of addresses, as the node knows them. Read by `parse_host_names`."""
    return Command(("getent", "hosts", *addresses), timeout=4.0)


def parse_clients(answer: Answer) -> tuple[tuple[Connection, ...], tuple[str, ...]]:
    """`volume status V clients`: all connections, and the bricks that told (also those without any)."""
    root = read_xml(answer)
    with reading(answer):
        nodes = [n for n in each(root, "volStatus/volumes/volume/node") if text(n, "path").startswith("/")]
        connections = tuple(connection for node in nodes for connection in _connections(node))
        told = tuple(_brick(node) for node in nodes if node.find("clientsStatus") is not None)
        for node in nodes:
            count = node.findtext("clientsStatus/clientCount")
            if count is not None and int(count) != len(node.findall("clientsStatus/client")):
                raise unexpected(answer, _("it announces {n} clients and lists others").format(n=count))
    return connections, told


def _connections(node: Element) -> Iterator[Connection]:
    for client in node.findall("clientsStatus/client"):
        address, _colon, port = text(client, "hostname").rpartition(":")
        yield Connection(
            _brick(node),
            optional_integer(node, "port"),
            address or text(client, "hostname"),
            port,
            integer(client, "bytesRead"),  # by the brick
            integer(client, "bytesWrite"),
            optional(client, "opVersion"),
        )


def _brick(node: Element) -> str:
    return f"{text(node, 'hostname')}:{text(node, 'path')}"


def parse_processes(node: str, result: Result) -> tuple[Process, ...] | None:
    """The processes with their connections; None where the node can't tell."""
    sockets, mark, listed = result.stdout.partition("@ps\n")
    if result.status or not mark:
        return None
    ends: dict[int, set[tuple[str, str, str]]] = {}
    for line in sockets.splitlines():
        match = re.search(r"\s(\S+):(\d+)\s+(\S+):(\d+)\s+users:.*?pid=(\d+)", line)
        if match:
            ends.setdefault(int(match[5]), set()).add((_bare(match[1]), match[2], match[4]))
    found = (line.split(" ", 1) for line in listed.splitlines())
    words = {int(pair[0]): pair[1].split("\037") for pair in found if len(pair) == 2 and pair[0].isdigit()}
    return tuple(_process(node, pid, argv, frozenset(ends.get(pid, ()))) for pid, argv in words.items())


def parse_host_names(result: Result) -> dict[str, str]:
    """Address → name. Those without one are missing."""
    lines = (line.split() for line in result.stdout.splitlines())
    return {words[0]: words[1] for words in lines if len(words) > 1}


def _process(node: str, pid: int, argv: Sequence[str], ends: frozenset[tuple[str, str, str]]) -> Process:
    argv = [word for word in argv if word]
    program = argv[0].rsplit("/", 1)[-1] if argv else ""
    if program not in ("glusterfs", "glusterfsd", "glusterd"):
        internal = program in ("glfsheal", "gluster", "gsyncd")
        return Process(node, pid, program, Kind.DAEMON if internal else Kind.PROGRAM, ends=ends)
    name = next((argv[i + 1] for i, word in enumerate(argv[:-1]) if word == "--process-name"), "")
    if name == "fuse" or (not name and _option(argv, "--volfile-server")):
        inner = _option(argv, "--client-pid").startswith("-")
        where = argv[-1] if argv[-1].startswith("/") else ""
        return Process(node, pid, _("Mount"), Kind.DAEMON if inner else Kind.MOUNT, where, ends)
    return Process(node, pid, DAEMONS.get(name, name or program), Kind.DAEMON, ends=ends)


def _option(argv: Sequence[str], name: str) -> str:
    return next((word.partition("=")[2] for word in argv if word.startswith(f"{name}=")), "")


def _bare(address: str) -> str:
    """ "[::ffff:10.0.0.1]" → "10.0.0.1", as gluster writes it."""
    return address.strip("[]").removeprefix("::ffff:").split("%")[0]
