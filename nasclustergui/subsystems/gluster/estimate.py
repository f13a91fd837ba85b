"""How far a rebalance or a heal is and how long it still takes, from what was measured (pure)."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from nasclustergui.subsystems.gluster.model import Brick, Task, TaskState, Volume

GFID_DIRS = 65536  # .glusterfs/xx/yy, made when the first file needs one
GFID_PARENTS = 256
OWN_INODES = 40  # what gluster keeps on an empty brick, about
ALMOST = 0.99  # the number of files is an estimate: only "completed" is the end
SAMPLES = 60
SHORTEST = 3.0  # seconds of measuring before the first estimate


@dataclass(frozen=True)
class Estimate:
    """Where the work stands. `progress`: 0 … 1. `seconds_left`: (low, likely, high). `rate`: per second."""

    progress: float | None = None
    seconds_left: tuple[float, float, float] | None = None
    rate: float | None = None


def files_for_inodes(used: int) -> float:
    """About how many files and directories a brick's file system holds that uses so many inodes.

    Every file has one inode (its entry below `.glusterfs` is a hard link), but the directories `.glusterfs/xx/yy` that
    these links lie in use inodes too: n files spread by hash fill about 65536 · (1 − e^(−n/65536)) of them.
    """
    wanted = max(0.0, used - OWN_INODES)
    low, high = 0.0, wanted
    for __ in range(60):
        n = (low + high) / 2
        low, high = (n, high) if _inodes_for_files(n) < wanted else (low, n)
    return (low + high) / 2


def files_per_set(volume: Volume) -> tuple[float, ...] | None:
    """About how many files each set has, counted on its fullest brick; None while a set is unknown.

    Too many where another volume has bricks on the same file systems.
    """
    found = []
    for group in volume.sets:
        known = [used for brick in group if (used := _used(brick)) is not None]
        if not known:
            return None
        found.append(files_for_inodes(max(known)))
    return tuple(found)


def files_on(volume: Volume) -> float | None:
    """About how many files the volume has, None while a set is unknown."""
    files = files_per_set(volume)
    return None if files is None else sum(files)


def files_to_move(volume: Volume) -> float:
    """About how many files lie on sets that hold more than their share, by size; 0 if unknown."""
    files = files_per_set(volume)
    sizes = [max((b.size or 0 for b in group if not b.arbiter), default=0) for group in volume.sets]
    if files is None or not all(sizes):
        return 0.0
    return sum(max(0.0, n - sum(files) * size / sum(sizes)) for n, size in zip(files, sizes, strict=True))


class RebalanceMeter:
    """Progress of a rebalance or a brick's removal: files looked at and moved, against those that there are.

    gluster looks at a directory's files in one go and then moves them one by one, so lookups alone would jump.
    `files`: about how many have to be looked at, None if unknown; `moves`: about how many of them to be moved.
    Progress never goes back.
    """

    def __init__(self, files: float | None, moves: float = 0.0) -> None:
        self._files, self._moves = files, moves
        self._progress = 0.0
        self._work, self._shown = Rates(), Rates()

    def add(self, at: float, task: Task) -> Estimate:
        """The estimate after another reading; `at` in seconds of any clock."""
        if task.state is TaskState.COMPLETED:
            return Estimate(1.0, (0.0, 0.0, 0.0))
        lookups, moved = sum(n.lookups for n in task.nodes), sum(n.files for n in task.nodes)
        self._shown.add(at, moved or lookups)
        done = lookups + min(moved, self._moves)
        self._work.add(at, done)
        if not self._files:
            return Estimate(None, None, self._shown.likely)
        total = max(self._files, lookups) + self._moves
        self._progress = max(self._progress, min(ALMOST, done / total))
        return Estimate(self._progress, self._work.time_for(total - done), self._shown.likely)


class BacklogMeter:
    """Progress of a heal: how much of the largest backlog seen is gone."""

    def __init__(self) -> None:
        self._peak = 0
        self._rates = Rates()

    def add(self, at: float, pending: int) -> Estimate:
        """The estimate after another reading; `at` in seconds of any clock."""
        if pending > self._peak:  # new entries came: what was healed meanwhile is not known
            self._peak = pending
            self._rates = Rates()
        self._rates.add(at, self._peak - pending)
        if not self._peak:
            return Estimate(None)
        return Estimate(1 - pending / self._peak, self._rates.time_for(pending), self._rates.likely)


class Rates:
    """The speed of something that counts up, with a band from how it varied."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float]] = deque(maxlen=SAMPLES)

    def add(self, at: float, done: float) -> None:
        """Another reading."""
        if self._samples and done < self._samples[-1][1]:
            self._samples.clear()
        self._samples.append((at, done))

    @property
    def likely(self) -> float | None:
        """Per second over all samples kept, None before there is anything to divide."""
        if len(self._samples) < 2:
            return None
        (first, start), (last, end) = self._samples[0], self._samples[-1]
        return (end - start) / (last - first) if last - first >= SHORTEST else None

    def time_for(self, rest: float) -> tuple[float, float, float] | None:
        """Seconds for the rest as (low, likely, high), None while nothing moves."""
        rate = self.likely
        if not rate or rate <= 0:
            return None
        likely = rest / rate
        half = len(self._samples) // 2
        parts = [rate]
        if half >= 2:
            for part in (list(self._samples)[:half], list(self._samples)[half:]):
                seconds = part[-1][0] - part[0][0]
                if seconds > 0 and part[-1][1] > part[0][1]:
                    parts.append((part[-1][1] - part[0][1]) / seconds)
        spread = 1.0 + 1.0 / math.sqrt(len(self._samples))
        return min(likely, rest / max(parts)) / spread, likely, max(likely, rest / min(parts)) * spread


def _inodes_for_files(n: float) -> float:
    return n + GFID_DIRS * -math.expm1(-n / GFID_DIRS) + GFID_PARENTS * -math.expm1(-n / GFID_PARENTS)


def _used(brick: Brick) -> int | None:
    if brick.inodes is None or brick.inodes_free is None:
        return None
    return brick.inodes - brick.inodes_free
