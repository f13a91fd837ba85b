"""What the nodes themselves know about a volume's rebalance: plain frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from nasclustergui.subsystems.gluster.model import NodeProgress, Task, TaskKind, TaskState, Volume


@dataclass(frozen=True)
class NodeRun:
    """What one node remembers of the volume's last rebalance, and whether its process runs now.

    Attributes:
        progress: the counters as they were written down last: at the end, not in the middle.
        kind: None if there never was one.
        process: id of the rebalance process that runs on the node, 0 for none; running: seconds since it started.
        logged_at: Unix time of the last line in its log, 0.0 without one.
    """

    progress: NodeProgress
    kind: TaskKind | None = None
    process: int = 0
    running: float = 0.0
    logged_at: float = 0.0


@dataclass(frozen=True)
class Look:
    """One look at all nodes of a volume.

    Attributes:
        at: Unix time. nodes: node → what it knows. silent: node → why it could not be asked.
        held: nodes whose glusterd holds on to a rebalance that the others have forgotten, as far as it was looked for.
    """

    at: float = 0.0
    nodes: Mapping[str, NodeRun] = field(default_factory=dict)
    silent: Mapping[str, str] = field(default_factory=dict)
    held: tuple[str, ...] = ()


class Why(StrEnum):
    """What became of a file that was not moved."""

    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class NotMoved:
    """A file that the last rebalance left where it was.

    Attributes:
        node: whose log tells it. path: in the volume, as the log writes it. reason: the log's own words, "" if none.
        time: the log's own time (UTC).
    """

    node: str
    path: str
    why: Why
    reason: str = ""
    time: str = ""


@dataclass(frozen=True)
class NotMovedList:
    """The first files that were not moved. `silent`: node → why its log could not be read; `more`: nodes with more."""

    files: tuple[NotMoved, ...] = ()
    silent: Mapping[str, str] = field(default_factory=dict)
    more: tuple[str, ...] = ()


def under_way(volume: Volume) -> Task | None:
    """The rebalance or fix-layout that runs as far as the pool knows."""
    kinds = (TaskKind.REBALANCE, TaskKind.FIX_LAYOUT)
    return next((t for t in volume.tasks if t.kind in kinds and t.state is TaskState.RUNNING), None)


def left_over(volume: Volume, look: Look) -> tuple[str, ...]:
    """Nodes whose process goes on by itself, without the pool: they were away when the rebalance was stopped.

    Gluster starts such a process again when the node comes back. While it runs every new start is refused.
    """
    if any(task.state is TaskState.RUNNING for task in volume.tasks):
        return ()
    running = [name for name, run in look.nodes.items() if run.process]
    return tuple(name for name in running if look.nodes[name].progress.state is TaskState.RUNNING)


def may_be_held(volume: Volume, look: Look) -> bool:
    """True if it is worth asking each glusterd whether it holds on to something: a rebalance ended badly."""
    if any(task.state is TaskState.STALE for task in volume.tasks):
        return True
    if any(task.state is TaskState.RUNNING for task in volume.tasks) or left_over(volume, look):
        return False
    states = {run.progress.state for run in look.nodes.values() if run.kind is not None}
    return bool(states & {TaskState.FAILED, TaskState.RUNNING})


def last_nodes(look: Look) -> tuple[NodeProgress, ...]:
    """What each node did in the last rebalance; () if there never was one."""
    return tuple(run.progress for run in look.nodes.values() if run.kind is not None)


def last_kind(look: Look) -> TaskKind | None:
    """Rebalance or fix-layout; None if there never was one."""
    return next((run.kind for run in look.nodes.values() if run.kind is not None), None)


def last_state(look: Look) -> TaskState | None:
    """How the last one ended: the worst of its nodes; None if there never was one."""
    states = {node.state for node in last_nodes(look)}
    order = (TaskState.FAILED, TaskState.STOPPED, TaskState.RUNNING, TaskState.COMPLETED)
    return next((state for state in order if state in states), None)


def ended_at(look: Look) -> float:
    """Unix time of the last line that a rebalance wrote, 0.0 if unknown."""
    return max((run.logged_at for run in look.nodes.values()), default=0.0)
