"""The channel of a command that runs for long; apart from `stream`, which pages know before paramiko is loaded."""

from __future__ import annotations

from collections.abc import Callable

from nasclustergui.remote.channel import CHUNK, Conversation
from nasclustergui.remote.prompt import Prompt
from nasclustergui.remote.ssh_transport import SshChannel
from nasclustergui.remote.stream import Talk

STDERR_KEPT = 1 << 16


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
