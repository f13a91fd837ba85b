"""Channels of a connection: opening one, and running a command in one."""

from __future__ import annotations

import re
import shlex
import time

import paramiko

from nasclustergui.core.command import Result
from nasclustergui.remote.prompt import AskedTwice, Prompt
from nasclustergui.remote.ssh_transport import SshChannel, SshTransport
from nasclustergui.remote.waiting import Watch

CHUNK = 1 << 16
# Runs "$@" with the same messages everywhere, and with the directories of system commands, which the
# PATH of many a login lacks. Says its process number first, which `exec` keeps: that is how a cancelled
# command is ended. No quote, backslash or newline in it, so any login shell passes it on as it is.
_WRAPPER = (
    "PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin LC_ALL=C; export PATH LC_ALL; "
    'echo "@nasclustergui-pid $$" >&2; exec "$@"'
)
_PID = re.compile(rb"^@nasclustergui-pid (\d+)\r?\n", re.MULTILINE)


class ChannelRefused(Exception):
    """The server didn't open a channel: `code` as in RFC 4254, 5.1 (1 prohibited, 2 connecting failed)."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


def open_channel(
    transport: SshTransport, kind: str, details: tuple[str | int, ...], watch: Watch, window: int = 0
) -> SshChannel:
    """A channel that the server opened. Raises ChannelRefused, SSHException, Cancelled or TimeUp.

    `window`: bytes that may come before they are read; 0 takes the connection's usual.
    """
    channel = transport.begin_channel(kind, details, watch.bell, window)
    try:
        watch.until(lambda: channel.answered)
    except BaseException:
        channel.abandon()
        raise
    if channel.refusal is not None:
        raise ChannelRefused(*channel.refusal)
    if not channel.ready():
        raise paramiko.SSHException("the connection ended")
    return channel


def wrapped(line: str, reads: bool = True) -> str:
    """The command line to send for a command line to run. `reads`: it gets input, else it finds none at once."""
    wrapper = _WRAPPER if reads else f"{_WRAPPER} </dev/null"
    return f"exec sh -c {shlex.quote(wrapper)} sh {line}"


class Conversation:
    """One command in one channel: sends its input, collects both streams in full, waits for its end.

    Attributes:
        started: the command line was sent, so the command may have run.
        pid: number of its process there, and of its process group; None before it said so.
    """

    def __init__(self, channel: SshChannel, stdin: bytes = b"", prompt: Prompt | None = None) -> None:
        self._channel, self._prompt = channel, prompt
        self._stdin = memoryview(stdin)
        self._out, self._err = bytearray(), bytearray()
        # Without input nothing is sent after the command line, not even the end of the input: a command that
        # ended meanwhile has closed the channel, and sshd drops the whole connection over a late end of input.
        self._reads = bool(stdin) or prompt is not None
        self._eof_sent = not self._reads
        self._answered = prompt is None
        self.started = False
        self.pid: int | None = None
        channel.settimeout(0.0)

    def run(self, line: str, watch: Watch) -> Result:
        """Run a command line. Raises SSHException, Cancelled, TimeUp or AskedTwice."""
        began = time.monotonic()
        watch.check()
        self._channel.request(
            "exec", want_reply=True, text=wrapped(line, self._reads).encode("utf-8", "surrogateescape")
        )
        self.started = True
        watch.until(self._step)
        return Result(self._status(), _text(self._out), _text(self._err), time.monotonic() - began)

    def _step(self) -> bool:
        """Move all data that can be moved now; True when the command is over."""
        ended = self._channel.ended()  # first: what arrives after the look is read below, or next time
        self._drain()
        if not ended:
            self._look_for_prompt()
            self._feed()
        return ended

    def _drain(self) -> None:
        while self._channel.recv_ready():
            self._out += self._channel.recv(CHUNK)
        while self._channel.recv_stderr_ready():
            self._err += self._channel.recv_stderr(CHUNK)
        if self.pid is None and (said := _PID.search(self._err)):
            self.pid = int(said[1])
            del self._err[said.start() : said.end()]

    def _look_for_prompt(self) -> None:
        if self._prompt is None or (at := self._err.find(self._prompt.mark)) < 0:
            return
        if self._answered:
            self.pid = None  # no command was started, the end of its input ends sudo
            raise AskedTwice
        del self._err[: at + len(self._prompt.mark)]
        self._answered = True
        self._stdin = memoryview(self._prompt.answer() + bytes(self._stdin))

    def _feed(self) -> None:
        """Send as much input as the other side takes now; its window's opening rings the bell."""
        if not self._answered or self._eof_sent:
            return
        while self._stdin:
            if not self._channel.send_ready():
                return
            sent = self._channel.send(bytes(self._stdin[:CHUNK]))
            if sent == 0:  # the command doesn't read any more
                break
            self._stdin = self._stdin[sent:]
        self._eof_sent = True
        self._channel.shutdown_write()

    def _status(self) -> int:
        """The exit status, 128 + N after signal N as in a shell, 255 if the server told none."""
        if self._channel.signal:
            self._err += f"\nkilled by signal {self._channel.signal}\n".encode()
        elif self._channel.exit_status < 0:
            if self._channel.cut:
                raise paramiko.SSHException("the connection ended")
            self._err += b"\nended without an exit status\n"
            return 255
        return self._channel.exit_status


def _text(data: bytearray) -> str:
    return data.decode("utf-8", "surrogateescape")
