"""Changes in trouble, through the real window: locked by others, cut off in the middle, refused by the profile."""

import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from nasclustergui.core.errors import LockBusy, OutcomeUnknown, ReadOnly
from nasclustergui.core.job import Job, JobState
from nasclustergui.subsystems.gluster.model import TaskState, VolumeStatus, VolumeType
from nasclustergui.subsystems.gluster.page.offers import Action
from nasclustergui.ui.jobs import is_over
from tests.lab.cluster import Lab, take_down
from tests.lab.files import Mount
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub
from tests.lab.watched import Watched, heal_services, make_volumes, seen_texts
from tests.lab.window_process import GONE_WITHIN

pytestmark = pytest.mark.lab

OTHERS = """
one() { gluster --mode=script volume "$@" >/dev/null && echo took || echo refused; }
for i in $(seq 60); do one status; one status all detail; done
"""
OUR_SESSIONS = "ps -eo pid,args | awk '/sshd: root@notty/ && !/awk/ {print $1}'"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("changes")
    try:
        lab = Lab.up(nodes=4, name=name, disks=4, disk_mb=400)
        make_volumes(lab)
        yield lab
    finally:
        take_down(name)


@pytest.fixture
def app(cluster: Lab) -> Iterator[Watched]:
    with on_hub(cluster.name):
        window = Watched(cluster.profile_path)
        try:
            window.wait_well()
            yield window
        finally:
            window.close()
            heal_services(cluster)


def failed(app: Watched, job: Job, seconds: float = 120) -> str:
    """Wait for the end of a job that must fail; what the window says of it: toast and jobs dock."""
    app.wait(lambda: is_over(job), f"the end of {job.title}", seconds)
    assert job.state is JobState.FAILED, (job.state, job.output)

    def toasts() -> list[str]:
        return [toast.text for toast in app.frame.toasts.shown() if toast.state == "critical"]

    app.wait(lambda: str(job.error) in toasts(), "a toast that says why", 10)
    assert app.space.dock.isVisible()
    return "\n".join([*toasts(), seen_texts(app.space.dock), app.space.dock.console.toPlainText()])


def test_a_second_client_and_we_do_not_disturb_each_other(app: Watched, cluster: Lab) -> None:
    """120 locking commands of another administrator while the window reads and changes."""
    said: list[str] = []
    other = threading.Thread(target=lambda: said.append(cluster.sh(3, OTHERS, timeout=300).stdout))
    other.start()
    app.do(Action.STOP, "rep", 120)
    app.wait_volume("rep", lambda v: v.status is VolumeStatus.STOPPED, "stopped")
    app.do(Action.START, "rep", 120)
    app.wait(lambda: not other.is_alive(), "the other client", 180)
    assert said[0].split().count("took") == 120
    app.wait_well()
    app.assert_honest()


def test_a_held_lock_refuses_the_change_and_says_so(app: Watched, cluster: Lab, output: Path) -> None:
    """A question to a brick that hangs keeps the lock: nobody else may change the volume."""
    volume = app.volume("dist")
    assert volume is not None
    brick = str(volume.bricks[1].pid)
    cluster.exec(4, "kill", "-STOP", brick)
    cluster.sh(3, "setsid nohup gluster --mode=script volume status dist clients >/dev/null 2>&1 &")
    job = app.agree(app.ask(Action.STOP, "dist"))
    said = failed(app, job)
    assert isinstance(job.error, LockBusy)
    assert "another gluster operation holds the lock" in said
    assert "Wait until it has ended" in job.error.hint
    app.shot(output, "fault-locked")
    cluster.exec(4, "kill", "-CONT", brick)
    app.wait_well()
    assert app.volume("dist").status is VolumeStatus.STARTED  # type: ignore[union-attr]
    app.assert_honest()


def test_sessions_cut_while_a_rebalance_runs(app: Watched, cluster: Lab, output: Path) -> None:
    """Gluster goes on by itself; the job finds it again over a new connection and follows it to its end."""
    app.create("grow", VolumeType.DISTRIBUTE, ["node1:/bricks/d4", "node2:/bricks/d4"])
    with Mount(cluster, "grow") as mount:
        app.meanwhile(lambda: mount.write_many(1200, 4096))
        dialog = app.ask_bricks("grow")
        app.assign(dialog, ["node3:/bricks/d4", "node4:/bricks/d4"])
        job = app.agree(app.review(dialog))
        app.wait(lambda: (job.progress or 0) > 0.02, "the rebalance", 120)
        for n in (1, 2, 3, 4):
            app.meanwhile(partial(cluster.sh, n, f"kill -9 $({OUR_SESSIONS})", check=False))
        app.shot(output, "fault-cut-rebalance")
        app.finish(job, 180)
        volume = app.wait_volume("grow", lambda v: any(t.state is TaskState.COMPLETED for t in v.tasks), "the end")
        assert len(volume.bricks) == 4
        assert mount.count() == 1200
    app.wait_well()
    app.assert_honest()
    app.do(Action.DELETE, "grow")


