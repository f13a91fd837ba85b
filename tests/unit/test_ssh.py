"""Running commands on a node: against an SSH server in this process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nasclustergui.core.command import Command, Secret
from nasclustergui.core.errors import Cancelled, InvalidInput, NasError, NoAnswer, Unreachable
from nasclustergui.core.job import Job
from nasclustergui.remote.ssh import SshNode
from nasclustergui.remote.ssh_nodes import SshNodes
from tests.unit.ssh_server import FakeSshd, Person, profile_of, wait_for


@pytest.fixture
def sshd() -> Iterator[FakeSshd]:
    server = FakeSshd()
    yield server
    server.stop()


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[Callable[..., SshNodes]]:
    made: list[SshNodes] = []

    def make(*servers: FakeSshd, user: str = "root", **answers: str) -> SshNodes:
        (tmp_path / "known").write_text("".join(s.known_hosts() for s in servers))
        nodes = [s.node(f"nas-{number}") for number, s in enumerate(servers, 1)]
        nodes = [type(n)(n.name, n.host, user=user, port=n.port) for n in nodes]
        made.append(SshNodes(profile_of(tmp_path / "known", *nodes), Person(**{"password": "right", **answers})))
        return made[-1]

    yield make
    for nodes in made:
        nodes.close()


@pytest.fixture
def node(sshd: FakeSshd, connect: Callable[..., SshNodes]) -> SshNode:
    return connect(sshd)["nas-1"]


def test_output_and_status(node: SshNode) -> None:
    result = node.run(Command(("echo", "it's", "a $HOME;")))
    assert (result.status, result.stdout, result.stderr) == (0, "it's a $HOME;", "")
    assert node.run(Command(("fail", "3"))).status == 3


def test_bytes_that_are_not_text_come_back_as_they_are(node: SshNode) -> None:
    text = node.run(Command(("bytes",))).stdout
    assert text.encode("utf-8", "surrogateescape") == b"caf\xe9"
    assert node.run(Command(("echo", text))).stdout == text


def test_both_streams_in_full(node: SshNode) -> None:
    result = node.run(Command(("flood",)))
    assert (len(result.stdout), len(result.stderr)) == (3_000_000, 100_000)


def test_input_larger_than_any_window(node: SshNode) -> None:
    data = b"0123456789abcdef" * 400_000
    assert node.run(Command(("cat",), stdin=data)).stdout.encode() == data


def test_a_command_without_input_gets_an_end_of_file(node: SshNode) -> None:
    assert node.run(Command(("cat",))).stdout == ""


def test_threads_share_one_connection_and_eight_sessions(sshd: FakeSshd, node: SshNode) -> None:
    with ThreadPoolExecutor(64) as pool:
        got = list(pool.map(lambda i: node.run(Command(("echo", str(i)))).stdout, range(64)))
    assert got == [str(i) for i in range(64)]
    assert sshd.accepted == 1
    assert sshd.peak <= 8


def test_a_server_with_fewer_sessions(connect: Callable[..., SshNodes]) -> None:
    sshd = FakeSshd(max_sessions=2)
    node = connect(sshd)["nas-1"]
    with ThreadPoolExecutor(12) as pool:
        assert list(pool.map(lambda i: node.run(Command(("echo", str(i)))).stdout, range(12))) == [
            str(i) for i in range(12)
        ]
    sshd.stop()


def test_a_server_without_sessions(connect: Callable[..., SshNodes]) -> None:
    sshd = FakeSshd(max_sessions=0)
    with pytest.raises(Unreachable, match="opens no session") as caught:
        connect(sshd)["nas-1"].run(Command(("echo",)))
    assert "MaxSessions" in caught.value.hint
    sshd.stop()


def test_cancel_of_a_blocked_command_ends_it_there_too(sshd: FakeSshd, node: SshNode) -> None:
    job = Job("t")
    threading.Thread(target=lambda: (wait_for(lambda: sshd.processes), job.cancel())).start()
    with pytest.raises(Cancelled):
        node.run(Command(("wait",), timeout=None), job)
    wait_for(lambda: sshd.ended)
    assert sshd.ended == list(sshd.processes)
    assert sshd.ran[-1] == ("kill", "-TERM", "--", f"-{sshd.ended[0]}")


def test_cancelled_before_it_began(sshd: FakeSshd, node: SshNode) -> None:
    node.run(Command(("echo",)))
    job = Job("t")
    job.cancel()
    with pytest.raises(Cancelled):
        node.run(Command(("echo", "never")), job)
    assert ("echo", "never") not in sshd.ran


def test_cancel_while_waiting_for_a_session(sshd: FakeSshd, node: SshNode) -> None:
    blockers = [Job(str(i)) for i in range(8)]
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(node.run, Command(("wait",), timeout=None), job) for job in blockers]
        wait_for(lambda: len(sshd.processes) == 8)
        job = Job("late")
        threading.Timer(0.05, job.cancel).start()
        with pytest.raises(Cancelled):
            node.run(Command(("echo", "late"), timeout=None), job)
        for blocker in blockers:
            blocker.cancel()
        assert all(isinstance(w.exception(), Cancelled) for w in waiting)


def test_timeout_says_how_long_and_ends_the_command(sshd: FakeSshd, node: SshNode) -> None:
    with pytest.raises(NoAnswer, match=r"nas-1: no answer within 0\.3") as caught:
        node.run(Command(("wait",), timeout=0.3))
    assert caught.value.hint
    assert caught.value.sent
    wait_for(lambda: sshd.ended)


def test_cancel_of_a_blocked_connect(connect: Callable[..., SshNodes]) -> None:
    sshd = FakeSshd(mute=True)
    node = connect(sshd)["nas-1"]
    job = Job("t")
    threading.Thread(target=lambda: (wait_for(lambda: sshd.accepted), job.cancel())).start()
    with pytest.raises(Cancelled):
        node.run(Command(("echo",), timeout=None), job)
    with pytest.raises(NoAnswer) as caught:
        node.run(Command(("echo",), timeout=0.1))
    assert not caught.value.sent
    sshd.stop()


def test_killed_without_a_status(node: SshNode) -> None:
    result = node.run(Command(("die",)))
    assert result.status == 255
    assert "without an exit status" in result.stderr


def test_connection_lost_in_the_middle(sshd: FakeSshd, node: SshNode) -> None:
    with pytest.raises(Unreachable, match="the connection broke while a command ran") as caught:
        node.run(Command(("cut",)))
    assert "may still run" in caught.value.hint
    assert caught.value.sent


def test_a_zero_byte_is_refused_before_anything_is_sent(sshd: FakeSshd, node: SshNode) -> None:
    with pytest.raises(InvalidInput):
        node.run(Command(("echo", "a\0b")))
    assert sshd.ran == []


class TestSudo:
    """The login user isn't root."""

    def test_commands_that_need_no_root(self, sshd: FakeSshd, connect: Callable[..., SshNodes]) -> None:
        connect(sshd, user="admin")["nas-1"].run(Command(("echo",), root=False))
        assert "sudo" not in sshd.lines[-1]

    def test_without_a_password(self, sshd: FakeSshd, connect: Callable[..., SshNodes]) -> None:
        node = connect(sshd, user="admin")["nas-1"]
        assert node.run(Command(("cat",), stdin=b"data")).stdout == "data"
        assert "sudo -n -- cat" in sshd.lines[-1]

    def test_password_goes_to_stdin_only(self, connect: Callable[..., SshNodes]) -> None:
        sshd = FakeSshd(sudo_password="geheim")
        nodes = connect(sshd, user="admin", sudo_password="geheim")
        result = nodes["nas-1"].run(Command(("cat",), stdin=b"data"))
        assert (result.stdout, result.stderr) == ("data", "")
        assert nodes["nas-1"].run(Command(("free",), stdin=b"data")).status == 0
        assert sshd.logins == ["admin", "sudo", "sudo"]
        assert not any("geheim" in line for line in sshd.lines)
        sshd.stop()

    def test_wrong_password_is_sent_once(self, connect: Callable[..., SshNodes]) -> None:
        sshd = FakeSshd(sudo_password="geheim")
        nodes = connect(sshd, user="admin", sudo_password="falsch")

        def refused(_number: int) -> NasError:
            with pytest.raises(NasError, match="password of admin for sudo was not accepted") as caught:
                nodes["nas-1"].run(Command(("echo",)))
            return caught.value

        with ThreadPoolExecutor(4) as pool:
            errors = list(pool.map(refused, range(4)))
        assert all("falsch" not in f"{e!r}{e}{e.hint}{e.details}" for e in errors)
        assert sshd.logins == ["admin", "sudo"]
        nodes.retry_now()
        refused(0)
        assert sshd.logins == ["admin", "sudo", "sudo"]
        sshd.stop()

    def test_no_password_given(self, connect: Callable[..., SshNodes]) -> None:
        sshd = FakeSshd(sudo_password="geheim")
        with pytest.raises(NasError, match="admin needs a password to act as root"):
            connect(sshd, user="admin")["nas-1"].run(Command(("echo",)))
        sshd.stop()

    @pytest.mark.parametrize(("command", "said"), [("forbidden", "admin may not act as root"), ("tty", "terminal")])
    def test_refusals(self, sshd: FakeSshd, connect: Callable[..., SshNodes], command: str, said: str) -> None:
        with pytest.raises(NasError, match=said) as caught:
            connect(sshd, user="admin")["nas-1"].run(Command((command,)))
        assert "sudoers" in caught.value.hint

    def test_cancel_ends_roots_command_as_root(self, connect: Callable[..., SshNodes]) -> None:
        sshd = FakeSshd(sudo_password="geheim")
        node = connect(sshd, user="admin", sudo_password="geheim")["nas-1"]
        with pytest.raises(NoAnswer):
            node.run(Command(("wait",), timeout=0.5))
        wait_for(lambda: sshd.ended)
        assert "sudo -k -S" in sshd.lines[-1]
        sshd.stop()


