"""A command that runs for long on a node: what it writes is handed on as it comes, and it can be told things."""

from __future__ import annotations

from typing import Protocol

from nasclustergui.core.command import Command, Result
from nasclustergui.core.job import Job
from nasclustergui.remote.node import Node


class Talk(Protocol):
    """The one who listens. Both are called in the thread that runs the command."""

    def received(self, data: bytes) -> None:
        """It wrote that to its output. While this takes its time, the node can send no more than SSH's window."""

    def to_send(self) -> bytes:
        """What it shall be told now, once; asked after everything that came."""


class StreamNode(Node, Protocol):
    """A node that can do this."""

    def stream(self, command: Command, talk: Talk, job: Job) -> Result:
        """Run until it ends or the job is cancelled, which ends it there too; no output is in the result.

        Takes one of the sessions that all commands share. Raises as `Node.run`.
        """


def as_stream_node(node: Node) -> StreamNode:
    """Nodes over SSH all are."""
    assert hasattr(node, "stream")
    return node  # type: ignore[return-value]  # by the line before
