"""Members of a real etcd are added, promoted, moved and removed by the commands that plans show."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from nasclustergui.core.command import Command
from nasclustergui.core.errors import StoreError
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.core.profile import EtcdProfile
from nasclustergui.remote.etcd import EtcdClient
from nasclustergui.subsystems.etcd.commands import members as commands
from nasclustergui.subsystems.etcd.manager import EtcdManager
from nasclustergui.subsystems.etcd.model import EtcdState, Member
from tests.unit.etcd_cluster import EtcdCluster, Pki, require_etcd, wait_for


class Etcd:
    """One member runs, m1 and m2 have addresses; `manager` does what plans do."""

    def __init__(self, cluster: EtcdCluster) -> None:
        self.cluster = cluster
        pki = cluster.pki
        profile = EtcdProfile(cluster.endpoints, pki.path("ca.crt"), pki.path("server.crt"), pki.path("server.key"))
        self.client = EtcdClient(profile)
        self.manager = EtcdManager(self.client, {})

    def run(self, command: Command) -> str:
        return self.manager.run("", command, Job("test")).stdout

    def follow(self, i: int) -> None:
        step = Step("", "", Command(()), "etcd", follow="members.caught_up", args={"peer_url": self.cluster.peer(i)})
        self.manager.follow(step, Job("test"))

    def state(self) -> EtcdState:
        return self.manager.read()

    def member(self, i: int) -> Member:
        url = self.cluster.peer(i)
        return next(m for m in self.state().members if url in m.peer_urls)


@pytest.fixture(scope="module")
def etcd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Etcd]:
    require_etcd()
    folder = tmp_path_factory.mktemp("members")
    cluster = EtcdCluster(folder / "etcd", Pki(folder / "pki"), size=3)
    cluster.folder.mkdir()
    cluster.start(0, (0,))
    made = Etcd(cluster)
    try:
        wait_for(lambda: made.client.status(cluster.endpoint(0)).leader_id)
        yield made
    finally:
        made.client.close()
        cluster.stop()


def etcdctl(cluster: EtcdCluster, command: Command) -> str:
    """The same command line, run by the real etcdctl."""
    pki = cluster.pki
    environment = {
        "PATH": "/usr/bin:/bin",
        "ETCDCTL_API": "3",
        "ETCDCTL_ENDPOINTS": cluster.endpoint(0),
        "ETCDCTL_CACERT": pki.path("ca.crt"),
        "ETCDCTL_CERT": pki.path("server.crt"),
        "ETCDCTL_KEY": pki.path("server.key"),
    }
    done = subprocess.run(command.argv, env=environment, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_member_grows_from_learner_to_leader_and_goes(etcd: Etcd, monkeypatch: pytest.MonkeyPatch) -> None:
    url = etcd.cluster.peer(1)
    out = etcd.run(commands.member_add("m1", [url], learner=True))
    assert f'ETCD_INITIAL_CLUSTER="m0={etcd.cluster.peer(0)},m1={url}"' in out
    added = etcd.member(1)
    assert (added.learner, added.name, added.healthy) == (True, "", False)

    monkeypatch.setattr("nasclustergui.subsystems.etcd.features.members.membership._SYNC", 0.0)
    with pytest.raises(StoreError, match="does not have all the leader's data"):
        etcd.run(commands.member_promote(added.id))
    monkeypatch.undo()

    with pytest.raises(StoreError, match="one learner at a time"):
        etcd.run(commands.member_add("m2", [etcd.cluster.peer(2)], learner=True))

    etcd.cluster.join(1, 0)
    etcd.follow(1)
    assert etcd.run(commands.member_promote_at(url)) == f"Member {added.id:x} promoted\n"
    assert not etcd.member(1).learner
    with pytest.raises(StoreError, match="has a vote already"):
        etcd.run(commands.member_promote(added.id))

    etcd.run(commands.move_leader(added.id))
    wait_for(lambda: (leader := etcd.state().leader) and leader.id == added.id)
    assert "leads already" in etcd.run(commands.move_leader(added.id))

    with pytest.raises(StoreError, match="peer URL is in etcd's member list already"):
        etcd.run(commands.member_add("again", [url], learner=True))

    etcd.run(commands.move_leader(etcd.member(0).id))
    wait_for(lambda: (leader := etcd.state().leader) and leader.name == "m0")
    assert etcd.run(commands.member_remove(added.id)) == f"Member {added.id:x} removed\n"
    wait_for(lambda: [m.name for m in etcd.state().members] == ["m0"])
    with pytest.raises(StoreError, match="not in etcd's member list"):
        etcd.run(commands.member_remove(added.id))


def test_an_addition_is_taken_back_by_its_address(etcd: Etcd) -> None:
    url = etcd.cluster.peer(2)
    etcd.run(commands.member_add("m2", [url], learner=True))
    other = "https://127.0.0.1:9"
    etcd.run(commands.member_update(etcd.member(2).id, [url, other]))
    assert set(etcd.member(2).peer_urls) == {url, other}
    etcd.run(commands.member_update(etcd.member(2).id, [url]))
    etcd.run(commands.member_remove_at(url))
    assert len(etcd.state().members) == 1
    assert "No member" in etcd.run(commands.member_remove_at(url))


def test_etcdctl_understands_the_same_lines(etcd: Etcd) -> None:
    """What is shown and exported does the same where etcdctl runs it."""
    url = "https://127.0.0.1:9"
    assert "added to cluster" in etcdctl(etcd.cluster, commands.member_add("m9", [url], learner=True))
    added = next(m for m in etcd.state().members if url in m.peer_urls)
    assert added.learner
    assert "updated" in etcdctl(etcd.cluster, commands.member_update(added.id, [url]))
    assert f"Member {added.id:x} removed" in etcdctl(etcd.cluster, commands.member_remove_at(url))
    assert len(etcd.state().members) == 1


def test_a_member_is_added_again_in_the_second_of_its_removal(etcd: Etcd) -> None:
    """etcd makes the number of address and second and refuses one that was removed: the next second is waited for."""
    url = etcd.cluster.peer(2)
    for _again in range(2):
        etcd.run(commands.member_add("m2", [url], learner=True))
        etcd.run(commands.member_remove_at(url))
