"""The lab's network: a hub namespace with a bridge, and a namespace with one cable to it for each node."""

import fcntl
import os

from tests.lab import mounts
from tests.lab.paths import HUB_ADDRESS, NETNS_DIR, PREFIX_LENGTH, LabPaths, link_name, node_address
from tests.lab.shell import clean_environment, run
from tests.lab.spec import Spec

BRIDGE = "lab0"


def build(spec: Spec) -> None:
    """Make the hub and every node's network; nothing of it leads to the host's own."""
    paths = spec.paths
    for name in (paths.hub_netns, *(paths.node_netns(n) for n in spec.numbers)):
        run("ip", "netns", "add", name, env=clean_environment(paths.name))
    hub = [
        "link set lo up",
        f"link add {BRIDGE} type bridge",
        f"addr add {HUB_ADDRESS}/{PREFIX_LENGTH} dev {BRIDGE}",
        f"link set {BRIDGE} up",
        "route add unreachable default",  # unknown addresses fail at once instead of after a time-out
    ]
    for n in spec.numbers:
        hub.append(f"link add {link_name(n)} type veth peer name eth0 netns {paths.node_netns(n)}")
        hub.append(f"link set {link_name(n)} master {BRIDGE} up")
    _batch(paths, paths.hub_netns, hub)
    for n in spec.numbers:
        _batch(paths, paths.node_netns(n), _node_network(n))


def _node_network(n: int) -> list[str]:
    return [
        "link set lo up",
        f"addr add {node_address(n)}/{PREFIX_LENGTH} dev eth0",
        "link set eth0 up",
        "route add unreachable default",
    ]


def set_link(paths: LabPaths, n: int, *, up: bool) -> None:
    """Plug or pull the cable of node `n` at the hub: the node loses its carrier."""
    _batch(paths, paths.hub_netns, [f"link set {link_name(n)} {'up' if up else 'down'}"])


def link_is_up(paths: LabPaths, n: int) -> bool:
    """Whether the hub's end of the cable of node `n` is switched on."""
    shown = run("ip", "-n", paths.hub_netns, "-o", "link", "show", link_name(n), check=False).stdout
    flags = shown.partition("<")[2].partition(">")[0].split(",")
    return "UP" in flags


def _batch(paths: LabPaths, namespace: str, lines: list[str]) -> None:
    run("ip", "-n", namespace, "-batch", "-", text="\n".join(lines) + "\n", env=clean_environment(paths.name))


def namespaces(paths: LabPaths) -> list[str]:
    """Names of all namespaces of this lab that exist now."""
    try:
        return [name for name in os.listdir(NETNS_DIR) if name.startswith(paths.netns_prefix)]
    except FileNotFoundError:
        return []


def remove(paths: LabPaths) -> None:
    """Remove every namespace of the lab; cables and bridge go with them."""
    for name in namespaces(paths):
        run("ip", "netns", "del", name, check=False)
        # `ip` stops short of a file whose mount an interrupted `ip netns add` never made.
        (NETNS_DIR / name).unlink(missing_ok=True)
    _unmount_directory()


def _unmount_directory() -> None:
    """Undo what the machine's first `ip netns add` did: mount its directory onto itself."""
    try:
        handle = os.open(NETNS_DIR, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)  # `ip netns add` takes the same lock while it mounts
        unused = not os.listdir(NETNS_DIR) and NETNS_DIR in mounts.below(NETNS_DIR)
    finally:
        os.close(handle)
    if unused:
        run("umount", str(NETNS_DIR), check=False)  # refused while somebody's namespace is in it
