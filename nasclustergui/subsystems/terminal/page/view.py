"""The widget that is a terminal: sends keys and the mouse to the shell, selects text."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QClipboard,
    QFocusEvent,
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication

from nasclustergui.subsystems.terminal import keys
from nasclustergui.subsystems.terminal.emulator.screen import ALTERNATE_SCROLL, FOCUS_REPORTS
from nasclustergui.subsystems.terminal.emulator.terminal import Terminal
from nasclustergui.subsystems.terminal.find import Spot
from nasclustergui.subsystems.terminal.page.keyboard import bytes_of, command_of, pressed
from nasclustergui.subsystems.terminal.page.painting import MARGIN
from nasclustergui.subsystems.terminal.page.surface import Surface

NOTCH = 120
LINES_PER_NOTCH = 3
_BUTTONS = {
    Qt.MouseButton.LeftButton: keys.LEFT,
    Qt.MouseButton.MiddleButton: keys.MIDDLE,
    Qt.MouseButton.RightButton: keys.RIGHT,
}


class TerminalView(Surface):
    """One `Terminal`. Tab and nearly all keys go to the shell; Ctrl+Shift+Tab leaves.

    Signals:
        command: a key that is meant for the window ("copy", "find", "zoom-in", …).
        menu_wanted: the right button, at this place.
    """

    command = Signal(str)
    menu_wanted = Signal(QPoint)

    def __init__(self, terminal: Terminal, send: Callable[[bytes], object], name: str = "") -> None:
        super().__init__(terminal, name)
        self._send = send
        self._wheel, self._doubled = 0, 0.0
        self._held = keys.NONE
        self._told = (-1, -1)
        self._by_characters = True
        self._drag_timer = QTimer(self)
        self._drag_timer.setInterval(50)
        self._drag_timer.timeout.connect(self._drag_on)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)

    # ------------------------------------------------------------ keyboard

    def event(self, event: QEvent) -> bool:
        """Nearly every key is the shell's, also those that the window has shortcuts for."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def focusNextPrevChild(self, _next: bool) -> bool:
        """Tab goes to the shell."""
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """To the window, or to the shell."""
        command = command_of(event)
        if command:
            self._scroll_command(command)
            return
        data = bytes_of(event, self.frame.modes)
        if data:
            self.type(data)

    def _scroll_command(self, command: str) -> None:
        page = max(len(self.frame.lines) - 1, 1)
        if command in ("page-up", "page-down"):
            self.scroll_by(-page if command == "page-up" else page)
        elif command in ("to-top", "to-bottom"):
            self.scroll_to(self.frame.oldest if command == "to-top" else None)
        else:
            self.command.emit(command)

    def type(self, data: bytes) -> None:
        """Send, and look at where it appears."""
        self.selection.clear()
        self._send(data)
        if self.top_wanted is not None:
            self.scroll_to(None)
        self.update()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Dead keys and input methods."""
        self.composed = event.preeditString()
        if event.commitString():
            self.type(keys.typed(event.commitString(), 0))
        self.update()
        event.accept()

    def inputMethodQuery(self, query: Qt.InputMethodQuery) -> object:
        """Where candidates are shown."""
        if query == Qt.InputMethodQuery.ImCursorRectangle:
            return self.cursor_rect().toRect()
        if query == Qt.InputMethodQuery.ImEnabled:
            return True
        return super().inputMethodQuery(query)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The cursor is filled."""
        super().focusInEvent(event)
        self._focus(b"\x1b[I")

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The cursor is hollow."""
        super().focusOutEvent(event)
        self._focus(b"\x1b[O")

    def _focus(self, report: bytes) -> None:
        if FOCUS_REPORTS in self.frame.modes:
            self._send(report)
        self.update(self.cursor_rect().toAlignedRect().adjusted(-2, -2, 2, 2))

    # ------------------------------------------------------------ mouse

    def _spot(self, at: QPointF, between: bool = True) -> Spot:
        """The place under the pointer; `between` two characters, whichever is nearer."""
        grid = self.painter().grid
        column = int((at.x() - MARGIN) / grid.width + (0.5 if between else 0.0))
        line = int((at.y() - MARGIN) // grid.height)
        last = max(len(self.frame.lines) - 1, 0)
        if line > last:
            column = self.frame.columns
        return Spot(self.frame.top + min(max(line, 0), last), min(max(column, 0), self.frame.columns))

    def _report(self, kind: str, button: int, event: QMouseEvent | QWheelEvent) -> bool:
        """Tell a program of the mouse; False if none wants to know. Shift keeps the mouse for selecting."""
        if not keys.wants_mouse(self.frame.modes) or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            return False
        if self.top_wanted is not None:
            return False
        spot = self._spot(event.position(), between=False)
        column = min(spot.column, self.frame.columns - 1)
        place = (column, spot.line - self.frame.top)
        if kind != "move" or place != self._told:
            mods = pressed(event.modifiers())
            data = keys.mouse(kind, button, *place, mods, self.frame.modes)
            if data:
                self._send(data)
        self._told = place
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select, paste, the menu; or all of it to a program that wants the mouse."""
        button = _BUTTONS.get(event.button(), keys.NONE)
        if button != keys.NONE and self._report("press", button, event):
            self._held = button
            return
        if event.button() == Qt.MouseButton.LeftButton:
            third = time.monotonic() - self._doubled < QApplication.doubleClickInterval() / 1000
            self._select(event, 3 if third else 1)
        elif event.button() == Qt.MouseButton.MiddleButton:
            self.command.emit("paste-selection")
        elif event.button() == Qt.MouseButton.RightButton:
            self.menu_wanted.emit(event.globalPosition().toPoint())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A word; the third click in time, a line."""
        if event.button() == Qt.MouseButton.LeftButton and not self._report("press", keys.LEFT, event):
            self._doubled = time.monotonic()
            self._select(event, 2)

    def _select(self, event: QMouseEvent, clicks: int) -> None:
        self._by_characters = clicks == 1
        spot = self._spot(event.position(), between=self._by_characters)
        if clicks == 1 and event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self.selection.span is not None:
            self.selection.active = True
            self.selection.extend(spot)
        else:
            self.selection.begin(spot, clicks)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Select on."""
        if self.selection.active:
            self.selection.extend(self._spot(event.position(), between=self._by_characters))
            outside = not 0 <= event.position().y() <= self.height()
            if outside and not self._drag_timer.isActive():
                self._drag_timer.start()
            elif not outside:
                self._drag_timer.stop()
            self.update()
        else:
            self._report("move", self._held, event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The selection is done, and can be pasted with the middle button where the desktop knows that."""
        self._drag_timer.stop()
        if self.selection.active:
            self.selection.finish()
            clipboard = QGuiApplication.clipboard()
            if clipboard.supportsSelection() and self.selection.span is not None:
                clipboard.setText(self.selection.text(), QClipboard.Mode.Selection)
            self.looked.emit()
            return
        button = _BUTTONS.get(event.button(), keys.NONE)
        if self._held == button != keys.NONE:
            self._held = keys.NONE
            self._report("release", button, event)

    def _drag_on(self) -> None:
        """The pointer is held above or below: scroll there."""
        at = self.mapFromGlobal(self.cursor().pos())
        self.scroll_by(-2 if at.y() < 0 else 2)
        self.selection.extend(self._spot(QPointF(at)))
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; in a full-screen program, press its arrow keys, unless it wants the mouse itself."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(1 if event.angleDelta().y() > 0 else -1)
            return
        self._wheel += event.angleDelta().y()
        notches = int(self._wheel / (NOTCH / LINES_PER_NOTCH))
        self._wheel -= round(notches * NOTCH / LINES_PER_NOTCH)
        if not notches:
            return
        up = notches > 0
        modes = self.frame.modes
        if keys.wants_mouse(modes) and self.top_wanted is None:
            if not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                for _n in range(max(1, abs(notches) // LINES_PER_NOTCH)):
                    self._report("press", keys.WHEEL_UP if up else keys.WHEEL_DOWN, event)
                return
        elif self.frame.alternate and ALTERNATE_SCROLL in modes:
            self._send(keys.named_key("up" if up else "down", 0, modes) * abs(notches))
            return
        self.scroll_by(-notches)
