"""How far a rebalance (or a brick's removal) is and how long it still takes (pure).

On every node a process of its own reads the directories of the node's bricks, puts their files into a queue of 500
and moves from there those that lie in the wrong place. `lookups` counts what was put in, in jumps of 300; `files` what
was moved. Measured in docs/design/gluster-rebalance.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from nasclustergui.subsystems.gluster.estimate import SHORTEST, Estimate, Rates
from nasclustergui.subsystems.gluster.model import Brick, NodeProgress, Task, TaskKind, TaskState, Volume

GFID_DIRS = 65536  # .glusterfs/xx/yy, made when the first file needs one
GFID_PARENTS = 256
OWN_INODES = 40  # what gluster keeps on an empty brick, about
ALMOST = 0.99  # the number of files is an estimate: only "completed" is the end
QUEUE = 510  # files that are looked at and not yet decided, at most
FEW_MOVES = 20  # fewer say nothing about the speed: then the files looked at do
STILL = 30.0  # seconds in which the run time of a working node must have changed
HARDLY_ANY = 0.1  # of the files of the node that has most
WORKING = (TaskState.RUNNING, TaskState.NOT_STARTED)


@dataclass(frozen=True)
class Share:
    """About how many files a node has to look at, and how many of them it has to move (0: unknown)."""

    files: float
    moves: float = 0.0


def files_for_inodes(used: float) -> float:
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


def files_per_set(volume: Volume, moved: Mapping[str, float] | None = None) -> tuple[float, ...] | None:
    """About how many files each set has, counted on its fullest brick; None while a set is unknown.

    `moved`: node → files that it moved away meanwhile, to count what there was. Too many where another volume has
    bricks on the same file systems.
    """
    found = []
    for group in volume.sets:
        known = [used for brick in group if (used := _used(brick)) is not None]
        if not known:
            return None
        gone = sum((moved or {}).get(node, 0.0) for node in nodes_of(group))
        found.append(files_for_inodes(max(known) + gone))
    return tuple(found)


def files_on(volume: Volume) -> float | None:
    """About how many files the volume has, None while a set is unknown."""
    files = files_per_set(volume)
    return None if files is None else sum(files)


def files_to_move(volume: Volume) -> float:
    """About how many files lie on sets that hold more than their share, by size; 0 if unknown."""
    files = files_per_set(volume)
    return 0.0 if files is None else sum(_surplus(volume, files))


def shares(volume: Volume, task: Task | None = None) -> dict[str, Share]:
    """What every node has to do, by the id of its peer (else its host name); {} while sizes are unknown.

    `task`: what was done already, if the volume is looked at in the middle of the work. Within a set of copies every
    node looks at all files and moves its part of them.
    """
    moved = {node_key(node): float(node.files) for node in task.nodes} if task else {}
    now, begun = files_per_set(volume), files_per_set(volume, moved)
    if now is None or begun is None:
        return {}
    out: dict[str, Share] = {}
    for group, files, surplus in zip(volume.sets, begun, _surplus(volume, now), strict=True):
        nodes = nodes_of(group)
        for node in nodes:
            before = out.get(node, Share(0.0))
            done = moved.get(node, 0.0) / _sets_with(volume, node)
            moves = surplus / len(nodes) + done if surplus else 0.0
            out[node] = Share(before.files + files, before.moves + moves)
    return out


def meter_for(volume: Volume, task: Task | None = None) -> RebalanceMeter:
    """A meter that knows about how much there is to do on this volume."""
    return RebalanceMeter(files_on(volume), files_to_move(volume), shares(volume, task))


class RebalanceMeter:
    """Progress of a whole rebalance or of a brick's removal: the nodes work side by side, the slowest is the last.

    Progress never goes back.
    """

    def __init__(self, files: float | None, moves: float = 0.0, by_node: Mapping[str, Share] | None = None) -> None:
        """`files`: about how many have to be looked at in all, `moves` to be moved; `by_node`: each node's part."""
        self._shares = dict(by_node or {})
        self._whole = NodeMeter(Share(files, moves) if files else None)
        self._meters: dict[str, NodeMeter] = {}
        self.by_node: dict[str, Estimate] = {}
        self._progress = 0.0

    def add(self, at: float, task: Task) -> Estimate:
        """The estimate after another reading; `at` in seconds of any clock."""
        if task.state is TaskState.COMPLETED:
            self.by_node = {node_key(node): Estimate(1.0, (0.0, 0.0, 0.0)) for node in task.nodes}
            return Estimate(1.0, (0.0, 0.0, 0.0))
        whole = self._whole.add(at, _summed(task))
        if task.kind is TaskKind.FIX_LAYOUT:
            return Estimate()  # gluster counts nothing there but the time
        if not all(node_key(node) in self._shares for node in task.nodes) or not task.nodes:
            self.by_node = {}
            return whole
        for node in task.nodes:
            key = node_key(node)
            meter = self._meters.setdefault(key, NodeMeter(self._shares[key]))
            self.by_node[key] = meter.add(at, node)
        return Estimate(self._share_done(), self._slowest(task), whole.rate)

    def _share_done(self) -> float:
        total = sum(meter.total for meter in self._meters.values())
        done = sum(meter.done for meter in self._meters.values())
        self._progress = max(self._progress, min(ALMOST, done / total if total else 0.0))
        return self._progress

    def _slowest(self, task: Task) -> tuple[float, float, float] | None:
        """The time of the node that needs longest. Nodes with hardly any files only walk along with the others."""
        most = max(meter.total for meter in self._meters.values())
        working = [node_key(node) for node in task.nodes if node.state in WORKING]
        working = [key for key in working if self._meters[key].total >= HARDLY_ANY * most] or working
        known = [left for key in working if (left := self.by_node[key].seconds_left) is not None]
        if not known:
            return None
        return max(k[0] for k in known), max(k[1] for k in known), max(k[2] for k in known)


