"""What happened between two readings of the pool, as events for the timeline."""

from __future__ import annotations

from collections.abc import Iterator

from nasclustergui.core.events import Event, Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import count
from nasclustergui.subsystems.gluster.model import (
    GlusterState,
    PeerState,
    Task,
    TaskKind,
    TaskState,
    Volume,
    VolumeStatus,
)


def changes(old: GlusterState, new: GlusterState) -> tuple[Event, ...]:
    """Events in the order of their subjects. What one of the readings didn't know is no change."""
    return (*_peers(old, new), *_volumes(old, new))


def _peers(old: GlusterState, new: GlusterState) -> Iterator[Event]:
    before = {peer.uuid: peer for peer in old.peers}
    now = {peer.uuid: peer for peer in new.peers}
    for uuid, peer in now.items():
        name = peer.node or peer.hostnames[0]
        was = before.get(uuid)
        if was is None:
            yield _event(new, Severity.OK, _("{node} joined the pool").format(node=name), name)
        elif was.state is not peer.state:
            severity, text = _peer_words(peer.state)
            yield _event(new, severity, text.format(node=name), name)
    for uuid, peer in before.items():
        if uuid not in now:
            name = peer.node or peer.hostnames[0]
            yield _event(new, Severity.INFO, _("{node} left the pool").format(node=name), name)


def _peer_words(state: PeerState) -> tuple[Severity, str]:
    return {
        PeerState.CONNECTED: (Severity.OK, _("Peer {node} is connected")),
        PeerState.DISCONNECTED: (Severity.WARN, _("Peer {node} is not connected any more")),
        PeerState.REJECTED: (Severity.WARN, _("Peer {node} was rejected by the pool")),
        PeerState.JOINING: (Severity.INFO, _("Peer {node} is joining the pool")),
    }[state]


def _volumes(old: GlusterState, new: GlusterState) -> Iterator[Event]:
    before = {volume.uuid: volume for volume in old.volumes}
    for volume in new.volumes:
        was = before.pop(volume.uuid, None)
        if was is None:
            yield _event(new, Severity.OK, _("Volume {volume} was created").format(volume=volume.name), volume.name)
            continue
        yield from _status(was, volume, new)
        yield from _bricks(was, volume, new)
        yield from _tasks(was, volume, new)
        yield from _heal(was, volume, new)
    for volume in before.values():
        yield _event(new, Severity.INFO, _("Volume {volume} was deleted").format(volume=volume.name), volume.name)


def _status(was: Volume, volume: Volume, new: GlusterState) -> Iterator[Event]:
    if was.status is volume.status:
        return
    if volume.status is VolumeStatus.STARTED:
        yield _event(new, Severity.OK, _("Volume {volume} was started").format(volume=volume.name), volume.name)
    elif was.status is VolumeStatus.STARTED:
        yield _event(new, Severity.INFO, _("Volume {volume} was stopped").format(volume=volume.name), volume.name)


def _bricks(was: Volume, volume: Volume, new: GlusterState) -> Iterator[Event]:
    """One event for all bricks of a volume that the same happened to."""
    before = {brick.name: brick for brick in was.bricks}
    steady = was.status is volume.status is VolumeStatus.STARTED  # starting and stopping a volume says it all
    added, down, up = [], [], []
    for brick in volume.bricks:
        old = before.pop(brick.name, None)
        if old is None:
            added.append(brick.name)
        elif steady and old.online is True and brick.online is False:
            down.append(brick.name)
        elif steady and old.online is False and brick.online is True:
            up.append(brick.name)
    yield from _brick_events(volume, new, added, down, up, list(before))


def _brick_events(
    volume: Volume, new: GlusterState, added: list[str], down: list[str], up: list[str], gone: list[str]
) -> Iterator[Event]:
    added_text = ngettext("{volume}: brick added", "{volume}: {n} bricks added", len(added))
    down_text = ngettext("{volume}: brick went down", "{volume}: {n} bricks went down", len(down))
    up_text = ngettext("{volume}: brick is up again", "{volume}: {n} bricks are up again", len(up))
    gone_text = ngettext("{volume}: brick taken out", "{volume}: {n} bricks taken out", len(gone))
    for names, severity, text in (
        (added, Severity.OK, added_text),
        (down, Severity.WARN, down_text),
        (up, Severity.OK, up_text),
        (gone, Severity.INFO, gone_text),
    ):
        if names:
            title = text.format(volume=volume.name, n=len(names))
            yield Event(new.read_at, severity, title, ", ".join(names), volume.name)


def _tasks(was: Volume, volume: Volume, new: GlusterState) -> Iterator[Event]:
    before = {task.id: task for task in was.tasks}
    for task in volume.tasks:
        old = before.pop(task.id, None)
        if old is None or old.state is not task.state:
            yield from _task_event(volume, task, old, new)
    for task in before.values():
        if task.state is TaskState.RUNNING and volume.status is VolumeStatus.STARTED:
            text = _task_names()[task.kind][2].format(volume=volume.name)  # gluster forgets what was stopped
            yield _event(new, Severity.INFO, text, volume.name)


def _task_names() -> dict[TaskKind, tuple[str, str, str, str]]:
    """Started, finished, stopped, failed."""
    return {
        TaskKind.REBALANCE: (
            _("Rebalance of {volume} started"),
            _("Rebalance of {volume} finished"),
            _("Rebalance of {volume} was stopped"),
            _("Rebalance of {volume} failed"),
        ),
        TaskKind.FIX_LAYOUT: (
            _("New layout of {volume} started"),
            _("New layout of {volume} finished"),
            _("New layout of {volume} was stopped"),
            _("New layout of {volume} failed"),
        ),
        TaskKind.REMOVE_BRICK: (
            _("Removal of bricks from {volume} started"),
            _("The bricks to be removed from {volume} are empty"),
            _("Removal of bricks from {volume} was stopped"),
            _("Removal of bricks from {volume} failed"),
        ),
    }


def _task_event(volume: Volume, task: Task, old: Task | None, new: GlusterState) -> Iterator[Event]:
    started, finished, stopped, failed = _task_names()[task.kind]
    known = {
        TaskState.RUNNING: (Severity.BUSY, started),
        TaskState.COMPLETED: (Severity.OK, finished),
        TaskState.STOPPED: (Severity.INFO, stopped),
        TaskState.FAILED: (Severity.WARN, failed),
        TaskState.STALE: (Severity.WARN, failed),
    }
    if task.state in known:
        severity, text = known[task.state]
        yield _event(new, severity, text.format(volume=volume.name), volume.name)


def _heal(was: Volume, volume: Volume, new: GlusterState) -> Iterator[Event]:
    """The end and the beginning of a backlog. Bricks that are down hide theirs, so all must be up for the end."""
    before, now = was.heal_pending, volume.heal_pending
    if before and now == 0 and all(brick.online for brick in volume.bricks):
        healed = max(before, was.heal_peak)
        text = ngettext("{volume} healed {n} file", "{volume} healed {n} files", healed)
        yield _event(new, Severity.OK, text.format(volume=volume.name, n=count(healed)), volume.name)
    elif before == 0 and now:
        text = ngettext("{volume}: {n} file waits for a heal", "{volume}: {n} files wait for a heal", now)
        yield _event(new, Severity.BUSY, text.format(volume=volume.name, n=count(now)), volume.name)


def _event(new: GlusterState, severity: Severity, title: str, subject: str) -> Event:
    return Event(new.read_at, severity, title, subject=subject)
