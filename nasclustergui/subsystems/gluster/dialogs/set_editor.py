"""The sets of a volume to be: drop disks into slots, move them, take them away, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from nasclustergui.core.disks import Disk
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import size
from nasclustergui.subsystems.gluster.dialogs import chip, slot_paint
from nasclustergui.subsystems.gluster.dialogs.draft import Draft, Place
from nasclustergui.subsystems.gluster.dialogs.judgement import invitation, verdict
from nasclustergui.subsystems.gluster.dialogs.slots import Box, Geometry, Slot, lay_out

_LEFT = Qt.MouseButton.LeftButton


class SetEditor(QWidget):
    """Shows a `Draft` and lets it be edited.

    Signals:
        changed: the draft was edited here.
        wanted: core Place; Enter on an empty slot asks for the disk that is selected in the list.
        refused: str, the reason why a dropped disk was not taken.
        current_moved: QRectF that should be visible now.
    """

    changed = Signal()
    wanted = Signal(object)
    refused = Signal(str)
    current_moved = Signal(object)

    def __init__(self, draft: Draft, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.draft = draft
        self.current = Place(0, 0)
        self._disks: dict[str, Disk] = {}
        self._dragged: Disk | None = None
        self._target: Place | None = None
        self._hover: Place | None = None
        self._pressed: tuple[QPointF, Place] | None = None
        self._geometry = lay_out(draft, 600)
        self.setAcceptDrops(True)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Sets of the volume"))

    def set_disks(self, disks: Iterable[Disk]) -> None:
        """All disks that may be dropped here."""
        self._disks = {disk.key: disk for disk in disks}

    def refresh(self) -> None:
        """Lay out and paint again after the draft changed."""
        self._geometry = lay_out(self.draft, max(200, self.width()))
        self.setMinimumHeight(self._geometry.height)
        if self.current not in self._places():
            self.current = self._places()[-1]
        self._describe()
        self.update()

    def restyle(self) -> None:
        """The theme or the text size changed."""
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width, other columns."""
        super().resizeEvent(event)
        self.refresh()

    @property
    def geometry_now(self) -> Geometry:
        """Where everything lies."""
        return self._geometry

    def slot_rect(self, place: Place) -> QRectF:
        """The rectangle of a place in this widget's coordinates; empty if there is none."""
        rect = self._geometry.rect_of(place)
        return rect if rect is not None else QRectF()

    def _places(self) -> list[Place]:
        places = [slot.place for slot in self._geometry.slots]
        if self._geometry.start is not None:
            places.append(Place(len(self.draft.sets), 0))
        return places

    def _place_at(self, at: QPointF) -> Place | None:
        return self._geometry.place_at(at, self.draft)

    # ---- dropping

    def _disk_of(self, event: QDropEvent) -> Disk | None:
        return self._disks.get(chip.key_of(event.mimeData()))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A disk comes in; other things are not for here."""
        self._dragged = self._disk_of(event)
        if self._dragged is not None:
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Show where it would go, or why not."""
        place = self._place_at(event.position())
        if place != self._target:
            self._target = place
            self.update()
        if self._dragged is None or place is None or self.draft.refusal(self._dragged, place):
            event.ignore()
        else:
            event.acceptProposedAction()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        """It went away."""
        self._end_drag()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take it, or say why not."""
        disk, place = self._disk_of(event), self._place_at(event.position())
        self._end_drag()
        if disk is None or place is None:
            event.ignore()
        elif self.put(disk, place):
            event.acceptProposedAction()
        else:
            event.ignore()

    def _end_drag(self) -> None:
        self._dragged = self._target = None
        self.update()

    def put(self, disk: Disk, place: Place) -> bool:
        """Assign the disk and tell; False if it was refused."""
        reason = self.draft.refusal(disk, place)
        if reason:
            self.refused.emit(_("{node} {disk}: {reason}").format(node=disk.node, disk=disk.label, reason=reason))
            return False
        self.draft.assign(disk, place)
        self.current = self.draft.place_of(disk) or place
        self._tell()
        return True

    def remove(self, place: Place) -> None:
        """Free a slot and tell."""
        if self.draft.disk(place) is not None and not self.draft.is_fixed(place):
            self.draft.free(place)
            self._tell()

    def _tell(self) -> None:
        self.refresh()
        self.changed.emit()

    # ---- mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The ✕ frees; elsewhere a drag may begin."""
        place = self._place_at(event.position())
        if event.button() != _LEFT or place is None:
            return
        self.current = place
        if self._over_remove(event.position()) == place:
            self.remove(place)
        elif self.draft.disk(place) is not None and not self.draft.is_fixed(place):
            self._pressed = (event.position(), place)
        self._describe()
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Carry a disk to another slot, or light up the ✕."""
        if self._pressed is not None and event.buttons() & _LEFT:
            start, place = self._pressed
            if (event.position() - start).manhattanLength() >= QApplication.startDragDistance():
                self._pressed = None
                disk = self.draft.disk(place)
                if disk is not None:
                    chip.start_drag(self, disk)
            return
        hover = self._over_remove(event.position())
        if hover != self._hover:
            self._hover = hover
            self.update()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """No drag after all."""
        self._pressed = None

    def _over_remove(self, at: QPointF) -> Place | None:
        for slot in self._geometry.slots:
            there = self.draft.disk(slot.place) is not None and not self.draft.is_fixed(slot.place)
            if there and slot.remove.contains(at):
                return slot.place
        return None

    def event(self, event: object) -> bool:
        """Tool tips: the whole name of a disk."""
        if isinstance(event, QHelpEvent):
            self._tool_tip(QPointF(event.pos()), event.globalPos())
            return True
        return super().event(event)  # type: ignore[arg-type]

    def _tool_tip(self, at: QPointF, where: QPoint) -> None:
        place = self._place_at(at)
        if place is None:
            QToolTip.hideText()
        else:
            text = _("Take this disk away") if self._over_remove(at) == place else self.sentence(place)
            QToolTip.showText(where, text, self)

    # ---- keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, Enter asks for a disk, Delete frees."""
        places, key = self._places(), event.key()
        if key in (Qt.Key.Key_Right, Qt.Key.Key_Left):
            step = 1 if key == Qt.Key.Key_Right else -1
            self._move_to(places[min(max(places.index(self.current) + step, 0), len(places) - 1)])
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._move_to(self._neighbour(down=key == Qt.Key.Key_Down))
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove(self.current)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and not self.draft.disk(self.current):
            self.wanted.emit(self.current)
        else:
            super().keyPressEvent(event)

    def _neighbour(self, down: bool) -> Place:
        here = self.slot_rect(self.current)
        rows = [(self.slot_rect(place), place) for place in self._places()]
        beyond = [(r, p) for r, p in rows if (r.y() > here.bottom() - 1 if down else r.bottom() < here.y() + 1)]
        near = min(
            beyond,
            key=lambda rp: (abs(rp[0].y() - here.y()), abs(rp[0].center().x() - here.center().x())),
            default=None,
        )
        return near[1] if near is not None else self.current

    def _move_to(self, place: Place) -> None:
        self.current = place
        self._describe()
        self.current_moved.emit(self.slot_rect(place))
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the cursor."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the cursor."""
        super().focusOutEvent(event)
        self.update()

    # ---- words

    def _describe(self) -> None:
        self.setAccessibleDescription(self.sentence(self.current))

    def sentence(self, place: Place) -> str:
        """What lies at a place, for tool tips and screen readers."""
        disk = self.draft.disk(place)
        number = self.draft.first + place.set
        if place.set >= len(self.draft.sets):
            return self._start_text()
        if disk is None:
            return _("Set {set}, slot {slot}: empty").format(set=number, slot=place.slot + 1)
        return _("Set {set}, slot {slot}: {disk} in {node}, {space}").format(
            set=number,
            slot=place.slot + 1,
            disk=disk.device or disk.label,
            node=disk.node,
            space=slot_paint.space_of(disk),
        )

    def _start_text(self) -> str:
        number = self.draft.first + len(self.draft.sets)
        return _("Drop a disk here to start set {set}: more space, same safety").format(set=number)

    def _held(self, number: int) -> str:
        if self.draft.shape.size == 1:
            return _("{size} usable").format(size=size(self.draft.usable()))
        if not self.draft.members(number):
            return ""
        text = _("{size} usable") if number in self.draft.complete() else _("{size} when complete")
        return text.format(size=size(self.draft.set_usable(number)))

    # ---- painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Boxes, slots, the strip for a further set."""
        p = QPainter(self)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        for box in self._geometry.boxes:
            self._paint_box(p, box)
        if self._geometry.start is not None:
            self._paint_start(p, self._geometry.start)
        if self.hasFocus() and self._dragged is None:
            rect = self._geometry.rect_of(self.current)
            if rect is not None:
                slot_paint.draw_cursor(p, rect.adjusted(3, 3, -3, -3) if rect == self._geometry.start else rect)

    def _paint_box(self, p: QPainter, box: Box) -> None:
        title = _("Set {n}").format(n=self.draft.first + box.number)
        note = verdict(self.draft, box.number)
        if self.draft.shape.size == 1:
            n = len(list(self.draft.assigned()))
            title = ngettext("{n} brick", "{n} bricks", n).format(n=n)
        slot_paint.draw_box(p, box.rect, title, note, self._held(box.number))
        for slot in box.slots:
            self._paint_slot(p, slot)

    def _paint_slot(self, p: QPainter, slot: Slot) -> None:
        place, disk = slot.place, self.draft.disk(slot.place)
        if self._dragged is not None and place == self._target:
            slot_paint.draw_target(p, slot.rect, invitation(self.draft, self._dragged, place))
        elif disk is not None and self.draft.is_fixed(place):
            slot_paint.draw_fixed(p, slot.rect, disk)
        elif disk is not None:
            hover = slot.remove if place == self._hover else None
            slot_paint.draw_disk(p, slot.rect, disk, self.draft.shape.is_arbiter(place.slot), hover)
        else:
            arbiter = self.draft.shape.is_arbiter(place.slot)
            foot = _("keeps names only, a small disk is enough") if arbiter else ""
            slot_paint.draw_empty(p, slot.rect, _("Arbiter") if arbiter else _("Drop a disk here"), foot)

    def _paint_start(self, p: QPainter, rect: QRectF) -> None:
        place = Place(len(self.draft.sets), 0)
        if self._dragged is not None and place == self._target:
            note = invitation(self.draft, self._dragged, place)
            if note.state == "critical":
                slot_paint.draw_target(p, rect, note)
            else:
                theme_note = _("Drop here to start set {set}").format(set=self.draft.first + len(self.draft.sets))
                slot_paint.draw_target(p, rect, type(note)(note.state, theme_note))
        else:
            slot_paint.draw_start(p, rect, self._start_text())
