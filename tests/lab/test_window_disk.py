"""Failed disks through the real window: broken, unmounted, emptied, full; replaced here and there, and proved."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from nasclustergui.core.job import Job, JobState
from nasclustergui.core.plan import Risk
from nasclustergui.remote.audit_reader import verify
from nasclustergui.remote.paths import audit_file
from nasclustergui.subsystems.gluster.dialogs.disk_wizard import DiskWizard
from nasclustergui.subsystems.gluster.features.disk.advise import Way
from nasclustergui.subsystems.gluster.features.disk.model import Trouble
from nasclustergui.subsystems.gluster.model import VolumeType
from nasclustergui.subsystems.gluster.page.offers import Action
from nasclustergui.subsystems.gluster.page.volume_rows import brick_key
from nasclustergui.ui.jobs import is_over
from nasclustergui.ui.plan_dialog import PlanDialog
from tests.lab.app import App, pause
from tests.lab.cluster import Lab, take_down
from tests.lab.files import POINT, Mount
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub

pytestmark = pytest.mark.lab
SUMS = "find . -path './.glusterfs*' -prune -o -type f -print0 | sort -z | xargs -0 -r sha256sum"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("disk")
    try:
        yield Lab.up(nodes=4, name=name, disks=4, disk_mb=600, etcd=False)
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


# ---- the cluster by hand


def make(cluster: Lab, app: App, name: str, disk: int, *nodes: int, kind: Sequence[str] = ("replica", "3")) -> None:
    """A started volume with short heal intervals, as the admin's predecessor left it."""
    gluster = ("gluster", "--mode=script", "volume")
    bricks = [f"node{n}:/bricks/d{disk}/{name}" for n in nodes]
    cluster.exec(1, *gluster, "create", name, *kind, *bricks)
    if kind[:1] == ("replica",):
        cluster.exec(1, *gluster, "set", name, "cluster.heal-timeout", "5")
    cluster.exec(1, *gluster, "start", name)
    app.wait_volume(name, lambda v: all(b.online for b in v.bricks), "started")


def remove(cluster: Lab, app: App, name: str) -> None:
    script = "for i in $(seq 20); do gluster --mode=script volume $1 $2 $3 && exit 0; sleep 0.5; done; exit 1"
    cluster.exec(1, "sh", "-c", script, "sh", "stop", name, "force")  # the app's own readings lock the volume too
    cluster.exec(1, "sh", "-c", script, "sh", "delete", name)
    app.wait(lambda: app.volume(name) is None, f"{name} to be gone")


def fresh_disk(cluster: Lab, n: int, disk: int, megabytes: int = 600) -> None:
    """A new disk in the place of an old one."""
    image = f"/var/new-{disk}-{megabytes}.img"
    cluster.sh(
        n, f"truncate -s {megabytes}M {image} && mkfs.xfs -q -f {image} && mount -o loop {image} /bricks/d{disk}"
    )


def kill_brick(cluster: Lab, n: int, path: str) -> None:
    cluster.sh(n, f"kill -9 $(pgrep -f 'brick-name {path}( |$)')")


def sums(cluster: Lab, n: int, directory: str) -> str:
    return cluster.sh(n, f"cd {directory} && {SUMS}").stdout


def audited(title: str) -> list[str]:
    """The commands that ran for plans of that title; the log must be unbroken."""
    assert verify(audit_file()).intact
    entries = [json.loads(line) for line in audit_file().read_text().splitlines()]
    return [str(e["command"]) for e in entries if e.get("title") == title and e.get("exit_code") == 0]


# ---- the dialog by hand


def wizard(app: App, name: str, action: Action, brick: str = "") -> DiskWizard:
    """Opened from the brick's row, or from the Bricks menu; it has looked."""
    app.choose_volume(name)
    if brick:
        tree = app.space.storage.tree
        tree.expand_key(name)
        tree.expand_key(f"{name}/0")
        app.wait(lambda: tree.select_key(brick_key(name, brick)), f"the row of {brick}", 20)
        row = tree.current_row()
        assert row is not None
        menu = app.space.storage._menu(row)
        assert menu is not None
        words = {Action.FAILED_DISK: "Replace failed disk…", Action.REPLACE_BRICK: "Replace brick…"}
        text = words.get(action, "Reset brick…")
        next(entry for entry in menu.actions() if entry.text() == text).trigger()
    else:
        app.trigger(action)
    dialog = app.space.storage.disk_flow.dialog
    assert dialog is not None
    seen(app, dialog)
    return dialog


