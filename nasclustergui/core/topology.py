"""What ties the machines of a cluster together, and where each one stands in the picture."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from nasclustergui.core.i18n import _
from nasclustergui.core.units import percent


class EdgeKind(StrEnum):
    """Why two nodes are joined."""

    SHARES = "shares"  # they hold copies of the same files
    MISSING = "missing"  # they should, but one copy is not there
    QUORUM = "quorum"  # they vote together in etcd


@dataclass(frozen=True)
class TopologyNode:
    """One machine as the picture shows it.

    Attributes:
        key: stable and unique; changes are found by it.
        group: title of its failure domain ("Rack A"), "" if none is known.
        state: a word of the theme's vocabulary ("ok", "warn", "critical", "stale" …); word: its name there
            ("Online", "Disk failed").
        cpu_percent: 0 … 100, None if it is not known now.
    """

    key: str
    name: str
    address: str = ""
    role: str = ""
    group: str = ""
    state: str = "ok"
    word: str = ""
    cpu_percent: float | None = None
    leader: bool = False
    virtual_ip: bool = False

    def sentence(self) -> str:
        """Everything the card shows, as words: "node3, manager, 10.20.0.13, Rack C, Disk failed, CPU 29 %"."""
        parts = [self.name, self.role, self.address, self.group, self.word]
        if self.leader:
            parts.append(_("etcd leader"))
        if self.virtual_ip:
            parts.append(_("holds the virtual IP"))
        if self.cpu_percent is not None:
            parts.append(_("CPU {percent}").format(percent=percent(self.cpu_percent)))
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class Edge:
    """Joins two nodes by their keys."""

    a: str
    b: str
    kind: EdgeKind


@dataclass(frozen=True)
class Topology:
    """The cluster as a graph. The order of the nodes is the order in the picture."""

    nodes: tuple[TopologyNode, ...] = ()
    edges: tuple[Edge, ...] = ()

    def groups(self) -> tuple[str, ...]:
        """Titles of the failure domains, in order of their first node."""
        return tuple(dict.fromkeys(node.group for node in self.nodes))

    def table(self) -> list[tuple[str, str]]:
        """(sentence of the node, sentence of its ties) per node: the picture for those who can't see it."""
        ties: dict[str, list[str]] = {node.key: [] for node in self.nodes}
        names = {node.key: node.name for node in self.nodes}
        for edge in self.edges:
            for one, other in ((edge.a, edge.b), (edge.b, edge.a)):
                if one in ties and other in names:
                    ties[one].append(_tie(edge.kind, names[other]))
        return [(node.sentence(), ", ".join(ties[node.key])) for node in self.nodes]


def _tie(kind: EdgeKind, other: str) -> str:
    text = {
        EdgeKind.SHARES: _("shares a replica set with {node}"),
        EdgeKind.MISSING: _("a copy is missing between here and {node}"),
        EdgeKind.QUORUM: _("votes in etcd with {node}"),
    }[kind]
    return text.format(node=other)


def chain(keys: Sequence[str], kind: EdgeKind) -> Iterator[Edge]:
    """Join a set of nodes one after the other: n − 1 edges say as much as n² and can be followed by eye."""
    return (Edge(a, b, kind) for a, b in pairwise(keys))


# The picture's measures, before the user's text size.
CARD_WIDTH, CARD_HEIGHT = 168.0, 74.0
_PAD, _HEADER = 14.0, 34.0  # inside a frame
_ROW_GAP, _COLUMN_GAP = 14.0, 36.0  # between cards
_OPEN_ROW_GAP, _OPEN_COLUMN_GAP = 30.0, 60.0  # the same without frames around
_FRAME_GAP = 30.0
_LARGEST = 1.6  # more zoom is no gain
_READABLE = 0.8  # from this zoom on, domains stay side by side in one row


@dataclass(frozen=True)
class Frame:
    """A failure domain's place: title, number of nodes, left, top, width, height."""

    title: str
    count: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Layout:
    """Where everything stands.

    Attributes:
        positions: left and top of each card, in the order of the topology's nodes; shape (nodes, 2).
        frames: one per failure domain; none where no domain is known.
        width, height: of the whole picture, whose left top is (0, 0).
        card: width and height of a card.
        row_gap: between one card and the card below.
    """

    positions: npt.NDArray[np.float64]
    frames: tuple[Frame, ...]
    width: float
    height: float
    card: tuple[float, float]
    row_gap: float


