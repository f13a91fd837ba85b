"""An SSH connection on paramiko, with what it lacks for many threads and sick networks.

Paramiko's own `open_channel` polls ten times a second and shares its error between threads; its
reader wakes ten times a second per connection; its handshake timer outlives the program. This module
touches paramiko's private parts for that, and is the only one to do so.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import paramiko
from paramiko.common import (
    MSG_CHANNEL_REQUEST,
    MSG_CHANNEL_WINDOW_ADJUST,
    cMSG_CHANNEL_OPEN,
    cMSG_CHANNEL_REQUEST,
    cMSG_GLOBAL_REQUEST,
)
from paramiko.message import Message
from paramiko.packet import Packetizer

_UTF8_MODES = b"\x2a\x00\x00\x00\x01\x00"  # IUTF8 (42) is on, end of the list; RFC 4254, 8, and RFC 8160
_SIGNALS = {"HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "ABRT": 6, "FPE": 8, "KILL": 9, "SEGV": 11, "PIPE": 13, "TERM": 15}


class _Packetizer(Packetizer):
    """Remembers when it last heard from the other side."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self.heard_at = time.monotonic()

    def start_handshake(self, timeout: float) -> None:
        """No timer thread: whoever connects has a deadline of his own."""

    def read_message(self) -> tuple[int, Message]:
        message = super().read_message()
        self.heard_at = time.monotonic()
        return message


class SshChannel(paramiko.Channel):
    """A channel that rings a bell whenever anything happened to it.

    Attributes:
        refusal: (code, text) when the server refused to open it (RFC 4254, 5.1).
        signal: name of the signal that ended its command ("KILL"), "" if none did.
        cut: the connection ended while the channel was open.
        ends_with_input: its command ends by itself when the channel is closed. (sshd logs an error about a signal.)
    """

    def __init__(self, number: int, bell: threading.Event) -> None:
        super().__init__(number)
        self.refusal: tuple[int, str] | None = None
        self.signal = ""
        self.cut = False
        self.ends_with_input = False
        self._opened = self._abandoned = False
        self._bell = bell
        self.in_buffer.set_event(bell)
        self.in_stderr_buffer.set_event(bell)

    @property
    def answered(self) -> bool:
        """The server opened or refused it, or the connection ended."""
        return self._opened or self.refusal is not None or self.closed or not self._transport.is_active()

    @property
    def _transport(self) -> SshTransport:
        transport: Any = self.transport
        assert isinstance(transport, SshTransport)
        return transport

    def ready(self) -> bool:
        """True if the server opened it and it is still open."""
        return self._opened and self.refusal is None and bool(self.active)

    def listen(self, bell: threading.Event) -> None:
        """From now on set this event when something happened; once at the start if something did already."""
        self._bell = bell
        self.in_buffer.set_event(bell)
        self.in_stderr_buffer.set_event(bell)

    def ended(self) -> bool:
        """Its command is over: the exit status is known and both streams are complete."""
        return self.closed or (bool(self.eof_received) and self.status_event.is_set())

    def refuse(self, code: int, text: str) -> None:
        """The server didn't open it. Called by the connection's thread."""
        self.refusal = (code, text)
        self._bell.set()

    def request(self, kind: str, want_reply: bool, text: bytes | str) -> None:
        """Send a request with one string, without waiting for the reply: a refusal closes the channel."""
        self._transport.post(self._request(kind, want_reply).add_string(text))

    def ask_shell(self, term: str, columns: int, lines: int, environment: dict[str, str]) -> None:
        """Ask for a pseudo terminal and a login shell in it, without waiting: a refusal closes the channel.

        Variables that the server does not accept (AcceptEnv) are left out by it. RFC 4254, 6.2 to 6.5.
        """
        for name, value in environment.items():
            self._transport.post(self._request("env", False).add_string(name).add_string(value))
        size = self._request("pty-req", True).add_string(term).add_int(columns).add_int(lines).add_int(0).add_int(0)
        self._transport.post(size.add_string(_UTF8_MODES))
        self._transport.post(self._request("shell", True))

    def _request(self, kind: str, want_reply: bool) -> Message:
        message = Message()
        message.add_byte(cMSG_CHANNEL_REQUEST)
        message.add_int(self.remote_chanid)
        message.add_string(kind)
        message.add_boolean(want_reply)
        return message

    def close(self) -> None:
        """Close it; on a dead connection, too, where paramiko's own would raise in the middle of its clean-up."""
        with suppress(paramiko.SSHException, EOFError, OSError):
            super().close()

    def try_send(self, data: bytes) -> bool:
        """Send a few bytes, unless the channel is closed or the other side takes nothing now."""
        try:
            return self.send_ready() and self.send(data) == len(data)
        except (paramiko.SSHException, EOFError, OSError):
            return False

    def abandon(self) -> None:
        """End it and its command, as far as SSH can: SIGTERM to its process group, then close. May block."""
        self._abandoned = True
        if self._opened and not self.closed:
            with suppress(paramiko.SSHException, EOFError, OSError):
                if not self.ends_with_input:
                    self.request("signal", want_reply=False, text="TERM")
                self.close()

    def hang_up(self) -> None:
        """Let blocked readers go on at once, without sending anything."""
        self.in_buffer.close()
        self.in_stderr_buffer.close()
        self._bell.set()

    # Called by the connection's thread

    def _set_remote_channel(self, number: int, window: int, packet: int) -> None:
        inherited: Any = super()
        inherited._set_remote_channel(number, window, packet)
        self._opened = True
        self._bell.set()
        if self._abandoned:
            self.close()

    def _unlink(self) -> None:
        inherited: Any = super()
        self.cut = not self.closed
        inherited._unlink()

    def _window_adjust(self, message: Message) -> None:
        inherited: Any = super()
        inherited._window_adjust(message)
        self._bell.set()

    def _handle_request(self, message: Message) -> None:
        inherited: Any = super()
        kind = message.get_text()
        if kind == "exit-signal":
            message.get_boolean()
            self.signal = message.get_text()
            self.exit_status = 128 + _SIGNALS.get(self.signal, 127)
            self.status_event.set()
        else:
            message.rewind()
            message.get_int()  # our number
            inherited._handle_request(message)
        self._bell.set()