class NodeMeter:
    """One node's part.

    Attributes:
        total: files to look at. done: those that were decided.
    """

    def __init__(self, share: Share | None) -> None:
        self._share = share
        self._files, self._moves = (share.files, share.moves) if share else (0.0, 0.0)
        self.total, self.done = self._files, 0.0
        self._looked, self._moved = Rates(), Rates()
        self._progress = 0.0

    def add(self, at: float, node: NodeProgress) -> Estimate:
        """The estimate after another reading of this node."""
        moved = node.files + node.failures + node.skipped
        for rates, count in ((self._looked, node.lookups), (self._moved, moved)):
            if rates.empty and count and node.seconds > SHORTEST:
                rates.add(at - node.seconds, 0.0)  # it ran before we looked: gluster knows for how long
            rates.add(at, count)
        rate = (self._moved if moved else self._looked).likely
        if node.state not in WORKING:
            self.total = self.done = float(node.lookups)
            ended = node.state is TaskState.COMPLETED
            return Estimate(1.0, (0.0, 0.0, 0.0)) if ended else Estimate(self._progress or None)
        if self._share is None:
            return Estimate(None, None, rate)
        self.total = max(self._files, node.lookups)
        part = self._part_to_move(node.lookups, moved)
        low = max(float(moved), node.lookups - QUEUE)
        self.done = min(max(moved / part if part else node.lookups, low), float(node.lookups))
        self._progress = max(self._progress, min(ALMOST, self.done / self.total if self.total else 0.0))
        return Estimate(self._progress, self._time(part, moved, node.lookups), rate)

    def _part_to_move(self, looked: float, moved: float) -> float:
        """The part (0 … 1) of the files that has to be moved: what sizes told, corrected by what was seen."""
        if not moved:
            return min(1.0, self._moves / self.total) if self.total else 0.0
        least = moved / looked if looked else 0.0
        most = moved / max(moved, looked - QUEUE, 1.0)
        told = self._moves / self.total if self._moves and self.total else moved / max(moved, looked - 0.7 * QUEUE)
        return min(max(told, least), most, 1.0)

    def _time(self, part: float, moved: float, looked: float) -> tuple[float, float, float] | None:
        """Moves take nearly all of the time; where there are hardly any, the files looked at do."""
        if moved >= FEW_MOVES or part * self.total > QUEUE:
            return _widened(self._moved.time_for(max(1.0, part * self.total - moved)), moved)
        return _widened(self._looked.time_for(max(1.0, self.total - looked)), looked)


class Standstill:
    """Finds nodes that count as working though their run time stands still: their process ended, glusterd missed it.

    Seen where a process ended within its first second (a fix-layout of a small volume).
    """

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, float]] = {}  # node → its run time, when that was first seen

    def add(self, at: float, task: Task) -> tuple[str, ...]:
        """The keys of such nodes after another reading; `at` in seconds of any clock."""
        working = {node_key(node): node.seconds for node in task.nodes if node.state is TaskState.RUNNING}
        self._seen = {
            key: self._seen[key] if key in self._seen and self._seen[key][0] == seconds else (seconds, at)
            for key, seconds in working.items()
        }
        return tuple(key for key, (_seconds, since) in self._seen.items() if at - since >= STILL)


def node_key(node: NodeProgress) -> str:
    """Names the node within a task."""
    return node.host_uuid or node.node


def nodes_of(group: tuple[Brick, ...]) -> tuple[str, ...]:
    """The nodes of a set, by the id of their peer, else by host name."""
    return tuple(dict.fromkeys(brick.host_uuid or brick.host for brick in group))


def _widened(band: tuple[float, float, float] | None, seen: float) -> tuple[float, float, float] | None:
    """Few counts make an estimate uncertain: twice as long or short after 16 files, 1.2 times after 400."""
    if band is None:
        return None
    factor = 1.0 + 4.0 / math.sqrt(max(seen, 1.0))
    low, likely, high = band
    return min(low, likely / factor), likely, max(high, likely * factor)


def _sets_with(volume: Volume, node: str) -> int:
    return sum(node in nodes_of(group) for group in volume.sets) or 1


def _surplus(volume: Volume, files: tuple[float, ...]) -> tuple[float, ...]:
    """Per set, files above its share by size; all 0 if sizes are unknown."""
    sizes = [max((b.size or 0 for b in group if not b.arbiter), default=0) for group in volume.sets]
    if not all(sizes):
        return tuple(0.0 for __ in files)
    return tuple(max(0.0, n - sum(files) * size / sum(sizes)) for n, size in zip(files, sizes, strict=True))


def _summed(task: Task) -> NodeProgress:
    nodes = task.nodes
    return NodeProgress(
        "",
        "",
        sum(n.files for n in nodes),
        sum(n.bytes for n in nodes),
        sum(n.lookups for n in nodes),
        sum(n.failures for n in nodes),
        sum(n.skipped for n in nodes),
        task.state,
        max((n.seconds for n in nodes), default=0.0),
    )


def _inodes_for_files(n: float) -> float:
    return n + GFID_DIRS * -math.expm1(-n / GFID_DIRS) + GFID_PARENTS * -math.expm1(-n / GFID_PARENTS)


def _used(brick: Brick) -> int | None:
    if brick.inodes is None or brick.inodes_free is None:
        return None
    return brick.inodes - brick.inodes_free
