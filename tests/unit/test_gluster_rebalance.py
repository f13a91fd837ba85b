"""What the nodes say of a rebalance, what is made of it, and the plans about one that was left behind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import CommandFailed, InvalidInput, UnexpectedOutput
from nasclustergui.core.events import Severity
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan, Risk
from nasclustergui.core.plan_json import from_json, to_json
from nasclustergui.subsystems.gluster.commands.answer import Answer
from nasclustergui.subsystems.gluster.features import checks, follows
from nasclustergui.subsystems.gluster.features.rebalance import commands
from nasclustergui.subsystems.gluster.features.rebalance.findings import Offer, findings, node_name
from nasclustergui.subsystems.gluster.features.rebalance.history import TaskHistory
from nasclustergui.subsystems.gluster.features.rebalance.model import (
    Look,
    NodeRun,
    Why,
    last_kind,
    last_nodes,
    last_state,
    left_over,
)
from nasclustergui.subsystems.gluster.features.rebalance.plans import (
    plan_clear_by_force,
    plan_end,
    plan_restart,
    plan_wait,
    plan_watch,
)
from nasclustergui.subsystems.gluster.features.rebalance.read import held_by
from nasclustergui.subsystems.gluster.manager import GlusterManager
from nasclustergui.subsystems.gluster.model import (
    NodeProgress,
    TaskKind,
    TaskState,
    Volume,
    VolumeStatus,
    VolumeType,
)
from tests.recorded.fake_gluster import FOLDER, FakeNodes, ok, recorded, refused
from tests.recorded.pools import state, task, volume

SPREAD = volume(VolumeType.DISTRIBUTE, (1, 2, 3))
STOPPED_STATE = """rebalance_status=1
status=2
rebalance_op=0
rebalance-id=00000000-0000-0000-0000-000000000000
rebalanced-files=4
size=16384
scanned=165
failures=1
skipped=3
run-time=12.000000
logged=1795438122
"""
LEFT = STOPPED_STATE.replace("status=2\n", "status=1\n") + "process=102\nrunning=25\n"
LOG = (FOLDER / "rebalance-not-moved.lines").read_text()  # as glusterfs 10.3 wrote it


def answer(stdout: str, status: int = 0, stderr: str = "") -> Answer:
    return Answer(Command(("sh", "-c", "look")), Result(status, stdout, stderr), "node1")


def run_of(text: str) -> NodeRun:
    found = commands.parse_look(answer(text), "node2", "uuid2")
    assert found is not None
    return found


def seen(**texts: str) -> Look:
    runs = {name: commands.parse_look(answer(text), name, f"uuid{name[-1]}") for name, text in texts.items()}
    return Look(100.0, {name: run for name, run in runs.items() if run is not None})


def titles(vol: Volume, look: Look | None) -> list[str]:
    return [f.title for f in findings(vol, state(vol), None, look, 200.0)]


# ---- what a node says


def test_a_node_keeps_the_counters_of_a_stopped_rebalance() -> None:
    run = run_of(STOPPED_STATE)
    assert run.progress == NodeProgress("node2", "uuid2", 4, 16384, 165, 1, 3, TaskState.STOPPED, 12.0)
    assert (run.kind, run.process, run.logged_at) == (TaskKind.REBALANCE, 0, 1795438122.0)


def test_a_fix_layout_and_a_removal_are_told_apart() -> None:
    assert run_of(STOPPED_STATE.replace("rebalance_status=1", "rebalance_status=4")).kind is TaskKind.FIX_LAYOUT
    assert run_of(STOPPED_STATE.replace("_op=0", "_op=15")).kind is TaskKind.REMOVE_BRICK


def test_a_volume_that_never_was_rebalanced_has_no_last_one() -> None:
    never = STOPPED_STATE.replace("status=2", "status=0")
    assert last_kind(seen(node1=never)) is None
    assert last_nodes(seen(node1=never)) == ()


def test_a_node_that_does_not_know_the_volume_says_nothing() -> None:
    assert commands.parse_look(answer("unknown\n"), "node2", "uuid2") is None


@pytest.mark.parametrize("text", ["", "rebalance_status=1\n", "some noise\n"])
def test_an_answer_without_counters_is_not_believed(text: str) -> None:
    with pytest.raises(UnexpectedOutput):
        commands.parse_look(answer(text), "node2", "uuid2")
    with pytest.raises(UnexpectedOutput):
        commands.parse_look(answer(STOPPED_STATE.replace("status=2", "status=99")), "node2", "uuid2")


def test_a_script_that_fails_is_an_error() -> None:
    with pytest.raises(CommandFailed):
        commands.parse_look(answer("", 1, "cat: input/output error"), "node2", "uuid2")


def test_the_log_names_each_file_once_with_its_reason() -> None:
    found = commands.parse_not_moved(answer(LOG), "node1")
    assert [(f.path, f.why, f.reason) for f in found] == [
        ("/d1/f 27", Why.FAILED, "Operation not permitted"),
        ("/d1", Why.FAILED, "Operation not permitted"),
        ("/d1/l16", Why.SKIPPED, "file has hardlinks"),
        ("/d39/f38", Why.SKIPPED, found[3].reason),
    ]
    assert "lower disk space" in found[3].reason
    assert found[0].time == "2026-11-23 12:48:37"
    assert commands.parse_not_moved(answer("", 1), "node1") == ()
    with pytest.raises(CommandFailed):
        commands.parse_not_moved(answer("", 2, "grep: no such file"), "node1")


# ---- what is made of it


def test_a_node_that_goes_on_alone_is_found() -> None:
    look = seen(node1=STOPPED_STATE, node2=LEFT, node3=STOPPED_STATE)
    assert left_over(SPREAD, look) == ("node2",)
    found = findings(SPREAD, state(SPREAD), None, look, 200.0)
    assert found[0].title == "node2 goes on with a rebalance that the rest of the pool has forgotten"
    assert found[0].offers == (Offer.WAIT, Offer.END)
    assert "already started" in found[0].text


def test_a_process_that_finishes_its_last_file_after_a_stop_is_not_left_over() -> None:
    assert left_over(SPREAD, seen(node2=STOPPED_STATE + "process=102\nrunning=25\n")) == ()


def test_what_the_pool_knows_of_is_not_left_over() -> None:
    assert left_over(replace(SPREAD, tasks=(task(),)), seen(node2=LEFT)) == ()


def test_a_stale_task_without_a_process_can_be_started_or_forced() -> None:
    stale = replace(SPREAD, tasks=(task(status=TaskState.STALE),))
    found = findings(stale, state(stale), None, seen(node1=STOPPED_STATE), 200.0)
    assert found[0].offers == (Offer.START, Offer.FORCE)


def test_the_last_one_is_told_by_its_worst_node() -> None:
    done, failed = STOPPED_STATE.replace("status=2", "status=3"), STOPPED_STATE.replace("status=2", "status=4")
    assert last_state(seen(node1=done, node2=failed)) is TaskState.FAILED
    assert "The last rebalance failed on node2" in titles(SPREAD, seen(node1=done, node2=failed))
    assert "The last rebalance was stopped" in titles(SPREAD, seen(node1=done, node2=STOPPED_STATE))
    assert titles(SPREAD, seen(node1=done)) == ["1 file could not be moved", "3 files were left where they are"]
    clean = done.replace("failures=1", "failures=0").replace("skipped=3", "skipped=0")
    assert titles(SPREAD, seen(node1=clean)) == ["The last rebalance ended well"]
    layout = clean.replace("rebalance_status=1", "rebalance_status=4")
    assert titles(SPREAD, seen(node1=layout)) == ["New files use all sets"]


def test_nodes_that_were_not_asked_are_named() -> None:
    look = replace(seen(node1=STOPPED_STATE.replace("status=2", "status=0")), silent={"node3": "No route."})
    assert "Not asked: node3" in titles(SPREAD, look)


def test_a_failed_node_beside_working_ones_is_told_at_once() -> None:
    nodes = (
        NodeProgress("localhost", "uuid1", 3, 3, 9, 0, 0, TaskState.FAILED, 1.0),
        NodeProgress("node2", "uuid2", 3, 3, 9, 0, 0, TaskState.RUNNING, 5.0),
    )
    running = replace(SPREAD, tasks=(replace(task(), nodes=nodes),))
    found = findings(running, state(running), None, None, 200.0)
    assert [f.severity for f in found] == [Severity.WARN, Severity.BUSY]
    assert found[0].title == "node1 failed, the others go on"
    assert node_name(nodes[0], state(running)) == "node1"


def test_a_removal_and_a_stopped_volume_come_first() -> None:
    removing = replace(SPREAD, tasks=(task(TaskKind.REMOVE_BRICK),))
    assert titles(removing, None) == ["Bricks of data are being removed"]
    assert titles(replace(SPREAD, status=VolumeStatus.STOPPED), None) == ["The volume is stopped"]


def test_a_quiet_rebalance_explains_itself() -> None:
    works, running = TaskHistory(), replace(SPREAD, tasks=(task(lookups=10, moved=5),))
    for at in (1000.0, 1010.0, 1400.0):
        works.note(state(running, status_at=at))
    work = works.running(running)
    assert work is not None
    found = findings(running, state(running), work, None, 1400.0)
    assert any("No file was finished for" in f.title for f in found)


def test_a_node_whose_run_time_stands_still_is_named() -> None:
    works, running = TaskHistory(), replace(SPREAD, tasks=(task(lookups=10, moved=5),))
    for at in (1000.0, 1020.0, 1040.0):
        works.note(state(running, status_at=at))
    found = findings(running, state(running), works.running(running), None, 1040.0)
    assert found[0].title == "node1 does not go on"
    assert "Stop the rebalance" in found[0].todo[0]


# ---- history


def test_the_history_keeps_the_last_counters_after_the_task_is_gone() -> None:
    works = TaskHistory()
    first = replace(SPREAD, tasks=(task(lookups=100, moved=50),))
    works.note(state(first, status_at=1000.0))
    second = replace(SPREAD, tasks=(task(lookups=200, moved=70),))
    works.note(state(second, status_at=1010.0))
    work = works.running(second)
    assert work is not None
    assert work.files.last == 2.0
    works.note(state(SPREAD, status_at=1020.0))
    assert works.running(SPREAD) is None
    kept = works.of(SPREAD)
    assert kept is not None
    assert kept.task.nodes[0].files == 70


def test_another_task_begins_anew() -> None:
    works = TaskHistory()
    works.note(state(replace(SPREAD, tasks=(task(moved=50),)), status_at=1000.0))
    works.note(state(replace(SPREAD, tasks=(replace(task(moved=1), id="task-2"),)), status_at=1010.0))
    work = works.of(SPREAD)
    assert work is not None
    assert len(work.files) == 0


# ---- plans


def checked(plan: Plan) -> Plan:
    assert from_json(to_json(plan)) == plan
    for step in plan.steps:
        assert step.follow in ("", "rebalance", "bricks_up") or step.follow in follows()
    return plan


def test_watching_changes_nothing() -> None:
    running = replace(SPREAD, tasks=(task(),))
    plan = checked(plan_watch(running, state(running), "lab"))
    assert plan.risk is Risk.SAFE
    assert str(plan.steps[0].command).endswith("volume rebalance data status")
    assert (plan.steps[0].follow, plan.steps[0].undo) == ("rebalance", None)
    with pytest.raises(InvalidInput):
        plan_watch(SPREAD, state(SPREAD), "lab")


def test_a_part_left_behind_is_ended_on_its_node_and_started_anew() -> None:
    plan = checked(plan_end(SPREAD, ("node2",), state(SPREAD), "lab"))
    assert [step.node for step in plan.steps] == ["node2", "node1"]
    assert plan.risk is Risk.CAUTION
    assert "rebalance_left_over" in plan.steps[0].check
    assert str(plan.steps[1].command).endswith("volume rebalance data start")
    with pytest.raises(InvalidInput):
        plan_end(SPREAD, (), state(SPREAD), "lab")


def test_waiting_comes_before_the_new_start() -> None:
    plan = checked(plan_wait(SPREAD, ("node2", "node3"), state(SPREAD), "lab"))
    assert [step.follow for step in plan.steps] == ["rebalance_left_over", "rebalance_left_over", "rebalance"]
    assert plan.risk is Risk.SAFE


def test_force_is_the_last_resort_and_says_what_it_costs() -> None:
    plan = checked(plan_clear_by_force(SPREAD, state(SPREAD), "lab"))
    lines = [str(step.command).partition("--xml ")[2] for step in plan.steps]
    assert lines == ["volume stop data force", "volume start data"]
    assert plan.risk is Risk.CAUTION
    assert plan.prompts
    assert "lose access" in plan.meaning[0].title
    running = replace(SPREAD, tasks=(task(),))
    with pytest.raises(InvalidInput):
        plan_clear_by_force(running, state(running), "lab")


# ---- against a pool


def pool_with(text: str) -> tuple[GlusterManager, FakeNodes]:
    def script(node: str, words: tuple[str, ...]) -> Result:
        if words[0] == "sh":
            return Result(0, text if node == "node2" else STOPPED_STATE)
        if words[:2] == ("pool", "list"):
            return recorded("pool-list-3nodes")
        if words[:2] == ("volume", "info"):
            return recorded("volume-info-dist-while-rebalance")
        if words[:2] == ("volume", "status"):
            return ok("<volStatus><volumes><volume><volName>dist</volName><tasks/></volume></volumes></volStatus>")
        return refused("not in this test")

    nodes = FakeNodes(script)
    return GlusterManager(nodes, {}, "lab"), nodes


@pytest.mark.parametrize(("text", "why"), [(STOPPED_STATE, ""), (LEFT, "node2 still goes on with a rebalance")])
def test_a_start_is_refused_before_gluster_says_only_already_started(text: str, why: str) -> None:
    manager, _nodes = pool_with(text)
    dist = manager.pool.now(Job("now")).volumes[0]
    plan = plan_end(dist, ("node2",), manager.pool.now(Job("now")), "lab")
    assert checks()["no_rebalance_left_over"](manager.pool, plan.steps[1], Job("check")).startswith(why)
    assert bool(checks()["rebalance_left_over"](manager.pool, plan.steps[0], Job("check"))) is not bool(why)


def test_the_wait_ends_with_the_process() -> None:
    manager, _nodes = pool_with(STOPPED_STATE)
    dist = manager.pool.now(Job("now")).volumes[0]
    plan = plan_wait(dist, ("node2",), manager.pool.now(Job("now")), "lab", again=False)
    job = Job("wait")
    follows()["rebalance_left_over"](manager.pool, plan.steps[0], job)
    assert "has ended" in job.output[-1][2]


def test_a_restart_of_glusterd_says_who_loses_access() -> None:
    copies = replace(volume(VolumeType.REPLICATE, (1, 2, 3)), name="safe")
    plan = checked(plan_restart(SPREAD, ("node2",), state(SPREAD, copies), "lab"))
    assert str(plan.steps[0].command) == "systemctl restart glusterd"
    assert plan.meaning[0].title == "For some seconds clients cannot reach a part of the files of data"
    quiet = plan_restart(volume(VolumeType.REPLICATE, (1, 2, 3)), ("node2",), state(copies), "lab")
    assert quiet.meaning[0].title == "Clients go on with the copies on other nodes"


def test_a_glusterd_that_holds_on_is_named_and_restarted_only_if_a_start_does_not_help() -> None:
    look = replace(seen(node1=STOPPED_STATE.replace("status=2", "status=4")), held=("node2",))
    found = findings(SPREAD, state(SPREAD), None, look, 200.0)
    assert found[0].title == "node2 holds on to a rebalance that the rest of the pool has forgotten"
    assert found[0].offers == (Offer.START, Offer.RESTART)


@pytest.mark.parametrize(
    ("said_by_node2", "held"),
    [
        (recorded("rebalance-status-from-node2-stale"), ("node2",)),
        (recorded("rebalance-status-never-started"), ()),
        (recorded("rebalance-status-poll-last"), ()),
    ],
)
def test_only_who_is_contradicted_by_the_others_holds_on(said_by_node2: Result, held: tuple[str, ...]) -> None:
    def script(node: str, words: tuple[str, ...]) -> Result:
        return said_by_node2 if node == "node2" else recorded("rebalance-status-never-started")

    manager = GlusterManager(FakeNodes(script), {}, "lab")
    assert held_by(manager.pool, SPREAD, Job("ask")) == held