class SshTransport(paramiko.Transport):
    """One connection. `on_end` is called once, from its own thread, when it ended.

    Attributes:
        user: who is logged in.
        ended_because: a sentence, when we ended it ourselves.
        goodbye: what the server said when it ended it, "" if it just went away.
    """

    # Every thread that waits is woken explicitly, so the reader needs no look around ten times a second.
    _active_check_timeout = 60.0
    _preferred_kex = (
        "curve25519-sha256@libssh.org",
        *(k for k in paramiko.Transport._preferred_kex if k != "curve25519-sha256@libssh.org"),  # type: ignore[attr-defined]
    )
    # Without cipher block chaining, triple DES and MD5; the counter modes are there for servers before OpenSSH 6.2.
    _preferred_ciphers = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr")
    _preferred_macs = (
        "hmac-sha2-256-etm@openssh.com",
        "hmac-sha2-512-etm@openssh.com",
        "hmac-sha2-256",
        "hmac-sha2-512",
        "hmac-sha1",
    )

    # Paramiko calls its own Channel's functions from this table, not ours.
    _channel_handler_table = {  # noqa: RUF012
        **paramiko.Transport._channel_handler_table,  # type: ignore[attr-defined]
        MSG_CHANNEL_WINDOW_ADJUST: SshChannel._window_adjust,
        MSG_CHANNEL_REQUEST: SshChannel._handle_request,
    }

    def __init__(self, sock: socket.socket | paramiko.Channel) -> None:
        super().__init__(sock, packetizer_class=_Packetizer)
        self.user = ""
        self.ended_because = ""
        self.goodbye = ""
        self.on_end: Callable[[SshTransport], None] | None = None

    @property
    def preferred_keys(self) -> tuple[str, ...]:
        """Host key algorithms. Without certificates: known_hosts' @cert-authority isn't supported."""
        inner: Any = self
        return tuple(inner._preferred_keys)

    def prefer_keys(self, types: tuple[str, ...]) -> None:
        """Ask for host keys of these types first, because they are the ones we know."""
        inner: Any = self
        wanted: list[str] = []
        for name in types:
            wanted += ["rsa-sha2-512", "rsa-sha2-256"] if name == "ssh-rsa" else [name]
        usual = paramiko.Transport._preferred_keys  # type: ignore[attr-defined]
        inner._preferred_keys = (*(t for t in wanted if t in usual), *(t for t in usual if t not in wanted))

    @property
    def heard_at(self) -> float:
        """Monotonic time of the last packet from the other side."""
        packetizer: Any = self.packetizer
        heard: float = packetizer.heard_at
        return heard

    def run(self) -> None:
        """The connection's thread."""
        try:
            super().run()
        finally:
            if self.on_end is not None:
                self.on_end(self)

    def drop(self, because: str = "") -> None:
        """End the connection from any thread, at once, without sending anything."""
        self.ended_because = self.ended_because or because
        if isinstance(self.sock, paramiko.Channel):
            self.sock.in_buffer.close()
        else:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)
        if not self.is_alive():
            self.sock.close()

    def post(self, message: Message) -> None:
        """Send a packet. Blocks while keys are exchanged or the network takes nothing."""
        inner: Any = self
        inner._send_user_message(message)

    def ping(self) -> None:
        """Ask for a sign of life; any answer, also a refusal, moves `heard_at`. May block."""
        message = Message()
        message.add_byte(cMSG_GLOBAL_REQUEST)
        message.add_string("keepalive@openssh.com")
        message.add_boolean(True)
        with suppress(paramiko.SSHException, EOFError, OSError):
            self.post(message)

    def begin_channel(
        self, kind: str, details: tuple[str | int, ...], bell: threading.Event, window: int = 0
    ) -> SshChannel:
        """Ask the server for a channel and return at once; `bell` rings when `answered`.

        `window`: bytes that it may send before they are read; 0 takes the connection's.
        """
        inner: Any = self
        window = window or self.default_window_size
        message = Message()
        message.add_byte(cMSG_CHANNEL_OPEN)
        message.add_string(kind)
        with self.lock:
            number = inner._next_channel()
            channel = SshChannel(number, bell)
            inner._channels.put(number, channel)
            self.channels_seen[number] = True
            inner_channel: Any = channel
            inner_channel._set_transport(self)
            inner_channel._set_window(window, self.default_max_packet_size)
        message.add_int(number)
        message.add_int(window)
        message.add_int(self.default_max_packet_size)
        for detail in details:
            if isinstance(detail, int):
                message.add_int(detail)
            else:
                message.add_string(detail.encode("utf-8", "surrogateescape"))
        self.post(message)
        return channel

    def _parse_disconnect(self, message: Message) -> None:
        message.get_int()
        self.goodbye = message.get_text()

    def _parse_channel_open_failure(self, message: Message) -> None:
        """As paramiko's, but the reason goes to the channel's own caller instead of a shared attribute."""
        inner: Any = self
        number, code, text = message.get_int(), message.get_int(), message.get_text()
        channel = inner._channels.get(number)
        with self.lock:
            inner._channels.delete(number)
        if isinstance(channel, SshChannel):
            channel.refuse(code, text)
