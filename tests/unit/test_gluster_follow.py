"""Watching work in the cluster: its progress, its ends, and everything that may go wrong on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from nasclustergui.core.command import Result
from nasclustergui.core.errors import Cancelled, NasError, Unreachable
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster import client as client_module
from nasclustergui.subsystems.gluster import follow as module
from nasclustergui.subsystems.gluster.client import GlusterClient
from nasclustergui.subsystems.gluster.follow import Follower
from nasclustergui.subsystems.gluster.model import GlusterState, Volume, VolumeType
from nasclustergui.subsystems.gluster.split_brain import SplitBrainWatch
from tests.recorded.fake_gluster import BUSY, FakeNodes, Reply, ok, recorded, said
from tests.recorded.pools import state, volume, with_bricks

RUNNING = recorded("rebalance-status-inprogress-2s")
COMPLETED = recorded("rebalance-status-poll-last")
FAILED = replace(COMPLETED, stdout=COMPLETED.stdout.replace("<status>3</status>", "<status>4</status>"))
STOPPED = recorded("rebalance-stop-ok")
NOTHING = recorded("rebalance-status-never-started")


class Steps:
    """A clock that goes on by a second per look; `job.sleep` costs nothing."""

    def __init__(self, seconds: float = 1.0) -> None:
        self.now = 0.0
        self.seconds = seconds

    def __call__(self) -> float:
        self.now += self.seconds
        return self.now


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "_pause", lambda _job, _seconds: None)
    for name in ("PAUSE", "HEAL_PAUSE"):
        monkeypatch.setattr(module, name, 0.0)


def replies_of(replies: Sequence[Reply]) -> Callable[[str, tuple[str, ...]], Reply]:
    """One after another; the last one stays."""
    left = list(replies)
    return lambda _node, _words: left.pop(0) if len(left) > 1 else left[0]


def follower(*replies: Reply, states: Sequence[GlusterState] = (), clock: Steps | None = None) -> Follower:
    left = list(states) or [state(volume(VolumeType.DISTRIBUTE, name="dist"))]

    def read(_job: Job) -> GlusterState:
        return left.pop(0) if len(left) > 1 else left[0]

    return Follower(GlusterClient(FakeNodes(replies_of(replies))), read, clock or Steps())


def lines(job: Job) -> str:
    return "\n".join(line for _at, _node, line in job.output)


def test_a_rebalance_ends_when_it_is_completed() -> None:
    job = Job("Rebalance")
    follower(RUNNING, RUNNING, COMPLETED).rebalance("dist", job)
    assert job.progress == 1.0
    assert "completed" in lines(job)
    assert "8,004 looked at" in job.step


@pytest.mark.parametrize(
    ("replies", "sentence"),
    [
        ([RUNNING, FAILED], "The rebalance of dist failed."),
        ([RUNNING, STOPPED], "The rebalance of dist was stopped by somebody else."),
        ([RUNNING, NOTHING], "The rebalance of dist is no longer running."),
        (
            [replace(COMPLETED, stdout=COMPLETED.stdout.replace("<failures>0", "<failures>2", 1))],
            "The rebalance of dist ended, but 2 files could not be moved.",
        ),
    ],
)
def test_a_rebalance_that_ends_badly_is_a_failure(replies: list[Result], sentence: str) -> None:
    with pytest.raises(NasError) as caught:
        follower(*replies).rebalance("dist", Job("Rebalance"))
    assert str(caught.value) == sentence


def test_a_rebalance_whose_processes_are_gone_is_not_followed_for_ever() -> None:
    with pytest.raises(NasError, match="does not go on") as error:
        follower(RUNNING, clock=Steps(10.0)).rebalance("dist", Job("Rebalance"))
    assert "Stop the rebalance" in error.value.hint


def test_a_rebalance_that_is_not_there_at_once_gets_time() -> None:
    follower(NOTHING, NOTHING, RUNNING, COMPLETED).rebalance("dist", Job("Rebalance"))


def test_trouble_on_the_way_is_told_once_and_outlived() -> None:
    job = Job("Rebalance")
    broken: list[Reply] = [Unreachable("node1")] * 9
    follower(RUNNING, *[BUSY] * 8, *broken, RUNNING, COMPLETED).rebalance("dist", job)
    text = lines(job)
    assert text.count("holds the lock") == 1
    assert text.count("No node of the cluster can be asked") == 1
    assert "The cluster answers again." in text


def test_an_answer_that_cannot_be_read_does_not_end_it() -> None:
    job = Job("Rebalance")
    follower(ok("<nonsense/>"), COMPLETED).rebalance("dist", job)
    assert "cannot be read" in lines(job)


def test_a_cancel_ends_it_at_once() -> None:
    job = Job("Rebalance")
    job.cancel()
    with pytest.raises(Cancelled):
        follower(RUNNING).rebalance("dist", job)


def test_progress_rises_where_sizes_are_known() -> None:
    sized = with_bricks(
        volume(VolumeType.DISTRIBUTE, (1, 2), name="dist"), *({"inodes": 9000, "inodes_free": 4000},) * 2
    )
    job, seen = Job("Rebalance"), []
    report = job.report
    job.report = lambda step, progress=None: (seen.append(progress), report(step, progress))[1]  # type: ignore[method-assign]
    follower(RUNNING, recorded("rebalance-status-inprogress-mid"), COMPLETED, states=[state(sized)]).rebalance(
        "dist", job
    )
    assert seen == sorted(seen)
    assert 0 < seen[0] < seen[1] < seen[2] == 1.0


def heal_states(*pending: int | None, **more: object) -> list[GlusterState]:
    """A reading per count, each newer than the last; the real clock is far behind them."""
    made = []
    for n, count in enumerate(pending):
        found = with_bricks(volume(), *({"heal_pending": count} | more,) * 3)
        made.append(state(found, status_at=4e9 + n, read_at=4e9 + n))
    made.append(replace(made[-1], status_at=4e9 + len(pending)))
    return made


def test_a_heal_ends_when_nothing_waits_any_more() -> None:
    job = Job("Heal")
    follower(ok(), states=heal_states(200, 120, 40, 0)).heal("data", False, job)
    assert job.progress == 1.0
    assert "Nothing waits for a heal any more." in lines(job)


def test_a_full_heal_waits_for_the_crawl() -> None:
    crawling = Result(0, "Crawl statistics for brick no 0\nStarting time of crawl: x\nType of crawl: FULL\nsuccessful")
    ended = replace(crawling, stdout=crawling.stdout + "\nEnding time of crawl: y\n")
    states = [*heal_states(0), *(replace(heal_states(0)[0], status_at=4e9 + n) for n in range(5, 12))]
    watched = follower(crawling, crawling, ended, states=states)
    watched.heal("data", True, Job("Heal"))
    assert len(watched._client._nodes.ran) == 3  # type: ignore[attr-defined]


def test_a_heal_does_not_end_while_a_brick_is_down() -> None:
    job = Job("Heal")
    job_states = heal_states(0, online=False)
    with pytest.raises(NasError, match="does not get on"):
        follower(ok(), states=job_states, clock=Steps(500)).heal("data", False, job)
    assert "not up: node1" in job.step


def test_a_heal_that_only_has_split_brains_left_says_so() -> None:
    with pytest.raises(NasError, match="2 files of data are in split-brain"):
        follower(ok(), states=heal_states(2, split_brain=2)).heal("data", False, Job("Heal"))


def test_a_heal_of_a_deleted_volume_ends() -> None:
    with pytest.raises(NasError, match="does not exist any more"):
        follower(ok(), states=[state()]).heal("data", False, Job("Heal"))


def test_bricks_come_up() -> None:
    down = recorded("volume-status-rep3-brick-down")
    up = replace(down, stdout=down.stdout.replace("<status>0</status>", "<status>1</status>"))
    job = Job("Start")
    follower(down, down, up).bricks_up("rep3", job)
    assert job.step == "Waiting for node2:/bricks/d1/rep3"


def test_bricks_that_do_not_come_up_are_named() -> None:
    with pytest.raises(NasError) as caught:
        follower(recorded("volume-status-rep3-brick-down"), clock=Steps(5)).bricks_up("rep3", Job("Start"))
    assert str(caught.value) == "A brick of rep3 does not come up: node2:/bricks/d1/rep3."
    assert "/var/log/glusterfs/bricks" in caught.value.hint


def test_bricks_that_nobody_can_tell_of_are_not_up() -> None:
    with pytest.raises(NasError, match="is not known"):
        follower(BUSY, clock=Steps(5)).bricks_up("rep3", Job("Start"))


def stuck(pending: int | None) -> Volume:
    return with_bricks(volume(name="sb"), {"heal_pending": pending}, {"heal_pending": pending})


def test_split_brains_are_looked_for_only_where_a_backlog_is_stuck() -> None:
    text = recorded("heal-info-summary-brick-down").stdout.replace("SplitBrain>0<", "SplitBrain>4<")
    nodes = FakeNodes(lambda _n, _w: Result(0, text))
    watch = SplitBrainWatch(GlusterClient(nodes))
    looked: list[str] = []
    watch.look = looked.append  # type: ignore[method-assign]
    watch.notice([stuck(9)], now=0.0)
    watch.notice([stuck(5)], now=20.0)  # it shrank
    assert looked == []
    watch.notice([stuck(5)], now=31.0)
    watch.notice([stuck(5)], now=40.0)  # not again so soon
    assert looked == ["sb"]
    SplitBrainWatch.look(watch, "sb")
    assert watch.counts == {("sb", "node1:/bricks/d1/rep3"): 4, ("sb", "node4:/bricks/d1/rep3n"): 4}
    watch.notice([stuck(0)], now=50.0)
    assert watch.counts == {}


def test_what_cannot_be_looked_at_stays_unknown() -> None:
    watch = SplitBrainWatch(GlusterClient(FakeNodes(lambda _n, _w: said("x", "oops").result)))
    watch.look("sb")
    assert watch.counts == {}
