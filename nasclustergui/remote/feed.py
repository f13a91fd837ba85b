"""The session of one node that the sampler keeps open: what was asked, what came, what is known."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from nasclustergui.core.metrics import FileSystem, Sample
from nasclustergui.remote.proc import NodeFacts, Reading
from nasclustergui.remote.sampling_loop import COMMAND, END, FACTS, READ, READ_WITH_DF
from nasclustergui.remote.ssh import SshNode
from nasclustergui.remote.waiting import Watch

if TYPE_CHECKING:
    from nasclustergui.remote.ssh_transport import SshChannel


class Arrival(threading.Event):
    """Stands in for the Event of a channel's buffer: puts the feed on the gatherer's list when data came."""

    def __init__(self, arrived: Callable[[], None]) -> None:
        super().__init__()
        self._arrived = arrived

    def set(self) -> None:
        self._arrived()

    def clear(self) -> None:
        """Nothing to clear: the list is."""


class Feed:
    """The session of one node. Used by the gathering thread, except where said."""

    def __init__(self, node: SshNode) -> None:
        self.node = node
        self.channel: SshChannel | None = None
        self.opening = False
        self.open_at = 0.0  # monotonic: not before
        self.asked = b""  # the request that waits for its reply
        self.missed = 0
        self.new = True
        self.df_at = 0.0
        self.data = bytearray()
        self.facts = NodeFacts()
        self.before: Reading | None = None
        self.filesystems: tuple[FileSystem, ...] = ()
        self.sample: Sample | None = None

    def begin(self) -> None:
        """A new session: the node may have been started anew since the last one."""
        self.data.clear()
        self.asked = b""
        self.before = None
        self.new, self.df_at = True, 0.0

    def question(self, now: float) -> bytes:
        """What to ask next."""
        if self.new:
            self.new = False
            return FACTS
        return READ_WITH_DF if now >= self.df_at else READ

    def receive(self) -> bytes | None:
        """A whole reply, None while it isn't complete. Raises EOFError when the session ended."""
        channel = self.channel
        while channel is not None and channel.recv_ready():
            self.data += channel.recv(1 << 16)
        if self.data.endswith(END):
            reply = bytes(self.data[: -len(END)])
            self.data.clear()
            return reply
        if channel is None or channel.closed or channel.eof_received:
            raise EOFError
        return None


def open_loop(node: SshNode, watch: Watch) -> SshChannel:
    """A session in which the loop runs."""
    channel = node.open_session(watch)
    channel.settimeout(0.0)
    try:
        channel.request("exec", want_reply=True, text=COMMAND)
        watch.until(lambda: channel.send_ready() or channel.closed)  # OpenSSH takes no input before it started the loop
    except BaseException:
        channel.abandon()
        raise
    return channel
