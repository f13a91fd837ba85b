"""What a feature gets to work with: the pool's CLI, its state, its nodes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from nasclustergui.core.command import Command, Result
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.remote.node import Nodes
from nasclustergui.subsystems.gluster.client import GlusterClient
from nasclustergui.subsystems.gluster.commands.answer import Answer
from nasclustergui.subsystems.gluster.model import GlusterState

T = TypeVar("T")


@dataclass(frozen=True)
class Pool:
    """One cluster's gluster, for worker threads: every method may block.

    Attributes:
        client: asks whichever node answers; `client.ask_node` asks a certain one.
        nodes: the profile's nodes, for commands that are not gluster's.
        now: volumes and peers as they are now, without the cluster's lock: brick states, tasks and sizes are missing.
        read: the whole state, brick states and backlogs included; waits for them.
    """

    client: GlusterClient
    nodes: Nodes
    now: Callable[[Job], GlusterState]
    read: Callable[[Job], GlusterState]

    def ask(self, command: Command, parse: Callable[[Answer], T], job: Job) -> T:
        """The parsed answer of whichever node answers. Raises as `GlusterClient.ask`."""
        found, _node = self.client.ask(command, parse, job)
        return found

    def on_node(self, node: str, command: Command, job: Job) -> Result:
        """Run a command that only reads on this very node, whatever its exit status. Raises a NodeError, Cancelled."""
        return self.nodes[node].run(command, job)


Check = Callable[[Pool, Step, Job], str]
"""Why a condition of the step doesn't hold now, one sentence; "" if it holds. Raises NasError if nobody can tell."""

Follow = Callable[[Pool, Step, Job], None]
"""Watches what the step started until it ended well. Raises NasError when it failed."""
