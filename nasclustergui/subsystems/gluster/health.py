"""What is wrong with the pool and its volumes, worst first."""

from __future__ import annotations

from nasclustergui.core.events import Problem, Severity
from nasclustergui.core.i18n import _, ngettext, sentences
from nasclustergui.core.units import clock, count, percent, size
from nasclustergui.subsystems.gluster.brick_health import brick_problems
from nasclustergui.subsystems.gluster.model import (
    Brick,
    GlusterState,
    Peer,
    PeerState,
    Task,
    TaskKind,
    TaskState,
    Volume,
    VolumeStatus,
)
from nasclustergui.subsystems.gluster.news import changes

__all__ = ["FULL_PERCENT", "changes", "problems"]

FULL_PERCENT = 85.0


def problems(state: GlusterState) -> tuple[Problem, ...]:
    """Everything that needs an eye, worst first. A volume that was stopped on purpose is no problem."""
    found: list[Problem] = [p for peer in state.peers if (p := _peer(peer, state)) is not None]
    for volume in state.volumes:
        if volume.status is VolumeStatus.STARTED:
            found += brick_problems(volume, state)
            found += _heal(volume, state)
            found += [p for task in volume.tasks if (p := _task(volume, task)) is not None]
            found += _space(volume)
            found += _unknown(volume, state)
    found += _unread(state)
    return tuple(sorted(found, key=lambda problem: -problem.severity))


def _peer(peer: Peer, state: GlusterState) -> Problem | None:
    name = peer.node or peer.hostnames[0]
    key = f"gluster/peer/{name}"
    if peer.state is PeerState.REJECTED:
        return Problem(
            key,
            Severity.WARN,
            _("Peer {node} is rejected by the pool").format(node=name),
            _("Its configuration differs from that of the other peers: changes do not reach it."),
            (
                _("Look for “checksum” in /var/log/glusterfs/glusterd.log on {node}.").format(node=name),
                _("Take over the pool's configuration there, then restart glusterd."),
            ),
            subject=name,
        )
    if peer.state is PeerState.DISCONNECTED:
        return Problem(
            key,
            Severity.WARN,
            _("Peer {node} is not connected").format(node=name),
            _disconnected(peer, state),
            (_("Bring {node} back, or start glusterd there.").format(node=name),),
            subject=name,
        )
    if peer.state is PeerState.JOINING:
        return Problem(
            key,
            Severity.BUSY,
            _("Peer {node} is joining the pool").format(node=name),
            _("This takes some seconds. If it stays so, restart glusterd on it."),
            subject=name,
        )
    return None


def _disconnected(peer: Peer, state: GlusterState) -> str:
    bricks = [
        b for v in state.volumes if v.status is VolumeStatus.STARTED for b in v.bricks if b.host_uuid == peer.uuid
    ]
    if bricks and all(brick.online for brick in bricks):
        text = _("Its bricks go on serving files, but gluster refuses some changes until glusterd is back there.")
    elif any(brick.online is not False for brick in bricks):
        text = _("Its bricks may serve no files, and gluster refuses some changes until it is back.")
    else:
        text = _("Its bricks serve no files, and gluster refuses some changes until it is back.")
    why = state.node_errors.get(peer.node, "").removeprefix(f"{peer.node}: ")
    return f"{text} ({why})" if why else text


def _heal(volume: Volume, state: GlusterState) -> list[Problem]:
    key = f"gluster/{volume.name}/heal"
    split = max((brick.split_brain or 0 for brick in volume.bricks), default=0)
    if split:
        return [
            Problem(
                f"gluster/{volume.name}/split-brain",
                Severity.CRITICAL,
                ngettext(
                    "Volume {volume}: {n} file is in split-brain",
                    "Volume {volume}: {n} files are in split-brain",
                    split,
                ).format(volume=volume.name, n=count(split)),
                _("The copies differ and gluster cannot tell which is right: clients get errors for these files."),
                (
                    _(
                        "List them with “gluster volume heal {volume} info split-brain”, then choose a side for each."
                    ).format(volume=volume.name),
                ),
                subject=volume.name,
            )
        ]
    if volume.heal_pending:
        return [
            Problem(
                key,
                Severity.BUSY,
                ngettext(
                    "Volume {volume}: {n} entry waits for a heal",
                    "Volume {volume}: {n} entries wait for a heal",
                    volume.heal_pending,
                ).format(volume=volume.name, n=count(volume.heal_pending)),
                _("Until then these files have fewer good copies."),
                (_("Do not restart other nodes before it is done."),),
                f"gluster.heal:{volume.name}",
                volume.name,
            )
        ]
    if volume.name in state.heal_errors:
        return [
            Problem(
                key,
                Severity.UNKNOWN,
                _("Volume {volume}: the heal backlog is not known").format(volume=volume.name),
                state.heal_errors[volume.name],
                subject=volume.name,
            )
        ]
    return []


