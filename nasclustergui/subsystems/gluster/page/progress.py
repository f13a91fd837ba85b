"""What the cluster does by itself, how far it is and how long it still takes: measured from one state to the next."""

from __future__ import annotations

from collections.abc import Iterable

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import about, count, duration, percent
from nasclustergui.subsystems.gluster.estimate import BacklogMeter, Estimate
from nasclustergui.subsystems.gluster.features.bricks.removal import removal_of
from nasclustergui.subsystems.gluster.features.rebalance.history import TaskHistory
from nasclustergui.subsystems.gluster.model import (
    Brick,
    GlusterState,
    NodeProgress,
    Task,
    TaskState,
    Volume,
    VolumeStatus,
)
from nasclustergui.subsystems.gluster.page.offers import running_task
from nasclustergui.subsystems.gluster.page.volume_rows import Bar
from nasclustergui.subsystems.gluster.rebalance_meter import node_key


class Progress:
    """Remembers the meters of what is under way. `note` every state, then ask `bar`."""

    def __init__(self, works: TaskHistory | None = None) -> None:
        """`works`: measures rebalances and removals, shared with whoever shows more of them."""
        self._works = works or TaskHistory()
        self._meters: dict[str, BacklogMeter] = {}  # of heals, by volume
        self._estimates: dict[str, Estimate] = {}
        self._read_at = 0.0

    def note(self, state: GlusterState) -> None:
        """Measure; a state whose brick states are no newer changes nothing."""
        if state.status_at == self._read_at:
            return
        self._read_at = state.status_at
        self._works.note(state)
        seen: set[str] = set()
        for volume in state.volumes:
            if volume.status is VolumeStatus.STARTED:
                seen.update(self._note_heal(volume, state.status_at))
        for gone in set(self._meters) - seen:
            del self._meters[gone]
            self._estimates.pop(gone, None)

    def _note_heal(self, volume: Volume, at: float) -> Iterable[str]:
        pending = volume.heal_pending
        if not pending or any(brick.online is not True for brick in volume.bricks):
            return  # with a brick down nothing heals towards it
        meter = self._meters.setdefault(volume.name, BacklogMeter())
        self._estimates[volume.name] = meter.add(at, pending)
        yield volume.name

    def bar(self, volume: Volume, brick: Brick | None = None) -> Bar | None:
        """What the volume is busy with, or the node of one of its bricks; None for nothing."""
        if volume.status is not VolumeStatus.STARTED:
            return None
        task = running_task(volume)
        if task is not None and task.state is TaskState.RUNNING:
            return self._task_bar(volume, task, brick)
        if brick is None and (removal := removal_of(volume.tasks)) is not None:
            return waiting_bar(removal)
        estimate = self._estimates.get(volume.name) if brick is None else None
        return _bar(estimate) if estimate is not None else None

    def _task_bar(self, volume: Volume, task: Task, brick: Brick | None) -> Bar | None:
        work = self._works.running(volume)
        if brick is None:
            return _bar(work.estimate if work is not None else Estimate())
        node = next((n for n in task.nodes if _is_of(n, brick)), None)
        if node is None:
            return None
        return node_bar(node, work.by_node.get(node_key(node), Estimate()) if work is not None else Estimate())


def waiting_bar(removal: Task) -> Bar:
    """A removal of bricks that moves nothing, and isn't committed."""
    left = sum(node.failures + node.skipped for node in removal.nodes)
    if removal.state is TaskState.NOT_STARTED:
        return Bar(0.0, _("rests: node away"), _("gluster goes on with the removal once the nodes are back."))
    if removal.state is TaskState.COMPLETED and not left:
        return Bar(1.0, _("not committed"), _("Commit the removal, or stop it: until then no rebalance can run."))
    ended = removal.state is TaskState.COMPLETED  # else it was broken off: how many are left is not known
    text = ngettext("{n} file left", "{n} files left", left).format(n=count(left)) if left and ended else _("failed")
    return Bar(0.0, text, _("Try the removal again once the cause is mended, or stop it and keep the bricks."))


def node_bar(node: NodeProgress, estimate: Estimate) -> Bar:
    """How far one node is with its part."""
    match node.state:
        case TaskState.COMPLETED:
            return Bar(1.0, _("done"), moved(node))
        case TaskState.FAILED:
            return Bar(0.0, _("failed"), moved(node))
        case TaskState.STOPPED:
            return Bar(0.0, _("stopped"), moved(node))
        case TaskState.RUNNING:
            return _bar(estimate, moved(node))
        case _:
            return Bar(0.0, _("waits"), "")


def moved(node: NodeProgress) -> str:
    """What the node has done, a sentence for the tool tip."""
    text = _("{files} files moved, {looked} looked at, {failed} failed, {skipped} skipped in {time}")
    return text.format(
        files=count(node.files),
        looked=count(node.lookups),
        failed=count(node.failures),
        skipped=count(node.skipped),
        time=duration(node.seconds),
    )


def _is_of(node: NodeProgress, brick: Brick) -> bool:
    if node.host_uuid and brick.host_uuid:
        return node.host_uuid == brick.host_uuid
    return node.node in (brick.host, brick.node)


def _bar(estimate: Estimate, more: str = "") -> Bar:
    if estimate.progress is None:
        return Bar(0.0, _("no estimate yet"), more)
    share = percent(int(estimate.progress * 100))
    if estimate.seconds_left is None:
        return Bar(estimate.progress, _("{percent}, no estimate yet").format(percent=share), more)
    text = _("{percent}, {time} left").format(percent=share, time=duration(estimate.seconds_left[1]))
    lines = [about(*estimate.seconds_left)]
    if estimate.rate:
        lines.append(_("{n} files per minute").format(n=count(estimate.rate * 60)))
    return Bar(estimate.progress, text, "\n".join([*lines, *([more] if more else [])]))
