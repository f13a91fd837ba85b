"""Problems and events of the pool."""

from __future__ import annotations

from dataclasses import replace

from nasclustergui.core.events import Severity
from nasclustergui.subsystems.gluster.health import changes, problems
from nasclustergui.subsystems.gluster.model import (
    GlusterState,
    PeerState,
    TaskKind,
    TaskState,
    VolumeStatus,
    VolumeType,
)
from tests.recorded.pools import GIB, brick, peer, state, task, volume, with_bricks


def titles(found: GlusterState) -> list[tuple[Severity, str]]:
    return [(p.severity, p.title) for p in problems(found)]


def events(old: GlusterState, new: GlusterState) -> list[str]:
    return [event.title for event in changes(old, new)]


def test_a_healthy_pool_has_no_problems() -> None:
    assert problems(state(volume(), volume(VolumeType.DISPERSE, (1, 2, 3, 4), name="cold"))) == ()


def test_a_volume_stopped_on_purpose_is_no_problem() -> None:
    down = with_bricks(volume(), {"online": False}, {"online": False}, {"online": False})
    assert problems(state(replace(down, status=VolumeStatus.STOPPED))) == ()


def test_a_set_with_a_brick_down() -> None:
    (found,) = problems(state(with_bricks(volume(), {"online": False})))
    assert found.severity is Severity.CRITICAL  # clients go on, but not after one more loss
    assert found.title == "Volume data: 2 of 3 copies left"
    assert "One more loss can stop access." in found.text
    assert "node1:/bricks/d1/data0" in found.text
    assert found.action == "gluster.start-force:data"
    assert found.key == "gluster/data/set/1"


def test_one_of_several_sets() -> None:
    two_sets = volume(VolumeType.REPLICATE, (1, 2, 3, 2, 3, 4), size=3)
    (found,) = problems(state(with_bricks(two_sets, None, None, None, {"online": False})))
    assert found.title == "Volume data: one replica set has 2 of 3 copies left"
    assert found.key == "gluster/data/set/2"


def test_a_wide_set_survives_another_loss() -> None:
    wide = volume(VolumeType.DISPERSE, range(1, 7), redundancy=2)
    (found,) = problems(state(with_bricks(wide, {"online": False})))
    assert found.title == "Volume data: 5 of 6 fragments left in set 1"
    assert found.severity is Severity.WARN
    assert "survives one more loss" in found.text


def test_lost_access_is_critical_and_first() -> None:
    dead = with_bricks(volume(), {"online": False}, {"online": False})
    partly = with_bricks(volume(VolumeType.DISTRIBUTE, (1, 2), name="scratch"), {"online": False})
    found = titles(state(partly, dead, peers=[peer(1), peer(2, PeerState.DISCONNECTED)]))
    assert found[:2] == [
        (Severity.CRITICAL, "Volume scratch: clients lose access to part of the files"),
        (Severity.CRITICAL, "Volume data: clients have no access"),
    ]
    assert found[2][0] is Severity.WARN


def test_a_dispersed_volume_that_only_reads() -> None:
    guarded = volume(VolumeType.DISPERSE, (1, 2, 3, 4), options={"disperse.quorum-count": "4"})
    assert titles(state(with_bricks(guarded, {"online": False})))[0] == (
        Severity.CRITICAL,
        "Volume data: clients can read but not write",
    )


def test_unknown_bricks_are_no_loss() -> None:
    unknown = with_bricks(volume(), {"online": None}, {"online": None})
    (found,) = problems(state(unknown))
    assert (found.severity, found.key) == (Severity.UNKNOWN, "gluster/data/unknown")
    assert "node1:/bricks/d1/data0, node2:" in found.text
    assert [p.key for p in problems(state(unknown, status_error="It hangs"))] == ["gluster/status"]
    (odd,) = problems(state(with_bricks(volume(), {"online": None, "path": "/bricks/d1/\udcff"})))
    assert "node1:/bricks/d1/\\xff." in odd.text
    assert "not UTF-8" in odd.todo[0]


def test_peers() -> None:
    peers = [peer(1), peer(2, PeerState.REJECTED), peer(3, PeerState.JOINING), peer(4, PeerState.DISCONNECTED)]
    found = state(peers=peers, node_errors={"node4": "node4: glusterd does not run"})
    assert titles(found) == [
        (Severity.WARN, "Peer node2 is rejected by the pool"),
        (Severity.WARN, "Peer node4 is not connected"),
        (Severity.BUSY, "Peer node3 is joining the pool"),
    ]
    assert problems(found)[1].text.endswith("(glusterd does not run)")
    assert problems(found)[1].subject == "node4"


