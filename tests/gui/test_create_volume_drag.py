"""Drag and drop in the dialog: synthesised events everywhere, a real mouse where there is an X server."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest
import storage_scenes as scenes
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from nasclustergui.subsystems.gluster.dialogs import chip
from nasclustergui.subsystems.gluster.dialogs.create_volume import CreateVolumeDialog
from nasclustergui.subsystems.gluster.dialogs.draft import Place
from nasclustergui.subsystems.gluster.dialogs.set_editor import SetEditor
from nasclustergui.subsystems.gluster.page import StoragePage
from nasclustergui.ui import theme

MOVE, LEFT, NONE = Qt.DropAction.MoveAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> Iterator[None]:
    theme.setup(qapp)
    theme.use("light")
    yield
    scenes.delete_closed_widgets()


@pytest.fixture
def dialog(qtbot: QtBot) -> CreateVolumeDialog:
    page = StoragePage("lab")
    qtbot.addWidget(page)
    page.set_state(scenes.pool())
    page.set_disks(scenes.disks())
    page.show()
    page.create_new()
    found = page.proposals.creating
    assert found is not None
    QApplication.processEvents()
    return found


def drag_over(editor: SetEditor, data: QMimeData, at: QPoint) -> bool:
    """Enter and move; True if the editor would take it there."""
    QCoreApplication.sendEvent(editor, QDragEnterEvent(at, MOVE, data, LEFT, NONE))
    move = QDragMoveEvent(at, MOVE, data, LEFT, NONE)
    QCoreApplication.sendEvent(editor, move)
    return move.isAccepted()


def drop(editor: SetEditor, data: QMimeData, at: QPoint) -> bool:
    """Enter, move and drop; True if it was taken."""
    drag_over(editor, data, at)
    event = QDropEvent(QPointF(at), MOVE, data, LEFT, NONE)
    QCoreApplication.sendEvent(editor, event)
    return event.isAccepted()


def centre(editor: SetEditor, place: Place) -> QPoint:
    return editor.slot_rect(place).center().toPoint()


def test_a_dropped_disk_lands_in_the_slot_under_the_pointer(dialog: CreateVolumeDialog) -> None:
    disk = scenes.disk("node3", "sde", 10.0)
    assert drop(dialog.editor, chip.mime_of(disk), centre(dialog.editor, Place(0, 2)))
    held = dialog.draft.disk(Place(0, 2))
    assert held is not None
    assert held.key == disk.key


def test_beside_the_slots_the_first_empty_one_is_meant(dialog: CreateVolumeDialog) -> None:
    head = dialog.editor.geometry_now.boxes[0].rect.topLeft().toPoint() + QPoint(100, 10)
    assert drop(dialog.editor, chip.mime_of(scenes.disk("node5", "sdc")), head)
    assert dialog.draft.disk(Place(0, 0)) is not None


def test_a_disk_dropped_on_the_strip_starts_a_set(dialog: CreateVolumeDialog) -> None:
    drop(dialog.editor, chip.mime_of(scenes.disk("node5", "sdc")), centre(dialog.editor, Place(0, 0)))
    strip = dialog.editor.geometry_now.start
    assert strip is not None
    assert drop(dialog.editor, chip.mime_of(scenes.disk("node6", "sdc")), strip.center().toPoint())
    assert len(dialog.draft.sets) == 2


def test_an_occupied_slot_refuses_and_says_why(dialog: CreateVolumeDialog) -> None:
    editor, at = dialog.editor, centre(dialog.editor, Place(0, 0))
    drop(editor, chip.mime_of(scenes.disk("node5", "sdc")), at)
    other = chip.mime_of(scenes.disk("node6", "sdc"))
    assert not drag_over(editor, other, at)
    assert not drop(editor, other, at)
    assert dialog.hint() == "node6 sdc: taken by node5 sdc"
    assert [d.node for _p, d in dialog.draft.assigned()] == ["node5"]


def test_other_things_are_not_for_here(dialog: CreateVolumeDialog) -> None:
    text = QMimeData()
    text.setText("node5:/bricks/sdc")
    enter = QDragEnterEvent(centre(dialog.editor, Place(0, 0)), MOVE, text, LEFT, NONE)
    enter.ignore()
    QCoreApplication.sendEvent(dialog.editor, enter)
    assert not enter.isAccepted()
    unknown = QMimeData()
    unknown.setData(chip.MIME, b"node9:/bricks/x\xff")
    assert not drop(dialog.editor, unknown, centre(dialog.editor, Place(0, 0)))
    assert not list(dialog.draft.assigned())


def test_a_disk_can_move_to_another_slot(dialog: CreateVolumeDialog) -> None:
    disk = scenes.disk("node5", "sdc")
    drop(dialog.editor, chip.mime_of(disk), centre(dialog.editor, Place(0, 0)))
    assert drop(dialog.editor, chip.mime_of(disk), centre(dialog.editor, Place(0, 2)))
    assert dialog.draft.place_of(disk) == Place(0, 2)


def test_the_target_is_forgotten_when_the_drag_leaves(dialog: CreateVolumeDialog) -> None:
    drag_over(dialog.editor, chip.mime_of(scenes.disk("node5", "sdc")), centre(dialog.editor, Place(0, 1)))
    before = dialog.editor.grab().toImage()
    QCoreApplication.sendEvent(dialog.editor, QDragLeaveEvent())
    assert dialog.editor.grab().toImage() != before


def move_pressed(widget: QWidget, start: QPoint, end: QPoint) -> None:
    """Press and move in steps with the button held; QTest's own moves carry no buttons."""
    QTest.mousePress(widget, LEFT, pos=start)
    for k in range(1, 5):
        at = QPointF(start + (end - start) * k / 4)
        event = QMouseEvent(QEvent.Type.MouseMove, at, QPointF(widget.mapToGlobal(at)), LEFT, LEFT, NONE)
        QCoreApplication.sendEvent(widget, event)
    QTest.mouseRelease(widget, LEFT, pos=end)


