"""Asks the nodes about a volume's rebalance, all at once. For worker threads."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from nasclustergui.core.command import Command
from nasclustergui.core.errors import NasError
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster import commands as gluster
from nasclustergui.subsystems.gluster.commands.answer import Answer, read_xml
from nasclustergui.subsystems.gluster.commands.work import not_running
from nasclustergui.subsystems.gluster.features.pool import Pool
from nasclustergui.subsystems.gluster.features.rebalance import commands
from nasclustergui.subsystems.gluster.features.rebalance.model import (
    Look,
    NodeRun,
    NotMoved,
    NotMovedList,
    may_be_held,
)
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


def look_closely(pool: Pool, volume: Volume, job: Job) -> Look:
    """The same; after a rebalance that ended badly each glusterd is asked whether it holds on to it, under the lock."""
    found = look(pool, volume, job)
    return replace(found, held=held_by(pool, volume, job)) if may_be_held(volume, found) else found


def held_by(pool: Pool, volume: Volume, job: Job) -> tuple[str, ...]:
    """Nodes whose glusterd knows of a rebalance that the others have forgotten. Takes the lock, node by node."""
    command = gluster.volume_rebalance(volume.name, "status")
    found = []
    for node in nodes_with(volume):
        try:
            holds = pool.client.ask_node(node, command, _holds, job)
        except NasError:
            continue  # nothing is concluded from a node that doesn't answer
        if holds:
            found.append(node)
    return tuple(found)


def _holds(answer: Answer) -> bool:
    if commands.holds_on(answer):
        return True
    if not not_running(answer):
        read_xml(answer)  # raises for a lock that is taken, so that it is asked again
    return False


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
