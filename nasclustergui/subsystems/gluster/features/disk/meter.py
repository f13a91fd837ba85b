"""How far the heal of an empty brick is. Pure.

The backlog alone misleads: after a replacement it is 1, the root directory, and grows as directories are found. So the
brick's file system is compared with those of its set: files by their inodes, contents by bytes.
"""

from __future__ import annotations

from nasclustergui.subsystems.gluster.estimate import Estimate, Rates
from nasclustergui.subsystems.gluster.model import Brick, Volume

ALMOST = 0.99  # a share of a file system is an estimate: only an empty backlog and the count are the end
LEAST = 64 << 20  # bytes of contents below which only files are compared: an empty file system uses some itself


def fill(volume: Volume, brick: str, peak: int = 0) -> float | None:
    """How much of its set's files the brick holds, 0 … 1; None if nobody can tell. `peak`: the largest backlog seen.

    Right where each brick has a file system of its own; bricks that share one make it too high or too low.
    """
    group = next((g for g in volume.sets if any(b.name == brick for b in g)), ())
    target = next((b for b in group if b.name == brick), None)
    others = [b for b in group if b.name != brick and b.online]
    if target is None or not others:
        return None
    parts = [_share(_files(target), [_files(b) for b in others])]
    contents = None
    if not target.arbiter:
        contents = _share(_bytes(target), [_bytes(b) for b in others if not b.arbiter], LEAST)
        parts.append(contents)
    known = [part for part in parts if part is not None]
    if not known:
        return None
    if contents is None and peak:  # names come first, contents after them: that only the backlog tells here
        waiting = max((b.heal_pending or 0 for b in group), default=0)
        return 0.5 * min(known) + 0.5 * max(0.0, 1 - waiting / peak)
    return min(known)


class DiskMeter:
    """Progress and time left of one brick. Progress never goes back."""

    def __init__(self, brick: str) -> None:
        self._brick = brick
        self._rates = Rates()
        self._shown, self._peak = 0.0, 0

    def add(self, at: float, volume: Volume, pending: int) -> Estimate:
        """The estimate after another reading of the volume. `at`: seconds of any clock."""
        self._peak = max(self._peak, pending)
        done = fill(volume, self._brick, self._peak)
        if done is None:
            return Estimate()
        self._shown = max(self._shown, min(ALMOST, done))
        self._rates.add(at, done)
        left = self._rates.time_for(max(0.0, 1.0 - done)) if done < 1.0 or not pending else None
        return Estimate(self._shown, left)


def _share(have: float | None, others: list[float | None], least: float = 1.0) -> float | None:
    known = [n for n in others if n is not None]
    if have is None or not known or max(known) < least:
        return None
    return min(1.0, have / max(known))


def _files(brick: Brick) -> float | None:
    if brick.inodes is None or brick.inodes_free is None:
        return None
    return float(brick.inodes - brick.inodes_free)


def _bytes(brick: Brick) -> float | None:
    return None if brick.size is None or brick.free is None else float(brick.size - brick.free)
