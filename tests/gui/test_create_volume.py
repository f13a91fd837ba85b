"""The dialogs that put disks into sets, driven as a person does: typing, keys, clicks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import storage_scenes as scenes
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from nasclustergui.core.plan import Plan, Risk
from nasclustergui.core.profile import Environment, Profile
from nasclustergui.subsystems.gluster.dialogs.create_volume import CreateVolumeDialog
from nasclustergui.subsystems.gluster.dialogs.draft import Place
from nasclustergui.subsystems.gluster.model import VolumeType
from nasclustergui.subsystems.gluster.page import StoragePage
from nasclustergui.ui import theme

Key = Qt.Key


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
    out.set_state(scenes.pool())
    out.set_disks(scenes.disks())
    out.resize(1216, 800)
    out.show()
    return out


@pytest.fixture
def dialog(page: StoragePage) -> CreateVolumeDialog:
    page.create_button.click()
    found = page.proposals.creating
    assert found is not None
    return found


def plans_of(page: StoragePage) -> list[Plan]:
    out: list[Plan] = []
    page.plan_proposed.connect(out.append)
    return out


def put_by_enter(dialog: CreateVolumeDialog, *keys: str) -> None:
    for key in keys:
        assert dialog.disks.select_key(key)
        QTest.keyClick(dialog.disks, Key.Key_Return)


def test_replica_3_by_keyboard_gives_the_exact_commands(page: StoragePage, dialog: CreateVolumeDialog) -> None:
    plans = plans_of(page)
    QTest.keyClicks(dialog.form.name, "projects")
    assert dialog.form.directory_name() == "projects"
    put_by_enter(dialog, "node1:/bricks/sde", "node2:/bricks/sde", "node3:/bricks/sde")
    assert dialog.go_button.isEnabled()
    QTest.mouseClick(dialog.go_button, Qt.MouseButton.LeftButton)
    assert [step.command.argv[4:] for step in plans[0].steps] == [
        (
            "volume",
            "create",
            "projects",
            "replica",
            "3",
            "node1:/bricks/sde/projects",
            "node2:/bricks/sde/projects",
            "node3:/bricks/sde/projects",
        ),
        ("volume", "start", "projects"),
    ]
    assert plans[0].cluster == "fra-storage"
    assert dialog.isHidden()


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        (VolumeType.ARBITER, 0, "replica 3 arbiter 1 "),
        (VolumeType.DISTRIBUTE, 0, "create projects node"),
        (VolumeType.DISPERSE, 4, "disperse 6 redundancy 2 "),
        (VolumeType.DISPERSE, 3, "disperse 4 redundancy 1 "),
    ],
)
def test_every_kind_of_volume(
    page: StoragePage, dialog: CreateVolumeDialog, kind: VolumeType, data: int, words: str
) -> None:
    plans = plans_of(page)
    dialog.form.name.setText("projects")
    dialog.form.choose(kind)
    if data:
        dialog.form.data.setCurrentIndex(dialog.form.data.findData(data))
        dialog.form.redundancy.setCurrentIndex(dialog.form.redundancy.findData(data // 2 if data == 4 else 1))
    QTest.mouseClick(dialog.arrange_button, Qt.MouseButton.LeftButton)
    dialog.accept()
    assert words in str(plans[0].steps[0].command)
    assert plans[0].risk is Risk.SAFE


def test_two_sets_make_a_distributed_replicated_volume(page: StoragePage, dialog: CreateVolumeDialog) -> None:
    plans = plans_of(page)
    dialog.form.name.setText("projects")
    dialog.form.copies.setCurrentIndex(0)
    put_by_enter(dialog, "node1:/bricks/sde", "node2:/bricks/sde", "node3:/bricks/sde", "node4:/bricks/sdc")
    assert [verdict for verdict in dialog.notes.texts() if "split-brain" in verdict]
    dialog.accept()
    assert "replica 2 node1:/bricks/sde/projects node2:" in str(plans[0].steps[0].command)
    assert len(plans[0].steps[0].command.argv) == 4 + 5 + 4
    assert plans[0].prompts, "the question about two copies is shown"


@pytest.mark.parametrize("name", ["x y", "-x", "all", "a;b", "a'b", "ä", "x" * 200])
def test_bad_names_are_refused_while_typing(dialog: CreateVolumeDialog, name: str) -> None:
    put_by_enter(dialog, "node1:/bricks/sde", "node2:/bricks/sde", "node3:/bricks/sde")
    dialog.form.name.setText(name)
    assert dialog.form.name.property("invalid")
    assert not dialog.go_button.isEnabled()
    assert dialog.hint() not in ("", dialog.ready_text())


def test_a_name_that_exists_is_refused(dialog: CreateVolumeDialog) -> None:
    dialog.form.name.setText("media")
    assert dialog.hint() == "There is a volume media already"


@pytest.mark.parametrize("directory", ["a b", "../x", "a//b", "a:b", 'a"b', "a\nb", "a;rm -rf"])
def test_bad_directories_are_refused(dialog: CreateVolumeDialog, directory: str) -> None:
    dialog.form.name.setText("projects")
    put_by_enter(dialog, "node1:/bricks/sde", "node2:/bricks/sde", "node3:/bricks/sde")
    dialog.form.directory.setText(directory)
    assert dialog.form.directory.property("invalid")
    assert not dialog.go_button.isEnabled()
    assert dialog.hint() == dialog.path_problem()


def test_a_directory_that_is_a_brick_already_is_refused(dialog: CreateVolumeDialog) -> None:
    dialog.form.name.setText("vm2")
    dialog.form.directory.setText("vm-images")
    put_by_enter(dialog, "node1:/bricks/sde", "node2:/bricks/sde", "node3:/bricks/sde")
    assert dialog.hint() == "/bricks/sde/vm-images on node1 is a brick already; choose another directory"


def test_the_directory_follows_the_name_until_it_is_edited(dialog: CreateVolumeDialog) -> None:
    QTest.keyClicks(dialog.form.name, "pro")
    dialog.form.directory.selectAll()
    QTest.keyClicks(dialog.form.directory, "mine")
    QTest.keyClicks(dialog.form.name, "jects")
    assert (dialog.form.volume_name(), dialog.form.directory_name()) == ("projects", "mine")


def test_the_foot_says_what_is_missing_step_by_step(dialog: CreateVolumeDialog) -> None:
    assert dialog.hint() == "Give the volume a name"
    assert dialog.go_button.toolTip() == "Give the volume a name"
    QTest.keyClicks(dialog.form.name, "projects")
    assert dialog.hint() == "Set 1 needs 3 disks, each from another node"
    put_by_enter(dialog, "node1:/bricks/sde", "node2:/bricks/sde")
    assert dialog.hint() == "Set 1 needs 1 more disk, from a node other than node1 and node2"
    assert not dialog.go_button.isEnabled()
    put_by_enter(dialog, "node1:/bricks/sdf")
    assert dialog.hint() == "node1 is in every set already; drop the disk on a slot to put a second brick there"


def test_arrows_enter_and_delete_work_in_the_sets(dialog: CreateVolumeDialog) -> None:
    editor = dialog.editor
    editor.setFocus()
    dialog.disks.select_key("node5:/bricks/sdc")
    QTest.keyClick(editor, Key.Key_Right)
    QTest.keyClick(editor, Key.Key_Return)
    assert editor.draft.disk(Place(0, 1)) is not None
    assert editor.current == Place(0, 1)
    QTest.keyClick(editor, Key.Key_Down)
    assert editor.current == Place(1, 0), "the strip where the next set begins"
    QTest.keyClick(editor, Key.Key_Up)
    QTest.keyClick(editor, Key.Key_Right)
    QTest.keyClick(editor, Key.Key_Delete)
    QTest.keyClick(editor, Key.Key_Left)
    QTest.keyClick(editor, Key.Key_Delete)
    assert not list(editor.draft.assigned())
    assert "slot" in editor.accessibleDescription()


def test_delete_on_an_assigned_disk_in_the_list_frees_it(dialog: CreateVolumeDialog) -> None:
    put_by_enter(dialog, "node1:/bricks/sde")
    row = dialog.disks.current_row()
    assert row is not None
    assert row.cells[0].sub == "assigned"
    QTest.keyClick(dialog.disks, Key.Key_Delete)
    assert not list(dialog.draft.assigned())


def test_the_cross_frees_a_slot(qtbot: QtBot, dialog: CreateVolumeDialog) -> None:
    put_by_enter(dialog, "node1:/bricks/sde", "node2:/bricks/sde")
    slot = next(s for s in dialog.editor.geometry_now.slots if s.place == Place(0, 0))
    QTest.mouseClick(dialog.editor, Qt.MouseButton.LeftButton, pos=slot.remove.center().toPoint())
    assert [d.node for _p, d in dialog.draft.assigned()] == ["node2"]


def test_two_bricks_on_one_node_are_allowed_by_hand_and_use_force(
    page: StoragePage, dialog: CreateVolumeDialog
) -> None:
    plans = plans_of(page)
    dialog.form.name.setText("projects")
    put_by_enter(dialog, "node1:/bricks/sde", "node2:/bricks/sde")
    dialog.disks.select_key("node1:/bricks/sdf")
    dialog.editor.current = Place(0, 2)
    QTest.keyClick(dialog.editor, Key.Key_Return)
    assert "Set 1 has 2 bricks on node1: one failure takes them all" in dialog.notes.texts()
    dialog.accept()
    assert plans[0].steps[0].command.argv[-1] == "force"
    assert plans[0].risk is Risk.CAUTION


def test_old_bricks_are_reused_only_when_asked(page: StoragePage, dialog: CreateVolumeDialog) -> None:
    plans = plans_of(page)
    dialog.form.name.setText("projects")
    put_by_enter(dialog, "node1:/bricks/sde", "node2:/bricks/sde", "node3:/bricks/sde")
    dialog.force.click()
    dialog.accept()
    assert plans[0].steps[0].command.argv[-1] == "force"


def test_disks_that_cannot_be_used_say_why_and_stay_where_they_are(dialog: CreateVolumeDialog) -> None:
    dialog.disks.select_key("node6:/bricks/sdg")
    row = dialog.disks.current_row()
    assert row is not None
    assert row.cells[0].icon == "lock"
    assert "extended attributes" in row.cells[0].tip
    QTest.keyClick(dialog.disks, Key.Key_Return)
    assert not list(dialog.draft.assigned())


def test_disks_of_absent_peers_are_not_offered(page: StoragePage, dialog: CreateVolumeDialog) -> None:
    peers = scenes.peers()[:-1]
    page.set_state(scenes.with_peers(peers))
    dialog.disks.select_key("node6:/bricks/sdc")
    row = dialog.disks.current_row()
    assert row is not None
    assert row.cells[0].sub == "its node is not in the pool"


def test_the_filter_narrows_the_disks(dialog: CreateVolumeDialog) -> None:
    QTest.keyClicks(dialog.filter, "nvme")
    assert dialog.disks.rows.shown_count() == 1
    QTest.keyClick(dialog.filter, Key.Key_Escape)
    assert dialog.disks.rows.shown_count() == 6
    assert dialog.isVisible()


def test_esc_asks_before_work_is_lost(page: StoragePage, dialog: CreateVolumeDialog) -> None:
    QTest.keyClicks(dialog.form.name, "projects")
    QTest.keyClick(dialog, Key.Key_Escape)
    assert dialog.isVisible()
    assert dialog.discard_button.isVisible()
    assert dialog.cancel_button.text() == "Keep editing"
    QTest.keyClick(dialog, Key.Key_Escape)
    assert dialog.discard_button.isHidden()
    assert dialog.form.volume_name() == "projects"
    QTest.mouseClick(dialog.cancel_button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(dialog.discard_button, Qt.MouseButton.LeftButton)
    assert dialog.isHidden()
    assert dialog.result() == QDialog.DialogCode.Rejected
    assert page.proposals.creating is None


def test_esc_closes_at_once_when_nothing_would_be_lost(page: StoragePage, dialog: CreateVolumeDialog) -> None:
    QTest.keyClick(dialog, Key.Key_Escape)
    assert dialog.isHidden()


def test_enter_in_a_field_does_not_close(dialog: CreateVolumeDialog) -> None:
    QTest.keyClicks(dialog.form.name, "projects")
    QTest.keyClick(dialog.form.name, Key.Key_Return)
    assert dialog.isVisible()


def test_what_was_arranged_is_kept_until_the_volume_exists(page: StoragePage, dialog: CreateVolumeDialog) -> None:
    dialog.form.name.setText("projects")
    dialog.arrange()
    dialog.accept()
    page.create_new()
    assert page.proposals.creating is dialog
    assert dialog.isVisible()
    assert len(dialog.draft.complete()) == 2
    dialog.accept()
    made = scenes.archive()
    page.set_state(scenes.pool(scenes.renamed(made, "projects")))
    assert page.proposals.creating is None


def test_fresh_disks_keep_slots_and_selection(page: StoragePage, dialog: CreateVolumeDialog) -> None:
    put_by_enter(dialog, "node1:/bricks/sde", "node2:/bricks/sde")
    dialog.disks.select_key("node3:/bricks/sde")
    page.set_disks(scenes.disks())
    assert [d.node for _p, d in dialog.draft.assigned()] == ["node1", "node2"]
    assert dialog.disks.current_key() == "node3:/bricks/sde"


def test_the_plan_that_cannot_be_made_is_explained(page: StoragePage, dialog: CreateVolumeDialog) -> None:
    plans = plans_of(page)
    dialog.form.name.setText("projects")
    put_by_enter(dialog, "node1:/bricks/sde", "node2:/bricks/sde", "node3:/bricks/sde")
    page.proposals._state = scenes.with_peers(scenes.peers()[:2])  # node3 left the pool this very moment
    dialog.accept()
    assert dialog.isVisible()
    assert "no member of the pool" in dialog.hint()
    assert not plans


def test_tiles_follow_the_sets(dialog: CreateVolumeDialog) -> None:
    assert "no set is complete" in dialog.facts.one.accessibleName()
    put_by_enter(dialog, "node1:/bricks/sde", "node2:/bricks/sde", "node3:/bricks/sde")
    assert "Yes and any 1 rack reading and writing go on" in dialog.facts.one.accessibleName()
    assert "Data only access stops until one is back" in dialog.facts.two.accessibleName()
    assert "8.0 of 26.0\u00a0TiB raw" in dialog.facts.usable.accessibleName()


def test_add_bricks_takes_whole_sets_and_rebalances(page: StoragePage) -> None:
    plans = plans_of(page)
    page.proposals.add_bricks(scenes.data(), page)
    adding = page.proposals.adding
    assert adding is not None
    assert adding.draft.first == 3
    assert adding.hint() == "Set 3 needs 3 disks, each from another node"
    for key in ("node4:/bricks/sdc", "node5:/bricks/sdc", "node6:/bricks/sdc"):
        adding.disks.select_key(key)
        QTest.keyClick(adding.disks, Key.Key_Return)
    adding.accept()
    assert [str(step.command).split("--xml ")[1] for step in plans[0].steps] == [
        "volume add-brick data node4:/bricks/sdc/data node5:/bricks/sdc/data node6:/bricks/sdc/data",
        "volume rebalance data start",
    ]


def test_add_bricks_numbers_a_directory_that_is_taken(page: StoragePage) -> None:
    page.proposals.add_bricks(scenes.vm_images(), page)
    adding = page.proposals.adding
    assert adding is not None
    adding.arrange()
    taken = {path for disk, path in adding.bricks() if disk.key == "node1:/bricks/sde"}
    assert taken == {"/bricks/sde/vm-images-2"}
    assert adding.go_button.isEnabled()


def test_longer_german_texts_do_not_cut_buttons(page: StoragePage, dialog: CreateVolumeDialog) -> None:
    dialog.go_button.set_text("Änderungsplan überprüfen und freigeben…")
    dialog.cancel_button.set_text("Bearbeitung abbrechen")
    dialog.arrange_button.set_text("Automatisch anordnen lassen")
    QApplication.processEvents()
    for one in (dialog.go_button, dialog.cancel_button, dialog.arrange_button, dialog.clear_button):
        assert one.width() >= one.sizeHint().width()
        assert one.geometry().right() <= one.parentWidget().width()


def test_large_text_still_fits_its_boxes(page: StoragePage, dialog: CreateVolumeDialog) -> None:
    theme.use("light", 1.5)
    dialog.arrange()
    QApplication.processEvents()
    for slot in dialog.editor.geometry_now.slots:
        assert slot.rect.right() <= dialog.editor.width()
    assert dialog.form.name.height() >= theme.metrics().height()
