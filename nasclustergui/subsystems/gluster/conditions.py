"""The conditions that a step's check names, looked up in a state: pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.commands.volumes import split_brick
from nasclustergui.subsystems.gluster.model import GlusterState, PeerState, TaskKind, TaskState, Volume, VolumeStatus

NEED_STATUS = frozenset({"no_task", "rebalance_running"})  # the others need no lock
Args = Mapping[str, str]


def broken(check: str, args: Args, state: GlusterState) -> str:
    """Why the first condition that doesn't hold doesn't hold, one sentence; "" if all hold.

    `check`: names separated by blanks. `args`: "volume", "id" (of the volume), "bricks" (one per line).
    """
    for name in check.split():
        why = CONDITIONS[name](args, state)
        if why:
            return why.format(volume=args.get("volume", ""))
    return ""


def _absent(args: Args, state: GlusterState) -> str:
    return _("There is a volume {volume} by now.") if _volume(args, state) else ""


def _exists(args: Args, state: GlusterState) -> str:
    return "" if _volume(args, state) else _("Volume {volume} does not exist any more.")


def _same(args: Args, state: GlusterState) -> str:
    volume = _volume(args, state)
    return (
        "" if volume and volume.uuid == args["id"] else _("{volume} is not the volume any more that was planned for.")
    )


def _started(args: Args, state: GlusterState) -> str:
    volume = _volume(args, state)
    started = volume is not None and volume.status is VolumeStatus.STARTED
    return _exists(args, state) or ("" if started else _("Volume {volume} is not started any more."))


def _not_started(args: Args, state: GlusterState) -> str:
    volume = _volume(args, state)
    started = volume is not None and volume.status is VolumeStatus.STARTED
    return _exists(args, state) or (_("Volume {volume} is started by now.") if started else "")


def _no_task(args: Args, state: GlusterState) -> str:
    volume = _volume(args, state)
    for task in volume.tasks if volume else ():
        if task.state is TaskState.RUNNING:
            if task.kind is TaskKind.REMOVE_BRICK:
                return _("Bricks of {volume} are being removed.")
            return _("A rebalance of {volume} is running by now.")
    return ""


def _rebalance_running(args: Args, state: GlusterState) -> str:
    volume = _volume(args, state)
    kinds = (TaskKind.REBALANCE, TaskKind.FIX_LAYOUT)
    if volume and any(task.kind in kinds and task.state is TaskState.RUNNING for task in volume.tasks):
        return ""
    return _("No rebalance of {volume} is running any more.")


def _bricks_unused(args: Args, state: GlusterState) -> str:
    """By peer id, since a peer can have several names."""
    ids = {host: peer.uuid for peer in state.peers for host in peer.hostnames}
    wanted = {(ids.get(host, host), path) for host, path in map(split_brick, args["bricks"].splitlines())}
    for volume in state.volumes:
        for brick in volume.bricks:
            if (brick.host_uuid or ids.get(brick.host, brick.host), brick.path) in wanted:
                text = _("{brick} is a brick of volume {other} by now.")
                return text.format(brick=_braced(brick.name), other=volume.name)
    return ""


def _peers_connected(args: Args, state: GlusterState) -> str:
    away = [p.node or p.hostnames[0] for p in state.peers if p.state is PeerState.DISCONNECTED]
    text = _("Gluster would refuse it while peers are down: {nodes}.")
    return text.format(nodes=_braced(", ".join(away))) if away else ""


def _volume(args: Args, state: GlusterState) -> Volume | None:
    return state.volume(args["volume"])


def _braced(text: str) -> str:
    """Safe for the second format in `broken`."""
    return text.replace("{", "{{").replace("}", "}}")


CONDITIONS: dict[str, Callable[[Args, GlusterState], str]] = {
    "volume_absent": _absent,
    "volume_exists": _exists,
    "same_volume": _same,
    "volume_started": _started,
    "volume_not_started": _not_started,
    "no_task": _no_task,
    "rebalance_running": _rebalance_running,
    "bricks_unused": _bricks_unused,
    "peers_connected": _peers_connected,
}
