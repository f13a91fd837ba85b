"""Failed disks: what a node's answer means, and the plans."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from disk_scenes import BRICK, DATA, DISK, DOWN, EMPTY, GONE, ID, LINE, OPTIONS, OTHER_ID, ROOT, WELL, seen

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import CommandFailed, InvalidInput, UnexpectedOutput
from nasclustergui.core.plan import Plan, Risk
from nasclustergui.core.plan_json import from_json, to_json
from nasclustergui.subsystems.gluster.commands.answer import Answer
from nasclustergui.subsystems.gluster.commands.understand import understand
from nasclustergui.subsystems.gluster.features import checks, follows
from nasclustergui.subsystems.gluster.features.bricks.copies import OnlyCopy
from nasclustergui.subsystems.gluster.features.disk import commands
from nasclustergui.subsystems.gluster.features.disk.advise import Way, advised, make_plan
from nasclustergui.subsystems.gluster.features.disk.look import look_command, parse
from nasclustergui.subsystems.gluster.features.disk.model import Directory, Ground, Mount, Trouble
from nasclustergui.subsystems.gluster.features.disk.plans import plan_finish, plan_replace, plan_reset
from nasclustergui.subsystems.gluster.features.disk.read import Findings
from nasclustergui.subsystems.gluster.features.disk.rules import Accepted
from nasclustergui.subsystems.gluster.features.disk.steps import PREPARE, aside_name
from nasclustergui.subsystems.gluster.layout import BrickSpec
from nasclustergui.subsystems.gluster.model import PeerState, TaskKind, Volume, VolumeStatus, VolumeType
from tests.recorded.pools import GIB, peer, state, task, volume, with_bricks

RECORDED = Path(__file__).parents[1] / "recorded" / "gluster"

# ---- what a node says

MOUNTS = (
    "overlay / overlay rw,relatime 0 0\n/dev/sdd /bricks/d1 xfs rw,noatime 0 0\n"
    "/dev/sde /bricks/my\\040disk ext4 ro 0 0"
)
SAID = (
    "[1.0] XFS (sdd1): Log I/O Error\n[2.0] XFS (sdd): Log I/O Error (0x6) detected. Shutting down filesystem.\n"
    "[3.0] blk_update_request: I/O error, dev sdd, sector 1"
)


def answer(*lines: str, fstab: str = "", kernel: str = SAID) -> Result:
    parts = [
        *lines,
        "mounts",
        *MOUNTS.splitlines(),
        "fstab",
        *fstab.splitlines(),
        "kernel",
        *kernel.splitlines(),
        "end",
    ]
    return Result(0, "\n".join(parts) + "\n")


def test_a_nodes_answer_is_read() -> None:
    (ground,) = parse("node2", ["/bricks/d1/data"], answer(LINE, fstab="# disks\nUUID=1 /bricks/d1 xfs defaults 0 0\n"))
    assert ground.mount == Mount("/dev/sdd", "/bricks/d1", "xfs", frozenset({"rw", "noatime"}))
    assert (ground.directory, ground.volume_id, ground.entries) == (Directory.PRESENT, ID, 255)
    assert (ground.size, ground.free) == (137216 * 4096, 128008 * 4096)
    assert (ground.inodes, ground.inodes_free, ground.wanted_mount) == (307200, 305635, "/bricks/d1")
    assert ground.kernel == tuple(SAID.splitlines()[1:])  # sdd1 is another one


def test_a_dead_disk_tells_no_sizes_and_a_mount_with_a_blank_is_found() -> None:
    dead = "unreadable\tInput/output error\t-\t0\t-\t-\t-\t-\t-"
    absent = "absent\t-\t-\t0\t4096\t10\t5\t10\t5"
    broken, read_only = parse("node2", ["/bricks/d1/data", "/bricks/my disk/data"], answer(dead, absent))
    assert (broken.directory, broken.error, broken.size) == (Directory.UNREADABLE, "Input/output error", None)
    assert read_only.mount is not None
    assert (read_only.mount.point, read_only.read_only) == ("/bricks/my disk", True)


@pytest.mark.parametrize(
    "spoilt",
    [
        Result(0, ""),
        Result(1, answer(LINE).stdout),
        Result(0, answer(LINE).stdout.removesuffix("end\n")),
        Result(0, answer(LINE, LINE).stdout),
        Result(0, answer("present\t-").stdout),
        Result(0, answer(LINE.replace("present", "perhaps")).stdout),
        Result(0, answer(LINE.replace("439a56e0", "zzzz")).stdout),
    ],
)
def test_anything_but_a_whole_answer_is_an_error(spoilt: Result) -> None:
    with pytest.raises(UnexpectedOutput):
        parse("node2", ["/bricks/d1/data"], spoilt)


def test_the_script_runs_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "full" / ".glusterfs").mkdir(parents=True)
    (tmp_path / "full" / "a b").write_text("x")
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    paths = [str(tmp_path / name) for name in ("full", "empty", "file", "none", "none/deeper")]
    before = sorted(tmp_path.rglob("*"))
    argv = [str(word) for word in look_command(paths).argv]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    grounds = parse("here", paths, Result(done.returncode, done.stdout, done.stderr))
    kinds = [Directory.PRESENT, Directory.PRESENT, Directory.FILE, Directory.ABSENT, Directory.ABSENT]
    assert [g.directory for g in grounds] == kinds
    assert [g.entries for g in grounds] == [1, 0, 0, 0, 0]
    assert [g.occupied for g in grounds] == [True, False, True, False, False]
    assert all(g.size for g in grounds)
    assert sorted(tmp_path.rglob("*")) == before


# ---- what is wrong


@pytest.mark.parametrize(
    ("ground", "up", "trouble", "same_place"),
    [
        (WELL, True, Trouble.NONE, True),
        (WELL, False, Trouble.PROCESS, True),
        (replace(WELL, free=0), False, Trouble.FULL, False),
        (replace(WELL, inodes=1000, inodes_free=0), True, Trouble.FULL, False),
        (replace(WELL, free=10 * GIB), True, Trouble.NONE, True),  # nearly full, not failed
        (EMPTY, False, Trouble.PREPARED, True),
        (GONE, False, Trouble.DIRECTORY_GONE, True),
        (replace(WELL, volume_id=OTHER_ID), False, Trouble.FOREIGN, True),
        (replace(WELL, volume_id=""), False, Trouble.FOREIGN, True),
        (replace(WELL, directory=Directory.FILE, volume_id=""), False, Trouble.FOREIGN, True),
        (replace(WELL, mount=replace(DISK, options=frozenset({"ro"}))), True, Trouble.READ_ONLY, False),
        (replace(GONE, mount=ROOT), False, Trouble.NOT_MOUNTED, False),
        (replace(EMPTY, mount=ROOT), False, Trouble.NOT_MOUNTED, False),
        (replace(WELL, mount=ROOT), True, Trouble.NONE, True),  # somebody wanted it on the system disk
        (replace(GONE, wanted_mount="/bricks/d1/data0"), False, Trouble.NOT_MOUNTED, False),
        (replace(GONE, directory=Directory.UNREADABLE, error="Input/output error"), True, Trouble.BROKEN, False),
        (Ground("node3", BRICK.path, why_unknown="node3: no answer"), None, Trouble.UNKNOWN, False),
    ],
)
def test_what_is_wrong_with_a_brick(ground: Ground, up: bool | None, trouble: Trouble, same_place: bool) -> None:
    found = with_bricks(DATA, None, None, {"online": up})
    one = seen(ground, found)
    assert one.trouble is trouble
    assert bool(one.same_place) is not same_place
    assert one.sentence.endswith((".", "answer"))
    assert "{" not in one.sentence + one.advice
    assert one.may_be_failing is (up is True and trouble in (Trouble.READ_ONLY, Trouble.BROKEN))


def test_a_brick_of_an_absent_peer_is_no_failed_disk() -> None:
    pool = state(DOWN, peers=[peer(1), peer(2), peer(3, PeerState.DISCONNECTED)])
    assert seen(Ground("node3", BRICK.path, why_unknown="no answer"), pool=pool).trouble is Trouble.NODE_GONE


def test_what_a_careful_person_does() -> None:
    def way(ground: Ground, found: Volume = DOWN) -> Way:
        one = seen(ground, found)
        return advised(Findings(state(found), found, (one,), {}), one)

    assert way(WELL) is Way.TAKE_BACK
    assert way(replace(WELL, free=0)) is Way.TAKE_BACK
    assert way(GONE) is Way.SAME_PLACE
    assert way(replace(GONE, mount=ROOT)) is Way.ELSEWHERE
    assert way(WELL, DATA) is Way.NOTHING
    assert way(WELL, with_bricks(DATA, {"heal_pending": 3})) is Way.FINISH


# ---- the plans


def lines(plan: Plan) -> list[str]:
    """The commands without options and scripts; also checks what holds for every plan."""
    assert from_json(to_json(plan)) == plan
    known = set(checks()) | {"volume_started", "same_volume", "no_task", "bricks_unused"}
    for step in plan.steps:
        assert set(step.check.split()) <= known
        assert step.follow in ("", *follows())
        assert step.undo_text
    assert plan.confirm == "data"
    assert plan.undo
    assert plan.cancel_effect
    return [str(s.command).removeprefix(OPTIONS) if s.command.argv[0] == "gluster" else "sh" for s in plan.steps]


def test_reset_takes_out_prepares_commits_heals_and_proves() -> None:
    plan = plan_reset(seen(), state(DOWN), "lab")
    name = BRICK.name
    assert lines(plan) == [
        f"volume reset-brick data {name} start",
        "sh",
        f"volume reset-brick data {name} {name} commit",
        "volume start data force",
        "volume heal data full",
        "gluster --mode=script --timeout=180 --xml volume heal data info summary",
    ]
    prepare = plan.steps[1]
    assert (prepare.node, prepare.command.argv[3:]) == ("node3", ("sh", BRICK.path, "/bricks/d1", ""))
    assert [s.follow for s in plan.steps[3:]] == ["disk_up", "disk_heal", "disk_verify"]
    assert "disk_not_only_copy" in plan.steps[0].check
    assert "disk_ready" in plan.steps[2].check
    assert plan.risk is Risk.CAUTION
    assert "force" not in plan.steps[2].command.argv  # gluster's own guards stay on


def test_what_lies_there_is_renamed_and_never_deleted() -> None:
    with pytest.raises(InvalidInput, match="not empty"):
        plan_reset(seen(replace(WELL, volume_id=OTHER_ID)), state(DOWN), "lab")
    plan = plan_reset(
        seen(replace(WELL, volume_id=OTHER_ID)), state(DOWN), "lab", accepted=Accepted(aside=True), at=0.0
    )
    aside = aside_name(BRICK.path, 0.0)
    assert plan.steps[1].command.argv[-1] == aside
    assert aside in plan.undo
    assert any(aside in meaning.text for meaning in plan.meaning)


def place(node: int = 4, path: str = "/bricks/d1/data0", **more: Any) -> tuple[BrickSpec, Ground]:
    ground = replace(GONE, node=f"node{node}", path=path, **more)
    return BrickSpec(f"node{node}", path, f"node{node}", size=ground.size, free=ground.free), ground


def replaced(where: tuple[BrickSpec, Ground], found: Volume = DOWN, **more: Any) -> Plan:
    one = seen(found=found, ground=replace(GONE, path=found.bricks[2].path))
    return plan_replace(one, *where, state(found), "lab", **more)


def test_replace_prepares_the_new_place_first() -> None:
    plan = replaced(place())
    old, new = BRICK.name, "node4:/bricks/d1/data0"
    assert lines(plan)[:3] == ["sh", f"volume replace-brick data {old} {new} commit force", "volume start data force"]
    assert plan.steps[0].node == "node4"
    assert plan.steps[1].args["old"] == old
    assert plan.steps[1].args["bricks"] == new
    assert {"bricks_unused", "disk_ready", "disk_not_only_copy", "no_task"} <= set(plan.steps[1].check.split())
    assert any("stays where it is" in meaning.title for meaning in plan.meaning)


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (place(2, "/bricks/d2/x"), "two bricks on node2"),
        (place(1), "inside a brick"),
        (place(mount=ROOT), "system disk"),
        (place(wanted_mount="/bricks"), "system disk"),
        (place(path="/bricks/d1"), "mount point"),
        (place(mount=replace(DISK, options=frozenset({"ro"}))), "read-only"),
        (place(directory=Directory.UNREADABLE, error="Input/output error"), "answers with errors"),
        (place(why_unknown="node4: no answer"), "not known"),
        (place(free=10 * GIB), "10.0.GiB free"),
        (place(directory=Directory.PRESENT, entries=1), "not empty"),
        (place(9), "no member"),
    ],
)
def test_bad_places_are_refused(where: tuple[BrickSpec, Ground], words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        replaced(where)
    assert caught.value.hint or "read-only" in words


def test_what_is_only_unwise_can_be_accepted() -> None:
    assert replaced(place(2, "/bricks/d2/x"), accepted=Accepted(unwise=True)).steps
    assert replaced(place(free=10 * GIB), accepted=Accepted(unwise=True)).steps
    with pytest.raises(InvalidInput, match="system disk"):
        replaced(place(mount=ROOT), accepted=Accepted(aside=True, unwise=True, lose=True))


def test_the_only_good_copy_goes_only_as_a_destructive_plan() -> None:
    only = OnlyCopy("data", BRICK.name, 1, 3, "3 entries have no other good copy.")
    with pytest.raises(InvalidInput, match="no other good copy"):
        replaced(place(), only=only)
    plan = replaced(place(), only=only, accepted=Accepted(lose=True))
    assert plan.risk is Risk.DESTRUCTIVE
    assert "disk_not_only_copy" not in plan.steps[1].check
    assert "3 entries" in plan.meaning[0].text


def test_a_volume_without_copies_is_explained() -> None:
    plain = replace(volume(VolumeType.DISTRIBUTE), uuid=ID)
    with pytest.raises(InvalidInput) as caught:
        replaced(place(), plain)
    assert "Add a brick on the new disk" in caught.value.hint
    with pytest.raises(InvalidInput):
        plan_finish(plain, plain.bricks[0].name, state(plain), "lab")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": VolumeStatus.STOPPED}, "not started"),
        ({"tasks": (task(),)}, "rebalance"),
        ({"tasks": (task(TaskKind.REMOVE_BRICK),)}, "being removed"),
    ],
)
def test_volumes_that_can_take_no_change(change: Mapping[str, Any], words: str) -> None:
    found = replace(DOWN, **change)
    with pytest.raises(InvalidInput, match=words):
        plan_reset(seen(found=found), state(found), "lab")


def test_the_parts_of_a_reset() -> None:
    broken = seen(replace(GONE, directory=Directory.UNREADABLE, error="x"), DATA)
    assert len(plan_reset(broken, state(DATA), "lab", part="start").steps) == 1  # whatever the disk is like
    with pytest.raises(InvalidInput, match="still runs"):
        plan_reset(seen(WELL, DATA), state(DATA), "lab", part="commit", accepted=Accepted(aside=True))
    commit = plan_reset(seen(), state(DOWN), "lab", part="commit")
    assert [step.follow for step in commit.steps][-2:] == ["disk_heal", "disk_verify"]
    assert "start" not in commit.steps[1].command.argv


def test_a_brick_whose_disk_is_well_is_only_started() -> None:
    found = Findings(state(DOWN), DOWN, (seen(WELL),), {})
    plan = make_plan(found, found.bricks[0], Way.TAKE_BACK, "lab")
    assert lines(plan)[:2] == ["volume start data force", "volume heal data"]
    broken = Findings(state(DOWN), DOWN, (seen(),), {})
    with pytest.raises(InvalidInput):
        make_plan(broken, broken.bricks[0], Way.TAKE_BACK, "lab")
    with pytest.raises(InvalidInput):
        make_plan(found, found.bricks[0], Way.NOTHING, "lab")


def run_prepare(path: Path, mount: str, aside: str = "") -> subprocess.CompletedProcess[str]:
    argv = ["sh", "-c", PREPARE, "sh", str(path), mount, aside]
    return subprocess.run(argv, capture_output=True, text=True, check=False)


def test_the_guard_never_fills_what_is_not_the_disk(tmp_path: Path) -> None:
    mount = subprocess.run(
        ["stat", "-c", "%m", str(tmp_path)], capture_output=True, text=True, check=True
    ).stdout.strip()
    refused = run_prepare(tmp_path / "brick", str(tmp_path))  # a directory, nothing is mounted there
    assert refused.returncode
    assert "no disk is mounted" in refused.stderr
    assert run_prepare(tmp_path / "brick", "/").returncode
    assert list(tmp_path.iterdir()) == []
    if mount == "/":
        return  # the rest needs a file system of its own
    (tmp_path / "brick").mkdir()
    (tmp_path / "brick" / "old").write_text("x")
    assert run_prepare(tmp_path / "brick", mount).returncode  # not empty
    assert run_prepare(tmp_path / "brick", mount, str(tmp_path / "aside")).returncode == 0
    assert (tmp_path / "aside" / "old").exists()
    assert list((tmp_path / "brick").iterdir()) == []


# ---- gluster's answers


@pytest.mark.parametrize(
    ("name", "command", "words"),
    [
        ("reset-brick-commit-force", commands.reset_brick_commit("rep3", "node4:/bricks/d1/rep3n"), "still running"),
        (
            "replace-brick-source-not-in-volume",
            commands.replace_brick("rep3", "node3:/bricks/d1/nosuch", "node4:/bricks/d1/rep3n"),
            "does not belong",
        ),
    ],
)
def test_recorded_refusals(name: str, command: Command, words: str) -> None:
    with pytest.raises(CommandFailed, match=words):
        understand(Answer(command, Result(0, (RECORDED / f"{name}.xml").read_text())))


def test_a_recorded_reset_is_accepted() -> None:
    text = (RECORDED / "reset-brick-start.xml").read_text()
    assert understand(Answer(commands.reset_brick_start("rep3", "node4:/bricks/d1/rep3n"), Result(0, text)))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            "Pre Validation failed on node3. Brick not available.It may be containing or be contained by an existing "
            "brick.Use 'force' option to override this.",
            "belongs to a volume already",
        ),
        (
            "Pre Validation failed on node3. lstat failed on /bricks/d1/rep3. Reason : Input/output error",
            "cannot be read",
        ),
        (
            "replace-brick is not permitted on distribute only volumes. Please use add-brick and remove-brick "
            "operations instead.",
            "keeps every file once",
        ),
    ],
)
def test_refusals_seen_in_the_lab(said: str, words: str) -> None:
    xml = f"<cliOutput><opRet>-1</opRet><opErrno>0</opErrno><opErrstr>{said}</opErrstr></cliOutput>"
    with pytest.raises(CommandFailed, match=words) as caught:
        understand(Answer(commands.replace_brick("rep3", "a:/b", "c:/d"), Result(0, xml)))
    assert caught.value.hint
