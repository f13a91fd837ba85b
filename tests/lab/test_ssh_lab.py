"""The SSH client and the sampler against real sshd, sudo and sh, and against nodes that go away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nasclustergui.core.command import Command, Secret
from nasclustergui.core.errors import Cancelled, HostKeyChanged, LoginRefused, NoAnswer, SudoRefused, Unreachable
from nasclustergui.core.job import Job
from nasclustergui.core.metrics import Sample
from nasclustergui.core.profile import NodeProfile, Profile, SshDefaults
from nasclustergui.remote.credentials import NoCredentials
from nasclustergui.remote.link import LinkState
from nasclustergui.remote.sampler import Sampler, sample_once
from nasclustergui.remote.ssh_nodes import SshNodes
from tests.lab.cluster import Lab, take_down
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub

pytestmark = pytest.mark.lab
WAIT = 60.0


def wait_for(true: Callable[[], object], what: str = "it") -> None:
    end = time.monotonic() + WAIT
    while not true():
        assert time.monotonic() < end, f"{what} did not happen"
        time.sleep(0.02)


class Administrator(NoCredentials):
    """Knows the passwords of the lab, or wrong ones."""

    def __init__(self, password: str = "lab-admin", sudo: str = "lab-admin") -> None:
        self._password, self._sudo = Secret(password), Secret(sudo)

    def password(self, user: str, host: str) -> Secret:
        return self._password

    def sudo_password(self, user: str, host: str) -> Secret:
        return self._sudo


@pytest.fixture(scope="module")
def two() -> Iterator[Lab]:
    """Two nodes for this module alone, without what it doesn't need."""
    require_lab()
    name = lab_name("ssh")
    try:
        yield Lab.up(nodes=2, name=name, disks=1, disk_mb=300, etcd=False)
    finally:
        take_down(name)


@pytest.fixture(autouse=True)
def inside(two: Lab) -> Iterator[None]:
    """The test's thread and all that it starts are on the lab's workstation; the lab is whole afterwards."""
    with on_hub(two.name):
        yield
    for status in two.status():
        if not status.on:
            two.poweron(status.n)
        if status.frozen:
            two.thaw(status.n)
        if not status.plugged:
            two.plug(status.n)


@pytest.fixture
def connect(two: Lab) -> Iterator[Callable[..., SshNodes]]:
    made: list[SshNodes] = []

    def make(user: str = "root", key: bool = True, known_hosts: Path | None = None, **who: str) -> SshNodes:
        keys = (str(two.ssh_key),) if key else ()
        known = str(known_hosts or two.paths.known_hosts)
        ssh = SshDefaults(user=user, identity_files=keys, known_hosts=known, config="", agent=False)
        nodes = tuple(NodeProfile(f"node{n}", two.address(n)) for n in two.spec.numbers)
        made.append(SshNodes(Profile("lab", nodes, ssh=ssh), Administrator(**who)))
        return made[-1]

    yield make
    for nodes in made:
        nodes.close()


def runs(lab: Lab, word: str) -> bool:
    return lab.exec(1, "pgrep", "-f", word, check=False).returncode == 0


def test_root_by_key(connect: Callable[..., SshNodes]) -> None:
    nodes = connect()
    nodes.connect_all(wait=30)
    assert [nodes.link(name).state for name in nodes] == [LinkState.ONLINE] * 2
    result = nodes["node1"].run(Command(("gluster", "volume", "info")))
    assert (result.status, result.stdout, result.stderr) == (0, "", "No volumes present\n")
    odd = "a b'c\"d;e\n\udcff$HOME"
    assert nodes["node1"].run(Command(("printf", "%s", odd))).stdout == odd


def test_exit_status_signal_and_locale(connect: Callable[..., SshNodes]) -> None:
    node = connect()["node1"]
    assert node.run(Command(("sh", "-c", "exit 7"))).status == 7
    assert node.run(Command(("sh", "-c", "kill -9 $$"))).status == 137
    assert node.run(Command(("no-such-program",))).status == 127
    assert node.run(Command(("sh", "-c", "echo $LC_ALL"))).stdout == "C\n"


def test_admin_with_password_and_sudo(connect: Callable[..., SshNodes], two: Lab) -> None:
    node = connect("admin", key=False)["node1"]
    assert node.run(Command(("id", "-un"), root=False)).stdout == "admin\n"
    for _again in range(2):
        result = node.run(Command(("sh", "-c", "id -un; cat"), stdin=b"input"))
        assert (result.status, result.stdout, result.stderr) == (0, "root\ninput", "")
    assert node.run(Command(("gluster", "pool", "list"))).status == 0
    assert node.run(Command(("sh", "-c", "exit 1"))).status == 1
    assert not runs(two, "lab-admin")


def test_admin_with_the_wrong_sudo_password(connect: Callable[..., SshNodes]) -> None:
    node = connect("admin", sudo="falsch")["node1"]
    with pytest.raises(SudoRefused, match="password of admin for sudo was not accepted"):
        node.run(Command(("true",)))
    assert node.run(Command(("true",), root=False)).status == 0


def test_admin_who_is_not_in_sudoers(connect: Callable[..., SshNodes], two: Lab) -> None:
    two.sh(1, "mv /etc/sudoers.d/lab /root/sudoers-lab")
    try:
        with pytest.raises(SudoRefused, match="admin may not act as root"):
            connect("admin")["node1"].run(Command(("true",)))
    finally:
        two.sh(1, "mv /root/sudoers-lab /etc/sudoers.d/lab")


