"""A command that runs for long on a node: what it writes is handed on as it comes, and it can be told things."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from nasclustergui.core.command import Command, Result
from nasclustergui.core.job import Job
from nasclustergui.remote.channel import CHUNK, Conversation
from nasclustergui.remote.node import Node
from nasclustergui.remote.prompt import Prompt

if TYPE_CHECKING:
    from nasclustergui.remote.ssh_transport import SshChannel

STDERR_KEPT = 1 << 16


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


class Stream(Conversation):
    """Its input stays open until the channel is closed, which is how the command knows that nobody listens."""

    def __init__(self, channel: SshChannel, prompt: Prompt | None, talk: Talk) -> None:
        super().__init__(channel, b"", prompt)
        self._talk = talk
        self._reads, self._eof_sent = True, False
        channel.ends_with_input = True

    def _drain(self) -> None:
        while self._channel.recv_ready():
            self._talk.received(self._channel.recv(CHUNK))
        super()._drain()
        self.pid = None  # nobody needs to kill it
        del self._err[:-STDERR_KEPT]

    def _feed(self) -> None:
        if not self._answered:
            return
        waiting = bytes(self._stdin) + self._talk.to_send()
        sent = self._channel.send(waiting[:CHUNK]) if waiting and self._channel.send_ready() else 0
        self._stdin = memoryview(waiting[sent:])


def maker(talk: Talk) -> Callable[[SshChannel, bytes, Prompt | None], Conversation]:
    """Makes the conversation of a channel; see `Sessions.run`."""
    return lambda channel, _stdin, prompt: Stream(channel, prompt, talk)


def as_stream_node(node: Node) -> StreamNode:
    """Nodes over SSH all are."""
    assert hasattr(node, "stream")
    return node  # type: ignore[return-value]  # by the line before