def seen(app: App, dialog: DiskWizard) -> None:
    app.wait(lambda: dialog.found is not None and dialog.again_button.isEnabled(), "what the nodes say", 60)


def look_again(app: App, dialog: DiskWizard) -> None:
    app.click(dialog.again_button)
    seen(app, dialog)


def trouble(dialog: DiskWizard) -> Trouble:
    one = dialog.diagnosis()
    assert one is not None
    return one.trouble


def go_elsewhere(app: App, dialog: DiskWizard, key: str) -> None:
    """Put the disk "node4:/bricks/d1" into the slot by keyboard."""
    if not dialog.choice.radios[Way.ELSEWHERE].isChecked():
        app.click(dialog.choice.radios[Way.ELSEWHERE])
    app.wait(lambda: dialog.choice.disks.select_key(key), f"the disk {key}", 30)
    QTest.keyClick(dialog.choice.disks, Qt.Key.Key_Return)
    assert dialog.choice.slot.disk is not None
    app.wait(lambda: "Looking" not in dialog.missing(), "what lies there", 20)


def review(app: App, dialog: DiskWizard) -> PlanDialog:
    app.wait(dialog.go_button.isEnabled, f"a plan; {dialog.missing()}", 20)
    app.click(dialog.go_button)
    return app.plan()


def fails(app: App, job: Job) -> str:
    app.wait(lambda: is_over(job), f"the end of {job.title}", 120)
    assert job.state is JobState.FAILED, (job.state, job.output)
    error = job.error
    return f"{error} {getattr(error, 'hint', '')}"


# ---- the tests


def test_a_disk_that_died_is_replaced_in_its_place(app: App, cluster: Lab, output: Path) -> None:
    brick = "node3:/bricks/d1/data"
    make(cluster, app, "data", 1, 1, 2, 3)
    with Mount(cluster, "data") as mount:
        mount.write_many(300, 4096)
        cluster.sh(1, f"mkdir -p {POINT}/a/b && ln {POINT}/f1 {POINT}/a/b/hard && ln -s f2 {POINT}/a/soft")
        cluster.exec(3, "xfs_io", "-x", "-c", "shutdown", "/bricks/d1")

        dialog = wizard(app, "data", Action.RESET_BRICK, brick)
        assert trouble(dialog) is Trouble.BROKEN
        assert "may be failing" in dialog.facts.words()  # gluster still calls it online
        assert not dialog.choice.radios[Way.SAME_PLACE].isEnabled()
        app.shot(output, "lab-disk-may-be-failing", dialog)
        dialog.reject()

        kill_brick(cluster, 3, "/bricks/d1/data")
        app.wait_volume("data", lambda v: v.bricks[2].online is False, "its dead brick")
        app.choose_volume("data")
        app.wait(lambda: app.space.storage.detail.failed_disk.isVisible(), "the button")
        app.shot(output, "lab-disk-storage")
        app.click(app.space.storage.detail.failed_disk)
        opened = app.space.storage.disk_flow.dialog
        assert opened is not None
        dialog = opened
        dialog.resize(1120, 780)
        seen(app, dialog)
        assert (dialog.brick, trouble(dialog)) == (brick, Trouble.BROKEN)
        app.shot(output, "lab-disk-broken", dialog)

        cluster.exec(3, "umount", "/bricks/d1")
        look_again(app, dialog)
        assert trouble(dialog) is Trouble.NOT_MOUNTED
        assert not dialog.choice.radios[Way.SAME_PLACE].isEnabled()
        told = cli(cluster, "failed-disk", "data", "--brick", brick, "--yes")
        assert told.returncode == 2
        assert "would fill the system disk" in told.stderr

        fresh_disk(cluster, 3, 1)
        mount.write_many(20, 4096, prefix="late")
        look_again(app, dialog)
        assert trouble(dialog) is Trouble.DIRECTORY_GONE
        app.click(dialog.choice.radios[Way.SAME_PLACE])
        app.shot(output, "lab-disk-same-place", dialog)
        plan = review(app, dialog)
        assert plan.plan.risk is Risk.CAUTION
        plan.resize(1000, 780)
        app.shot(output, "lab-disk-plan", plan)
        job = app.agree(plan)
        app.wait(lambda: is_over(job) or job.step.startswith("Heal node3"), "the heal")
        app.shot(output, "lab-disk-heal")
        app.finish(job)
        assert "is whole" in str(job.output)
        assert sums(cluster, 3, "/bricks/d1/data") == sums(cluster, 1, POINT) != ""
        assert cluster.sh(3, "readlink /bricks/d1/data/a/soft").stdout.strip() == "f2"
    done = audited(f"Reset brick {brick}")
    for words in ("reset-brick data", "mkdir -p", "commit", "heal data full"):
        assert any(words in line for line in done), words
    app.wait(lambda: not app.controller.found, "all to be well again")
    assert not app.space.storage.detail.failed_disk.isVisible()
    remove(cluster, app, "data")


