"""The section of snapshots without a cluster: rows, refusals, dialogs, old values."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import storage_scenes as scenes
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nasclustergui.core.errors import ServiceDown
from nasclustergui.core.plan import Plan
from nasclustergui.subsystems.gluster.dialogs.snapshot_dialogs import (
    RestoreSnapshotDialog,
    SnapshotLimitsDialog,
    TakeSnapshotDialog,
    proposed_name,
)
from nasclustergui.subsystems.gluster.dialogs.snapshot_schedule import ScheduleDialog
from nasclustergui.subsystems.gluster.features.snapshots.model import BrickGround, Config, Known, Snapshot
from nasclustergui.subsystems.gluster.features.snapshots.names import check_name
from nasclustergui.subsystems.gluster.features.snapshots.schedule import OnNode, Period, Schedule, Standing
from nasclustergui.subsystems.gluster.model import GlusterState
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.section import View
from nasclustergui.subsystems.gluster.page.sections.snapshots import SnapshotsSection
from nasclustergui.subsystems.gluster.page.snapshot_rows import Ground
from nasclustergui.ui import theme

POOL = scenes.pool(scenes.healthy(), scenes.archive())
GOOD, BAD = POOL.volumes
KNOWN = Known(
    (
        Snapshot("old", "u1", GOOD.name, False, scenes.AT - 9000, "before the upgrade"),
        Snapshot("new", "u2", GOOD.name, True, scenes.AT - 60),
        Snapshot("orphan", "u3", "gone", False, None),
    ),
    Config(256, 90, False, False),
)
DAILY = Schedule(GOOD.name, Period.DAILY, 7, 0, 2)


def standing(outcome: str, text: str) -> Standing:
    nodes = [OnNode(f"node{n}", GOOD.name, Period.DAILY, DAILY, ("a",), True, scenes.AT, scenes.AT - n) for n in (1, 2)]
    first = OnNode(*(getattr(nodes[0], name) for name in OnNode.__match_args__[:8]), False, outcome, text)
    return Standing(GOOD.name, Period.DAILY, (first, nodes[1]))


def ground(outcome: str = "taken", text: str = "auto-x") -> Ground:
    thin = {GOOD.name: tuple(BrickGround(b.name, True, "/dev/vg/lv", "xfs", "pool") for b in GOOD.bricks)}
    flat = {BAD.name: tuple(BrickGround(b.name, False, "/dev/sdb1", "xfs", why="no thin LV") for b in BAD.bricks)}
    return Ground(thin | flat, (standing(outcome, text),))


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> Iterator[None]:
    theme.setup(qapp)
    theme.use("light")
    yield
    scenes.delete_closed_widgets()


@pytest.fixture
def section(qtbot: QtBot) -> SnapshotsSection:
    out = SnapshotsSection(Desk("fra-storage"))
    qtbot.addWidget(out)
    out.resize(1216, 700)
    out.set_view(View(POOL))
    out._on_known(KNOWN)
    out._on_ground(ground())
    return out


def plans_of(section: SnapshotsSection) -> list[Plan]:
    out: list[Plan] = []
    section.plan_proposed.connect(out.append)
    return out


def test_rows_volumes_schedules_snapshots_newest_first(section: SnapshotsSection) -> None:
    rows = {row.cells[0].text: row for row in section._rows()}
    assert set(rows) == {GOOD.name, BAD.name, "gone"}
    assert [child.cells[0].text for child in rows[GOOD.name].children] == ["Daily at 02:00", "new", "old"]
    assert rows[GOOD.name].cells[1].text == "Possible"
    assert rows[BAD.name].cells[1].text == "Not possible"
    assert "no thin LV" in rows[BAD.name].cells[4].text
    assert rows["gone"].cells[1].text == "Volume gone"
    section._on_ground(ground("failed", "too few bricks"))
    row = next(row for row in section._rows() if row.cells[0].text == GOOD.name)
    assert row.cells[1].text == "Schedule failed"
    assert row.children[0].cells[4].text == "node1: too few bricks"


def test_not_possible_is_told_before_anybody_tries(section: SnapshotsSection) -> None:
    section.select(BAD.name)
    assert not section.take_button.isEnabled()
    assert "not on thin LVM" in section.take_button.toolTip()
    assert not section.card.buttons["schedule"].isEnabled()
    section.select(GOOD.name)
    assert section.take_button.isEnabled()


def test_the_dialogs_end_in_plans(section: SnapshotsSection, qtbot: QtBot) -> None:
    plans = plans_of(section)
    section.select(GOOD.name)
    section.act("take")
    take = section.dialog
    assert isinstance(take, TakeSnapshotDialog)
    take.name.setText("a b")
    take.accept()
    assert "cannot be the name" in take.fields["snapshot"].reason
    take.name.setText("new")
    take.accept()
    assert "already" in take.fields["snapshot"].reason
    take.name.setText("fresh")
    take.accept()
    section.act("schedule")
    schedule = section.dialog
    assert isinstance(schedule, ScheduleDialog)
    schedule.period.setCurrentIndex(schedule.period.findData(Period.WEEKLY))
    assert schedule.schedule().keep == 4
    schedule.accept()
    section.act("limits")
    limits = section.dialog
    assert isinstance(limits, SnapshotLimitsDialog)
    limits.hard.setValue(9)
    limits.accept()
    section.select("old")
    section.act("restore")
    restore = section.dialog
    assert isinstance(restore, RestoreSnapshotDialog)
    assert restore.keep.isChecked()
    restore.accept()
    section.act("delete")
    titles = [plan.title for plan in plans]
    assert [title.split()[0] for title in titles] == ["Snapshot", "Snapshots", "Snapshot", "Restore", "Delete"]
    assert plans[3].steps[0].title.startswith("Take snapshot before-restore-")


def test_old_values_stay_and_nothing_can_be_changed(section: SnapshotsSection) -> None:
    section._on_lost(ServiceDown("glusterd does not answer"))
    assert section.place.showing() == "content"
    section.select(GOOD.name)
    assert not section.take_button.isEnabled()
    assert section.take_button.toolTip() == "Snapshots cannot be read now."
    row = next(row for row in section._rows() if row.cells[0].text == GOOD.name)
    assert row.cells[3].stale
    section._on_known(KNOWN)
    assert section.take_button.isEnabled()


def test_without_volumes(qtbot: QtBot) -> None:
    section = SnapshotsSection(Desk("fra-storage"))
    qtbot.addWidget(section)
    section.set_view(View(GlusterState()))
    section._on_known(Known((), KNOWN.config))
    assert section.place.showing() == "empty"


def test_proposed_names_are_good_ones() -> None:
    for volume in ("data", "vm-images", "x_1"):
        check_name(proposed_name(volume))
