"""How every volume's rebalance or removal went since the program started: fed by each reading."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from nasclustergui.core.series import Series
from nasclustergui.subsystems.gluster.estimate import Estimate
from nasclustergui.subsystems.gluster.features.bricks.removal import RemovalMeter, files_to_go
from nasclustergui.subsystems.gluster.model import GlusterState, Task, TaskKind, TaskState, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.rebalance_meter import RebalanceMeter, Standstill, meter_for

CAPACITY = 2400  # readings: more than an hour at two seconds each


@dataclass
class WorkHistory:
    """One task of one volume. Changed only by `TaskHistory.note`.

    Attributes:
        task: as it was read last with its numbers; kept when it is over.
        estimate, by_node: how far it is; the latter by the id of a node's peer.
        files, bytes: moved per second over time, NaN where it could not be read.
        running: False once the task isn't seen any more, or has ended.
        read_at: Unix time of the last reading; changed_at: of the last one at which files had been moved.
        dead: keys of nodes that count as working, but whose process seems to be gone.
    """

    task: Task
    meter: RebalanceMeter | RemovalMeter
    estimate: Estimate = field(default_factory=Estimate)
    by_node: dict[str, Estimate] = field(default_factory=dict)
    files: Series = field(default_factory=lambda: Series(CAPACITY))
    bytes: Series = field(default_factory=lambda: Series(CAPACITY))
    running: bool = True
    read_at: float = 0.0
    changed_at: float = 0.0
    dead: tuple[str, ...] = ()
    _standstill: Standstill = field(default_factory=Standstill)

    def still_for(self, now: float) -> float:
        """Seconds since a file was seen to be finished, since the first reading where there was none."""
        return max(0.0, now - self.changed_at) if self.changed_at else 0.0

    def add(self, at: float, task: Task) -> None:
        """Another reading of it."""
        if self.read_at and at > self.read_at:
            seconds = at - self.read_at
            self.files.append(at, max(0.0, _files(task) - _files(self.task)) / seconds)
            self.bytes.append(at, max(0.0, _bytes(task) - _bytes(self.task)) / seconds)
        if not self.changed_at or _files(task) != _files(self.task):
            self.changed_at = at
        self.dead = self._standstill.add(at, task)
        self.estimate = self.meter.add(at, task)
        self.by_node = dict(self.meter.by_node)
        self.task, self.read_at = task, at

    def gap(self, at: float) -> None:
        """It could not be read: the chart shows nothing for that time."""
        for series in (self.files, self.bytes):
            if len(series) and not math.isnan(series.last):
                series.append(at, math.nan)


class TaskHistory:
    """All volumes'. Used by one thread."""

    def __init__(self) -> None:
        self._works: dict[str, WorkHistory] = {}  # by the volume's id
        self._read_at = 0.0

    def of(self, volume: Volume) -> WorkHistory | None:
        """The newest task with numbers that was seen on the volume, None if there was none."""
        return self._works.get(volume.uuid)

    def running(self, volume: Volume) -> WorkHistory | None:
        """The task under way, None if there is none or its numbers could not be read yet."""
        work = self._works.get(volume.uuid)
        return work if work is not None and work.running else None

    def note(self, state: GlusterState) -> None:
        """Measure; a state whose brick states are no newer changes nothing."""
        if state.status_at == self._read_at:
            return
        self._read_at = state.status_at
        known = {volume.uuid for volume in state.volumes}
        self._works = {uuid: work for uuid, work in self._works.items() if uuid in known}
        for volume in state.volumes:
            self._note(volume, state.status_at)

    def gap(self, at: float) -> None:
        """The pool could not be read at this Unix time."""
        for work in self._works.values():
            work.gap(at)

    def _note(self, volume: Volume, at: float) -> None:
        work = self._works.get(volume.uuid)
        task = next((t for t in volume.tasks if t.state is TaskState.RUNNING), None)
        if task is None or volume.status is not VolumeStatus.STARTED:
            if work is not None and work.running:
                work.running = False
                work.gap(at)
            return
        if not task.nodes:  # its numbers could not be read this time
            return
        if work is None or work.task.id != task.id:
            work = self._works[volume.uuid] = WorkHistory(task, _meter(volume, task))
        work.running = True
        work.add(at, task)


def _meter(volume: Volume, task: Task) -> RebalanceMeter | RemovalMeter:
    """The same as the job's own."""
    if task.kind is TaskKind.REMOVE_BRICK:
        return RemovalMeter(files_to_go(volume, task.bricks))
    return meter_for(volume, task)


def _files(task: Task) -> int:
    return sum(node.files for node in task.nodes)


def _bytes(task: Task) -> int:
    return sum(node.bytes for node in task.nodes)