def test_pressing_and_moving_a_disk_starts_a_drag(dialog: CreateVolumeDialog, monkeypatch: pytest.MonkeyPatch) -> None:
    target = centre(dialog.editor, Place(0, 1))

    def run(drag: QDrag, *_actions: object) -> Qt.DropAction:
        return MOVE if drop(dialog.editor, drag.mimeData(), target) else Qt.DropAction.IgnoreAction

    monkeypatch.setattr(QDrag, "exec", run)
    dialog.disks.select_key("node5:/bricks/sdc")
    viewport = dialog.disks.viewport()
    start = dialog.disks.visualRect(dialog.disks.currentIndex()).center()
    move_pressed(viewport, start, start + QPoint(60, 10))
    held = dialog.draft.disk(Place(0, 1))
    assert held is not None
    assert held.node == "node5"


def test_an_unusable_disk_cannot_be_dragged(dialog: CreateVolumeDialog, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[QDrag] = []
    monkeypatch.setattr(QDrag, "exec", lambda drag, *_actions: started.append(drag) or MOVE)
    dialog.disks.select_key("node3:/bricks/sdd")
    start = dialog.disks.visualRect(dialog.disks.currentIndex()).center()
    move_pressed(dialog.disks.viewport(), start, start + QPoint(60, 10))
    assert not started


def test_a_disk_in_a_slot_can_be_dragged_away(dialog: CreateVolumeDialog, monkeypatch: pytest.MonkeyPatch) -> None:
    editor = dialog.editor
    disk = scenes.disk("node5", "sdc")
    drop(editor, chip.mime_of(disk), centre(editor, Place(0, 0)))
    target = centre(editor, Place(0, 1))

    def run(drag: QDrag, *_actions: object) -> Qt.DropAction:
        return MOVE if drop(editor, drag.mimeData(), target) else Qt.DropAction.IgnoreAction

    monkeypatch.setattr(QDrag, "exec", run)
    start = centre(editor, Place(0, 0))
    move_pressed(editor, start, start + QPoint(40, 0))
    assert dialog.draft.place_of(disk) == Place(0, 1)


def test_the_chip_under_the_pointer_shows_the_disk(dialog: CreateVolumeDialog) -> None:
    picture = chip.picture(scenes.disk("node3", "sde"), 2.0)
    assert picture.devicePixelRatio() == 2.0
    assert picture.deviceIndependentSize().height() == theme.px(36) + 2 * chip.SHADOW


def pointer_way(start: QPoint, end: QPoint) -> list[str]:
    """Press, move in small steps with the button held, release: arguments of xdotool."""
    words = ["mousemove", str(start.x()), str(start.y()), "sleep", "0.2", "mousedown", "1", "sleep", "0.2"]
    for k in range(1, 16):
        at = start + (end - start) * k / 15
        words += ["mousemove", str(at.x()), str(at.y()), "sleep", "0.04"]
    return [*words, "sleep", "0.3", "mouseup", "1"]


@pytest.mark.x11
def test_a_real_mouse_drags_a_disk(qtbot: QtBot, dialog: CreateVolumeDialog) -> None:
    """Another process moves the pointer, as a person would; the drag goes through the X server."""
    dialog.move(20, 20)
    qtbot.waitExposed(dialog)
    dialog.activateWindow()
    dialog.disks.select_key("node5:/bricks/sdc")
    qtbot.wait(500)  # there is no window manager that would tell when the window stays where it is
    start = dialog.disks.viewport().mapToGlobal(dialog.disks.visualRect(dialog.disks.currentIndex()).center())
    end = dialog.editor.mapToGlobal(centre(dialog.editor, Place(0, 1)))
    with qtbot.waitSignal(dialog.editor.changed, timeout=30_000):
        mouse = subprocess.Popen(["xdotool", *pointer_way(start, end)])
    assert mouse.wait(30) == 0
    held = dialog.draft.disk(Place(0, 1))
    assert held is not None
    assert held.key == "node5:/bricks/sdc"
