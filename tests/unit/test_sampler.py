"""The sampler against SSH servers in this process that run the real loop in a real shell."""

from __future__ import annotations

import math
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nasclustergui.core.errors import Cancelled, Unreachable
from nasclustergui.core.job import Job
from nasclustergui.core.metrics import Sample
from nasclustergui.remote.link import LinkState
from nasclustergui.remote.sampler import LOST, Sampler, sample_once
from nasclustergui.remote.ssh_nodes import SshNodes
from tests.unit.ssh_server import FakeSshd, Person, profile_of, wait_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


class Cluster:
    """Servers, nodes and a sampler that samples ten times a second."""

    def __init__(self, tmp_path: Path, *servers: FakeSshd) -> None:
        self.servers = servers
        (tmp_path / "known").write_text("".join(s.known_hosts() for s in servers))
        profile = profile_of(tmp_path / "known", *(s.node(f"nas-{n}") for n, s in enumerate(servers, 1)))
        self.nodes = SshNodes(profile, Person(password="right"))
        self.samples: list[tuple[str, Sample]] = []
        self.sampler = Sampler(self.nodes, 0.1, lambda name, sample: self.samples.append((name, sample)))

    def count(self, name: str) -> int:
        return sum(node == name for node, _sample in self.samples)

    def stop(self) -> None:
        self.sampler.stop()
        self.nodes.close()
        for server in self.servers:
            server.stop()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Callable[..., Cluster]]:
    made: list[Cluster] = []

    def make(*servers: FakeSshd) -> Cluster:
        made.append(Cluster(tmp_path, *servers))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def test_samples_facts_and_one_session(cluster: Callable[..., Cluster]) -> None:
    sshd = FakeSshd()
    it = cluster(sshd)
    assert it.sampler.latest("nas-1") is None
    it.sampler.start()
    wait_for(lambda: it.count("nas-1") >= 4)
    first, *_between, last = [sample for _name, sample in it.samples]
    assert math.isnan(first.cpu_percent)
    assert 0 <= last.cpu_percent <= 100
    assert last.memory_total > 0
    assert last.filesystems == first.filesystems
    assert it.sampler.latest("nas-1") is not None
    assert it.sampler.missed("nas-1") == 0
    assert it.sampler.facts("nas-1").kernel
    assert (len(sshd.lines), sshd.peak) == (1, 1)


def test_a_silent_node_delays_nobody_and_is_probed(cluster: Callable[..., Cluster]) -> None:
    good, mute = FakeSshd(), FakeSshd(mute=True)
    it = cluster(mute, good)
    it.sampler.start()
    wait_for(lambda: it.count("nas-2") >= 4)
    assert it.sampler.missed("nas-1") >= LOST
    assert it.count("nas-1") == 0


def test_goes_on_after_a_lost_connection(cluster: Callable[..., Cluster]) -> None:
    sshd = FakeSshd()
    it = cluster(sshd)
    it.sampler.start()
    wait_for(lambda: it.count("nas-1") >= 2)
    sshd.cut()
    wait_for(lambda: it.nodes.link("nas-1").state is not LinkState.ONLINE)
    before = it.count("nas-1")
    wait_for(lambda: it.count("nas-1") >= before + 3)
    assert it.sampler.missed("nas-1") == 0


def test_stop_ends_the_loop_on_the_node(cluster: Callable[..., Cluster]) -> None:
    sshd = FakeSshd()
    it = cluster(sshd)
    it.sampler.start()
    wait_for(lambda: it.samples)
    it.sampler.stop()
    wait_for(lambda: sshd.sessions == 0)
    assert not any(t.name == "sampler" for t in threading.enumerate())


def test_once(cluster: Callable[..., Cluster]) -> None:
    sshd = FakeSshd()
    it = cluster(sshd)
    sample = sample_once(it.nodes["nas-1"])
    assert 0 <= sample.cpu_percent <= 100
    assert sample.receive_rate >= 0
    wait_for(lambda: sshd.sessions == 0)


def test_once_without_a_connection_or_cancelled(cluster: Callable[..., Cluster]) -> None:
    sshd = FakeSshd()
    it = cluster(sshd)
    job = Job("t")
    job.cancel()
    with pytest.raises(Cancelled):
        sample_once(it.nodes["nas-1"], job=job)
    sshd.refuse()
    wait_for(lambda: it.nodes.link("nas-1").state is not LinkState.ONLINE)
    with pytest.raises(Unreachable):
        sample_once(it.nodes["nas-1"])
