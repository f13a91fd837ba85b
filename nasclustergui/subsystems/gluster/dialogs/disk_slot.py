"""The one slot of a replacement: the disk that takes a failed one's place, dropped or chosen by keyboard."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QWidget

from nasclustergui.core.disks import Disk
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.dialogs import chip, slot_paint
from nasclustergui.subsystems.gluster.dialogs.judgement import Note
from nasclustergui.ui import theme

HEIGHT = 66


class DiskSlot(QWidget):
    """Holds one disk.

    Signals:
        changed: another disk, or none. refused: why a disk can't go there.
    """

    changed = Signal()
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.disk: Disk | None = None
        self._known: dict[str, Disk] = {}
        self._over = ""
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.restyle()
        self._describe()

    def restyle(self) -> None:
        """The text size changed."""
        self.setFixedHeight(theme.px(HEIGHT))

    def set_disks(self, disks: Iterable[Disk]) -> None:
        """The disks as they are now; the one that lies here gets its newest sizes."""
        self._known = {disk.key: disk for disk in disks}
        if self.disk is not None:
            self.disk = self._known.get(self.disk.key, self.disk)
        self.update()

    def put(self, disk: Disk) -> bool:
        """Put the disk here. False, and why by `refused`, if it can't take a brick."""
        if disk.problem:
            self.refused.emit(_("{node} {disk}: {reason}").format(node=disk.node, disk=disk.label, reason=disk.problem))
            return False
        self.disk = disk
        self._tell()
        return True

    def clear(self) -> None:
        """Take the disk away."""
        if self.disk is not None:
            self.disk = None
            self._tell()

    def _tell(self) -> None:
        self._describe()
        self.update()
        self.changed.emit()

    def _describe(self) -> None:
        self.setAccessibleName(_("New place of the brick"))
        held = _("empty")
        if self.disk is not None:
            space = slot_paint.space_of(self.disk)
            held = _("{disk} in {node}, {space}").format(disk=self.disk.label, node=self.disk.node, space=space)
        self.setAccessibleDescription(held)
        self.setToolTip(held if self.disk is not None else "")

    # ---- drag and drop

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A disk comes."""
        self._over = chip.key_of(event.mimeData())
        if self._over in self._known:
            event.acceptProposedAction()
        self.update()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """It is over the slot."""
        if self._over in self._known:
            event.acceptProposedAction()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        """It goes on."""
        self._over = ""
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take it."""
        disk = self._known.get(chip.key_of(event.mimeData()))
        self._over = ""
        if disk is not None and self.put(disk):
            event.acceptProposedAction()
        self.update()

    # ---- mouse and keyboard

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The ✕ takes the disk away."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        side = theme.px(34)
        if self.disk is not None and event.position().x() > self.width() - side and event.position().y() < side:
            self.clear()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete takes the disk away."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.disk is not None:
            self.clear()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the cursor."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the cursor."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The disk, the place that waits for one, or what a drop would do."""
        p = QPainter(self)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        r = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        over = self._known.get(self._over)
        if over is not None:
            text = _("Not here: {reason}").format(reason=over.problem) if over.problem else _("Drop here")
            slot_paint.draw_target(p, r, Note("critical" if over.problem else "info", text))
        elif self.disk is not None:
            slot_paint.draw_disk(p, r, self.disk, False, None)
        else:
            slot_paint.draw_empty(p, r, _("Drop a disk here"), _("or select one below and press Enter"))
        if self.hasFocus():
            slot_paint.draw_cursor(p, r.adjusted(3, 3, -3, -3))
