"""An SSH server in this process, with a few commands of its own, for tests of the client."""

from __future__ import annotations

import re
import shlex
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import paramiko

from nasclustergui.core.command import Secret
from nasclustergui.core.profile import NodeProfile, Profile, SshDefaults
from nasclustergui.remote.sampling_loop import COMMAND

HOST_KEYS = {"one": paramiko.ECDSAKey.generate(), "other": paramiko.ECDSAKey.generate()}
WAIT = 20.0


def wait_for(true: Callable[[], object]) -> None:
    """Return as soon as it is true; fail when it doesn't become so."""
    end = time.monotonic() + WAIT
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


class FakeSshd:
    """Listens on a free loopback port until `stop`.

    Attributes:
        password, sudo_password: what is accepted; None accepts nothing.
        authorized: public keys (`asbytes()`) that may log in.
        methods: what the server offers.
        ran: argv of every command, without the client's wrapper.
        logins: user names that tried a secret. peak: most sessions at once.
    """

    def __init__(self, host_key: str = "one", **options: object) -> None:
        self.host_key = HOST_KEYS[host_key]
        self.password: str | None = "right"
        self.sudo_password: str | None = None
        self.authorized: set[bytes] = set()
        self.methods = "publickey,password"
        self.max_sessions = 10
        self.refuse_forwarding = False
        self.mute = False
        self.more_host_keys: list[paramiko.PKey] = []
        self.__dict__.update(options)
        self.ran: list[tuple[str, ...]] = []
        self.lines: list[str] = []
        self.logins: list[str] = []
        self.ended: list[int] = []
        self.peak = self.sessions = self.accepted = 0
        self.lock = threading.Lock()
        self.transports: list[paramiko.Transport] = []
        self.processes: dict[int, threading.Event] = {}
        self.sockets: list[socket.socket] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            self.accepted += 1
            if self.mute:
                self.sockets.append(connection)
                continue
            transport = paramiko.Transport(connection)
            for key in (self.host_key, *self.more_host_keys):
                transport.add_server_key(key)
            self.transports.append(transport)
            transport.start_server(server=_Rules(self, transport), event=threading.Event())

    def cut(self) -> None:
        """Break all connections."""
        for transport in self.transports:
            transport.close()
        self.transports.clear()

    def refuse(self) -> None:
        """Stop listening, as a node without power does."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut()

    def listen_again(self) -> None:
        """Take connections again, at the same port."""
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def stop(self) -> None:
        """End everything."""
        for event in self.processes.values():
            event.set()
        for sock in (self.listener, *self.sockets):
            sock.close()
        self.cut()

    def known_hosts(self) -> str:
        """The line that a client needs."""
        return f"[127.0.0.1]:{self.port} {self.host_key.get_name()} {self.host_key.get_base64()}\n"

    def node(self, name: str = "nas-1", **options: object) -> NodeProfile:
        """A profile of it."""
        return NodeProfile(name, "127.0.0.1", user="root", port=self.port, **options)  # type: ignore[arg-type]


class _Rules(paramiko.ServerInterface):
    """One connection's."""

    def __init__(self, sshd: FakeSshd, transport: paramiko.Transport) -> None:
        self.sshd, self.transport = sshd, transport
        self.user = ""

    def get_allowed_auths(self, username: str) -> str:
        return self.sshd.methods

    def check_auth_none(self, username: str) -> int:
        return paramiko.AUTH_FAILED

    def check_auth_password(self, username: str, password: str) -> int:
        if "password" not in self.sshd.methods.split(","):
            return paramiko.AUTH_FAILED
        self.sshd.logins.append(username)
        self.user = username
        return paramiko.AUTH_SUCCESSFUL if password == self.sshd.password else paramiko.AUTH_FAILED

    def check_auth_interactive(self, username: str, submethods: str) -> object:
        self.user = username
        query = paramiko.InteractiveQuery("", "", ("Password: ", False), ("Code: ", True))
        return query if "keyboard-interactive" in self.sshd.methods else paramiko.AUTH_FAILED

    def check_auth_interactive_response(self, responses: list[str]) -> int:
        self.sshd.logins.append(self.user)
        return paramiko.AUTH_SUCCESSFUL if responses == [self.sshd.password, "123"] else paramiko.AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        self.user = username
        return paramiko.AUTH_SUCCESSFUL if key.asbytes() in self.sshd.authorized else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, number: int) -> int:
        if kind == "direct-streamlocal@openssh.com":
            return paramiko.OPEN_FAILED_CONNECT_FAILED
        with self.sshd.lock:
            if self.sshd.sessions >= self.sshd.max_sessions:
                return paramiko.OPEN_FAILED_CONNECT_FAILED
            self.sshd.sessions += 1
            self.sshd.peak = max(self.sshd.peak, self.sshd.sessions)
        return paramiko.OPEN_SUCCEEDED

    def check_channel_direct_tcpip_request(
        self, number: int, origin: tuple[str, int], destination: tuple[str, int]
    ) -> int:
        if self.sshd.refuse_forwarding:
            return paramiko.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED
        try:
            there = socket.create_connection(destination)
        except OSError:
            return paramiko.OPEN_FAILED_CONNECT_FAILED
        self.sshd.sockets.append(there)
        threading.Thread(target=_pump, args=(self.transport, number, there), daemon=True).start()
        return paramiko.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, line: bytes) -> bool:
        threading.Thread(
            target=self._serve, args=(channel, line.decode("utf-8", "surrogateescape")), daemon=True
        ).start()
        return True

    def _serve(self, channel: paramiko.Channel, line: str) -> None:
        number = 1000 + channel.chanid + 100 * len(self.sshd.lines)
        self.sshd.lines.append(line)
        try:
            if line == COMMAND:
                status = _sampling_loop(channel)
            else:
                words = shlex.split(line)
                assert words[:3] == ["exec", "sh", "-c"], line
                if words[3].endswith("</dev/null"):
                    channel.in_buffer.close()
                channel.sendall_stderr(f"@nasclustergui-pid {number}\n".encode())
                status = self._run(channel, number, tuple(words[5:]))
            if status is not None:
                channel.send_exit_status(status)
            channel.close()
        except (OSError, EOFError, paramiko.SSHException):
            pass
        finally:
            with self.sshd.lock:
                self.sshd.sessions -= 1

    def _run(self, channel: paramiko.Channel, number: int, argv: tuple[str, ...]) -> int | None:
        if argv[0] == "sudo":
            return self._sudo(channel, number, argv)
        self.sshd.ran.append(argv)
        word, rest = argv[0], argv[1:]
        if word == "true":
            self.sshd.ran.pop()
        elif word == "echo":
            channel.sendall(" ".join(rest).encode("utf-8", "surrogateescape"))
        elif word == "flood":
            channel.sendall(b"x" * 3_000_000)
            channel.sendall_stderr(b"e" * 100_000)
        elif word == "cat":
            while data := channel.recv(65536):
                channel.sendall(data)
        elif word == "bytes":
            channel.sendall(b"caf\xe9")
        elif word == "fail":
            channel.sendall_stderr(b"no such thing\n")
            return int(rest[0])
        elif word == "wait":
            event = self.sshd.processes.setdefault(number, threading.Event())
            event.wait(WAIT)
        elif word == "kill":
            target = int(rest[-1].lstrip("-"))
            self.sshd.ended.append(target)
            self.sshd.processes[target].set()
        elif word == "die":
            return None
        elif word == "cut":
            self.sshd.cut()
        return 0

    def _sudo(self, channel: paramiko.Channel, number: int, argv: tuple[str, ...]) -> int | None:
        argv = (*argv, "--", "true") if argv[-1] == "-v" else argv
        split = argv.index("--")
        options, command = argv[:split], argv[split + 1 :]
        if command[0] == "forbidden":
            channel.sendall_stderr(f"Sorry, user {self.user} is not allowed to execute 'x' as root on nas.\n".encode())
            return 1
        if command[0] == "tty":
            channel.sendall_stderr(b"sudo: sorry, you must have a tty to run sudo\n")
            return 1
        if self.sshd.sudo_password is None or command[0] == "free":
            return self._run(channel, number, command)
        if "-n" in options:
            channel.sendall_stderr(b"sudo: a password is required\n")
            return 1
        prompt = options[options.index("-p") + 1].encode()
        channel.sendall_stderr(b"We trust you have received the usual lecture.\n" + prompt)
        answer = b""
        while not answer.endswith(b"\n"):
            answer += channel.recv(1)
        self.sshd.logins.append("sudo")
        if answer.decode() == self.sshd.sudo_password + "\n":
            return self._run(channel, number, command)
        channel.sendall_stderr(b"Sorry, try again.\n" + prompt)
        channel.recv(1)
        return 1


