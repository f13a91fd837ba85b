"""Two administrators on one cluster: one change at a time, the other is told and waits; locks of killed programs."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from nasclustergui.core.errors import LockLost
from nasclustergui.core.job import Job, JobState
from nasclustergui.core.oplock import LockState
from nasclustergui.remote.audit_reader import verify
from nasclustergui.remote.paths import audit_file
from nasclustergui.subsystems.etcd.features.oplock.model import KEY
from nasclustergui.ui import theme
from nasclustergui.ui.jobs import is_over
from nasclustergui.ui.plan_dialog import PlanDialog
from tests.lab.app import App
from tests.lab.cluster import Lab, take_down
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.logins import changed_profile, cli, command_line
from tests.lab.netns import on_hub
from tests.lab.second_window import GATE, MARKS, SecondWindow, gated_plan, slow_plan
from tests.lab.services import etcd

pytestmark = pytest.mark.lab

GLUSTER = "gluster --mode=script"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    """Three nodes, etcd with users, a volume that is stopped."""
    require_lab()
    name = lab_name("oplock")
    try:
        lab = Lab.up(nodes=3, name=name, disks=1, disk_mb=300, etcd_auth=True)
        create = (
            f"{GLUSTER} volume create data replica 3 node1:/bricks/d1/b node2:/bricks/d1/b node3:/bricks/d1/b force"
        )
        lab.sh(1, f"for i in $(seq 40); do {create} && break; sleep 0.5; done")
        yield lab
    finally:
        take_down(name)


@pytest.fixture(scope="module")
def profile(cluster: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lab's profile with a certificate that is etcd's user, as administrators without a keyring have it."""
    return changed_profile(cluster, tmp_path_factory.mktemp("profile") / "lab.toml", "nasadmin")


@pytest.fixture
def app(cluster: Lab, profile: Path) -> Iterator[App]:
    cluster.sh(1, f"rm -f {MARKS} {GATE}-*")
    with on_hub(cluster.name):
        window = App(profile)
        try:
            window.wait_ready()
            yield window
        finally:
            window.close()


@pytest.fixture(scope="module")
def second(cluster: Lab, profile: Path) -> Iterator[SecondWindow]:
    """bert, at his own computer."""
    with on_hub(cluster.name):
        process = SecondWindow(profile, "bert")
    with process:
        assert process.hear() == "open"
        yield process


def held(cluster: Lab) -> dict[str, object] | None:
    """What etcdctl says of the lock."""
    kvs = json.loads(etcd.etcdctl(cluster.spec, "get", KEY, "-w", "json").stdout).get("kvs", [])
    return dict(kvs[0]) if kvs else None


def marks(cluster: Lab) -> list[str]:
    return cluster.sh(1, f"cat {MARKS}", check=False).stdout.split("\n")[:-1]


def propose(app: App, title: str, steps: int = 1, seconds: float = 0.2) -> PlanDialog:
    return app.space.propose(slow_plan(title, app.session.profile.name, steps, seconds))


def other(dialog: PlanDialog) -> str:
    """What the plan's dialog says of the other administrator; "" for nothing."""
    return dialog.other.banner.title() if dialog.other.isVisibleTo(dialog) else ""


def begin_gated(app: App, cluster: Lab, title: str, gates: int) -> Job:
    """Run a plan whose steps end when the test says so; its first step runs."""
    cluster.sh(1, f"touch {' '.join(f'{GATE}-{k}' for k in range(1, gates + 1))}")
    job = app.agree(app.space.propose(gated_plan(title, app.session.profile.name, gates)))
    app.wait(lambda: job.step_number == 1 and marks(cluster), "the first step")
    return job


def open_gate(cluster: Lab, k: int) -> None:
    """Let step k end."""
    cluster.sh(1, f"rm {GATE}-{k}")


def wait_free(app: App) -> None:
    app.wait(lambda: app.space.lock.view.state is LockState.FREE, "the lock to be free")


def test_one_change_at_a_time_and_the_other_waits(app: App, cluster: Lab, second: SecondWindow, output: Path) -> None:
    wait_free(app)
    assert app.frame.status.guard == ""
    dialog = propose(app, "Anna changes")
    assert dialog.run_button.text() == "Anna changes"
    second.say("run Bert changes much|2|3")
    assert second.hear() == "runs"
    app.wait(lambda: other(dialog), "the dialog to say who changes the cluster")  # also one that was open before
    assert other(dialog).startswith("bert@")
    assert "runs “Bert changes much” since" in other(dialog)
    assert dialog.run_button.text() == "Wait and run when it is free"
    app.shot(output, "lab-oplock-plan", dialog)
    job = app.agree(dialog)
    app.wait(lambda: job.waits_for, "the job to wait")
    assert app.frame.status.guard.startswith("bert@")
    app.shot(output, "lab-oplock-waits")
    app.frame.resize(1280, 800)
    theme.use("dark")
    app.shot(output, "lab-oplock-waits-dark")
    theme.use("light")
    app.finish(job)
    assert second.hear() == "done:"
    assert marks(cluster) == ["Bert begin", "Bert end", "Bert begin", "Bert end", "Anna begin", "Anna end"]
    wait_free(app)
    assert app.frame.status.guard == ""
    assert held(cluster) is None
    assert not job.remarks


