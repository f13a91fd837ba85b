"""Looks at the nodes without gluster's lock: what they show, and when the lock is taken all the same."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest

from nasclustergui.core.command import Result
from nasclustergui.core.errors import CommandFailed, UnexpectedOutput
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster import status_reader
from nasclustergui.subsystems.gluster.client import GlusterClient
from nasclustergui.subsystems.gluster.commands.pulse import Space, parse_pulse
from nasclustergui.subsystems.gluster.model import Brick, TaskState, Volume, VolumeStatus, VolumeType
from nasclustergui.subsystems.gluster.status_reader import Reading, StatusReader
from tests.recorded.fake_gluster import FOLDER, FakeNodes, ok, recorded, said

SHOWN = (FOLDER / "node-pulse.lines").read_text().strip() + "\n"  # as node1 of a lab printed it
BRICKS = tuple(Brick(f"node{n}", "/bricks/d1/rb", f"uuid{n}", f"node{n}") for n in (1, 2))
VOLUME = Volume("rb", "id", VolumeType.DISTRIBUTE, VolumeStatus.STARTED, BRICKS)
NODE = """<node><hostname>node{n}</hostname><path>/bricks/d1/rb</path><peerid>uuid{n}</peerid><status>1</status>
<port>49152</port><pid>512</pid>{sizes}</node>"""
SIZES = "<sizeTotal>1000</sizeTotal><sizeFree>500</sizeFree><inodesTotal>10</inodesTotal><inodesFree>5</inodesFree>"
TASK = "<task><type>Rebalance</type><id>{id}</id><status>{status}</status><statusStr>in progress</statusStr></task>"


def test_what_serves_is_a_sign_and_what_a_client_runs_is_not() -> None:
    found = parse_pulse(said("sh", SHOWN))
    assert found.signs == (
        "/var/lib/glusterd/vols/rb/node_state.info:rebalance-id=46cfea62-2e4d-4462-937e-0b385765ed99",
        "/var/lib/glusterd/vols/rb/node_state.info:rebalance_op=19",
        "/var/lib/glusterd/vols/rb/node_state.info:status=3",
        "512 rb.node1.bricks-d1-rb /bricks/d1/rb",
        "glusterd 41",
    )
    assert found.spaces == {"/bricks/d1/rb": Space(4096 * 86016, 4096 * 79947, 204800, 204075)}


@pytest.mark.parametrize("text", ["", "silent\n", SHOWN.removesuffix("end\n"), SHOWN.replace("size 4096", "size x")])
def test_what_is_not_whole_is_not_believed(text: str) -> None:
    with pytest.raises(UnexpectedOutput):
        parse_pulse(said("sh", text))
    with pytest.raises(CommandFailed):
        parse_pulse(said("sh", SHOWN, status=1))


class Cluster:
    """Two nodes that show what a test says, and count what takes the lock."""

    def __init__(self) -> None:
        self.shown = {"node1": SHOWN, "node2": SHOWN}
        self.tasks = ""
        self.online = "1"  # what `volume status` says of both bricks
        self.hung = self.late = ""  # the node whose glusterd never answers, and the one that doesn't once
        self.nodes = FakeNodes(self.answer, ("node1", "node2"))
        self.reader = StatusReader(GlusterClient(self.nodes), ("node1", "node2"))
        self.reading = Reading()

    def answer(self, node: str, words: tuple[str, ...]) -> Result:
        match words:
            case ("sh", "-c", script, *_) if "pool list" in script:
                late, self.late = self.late, "" if node == self.late else self.late
                return Result(0, "silent\n" if node in (late, self.hung) else self.shown[node])
            case ("sh", *_):
                return Result(0, "0\n")
            case ("pool", "list") if node == self.hung:
                return recorded("glusterd-hung-volume-status-from-node1-timeout5")
            case ("pool", "list"):
                return recorded("pool-list-3nodes")
            case ("volume", "rebalance", *_):
                return recorded("rebalance-status-inprogress-2s")
        sizes = SIZES if "detail" in words else ""
        bricks = "".join(NODE.format(n=n, sizes=sizes) for n in (1, 2))
        bricks = bricks.replace("<status>1</status>", f"<status>{self.online}</status>")
        tasks = f"<tasks>{self.tasks}</tasks>"
        return ok(f"<volStatus><volumes><volume><volName>rb</volName>{bricks}{tasks}</volume></volumes></volStatus>")

    def read(self, absent: tuple[str, ...] = ()) -> int:
        """Read once; how often that took the lock."""
        before = len(self.nodes.ran)
        self.reading = self.reader.read((VOLUME,), absent, self.reading, Job("read", quiet=True))
        assert bool(self.reading.error) == bool(self.hung)
        return sum(words[0] == "volume" for _node, words in self.nodes.ran[before:])


def test_while_nothing_changes_nobody_takes_the_lock() -> None:
    cluster = Cluster()
    assert cluster.read() == 2  # states, sizes
    first = cluster.reading.at
    cluster.shown["node1"] = SHOWN.replace("79947", "70000")
    assert cluster.read() == 0
    assert cluster.reading.at >= first
    (brick, _other) = cluster.reading.details["rb"].bricks
    assert (brick.free, brick.inodes) == (4096 * 70000, 204800)  # sizes are fresh all the same


def test_a_brick_whose_process_is_there_before_glusterd_knows_it_is_asked_for_again() -> None:
    cluster = Cluster()
    cluster.online = "0"
    assert cluster.read() == 2
    assert cluster.read() == 1  # nothing changed on the nodes, but what was told can't last
    cluster.online = "1"
    assert cluster.read() == 1
    assert all(brick.online for brick in cluster.reading.reports["rb"].bricks)
    assert cluster.read() == 0


@pytest.mark.parametrize(
    "change",
    [
        {"512 /usr": "513 /usr"},  # a brick was started again
        {":status=3": ":status=1"},  # a task began
        {"glusterd 41": "glusterd 42"},
        {"end\n": "900 /usr/sbin/glusterfs -s localhost --volfile-id rebalance/rb --x\nend\n"},
    ],
)
def test_what_changes_is_read_under_the_lock(change: Mapping[str, str]) -> None:
    cluster = Cluster()
    cluster.read()
    for old, new in change.items():
        cluster.shown["node2"] = SHOWN.replace(old, new)
    assert cluster.read() == 1
    assert cluster.read() == 0


def test_a_node_that_shows_nothing_or_is_away_leaves_only_the_lock() -> None:
    cluster = Cluster()
    cluster.read()
    cluster.shown["node2"] = "silent\n"
    assert cluster.read() == 1
    assert cluster.read() == 1
    cluster.shown["node2"] = SHOWN
    assert cluster.read() == 1
    assert cluster.read() == 0
    assert cluster.read(("node2",)) == 1


def test_a_node_that_was_late_once_is_looked_at_again_instead() -> None:
    cluster = Cluster()
    cluster.read()
    cluster.late = "node2"
    assert cluster.read() == 0


def test_where_a_glusterd_hangs_the_lock_is_left_alone() -> None:
    """`volume status` would get no answer and keep the lock for minutes: every other client were refused."""
    cluster = Cluster()
    cluster.read()
    at, cluster.hung = cluster.reading.at, "node2"
    assert cluster.read() == 0
    assert cluster.reading.waits_for == ("node2",)
    assert "glusterd on node2 does not answer" in cluster.reading.error
    assert cluster.reading.at == at
    assert cluster.read() == 0
    cluster.hung = ""
    assert cluster.read() >= 1
    assert cluster.reading.waits_for == ()


def test_after_a_change_of_ours_and_after_a_while_it_is_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster()
    cluster.read()
    cluster.reading = Reading(cluster.reading.at, 0.0, cluster.reading.reports, cluster.reading.details)  # expired
    assert cluster.read() == 2
    assert cluster.read() == 0
    now = time.time()
    monkeypatch.setattr(status_reader.time, "time", lambda: now + 700)
    assert cluster.read() >= 1


def test_progress_of_what_runs_is_asked_for_seldom() -> None:
    cluster = Cluster()
    known = "78f4664b-8035-45a3-98d1-b4f6b7afd5cd"
    cluster.tasks = TASK.format(id=known, status=1)
    assert cluster.read() == 3
    assert cluster.reading.progress["rb"].state is TaskState.RUNNING
    task = cluster.reading.progress["rb"]
    assert cluster.read() == 0
    assert cluster.reading.progress["rb"].nodes == task.nodes