def test_a_brick_whose_directory_was_deleted_dies_again_in_the_heal_and_is_finished(app: App, cluster: Lab) -> None:
    make(cluster, app, "gone", 2, 1, 2, 3)
    with Mount(cluster, "gone") as mount:
        mount.write_many(400, 4096)
        cluster.sh(2, "rm -rf /bricks/d2/gone")
        kill_brick(cluster, 2, "/bricks/d2/gone")  # its own health check would end it within 50 s
        app.wait_volume("gone", lambda v: v.bricks[1].online is False, "its dead brick")
        dialog = wizard(app, "gone", Action.FAILED_DISK)
        assert (dialog.brick, trouble(dialog)) == ("node2:/bricks/d2/gone", Trouble.DIRECTORY_GONE)
        job = app.agree(review(app, dialog))
        app.wait(lambda: is_over(job) or job.step.startswith("Heal node2"), "the heal")
        kill_brick(cluster, 2, "/bricks/d2/gone")
        assert "went down in the middle of the heal" in fails(app, job)

        app.wait_volume("gone", lambda v: v.bricks[1].online is False, "its dead brick")
        dialog = wizard(app, "gone", Action.FAILED_DISK)  # opened again: it knows how far it got
        assert trouble(dialog) is Trouble.PROCESS
        assert dialog.choice.way() is Way.TAKE_BACK
        app.finish(app.agree(review(app, dialog)))
        assert sums(cluster, 2, "/bricks/d2/gone") == sums(cluster, 1, POINT)
    remove(cluster, app, "gone")


def test_a_brick_moves_to_another_node_and_a_cancel_in_the_middle_is_gone_on_from(
    app: App, cluster: Lab, output: Path
) -> None:
    old, new = "node3:/bricks/d3/move", "node4:/bricks/d3/move"
    make(cluster, app, "move", 3, 1, 2, 3)
    cluster.sh(4, "mkdir /bricks/d3/move && echo old > /bricks/d3/move/alien")
    with Mount(cluster, "move") as mount:
        mount.write_many(300, 8192)
        dialog = wizard(app, "move", Action.REPLACE_BRICK, old)
        go_elsewhere(app, dialog, "node2:/bricks/d3")
        assert any("two bricks on node2" in text for text in dialog.choice.notes.texts())
        assert not dialog.go_button.isEnabled()
        dialog.choice.slot.clear()
        go_elsewhere(app, dialog, "node4:/bricks/d3")
        app.wait(lambda: dialog.choice.aside.isVisible(), "the old directory", 20)
        assert not dialog.go_button.isEnabled()
        app.click(dialog.choice.aside)
        dialog.resize(1120, 780)
        app.shot(output, "lab-disk-elsewhere", dialog)
        job = app.agree(review(app, dialog))
        app.wait(lambda: is_over(job) or job.step.startswith("Heal node4"), "the heal")
        job.cancel()
        app.wait(lambda: is_over(job), "the end")
        assert job.state is JobState.CANCELLED
        assert new in cluster.exec(1, "gluster", "volume", "info", "move").stdout

        dialog = wizard(app, "move", Action.REPLACE_BRICK, new)
        app.click(dialog.choice.radios[Way.FINISH])
        app.shot(output, "lab-disk-finish", dialog)
        job = app.agree(review(app, dialog))
        app.finish(job)
        assert "is whole" in str(job.output)
        assert sums(cluster, 4, "/bricks/d3/move") == sums(cluster, 1, POINT)
        assert "alien" not in cluster.sh(1, f"ls {POINT}").stdout
        assert cluster.sh(4, "cat /bricks/d3/move.before-*/alien").stdout == "old\n"
        assert cluster.sh(3, "ls /bricks/d3/move | wc -l").stdout.strip() == "300"  # nothing on the old one is deleted
    remove(cluster, app, "move")


