"""Logging in to an SSH server in this process: keys, passwords, host keys, jump hosts, and all that is refused."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import paramiko
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from nasclustergui.core.command import Command
from nasclustergui.core.errors import HostKeyChanged, HostKeyUnknown, LoginRefused, NasError, Unreachable
from nasclustergui.core.profile import NodeProfile
from nasclustergui.remote.link import LinkInfo, LinkState
from nasclustergui.remote.ssh_nodes import SshNodes
from tests.unit.ssh_server import HOST_KEYS, FakeSshd, Person, profile_of, wait_for

Made = Callable[..., tuple[SshNodes, Person]]


@pytest.fixture
def servers() -> Iterator[Callable[..., FakeSshd]]:
    made: list[FakeSshd] = []

    def make(**options: object) -> FakeSshd:
        made.append(FakeSshd(**options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for server in made:
        server.stop()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Made]:
    made: list[SshNodes] = []

    def make(*nodes: NodeProfile, known: str = "", ssh: dict[str, object] | None = None, **answers: str) -> object:
        (tmp_path / "known").write_text(known)
        person = Person(**answers)
        made.append(SshNodes(profile_of(tmp_path / "known", *nodes, **(ssh or {})), person))
        return made[-1], person

    yield make  # type: ignore[misc]
    for nodes in made:
        nodes.close()


def error_of(nodes: SshNodes, name: str = "nas-1") -> NasError:
    with pytest.raises(NasError) as caught:
        nodes[name].run(Command(("echo",)))
    return caught.value


def write_key(path: Path, passphrase: str = "") -> paramiko.PKey:
    """A new key in a file; returns it."""
    key = Ed25519PrivateKey.generate()
    encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, encryption))
    path.chmod(0o600)
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    path.with_name(path.name + ".pub").write_bytes(public + b"\n")
    return paramiko.Ed25519Key.from_private_key_file(str(path), passphrase or None)


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path, str], None]]:
    """Starts ssh-agent; the function adds a key to it."""
    if shutil.which("ssh-agent") is None:
        pytest.skip("ssh-agent is not installed")
    place = tmp_path / "agent"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(place)], stdout=subprocess.DEVNULL)
    wait_for(place.exists)
    monkeypatch.setenv("SSH_AUTH_SOCK", str(place))
    answer = tmp_path / "answer"

    def add(key: Path, passphrase: str) -> None:
        answer.write_text(f"#!/bin/sh\necho '{passphrase}'\n")
        answer.chmod(0o700)
        ask = {**os.environ, "SSH_ASKPASS": str(answer), "SSH_ASKPASS_REQUIRE": "force"}
        subprocess.run(["ssh-add", "-q", str(key)], env=ask, check=True, stdin=subprocess.DEVNULL)

    yield add
    process.terminate()
    process.wait()


class TestKeys:
    """Public key logins."""

    def test_plain_key(self, servers: Callable[..., FakeSshd], cluster: Made, tmp_path: Path) -> None:
        key = write_key(tmp_path / "id")
        sshd = servers(authorized={key.asbytes()})
        nodes, person = cluster(sshd.node(identity_files=(str(tmp_path / "id"),)), known=sshd.known_hosts())
        assert nodes["nas-1"].run(Command(("echo", "hi"))).stdout == "hi"
        assert (person.asked, sshd.logins) == ([], [])

    def test_key_with_passphrase_is_asked_for_once(
        self, servers: Callable[..., FakeSshd], cluster: Made, tmp_path: Path
    ) -> None:
        key = write_key(tmp_path / "id", "offen")
        sshd = servers(authorized={key.asbytes()})
        files = {"identity_files": (str(tmp_path / "id"),)}
        nodes, person = cluster(
            sshd.node("nas-1", **files), sshd.node("nas-2", **files), known=sshd.known_hosts(), passphrase="offen"
        )
        nodes.connect_all(wait=20)
        assert [nodes.link(name).state for name in nodes] == [LinkState.ONLINE] * 2
        assert person.asked == [("passphrase", str(tmp_path / "id"))]

    def test_wrong_passphrase(self, servers: Callable[..., FakeSshd], cluster: Made, tmp_path: Path) -> None:
        key = write_key(tmp_path / "id", "offen")
        sshd = servers(authorized={key.asbytes()})
        nodes, person = cluster(
            sshd.node(identity_files=(str(tmp_path / "id"),)), known=sshd.known_hosts(), passphrase="falsch"
        )
        error = error_of(nodes)
        assert "the passphrase of the key file" in str(error)
        assert "falsch" not in f"{error!r}{error.hint}{error.details}"
        assert person.refused == [("passphrase", str(tmp_path / "id"))]
        assert nodes.link("nas-1").retry_at is None

    @pytest.mark.parametrize(
        ("content", "mode", "said"),
        [
            (b"hello\n", 0o600, "is not a private key"),
            (b"", 0o600, "is not a private key"),
            (b"ssh-ed25519 AAAA me@home\n", 0o600, "is a public key"),
            (b"PuTTY-User-Key-File-3: ssh-ed25519\n", 0o600, "PuTTY"),
            (b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n", 0o600, "damaged"),
            (b"-----BEGIN RSA PRIVATE KEY-----\n\xff\xfe\n", 0o600, "damaged"),
            (b"-----BEGIN OPENSSH PRIVATE KEY-----\n", 0o644, "can be read by other users"),
        ],
    )
    def test_bad_key_file(
        self, servers: Callable[..., FakeSshd], cluster: Made, tmp_path: Path, content: bytes, mode: int, said: str
    ) -> None:
        path = tmp_path / "id with spaces; $(x)"
        path.write_bytes(content)
        path.chmod(mode)
        sshd = servers()
        nodes, _person = cluster(sshd.node(identity_files=(str(path),)), known=sshd.known_hosts())
        error = error_of(nodes)
        assert isinstance(error, LoginRefused)
        assert said in str(error)
        assert error.hint

    def test_missing_key_file(self, servers: Callable[..., FakeSshd], cluster: Made, tmp_path: Path) -> None:
        sshd = servers()
        nodes, _person = cluster(sshd.node(identity_files=(str(tmp_path / "none"),)), known=sshd.known_hosts())
        assert "does not exist" in str(error_of(nodes))

    def test_agent_spares_the_passphrase(
        self, servers: Callable[..., FakeSshd], cluster: Made, tmp_path: Path, agent: Callable[[Path, str], None]
    ) -> None:
        key = write_key(tmp_path / "id", "offen")
        write_key(tmp_path / "other")
        agent(tmp_path / "other", "")
        agent(tmp_path / "id", "offen")
        sshd = servers(authorized={key.asbytes()})
        nodes, person = cluster(
            sshd.node(identity_files=(str(tmp_path / "id"),)), known=sshd.known_hosts(), ssh={"agent": True}
        )
        assert nodes["nas-1"].run(Command(("echo",))).status == 0
        assert person.asked == []

    def test_an_agent_that_is_gone(
        self, servers: Callable[..., FakeSshd], cluster: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "gone"))
        sshd = servers()
        nodes, _person = cluster(sshd.node(), known=sshd.known_hosts(), ssh={"agent": True}, password="right")
        assert nodes["nas-1"].run(Command(("echo",))).status == 0

    def test_key_not_accepted(self, servers: Callable[..., FakeSshd], cluster: Made, tmp_path: Path) -> None:
        write_key(tmp_path / "id")
        sshd = servers(methods="publickey")
        nodes, person = cluster(sshd.node(identity_files=(str(tmp_path / "id"),)), known=sshd.known_hosts())
        error = error_of(nodes)
        assert str(error) == "nas-1: 127.0.0.1 does not let root in"
        assert "ssh-copy-id" in error.hint
        assert person.asked == []


class TestPasswords:
    """Password and keyboard-interactive logins."""

    def test_right(self, servers: Callable[..., FakeSshd], cluster: Made) -> None:
        sshd = servers()
        nodes, person = cluster(sshd.node(), known=sshd.known_hosts(), password="right")
        assert nodes["nas-1"].run(Command(("echo",))).status == 0
        assert person.asked == [("password", "root", "127.0.0.1")]

    def test_wrong_is_sent_once_and_never_shown(
        self, servers: Callable[..., FakeSshd], cluster: Made, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        sshd = servers()
        nodes, person = cluster(sshd.node(), known=sshd.known_hosts(), password="falsch")
        for _again in range(3):
            error = error_of(nodes)
        assert str(error) == "nas-1: the password of root was not accepted"
        assert "falsch" not in f"{error!r}{error.hint}{error.details}{caplog.text}"
        assert sshd.logins == ["root"]
        assert nodes.link("nas-1").state is LinkState.REFUSED
        person.answers["password"] = "right"
        nodes.retry_now("nas-1")
        assert nodes["nas-1"].run(Command(("echo",))).status == 0

    def test_none_given(self, servers: Callable[..., FakeSshd], cluster: Made) -> None:
        sshd = servers()
        nodes, person = cluster(sshd.node(), known=sshd.known_hosts())
        assert "does not let root in" in str(error_of(nodes))
        assert len(person.asked) == 1
        assert sshd.logins == []

    def test_questions_of_the_server(self, servers: Callable[..., FakeSshd], cluster: Made) -> None:
        sshd = servers(methods="keyboard-interactive")
        nodes, person = cluster(sshd.node(), known=sshd.known_hosts(), password="right", answer="123")
        assert nodes["nas-1"].run(Command(("echo",))).status == 0
        assert person.asked[-1] == ("answer", "root", "127.0.0.1", "Code")


class TestHostKeys:
    """Strict: nothing secret is sent before the key is known."""

    def test_unknown_then_accepted(self, servers: Callable[..., FakeSshd], cluster: Made, tmp_path: Path) -> None:
        sshd = servers()
        nodes, _person = cluster(sshd.node(), password="right")
        error = error_of(nodes)
        assert isinstance(error, HostKeyUnknown)
        assert (error.host, error.key_type) == (f"[127.0.0.1]:{sshd.port}", sshd.host_key.get_name())
        assert error.fingerprint == sshd.host_key.fingerprint
        assert sshd.logins == []
        nodes.accept(error)
        assert nodes["nas-1"].run(Command(("echo",))).status == 0
        assert (tmp_path / "known").read_text() == sshd.known_hosts()
        assert (tmp_path / "known").stat().st_mode & 0o777 == 0o600

    def test_changed(self, servers: Callable[..., FakeSshd], cluster: Made, tmp_path: Path) -> None:
        sshd = servers()
        known = f"# mine\n[127.0.0.1]:{sshd.port} {sshd.host_key.get_name()} {HOST_KEYS['other'].get_base64()}\n"
        nodes, _person = cluster(sshd.node(), known=known, password="right")
        error = error_of(nodes)
        assert isinstance(error, HostKeyChanged)
        assert f"line 2 of {tmp_path / 'known'}" in error.hint
        assert HOST_KEYS["other"].fingerprint in error.details
        assert sshd.host_key.fingerprint in error.details
        assert sshd.logins == []
        assert nodes.link("nas-1").state is LinkState.REFUSED

    def test_a_key_of_another_type_is_no_false_alarm(
        self, servers: Callable[..., FakeSshd], cluster: Made, tmp_path: Path
    ) -> None:
        sshd = servers(more_host_keys=[write_key(tmp_path / "host")])  # ed25519, which would be preferred
        nodes, _person = cluster(sshd.node(), known=sshd.known_hosts(), password="right")
        assert nodes["nas-1"].run(Command(("echo",))).status == 0

    def test_accepted_key_goes_to_the_apps_own_file(self, servers: Callable[..., FakeSshd], tmp_path: Path) -> None:
        sshd = servers()
        profile = profile_of(Path(), sshd.node(), known_hosts="")
        own = tmp_path / "new" / "known_hosts"
        nodes = SshNodes(profile, Person(password="right"), known_hosts=own)
        error = error_of(nodes)
        assert isinstance(error, HostKeyUnknown)
        nodes.accept(error)
        assert nodes["nas-1"].run(Command(("echo",))).status == 0
        assert own.read_text() == sshd.known_hosts()
        nodes.close()


class TestReaching:
    """Places, jump hosts, loss."""

    def test_nothing_listens(self, servers: Callable[..., FakeSshd], cluster: Made) -> None:
        sshd = servers()
        sshd.refuse()
        nodes, _person = cluster(sshd.node())
        assert str(error_of(nodes)) == f"nas-1: nothing listens at 127.0.0.1:{sshd.port}"

    def test_unknown_name(self, cluster: Made) -> None:
        nodes, _person = cluster(NodeProfile("nas-1", "no such host; rm -rf"))
        assert "the name no such host; rm -rf is not known" in str(error_of(nodes))

    def test_jump_host_is_shared(self, servers: Callable[..., FakeSshd], cluster: Made) -> None:
        jump, first, second = servers(), servers(), servers()
        via = {"jump": f"root@127.0.0.1:{jump.port}"}
        nodes, _person = cluster(
            first.node("nas-1", **via),
            second.node("nas-2", **via),
            known=jump.known_hosts() + first.known_hosts() + second.known_hosts(),
            password="right",
        )
        nodes.connect_all(wait=20)
        assert [nodes[name].run(Command(("echo", name))).stdout for name in nodes] == ["nas-1", "nas-2"]
        assert jump.accepted == 1
        first.cut()
        wait_for(lambda: nodes.link("nas-1").state is not LinkState.ONLINE)
        nodes.retry_now("nas-1")
        assert nodes["nas-1"].run(Command(("echo", "again"))).stdout == "again"

    def test_jump_host_that_forbids_forwarding(self, servers: Callable[..., FakeSshd], cluster: Made) -> None:
        jump, sshd = servers(refuse_forwarding=True), servers()
        nodes, _person = cluster(sshd.node(jump=f"127.0.0.1:{jump.port}"), known=jump.known_hosts(), password="right")
        error = error_of(nodes)
        assert isinstance(error, Unreachable)
        assert f"the jump host root@127.0.0.1:{jump.port} can't reach" in str(error)

    def test_reconnects_by_itself(self, servers: Callable[..., FakeSshd], cluster: Made) -> None:
        sshd = servers()
        nodes, _person = cluster(sshd.node(), known=sshd.known_hosts(), password="right")
        seen: list[LinkState] = []

        def listener(_name: str, info: LinkInfo) -> None:
            seen.append(info.state)

        forget = nodes.listen(listener)
        nodes.connect_all(wait=20)
        assert nodes.answering() == ("nas-1",)
        sshd.refuse()
        wait_for(lambda: nodes.link("nas-1").state is LinkState.LOST)
        assert nodes.answering() == ()
        error_of(nodes)
        sshd.listen_again()
        wait_for(lambda: nodes.link("nas-1").state is LinkState.ONLINE)
        assert nodes["nas-1"].run(Command(("echo", "back"))).stdout == "back"
        assert seen[0] is seen[-1] is LinkState.ONLINE
        assert LinkState.LOST in seen
        forget()

    def test_close_while_a_node_does_not_answer(self, servers: Callable[..., FakeSshd], cluster: Made) -> None:
        sshd = servers(mute=True)
        nodes, _person = cluster(sshd.node())
        nodes.connect_all()
        wait_for(lambda: sshd.accepted)
        nodes.close()
        with pytest.raises(Unreachable):
            nodes["nas-1"].run(Command(("echo",), timeout=None))