def test_secrets_in_a_command_are_sent_but_never_shown(sshd: FakeSshd, node: SshNode) -> None:
    command = Command(("echo", Secret("geheim")))
    assert node.run(command).stdout == "geheim"
    with pytest.raises(NoAnswer) as caught:
        node.run(Command(("wait", Secret("geheim")), timeout=0.1))
    assert "geheim" not in f"{caught.value!r}{caught.value.details}{command}"


class TestTunnels:
    """Streams through the connection."""

    def test_tcp(self, sshd: FakeSshd, connect: Callable[..., SshNodes]) -> None:
        nodes = connect(sshd)
        with nodes.open_tcp("nas-1", "127.0.0.1", sshd.port) as stream:
            stream.settimeout(10)
            assert stream.recv(4) == b"SSH-"

    def test_nothing_listens(self, sshd: FakeSshd, connect: Callable[..., SshNodes]) -> None:
        with pytest.raises(NasError, match=r"nas-1: nothing answers at /run/docker\.sock"):
            connect(sshd).open_unix("nas-1", "/run/docker.sock")

    def test_forbidden(self, connect: Callable[..., SshNodes]) -> None:
        sshd = FakeSshd(refuse_forwarding=True)
        with pytest.raises(NasError, match="does not forward") as caught:
            connect(sshd).open_tcp("nas-1", "127.0.0.1", 1)
        assert "AllowTcpForwarding" in caught.value.hint
        sshd.stop()
