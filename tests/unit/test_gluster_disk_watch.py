"""Failed disks: what is checked before each step, how the heal is watched and proved."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from disk_scenes import BRICK, DATA, DOWN, LINE, seen

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import InvalidInput, NasError, NoAnswer, UnexpectedOutput
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.subsystems.gluster.commands.answer import Answer
from nasclustergui.subsystems.gluster.features import Pool
from nasclustergui.subsystems.gluster.features.disk import prove, watch
from nasclustergui.subsystems.gluster.features.disk.driver import CHECKS
from nasclustergui.subsystems.gluster.features.disk.look import look
from nasclustergui.subsystems.gluster.features.disk.meter import DiskMeter, fill
from nasclustergui.subsystems.gluster.features.disk.model import Directory
from nasclustergui.subsystems.gluster.features.disk.plans import plan_reset
from nasclustergui.subsystems.gluster.features.disk.read import look_at_place
from nasclustergui.subsystems.gluster.model import GlusterState, Volume
from tests.recorded.pools import GIB, state, with_bricks


@dataclass
class FakeClient:
    answers: dict[str, Any] = field(default_factory=dict)

    def ask(self, command: Command, parse: Callable[[Answer], Any], job: Job) -> tuple[Any, str]:
        key = next(k for k in self.answers if k in str(command))
        return self.answers[key], "node1"

    def ask_node(self, node: str, command: Command, parse: Callable[[Answer], Any], job: Job) -> Any:
        return self.answers[node]


@dataclass
class FakeNode:
    result: Result | NasError

    def run(self, command: Command, job: Job | None = None) -> Result:
        if isinstance(self.result, NasError):
            raise self.result
        return self.result


def fake_pool(pool: GlusterState, nodes: Mapping[str, Result | NasError], **answers: Any) -> Pool:
    made = {name: FakeNode(result) for name, result in nodes.items()}
    return Pool(FakeClient(answers), made, lambda job: pool, lambda job: pool)  # type: ignore[arg-type]


def on_disk(line: str, mounts: str = "/dev/sdd /bricks/d1 xfs rw 0 0") -> Result:
    return Result(0, "\n".join([line, "mounts", mounts, "fstab", "kernel", "end"]))


EMPTY_LINE = "present\t-\t-\t0\t4096\t10\t5\t10\t5"


def check(name: str, step: Step, result: Result) -> str:
    return CHECKS[name](fake_pool(state(DOWN), {"node3": result}), step, Job(""))


def test_the_disk_is_looked_at_again_before_each_step() -> None:
    plan = plan_reset(seen(), state(DOWN), "lab")
    prepare, commit = plan.steps[1], plan.steps[2]
    absent = EMPTY_LINE.replace("present", "absent")
    assert check("disk_as_seen", prepare, on_disk(absent)) == ""
    assert "no longer what was seen" in check("disk_as_seen", prepare, on_disk(EMPTY_LINE))
    assert check("disk_ready", commit, on_disk(EMPTY_LINE)) == ""
    assert "not the empty directory" in check("disk_ready", commit, on_disk(absent))
    assert "not the empty directory" in check("disk_ready", commit, on_disk(LINE))
    for name, step in (("disk_as_seen", prepare), ("disk_ready", commit)):
        assert "No disk is mounted" in check(name, step, on_disk(EMPTY_LINE, "/dev/sda / ext4 rw 0 0"))
        assert "Another disk" in check(name, step, on_disk(EMPTY_LINE, "/dev/sdx /bricks/d1 xfs rw 0 0"))
        assert "read-only" in check(name, step, on_disk(EMPTY_LINE, "/dev/sdd /bricks/d1 xfs ro 0 0"))
        broken = "unreadable\tInput/output error\t-\t0\t-\t-\t-\t-\t-"
        assert "answers with errors" in check(name, step, on_disk(broken))


def test_nodes_that_do_not_answer_are_told() -> None:
    pool = fake_pool(state(DATA), {"node1": on_disk(LINE), "node3": NoAnswer("node3", "it hangs")})
    found = look(pool, {"node1": ["/a"], "node3": ["/b"], "other": ["/c"]}, Job(""))
    assert found["node1", "/a"].why_unknown == ""
    assert "node3" in found["node3", "/b"].why_unknown
    assert found["other", "/c"].why_unknown


def test_places_must_be_bricks_on_nodes_that_can_be_asked() -> None:
    pool = fake_pool(state(DATA), {"node3": on_disk(EMPTY_LINE)})
    spec, ground = look_at_place(pool, state(DATA), "node3:/bricks/d1/new", Job(""))
    assert (spec.node, spec.mount, ground.directory) == ("node3", "/bricks/d1", Directory.PRESENT)
    for bad in ("nonsense", "node9:/a", "node3:/a b"):
        with pytest.raises(InvalidInput):
            look_at_place(pool, state(DATA), bad, Job(""))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((watch, "HEAL_PAUSE"), (watch, "PAUSE"), (prove, "PAUSE")):
        monkeypatch.setattr(module, name, 0.0)


def later(found: Volume) -> GlusterState:
    return state(found, status_at=1e12)


STEP = Step("", "node1", Command(("true",)), "gluster", args={"volume": "data", "brick": BRICK.name, "full": "yes"})


@pytest.mark.usefixtures("quick")
def test_a_heal_ends_when_the_disks_list_nothing() -> None:
    pool = fake_pool(later(DATA), {}, node1=0, node2=0, node3=0, statistics=())
    job = Job("")
    watch.heal(pool, STEP, job)
    assert "Nothing waits" in job.output[-1][2]


@pytest.mark.usefixtures("quick")
def test_a_brick_that_dies_ends_the_heal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "DOWN_FOR", 0.0)
    with pytest.raises(NasError, match="went down in the middle") as caught:
        watch.heal(fake_pool(later(DOWN), {}, node1=3, node2=3), STEP, Job(""))
    assert "Replace failed disk…" in caught.value.hint


@pytest.mark.usefixtures("quick")
def test_a_brick_that_was_replaced_by_somebody_else_ends_the_watching() -> None:
    step = replace(STEP, args={**STEP.args, "brick": "node9:/x"})
    with pytest.raises(NasError, match="no longer a brick"):
        watch.heal(fake_pool(later(DATA), {}), step, Job(""))
    with pytest.raises(NasError, match="no longer a brick"):
        prove.verify(fake_pool(later(DATA), {}), step, Job(""))


def counted(*numbers: str) -> dict[str, Result | NasError]:
    return {f"node{n}": Result(0, text) for n, text in enumerate(numbers, 1)}


def healed(entries: int = 0, connected: bool = True) -> tuple[Any, ...]:
    return tuple(SimpleNamespace(brick=b.name, connected=connected, entries=entries) for b in DATA.bricks)


@pytest.mark.usefixtures("quick")
def test_the_proof_counts() -> None:
    job = Job("")
    prove.verify(fake_pool(later(DATA), counted("256\n", "256\n", "256\n"), summary=healed()), STEP, job)
    assert "is whole: 256" in job.output[-1][2]
    busy = Job("")  # clients write while it counts
    prove.verify(fake_pool(later(DATA), counted("250", "260", "255"), summary=healed()), STEP, busy)
    alone = Job("")
    nodes = {**counted("256"), "node2": NoAnswer("node2", "x"), "node3": NoAnswer("node3", "x")}
    prove.verify(fake_pool(later(DATA), nodes, summary=healed()), STEP, alone)
    assert "could not be compared" in alone.output[-1][2]  # said, not claimed


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("numbers", "info", "words"),
    [
        (("256", "256", "12"), healed(), "another number of files"),
        (("256", "256", "256"), healed(3), "3 entries wait"),
        (("256", "256", "256"), healed(connected=False), "not connected"),
    ],
)
def test_what_is_not_proved_is_an_error(
    numbers: tuple[str, ...], info: tuple[Any, ...], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prove, "PATIENCE", -1.0)
    with pytest.raises(NasError, match=words):
        prove.verify(fake_pool(later(DATA), counted(*numbers), summary=info), STEP, Job(""))


def test_counting_leaves_glusters_own_out(tmp_path: Path) -> None:
    (tmp_path / ".glusterfs" / "00").mkdir(parents=True)
    (tmp_path / ".glusterfs-anonymous-inode-x").mkdir()
    (tmp_path / "dir" / ".glusterfs").mkdir(parents=True)
    (tmp_path / "dir" / "new\nline").write_text("x")
    done = subprocess.run(prove.count_command(str(tmp_path)).argv, capture_output=True, text=True, check=True)
    assert prove.parse_count("n", "/p", done.stdout, 0) == 3
    with pytest.raises(UnexpectedOutput):
        prove.parse_count("n", "/p", "many", 0)


def test_progress_compares_file_systems() -> None:
    full = {"inodes": 1000, "inodes_free": 500}
    new = {"inodes": 1000, "inodes_free": 900, "free": 90 * GIB}
    half = with_bricks(DATA, full, full, new)
    assert fill(half, BRICK.name) == pytest.approx(0.2)  # 100 of 500 files, 10 of 50 GiB
    assert fill(DATA, "node9:/x") is None
    meter = DiskMeter(BRICK.name)
    assert meter.add(0.0, half, 10).progress == pytest.approx(0.2)
    assert meter.add(9.0, with_bricks(DATA, full, full, full), 10).progress == pytest.approx(0.99)
    assert meter.add(18.0, half, 10).progress == pytest.approx(0.99)  # never back


def test_names_without_contents_are_half_of_it() -> None:
    small = {"inodes": 1000, "inodes_free": 500, "free": 100 * GIB - 1000, "heal_pending": 30}
    found = with_bricks(DATA, small, small, {**small, "heal_pending": 0})
    assert fill(found, BRICK.name) == 1.0
    assert fill(found, BRICK.name, peak=60) == pytest.approx(0.75)