def test_the_only_good_copy_is_kept_unless_its_loss_is_typed(app: App, cluster: Lab, output: Path) -> None:
    make(cluster, app, "pair", 4, 1, 2, kind=("replica", "2"))
    with Mount(cluster, "pair") as mount:
        mount.write_many(5, 4096)
        kill_brick(cluster, 2, "/bricks/d4/pair")
        mount.write_many(5, 4096, prefix="only")
        app.wait_volume("pair", lambda v: v.bricks[1].online is False and v.heal_pending, "a backlog")
        dialog = wizard(app, "pair", Action.REPLACE_BRICK, "node1:/bricks/d4/pair")
        go_elsewhere(app, dialog, "node3:/bricks/d4")
        app.wait(lambda: dialog.choice.lose.isVisible(), "the refusal", 20)
        assert not dialog.go_button.isEnabled()
        assert "bring the brick up first" in dialog.hint()
        dialog.resize(1120, 780)
        app.shot(output, "lab-disk-only-copy", dialog)
        told = cli(cluster, "replace-brick", "pair", "node1:/bricks/d4/pair", "node3:/bricks/d4/pair", "--yes")
        assert told.returncode == 2
        app.click(dialog.choice.lose)
        plan = review(app, dialog)
        assert plan.plan.risk is Risk.DESTRUCTIVE
        assert plan.confirm_field is not None
        assert not plan.run_button.isEnabled()
        plan.reject()
        assert "node1:/bricks/d4/pair" in cluster.exec(1, "gluster", "volume", "info", "pair").stdout
        app.wait(lambda: app.space.plan_dialog is None, "the plan to be closed", 10)

        dialog = wizard(app, "pair", Action.FAILED_DISK)  # node2's disk is well: it is only started
        assert (dialog.brick, dialog.choice.way()) == ("node2:/bricks/d4/pair", Way.TAKE_BACK)
        app.finish(app.agree(review(app, dialog)))
        assert sums(cluster, 2, "/bricks/d4/pair") == sums(cluster, 1, POINT)
    remove(cluster, app, "pair")


def test_a_full_disk_is_no_failed_one_and_bad_places_are_refused(app: App, cluster: Lab) -> None:
    brick = "node3:/bricks/d2/full"
    make(cluster, app, "full", 2, 1, 2, 3)
    with Mount(cluster, "full") as mount:
        mount.write_many(3, 20_000_000)
        cluster.sh(3, "fallocate -l $(df -B1 --output=avail /bricks/d2 | tail -1) /bricks/d2/fat || true")
        cluster.sh(3, "dd if=/dev/zero of=/bricks/d2/more bs=64k 2>/dev/null || true")
        cluster.sh(4, "fallocate -l $(($(df -B1 --output=avail /bricks/d1 | tail -1) - 30000000)) /bricks/d1/fat")
        kill_brick(cluster, 3, "/bricks/d2/full")
        app.wait_volume("full", lambda v: v.bricks[2].online is False, "its dead brick")
        dialog = wizard(app, "full", Action.FAILED_DISK)
        assert trouble(dialog) is Trouble.FULL
        assert "not a failed one" in dialog.facts.words()
        dialog.reject()
        app.wait(lambda: app.controller.disks and _free(app, "node4:/bricks/d1") < 60_000_000, "the full disk", 40)
        dialog = wizard(app, "full", Action.REPLACE_BRICK, brick)
        go_elsewhere(app, dialog, "node4:/bricks/d1")
        app.wait(lambda: any("may need" in text for text in dialog.choice.notes.texts()), "too small", 20)
        assert not dialog.go_button.isEnabled()
        app.type(dialog.choice.field, "sp ace")
        assert "blank" in dialog.hint()
        dialog.reject()
        for place, why in (
            ("node4:/srv/full", "system disk"),
            ("node4:/bricks/d3", "mount point"),
            ("x", "not a brick"),
        ):
            told = cli(cluster, "replace-brick", "full", brick, place, "--yes")
            assert (told.returncode, why in told.stderr) == (2, True), told.stderr
        cluster.sh(3, "rm /bricks/d2/fat /bricks/d2/more")
        cluster.sh(4, "rm /bricks/d1/fat")
    remove(cluster, app, "full")


