"""Snapshots through the real window and the command line: real glusterd and mounts, on a stand-in for thin LVM."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nasclustergui.core.errors import CommandFailed, PlanOutdated
from nasclustergui.core.job import Job, JobState
from nasclustergui.core.plan import Plan
from nasclustergui.remote.audit_reader import verify
from nasclustergui.remote.paths import audit_file
from nasclustergui.subsystems.gluster.dialogs.snapshot_dialogs import (
    CloneSnapshotDialog,
    RestoreSnapshotDialog,
    TakeSnapshotDialog,
)
from nasclustergui.subsystems.gluster.dialogs.snapshot_schedule import ScheduleDialog
from nasclustergui.subsystems.gluster.features.snapshots import plans
from nasclustergui.subsystems.gluster.page.sections.snapshots import SnapshotsSection
from nasclustergui.ui import theme
from nasclustergui.ui.jobs import is_over
from tests.lab.app import App, pause
from tests.lab.cluster import Lab, take_down
from tests.lab.files import POINT, Mount
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub

pytestmark = pytest.mark.lab
GLUSTER = "gluster --mode=script"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("snapshots")
    try:
        lab = Lab.up(nodes=3, name=name, disks=2, disk_mb=300, snap=True, etcd=False)
        bricks = " ".join(f"node{n}:/bricks/d1/data" for n in (1, 2, 3))
        lab.sh(1, f"{GLUSTER} volume create data replica 3 {bricks} && {GLUSTER} volume start data")
        lab.sh(2, "mkdir -p /srv/plain")
        lab.sh(1, f"{GLUSTER} volume create plain node2:/srv/plain/b force && {GLUSTER} volume start plain")
        yield lab
    finally:
        take_down(name)


@pytest.fixture
def app(cluster: Lab) -> Iterator[App]:
    with on_hub(cluster.name):
        window = App(cluster.profile_path)
        try:
            window.wait_ready()
            yield window
        finally:
            window.close()


@pytest.fixture
def section(app: App) -> SnapshotsSection:
    app.page("gluster")
    storage = app.space.storage
    storage.run_action("gluster.snapshots:data")
    out = storage.findChild(SnapshotsSection)
    assert isinstance(out, SnapshotsSection)
    app.wait(lambda: out.known is not None and out.grounded, "the snapshots")
    return out


def cli(cluster: Lab, *words: str) -> tuple[int, str, str]:
    """The command line, on the lab's workstation."""
    main = (sys.executable, "-m", "nasclustergui", "gluster", "snapshot")
    done = cluster.hub(*main, *words, "--cluster", str(cluster.profile_path), check=False, timeout=120)
    return done.returncode, done.stdout, done.stderr


def names(cluster: Lab, volume: str = "data", n: int = 1) -> list[str]:
    """The volume's snapshots as gluster tells them."""
    told = cluster.sh(n, f"{GLUSTER} snapshot list {volume}").stdout.split("\n")
    return sorted(line for line in told if line and not line.startswith("No snapshots"))


def choose(app: App, section: SnapshotsSection, name: str) -> None:
    """Select a row by its name."""

    def there() -> bool:
        section.select(name)
        chosen = section.tree.current_row()
        return chosen is not None and chosen.cells[0].text == name

    app.wait(there, f"a row of {name}")


def press(app: App, section: SnapshotsSection, what: str) -> None:
    """Use a button of the card, also where it is folded into "More"."""
    one = section.take_button if what == "take" else section.card.buttons[what]
    app.wait(one.isEnabled, f"{what} to be offered; {one.toolTip()}", 20)
    one.click()


def take(app: App, section: SnapshotsSection, name: str, description: str = "") -> Job:
    """From the button to the end of the job."""
    choose(app, section, "data")
    press(app, section, "take")
    dialog = section.dialog
    assert isinstance(dialog, TakeSnapshotDialog)
    app.type(dialog.name, name)
    app.type(dialog.description, description)
    app.click(dialog.go_button)
    return app.finish(app.agree(app.plan()))


