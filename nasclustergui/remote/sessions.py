"""Sessions of one node's connection: a few at a time, one per command, ended there when nobody waits any more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from nasclustergui.core.command import Result
from nasclustergui.core.errors import Unreachable
from nasclustergui.core.i18n import _
from nasclustergui.remote.prompt import Prompt
from nasclustergui.remote.waiting import Slots, TimeUp, Watch

if TYPE_CHECKING:
    from nasclustergui.remote.channel import Conversation
    from nasclustergui.remote.ssh_transport import SshChannel, SshTransport

    Make = Callable[[SshChannel, bytes, Prompt | None], Conversation]

MAX_SESSIONS = 8  # sshd's MaxSessions is 10: one more is the sampler's, one ends what was cancelled

# (the command line, its process number there)
Ending = Callable[[str, "SshChannel", int | None], None]


class Sessions:
    """Runs command lines. Thread-safe.

    Args:
        end: called when a command was left while it may still run, from the thread that left it.
    """

    def __init__(self, node: str, end: Ending, limit: int = MAX_SESSIONS) -> None:
        self._node, self._end = node, end
        self._slots = Slots(limit)

    def run(
        self,
        transport: SshTransport,
        line: str,
        stdin: bytes,
        prompt: Prompt | None,
        watch: Watch,
        make: Make | None = None,
    ) -> Result:
        """Run in a session of its own; `make`: the conversation, if not the usual one.

        Raises Unreachable, Cancelled, TimeUp, AskedTwice.
        """
        import paramiko  # loaded by now

        from nasclustergui.remote.channel import Conversation

        talk = None
        try:
            channel = self._open(transport, watch)
            try:
                talk = (make or Conversation)(channel, stdin, prompt)
                return talk.run(line, watch)
            finally:
                self._slots.release()
                if not channel.ended():
                    self._end(line, channel, None if talk is None else talk.pid)
        except TimeUp as late:
            late.sent = talk is not None and talk.started
            raise
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise broken(self._node, transport, error, started=talk is not None and talk.started) from error

    def _open(self, transport: SshTransport, watch: Watch) -> SshChannel:
        """A session and a slot for it. If the server allows fewer than we thought, wait for one of ours to end."""
        from nasclustergui.remote.channel import ChannelRefused, open_channel

        while True:
            self._slots.acquire(watch)
            try:
                return open_channel(transport, "session", (), watch)
            except ChannelRefused as error:
                others = self._slots.shrink()
                self._slots.release()
                if not others:
                    raise Unreachable(
                        self._node,
                        _("the SSH server opens no session"),
                        hint=_("Earlier commands may still run there, or its MaxSessions is too low (10 is usual)."),
                        details=str(error),
                    ) from error
            except BaseException:
                self._slots.release()
                raise


def broken(node: str, transport: SshTransport, error: Exception, started: bool) -> Unreachable:
    """The error for a connection that ended; `started`: a command had been sent."""
    reason = transport.ended_because or transport.goodbye
    if started:
        return Unreachable(
            node,
            _("the connection broke while a command ran"),
            hint=_("The command may still run there. Look at the state before trying again."),
            details=reason or str(error),
        )
    never_left = Unreachable(node, reason or _("the connection broke"), details=str(error))
    never_left.sent = False
    return never_left
