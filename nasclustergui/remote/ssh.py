"""A node reached over SSH: one connection, shared by all threads, a session of its own for every command."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import InvalidInput, NasError, NoAnswer, NodeError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.profile import NodeProfile
from nasclustergui.core.units import duration
from nasclustergui.remote.credentials import Answers
from nasclustergui.remote.link import Link, LinkInfo
from nasclustergui.remote.prompt import Prompt
from nasclustergui.remote.sessions import Sessions, broken
from nasclustergui.remote.sudo import Sudo
from nasclustergui.remote.waiting import DaemonPool, TimeUp, Watch

if TYPE_CHECKING:
    from nasclustergui.remote.sessions import Make
    from nasclustergui.remote.ssh_transport import SshChannel, SshTransport
    from nasclustergui.remote.stream import Talk

ENDING_TIMEOUT = 10.0


class SshNode:
    """Implements `remote.node.Node`.

    Attributes:
        profile: where it is and how to log in.
        link: its connection.
    """

    def __init__(self, profile: NodeProfile, link: Link, answers: Answers, carers: DaemonPool) -> None:
        self.profile, self.link = profile, link
        self._sudo, self._carers = Sudo(profile.name, answers), carers
        self._sessions = Sessions(profile.name, self._left)
        self._ending = Sessions(profile.name, lambda _line, channel, _pid: channel.abandon(), limit=1)
        self._ending_lock = threading.Lock()

    @property
    def name(self) -> str:
        """Its name in the profile."""
        return self.profile.name

    @property
    def host(self) -> str:
        """Its address or host name, as the profile says."""
        return self.profile.host

    @property
    def info(self) -> LinkInfo:
        """How we stand with it."""
        return self.link.info

    def retry_now(self) -> None:
        """The user asks: connect at once; refusals are forgotten, questions asked again."""
        self._sudo.ask_again()
        self.link.retry_now()

    def run(self, command: Command, job: Job | None = None) -> Result:
        """See `Node.run`. After a cancel or a timeout the command is ended on the node too (docs/design/ssh.md)."""
        if any("\0" in word for word in command.argv):
            raise InvalidInput(_("a command can't hold a zero byte"))
        with Watch(command.timeout, job) as watch:
            try:
                return self._run(command, watch, self._sessions)
            except TimeUp as late:
                error = self.no_answer(command.timeout or 0.0, str(command))
                error.sent = late.sent
                raise error from None

    def stream(self, command: Command, talk: Talk, job: Job) -> Result:
        """See `stream.StreamNode`."""
        from nasclustergui.remote.stream_channel import maker

        with Watch(None, job) as watch:
            return self._run(command, watch, self._sessions, make=maker(talk))

    def no_answer(self, seconds: float, details: str = "") -> NoAnswer:
        """The error for a node that took longer than `seconds`."""
        return NoAnswer(
            self.name,
            _("no answer within {time}").format(time=duration(seconds)),
            hint=_("The node may be overloaded, or a service on it hangs."),
            details=details,
        )

    def _run(
        self, command: Command, watch: Watch, sessions: Sessions, *, quiet: bool = False, make: Make | None = None
    ) -> Result:
        transport = self._transport(watch)

        def execute(line: str, stdin: bytes, prompt: Prompt | None) -> Result:
            return sessions.run(transport, line, stdin, prompt, watch, make)

        if command.root and transport.user != "root":
            return self._sudo.run(command, transport.user, self.host, execute, watch, quiet=quiet)
        return execute(command.line(), command.input(), None)

    def _transport(self, watch: Watch) -> SshTransport:
        """The connection; an error here says that the command never left."""
        try:
            return self.link.transport(watch)
        except NodeError as error:
            error.sent = False
            raise

    def _left(self, line: str, channel: SshChannel, pid: int | None) -> None:
        self._carers.submit(lambda: self._end(channel, pid, root=line.startswith("sudo ")))

    def _end(self, channel: SshChannel, pid: int | None, root: bool) -> None:
        """End a command that nobody waits for any more; it would go on to hold one of the server's few sessions.

        Closing the channel ends only a command that writes, and SSH's own signals don't reach root's
        processes (sshd's session_signal_req), so its process group is killed by number.
        """
        with self._ending_lock:
            channel.abandon()
            if pid is None or self.link.current() is None:
                return
            kill = Command(("kill", "-TERM", "--", f"-{pid}"), timeout=ENDING_TIMEOUT, root=root)
            with Watch(ENDING_TIMEOUT) as watch, suppress(NasError, TimeUp):
                self._run(kill, watch, self._ending, quiet=True)

    def open_session(self, watch: Watch) -> SshChannel:
        """A session beside those of commands, for the sampler. Raises NodeError, Cancelled, TimeUp."""
        transport = self.link.transport(watch)
        import paramiko

        from nasclustergui.remote.channel import ChannelRefused, open_channel

        try:
            return open_channel(transport, "session", (), watch)
        except (ChannelRefused, paramiko.SSHException, EOFError, OSError) as error:
            raise broken(self.name, transport, error, started=False) from error