def failed(app: App, plan: Plan) -> Job:
    """Run a plan that must not end well."""
    app.space.propose(plan)
    job = app.agree(app.plan())
    app.wait(lambda: is_over(job), "the end of the job")
    assert job.state is JobState.FAILED, (job.state, job.output)
    return job


def check_audit(*titles: str) -> None:
    """Every change is in the log, unbroken."""
    path = audit_file()
    assert verify(path).intact
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    for title in titles:
        mine = [entry for entry in entries if entry.get("title") == title]
        assert any(entry.get("exit_code") == 0 for entry in mine), title


def test_taken_served_cloned_and_deleted_with_stand_in_lvm(
    app: App, cluster: Lab, section: SnapshotsSection, output: Path
) -> None:
    with Mount(cluster, "data"):
        cluster.sh(1, f"echo one > {POINT}/file && sync {POINT}/file")
        take(app, section, "first", "Before <the> upgrade & more")
        cluster.sh(1, f"echo two > {POINT}/file")
    assert names(cluster) == ["first"]
    choose(app, section, "first")
    assert section.card.note.text() == "Before <the> upgrade & more"
    press(app, section, "activate")
    app.finish(app.agree(app.plan()))
    app.wait(
        lambda: "deactivate" in [w for w, b in section.card.buttons.items() if b in section.card.offered()], "active"
    )
    app.shot(output, "lab-snapshots")
    cluster.sh(2, "mkdir -p /mnt/snap && mount -t glusterfs node1:/snaps/first/data /mnt/snap")
    assert cluster.sh(2, "cat /mnt/snap/file; umount -l /mnt/snap").stdout == "one\n"
    press(app, section, "clone")
    assert isinstance(section.dialog, CloneSnapshotDialog)
    app.type(section.dialog.name, "data")
    app.click(section.dialog.go_button)
    assert "already" in section.dialog.fields["name"].reason
    app.type(section.dialog.name, "copy")
    app.click(section.dialog.go_button)
    app.finish(app.agree(app.plan()))
    app.wait_volume("copy", lambda v: len(v.bricks) == 3, "the clone")
    cluster.sh(1, f"{GLUSTER} volume delete copy")
    choose(app, section, "first")
    press(app, section, "deactivate")
    plan = app.plan()
    assert "inaccessible" in " ".join(plan.plan.prompts)
    app.finish(app.agree(plan))
    app.wait(lambda: section.card.buttons["activate"] in section.card.offered(), "inactive")
    press(app, section, "delete")
    app.finish(app.agree(app.plan()))
    assert names(cluster) == []
    check_audit("Snapshot first of data", "Clone first to volume copy", "Delete snapshot first")


def test_a_restore_brings_the_files_back_and_can_itself_be_taken_back_with_stand_in_lvm(
    app: App, cluster: Lab, section: SnapshotsSection
) -> None:
    with Mount(cluster, "data"):
        cluster.sh(1, f"echo good > {POINT}/file && sync {POINT}/file")
        take(app, section, "good")
        cluster.sh(1, f"echo bad > {POINT}/file && echo new > {POINT}/later && sync {POINT}/file {POINT}/later")
    choose(app, section, "good")
    assert section.card.buttons["activate"] in section.card.offered()  # never activated: gluster alone would break here
    press(app, section, "restore")
    assert isinstance(section.dialog, RestoreSnapshotDialog)
    app.type(section.dialog.name, "kept")
    app.click(section.dialog.go_button)
    plan = app.plan()
    assert [step.title.split()[0] for step in plan.plan.steps] == ["Take", "Activate", "Stop", "Put", "Start"]
    app.finish(app.agree(plan))
    app.wait_volume("data", lambda v: all(b.online for b in v.bricks), "its bricks")
    with Mount(cluster, "data"):
        assert cluster.sh(1, f"cat {POINT}/file; ls {POINT}").stdout.split() == ["good", "file"]
    assert names(cluster) == ["kept"]
    code, _out, err = cli(cluster, "restore", "kept", "--yes", "--confirm", "data")
    assert code == 0, err
    with Mount(cluster, "data"):
        assert cluster.sh(1, f"cat {POINT}/file {POINT}/later").stdout.split() == ["bad", "new"]
    assert names(cluster) == []
    check_audit("Restore data from snapshot good", "Restore data from snapshot kept")