def test_a_peer_whose_bricks_run_on() -> None:
    peers = [peer(1, PeerState.DISCONNECTED), peer(2), peer(3)]
    running = problems(state(volume(), peers=peers))
    dead = problems(state(with_bricks(volume(), {"online": False}), peers=peers))
    assert "go on serving files" in running[0].text
    assert any("Its bricks serve no files" in p.text for p in dead)


def test_a_backlog_is_work_and_a_split_brain_an_emergency() -> None:
    healing = with_bricks(volume(), {"heal_pending": 15}, {"heal_pending": 15}, {"heal_pending": 0})
    (found,) = problems(state(healing))
    assert (found.severity, found.title) == (Severity.BUSY, "Volume data: 15 entries wait for a heal")
    assert found.action == "gluster.heal:data"
    split = with_bricks(healing, {"split_brain": 2})
    assert titles(state(split)) == [(Severity.CRITICAL, "Volume data: 2 files are in split-brain")]


def test_a_backlog_that_is_not_known() -> None:
    (found,) = problems(state(volume(), heal_errors={"data": "node2: no answer"}))
    assert (found.severity, found.text) == (Severity.UNKNOWN, "node2: no answer")


def test_tasks() -> None:
    def title(kind: TaskKind, status: TaskState) -> list[tuple[Severity, str]]:
        return titles(state(replace(volume(), tasks=(task(kind, status),))))

    assert title(TaskKind.REBALANCE, TaskState.RUNNING) == [(Severity.BUSY, "Volume data: a rebalance moves files")]
    assert title(TaskKind.REBALANCE, TaskState.COMPLETED) == []
    assert title(TaskKind.REBALANCE, TaskState.FAILED) == [(Severity.WARN, "Volume data: the rebalance failed")]
    assert title(TaskKind.FIX_LAYOUT, TaskState.STALE) == [(Severity.WARN, "Volume data: the new layout hangs")]
    assert title(TaskKind.REMOVE_BRICK, TaskState.RUNNING)[0][0] is Severity.BUSY
    assert title(TaskKind.REMOVE_BRICK, TaskState.COMPLETED) == [
        (Severity.INFO, "Volume data: emptied bricks wait to be taken out")
    ]
    assert title(TaskKind.REMOVE_BRICK, TaskState.NOT_STARTED) == [
        (Severity.WARN, "Volume data: the removal of bricks rests, their nodes are away")
    ]
    assert title(TaskKind.REMOVE_BRICK, TaskState.FAILED) == [
        (Severity.WARN, "Volume data: the removal of bricks left files behind")
    ]


def test_a_full_set_counts_though_the_volume_has_room() -> None:
    two = volume(VolumeType.DISTRIBUTE, (1, 2))
    assert titles(state(with_bricks(two, {"free": 14 * GIB}))) == [
        (Severity.WARN, "A set of volume data is nearly full")
    ]
    assert problems(state(with_bricks(two, {"free": 16 * GIB}))) == ()
    arbiter = volume(VolumeType.ARBITER)
    assert problems(state(with_bricks(arbiter, None, None, {"free": 0}))) == ()


def test_brick_states_that_cannot_be_read() -> None:
    (found,) = problems(state(volume(), status_error="glusterd on node3 does not answer.", status_hint="Restart it."))
    assert (found.severity, found.todo) == (Severity.UNKNOWN, ("Restart it.",))
    assert "Brick states are from" in found.text


def test_a_node_that_all_of_gluster_waits_for_needs_somebody() -> None:
    why = "glusterd on node3 does not answer, and all of gluster waits for it"
    (found,) = problems(state(volume(), status_error=why, status_hint="Restart it.", waits_for=("node3",)))
    assert (found.severity, found.title) == (Severity.WARN, "GlusterFS waits for node3")
    assert found.text.startswith(f"{why}. Brick states are from")


def test_bricks_of_an_absent_peer_start_with_its_glusterd_and_not_by_force() -> None:
    peers = [peer(1, PeerState.DISCONNECTED), peer(2), peer(3)]
    found = problems(state(with_bricks(volume(), {"online": False}), peers=peers))[0]
    assert found.todo[0].startswith("Bring node1 back, or start glusterd there")
    assert found.action == ""
    both = problems(state(with_bricks(volume(), {"online": False}, {"online": False}), peers=peers))[0]
    assert both.todo[0].startswith("Bring node1 back")
    assert both.todo[1] == "If its node is up: start the missing bricks again."
    assert both.action == "gluster.start-force:data"