def _task(volume: Volume, task: Task) -> Problem | None:
    key = f"gluster/{volume.name}/task/{task.kind}"
    if task.kind is TaskKind.REMOVE_BRICK and task.state is not TaskState.RUNNING:
        return _uncommitted(volume, task, key)
    names = {
        TaskKind.REBALANCE: _("the rebalance"),
        TaskKind.FIX_LAYOUT: _("the new layout"),
    }
    if task.state is TaskState.RUNNING:
        titles = {
            TaskKind.REBALANCE: _("Volume {volume}: a rebalance moves files"),
            TaskKind.FIX_LAYOUT: _("Volume {volume}: directories get a new layout"),
            TaskKind.REMOVE_BRICK: _("Volume {volume}: files are moved away from bricks that will be removed"),
        }
        text = _("Files stay readable and writable; the bricks are busier.")
        todo = (_("Do not restart nodes of this volume before it is done."),)
        return Problem(
            key, Severity.BUSY, titles[task.kind].format(volume=volume.name), text, todo, subject=volume.name
        )
    if task.state in (TaskState.FAILED, TaskState.STALE):
        return Problem(
            key,
            Severity.WARN,
            _("Volume {volume}: {task} failed").format(volume=volume.name, task=names[task.kind])
            if task.state is TaskState.FAILED
            else _("Volume {volume}: {task} hangs").format(volume=volume.name, task=names[task.kind]),
            _("A node or a brick went away in the middle. Files are where they were, or already moved; none is lost."),
            (
                _("Bring all bricks of {volume} back, then start it again.").format(volume=volume.name),
                _("If gluster says that it is already started: stop the volume with “force” and start it."),
            ),
            f"gluster.rebalancing:{volume.name}",
            volume.name,
        )
    return None


def _uncommitted(volume: Volume, task: Task, key: str) -> Problem:
    """A removal of bricks that moves nothing (any more): somebody must end it, no rebalance can run before."""
    left = sum(node.failures + node.skipped for node in task.nodes)
    until = _("Until it is committed or stopped no rebalance can run.")
    if task.state is TaskState.COMPLETED and not left:
        title = _("Volume {volume}: emptied bricks wait to be taken out")
        todo = (_("Commit the removal: “Watch and commit removal…”, or stop it and keep the bricks."),)
        action = f"gluster.remove-brick-finish:{volume.name}"
        return Problem(key, Severity.INFO, title.format(volume=volume.name), until, todo, action, volume.name)
    if task.state is TaskState.NOT_STARTED:
        title = _("Volume {volume}: the removal of bricks rests, their nodes are away")
        todo = (_("Bring the nodes back: gluster goes on by itself. Or stop the removal and keep the bricks."),)
        return Problem(key, Severity.WARN, title.format(volume=volume.name), until, todo, "", volume.name)
    return Problem(
        key,
        Severity.WARN,
        _("Volume {volume}: the removal of bricks left files behind").format(volume=volume.name),
        _("They stay where they are, clients reach them; none is lost.") + f" {until}",
        (
            _("Bring all bricks of {volume} back, and make room on those that stay.").format(volume=volume.name),
            _("Then try the removal again, or stop it and keep the bricks."),
        ),
        f"gluster.remove-brick-retry:{volume.name}",
        volume.name,
    )


def _space(volume: Volume) -> list[Problem]:
    """Nearly full as a whole, or one set that is: files go to their set however empty the others are."""
    fullest = max((f for group in volume.sets if (f := _used_percent(group)) is not None), default=0.0)
    if fullest < FULL_PERCENT:
        return []
    free = volume.available
    rest = _("{free} are free in the whole volume.").format(free=size(free)) if free is not None else ""
    return [
        Problem(
            f"gluster/{volume.name}/full",
            Severity.WARN,
            _("Volume {volume} is nearly full").format(volume=volume.name)
            if len(volume.sets) == 1
            else _("A set of volume {volume} is nearly full").format(volume=volume.name),
            _("{percent} of its space is used. When it is full, writes fail.").format(percent=percent(fullest))
            + f" {rest}".rstrip(),
            (_("Add bricks and rebalance, or delete files."),),
            f"gluster.add-brick:{volume.name}",
            volume.name,
        )
    ]


def _used_percent(group: tuple[Brick, ...]) -> float | None:
    shares = [100.0 * (b.size - b.free) / b.size for b in group if b.size and b.free is not None and not b.arbiter]
    return max(shares, default=None)


def _unknown(volume: Volume, state: GlusterState) -> list[Problem]:
    """Bricks that nobody told of: what is not known is not well. Where the whole reading failed or is still under
    way, that is said once, elsewhere."""
    unknown = [brick.name for brick in volume.bricks if brick.online is None]
    if not unknown or state.status_error or not state.status_at:
        return []
    return [
        Problem(
            f"gluster/{volume.name}/unknown",
            Severity.UNKNOWN,
            _("Volume {volume}: it is not known whether its bricks run").format(volume=volume.name)
            if len(unknown) == len(volume.bricks)
            else _("Volume {volume}: it is not known whether some of its bricks run").format(volume=volume.name),
            _("Nothing is known of {bricks}.").format(bricks=_printable(", ".join(unknown))),
            (_why_unknown(unknown),),
            "gluster.read",
            volume.name,
        )
    ]


def _why_unknown(bricks: list[str]) -> str:
    if any(_printable(brick) != brick for brick in bricks):
        return _("Gluster tells nothing of a path that is not UTF-8: copy the files to another volume, then delete it.")
    return _("Wait for the next reading; if it stays so, look at glusterd's log on their nodes.")


def _printable(text: str) -> str:
    """Bytes that aren't UTF-8 as escapes: a lone surrogate must reach neither clipboard nor file."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _unread(state: GlusterState) -> list[Problem]:
    if not state.status_error:
        return []
    since = (
        _("Brick states are from {time}.").format(time=clock(state.status_at))
        if state.status_at
        else _("They were never read.")
    )
    waits = ", ".join(state.waits_for)
    return [
        Problem(
            "gluster/status",
            Severity.WARN if waits else Severity.UNKNOWN,
            _("GlusterFS waits for {nodes}").format(nodes=waits) if waits else _("Brick states cannot be read"),
            sentences(state.status_error, since),
            (state.status_hint,) if state.status_hint else (),
            "gluster.read",
            subject=waits or "gluster",
            urgency=1,
        )
    ]
