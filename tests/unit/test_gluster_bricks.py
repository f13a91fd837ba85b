"""Plans that make a volume smaller or change its copies: what they run, what they refuse, what they say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.plan import Plan, Risk
from nasclustergui.subsystems.gluster.features.bricks.copies_plans import plan_lower_copies, plan_raise_copies
from nasclustergui.subsystems.gluster.features.bricks.plans import (
    plan_finish_removal,
    plan_force_removal,
    plan_removal_commit,
    plan_removal_start,
    plan_remove_sets,
    plan_retry_removal,
    plan_stop_removal,
)
from nasclustergui.subsystems.gluster.features.bricks.removal import RemovalMeter, files_to_go, room_for
from nasclustergui.subsystems.gluster.features.bricks.shapes import Raised, suggested
from nasclustergui.subsystems.gluster.layout import BrickSpec
from nasclustergui.subsystems.gluster.model import (
    GlusterState,
    PeerState,
    Task,
    TaskKind,
    TaskState,
    Volume,
    VolumeStatus,
    VolumeType,
)
from nasclustergui.subsystems.gluster.page.brick_offers import why_no_finish, why_no_removal, why_no_retry, why_no_stop
from tests.recorded.pools import GIB, peer, state, task, volume, with_bricks

SPREAD = volume(VolumeType.DISTRIBUTE, (1, 2, 3, 4))
PAIRS = with_bricks(volume(VolumeType.REPLICATE, (1, 2, 3, 4), size=2), *({"free": 80 * GIB} for _n in range(4)))
THREE = volume(VolumeType.REPLICATE, (1, 2, 3))
PARITY = volume(VolumeType.DISPERSE, (1, 2, 3, 1, 2, 4), size=3)
JUDGED = volume(VolumeType.ARBITER)


def names(found: Volume, *numbers: int) -> list[str]:
    return [found.bricks[n - 1].name for n in numbers]


def healed(found: Volume) -> Volume:
    return replace(found, bricks=tuple(replace(b, heal_pending=0) for b in found.bricks))


def going(found: Volume, status: TaskState = TaskState.RUNNING, moved: int = 0, failures: int = 0) -> Volume:
    """With a removal of its last set under way."""
    bricks = tuple(b.name for b in found.sets[-1])
    done = task(TaskKind.REMOVE_BRICK, status, moved, moved)
    nodes = tuple(replace(n, failures=failures, state=status) for n in done.nodes)
    return replace(found, tasks=(Task(TaskKind.REMOVE_BRICK, status, "t1", nodes, bricks),))


def lines(plan: Plan) -> list[str]:
    return [str(step.command).partition("--xml ")[2] for step in plan.steps]


def titles(plan: Plan) -> list[str]:
    return [meaning.title for meaning in plan.meaning]


def test_a_set_is_emptied_watched_and_only_then_taken_out() -> None:
    plan = plan_remove_sets(PAIRS, names(PAIRS, 4, 3), state(PAIRS), "lab")
    bricks = " ".join(names(PAIRS, 3, 4))
    assert lines(plan) == [f"volume remove-brick data {bricks} start", f"volume remove-brick data {bricks} commit"]
    start, commit = plan.steps
    assert (start.follow, str(start.undo).rsplit(" ", 1)[1]) == ("removal", "stop")
    assert commit.check == "same_removal bricks_emptied"
    assert plan.risk is Risk.CAUTION
    assert "force-migration" in plan.prompts[0]
    assert "100.0\xa0GiB usable afterwards" in titles(plan)
    assert plan_removal_start(PAIRS, names(PAIRS, 3, 4), state(PAIRS), "lab").steps == (start,)


@pytest.mark.parametrize(
    ("found", "bricks", "said"),
    [
        (SPREAD, [], "Name each brick"),
        (SPREAD, [1, 1], "Name each brick"),
        (SPREAD, [1, 2, 3, 4], "The last set of data cannot be removed"),
        (PAIRS, [3], "Set 2 goes as a whole"),
        (PAIRS, [2, 3], "Set 1 goes as a whole"),
        (THREE, [1, 2, 3], "The last set"),
        (PARITY, [4, 5], "Set 2 goes as a whole"),
        (replace(SPREAD, status=VolumeStatus.STOPPED), [1], "not started"),
        (replace(SPREAD, tasks=(task(),)), [1], "A rebalance of data is running"),
        (going(SPREAD), [1], "are being removed"),
        (going(SPREAD, TaskState.NOT_STARTED), [1], "are being removed"),
        (with_bricks(SPREAD, {"online": False}), [1], "its files cannot be moved away now"),
        (with_bricks(SPREAD, {"online": False}), [2], "files cannot be moved to its set now"),
        (with_bricks(PAIRS, None, None, {"online": False}), [3, 4], "cannot be moved away now"),
        (with_bricks(SPREAD, {"free": 10 * GIB}, {"free": 11 * GIB}), [3, 4], "have no room"),
    ],
)
def test_what_cannot_be_removed_is_refused_with_a_way_out(found: Volume, bricks: list[int], said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as error:
        plan_remove_sets(found, names(found, *bricks), state(found), "lab")
    assert error.value.hint or bricks in ([], [1, 1])


def test_a_brick_of_another_volume_is_refused() -> None:
    with pytest.raises(InvalidInput, match="is no brick of volume data"):
        plan_remove_sets(SPREAD, ["node1:/elsewhere"], state(SPREAD), "lab")


def test_a_copy_that_is_down_in_a_set_that_stays_is_no_reason() -> None:
    found = with_bricks(PAIRS, {"online": False})
    assert plan_remove_sets(found, names(found, 3, 4), state(found), "lab").steps


def test_bricks_of_an_absent_node_need_the_node() -> None:
    found = with_bricks(SPREAD, {"online": False})
    pool = state(found, peers=[peer(1, PeerState.DISCONNECTED), *(peer(n) for n in (2, 3, 4))])
    with pytest.raises(InvalidInput) as error:
        plan_remove_sets(found, names(found, 1), pool, "lab")
    assert "Bring the node back" in error.value.hint


def test_room_counts_what_gluster_still_takes() -> None:
    room = room_for(SPREAD, [3])
    assert (room.needed, room.free, room.fits) == (50 * GIB, 3 * 40 * GIB, True)  # 10 % stay free
    percent = replace(SPREAD, options={"cluster.min-free-disk": "40%"})
    assert room_for(percent, [3]).free == 3 * 10 * GIB
    bytes_ = replace(SPREAD, options={"cluster.min-free-disk": "20GB"})
    assert room_for(bytes_, [3]).free == 3 * 30 * GIB
    assert room_for(replace(SPREAD, options={"cluster.min-free-disk": "some"}), [3]).free == 3 * 40 * GIB
    assert room_for(with_bricks(SPREAD, {"free": None}), [3]).fits is None
    parity = room_for(PARITY, [1])
    assert (parity.needed, parity.free) == (2 * 50 * GIB, 2 * 40 * GIB)


def test_what_others_use_on_the_same_disks_is_no_refusal_but_a_warning() -> None:
    found = with_bricks(SPREAD, *({"free": 11 * GIB, "device": f"/dev/sd{n}"} for n in range(4)))
    other = replace(found, name="other", bricks=found.bricks[3:])
    with pytest.raises(InvalidInput, match="no room"):
        plan_remove_sets(found, names(found, 4), state(found), "lab")
    plan = plan_remove_sets(found, names(found, 4), state(found, other), "lab")
    assert plan.meaning[0].severity is Severity.WARN
    assert "may have no room" in plan.meaning[0].title


def test_unknown_sizes_and_waiting_heals_are_said() -> None:
    found = with_bricks(PAIRS, {"size": None, "free": None}, {"size": None}, {"heal_pending": 7})
    plan = plan_remove_sets(found, names(found, 3, 4), state(found), "lab")
    assert "Whether the files have room on the other sets is not known" in titles(plan)
    assert "7 entries wait for a heal on these bricks" in titles(plan)


def test_a_removal_found_under_way_is_watched_and_committed() -> None:
    found = going(PAIRS, moved=40)
    plan = plan_finish_removal(found, state(found), "lab")
    bricks = " ".join(names(PAIRS, 3, 4))
    assert lines(plan) == [f"volume remove-brick data {bricks} status", f"volume remove-brick data {bricks} commit"]
    assert plan.steps[0].follow == "removal"
    assert "40 files moved" in titles(plan)[0]
    commit = plan_removal_commit(going(PAIRS, TaskState.COMPLETED), state(found), "lab")
    assert lines(commit) == [f"volume remove-brick data {bricks} commit"]


@pytest.mark.parametrize(
    ("found", "finish", "retry"),
    [
        (going(PAIRS), True, False),
        (going(PAIRS, TaskState.NOT_STARTED), True, False),
        (going(PAIRS, TaskState.COMPLETED), True, True),
        (going(PAIRS, TaskState.COMPLETED, failures=3), False, True),
        (going(PAIRS, TaskState.FAILED), False, True),
    ],
)
def test_what_is_offered_for_a_removal_can_be_planned(found: Volume, finish: bool, retry: bool) -> None:
    assert why_no_stop(found) == ""
    assert why_no_removal(found, "") == "Bricks are being removed from it."
    assert (why_no_finish(found) == "") is finish
    assert (why_no_retry(found) == "") is retry
    plans: list[tuple[Callable[[Volume, GlusterState, str], Plan], bool]] = [
        (plan_finish_removal, finish),
        (plan_retry_removal, retry),
        (plan_stop_removal, True),
    ]
    for plan, possible in plans:
        if possible:
            assert plan(found, state(found), "lab").steps
    if not finish:
        with pytest.raises(InvalidInput, match="left files"):
            plan_finish_removal(found, state(found), "lab")


def test_a_retry_stops_starts_and_commits() -> None:
    found = going(SPREAD, TaskState.FAILED)
    assert [line.rsplit(" ", 1)[1] for line in lines(plan_retry_removal(found, state(found), "lab"))] == [
        *("stop", "start", "commit")
    ]


def test_nothing_is_offered_without_a_removal() -> None:
    assert why_no_finish(PAIRS) == why_no_retry(PAIRS) == why_no_stop(PAIRS) == "No bricks are being removed from it."
    for plan in (plan_finish_removal, plan_retry_removal, plan_stop_removal):
        with pytest.raises(InvalidInput, match="No bricks are being removed"):
            plan(PAIRS, state(PAIRS), "lab")


def test_force_says_that_the_files_are_lost_and_is_destructive() -> None:
    plan = plan_force_removal(SPREAD, names(SPREAD, 4), state(SPREAD), "lab")
    assert lines(plan) == ["volume remove-brick data node4:/bricks/d1/data3 force"]
    assert (plan.risk, plan.confirm) == (Risk.DESTRUCTIVE, "data")
    assert plan.meaning[0].severity is Severity.CRITICAL
    assert "will not migrate files" in plan.prompts[0]
    found = going(SPREAD, TaskState.FAILED)
    assert plan_force_removal(found, names(SPREAD, 4), state(found), "lab").steps
    with pytest.raises(InvalidInput, match="being removed"):
        plan_force_removal(found, names(SPREAD, 1), state(found), "lab")


def test_progress_counts_the_files_that_have_left() -> None:
    meter = RemovalMeter(1000)
    for second in range(6):
        estimate = meter.add(second, task(TaskKind.REMOVE_BRICK, TaskState.RUNNING, 300, 100 * second))
    assert estimate.progress == pytest.approx(0.5)
    assert estimate.seconds_left is not None
    assert estimate.seconds_left[0] < 5 < estimate.seconds_left[2]
    assert meter.add(7, task(TaskKind.REMOVE_BRICK, TaskState.RUNNING, 300, 2000)).progress == 0.99
    assert meter.add(8, task(TaskKind.REMOVE_BRICK, TaskState.COMPLETED, 300, 2000)).progress == 1.0
    assert RemovalMeter(None).add(1, task(TaskKind.REMOVE_BRICK)).progress is None
    assert files_to_go(SPREAD, names(SPREAD, 4)) is None  # no inodes known
    counted = with_bricks(SPREAD, {"inodes": 100_000, "inodes_free": 98_000})
    assert files_to_go(counted, names(SPREAD, 1)) == pytest.approx(870, rel=0.1)


# ---- copies


def test_fewer_copies_need_force_and_the_typed_name() -> None:
    found = healed(THREE)
    plan = plan_lower_copies(found, names(THREE, 3), state(found), "lab")
    assert lines(plan) == ["volume remove-brick data replica 2 node3:/bricks/d1/data0 force"]
    assert (plan.risk, plan.confirm) == (Risk.DESTRUCTIVE, "data")
    assert "not_only_copy" in plan.steps[0].check
    assert "Every file is kept as 2 copies instead of 3 copies" in titles(plan)
    assert "Two copies without an arbiter can end in split-brain" in titles(plan)


@pytest.mark.parametrize(
    ("found", "bricks", "said"),
    [
        (SPREAD, [1], "keeps every file once already"),
        (PARITY, [1], "keeps its number of parts"),
        (PAIRS, [1], "same number of bricks"),
        (PAIRS, [1, 2], "same number of bricks"),
        (PAIRS, [1, 1], "same number of bricks"),
        (THREE, [1, 2, 3], "One copy of every file must stay"),
        (JUDGED, [1], "only they can be taken out"),
        (healed(replace(THREE, tasks=(task(),))), [1], "rebalance of data is running"),
        (with_bricks(healed(THREE), {"heal_pending": 4}, {"heal_pending": 2}), [1], "4 entries wait"),
        (with_bricks(healed(THREE), {"heal_pending": None}, {"online": False}), [1], "Nobody can tell"),
    ],
)
def test_what_would_lose_copies_is_refused(found: Volume, bricks: list[int], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        plan_lower_copies(found, names(found, *bricks), state(found), "lab")


def test_who_insists_is_told_what_is_lost() -> None:
    found = with_bricks(healed(PAIRS), {"heal_pending": 4})
    plan = plan_lower_copies(found, names(found, 1, 3), state(found), "lab", insist=True)
    assert plan.meaning[0].severity is Severity.CRITICAL
    assert "4 entries wait" in plan.meaning[0].title
    assert "not_only_copy" not in plan.steps[0].check


def test_an_arbiter_goes_and_one_copy_may_stay() -> None:
    found = healed(JUDGED)
    (line,) = lines(plan_lower_copies(found, names(found, 3), state(found), "lab"))
    assert line == "volume remove-brick data replica 2 node3:/bricks/d1/data0 force"
    (line,) = lines(plan_lower_copies(healed(PAIRS), names(PAIRS, 2, 3), state(PAIRS), "lab"))
    assert "replica 1 " in line


def test_the_brick_that_can_go_best_is_suggested() -> None:
    assert suggested(THREE) == tuple(names(THREE, 3))
    assert suggested(JUDGED) == tuple(names(JUDGED, 3))
    assert suggested(with_bricks(THREE, {"online": False})) == tuple(names(THREE, 1))
    behind = with_bricks(THREE, {"heal_pending": 3}, {"heal_pending": 0}, {"heal_pending": 3})
    assert suggested(behind) == tuple(names(THREE, 2))
    assert suggested(SPREAD) == ()


def spec(node: int, free: int = 90 * GIB, mount: str = "/bricks/d2") -> BrickSpec:
    return BrickSpec(f"node{node}", f"{mount.rstrip('/')}/data", f"node{node}", "", mount, 100 * GIB, free)


def test_more_copies_are_added_and_healed() -> None:
    found = volume(VolumeType.REPLICATE, (1, 2))
    plan = plan_raise_copies(found, Raised(3), [spec(3)], state(found), "lab")
    assert lines(plan) == [
        "volume add-brick data replica 3 node3:/bricks/d2/data",
        "volume heal data full",
    ]
    assert plan.steps[1].follow == "heal"
    assert plan.steps[0].args["sites"] == "node3:/bricks/d2/data"
    assert "dirs_empty" in plan.steps[0].check
    assert plan.prompts == ()
    stopped = replace(found, status=VolumeStatus.STOPPED)
    assert len(plan_raise_copies(stopped, Raised(3), [spec(3)], state(stopped), "lab").steps) == 1


def test_where_gluster_wants_force_for_a_node_of_another_set_it_is_told_so() -> None:
    plan = plan_raise_copies(PAIRS, Raised(3), [spec(3), spec(1)], state(PAIRS), "lab")
    assert lines(plan)[0].endswith("replica 3 node3:/bricks/d2/data node1:/bricks/d2/data force")
    assert "“force” is used" in titles(plan)
    assert plan.risk is Risk.CAUTION


def test_an_arbiter_and_a_second_copy() -> None:
    found = volume(VolumeType.REPLICATE, (1, 2))
    plan = plan_raise_copies(found, Raised(3, 1), [spec(3, free=GIB)], state(found), "lab")
    assert lines(plan)[0] == "volume add-brick data replica 3 arbiter 1 node3:/bricks/d2/data"
    one = volume(VolumeType.DISTRIBUTE, (1,))
    plan = plan_raise_copies(one, Raised(2), [spec(2)], state(one), "lab")
    assert "split-brain" in plan.prompts[0]


@pytest.mark.parametrize(
    ("found", "wanted", "bricks", "said"),
    [
        (PARITY, Raised(4), [spec(4)], "keeps its number of parts"),
        (JUDGED, Raised(4), [spec(4)], "It has an arbiter"),
        (THREE, Raised(4, 1), [spec(4)], "only be added to volumes with 2 copies"),
        (THREE, Raised(3), [spec(4)], "keeps 3 copies already"),
        (THREE, Raised(2), [spec(4)], "keeps 3 copies already"),
        (PAIRS, Raised(3), [spec(3)], "2 bricks are needed, 1 for each set; 1 are given"),
        (PAIRS, Raised(3), [spec(1), spec(2)], "Set 1 would have two bricks on node1"),
        (PAIRS, Raised(3), [spec(3, free=GIB), spec(1)], "1.0.GiB free, the files of set 1 need 20.0.GiB"),
        (PAIRS, Raised(3), [spec(3, mount="/"), spec(1)], "lies on the system disk"),
        (replace(THREE, tasks=(task(),)), Raised(4), [spec(4)], "rebalance of data is running"),
    ],
)
def test_copies_that_cannot_be_added(found: Volume, wanted: Raised, bricks: list[BrickSpec], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        plan_raise_copies(found, wanted, bricks, state(found), "lab")