def test_sudo_without_a_password(connect: Callable[..., SshNodes], two: Lab) -> None:
    two.sh(1, "echo 'admin ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/zz-free")
    try:
        node = connect("admin", sudo="never asked")["node1"]
        assert node.run(Command(("cat",), stdin=b"x")).stdout == "x"
    finally:
        two.sh(1, "rm /etc/sudoers.d/zz-free")


def test_wrong_login_password(connect: Callable[..., SshNodes]) -> None:
    nodes = connect("admin", key=False, password="falsch")
    with pytest.raises(LoginRefused, match="password of admin was not accepted"):
        nodes["node1"].run(Command(("true",)))
    assert nodes.link("node1").retry_at is None


def test_changed_host_key(connect: Callable[..., SshNodes], two: Lab, tmp_path: Path) -> None:
    one, other = two.paths.known_hosts.read_text().splitlines()[:2]
    known = tmp_path / "known_hosts"
    known.write_text(" ".join([one.split()[0], *other.split()[1:]]) + "\n")
    with pytest.raises(HostKeyChanged, match="has changed"):
        connect(known_hosts=known)["node1"].run(Command(("true",)))


def test_more_at_once_than_maxsessions(connect: Callable[..., SshNodes]) -> None:
    node = connect()["node1"]
    with ThreadPoolExecutor(30) as pool:
        done = list(pool.map(lambda i: node.run(Command(("sh", "-c", f"sleep 0.1; echo {i}"))).stdout, range(30)))
    assert done == [f"{i}\n" for i in range(30)]


@pytest.mark.parametrize("user", ["root", "admin"])
def test_cancel_and_timeout_end_the_command_on_the_node(connect: Callable[..., SshNodes], two: Lab, user: str) -> None:
    node = connect(user)["node1"]
    node.run(Command(("true",)))
    job = Job("t")
    threading.Thread(target=lambda: (wait_for(lambda: runs(two, "sleep 4711")), job.cancel())).start()
    with pytest.raises(Cancelled):
        node.run(Command(("sh", "-c", "sleep 4711; true"), timeout=None), job)
    wait_for(lambda: not runs(two, "sleep 4711"), "the end of the cancelled command")
    with pytest.raises(NoAnswer):
        node.run(Command(("sleep", "4712"), timeout=1))
    wait_for(lambda: not runs(two, "sleep 4712"), "the end of the late command")


def test_timed_out_commands_leave_no_session_behind(connect: Callable[..., SshNodes]) -> None:
    node = connect()["node1"]
    for _number in range(15):  # more than MaxSessions
        with pytest.raises(NoAnswer):
            node.run(Command(("sleep", "4713"), timeout=0.15))
    assert node.run(Command(("echo", "well"), timeout=20)).stdout == "well\n"


def test_tunnels(connect: Callable[..., SshNodes], two: Lab) -> None:
    nodes = connect()
    with nodes.open_tcp("node1", "127.0.0.1", 22) as stream:
        stream.settimeout(10)
        assert stream.recv(4) == b"SSH-"
    two.sh(1, "systemctl is-active systemd-journald")
    with nodes.open_unix("node1", "/run/systemd/private") as stream:
        stream.sendall(b"\0AUTH EXTERNAL 30\r\n")
        stream.settimeout(10)
        assert stream.recv(2) == b"OK"


def test_samples(connect: Callable[..., SshNodes]) -> None:
    sample = sample_once(connect("admin", key=False)["node1"])
    assert 0 <= sample.cpu_percent <= 100
    assert any(f.mount == "/bricks/d1" and f.type == "xfs" for f in sample.filesystems)


class Watched:
    """A running sampler."""

    def __init__(self, nodes: SshNodes) -> None:
        self.nodes = nodes
        self.counts = dict.fromkeys(nodes, 0)
        self.sampler = Sampler(nodes, 0.5, self._on_sample)
        self.sampler.start()
        self.more("node1")
        self.more("node2")

    def _on_sample(self, name: str, _sample: Sample) -> None:
        self.counts[name] += 1

    def more(self, name: str) -> None:
        start = self.counts[name]
        wait_for(lambda: self.counts[name] >= start + 2, f"samples of {name}")

    def is_(self, name: str, state: LinkState) -> None:
        wait_for(lambda: self.nodes.link(name).state is state, f"{name} {state}")


@pytest.fixture
def watched(connect: Callable[..., SshNodes]) -> Iterator[Watched]:
    it = Watched(connect())
    yield it
    it.sampler.stop()


@pytest.mark.parametrize(("fault", "cure"), [("unplug", "plug"), ("freeze", "thaw"), ("poweroff", "poweron")])
def test_a_node_that_goes_away_and_comes_back(watched: Watched, two: Lab, fault: str, cure: str) -> None:
    getattr(two, fault)(1)
    began = time.monotonic()
    with pytest.raises((Unreachable, NoAnswer)):
        watched.nodes["node1"].run(Command(("sleep", "30"), timeout=30))
    assert time.monotonic() - began < 20
    watched.is_("node1", LinkState.LOST)
    assert watched.nodes.answering() == ("node2",)
    watched.more("node2")
    getattr(two, cure)(1)
    watched.is_("node1", LinkState.ONLINE)
    watched.more("node1")
    assert watched.nodes["node1"].run(Command(("echo", "back"))).stdout == "back\n"