def test_lost_server_quorum_is_the_reason_and_the_peers_are_the_way_out() -> None:
    guarded = volume(VolumeType.DISTRIBUTE, (1, 2), options={"cluster.server-quorum-type": "server"})
    down = with_bricks(guarded, {"online": False}, {"online": False})
    peers = [peer(1), peer(2), peer(3, PeerState.DISCONNECTED), peer(4, PeerState.DISCONNECTED)]
    found = problems(state(down, peers=peers))[0]
    assert found.title == "Volume data: clients have no access, server quorum is lost"
    assert found.text.startswith("2 of 4 peers are connected and 3 are needed")
    assert found.todo[0].startswith("Bring node3, node4 back")
    assert found.action == ""
    assert problems(state(guarded, peers=peers[:3]))[0].severity is Severity.WARN


def test_a_volume_without_any_set_left_is_told_once() -> None:
    down = with_bricks(volume(VolumeType.DISTRIBUTE, (1, 2)), {"online": False}, {"online": False})
    assert titles(state(down)) == [(Severity.CRITICAL, "Volume data: clients have no access")]


def test_nothing_changed() -> None:
    assert changes(state(volume()), state(volume())) == ()


def test_volumes_come_start_stop_and_go() -> None:
    created = replace(volume(), status=VolumeStatus.CREATED)
    stopped = replace(volume(), status=VolumeStatus.STOPPED)
    assert events(state(), state(created)) == ["Volume data was created"]
    assert events(state(created), state(volume())) == ["Volume data was started"]
    assert events(state(volume()), state(stopped)) == ["Volume data was stopped"]
    assert events(state(stopped), state()) == ["Volume data was deleted"]


def test_a_volume_made_anew_under_the_same_name() -> None:
    again = replace(volume(), uuid="other")
    assert events(state(volume()), state(again)) == ["Volume data was created", "Volume data was deleted"]


def test_bricks_go_down_and_come_back() -> None:
    down = with_bricks(volume(), {"online": False})
    assert events(state(volume()), state(down)) == ["data: brick went down"]
    assert events(state(down), state(volume())) == ["data: brick is up again"]
    assert [e.text for e in changes(state(volume()), state(down))] == ["node1:/bricks/d1/data0"]
    all_down = with_bricks(volume(), *({"online": False},) * 3)
    assert events(state(volume()), state(all_down)) == ["data: 3 bricks went down"]
    assert events(state(with_bricks(volume(), {"online": None})), state(down)) == []


def test_bricks_are_added_and_removed() -> None:
    more = replace(volume(VolumeType.DISTRIBUTE), bricks=(*volume(VolumeType.DISTRIBUTE).bricks, brick(4, "/b/x")))
    few = volume(VolumeType.DISTRIBUTE)
    assert events(state(few), state(more)) == ["data: brick added"]
    assert events(state(more), state(few)) == ["data: brick taken out"]


def test_peers_join_leave_and_get_lost() -> None:
    three, four = [peer(1), peer(2), peer(3)], [peer(1), peer(2), peer(3), peer(4)]
    lost = [peer(1), peer(2), peer(3, PeerState.DISCONNECTED)]
    assert events(state(peers=three), state(peers=four)) == ["node4 joined the pool"]
    assert events(state(peers=four), state(peers=three)) == ["node4 left the pool"]
    assert events(state(peers=three), state(peers=lost)) == ["Peer node3 is not connected any more"]
    assert events(state(peers=lost), state(peers=three)) == ["Peer node3 is connected"]


def test_a_heal_begins_and_ends_with_its_largest_backlog() -> None:
    clean = with_bricks(volume(), *({"heal_pending": 0},) * 3)
    few = with_bricks(clean, {"heal_pending": 3}, {"heal_pending": 3})
    assert events(state(clean), state(few)) == ["data: 3 files wait for a heal"]
    assert events(state(few), state(clean)) == ["data healed 3 files"]
    assert events(state(replace(few, heal_peak=15)), state(clean)) == ["data healed 15 files"]


def test_a_backlog_hidden_by_a_dead_brick_is_not_healed() -> None:
    few = with_bricks(volume(), {"heal_pending": 3}, {"heal_pending": 0}, {"heal_pending": 0})
    hidden = with_bricks(few, {"online": False, "heal_pending": None})
    assert events(state(few), state(hidden)) == ["data: brick went down"]


def test_tasks_begin_and_end() -> None:
    def at(status: TaskState) -> GlusterState:
        return state(replace(volume(), tasks=(task(TaskKind.REBALANCE, status),)))

    assert events(state(volume()), at(TaskState.RUNNING)) == ["Rebalance of data started"]
    assert events(at(TaskState.RUNNING), at(TaskState.COMPLETED)) == ["Rebalance of data finished"]
    assert events(at(TaskState.RUNNING), at(TaskState.FAILED)) == ["Rebalance of data failed"]
    assert events(at(TaskState.RUNNING), state(volume())) == ["Rebalance of data was stopped"]
    assert events(at(TaskState.COMPLETED), state(volume())) == []