def test_waiting_can_be_cancelled(app: App, cluster: Lab, second: SecondWindow) -> None:
    second.say("run Bert changes|2|2")
    assert second.hear() == "runs"
    app.wait(lambda: app.space.lock.view.state is LockState.TAKEN, "bert's lock")
    job = app.agree(propose(app, "Anna changes"))
    app.wait(lambda: job.waits_for, "the job to wait")
    job.cancel()
    app.wait(lambda: is_over(job), "the end")
    assert job.state is JobState.CANCELLED
    assert second.hear() == "done:"
    assert "Anna begin" not in marks(cluster)


def test_the_command_line_is_refused_or_waits(app: App, cluster: Lab, profile: Path) -> None:
    job = begin_gated(app, cluster, "Anna changes", 1)
    start = ("gluster", "volume", "start", "data", "--yes")
    code, out, err = cli(cluster, profile, *start)
    assert (code, "runs “Anna changes” since" in err, "--wait-lock" in err) == (7, True, True), out + err
    code, out, _err = cli(cluster, profile, "etcd", "operation", "show", "--json")
    assert (code, json.loads(out)["holder"]["title"]) == (0, "Anna changes")
    words = command_line(profile, *start, "--wait-lock", "100")
    with on_hub(cluster.name):
        waiting = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with waiting:
        assert waiting.stderr is not None
        assert "Waits: " in waiting.stderr.readline()
        assert "Started" not in cluster.sh(1, f"{GLUSTER} volume info data").stdout
        open_gate(cluster, 1)
        app.finish(job)
        out, err = waiting.communicate(timeout=100)
    assert (waiting.returncode, "Done." in out) == (0, True), out + err
    assert "Started" in cluster.sh(1, f"{GLUSTER} volume info data").stdout
    assert cli(cluster, profile, "etcd", "operation", "show")[1] == "Nobody changes the cluster now.\n"


def test_two_lanes_of_one_window_run_at_the_same_time(app: App, cluster: Lab) -> None:
    first = begin_gated(app, cluster, "First change", 1)
    dialog = propose(app, "Second change")
    assert other(dialog) == ""
    plan, job = dialog.plan, Job("Second change", "another lane")
    dialog.reject()
    app.jobs.submit(app.space, job, lambda j: app.session.executor.run(plan, j))
    app.finish(job)
    assert not is_over(first)
    assert held(cluster) is not None
    open_gate(cluster, 1)
    app.finish(first)
    assert held(cluster) is None


def test_the_leader_is_killed_while_the_lock_is_held(app: App, cluster: Lab, profile: Path) -> None:
    job = begin_gated(app, cluster, "Anna changes", 2)
    before = held(cluster)
    state = app.controller.state.etcd
    assert state is not None
    assert state.leader is not None
    leader = int(state.leader.node.removeprefix("node"))
    cluster.exec(leader, "systemctl", "kill", "-s", "KILL", "etcd.service")
    open_gate(cluster, 1)
    app.wait(lambda: job.step_number == 2, "the second step")
    code, _out, err = cli(cluster, profile, "gluster", "volume", "stop", "data", "--yes", "--confirm", "data")
    assert (code, "Anna changes" in err) == (7, True), err
    now = held(cluster)
    assert before is not None
    assert now is not None
    assert (now["lease"], now["create_revision"]) == (before["lease"], before["create_revision"])
    open_gate(cluster, 2)
    app.finish(job)
    assert not job.remarks
    cluster.exec(leader, "systemctl", "start", "etcd.service")
    cluster.wait_healthy()
    wait_free(app)


def test_a_lock_is_broken_by_name(app: App, cluster: Lab, second: SecondWindow, output: Path) -> None:
    second.say("run Bert changes|3|3")
    assert second.hear() == "runs"
    app.wait(lambda: app.space.lock.view.state is LockState.TAKEN, "bert's lock")
    dialog = propose(app, "Anna changes")
    app.click(dialog.other.break_button)
    app.wait(lambda: app.space.plan_dialog not in (None, dialog), "the plan to break the lock")
    breaking = app.plan()
    assert breaking.plan.confirm.startswith("bert@")
    assert other(breaking) == ""
    app.shot(output, "lab-oplock-break", breaking)
    app.finish(app.agree(breaking))
    app.finish(app.agree(propose(app, "Anna changes")))
    ended = second.hear()
    assert ended.startswith("failed: Somebody broke the cluster's lock"), ended
    assert marks(cluster).count("Bert begin") == 1  # its running step went on, no other was begun
    entries = [json.loads(line) for line in audit_file().read_text().splitlines()]
    assert any(e["title"].startswith("Break the lock of bert@") and e["confirmed"].startswith("bert@") for e in entries)
    assert verify(audit_file()).broken_line is None