def lay_out(groups: Sequence[str], width: float, height: float, unit: float = 1.0) -> Layout:
    """Failure domains as columns, wrapped into grids and rows of frames where that reads better.

    Depends on nothing but the arguments: a node that fails or an edge that breaks moves no card.

    Args:
        groups: title of each node's failure domain, in the order of the nodes.
        width, height: of the place on screen, in the same unit as the result when zoomed by 1.
        unit: the user's text size.
    """
    order = tuple(dict.fromkeys(groups))
    framed = order not in ((), ("",))
    tally = Counter(groups)
    counts = np.array([tally[title] for title in order], int)
    plan = _best_plan(counts, max(width, 1.0), max(height, 1.0), framed, unit)
    return plan.layout(order, groups)


def _best_plan(counts: npt.NDArray[np.int_], width: float, height: float, framed: bool, unit: float) -> _Plan:
    """The plan that can be shown largest; of equal ones the one with the fewest columns in a frame."""
    best, best_zoom = _Plan(counts, 1, 1, framed, unit), -math.inf
    largest = int(counts.max(initial=1))
    for columns in _candidates(largest):
        for shelves in range(1, min(len(counts), 12) + 1):
            if shelves > 1 and best_zoom >= _READABLE:
                break
            plan = _Plan(counts, columns, shelves, framed, unit)
            zoom = min(width / plan.width, height / plan.height, _LARGEST)
            if zoom > best_zoom * 1.05:  # a little gain isn't worth another shape
                best, best_zoom = plan, zoom
    return best


def _candidates(largest: int) -> Iterable[int]:
    """Numbers of columns in the largest frame that are worth a try."""
    return sorted({min(largest, c) for c in (*range(1, 13), *range(14, 64, 3))})


class _Plan:
    """Frames in `shelves` rows; the fullest one has `columns` columns, the others as many rows as it."""

    def __init__(self, counts: npt.NDArray[np.int_], columns: int, shelves: int, framed: bool, unit: float) -> None:
        self.counts, self.framed, self.unit = counts, framed, unit
        self.card = np.array((CARD_WIDTH, CARD_HEIGHT)) * unit
        self.row_gap = (_ROW_GAP if framed else _OPEN_ROW_GAP) * unit
        self.column_gap = (_COLUMN_GAP if framed else _OPEN_COLUMN_GAP) * unit
        rows = -(-int(counts.max(initial=1)) // columns)
        self.columns = np.maximum(-(-counts // rows), 1)
        self.rows = -(-counts // self.columns)
        pad, header = (_PAD * unit, _HEADER * unit) if framed else (0.0, 0.0)
        self.inset = np.array((pad, header))
        widths = self.columns * (self.card[0] + self.column_gap) - self.column_gap + 2 * pad
        heights = self.rows * (self.card[1] + self.row_gap) - self.row_gap + header + pad
        self._place(widths, heights, shelves)

    def _place(self, widths: npt.NDArray[np.float64], heights: npt.NDArray[np.float64], shelves: int) -> None:
        gap = _FRAME_GAP * self.unit
        n = len(widths)
        per_shelf = -(-n // shelves) if n else 1
        self.frames = np.zeros((n, 4))
        y = self.width = 0.0
        for first in range(0, n, per_shelf):
            part = slice(first, min(first + per_shelf, n))
            x = np.concatenate(((0.0,), np.cumsum(widths[part] + gap)))
            tallest = float(heights[part].max())
            self.frames[part] = np.column_stack(
                (x[:-1], np.full(len(x) - 1, y), widths[part], np.full(len(x) - 1, tallest))
            )
            self.width = max(self.width, float(x[-1]) - gap)
            y += tallest + gap
        self.height = max(y - gap, 1.0)
        self.width = max(self.width, 1.0)

    def layout(self, order: Sequence[str], groups: Sequence[str]) -> Layout:
        """Every node's place in its frame, line by line."""
        index = {title: i for i, title in enumerate(order)}
        member = np.array([index[g] for g in groups], int)
        positions = np.zeros((len(groups), 2))
        for i in range(len(order)):
            mine = np.flatnonzero(member == i)
            k = np.arange(len(mine))
            cell = np.column_stack((k % self.columns[i], k // self.columns[i]))
            step = self.card + np.array((self.column_gap, self.row_gap))
            positions[mine] = self.frames[i, :2] + self.inset + cell * step
        frames = [
            Frame(title, int(self.counts[i]), *(float(v) for v in self.frames[i])) for i, title in enumerate(order)
        ]
        return Layout(
            positions,
            tuple(frames) if self.framed else (),
            self.width,
            self.height,
            (float(self.card[0]), float(self.card[1])),
            self.row_gap,
        )