def _free(app: App, key: str) -> int:
    return next((disk.free for disk in app.controller.disks or () if disk.key == key), 2**60)


def test_a_disk_unmounted_after_the_review_leaves_the_system_disk_alone(app: App, cluster: Lab) -> None:
    make(cluster, app, "late", 3, 1, 2, 4)
    cluster.sh(4, "rm -rf /bricks/d3/late")
    kill_brick(cluster, 4, "/bricks/d3/late")
    app.wait_volume("late", lambda v: v.bricks[2].online is False, "its dead brick")
    dialog = wizard(app, "late", Action.FAILED_DISK)
    plan = review(app, dialog)
    cluster.exec(4, "umount", "/bricks/d3")
    assert "No disk is mounted at /bricks/d3 on node4 any more" in fails(app, app.agree(plan))
    assert cluster.sh(4, "ls -A /bricks/d3").stdout == ""
    dialog = wizard(app, "late", Action.FAILED_DISK)
    assert trouble(dialog) is Trouble.NOT_MOUNTED
    fresh_disk(cluster, 4, 3)
    look_again(app, dialog)
    app.click(dialog.choice.radios[Way.SAME_PLACE])
    app.finish(app.agree(review(app, dialog)))
    remove(cluster, app, "late")


def test_a_dispersed_volume_and_the_command_line(app: App, cluster: Lab) -> None:
    old, new = "node3:/bricks/d4/ec", "node4:/bricks/d4/ec"
    make(cluster, app, "ec", 4, 1, 2, 3, kind=("disperse", "3", "redundancy", "1"))
    with Mount(cluster, "ec") as mount:
        mount.write_many(60, 4096)
        dry = cli(cluster, "replace-brick", "ec", old, new, "commit", "force", "--dry-run", "--json")
        assert json.loads(dry.stdout)["state"] == "dry run"
        assert "replace-brick" in dry.stdout
        assert old in cluster.exec(1, "gluster", "volume", "info", "ec").stdout
        done = cli(cluster, "replace-brick", "ec", old, new, "commit", "force", "--yes")
        assert done.returncode == 0, done.stderr + done.stdout
        assert int(cluster.sh(4, "find /bricks/d4/ec -maxdepth 1 -name 'f*' | wc -l").stdout) == 60
        before = sums(cluster, 1, POINT)
        kill_brick(cluster, 1, "/bricks/d4/ec")  # only with the new brick can every file be read
        assert sums(cluster, 1, POINT) == before
        told = cli(cluster, "failed-disk", "ec", "--json")
        found = {one["brick"]: (one["trouble"], one["advised"]) for one in json.loads(told.stdout)}
        assert found["node1:/bricks/d4/ec"] == ("process", "take back")
        assert cli(cluster, "failed-disk", "ec", "--brick", "node1:/bricks/d4/ec", "--yes").returncode == 0
        assert cli(cluster, "reset-brick", "ec", new, "start", "--yes").returncode == 0
        assert cli(cluster, "reset-brick", "ec", new, new, "commit", "--yes").returncode == 2  # not empty
        again = cli(cluster, "reset-brick", "ec", new, new, "commit", "--set-aside", "--yes")
        assert again.returncode == 0, again.stderr + again.stdout
    remove(cluster, app, "ec")


def test_a_volume_without_copies_has_no_replace(app: App, cluster: Lab) -> None:
    make(cluster, app, "plain", 4, 3, 4, kind=())
    app.choose_volume("plain")
    assert VolumeType.DISTRIBUTE is app.volume("plain").type  # type: ignore[union-attr]
    menu = app.space.storage.detail.bricks_menu
    reasons = {entry.text(): entry.toolTip() for entry in menu.actions()}
    assert "add a brick, then remove the old one" in reasons["Replace brick…"]
    told = cli(cluster, "replace-brick", "plain", "node3:/bricks/d4/plain", "node1:/bricks/d4/plain", "--yes")
    assert told.returncode == 2
    assert "Add a brick on the new disk" in told.stderr
    remove(cluster, app, "plain")


def cli(cluster: Lab, *words: str):  # type: ignore[no-untyped-def]
    """`nasclustergui gluster volume …` on the workstation."""
    pause(10)
    argv = (sys.executable, "-m", "nasclustergui", "--cluster", str(cluster.profile_path), "gluster", "volume", *words)
    return cluster.hub(*argv, check=False, timeout=120)
