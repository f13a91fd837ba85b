"""A login shell on a node, on a pseudo terminal, over a connection of its own.

Not over the node's shared connection: that one counts as lost after 7 s of silence, so that the picture of the cluster
is fresh, and every program in a terminal would die of it. This one is given up only when TCP gives up, or when the node
is back and the shell is not. Besides, a terminal holds its session for hours, and sshd allows ten per connection.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from nasclustergui.core.errors import NasError, NodeError, Unreachable
from nasclustergui.core.i18n import _
from nasclustergui.remote.link import LinkInfo, LinkState
from nasclustergui.remote.shell_watch import ASK, COMMAND, END
from nasclustergui.remote.ssh_nodes import SshNodes
from nasclustergui.remote.waiting import Bell, TimeUp, Watch

if TYPE_CHECKING:
    from nasclustergui.remote.ssh_transport import SshChannel, SshTransport

TERM = "xterm-256color"
# What the server may send before we took it: that much still comes after Ctrl-C, and no more is ever kept here.
WINDOW = 1 << 17
CHUNK = 1 << 15
OPEN_TIMEOUT = 20.0
LONGEST_REPLY = 1 << 16


class Shell:
    """One shell. All calls but `bell.set` from one thread; they may block while the network takes nothing.

    Attributes:
        node: where. bell: rings when something happened here; ring it to wake who waits.
        user: who is logged in.
    """

    def __init__(self, node: str, transport: SshTransport, channel: SshChannel, bell: Bell) -> None:
        self.node = node
        self._transport, self._channel = transport, channel
        self.bell, self.user = bell, transport.user
        channel.settimeout(0.0)
        channel.listen(bell)

    def start(self, columns: int, lines: int) -> None:
        """Ask for the pseudo terminal and the shell; a refusal ends the channel."""
        self._channel.ask_shell(TERM, columns, lines, {"LC_CTYPE": "C.UTF-8", "COLORTERM": "truecolor"})

    def read(self) -> bytes:
        """What came, at most `CHUNK` bytes; empty if nothing did."""
        if not self._channel.recv_ready():
            return b""
        return self._channel.recv(CHUNK)

    def write(self, data: bytes) -> int:
        """Send as much as the other side takes now; how many bytes that was."""
        if not data or not self._channel.send_ready():
            return 0
        with suppress(OSError):
            return self._channel.send(data[:CHUNK])
        return 0

    def resize(self, columns: int, lines: int) -> None:
        """Tell the programs there."""
        import paramiko

        with suppress(paramiko.SSHException, OSError, EOFError):
            self._channel.resize_pty(columns, lines)

    def ping(self) -> None:
        """Ask for a sign of life."""
        self._transport.ping()

    @property
    def heard_at(self) -> float:
        """Monotonic time of the last packet."""
        return self._transport.heard_at

    @property
    def over(self) -> bool:
        """The shell ended or the connection broke, and everything was read."""
        return self._channel.ended() and not self._channel.recv_ready()

    @property
    def exit_status(self) -> int | None:
        """Of a shell that ended; None if it never said."""
        status = self._channel.exit_status
        return status if status >= 0 else None

    @property
    def lost(self) -> bool:
        """The connection broke; else the shell ended by itself."""
        return self._channel.cut and self._channel.exit_status < 0

    def reason(self) -> Unreachable:
        """Why the connection ended, as far as it is known."""
        said = self._transport.ended_because or self._transport.goodbye
        return Unreachable(self.node, said or _("the connection broke"))

    def watch(self) -> ShellWatch:
        """Tells what runs in the shell."""
        return ShellWatch(self._transport, self.bell)

    def give_up(self) -> None:
        """Count the connection as lost."""
        self._transport.drop(_("no sign of life from the node"))

    def close(self) -> None:
        """End the shell and the connection: its programs get SIGHUP."""
        if self._transport.is_active() and time.monotonic() - self._transport.heard_at < 1.0:
            self._channel.close()  # on a silent network this could block
        self._transport.drop()


class ShellWatch:
    """A second, quiet session on a shell's connection. Never blocks; says nothing where the server opens none."""

    def __init__(self, transport: SshTransport, bell: Bell) -> None:
        self._channel = transport.begin_channel("session", (), bell)
        self._started = False
        self._asked = False
        self._data = bytearray()

    @property
    def waiting(self) -> bool:
        """Asked, not answered yet."""
        return self._asked

    def ask(self) -> None:
        """Ask, unless an answer is still to come."""
        if self._channel.refusal is not None or self._channel.closed or self._asked:
            return
        if not self._started:
            if not self._channel.ready():
                return
            self._channel.settimeout(0.0)
            self._channel.request("exec", want_reply=True, text=COMMAND)
            self._started = True
        self._asked = self._channel.try_send(ASK)

    def answer(self) -> str | None:
        """The answer, once."""
        while self._started and self._channel.recv_ready():
            self._data += self._channel.recv(CHUNK)
        if not self._data.endswith(END):
            if len(self._data) > LONGEST_REPLY:
                self._channel.close()
                self._data.clear()
            return None
        text = self._data[: -len(END)].decode("utf-8", "surrogateescape")
        self._data.clear()
        self._asked = False
        return text


class Shells:
    """Opens shells on the nodes of a cluster. Thread-safe."""

    def __init__(self, nodes: SshNodes) -> None:
        self._nodes = nodes

    def open(self, node: str, columns: int, lines: int, bell: Bell) -> Shell:
        """Connect and start a shell. Blocks; may ask for a password. Raises a NodeError."""
        transport = self._nodes.connect_apart(node)
        try:
            shell = Shell(node, transport, _session(node, transport), bell)
            shell.start(columns, lines)
        except BaseException:
            transport.drop()
            raise
        return shell

    def link(self, node: str) -> LinkInfo:
        """How we stand with the node apart from any terminal."""
        return self._nodes.link(node)

    def is_online(self, node: str) -> bool:
        """The node's own connection is there."""
        return self._nodes.link(node).state is LinkState.ONLINE

    def listen(self, node: str, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed` from any thread when the link to the node changes. Returns what ends that."""
        return self._nodes.listen(lambda name, _info: changed() if name == node else None)


def _session(node: str, transport: SshTransport) -> SshChannel:
    import paramiko

    from nasclustergui.remote.channel import ChannelRefused, open_channel

    try:
        with Watch(OPEN_TIMEOUT) as watch:
            return open_channel(transport, "session", (), watch, WINDOW)
    except TimeUp as late:
        raise Unreachable(node, _("the SSH server opens no session")) from late
    except ChannelRefused as error:
        raise NodeError(node, _("the SSH server opens no session"), details=str(error)) from error
    except (paramiko.SSHException, EOFError, OSError) as error:
        raise Unreachable(node, _("the connection broke"), details=str(error)) from error


def as_error(node: str, error: Exception) -> NasError:
    """Any failure of a shell as a sentence."""
    if isinstance(error, NasError):
        return error
    return Unreachable(node, _("the connection broke"), details=repr(error))