def test_a_change_cut_off_in_the_middle_is_neither_done_nor_failed(app: Watched, cluster: Lab, output: Path) -> None:
    dialog = app.ask(Action.STOP, "disp")  # it asks who uses the volume: that must not hang and keep the lock
    cluster.sh(4, "kill -STOP $(pidof glusterd)")  # the change hangs, for all peers must agree
    job = app.agree(dialog)
    app.wait(lambda: any("volume stop disp" in line for _at, _node, line in job.output), "the command", 30)
    nodes: list[int] = []  # it may end and be tried again while the lock is taken: what was seen last counts
    app.wait(lambda: nodes.extend(asks(cluster, "volume stop disp")) or nodes, "the command on its node", 30)
    cluster.sh(nodes[-1], f"kill -9 $({OUR_SESSIONS})", check=False)
    said = failed(app, job)
    assert isinstance(job.error, OutcomeUnknown)
    assert "nobody knows whether it took effect" in said
    assert "Read the cluster's state before you do it again" in job.error.hint
    assert app.row(app.space.dock.tree, str(job.number)).cells[2].text == "Outcome unknown"
    app.shot(output, "fault-cut-change")
    cluster.sh(4, "kill -CONT $(pidof glusterd)")
    told = cluster.exec(1, "gluster", "--mode=script", "volume", "info", "disp").stdout
    status = VolumeStatus.STOPPED if "Status: Stopped" in told else VolumeStatus.STARTED
    app.wait_volume("disp", lambda v: v.status is status, "what really became of it")
    if status is VolumeStatus.STOPPED:
        app.do(Action.START, "disp")
    app.wait_well()
    app.assert_honest()


def asks(cluster: Lab, words: str) -> list[int]:
    """Nodes on which that command runs."""
    ask = f"pgrep -f '^gluster --mode=script .*{words}' || true"
    return [n for n in (1, 2, 3, 4) if cluster.sh(n, ask).stdout.strip()]


def test_a_window_closed_in_the_middle_of_a_change_leaves_it_running(cluster: Lab) -> None:
    """`rebalance start` blocks for ten seconds; the window doesn't wait for it, and takes nothing back."""
    with on_hub(cluster.name):
        app = Watched(cluster.profile_path)
        try:
            app.wait_well()
            job = app.agree(app.ask(Action.REBALANCE, "dist"))
            app.wait(lambda: any("rebalance dist start" in line for _at, _node, line in job.output), "the command", 30)
            app.wait(lambda: asks(cluster, "rebalance dist start"), "the command on its node", 30)
        finally:
            began = time.monotonic()
            app.close()
            took = time.monotonic() - began
    assert took < GONE_WITHIN
    ended = "until gluster volume rebalance dist status | grep -q completed; do sleep 0.5; done"
    cluster.sh(1, ended, timeout=60)


def test_a_read_only_profile_changes_nothing(cluster: Lab, tmp_path: Path, output: Path) -> None:
    profile = tmp_path / "careful.toml"
    text = cluster.profile_path.read_text()
    profile.write_text(text.replace("read_only = false", "read_only = true"))
    with on_hub(cluster.name):
        app = Watched(profile)
        try:
            app.wait_well()
            assert "read-only" in app.frame.sidebar.head.accessibleDescription()
            dialog = app.ask(Action.STOP, "rep")
            assert not dialog.run_button.isEnabled()
            assert "is read-only" in seen_texts(dialog)
            app.shot(output, "fault-read-only-plan", dialog)
            plan = dialog.plan
            dialog.reject()
            job = app.controller.run_plan(plan, "rep")  # as if the button had a hole: the executor is what refuses
            app.space.dock.setVisible(True)
            said = failed(app, job)
            assert isinstance(job.error, ReadOnly)
            assert "is read-only, nothing was done." in said
            assert "Allow changes in the cluster's settings first." in job.error.hint
            app.shot(output, "fault-read-only")
            assert "Status: Started" in cluster.exec(1, "gluster", "volume", "info", "rep").stdout
            app.assert_honest()
        finally:
            app.close()
