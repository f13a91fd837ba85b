"""Plans: exact commands, risks, questions that are skipped, ways back, refusals before anything runs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.plan import Plan, Risk
from nasclustergui.core.plan_json import from_json, to_json
from nasclustergui.subsystems.gluster import plans
from nasclustergui.subsystems.gluster.conditions import CONDITIONS
from nasclustergui.subsystems.gluster.features import checks
from nasclustergui.subsystems.gluster.layout import BrickSpec, VolumeSpec
from nasclustergui.subsystems.gluster.model import PeerState, TaskKind, TaskState, VolumeStatus, VolumeType
from nasclustergui.subsystems.gluster.plans.steps import ASKED_DELETE, ASKED_REPLICA_2, ASKED_STOP
from tests.recorded.pools import peer, spec_brick, state, task, volume, with_bricks

OPTIONS = "gluster --mode=script --timeout=60 --xml "
STOPPED = replace(volume(), status=VolumeStatus.STOPPED)
REBALANCING = replace(volume(VolumeType.DISTRIBUTE), tasks=(task(),))
REMOVING = replace(volume(VolumeType.DISTRIBUTE), tasks=(task(TaskKind.REMOVE_BRICK, TaskState.COMPLETED),))


def lines(plan: Plan) -> list[str]:
    """The commands without their options; also checks what holds for every plan."""
    assert from_json(to_json(plan)) == plan
    assert plan.lane.startswith("gluster/")
    for step in plan.steps:
        assert set(step.check.split()) <= CONDITIONS.keys() | checks().keys()
        assert step.follow in ("", "rebalance", "heal", "bricks_up")
        assert step.args["volume"]
        assert step.expect
        assert step.node == "node1"
    return [str(step.command).removeprefix(OPTIONS) for step in plan.steps]


def spec(kind: VolumeType, nodes: tuple[int, ...], set_size: int = 1, **more: object) -> VolumeSpec:
    bricks = tuple(spec_brick(n, f"/bricks/d1/new{i}") for i, n in enumerate(nodes))
    return VolumeSpec("new", kind, bricks, set_size, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (spec(VolumeType.DISTRIBUTE, (1, 2)), ""),
        (spec(VolumeType.REPLICATE, (1, 2, 3), 3), "replica 3 "),
        (spec(VolumeType.REPLICATE, (1, 2, 3, 4), 2), "replica 2 "),
        (spec(VolumeType.ARBITER, (1, 2, 3), 3), "replica 3 arbiter 1 "),
        (spec(VolumeType.DISPERSE, (1, 2, 3, 4), 4, redundancy=1), "disperse 4 redundancy 1 "),
    ],
)
def test_create_says_what_gluster_needs(wanted: VolumeSpec, words: str) -> None:
    plan = plans.plan_create_volume(wanted, state(), "lab")
    bricks = " ".join(brick.name for brick in wanted.bricks)
    assert lines(plan) == [f"volume create new {words}{bricks}", "volume start new"]
    assert plan.risk is Risk.SAFE
    assert plan.rollback
    assert str(plan.steps[0].undo) == OPTIONS + "volume delete new"
    assert str(plan.steps[1].undo) == OPTIONS + "volume stop new"
    assert plan.steps[0].check == "volume_absent bricks_unused"
    assert plan.steps[0].args["bricks"].splitlines() == [brick.name for brick in wanted.bricks]


def test_create_tells_what_script_mode_skips_and_what_it_means() -> None:
    two = plans.plan_create_volume(spec(VolumeType.REPLICATE, (1, 2, 3, 4), 2), state(), "lab")
    three = plans.plan_create_volume(spec(VolumeType.REPLICATE, (1, 2, 3), 3), state(), "lab")
    assert two.prompts == (ASKED_REPLICA_2,)
    assert three.prompts == ()
    assert any("split-brain" in m.title and m.severity is Severity.WARN for m in two.meaning)
    assert any("Survives the loss of any node" in m.title for m in three.meaning)
    assert any("100.0" in m.title for m in three.meaning)


def test_create_with_force_and_without_start() -> None:
    forced = replace(spec(VolumeType.REPLICATE, (1, 1, 2), 3), force=True, start=False)
    plan = plans.plan_create_volume(forced, state(), "lab")
    assert [line.endswith(" force") for line in lines(plan)] == [True]
    assert plan.risk is Risk.CAUTION
    assert any("force" in m.title for m in plan.meaning)


def test_create_drops_slashes_at_the_end() -> None:
    wanted = VolumeSpec("new", VolumeType.DISTRIBUTE, (spec_brick(1, "/bricks/d1/new/"),))
    assert lines(plans.plan_create_volume(wanted, state(), "lab"))[0].endswith("node1:/bricks/d1/new")


@pytest.mark.parametrize("path", ["/b/sp ace", "/b/a;reboot", "/b/lat\udce9n", "b", "/b/a:b", '/b/"', "/b/x\ny"])
def test_bad_paths_are_refused_before_anything_runs(path: str) -> None:
    wanted = VolumeSpec("new", VolumeType.DISTRIBUTE, (BrickSpec("node1", path),))
    with pytest.raises(InvalidInput):
        plans.plan_create_volume(wanted, state(), "lab")
    with pytest.raises(InvalidInput):
        plans.plan_add_brick(volume(VolumeType.DISTRIBUTE), [BrickSpec("node1", path)], state(), "lab")


def test_start() -> None:
    plan = plans.plan_start(STOPPED, state(STOPPED), "lab")
    assert lines(plan) == ["volume start data"]
    assert plan.steps[0].follow == "bricks_up"
    assert str(plan.steps[0].undo) == OPTIONS + "volume stop data"
    with pytest.raises(InvalidInput, match="started already"):
        plans.plan_start(volume(), state(), "lab")


def test_start_with_force_revives_bricks_and_is_not_undone() -> None:
    plan = plans.plan_start(volume(), state(), "lab", force=True)
    assert lines(plan) == ["volume start data force"]
    assert plan.steps[0].undo is None
    assert plan.steps[0].check == "volume_exists"


def test_stop() -> None:
    plan = plans.plan_stop(volume(), state(), "lab")
    assert lines(plan) == ["volume stop data"]
    assert (plan.risk, plan.prompts, plan.confirm) == (Risk.CAUTION, (ASKED_STOP,), "data")
    assert plan.meaning[0].severity is Severity.CRITICAL
    with pytest.raises(InvalidInput, match="not started"):
        plans.plan_stop(STOPPED, state(), "lab")


def test_stop_ends_a_rebalance_first() -> None:
    assert lines(plans.plan_stop(REBALANCING, state(), "lab")) == ["volume rebalance data stop", "volume stop data"]
    with pytest.raises(InvalidInput, match="being removed"):
        plans.plan_stop(REMOVING, state(), "lab")


def test_delete_stops_first_and_checks_peers_before_it_begins() -> None:
    plan = plans.plan_delete(volume(), state(), "lab")
    assert lines(plan) == ["volume stop data", "volume delete data"]
    assert (plan.risk, plan.confirm, plan.rollback) == (Risk.DESTRUCTIVE, "data", True)
    assert plan.prompts == (ASKED_STOP, ASKED_DELETE)
    assert "peers_connected" in plan.steps[0].check
    assert str(plan.steps[0].undo) == OPTIONS + "volume start data"
    assert plan.steps[1].undo is None
    assert plan.steps[1].args["id"] == "id-data"
    assert any("50.0" in m.text for m in plan.meaning)
    assert any("node1:/bricks/d1/data0" in m.text for m in plan.meaning)


def test_delete_of_a_stopped_volume() -> None:
    assert lines(plans.plan_delete(STOPPED, state(), "lab")) == ["volume delete data"]


def test_delete_is_refused_while_gluster_would_refuse() -> None:
    away = state(peers=[peer(1), peer(2, PeerState.DISCONNECTED)])
    with pytest.raises(InvalidInput, match="node2"):
        plans.plan_delete(volume(), away, "lab")
    with pytest.raises(InvalidInput, match="2 snapshots"):
        plans.plan_delete(replace(volume(), snapshot_count=2), state(), "lab")


def test_add_brick_takes_whole_sets_and_rebalances() -> None:
    two = volume(VolumeType.REPLICATE, (1, 2, 3, 4), size=2)
    bricks = [spec_brick(1, "/bricks/d9/x"), spec_brick(2, "/bricks/d9/x")]
    plan = plans.plan_add_brick(two, bricks, state(two), "lab")
    assert lines(plan) == [
        "volume add-brick data node1:/bricks/d9/x node2:/bricks/d9/x",
        "volume rebalance data start",
    ]
    assert plan.steps[1].follow == "rebalance"
    assert str(plan.steps[1].undo) == OPTIONS + "volume rebalance data stop"
    assert any("100.0" in m.title for m in plan.meaning)
    alone = plans.plan_add_brick(two, bricks, state(two), "lab", rebalance=False)
    assert len(alone.steps) == 1
    with pytest.raises(InvalidInput, match="whole sets of 2"):
        plans.plan_add_brick(two, bricks[:1], state(two), "lab")
    with pytest.raises(InvalidInput, match="rebalance"):
        plans.plan_add_brick(REBALANCING, bricks, state(), "lab")


def test_bricks_of_a_stopped_volume_are_added_without_a_rebalance() -> None:
    stopped = replace(volume(VolumeType.DISTRIBUTE), status=VolumeStatus.STOPPED)
    plan = plans.plan_add_brick(stopped, [spec_brick(4)], state(stopped), "lab")
    assert len(plan.steps) == 1


def test_rebalance() -> None:
    spread = volume(VolumeType.DISTRIBUTE)
    plan = plans.plan_rebalance(spread, state(), "lab")
    assert lines(plan) == ["volume rebalance data start"]
    assert plan.steps[0].check == "volume_started no_task no_rebalance_left_over"
    assert plan.risk is Risk.SAFE
    assert lines(plans.plan_rebalance(spread, state(), "lab", fix_layout=True)) == [
        "volume rebalance data fix-layout start"
    ]
    down = plans.plan_rebalance(with_bricks(spread, {"online": False}), state(), "lab")
    assert any(m.severity is Severity.WARN for m in down.meaning)


@pytest.mark.parametrize(
    ("found", "word"),
    [
        (volume(), "only one set"),
        (replace(volume(VolumeType.DISTRIBUTE), status=VolumeStatus.STOPPED), "not started"),
        (REBALANCING, "is running"),
        (REMOVING, "being removed"),
    ],
)
def test_rebalance_is_refused(found: object, word: str) -> None:
    with pytest.raises(InvalidInput, match=word):
        plans.plan_rebalance(found, state(), "lab")  # type: ignore[arg-type]


def test_a_stop_of_a_rebalance_does_not_wait_for_the_rebalance() -> None:
    stop = plans.plan_rebalance_stop(REBALANCING, state(), "lab")
    assert lines(stop) == ["volume rebalance data stop"]
    assert stop.lane != plans.plan_rebalance(volume(VolumeType.DISTRIBUTE), state(), "lab").lane
    with pytest.raises(InvalidInput, match="no running rebalance"):
        plans.plan_rebalance_stop(volume(), state(), "lab")


def test_heal() -> None:
    waiting = with_bricks(volume(), {"heal_pending": 15})
    plan = plans.plan_heal(waiting, state(), "lab")
    assert lines(plan) == ["volume heal data"]
    assert (plan.steps[0].follow, plan.steps[0].expect) == ("heal", "successful")
    assert any("15 entries" in m.title for m in plan.meaning)
    full = plans.plan_heal(volume(), state(), "lab", full=True)
    assert lines(full) == ["volume heal data full"]
    assert full.steps[0].args["full"]


def test_heal_starts_missing_bricks_of_living_peers_first() -> None:
    down = with_bricks(volume(), None, {"online": False})
    assert lines(plans.plan_heal(down, state(), "lab")) == ["volume start data force", "volume heal data"]
    away = state(peers=[peer(1), peer(2, PeerState.DISCONNECTED), peer(3)])
    plan = plans.plan_heal(down, away, "lab")
    assert lines(plan) == ["volume heal data"]
    assert any("node2" in m.text for m in plan.meaning)


def test_heal_is_refused_where_there_is_nothing_to_heal_from() -> None:
    with pytest.raises(InvalidInput, match="keeps every file once"):
        plans.plan_heal(volume(VolumeType.DISTRIBUTE), state(), "lab")
    with pytest.raises(InvalidInput, match="not started"):
        plans.plan_heal(STOPPED, state(), "lab")


def test_a_plan_needs_a_node_to_run_on() -> None:
    other = state(asked="")
    assert plans.plan_stop(volume(), other, "lab").steps[0].node == "node1"
    nobody = state(asked="", peers=[peer(1, PeerState.DISCONNECTED)])
    with pytest.raises(InvalidInput, match="No node of the profile"):
        plans.plan_stop(volume(), nobody, "lab")