def _sampling_loop(channel: paramiko.Channel) -> int:
    """The real loop, in a real shell."""
    with subprocess.Popen(["sh", "-c", COMMAND], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as shell:
        assert shell.stdin is not None
        assert shell.stdout is not None
        threading.Thread(target=_copy, args=(shell.stdout, channel), daemon=True).start()
        while data := channel.recv(1024):
            shell.stdin.write(data)
        shell.stdin.close()
    return 0


def _copy(source: object, channel: paramiko.Channel) -> None:
    try:
        while data := source.read(65536):  # type: ignore[attr-defined]
            channel.sendall(data)
    except (OSError, ValueError):
        pass


_accepting = threading.Lock()


def _accepted(transport: paramiko.Transport, number: int) -> paramiko.Channel:
    """The channel of that number: `accept` gives any of them to whoever asks, and nothing to who was too slow."""
    end = time.monotonic() + WAIT
    with _accepting:
        aside: dict[int, paramiko.Channel] = transport.__dict__.setdefault("put_aside", {})
    while time.monotonic() < end:
        with _accepting:
            if number in aside:
                return aside.pop(number)
            channel = transport.accept(0.05)
            if channel is not None:
                aside[channel.chanid] = channel
    raise AssertionError(f"channel {number} never came")


def _pump(transport: paramiko.Transport, number: int, there: socket.socket) -> None:
    channel = _accepted(transport, number)

    def back() -> None:
        try:
            while data := there.recv(65536):
                channel.sendall(data)
        except OSError:
            pass
        channel.close()

    threading.Thread(target=back, daemon=True).start()
    try:
        while data := channel.recv(65536):
            there.sendall(data)
    except OSError:
        pass
    there.close()


class Person:
    """Credentials that answer from a dict and remember what they were asked."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.asked: list[tuple[str, ...]] = []
        self.refused: list[tuple[str, ...]] = []

    def _answer(self, kind: str, *who: str) -> Secret | None:
        self.asked.append((kind, *who))
        return Secret(self.answers[kind]) if kind in self.answers else None

    def passphrase(self, key_path: str) -> Secret | None:
        return self._answer("passphrase", key_path)

    def password(self, user: str, host: str) -> Secret | None:
        return self._answer("password", user, host)

    def sudo_password(self, user: str, host: str) -> Secret | None:
        return self._answer("sudo_password", user, host)

    def answer(self, user: str, host: str, prompt: str) -> Secret | None:
        return self._answer("answer", user, host, re.sub(r"\W", "", prompt))

    def wrong(self, kind: str, *who: str) -> None:
        self.refused.append((kind, *who))


def profile_of(known_hosts: Path, /, *nodes: NodeProfile, **ssh: object) -> Profile:
    """A cluster of these nodes that reads nothing of the user's."""
    defaults: dict[str, object] = {"known_hosts": str(known_hosts), "config": "", "agent": False}
    return Profile("test", nodes, ssh=SshDefaults(**{**defaults, **ssh}))  # type: ignore[arg-type]
