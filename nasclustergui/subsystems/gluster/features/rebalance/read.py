"""Asks the nodes about a volume's rebalance, all at once. For worker threads."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from nasclustergui.core.command import Command
from nasclustergui.core.errors import NasError
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.commands.answer import Answer
from nasclustergui.subsystems.gluster.features.pool import Pool
from nasclustergui.subsystems.gluster.features.rebalance import commands
from nasclustergui.subsystems.gluster.features.rebalance.model import Look, NodeRun, NotMoved, NotMovedList
from nasclustergui.subsystems.gluster.model import Volume
from nasclustergui.subsystems.gluster.parallel import gather

T = TypeVar("T")


def nodes_with(volume: Volume) -> dict[str, str]:
    """The profile's nodes that have a brick of the volume, with the ids of their peers."""
    return {brick.node: brick.host_uuid for brick in volume.bricks if brick.node}


def look(pool: Pool, volume: Volume, job: Job) -> Look:
    """What every node of the volume knows of its rebalance. Takes no lock.

    Nodes that cannot be asked are in `silent`. Raises Cancelled.
    """
    nodes: dict[str, NodeRun] = {}
    silent: dict[str, str] = {}
    peers = nodes_with(volume)
    command = commands.look(volume.name)
    work = {n: partial(_on, pool, n, command, partial(commands.parse_look, node=n, peer=peers[n]), job) for n in peers}
    for name, found in gather(work).items():
        if isinstance(found, NasError):
            silent[name] = str(found)
        elif found is not None:
            nodes[name] = found
    return Look(time.time(), nodes, silent)


def _on(pool: Pool, node: str, command: Command, parse: Callable[[Answer], T], job: Job) -> T:
    return parse(Answer(command, pool.on_node(node, command, job), node))


def read_not_moved(pool: Pool, volume: Volume, job: Job) -> NotMovedList:
    """The first files that the last rebalance left where they were, from every node's log. Raises Cancelled."""
    files: list[NotMoved] = []
    silent: dict[str, str] = {}
    more: list[str] = []
    command = commands.not_moved(volume.name)
    peers = nodes_with(volume)
    work = {n: partial(_on, pool, n, command, partial(commands.parse_not_moved, node=n), job) for n in peers}
    for name, found in gather(work).items():
        if isinstance(found, NasError):
            silent[name] = str(found)
            continue
        files.extend(found[: commands.MOST])
        if len(found) >= commands.MOST:
            more.append(name)
    return NotMovedList(tuple(files), silent, tuple(more))
