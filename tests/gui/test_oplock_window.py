"""Another administrator in the window: the plan's dialog, the status bar, the list of jobs, the toast."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.command import Command
from nasclustergui.core.errors import StoreError
from nasclustergui.core.job import Job, JobState
from nasclustergui.core.oplock import Holder, LockState, LockView
from nasclustergui.core.plan import Plan, Risk, Step
from nasclustergui.ui.job_rows import job_rows
from nasclustergui.ui.plan_dialog import PlanDialog
from nasclustergui.ui.status_bar import StatusBar
from nasclustergui.window.lock_watch import LockWatch
from tests.gui import cluster_scenes

HOLDER = Holder("bert@desk-4", "b", "Heal volume data", "gluster", "0123456789ab", 1795452153.0, 0, 7)
TAKEN = LockView(LockState.TAKEN, HOLDER)
MISSING = LockView(LockState.MISSING, why="No etcd endpoint can be reached.")
FREE = LockView(LockState.FREE)


@pytest.fixture
def dialog(qtbot: QtBot) -> Iterator[PlanDialog]:
    return make(qtbot)


def make(qtbot: QtBot, **more: bool) -> PlanDialog:
    step = Step("Stop volume data", "node1", Command(("gluster", "volume", "stop")), "gluster", Risk.SAFE)
    plan = Plan("Stop volume data", cluster_scenes.PROFILE.name, (step,), **more)  # type: ignore[arg-type]
    made = PlanDialog(plan, cluster_scenes.PROFILE, lambda _path, _text: None)
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_plan_waits_for_the_other_change(dialog: PlanDialog, qtbot: QtBot) -> None:
    dialog.set_lock(FREE)
    assert (dialog.waits, dialog.other.isVisible(), dialog.run_button.text()) == (False, False, "Stop volume data")
    dialog.set_lock(TAKEN)
    assert (dialog.waits, dialog.other.isVisible()) == (True, True)
    assert dialog.other.banner.title().startswith("bert@desk-4 runs “Heal volume data” since")
    assert dialog.run_button.text() == "Wait and run when it is free"
    with qtbot.waitSignal(dialog.break_wanted):
        dialog.other.break_button.click()
    dialog.set_lock(LockView(LockState.OURS, HOLDER))
    assert (dialog.waits, dialog.other.isVisible(), dialog.run_button.text()) == (False, False, "Stop volume data")


def test_a_missing_lock_is_part_of_what_the_plan_means(dialog: PlanDialog) -> None:
    assert not dialog._unguarded.isVisible()
    dialog.set_lock(MISSING)
    assert dialog._unguarded.isVisible()
    assert not dialog.waits


def test_a_plan_that_takes_no_lock_does_not_care(qtbot: QtBot) -> None:
    dialog = make(qtbot, guarded=False)
    for view in (TAKEN, MISSING):
        dialog.set_lock(view)
        assert (dialog.waits, dialog.other.isVisible(), dialog._unguarded.isVisible()) == (False, False, False)


class Session:
    """What the watch needs of one."""

    def __init__(self) -> None:
        self.has_etcd = True
        self.guard = SimpleNamespace(view=FREE, on_change=lambda: None)


def test_the_status_bar_follows_the_lock(qtbot: QtBot) -> None:
    session, status, parent = Session(), StatusBar(), QObject()
    qtbot.addWidget(status)
    status.show()
    state = [ClusterState(cluster_scenes.PROFILE)]
    watch = LockWatch(session, lambda: state[0], status, parent)  # type: ignore[arg-type]
    assert status.guard == ""
    session.guard.view = TAKEN
    with qtbot.waitSignal(watch.changed):
        session.guard.on_change()  # as from the watch's thread
    assert status.guard == HOLDER.sentence
    state[0] = ClusterState(cluster_scenes.PROFILE, errors={"etcd": StoreError("etcd did not answer in time.")})
    watch.refresh()
    assert (status.guard, watch.view.why) == (
        "Not guarded against a second administrator",
        "etcd did not answer in time.",
    )
    with qtbot.waitSignal(status.guard_clicked):
        status._guard.clicked.emit()
    watch.close()
    assert status.guard == ""


def test_a_job_that_waits_for_the_other_change_says_so(qtbot: QtBot) -> None:
    job = Job("Stop volume data")
    job.state, job.waits_for = JobState.RUNNING, HOLDER.sentence
    cell = job_rows([job])[0].cells[2]
    assert (cell.text, cell.state, cell.tip) == ("Waits", "wait", HOLDER.sentence)
