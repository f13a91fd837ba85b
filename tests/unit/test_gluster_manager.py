"""The manager on a made-up pool: states put together, plans checked, a pool that misbehaves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from nasclustergui.core.errors import InvalidInput, OutcomeUnknown, PlanOutdated, ServiceDown, Unreachable
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster import manager as module
from nasclustergui.subsystems.gluster.manager import GlusterManager
from nasclustergui.subsystems.gluster.model import GlusterState, PeerState, TaskState, VolumeStatus
from tests.recorded.fake_gluster import DOWN, TIMED_OUT, FakeNodes, Reply, ok, recorded, refused
from tests.recorded.folder import words

VERSION = recorded("version")
NODES = ("node1", "node2", "node3", "node4")
Words = tuple[str, ...]
Made = Callable[..., GlusterManager]


class Pool:
    """The recorded pool of four nodes; single answers can be replaced. Counts come as asked for."""

    def __init__(self, **replies: Reply) -> None:
        self.replies: dict[str, Reply] = {
            "pool": recorded("pool-list-node4-off"),
            "info": recorded("volume-info-rep3-replaced"),
            "status": recorded("volume-status-rep3-brick-down"),
            "detail": recorded("volume-status-rep3-detail-brick-down"),
            "rebalance": recorded("rebalance-status-inprogress-2s"),
            "ps": replace(VERSION, status=1, stdout=""),
        } | replies
        self.nodes = FakeNodes(self.answer, NODES)

    def answer(self, node: str, line: Words) -> Reply:
        key = f"{node}-down"
        if key in self.replies:
            return self.replies[key]
        match line:
            case ("--version", *_):
                return VERSION
            case ("pool", "list"):
                return self.replies["pool"]
            case ("volume", "info", *_):
                return self.replies["info"]
            case ("volume", "status", _, "detail"):
                return self.replies["detail"]
            case ("volume", "status", *_):
                return self.replies["status"]
            case ("volume", "rebalance", _, "status"):
                return self.replies["rebalance"]
            case ("ps", *_):
                return self.replies["ps"]
            case ("sh", "-c", _, "sh", *paths):
                return replace(VERSION, stdout="7\n" * len(paths))
        return self.replies.get("change", ok())


@pytest.fixture
def made(request: pytest.FixtureRequest) -> Iterator[Made]:
    managers: list[GlusterManager] = []

    def make(pool: Pool, **names: str) -> GlusterManager:
        managers.append(GlusterManager(pool.nodes, names, "lab"))
        return managers[-1]

    yield make
    for manager in managers:
        manager.close()


def read(manager: GlusterManager) -> GlusterState:
    return manager.read(Job("poll", quiet=True), patience=5.0)


ALL_UP = {
    "pool": replace(VERSION, stdout=recorded("pool-list-node4-off").stdout.replace("<connected>0", "<connected>1"))
}


def test_a_state_is_put_together(made: Made) -> None:
    state = read(made(Pool(**ALL_UP)))
    (volume,) = state.volumes
    assert (state.asked, state.version, state.status_error) == ("node1", "10.3", "")
    assert [peer.node for peer in state.peers] == list(NODES)
    assert [(b.node, b.online, b.pid) for b in volume.bricks] == [
        ("node1", True, 512),
        ("node2", False, None),
        ("node4", True, 894),
    ]
    assert [b.size for b in volume.bricks] == [1006632960] * 3
    assert [b.heal_pending for b in volume.bricks] == [7, None, 7]
    assert volume.heal_pending == volume.heal_peak == 7
    assert volume.shd_online == {"node1": True, "node2": True, "node3": True, "node4": True}
    assert state.status_at >= state.read_at - 5


def test_the_asked_node_is_no_stranger_called_localhost(made: Made) -> None:
    state = read(made(Pool()))
    assert {peer.node: peer.hostnames for peer in state.peers}["node1"] == ("node1",)


def test_backlogs_are_counted_without_the_lock_one_command_per_node(made: Made) -> None:
    pool = Pool(**ALL_UP)
    read(made(pool))
    assert sorted(node for node, line in pool.nodes.ran if line[0] == "sh" and "xattrop" in line[2]) == [
        "node1",
        "node4",
    ]
    assert pool.nodes.commands("volume", "heal") == []


def test_bricks_of_a_lost_node_are_down(made: Made) -> None:
    pool = Pool(**{"node4-down": Unreachable("node4")})
    volume = read(made(pool)).volumes[0]
    assert [b.online for b in volume.bricks] == [True, False, False]


def test_bricks_run_on_where_only_glusterd_is_down(made: Made) -> None:
    running = "/usr/sbin/glusterfsd -s node4 --brick-name /bricks/d1/rep3n -l x\n"
    volume = read(made(Pool(ps=replace(VERSION, stdout=running)))).volumes[0]
    assert [b.online for b in volume.bricks] == [True, False, True]
    stopped = read(made(Pool())).volumes[0]
    assert [b.online for b in stopped.bricks] == [True, False, False]


def test_brick_states_that_cannot_be_read_are_not_claimed(made: Made) -> None:
    pool = Pool(status=refused("Quorum not met. Volume operation not allowed."), **ALL_UP)
    state = read(made(pool))
    assert [b.online for b in state.volumes[0].bricks] == [None, None, None]
    assert state.status_at == 0.0
    assert "quorum" in state.status_error


NO_VOLUMES = ok("<volStatus><volumes/></volStatus>")


def left_out(pool: Pool, by_name: Reply) -> None:
    """`volume status all` leaves the volume out, as it does while another client has it locked."""
    normal = pool.answer

    def answer(node: str, line: Words) -> Reply:
        if line[:3] == ("volume", "status", "all"):
            return NO_VOLUMES
        return by_name if line[:2] == ("volume", "status") and line[3:] == () else normal(node, line)

    pool.nodes.script = answer


def test_a_volume_that_the_status_leaves_out_is_asked_for_by_name(made: Made) -> None:
    pool = Pool(**ALL_UP)
    left_out(pool, pool.replies["status"])
    state = read(made(pool))
    assert [b.online for b in state.volumes[0].bricks] == [True, False, True]
    assert [b.size for b in state.volumes[0].bricks] == [1006632960] * 3
    assert state.status_error == ""


def test_a_volume_that_stays_locked_is_not_taken_for_well(made: Made) -> None:
    pool = Pool(**ALL_UP)
    left_out(pool, refused("Another transaction is in progress for rep3. Please try again after some time.", 30802))
    state = read(made(pool))
    assert [b.online for b in state.volumes[0].bricks] == [None, None, None]
    assert state.status_error


def test_a_volume_that_was_stopped_meanwhile_spoils_nothing(made: Made) -> None:
    pool = Pool(**ALL_UP)
    left_out(pool, refused("Volume rep3 is not started"))
    state = read(made(pool))
    assert [b.online for b in state.volumes[0].bricks] == [None, None, None]
    assert state.status_error == ""


def test_old_brick_states_are_kept_with_their_age(made: Made) -> None:
    pool = Pool(**ALL_UP)
    manager = made(pool)
    first = read(manager)
    pool.replies["status"] = refused("Commit failed on node2. Please check log file for details.")
    manager.expire()
    second = read(manager)
    assert [b.online for b in second.volumes[0].bricks] == [True, False, True]
    assert second.status_at == first.status_at
    assert second.status_error == "node1: the operation failed on node2"


def test_a_hung_glusterd_elsewhere_is_found_and_named(made: Made) -> None:
    pool = Pool(status=TIMED_OUT, **ALL_UP)
    normal = pool.answer

    def answer(node: str, line: Words) -> Reply:
        return TIMED_OUT if node == "node3" and line == ("pool", "list") else normal(node, line)

    pool.nodes.script = answer
    state = read(made(pool))
    assert state.status_error == "glusterd on node3 does not answer, and all of gluster waits for it; clients go on."
    assert "node3" in state.node_errors


def test_bricks_of_nodes_that_got_lost_meanwhile_are_unknown(made: Made) -> None:
    pool = Pool(**ALL_UP)
    manager = made(pool)
    read(manager)
    pool.replies |= {"status": TIMED_OUT, "node4-down": Unreachable("node4")}
    manager.expire()
    state = read(manager)
    assert [b.online for b in state.volumes[0].bricks] == [True, False, None]
    assert "node4 cannot be reached" in state.status_error
    assert state.waits_for == ("node4",)


def test_a_reading_that_hangs_does_not_hold_up_the_poll(made: Made) -> None:
    release = threading.Event()
    pool = Pool(**ALL_UP)
    normal = pool.answer

    def answer(node: str, line: Words) -> Reply:
        if line[:2] == ("volume", "status"):
            release.wait(10)
        return normal(node, line)

    pool.nodes.script = answer
    manager = made(pool)
    for _ in range(3):
        state = manager.read(Job("poll"), patience=0.0)
        assert state.volumes[0].bricks[0].online is None
    release.set()
    assert read(manager).volumes[0].bricks[0].online is True
    assert len([1 for _n, line in pool.nodes.ran if line == ("volume", "status", "all")]) == 1


def test_a_mistake_in_the_background_comes_to_light(made: Made) -> None:
    pool = Pool(**ALL_UP, status=ZeroDivisionError("bug"))
    with pytest.raises(ZeroDivisionError):
        read(made(pool))


def test_no_node_answers(made: Made) -> None:
    pool = Pool(**{f"{node}-down": Unreachable(node) for node in NODES})
    with pytest.raises(ServiceDown, match="No node"):
        read(made(pool))


def test_another_node_answers_when_one_is_down(made: Made) -> None:
    state = read(made(Pool(**{"node1-down": DOWN})))
    assert state.asked == "node2"
    assert state.node_errors["node1"] == "node1: glusterd does not run"


def test_peers_known_by_other_names_are_found_by_asking(made: Made) -> None:
    pool_list = recorded("pool-list-node4-off").stdout
    own = "<uuid>{uuid}</uuid>\n<hostname>localhost</hostname>\n<connected>1</connected>"
    renamed = pool_list.replace("<hostname>node3</hostname>", "<hostname>storage-c</hostname>")
    pool = Pool(pool=replace(VERSION, stdout=renamed))
    normal = pool.answer
    uuid3 = "f48c6688-55fd-42c3-a5db-2684fd7b22ce"

    def answer(node: str, line: Words) -> Reply:
        if node == "node3" and line == ("pool", "list"):
            return ok(f"<peerStatus><peer>{own.format(uuid=uuid3)}</peer></peerStatus>")
        return normal(node, line)

    pool.nodes.script = answer
    peers = {peer.uuid: peer.node for peer in read(made(pool)).peers}
    assert peers[uuid3] == "node3"
    named = read(made(Pool(pool=replace(VERSION, stdout=renamed)), **{"storage-c": "node3"}))
    assert {peer.uuid: peer.node for peer in named.peers}[uuid3] == "node3"


def test_a_running_rebalance_has_its_progress(made: Made) -> None:
    pool = Pool(
        info=recorded("volume-info-dist-while-rebalance"),
        status=recorded("volume-status-dist-with-rebalance-task-inprogress"),
        detail=recorded("volume-status-dist-detail-after"),
        **ALL_UP,
    )
    (task,) = read(made(pool)).volumes[0].tasks
    assert (task.state, len(task.nodes)) == (TaskState.RUNNING, 4)


def test_a_rebalance_that_nobody_can_tell_of_is_stale(made: Made) -> None:
    pool = Pool(
        info=recorded("volume-info-dist-while-rebalance"),
        status=recorded("volume-status-dist-with-rebalance-task-inprogress"),
        detail=recorded("volume-status-dist-detail-after"),
        rebalance=recorded("rebalance-status-from-node2-stale"),
        **ALL_UP,
    )
    (task,) = read(made(pool)).volumes[0].tasks
    assert task.state is TaskState.STALE


def test_a_path_that_is_not_utf8_hides_no_volume(made: Made) -> None:
    broken = replace(
        VERSION, status=1, stdout="", stderr="parser error : Input is not proper UTF-8, indicate encoding !"
    )
    plain = (
        "\nVolume Name: odd\nType: Distribute\nVolume ID: id-odd\nStatus: Started\nNumber of Bricks: 1\n"
        "Transport-type: tcp\nBricks:\nBrick1: node1:/bricks/lat\udce9n\n"
    )
    pool = Pool(status=broken, detail=broken, **ALL_UP)
    normal = pool.answer

    def answer(node: str, line: Words) -> Reply:
        if line[:2] == ("volume", "info"):
            xml_asked = pool.nodes.ran.count((node, line)) == 1
            return broken if xml_asked else replace(VERSION, stdout=plain)
        return normal(node, line)

    pool.nodes.script = answer
    state = read(made(pool))
    assert [v.name for v in state.volumes] == ["odd"]
    assert state.volumes[0].bricks[0].node == "node1"
    assert state.volumes[0].bricks[0].online is None


USED = {"bricks": "node1:/bricks/d1/rep3"}


def step(check: str, **args: str) -> Step:
    return Step("step", "node1", commands.volume_start("rep3"), "gluster", check=check, args={"volume": "rep3"} | args)


@pytest.mark.parametrize(
    ("check", "args", "sentence"),
    [
        ("volume_absent", {}, "There is a volume rep3 by now."),
        ("volume_exists", {"volume": "gone"}, "Volume gone does not exist any more."),
        ("volume_not_started", {}, "Volume rep3 is started by now."),
        ("volume_started", {"volume": "gone"}, "Volume gone does not exist any more."),
        ("same_volume", {"id": "another"}, "rep3 is not the volume any more that was planned for."),
        ("rebalance_running", {}, "No rebalance of rep3 is running any more."),
        (
            "bricks_unused",
            {"bricks": "node1:/bricks/d1/rep3"},
            "node1:/bricks/d1/rep3 is a brick of volume rep3 by now.",
        ),
        ("peers_connected", {}, "Gluster would refuse it while peers are down: node4."),
        ("volume_exists peers_connected", {}, "Gluster would refuse it while peers are down: node4."),
    ],
)
def test_checks_look_at_the_pool_as_it_is_now(made: Made, check: str, args: dict[str, str], sentence: str) -> None:
    with pytest.raises(PlanOutdated) as caught:
        made(Pool()).check(step(check, **args), Job("check"))
    assert str(caught.value) == sentence


def test_checks_that_hold(made: Made) -> None:
    manager = made(Pool())
    good = "volume_exists volume_started same_volume bricks_unused no_task"
    uuid = read(manager).volumes[0].uuid
    manager.check(step(good, id=uuid, bricks="node1:/bricks/d1/other"), Job("check"))
    manager.check(step("volume_absent", volume="new"), Job("check"))
    manager.check(step(""), Job("check"))


def test_a_running_task_is_found_by_a_fresh_look(made: Made) -> None:
    pool = Pool(
        info=recorded("volume-info-dist-while-rebalance"),
        status=recorded("volume-status-dist-tasks-inprogress"),
    )
    with pytest.raises(PlanOutdated, match="A rebalance of dist is running by now"):
        made(pool).check(step("no_task", volume="dist"), Job("check"))
    made(pool).check(step("rebalance_running", volume="dist"), Job("check"))


def test_a_change_makes_the_next_reading_fresh(made: Made) -> None:
    pool = Pool(**ALL_UP)
    manager = made(pool)
    read(manager)
    before = len(pool.nodes.commands("volume", "status"))
    read(manager)
    assert len(pool.nodes.commands("volume", "status")) == before  # not due yet
    manager.run("node1", commands.volume_start("rep3", force=True), Job("start"))
    read(manager)
    assert len(pool.nodes.commands("volume", "status")) == before + 2  # states and sizes


def test_an_unknown_outcome_names_the_node_that_blocks(made: Made) -> None:
    pool = Pool(change=TIMED_OUT, **{"node3-down": TIMED_OUT})
    with pytest.raises(OutcomeUnknown) as caught:
        made(pool).run("node1", commands.volume_stop("rep3"), Job("stop"))
    assert "glusterd on node3 does not answer" in caught.value.hint


@pytest.mark.parametrize(
    "reason",
    [
        "Glusterd Syncop Mgmt brick op 'Heal' failed. Please check",
        "Commit failed on node2. Please check log file for details.",
    ],
)
def test_a_heal_waits_for_daemons_that_do_not_know_their_brick_yet(
    made: Made, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    monkeypatch.setattr(module, "HEAL_PAUSE", 0.0)
    launch = "Launching heal operation to perform index self heal on volume rep3 has been unsuccessful:\n"
    refusal = replace(VERSION, status=1, stdout="", stderr=launch + reason)
    replies: list[Reply] = [refusal, refusal, recorded("heal-start-ok")]
    pool = Pool()
    pool.nodes.script = lambda _node, _line: replies.pop(0)
    result = made(pool).run("node1", commands.volume_heal("rep3"), Job("heal"))
    assert "successful" in result.stdout


def test_plans_are_made_for_volumes_that_exist(made: Made) -> None:
    manager = made(Pool())
    state = read(manager)
    assert manager.plan_stop("rep3", state).cluster == "lab"
    with pytest.raises(InvalidInput, match="no volume nosuch"):
        manager.plan_stop("nosuch", state)


def test_unknown_work_is_refused(made: Made) -> None:
    with pytest.raises(InvalidInput, match="follow"):
        made(Pool()).follow(replace(step(""), follow="the-money"), Job("x"))


def test_a_stopped_volume_has_no_running_bricks(made: Made) -> None:
    stopped = recorded("volume-info-stopped")
    volume = read(made(Pool(info=stopped, status=recorded("volume-status-no-volumes")))).volumes[0]
    assert volume.status is VolumeStatus.STOPPED
    assert {b.online for b in volume.bricks} == {False}


def test_a_rejected_peer_is_no_absent_one(made: Made) -> None:
    state = read(made(Pool(pool=recorded("pool-list-rejected"))))
    assert PeerState.REJECTED in {peer.state for peer in state.peers}


def test_words_of_recordings_are_those_that_we_send() -> None:
    assert words("gluster --mode=script --xml volume info")[-2:] == commands.volume_info().argv[-3:-1]
