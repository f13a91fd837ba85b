"""Counters of a volume's bricks, and the files that are used most."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from nasclustergui.subsystems.gluster.model import Volume

LATENCY, HITS = "diagnostics.latency-measurement", "diagnostics.count-fop-hits"


class Metric(StrEnum):
    """What `volume top` can rank files by."""

    OPEN = "open"
    READ = "read"
    WRITE = "write"
    OPENDIR = "opendir"
    READDIR = "readdir"
    READ_PERF = "read-perf"
    WRITE_PERF = "write-perf"

    @property
    def is_throughput(self) -> bool:
        """Its numbers are MB/s, not counts."""
        return self in (Metric.READ_PERF, Metric.WRITE_PERF)


@dataclass(frozen=True)
class Fop:
    """A file operation. Latencies in nanoseconds (GlusterFS 10); None where nothing was timed (RELEASE)."""

    name: str
    calls: int
    average: float | None
    minimum: float | None
    maximum: float | None

    @property
    def total(self) -> float:
        """Nanoseconds spent in it."""
        return self.calls * (self.average or 0.0)


@dataclass(frozen=True)
class Block:
    """Reads and writes of `size` bytes up to twice as many."""

    size: int
    reads: int
    writes: int


@dataclass(frozen=True)
class BrickProfile:
    """One brick's counters over `seconds`. read, written: bytes."""

    brick: str
    seconds: int
    read: int
    written: int
    fops: tuple[Fop, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class TopFile:
    """`value`: times, or MB/s. at: when that was, as gluster writes it."""

    path: str
    value: float
    at: str = ""


@dataclass(frozen=True)
class TopBrick:
    """One brick's list.

    Attributes:
        open_now, open_most, open_most_at: file descriptors, with metric "open".
        throughput: MB/s that a measurement gave, seconds: what it took; None where none was asked for.
    """

    brick: str
    files: tuple[TopFile, ...]
    open_now: int | None = None
    open_most: int | None = None
    open_most_at: str = ""
    throughput: float | None = None
    seconds: float | None = None


def is_profiled(volume: Volume) -> bool:
    """True while its bricks time every operation."""
    return volume.options.get(LATENCY) == "on" and volume.options.get(HITS) == "on"


def together(bricks: Iterable[BrickProfile], name: str) -> BrickProfile:
    """The counters of several bricks as those of one."""
    all_of_them = list(bricks)
    fops: dict[str, list[Fop]] = {}
    blocks: dict[int, list[Block]] = {}
    for brick in all_of_them:
        for fop in brick.fops:
            fops.setdefault(fop.name, []).append(fop)
        for block in brick.blocks:
            blocks.setdefault(block.size, []).append(block)
    return BrickProfile(
        name,
        max((brick.seconds for brick in all_of_them), default=0),
        sum(brick.read for brick in all_of_them),
        sum(brick.written for brick in all_of_them),
        tuple(_sum(name, found) for name, found in fops.items()),
        tuple(Block(s, sum(b.reads for b in f), sum(b.writes for b in f)) for s, f in sorted(blocks.items())),
    )


def since(before: BrickProfile, now: BrickProfile) -> BrickProfile | None:
    """What was counted between two readings; None where the counters began anew. Least and most aren't known then."""
    old = {fop.name: fop for fop in before.fops}
    fops = []
    for fop in now.fops:
        was = old.get(fop.name, Fop(fop.name, 0, None, None, None))
        calls = fop.calls - was.calls
        if calls < 0:
            return None
        average = max(0.0, fop.total - was.total) / calls if calls and fop.average is not None else None
        fops.append(Fop(fop.name, calls, average, None, None))
    if now.seconds < before.seconds or now.read < before.read or now.written < before.written:
        return None
    sizes = {block.size: block for block in before.blocks}
    blocks = tuple(_less(block, sizes.get(block.size)) for block in now.blocks)
    seconds, read, written = now.seconds - before.seconds, now.read - before.read, now.written - before.written
    return BrickProfile(now.brick, seconds, read, written, tuple(fops), blocks)


def _less(block: Block, before: Block | None) -> Block:
    if before is None:
        return block
    return Block(block.size, max(0, block.reads - before.reads), max(0, block.writes - before.writes))


def _sum(name: str, found: list[Fop]) -> Fop:
    calls = sum(fop.calls for fop in found)
    timed = [fop for fop in found if fop.average is not None]
    lows = [fop.minimum for fop in timed if fop.minimum is not None]
    highs = [fop.maximum for fop in timed if fop.maximum is not None]
    average = sum(fop.total for fop in timed) / calls if timed and calls else None
    return Fop(name, calls, average, min(lows, default=None), max(highs, default=None))
