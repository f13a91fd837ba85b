"""How the backlog of every volume went since the program started: fed by each reading, whatever page is open."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from nasclustergui.core.series import Series
from nasclustergui.subsystems.gluster.estimate import BacklogMeter, Estimate
from nasclustergui.subsystems.gluster.features.heal.model import heals
from nasclustergui.subsystems.gluster.model import GlusterState, Volume, VolumeStatus

CAPACITY = 2400  # readings per brick: more than an hour at two seconds each
POINTS = 300  # readings of the whole backlog that the doctor looks back on
Point = tuple[float, int]  # Unix time, entries


@dataclass
class VolumeHistory:
    """One volume's. Changed only by `HealHistory.note`.

    Attributes:
        bricks: name → its backlog over time, NaN where it could not be read.
        points: the whole backlog while it was known, oldest first; begins anew after a gap.
        estimate: how far the heal is; nothing while a brick is down, for then nothing heals towards it.
        fell_at: Unix time at which the backlog last became smaller, or was first seen; 0.0 while there is none.
        peak, peak_at: the largest since there last was none.
    """

    bricks: dict[str, Series] = field(default_factory=dict)
    points: deque[Point] = field(default_factory=lambda: deque(maxlen=POINTS))
    estimate: Estimate = field(default_factory=Estimate)
    fell_at: float = 0.0
    peak: int = 0
    peak_at: float = 0.0
    meter: BacklogMeter | None = None

    def still_for(self, now: float) -> float:
        """Seconds since the backlog last became smaller, 0 while there is none."""
        return max(0.0, now - self.fell_at) if self.fell_at else 0.0

    def growth(self, seconds: float) -> int:
        """By how many entries it changed over the last so many seconds that are known."""
        if len(self.points) < 2:
            return 0
        last, now = self.points[-1]
        before = next((n for at, n in self.points if at >= last - seconds), now)
        return now - before


class HealHistory:
    """All volumes'. Used by one thread."""

    def __init__(self) -> None:
        self._volumes: dict[str, VolumeHistory] = {}
        self._read_at = 0.0

    def of(self, volume: Volume) -> VolumeHistory:
        """The volume's history, an empty one before it was first read."""
        return self._volumes.setdefault(volume.uuid, VolumeHistory())

    def note(self, state: GlusterState) -> None:
        """Another reading. One whose brick states are no newer adds nothing, or a gap where they could not be read."""
        kept = {volume.uuid: volume for volume in state.volumes if heals(volume)}
        for gone in set(self._volumes) - kept.keys():
            del self._volumes[gone]
        fresh = state.status_at > self._read_at
        if not fresh:
            if state.status_error:
                self.gap(state.read_at)
            return
        self._read_at = state.status_at
        for volume in kept.values():
            _note(self.of(volume), volume, state.status_at)

    def gap(self, at: float) -> None:
        """Nothing could be read at Unix time `at`."""
        for history in self._volumes.values():
            for series in history.bricks.values():
                if not math.isnan(series.last):
                    series.append(at, math.nan)


def _note(history: VolumeHistory, volume: Volume, at: float) -> None:
    started = volume.status is VolumeStatus.STARTED
    names = {brick.name for brick in volume.bricks}
    for gone in set(history.bricks) - names:
        del history.bricks[gone]
    for brick in volume.bricks:
        known = started and brick.heal_pending is not None
        if brick.name not in history.bricks:
            history.bricks[brick.name] = Series(CAPACITY)
        history.bricks[brick.name].append(at, float(brick.heal_pending or 0) if known else math.nan)
    pending = volume.heal_pending if started else None
    if pending is None:
        history.points.clear()
        history.estimate, history.meter = Estimate(), None
        return
    _note_backlog(history, volume, at, pending)


def _note_backlog(history: VolumeHistory, volume: Volume, at: float, pending: int) -> None:
    before = history.points[-1][1] if history.points else None
    history.points.append((at, pending))
    whole = all(brick.online for brick in volume.bricks)
    if not pending:
        if whole:
            history.estimate, history.meter = Estimate(), None
            history.fell_at = 0.0
            history.peak, history.peak_at = 0, 0.0
        return
    if before is None or pending < before or not history.fell_at:
        history.fell_at = at
    if pending > history.peak:
        history.peak, history.peak_at = pending, at
    if whole:
        history.meter = history.meter or BacklogMeter()
        history.estimate = history.meter.add(at, pending)
    else:
        history.estimate, history.meter = Estimate(), None