def test_refusals_are_told_before_and_while_it_runs_with_stand_in_lvm(
    app: App, cluster: Lab, section: SnapshotsSection, output: Path
) -> None:
    choose(app, section, "plain")
    assert not section.take_button.isEnabled()
    assert "not on thin LVM" in section.take_button.toolTip()
    assert "node2:/srv/plain/b" in section.card.note.text()
    app.shot(output, "lab-snapshots-not-possible")
    code, _out, err = cli(cluster, "create", "nope", "plain")
    assert code == 2
    assert "not on thin LVM" in err
    known, state = section.known, section.state()
    assert known is not None
    plain, data = state.volume("plain"), state.volume("data")
    assert plain is not None
    assert data is not None
    # past the window's own judgement, gluster says the same
    job = failed(app, plans.plan_create([plain], "nope", known, state, cluster.name))
    assert isinstance(job.error, CommandFailed)
    assert "thin logical volume" in str(job.error)
    # somebody else takes the name, then the last place, between the plan and its run
    late = plans.plan_create([data], "mine", known, state, cluster.name)
    cluster.sh(1, f"{GLUSTER} snapshot create mine data no-timestamp")
    assert isinstance(failed(app, late).error, PlanOutdated)
    late = plans.plan_create([data], "third", known, state, cluster.name)
    cluster.sh(1, f"{GLUSTER} snapshot config data snap-max-hard-limit 1")
    assert isinstance(failed(app, late).error, PlanOutdated)
    section.read()
    choose(app, section, "data")
    app.wait(lambda: "as many as it may have" in section.take_button.toolTip(), "the limit to be told")
    code, _out, err = cli(cluster, "config", "data", "snap-max-hard-limit", "50", "--yes")
    assert code == 0, err
    code, _out, err = cli(cluster, "delete", "volume", "data", "--yes", "--confirm", "data")
    assert code == 0, err
    assert names(cluster) == []
    cluster.sh(2, "kill -9 $(pgrep -f 'glusterfsd.*data' | head -n 1)")
    app.wait_volume("data", lambda v: any(b.online is False for b in v.bricks), "a dead brick")
    choose(app, section, "data")
    app.wait(lambda: "are down" in section.take_button.toolTip(), "the dead brick to be told")
    cluster.sh(1, f"{GLUSTER} volume start data force")
    app.wait_volume("data", lambda v: all(b.online for b in v.bricks), "its bricks")