def test_the_lock_of_a_killed_program_frees_itself(app: App, cluster: Lab, second: SecondWindow) -> None:
    second.say("run Bert changes|20|3")
    assert second.hear() == "runs"
    app.wait(lambda: app.space.lock.view.state is LockState.TAKEN, "bert's lock")
    os.kill(second.process.pid, signal.SIGKILL)
    killed = time.monotonic()
    assert held(cluster) is not None
    job = app.finish(app.agree(propose(app, "Anna changes")))
    print(f"lock of the killed program free after {time.monotonic() - killed:.1f} s, its lease lives 15 s")
    assert job.state is JobState.DONE
    assert not job.remarks
    assert marks(cluster)[-2:] == ["Anna begin", "Anna end"]


def test_a_lock_lost_to_another_one_stops_the_plan(app: App, cluster: Lab) -> None:
    """The lease ran out while this computer slept, and somebody else took the lock meanwhile."""
    job = begin_gated(app, cluster, "Anna changes", 3)
    revoke(cluster)
    etcd.etcdctl(cluster.spec, "put", KEY, '{"who": "carla@desk-5", "title": "Add node5", "started": 1}')
    open_gate(cluster, 1)
    app.wait(lambda: is_over(job), "the end")
    etcd.etcdctl(cluster.spec, "del", KEY)
    assert isinstance(job.error, LockLost)
    assert "carla@desk-5 runs “Add node5”" in str(job.error)
    assert job.error.hint.startswith("Done: 1 Gate 1. Not run: 2 Gate 2; 3 Gate 3.")


def revoke(cluster: Lab) -> int:
    """End the lock's lease; its number."""
    now = held(cluster)
    assert now is not None
    etcd.etcdctl(cluster.spec, "lease", "revoke", f"{now['lease']:x}")
    return int(str(now["lease"]))


def test_a_lock_that_ran_out_is_taken_again(app: App, cluster: Lab) -> None:
    job = begin_gated(app, cluster, "Anna changes", 2)
    lease = revoke(cluster)
    open_gate(cluster, 1)
    app.wait(lambda: job.step_number == 2 and "Anna end" in marks(cluster), "the last step")
    again = held(cluster)
    assert again is not None
    assert again["lease"] != lease
    open_gate(cluster, 2)
    app.finish(job)
    assert held(cluster) is None


def test_an_etcd_that_does_not_let_us_in(cluster: Lab, tmp_path: Path) -> None:
    profile = changed_profile(cluster, tmp_path / "denied.toml", "client")
    code, out, err = cli(cluster, profile, "gluster", "volume", "start", "data", "force", "--yes")
    assert code == 0, out + err
    assert "Not guarded against a second administrator." in err


def test_no_etcd_in_the_profile(cluster: Lab, tmp_path: Path, output: Path) -> None:
    profile = changed_profile(cluster, tmp_path / "plain.toml", "")
    command = (sys.executable, "-X", "importtime", "-m", "nasclustergui", "gluster", "volume", "start", "data", "force")
    done = cluster.hub(*command, "--yes", "--cluster", str(profile), check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "Not guarded against a second administrator. The cluster's profile names no etcd endpoint." in done.stderr
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time")}
    assert "nasclustergui.cluster.oplock" in loaded
    assert not {"grpc", "etcd3", "nasclustergui.remote.etcd"} & loaded
    with on_hub(cluster.name):
        window = App(profile)
        try:
            window.wait_ready()
            assert "Not guarded" in window.frame.status.guard
            dialog = propose(window, "Anna changes")
            assert said(dialog._unguarded)
            window.shot(output, "lab-oplock-unguarded", dialog)
            job = window.finish(window.agree(dialog))
            assert "Not guarded" in job.remarks[0]
        finally:
            window.close()


def said(widget: QWidget) -> bool:
    return widget.isVisibleTo(widget.window())


def test_etcd_is_off_everywhere(app: App, cluster: Lab, output: Path) -> None:
    """Last: what mends etcd must not be blocked by the lock that etcd keeps."""
    for n in (1, 2, 3):
        cluster.exec(n, "systemctl", "stop", "etcd.service")
    app.wait(lambda: app.space.lock.view.state is LockState.MISSING, "the missing lock")
    app.wait(lambda: "Not guarded" in app.frame.status.guard, "the status bar")
    app.shot(output, "lab-oplock-no-etcd")
    dialog = propose(app, "Mend etcd", 2, 0.2)
    assert said(dialog._unguarded)
    assert dialog.run_button.text() == "Mend etcd"
    job = app.finish(app.agree(dialog), 30)
    assert "Not guarded against a second administrator." in job.remarks[0]
    entries = [json.loads(line) for line in audit_file().read_text().splitlines()]
    assert any(e["title"] == "Mend etcd" and e["kind"] == "start" and "Not guarded" in e["output"] for e in entries)
    for n in (1, 2, 3):
        cluster.exec(n, "systemctl", "start", "--no-block", "etcd.service")
    cluster.wait_healthy()
    app.wait(lambda: app.space.lock.view.state is LockState.FREE, "the lock")
