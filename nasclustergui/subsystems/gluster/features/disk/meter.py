"""How far the heal of an empty brick is. Pure.

The backlog alone misleads: after a replacement it is 1, the root directory, and grows as directories are found. So the
brick's file system is compared with those of its set: files by their inodes, contents by bytes.
"""

from __future__ import annotations

from nasclustergui.subsystems.gluster.estimate import ALMOST, Estimate, Rates, files_for_inodes
from nasclustergui.subsystems.gluster.model import Brick, Volume

LEAST = 64 << 20  # bytes of contents below which only files are compared: an empty file system uses some itself


def fill(volume: Volume, brick: str) -> float | None:
    """How much of its set's files the brick holds, 0 … 1; None if nobody can tell.

    Right where each brick has a file system of its own; bricks that share one make it too high or too low.
    """
    group = next((g for g in volume.sets if any(b.name == brick for b in g)), ())
    target = next((b for b in group if b.name == brick), None)
    others = [b for b in group if b.name != brick and b.online]
    if target is None or not others:
        return None
    parts = [_share(_files(target), [_files(b) for b in others])]
    if not target.arbiter:
        parts.append(_share(_bytes(target), [_bytes(b) for b in others if not b.arbiter], LEAST))
    known = [part for part in parts if part is not None]
    return min(known) if known else None


class DiskMeter:
    """Progress and time left. Progress never goes back."""

    def __init__(self) -> None:
        self._rates = Rates()
        self._shown = 0.0

    def add(self, at: float, done: float | None, pending: int) -> Estimate:
        """The estimate after another reading. `at`: seconds of any clock. `done`: what `fill` gives."""
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
    return files_for_inodes(brick.inodes - brick.inodes_free)


def _bytes(brick: Brick) -> float | None:
    return None if brick.size is None or brick.free is None else float(brick.size - brick.free)
