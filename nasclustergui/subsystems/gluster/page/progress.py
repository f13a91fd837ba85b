"""What the cluster does by itself, how far it is and how long it still takes: measured from one state to the next."""

from __future__ import annotations

from collections.abc import Iterable

from nasclustergui.core.i18n import _
from nasclustergui.core.units import about, count, duration, percent
from nasclustergui.subsystems.gluster.estimate import BacklogMeter, Estimate
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
from nasclustergui.subsystems.gluster.rebalance_meter import RebalanceMeter, meter_for, node_key

Key = tuple[str, ...]


class Progress:
    """Remembers the meters of what is under way. `note` every state, then ask `bar`."""

    def __init__(self) -> None:
        self._meters: dict[Key, RebalanceMeter | BacklogMeter] = {}
        self._estimates: dict[Key, Estimate] = {}
        self._read_at = 0.0

    def note(self, state: GlusterState) -> None:
        """Measure; a state whose brick states are no newer changes nothing."""
        if state.status_at == self._read_at:
            return
        self._read_at = state.status_at
        seen: set[Key] = set()
        for volume in state.volumes:
            if volume.status is VolumeStatus.STARTED:
                seen.update(self._note_task(volume, state.status_at))
                seen.update(self._note_heal(volume, state.status_at))
        for gone in set(self._meters) - seen:
            del self._meters[gone]
        for key in [key for key in self._estimates if key[:3] not in self._meters]:
            del self._estimates[key]

    def _note_task(self, volume: Volume, at: float) -> Iterable[Key]:
        task = running_task(volume)
        if task is None or task.state is not TaskState.RUNNING or not task.nodes:
            return
        key = ("task", volume.name, task.id)
        meter = self._meters.get(key)
        if meter is None:
            meter = self._meters[key] = meter_for(volume, task)
        assert isinstance(meter, RebalanceMeter)
        self._estimates[key] = meter.add(at, task)
        yield key
        for node, estimate in meter.by_node.items():
            self._estimates[(*key, node)] = estimate

    def _note_heal(self, volume: Volume, at: float) -> Iterable[Key]:
        pending = volume.heal_pending
        if not pending or any(brick.online is not True for brick in volume.bricks):
            return  # with a brick down nothing heals towards it
        key = ("heal", volume.name)
        meter = self._meters.setdefault(key, BacklogMeter())
        assert isinstance(meter, BacklogMeter)
        self._estimates[key] = meter.add(at, pending)
        yield key

    def bar(self, volume: Volume, brick: Brick | None = None) -> Bar | None:
        """What the volume is busy with, or the node of one of its bricks; None for nothing."""
        if volume.status is not VolumeStatus.STARTED:
            return None
        task = running_task(volume)
        if task is not None and task.state is TaskState.RUNNING:
            return self._task_bar(volume, task, brick)
        estimate = self._estimates.get(("heal", volume.name)) if brick is None else None
        return _bar(estimate) if estimate is not None else None

    def _task_bar(self, volume: Volume, task: Task, brick: Brick | None) -> Bar | None:
        key: Key = ("task", volume.name, task.id)
        if brick is None:
            return _bar(self._estimates.get(key, Estimate()))
        node = next((n for n in task.nodes if _is_of(n, brick)), None)
        if node is None:
            return None
        match node.state:
            case TaskState.COMPLETED:
                return Bar(1.0, _("done"), moved(node))
            case TaskState.FAILED:
                return Bar(0.0, _("failed"), moved(node))
            case TaskState.RUNNING:
                return _bar(self._estimates.get((*key, node_key(node)), Estimate()), moved(node))
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
