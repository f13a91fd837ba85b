"""Creating volumes where something stands in the way: old bricks, a pulled cable, directories that are not there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from nasclustergui.core.errors import OutcomeUnknown
from nasclustergui.core.job import JobState
from nasclustergui.subsystems.gluster.dialogs.create_volume import CreateVolumeDialog
from nasclustergui.subsystems.gluster.model import VolumeStatus, VolumeType
from nasclustergui.subsystems.gluster.page.offers import Action
from nasclustergui.ui.jobs import is_over
from tests.lab.app import App
from tests.lab.cluster import Lab, take_down
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub

pytestmark = pytest.mark.lab

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("create")
    try:
        yield Lab.up(nodes=3, name=name, disks=3, disk_mb=600)
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


def disks(number: int) -> list[str]:
    return [f"node{n}:/bricks/d{number}" for n in (1, 2, 3)]


def leave_old_bricks(lab: Lab, name: str, disk: int) -> None:
    """A volume that was deleted: its directories keep the mark and the files."""
    bricks = [f"node{n}:/bricks/d{disk}/{name}" for n in (1, 2, 3)]
    for words in (("create", name, "replica", "3", *bricks), ("start", name), ("stop", name), ("delete", name)):
        lab.exec(1, "gluster", "--mode=script", "volume", *words)
    for n in (1, 2, 3):
        lab.sh(n, f"echo kept > /bricks/d{disk}/{name}/old-file")


def arranged(app: App, name: str, disk: int) -> CreateVolumeDialog:
    dialog = app.open_create()
    app.describe_volume(dialog, name, VolumeType.REPLICATE, copies=3)
    app.assign(dialog, disks(disk))
    return dialog


def test_old_bricks_are_named_and_set_aside(app: App, cluster: Lab, output: Path) -> None:
    leave_old_bricks(cluster, "old", 1)
    dialog = arranged(app, "old", 1)
    app.wait(lambda: len(dialog.ground.occupied()) == 3, "what lies in the directories", 20)
    assert not dialog.go_button.isEnabled()
    assert "was a brick of a volume that is gone: 1 name is left in it" in dialog.notes.texts()[0]
    assert "set them aside, reuse them, or choose another" in dialog.hint()
    app.shot(output, "lab-create-leftovers", dialog)
    dialog.aside.setChecked(True)
    plan = app.review(dialog)
    assert [step.command.argv[0] for step in plan.plan.steps] == ["sh", "sh", "sh", "gluster", "gluster"]
    app.finish(app.agree(plan))
    app.wait_volume("old", lambda v: all(b.online for b in v.bricks), "created and started")
    for n in (1, 2, 3):
        assert cluster.sh(n, "cat /bricks/d1/old.before-*/old-file").stdout == "kept\n"
        assert cluster.sh(n, "ls /bricks/d1/old").stdout == ""
    app.do(Action.DELETE, "old")


def test_a_create_that_fails_gives_old_directories_their_names_back(app: App, cluster: Lab) -> None:
    leave_old_bricks(cluster, "back", 2)
    dialog = arranged(app, "back", 2)
    app.wait(lambda: len(dialog.ground.occupied()) == 3, "what lies in the directories", 20)
    dialog.aside.setChecked(True)
    plan = app.review(dialog)
    cluster.sh(2, "touch /bricks/d2/back/another && setfattr -x trusted.glusterfs.volume-id /bricks/d2/back")
    job = app.agree(plan)
    app.wait(lambda: is_over(job), "its end")
    assert job.state is JobState.FAILED
    assert "is no longer what was seen there" in str(job.error)
    for n in (1, 2, 3):
        assert "old-file" in cluster.sh(n, "ls /bricks/d2/back").stdout
        assert cluster.sh(n, "ls -d /bricks/d2/back.before-* 2>/dev/null | wc -l").stdout.strip() == "0"
    assert app.volume("back") is None
    cluster.sh(2, "rm -rf /bricks/d2/back")


def test_old_bricks_are_reused_only_when_asked(app: App, cluster: Lab) -> None:
    leave_old_bricks(cluster, "again", 3)
    dialog = arranged(app, "again", 3)
    app.wait(lambda: len(dialog.ground.occupied()) == 3, "what lies in the directories", 20)
    dialog.force.setChecked(True)
    app.finish(app.agree(app.review(dialog)))
    app.wait_volume("again", lambda v: all(b.online for b in v.bricks), "created and started")
    assert cluster.sh(1, "cat /bricks/d3/again/old-file").stdout == "kept\n"
    app.do(Action.DELETE, "again")


def test_places_where_no_brick_can_be(app: App, cluster: Lab) -> None:
    cluster.sh(1, "mkdir -p /bricks/d1/taken && touch /bricks/d1/file")
    dialog = arranged(app, "nowhere", 1)
    for directory, words in (
        ("deep/below", "/bricks/d1/deep/below on node1: only the last directory is made"),
        ("file", "/bricks/d1/file on node1 exists and is no directory"),
    ):
        app.type(dialog.form.directory, directory)
        app.wait(lambda words=words: words in dialog.hint(), words, 20)
        assert not dialog.go_button.isEnabled()
    app.type(dialog.form.directory, "fresh")
    app.wait(dialog.go_button.isEnabled, "a directory that suits", 20)
    dialog._discard()
    cluster.sh(1, "rm -rf /bricks/d1/taken /bricks/d1/file")


def test_a_volume_is_created_wholly_by_keyboard(app: App, cluster: Lab) -> None:
    app.page("gluster")
    storage = app.space.storage
    app.wait(storage.create_button.isEnabled, "the volumes", 30)
    storage.create_button.setFocus()
    QTest.keyClick(storage.create_button, Qt.Key.Key_Space)
    dialog = storage.proposals.creating
    assert dialog is not None
    app.wait(dialog.isVisible, "the dialog", 10)
    QTest.keyClicks(dialog.focusWidget() or dialog.form.name, "keys")
    assert dialog.form.volume_name() == "keys"
    for _n in range(40):
        if dialog.disks.hasFocus():
            break
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    assert dialog.focusWidget() is dialog.disks
    for key in disks(2):
        QTest.keyClick(dialog.disks, Qt.Key.Key_Home)
        for _n in range(60):
            if dialog.disks.current_key() == key:
                break
            QTest.keyClick(dialog.disks, Qt.Key.Key_Down)
        QTest.keyClick(dialog.disks, Qt.Key.Key_Return)
    app.wait(dialog.go_button.isEnabled, f"a complete volume; {dialog.missing()}", 20)
    QTest.keyClick(dialog, Qt.Key.Key_Return, CTRL)
    plan = app.plan()
    before = {job.number for job in app.jobs.all}
    assert plan.focusWidget() is plan.run_button
    QTest.keyClick(plan.run_button, Qt.Key.Key_Space)
    app.wait(lambda: {job.number for job in app.jobs.all} - before, "the job", 10)
    app.finish(app.jobs.all[0])
    volume = app.wait_volume("keys", lambda v: all(b.online for b in v.bricks), "created and started")
    assert [brick.node for brick in volume.bricks] == ["node1", "node2", "node3"]
    app.do(Action.DELETE, "keys")


def test_a_cable_pulled_during_create_claims_nothing(app: App, cluster: Lab, output: Path) -> None:
    """Gluster still believes in node3 and waits for it; nobody can say whether the volume exists."""
    dialog = arranged(app, "cable", 1)
    plan = app.review(dialog)
    cluster.unplug(3)
    try:
        job = app.agree(plan)
        app.wait(lambda: is_over(job), "its end", 150)
        app.shot(output, "lab-create-cable-pulled")
    finally:
        cluster.plug(3)
    assert job.state is JobState.FAILED
    told = f"{job.error} {getattr(job.error, 'hint', '')}"
    assert isinstance(job.error, OutcomeUnknown) or "node3" in told
    app.wait(lambda: app.controller.state.gluster and not app.controller.state.gluster.status_error, "the cable", 240)

    def truth() -> bool:
        """What the app shows is what the nodes say."""
        said = cluster.sh(1, "gluster volume info cable 2>/dev/null | grep ^Status || true").stdout.strip()
        seen = app.volume("cable")
        return said == (f"Status: {seen.status.value}" if seen else "")

    app.wait(truth, "the truth about cable", 60)
    left = app.volume("cable")
    if left is not None and left.status is VolumeStatus.STARTED:
        app.do(Action.STOP, "cable")
