"""Removing bricks, keeping fewer or more copies: the dialogs, and what the page shows of a removal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import storage_scenes as scenes
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nasclustergui.core.plan import Plan, Risk
from nasclustergui.core.profile import Environment, Profile
from nasclustergui.subsystems.gluster.dialogs.draft import Place
from nasclustergui.subsystems.gluster.dialogs.more_copies import MoreCopiesDialog
from nasclustergui.subsystems.gluster.dialogs.remove_bricks import RemoveBricksDialog
from nasclustergui.subsystems.gluster.model import (
    GlusterState,
    NodeProgress,
    Task,
    TaskKind,
    TaskState,
    Volume,
    VolumeStatus,
    VolumeType,
)
from nasclustergui.subsystems.gluster.page import StoragePage
from nasclustergui.subsystems.gluster.page.detail import ActionMenu, action_words
from nasclustergui.subsystems.gluster.page.offers import REMOVAL_ACTIONS, Action
from nasclustergui.ui import theme


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> Iterator[None]:
    theme.setup(qapp)
    theme.use("light")
    yield
    scenes.delete_closed_widgets()
    theme.use("light")


@pytest.fixture
def page(qtbot: QtBot) -> StoragePage:
    out = StoragePage("fra-storage", profile=Profile("fra-storage", (), environment=Environment.PROD))
    qtbot.addWidget(out)
    out.set_state(pool())
    out.set_disks(scenes.disks())
    out.resize(1216, 800)
    out.show()
    return out


def spread() -> Volume:
    """Four bricks, each file once, room to spare."""
    bricks = tuple(scenes.brick(f"node{n}", "/bricks/sdc/backup", 9, 0.4) for n in (1, 2, 4, 5))
    return Volume("backup", "id-backup", VolumeType.DISTRIBUTE, VolumeStatus.STARTED, bricks)


def pairs() -> Volume:
    """Two sets of two copies."""
    bricks = tuple(scenes.brick(f"node{n}", "/bricks/sdb/office", 12, 0.3) for n in (1, 2, 4, 5))
    return Volume("office", "id-office", VolumeType.REPLICATE, VolumeStatus.STARTED, bricks, replica=2)


def leaving(state: TaskState, files: int = 4000, failures: int = 0) -> Volume:
    found = spread()
    last = found.bricks[3]
    node = NodeProgress("node5", last.host_uuid, files, files * 40_000, files, failures, 0, state, 60.0)
    nodes = () if state is TaskState.NOT_STARTED else (node,)
    return replace(found, tasks=(Task(TaskKind.REMOVE_BRICK, state, "t", nodes, (last.name,)),))


def pool(*volumes: Volume) -> GlusterState:
    return replace(scenes.pool(), volumes=volumes or (spread(), pairs()))


def plans_of(page: StoragePage) -> list[Plan]:
    out: list[Plan] = []
    page.plan_proposed.connect(out.append)
    return out


def removing(page: StoragePage, name: str) -> RemoveBricksDialog:
    assert page.run_action(f"gluster.remove-brick:{name}")
    found = page.brick_flow.removing
    assert found is not None
    return found


def copying(page: StoragePage, name: str) -> MoreCopiesDialog:
    assert page.run_action(f"gluster.more-copies:{name}")
    found = page.brick_flow.copying
    assert found is not None
    return found


def test_a_brick_is_chosen_by_keyboard_and_the_plan_moves_its_files_first(page: StoragePage) -> None:
    plans = plans_of(page)
    dialog = removing(page, "backup")
    assert not dialog.go_button.isEnabled()
    assert dialog.hint() == "Choose a set"
    assert not dialog.copies.isEnabled()
    box = dialog.choice.rows[3].whole
    assert box is not None
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert dialog.go_button.isEnabled()
    assert dialog.usable.accessibleName().startswith("Usable afterwards 27.0")
    assert "the other sets take" in dialog.moves.accessibleName()
    dialog.go_button.setFocus()
    QTest.keyClick(dialog.go_button, Qt.Key.Key_Space)
    (plan,) = plans
    assert [str(step.command).rsplit(" ", 1)[1] for step in plan.steps] == ["start", "commit"]
    assert plan.risk is Risk.CAUTION
    assert not dialog.isVisible()


def test_what_cannot_go_says_why_in_full(page: StoragePage) -> None:
    dialog = removing(page, "backup")
    dialog.choice.choose([b.name for b in spread().bricks])
    assert "The last set of backup cannot be removed" in dialog.refusal
    assert not dialog.go_button.isEnabled()
    dialog.choice.choose([b.name for b in spread().bricks[1:]])
    assert "have no room" in dialog.refusal
    dialog.force.click()
    assert dialog.refusal == ""
    assert dialog.notes.texts()[0].startswith("Every file on node2:/bricks/sdc/backup")
    dialog.reject()
    assert page.brick_flow.removing is None


def test_a_newer_reading_keeps_what_is_chosen_and_says_what_changed(page: StoragePage) -> None:
    dialog = removing(page, "backup")
    chosen = spread().bricks[3].name
    dialog.choice.choose([chosen])
    assert dialog.go_button.isEnabled()
    down = replace(spread(), bricks=(*spread().bricks[:3], replace(spread().bricks[3], online=False)))
    page.set_state(pool(down, pairs()))
    assert dialog.choice.chosen() == (chosen,)
    assert "its files cannot be moved away now" in dialog.refusal
    page.set_state(pool())
    assert dialog.go_button.isEnabled()


def test_whole_sets_and_copies_are_two_choices(page: StoragePage) -> None:
    plans = plans_of(page)
    dialog = removing(page, "office")
    assert dialog.sets.isChecked()
    dialog.copies.click()
    assert dialog.suggest.isVisible()
    dialog.suggest.click()
    assert dialog.choice.chosen() == tuple(pairs().bricks[n].name for n in (1, 3))
    assert dialog.moves.accessibleName() == "To be moved Nothing every file keeps 1 copy"
    dialog.go_button.click()
    (plan,) = plans
    assert (plan.risk, plan.confirm) == (Risk.DESTRUCTIVE, "office")
    assert "replica 1" in str(plan.steps[0].command)


def test_the_only_good_copy_needs_a_box_of_its_own(page: StoragePage) -> None:
    found = pairs()
    source = replace(found.bricks[0], heal_pending=12)
    page.set_state(pool(replace(found, bricks=(source, *found.bricks[1:]))))
    dialog = removing(page, "office")
    dialog.copies.click()
    assert not dialog.force.isVisible()
    dialog.choice.choose([source.name, found.bricks[2].name])
    assert "12 entries wait for a heal" in dialog.refusal
    assert dialog.force.isVisible()
    dialog.force.click()
    assert dialog.go_button.isEnabled()
    assert "12 entries wait" in dialog.notes.texts()[0]
    dialog.choice.choose([found.bricks[1].name, found.bricks[2].name])
    assert not dialog.force.isChecked()


def test_copies_are_put_beside_the_bricks_that_are_there(page: StoragePage, qtbot: QtBot) -> None:
    plans = plans_of(page)
    dialog = copying(page, "office")
    assert [dialog.kind.itemText(n) for n in range(3)] == ["3 copies", "2 copies and an arbiter", "4 copies"]
    fixed = Place(0, 0)
    assert dialog.draft.is_fixed(fixed)
    dialog.editor.remove(fixed)
    assert dialog.draft.disk(fixed) is not None
    dialog.arrange()
    qtbot.waitUntil(lambda: not dialog.missing())
    dialog.go_button.click()
    (plan,) = plans
    words = str(plan.steps[0].command)
    assert "add-brick office replica 3" in words
    assert len(dialog.bricks()) == 2
    for number, (disk, _path) in enumerate(dialog.bricks()):
        assert disk.node not in {b.node for b in pairs().sets[number]}
    assert plan.steps[1].follow == "heal"


def test_another_number_of_copies_keeps_what_was_arranged(page: StoragePage) -> None:
    dialog = copying(page, "office")
    dialog.arrange()
    before = [disk.key for disk, _path in dialog.bricks()]
    dialog.kind.setCurrentIndex(1)
    assert [disk.key for disk, _path in dialog.bricks()] == before
    dialog.clear()
    assert dialog.bricks() == ()
    assert not dialog.has_work()


def entries(page: StoragePage) -> dict[str, bool]:
    """Visible entries of the menu of bricks, and whether they can be chosen."""
    menus = page.detail.findChildren(ActionMenu)
    return {e.text(): e.isEnabled() for menu in menus for e in menu.actions() if e.isVisible()}


@pytest.mark.parametrize(
    ("found", "offered", "badge"),
    [
        (spread(), set(), "Healthy"),
        (leaving(TaskState.RUNNING), {Action.REMOVAL_FINISH, Action.REMOVAL_STOP}, "Emptying bricks"),
        (leaving(TaskState.COMPLETED), set(REMOVAL_ACTIONS), "Removal waits"),
        (leaving(TaskState.COMPLETED, failures=3), {Action.REMOVAL_RETRY, Action.REMOVAL_STOP}, "Removal waits"),
        (leaving(TaskState.NOT_STARTED), {Action.REMOVAL_FINISH, Action.REMOVAL_STOP}, "Removal waits"),
        (leaving(TaskState.FAILED), {Action.REMOVAL_RETRY, Action.REMOVAL_STOP}, "Work failed"),
    ],
)
def test_a_removal_under_way_is_shown_and_can_be_ended(
    page: StoragePage, found: Volume, offered: set[Action], badge: str
) -> None:
    page.set_state(pool(found))
    shown = entries(page)
    words = {action: action_words()[action][0] for action in REMOVAL_ACTIONS}
    assert {action for action, text in words.items() if shown.get(text)} == offered
    assert shown[action_words()[Action.REMOVE_BRICKS][0]] is (not offered)
    first = page.tree.rows.row(page.tree.rows.index(0, 0))
    assert first is not None
    assert first.cells[2].text == badge
    sentence = page.detail.picture.sentence()
    assert ("Leaving" in sentence or "Emptied" in sentence) is bool(offered)


def test_what_runs_can_be_stopped_at_once(page: StoragePage) -> None:
    plans = plans_of(page)
    page.set_state(pool(leaving(TaskState.RUNNING)))
    assert page.run_action("gluster.remove-brick-stop:backup")
    assert [str(step.command).rsplit(" ", 1)[1] for step in plans[0].steps] == ["stop"]


@pytest.mark.parametrize("name", ["light", "dark", "contrast-light"])
def test_pictures(page: StoragePage, output: Path, name: str) -> None:
    theme.use(name)
    dialog = removing(page, "office")
    row = dialog.choice.rows[1].whole
    assert row is not None
    row.click()
    assert dialog.grab().save(str(output / f"bricks-remove-{name}.png"))
    dialog.reject()
    more = copying(page, "office")
    more.arrange()
    assert more.grab().save(str(output / f"bricks-more-{name}.png"))
    page.set_state(pool(leaving(TaskState.COMPLETED, failures=3), pairs()))
    page.tree.expand_key("backup")
    assert page.grab().save(str(output / f"bricks-page-{name}.png"))