def test_a_schedule_is_laid_runs_on_one_node_keeps_the_newest_and_is_removed_with_stand_in_lvm(
    app: App, cluster: Lab, section: SnapshotsSection, output: Path
) -> None:
    cluster.sh(1, f"{GLUSTER} snapshot create by-hand data no-timestamp")
    for old in ("20260101-0100", "20260102-0100", "20260103-0100"):
        cluster.sh(1, f"{GLUSTER} snapshot create auto-data-daily_{old} data no-timestamp")
    choose(app, section, "data")
    press(app, section, "schedule")
    dialog = section.dialog
    assert isinstance(dialog, ScheduleDialog)
    dialog.keep.setValue(2)
    app.shot(output, "lab-snapshots-schedule", dialog)
    app.click(dialog.go_button)
    app.finish(app.agree(app.plan()))
    app.wait(lambda: len(section.ground.of("data")) == 1 and len(section.ground.of("data")[0].on) == 3, "the schedule")
    standing = section.ground.of("data")[0]
    assert standing.same
    assert standing.active
    assert standing.next_at is not None
    order = sorted((1, 2, 3), key=lambda n: cluster.sh(n, "sed -n s/^UUID=//p /var/lib/glusterd/glusterd.info").stdout)
    for n in order:
        cluster.sh(n, "systemctl set-environment SNAPSHOT_WAIT=1")
    # at the same moment on all nodes, as their timers do it
    started = [run_unit(cluster, n) for n in order]
    assert all(code == 0 for code in started)
    outcomes = [cluster.sh(n, "sed -n 2p /var/lib/nasclustergui/*.result").stdout.strip() for n in order]
    assert outcomes == ["taken", "left", "left"]
    mine = names(cluster)
    assert mine[-1] == "by-hand"
    assert len(mine) == 3
    assert "auto-data-daily_20260103-0100" in mine
    section.read()
    app.wait(lambda: section.ground.of("data")[0].last is not None, "the result")
    app.shot(output, "lab-snapshots-scheduled")
    # nothing came from the first node: the second one takes over
    cluster.sh(1, f"{GLUSTER} snapshot delete {mine[1]}")
    assert run_unit(cluster, order[1]) == 0
    assert cluster.sh(order[1], "sed -n 2p /var/lib/nasclustergui/*.result").stdout.strip() == "taken"
    # the first node is off: the snapshot fails, since gluster wants all bricks, and nothing is deleted for it
    cluster.sh(1, f"{GLUSTER} snapshot delete {names(cluster)[1]}")
    mine = names(cluster)
    cluster.poweroff(order[0])
    assert run_unit(cluster, order[1]) != 0
    assert cluster.sh(order[1], "sed -n 2p /var/lib/nasclustergui/*.result").stdout.strip() == "failed"
    cluster.poweron(order[0])
    cluster.wait_healthy()
    assert names(cluster, n=order[1]) == mine
    app.wait(lambda: all(node.online for node in app.controller.state.nodes.nodes), "the node")
    section.read()
    app.wait(lambda: (last := section.ground.of("data")[0].last) and last.outcome == "failed", "the failure to be told")
    app.shot(output, "lab-snapshots-schedule-failed")
    code, out, err = cli(cluster, "schedules", "--json")
    assert code == 0, err
    assert json.loads(out)[0]["keep"] == 2
    app.wait(lambda: len(section.ground.of("data")[0].on) == 3, "all nodes")
    choose(app, section, "Daily at 02:00")
    press(app, section, "unschedule")
    app.finish(app.agree(app.plan()))
    for n in order:
        left = cluster.sh(n, "ls /etc/systemd/system/nascl* /usr/local/sbin/nascl* 2>/dev/null | wc -l").stdout.strip()
        assert left == "0"
    assert names(cluster) == mine
    check_audit("Snapshots of data: daily at 02:00, the newest 2 kept", "Remove the daily snapshots of data")


def run_unit(cluster: Lab, n: int) -> int:
    """Start the schedule's service as its timer would, and wait for its end; its exit status."""
    return cluster.exec(n, "systemctl", "start", "nasclustergui-snapshot-data-daily", check=False).returncode


def test_the_looks_of_dark_and_small_windows_with_stand_in_lvm(
    app: App, cluster: Lab, section: SnapshotsSection, output: Path
) -> None:
    theme.use("dark")
    app.frame.resize(1280, 800)
    pause(300)
    app.shot(output, "lab-snapshots-dark")
    theme.use("light")
    told: dict[str, bool | None] = {"data": None}
    for _attempt in range(10):  # None: a node did not tell in time, which a loaded machine may do
        code, out, err = cli(cluster, "info", "--json")
        assert code == 0, err
        told = {entry["volume"]: entry["possible"] for entry in json.loads(out)["volumes"]}
        if None not in told.values():
            break
        pause(1000)
    assert told == {"data": True, "plain": False}
    code, out, err = cli(cluster, "list")
    assert code == 0, err
    assert re.search(r"by-hand +data +inactive", out)
