"""Clients of a volume: told apart, grouped, and said before the volume is taken away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nasclustergui.core.command import Result
from nasclustergui.core.errors import UnexpectedOutput
from nasclustergui.core.events import Severity
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster import plans
from nasclustergui.subsystems.gluster.audience import Audience, audience_meaning
from nasclustergui.subsystems.gluster.client import GlusterClient
from nasclustergui.subsystems.gluster.features import Pool
from nasclustergui.subsystems.gluster.features.clients import commands
from nasclustergui.subsystems.gluster.features.clients.model import Kind
from nasclustergui.subsystems.gluster.features.clients.read import audience, clients
from nasclustergui.subsystems.gluster.model import VolumeStatus
from nasclustergui.subsystems.gluster.page.client_rows import client_rows, summary, warnings
from tests.recorded import pools
from tests.recorded.fake_gluster import DOWN, FakeNodes, Reply, answer, recorded

# what ss and /proc say on node1 of the recording: a self-heal daemon, a mount, a rebalance's own mount, Samba
SOCKETS = """0 0 10.241.0.11:49146 10.241.0.11:57507 users:(("glusterfs",pid=512,fd=10))
0 0 10.241.0.11:49116 10.241.0.12:57643 users:(("glusterfs",pid=512,fd=11))
0 0 [::ffff:10.241.0.11]:49133 [::ffff:10.241.0.11]:57507 users:(("glusterfs",pid=600,fd=10))
0 0 10.241.0.11:49131 10.241.0.12:57643 users:(("glusterfs",pid=600,fd=11))
0 0 10.241.0.11:700 10.241.0.9:22 users:(("smbd",pid=70,fd=1))
@ps
512 /usr/sbin/glusterfs\037-s\037localhost\037--process-name\037glustershd\037--client-pid=-6
600 /usr/sbin/glusterfs\037--process-name\037fuse\037--volfile-server=localhost\037--volfile-id=/rep3\037/mnt/data
70 /usr/sbin/smbd\037-D
"""


class Nodes(FakeNodes):
    """Node1 tells its processes, the others can't."""

    def __init__(self, told: Reply | None = None) -> None:
        super().__init__(self.answer)
        self.told = told or recorded("volume-status-rep3-clients-with-mount")

    def answer(self, node: str, words: tuple[str, ...]) -> Reply:
        if words[:1] == ("sh",):
            return Result(0, SOCKETS) if node == "node1" else Result(4, "", "ss is not installed")
        if words[:1] == ("getent",):
            return Result(0, "10.241.0.14 web4.example.org web4\n")
        return self.told


def pool_of(nodes: FakeNodes) -> Pool:
    return Pool(GlusterClient(nodes), nodes, lambda _job: pools.state(), lambda _job: pools.state())


REP3 = replace(
    pools.volume(name="rep3"),
    bricks=tuple(replace(b, path="/bricks/d1/rep3") for b in pools.volume(name="rep3").bricks),
)


def test_all_connections_are_read_with_their_bricks() -> None:
    connections, told = commands.parse_clients(answer("volume-status-rep3-clients-with-mount"))
    assert told == tuple(f"node{n}:/bricks/d1/rep3" for n in (1, 2, 3))
    assert len(connections) == 15
    busiest = max(connections, key=lambda one: one.sent)
    assert (busiest.address, busiest.port, busiest.brick_port, busiest.sent) == ("10.241.0.11", "49133", 57507, 6952216)


def test_bricks_without_an_answer_are_silent() -> None:
    connections, told = commands.parse_clients(answer("volume-status-rep3-client-list"))
    assert (connections, told) == ((), ())


def test_a_list_that_does_not_fit_its_count_is_not_believed() -> None:
    found = answer("volume-status-rep3-clients-with-mount")
    cut = replace(found, result=replace(found.result, stdout=found.result.stdout.replace("Count>5", "Count>9")))
    with pytest.raises(UnexpectedOutput):
        commands.parse_clients(cut)


def test_processes_are_told_apart_by_their_words() -> None:
    found = commands.parse_processes("node1", Result(0, SOCKETS))
    assert found is not None
    assert {p.pid: (p.kind, p.where) for p in found} == {
        512: (Kind.DAEMON, ""),
        600: (Kind.MOUNT, "/mnt/data"),
        70: (Kind.PROGRAM, ""),
    }
    assert ("10.241.0.11", "49133", "57507") in next(p.ends for p in found if p.pid == 600)
    assert commands.parse_processes("node1", Result(4, "", "ss is not installed")) is None


def test_clients_are_grouped_by_process_and_host() -> None:
    found = clients(pool_of(Nodes()), REP3, Job("t"))
    known = {(c.host, c.kind, c.where): c for c in found.clients}
    mount = known["node1", Kind.MOUNT, "/mnt/data"]
    assert mount.bricks == ("node1:/bricks/d1/rep3", "node2:/bricks/d1/rep3")
    assert mount.pid == 600
    assert known["web4.example.org", Kind.OUTSIDE, ""].processes == 1
    assert found.unread == {"node2": "ss is not installed", "node3": "ss is not installed"}
    assert found.audience().hosts[0] == "10.241.0.11"
    assert "not connected to node3:/bricks/d1/rep3" in " ".join(warnings(found))
    rows = client_rows(found, daemons=False)
    assert all(child.data.kind is not Kind.DAEMON for row in rows for child in row.children)  # type: ignore[attr-defined]
    assert len(client_rows(found, daemons=True)) >= len(rows)
    assert "daemon" in summary(found)


def test_the_plans_name_who_loses_the_volume() -> None:
    volume, state = pools.volume(), pools.state(pools.volume())
    used = Audience(("node2", "web4"), 3)
    for plan in (
        plans.plan_stop(volume, state, "lab", used),
        plans.plan_delete(volume, state, "lab", used),
    ):
        assert "3 clients are connected: node2, web4" in [meaning.title for meaning in plan.meaning]
        assert [m.severity for m in plan.meaning] == sorted((m.severity for m in plan.meaning), reverse=True)
    unknown = plans.plan_stop(volume, state, "lab", Audience(unknown="The lock is taken."))
    assert any(m.severity is Severity.WARN and m.text == "The lock is taken." for m in unknown.meaning)
    nobody = plans.plan_stop(volume, state, "lab", Audience())
    assert any(m.title == "No client is connected to data" for m in nobody.meaning)
    stopped = replace(volume, status=VolumeStatus.STOPPED)
    quiet = plans.plan_delete(stopped, state, "lab", Audience())
    assert not any("client is connected" in m.title for m in quiet.meaning)


def test_many_hosts_are_counted() -> None:
    (said,) = audience_meaning("data", Audience(tuple(f"h{n}" for n in range(9)), 9))
    assert said.title == "9 clients are connected: h0, h1, h2, h3, h4, h5 and 3 more"
    assert audience_meaning("data", None) == ()


def test_when_gluster_cannot_tell_nothing_is_claimed() -> None:
    assert "does not run" in audience(pool_of(Nodes(DOWN)), REP3, Job("t")).unknown
    assert audience(pool_of(Nodes()), replace(REP3, status=VolumeStatus.STOPPED), Job("t")) == Audience()
    silent = audience(pool_of(Nodes(recorded("volume-status-rep3-client-list"))), REP3, Job("t"))
    assert silent.unknown == "No brick of it told who is connected."


def test_a_person_is_not_kept_waiting_for_the_clients() -> None:
    pool = pool_of(Nodes())
    with pool.client._lock:  # another command of ours holds the turn
        found = audience(pool, REP3, Job("t"), patience=0.15)
    assert "did not tell within" in found.unknown
