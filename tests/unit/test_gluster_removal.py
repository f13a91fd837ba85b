"""A removal while it is watched, and what is checked before its commit: fresh answers, files left, only copies."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import Cancelled, NasError, UnexpectedOutput, Unreachable
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.subsystems.gluster import client as client_module
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.client import GlusterClient
from nasclustergui.subsystems.gluster.commands.answer import Answer
from nasclustergui.subsystems.gluster.features import Pool, checks, follows
from nasclustergui.subsystems.gluster.features.bricks import follow as module
from nasclustergui.subsystems.gluster.features.bricks.driver import said_of_left
from nasclustergui.subsystems.gluster.features.bricks.follow import Watch
from nasclustergui.subsystems.gluster.features.bricks.leftovers import Left, files_left, parse_left, read_left
from nasclustergui.subsystems.gluster.features.bricks.pending import read_pending
from nasclustergui.subsystems.gluster.model import GlusterState, Volume, VolumeStatus, VolumeType
from tests.recorded.fake_gluster import BUSY, FakeNodes, Reply, ok, recorded, refused
from tests.recorded.pools import state, volume, with_bricks

RUNNING = recorded("remove-brick-status-inprogress")
COMPLETED = recorded("remove-brick-status")
PAIR = recorded("remove-brick-pair-status")
FAILURES = replace(COMPLETED, stdout=COMPLETED.stdout.replace("<failures>0<", "<failures>3<"))
SKIPPED = replace(COMPLETED, stdout=COMPLETED.stdout.replace("<skipped>0<", "<skipped>1<"))
FAILED = replace(COMPLETED, stdout=COMPLETED.stdout.replace("<status>3<", "<status>4<"))
GONE = recorded("remove-brick-status-after-stop")
TASKS = recorded("remove-brick-volume-status-tasks-completed")
NO_TASKS = ok("<volStatus><volumes><volume><volName>dist</volName><tasks/></volume></volumes></volStatus>")
# With the node of the brick powered off gluster shows no node at all (measured)
AWAY = ok(
    "<volRemoveBrick><task-id>t</task-id><nodeCount>4</nodeCount><aggregate><files>0</files><size>0</size><lookups>0"
    "</lookups><failures>0</failures><skipped>0</skipped><status>0</status><statusStr>not started</statusStr>"
    "<runtime>0.00</runtime></aggregate></volRemoveBrick>"
)
BRICK = "node4:/bricks/d2/dist"
SPREAD = volume(VolumeType.DISTRIBUTE, (1, 2, 3, 4), name="dist")
SPREAD = with_bricks(SPREAD, None, None, None, {"path": "/bricks/d2/dist"})
NODES = ("node1", "node2", "node3", "node4")
STEP = Step("", "node1", Command(("true",)), "gluster", args={"volume": "dist", "bricks": BRICK})


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "_pause", lambda _job, _seconds: None)
    monkeypatch.setattr(module, "PAUSE", 0.0)


def pool_of(script: Callable[[str, tuple[str, ...]], Reply], found: GlusterState | None = None) -> Pool:
    nodes = FakeNodes(script, NODES)
    now = found or state(SPREAD)
    return Pool(GlusterClient(nodes), nodes, lambda _job: now, lambda _job: now)


def watch(*replies: Reply, found: GlusterState | None = None, seconds: float = 1.0) -> Job:
    """Watch with these answers, one after another; the last one stays."""
    left, at = list(replies), [0.0]

    def clock() -> float:
        at[0] += seconds
        return at[0]

    job = Job("Remove bricks")
    pool = pool_of(lambda _node, _words: left.pop(0) if len(left) > 1 else left[0], found)
    Watch(pool, "dist", [BRICK], job, clock).run()
    return job


def lines(job: Job) -> str:
    return "\n".join(line for _at, _node, line in job.output)


def test_it_ends_when_every_file_was_moved() -> None:
    job = watch(RUNNING, RUNNING, COMPLETED)
    assert "node4: completed, 1,870 files moved" in lines(job)
    assert job.progress == 1.0
    assert "Emptying node4:/bricks/d2/dist: 1870 files moved" in job.step


def test_several_nodes_are_told_of_one_by_one() -> None:
    assert "node3: completed, 242 files moved; node4: completed, 259 files moved" in watch(PAIR).step


@pytest.mark.parametrize(
    ("replies", "said"),
    [
        ([RUNNING, FAILURES], "3 files could not be moved away from node4:/bricks/d2/dist; the removal is not"),
        ([RUNNING, SKIPPED], "1 file could not be moved away"),
        ([RUNNING, FAILED], "failed; it is not committed, no file is lost"),
        ([RUNNING, recorded("remove-brick-stop-ok")], "stopped by somebody else"),
        ([RUNNING, GONE], "stopped by somebody else"),
    ],
)
def test_an_end_that_is_none_keeps_it_from_its_commit(replies: Sequence[Reply], said: str) -> None:
    with pytest.raises(NasError, match=said) as error:
        watch(*replies)
    assert error.value.hint


def test_a_commit_of_somebody_else_is_recognised() -> None:
    after = state(replace(SPREAD, bricks=SPREAD.bricks[:3]))
    with pytest.raises(NasError, match="committed by somebody else"):
        watch(RUNNING, GONE, found=after)


def test_a_volume_that_was_stopped_meanwhile_is_no_removal_that_somebody_stopped() -> None:
    """gluster then denies the removal, and calls it failed once the volume runs again (measured)."""
    stopped = state(replace(SPREAD, status=VolumeStatus.STOPPED))
    denied = refused("Volume dist needs to be started to perform rebalance")
    with pytest.raises(NasError, match="was stopped while its bricks were being emptied") as error:
        watch(RUNNING, denied, found=stopped)
    assert "Start the volume" in error.value.hint


def test_a_node_that_is_away_makes_it_rest_and_no_longer() -> None:
    job = watch(RUNNING, AWAY, AWAY, COMPLETED)
    assert lines(job).count("rests") == 1
    assert "Nothing is committed." in lines(job)
    with pytest.raises(NasError, match="stay away; the removal is not committed"):
        watch(RUNNING, AWAY, seconds=400)


def test_trouble_is_told_and_outlived() -> None:
    job = watch(RUNNING, Unreachable("node1"), BUSY, RUNNING, COMPLETED)
    assert job.progress == 1.0


def test_a_cancel_ends_it() -> None:
    job = Job("Remove bricks")
    job.cancel()
    with pytest.raises(Cancelled):
        Watch(pool_of(lambda _node, _words: RUNNING), "dist", [BRICK], job).run()


# ---- checks


def asked(name: str, script: Callable[[str, tuple[str, ...]], Reply], found: GlusterState | None = None) -> str:
    return checks()[name](pool_of(script, found), STEP, Job("check"))


def answers(status: Reply, left: str = "0\n", tasks: Reply = TASKS) -> Callable[[str, tuple[str, ...]], Reply]:
    def script(_node: str, words: tuple[str, ...]) -> Reply:
        if words[0] == "sh":
            return Result(0, left)
        return tasks if words[:2] == ("volume", "status") else status

    return script


@pytest.mark.parametrize(
    ("status", "left", "said"),
    [
        (COMPLETED, "0\n", ""),
        (RUNNING, "0\n", "not empty yet: in progress"),
        (FAILED, "0\n", "failed; it is not committed"),
        (FAILURES, "0\n", "3 files could not be moved"),
        (SKIPPED, "0\n", "1 file could not be moved"),
        (AWAY, "0\n", "not empty yet: not started"),
        (GONE, "0\n", "not under way any more"),
        (COMPLETED, "2\n\tdir/a b\n\tsock\n", "2 files are left on node4:/bricks/d2/dist"),
        (COMPLETED, "-\n", "is not there"),
    ],
)
def test_nothing_is_committed_unless_the_brick_is_empty(status: Reply, left: str, said: str) -> None:
    why = asked("bricks_emptied", answers(status, left))
    assert said in why
    assert bool(why) is bool(said)


def test_the_removal_must_be_the_one_that_was_planned() -> None:
    assert asked("same_removal", answers(COMPLETED)) == ""
    assert "not under way" in asked("same_removal", answers(COMPLETED, tasks=NO_TASKS))
    assert "not committed yet" in asked("no_removal", answers(COMPLETED))
    assert asked("no_removal", answers(COMPLETED, tasks=NO_TASKS)) == ""


def test_other_bricks_than_planned_outdate_the_plan() -> None:
    step = replace(STEP, args={"volume": "dist", "shape": "\n".join(b.name for b in SPREAD.bricks)})
    pool = pool_of(lambda _node, _words: ok())
    assert checks()["same_shape"](pool, step, Job("check")) == ""
    fewer = pool_of(lambda _node, _words: ok(), state(replace(SPREAD, bricks=SPREAD.bricks[:3])))
    assert "not those any more" in checks()["same_shape"](fewer, step, Job("check"))
    assert "not those any more" in checks()["same_shape"](pool_of(lambda _n, _w: ok(), state()), step, Job("check"))


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("absent - 0\nend\n", ""),
        ("empty - 0\nend\n", ""),
        ("files - 3\nend\n", "is not an empty directory"),
        ("leftover - 0\nend\n", "is not an empty directory"),
        ("mount - 0\nend\n", "is not an empty directory"),
    ],
)
def test_copies_are_put_into_empty_directories_only(told: str, said: str) -> None:
    step = replace(STEP, args={"sites": "node3:/bricks/d4/data"})
    why = checks()["dirs_empty"](pool_of(lambda _node, _words: Result(0, told)), step, Job("check"))
    assert said in why
    assert bool(why) is bool(said)


def test_what_cannot_be_looked_at_raises() -> None:
    step = replace(STEP, args={"sites": "node3:/bricks/d4/data"})
    with pytest.raises(Unreachable):
        checks()["dirs_empty"](pool_of(lambda _node, _words: Unreachable("node3")), step, Job("check"))
    with pytest.raises(UnexpectedOutput, match="its node is not in the profile"):
        read_left(pool_of(lambda _n, _w: ok()), [replace(SPREAD.bricks[0], node="")], Job("check"))
    assert "removal" in follows()


# ---- files left


def test_the_script_counts_what_clients_would_miss(tmp_path: Path) -> None:
    brick = tmp_path / "brick"
    (brick / ".glusterfs" / "00").mkdir(parents=True)
    (brick / ".glusterfs" / "00" / "gfid").write_text("gluster's own")
    (brick / "dir").mkdir()
    pointer = brick / "dir" / "moved"
    pointer.touch()
    pointer.chmod(0o1000)
    assert run_left(brick, tmp_path / "none") == (Left(0), Left(None))
    (brick / "dir" / "a b").write_text("x")
    (brick / "empty").touch()
    (brick / "link").symlink_to("dir")
    half = brick / "half"  # a file in the middle of its migration
    half.write_text("x")
    half.chmod(0o3644)
    (found,) = run_left(brick)
    assert found.files == 4
    assert set(found.names) == {"dir/a b", "empty", "link", "half"}


def run_left(*bricks: Path) -> tuple[Left, ...]:
    command = files_left([str(brick) for brick in bricks])
    told = subprocess.run([str(w) for w in command.argv], capture_output=True, text=True, check=True).stdout
    return parse_left(Answer(command, Result(0, told), "node1"), len(bricks))


@pytest.mark.parametrize("text", ["", "0\n0\n", "many\n", "0\nx\n"])
def test_an_answer_about_files_left_is_believed_only_as_a_whole(text: str) -> None:
    with pytest.raises(UnexpectedOutput):
        parse_left(Answer(files_left(["/b"]), Result(0, text), "node1"), 1)


def test_many_files_left_are_shortened() -> None:
    said = said_of_left({"node1:/b": Left(0), "node2:/b": Left(1200, ("a", "b"))})
    assert said.startswith("1,200 files are left on node2:/b")
    assert "a, b, …" in said
    assert "Try the removal again." in said
    assert "copy each one through a mounted client" in said


# ---- what waits for a heal


def heal_script(info: Reply, disks: str = "4\n", split: Reply | None = None) -> Callable[[str, tuple[str, ...]], Reply]:
    def script(_node: str, words: tuple[str, ...]) -> Reply:
        if words[0] == "sh":
            return Result(0, disks)
        return (split or ok("<healInfo><bricks/></healInfo>")) if words[-1] == "split-brain" else info

    return script


def rep3() -> Volume:
    found = volume(VolumeType.REPLICATE, (1, 2, 4), name="rep3")
    return with_bricks(found, {"path": "/bricks/d1/rep3"}, {"path": "/bricks/d1/rep3"}, {"path": "/bricks/d1/rep3n"})


def test_the_entries_of_each_brick_are_read_and_a_dead_one_is_counted_on_its_disk() -> None:
    pending = read_pending(pool_of(heal_script(recorded("heal-info-node4-off"))), rep3(), Job("read"))
    assert dict(pending) == {"node1:/bricks/d1/rep3": 0, "node2:/bricks/d1/rep3": 0, "node4:/bricks/d1/rep3n": 4}
    assert pending.lists["node1:/bricks/d1/rep3"] == frozenset()


def test_a_dead_node_leaves_its_brick_unknown() -> None:
    def script(node: str, words: tuple[str, ...]) -> Reply:
        return Unreachable(node) if node == "node4" else heal_script(recorded("heal-info-node4-off"))(node, words)

    assert read_pending(pool_of(script), rep3(), Job("read"))["node4:/bricks/d1/rep3n"] is None


def test_a_list_that_gluster_refuses_is_counted_on_all_disks() -> None:
    script = heal_script(refused("rep3: Not able to fetch volfile from glusterd"))
    assert set(read_pending(pool_of(script), rep3(), Job("read")).values()) == {4}
    assert dict(read_pending(pool_of(script), SPREAD, Job("read"))) == {}


def test_the_check_compares_again_right_before_the_step() -> None:
    two = volume(VolumeType.REPLICATE, (1, 2), name="dist")
    step = replace(STEP, args={"volume": "dist", "bricks": two.bricks[0].name})
    script = heal_script(refused("dist: Not able to fetch volfile from glusterd"))
    why = checks()["not_only_copy"](pool_of(script, state(two)), step, Job("check"))
    assert "4 entries wait for a heal" in why
    nothing = heal_script(refused("dist: Not able to fetch volfile from glusterd"), "0\n")
    assert checks()["not_only_copy"](pool_of(nothing, state(two)), step, Job("check")) == ""
    late = pool_of(nothing, state(two, status_error="glusterd hangs."))
    assert "is not known: glusterd hangs." in checks()["not_only_copy"](late, step, Job("check"))
    assert "does not exist" in checks()["not_only_copy"](pool_of(nothing, state()), step, Job("check"))


def test_the_builders_of_a_removal() -> None:
    command = commands.volume_remove_brick("d", ["n1:/a"], "force", replica=2)
    assert command.argv[4:] == ("volume", "remove-brick", "d", "replica", "2", "n1:/a", "force")
