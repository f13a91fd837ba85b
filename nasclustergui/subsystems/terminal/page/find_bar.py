"""Searching a terminal: a field, how many matches there are, the one before and after."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.terminal.find import MOST, Span, find
from nasclustergui.subsystems.terminal.page.surface import Surface
from nasclustergui.ui import theme
from nasclustergui.ui.parts import Fill, Label, Line, button, col, label, row

AGAIN_MS = 700  # between two searches while output comes


class FindBar(QWidget):
    """Below the terminal while somebody searches. The newest match is the first one that is shown.

    Attributes:
        found: matches, oldest first. at: which of them is shown, -1 for none.

    Signals:
        closed: Esc, or its button.
    """

    closed = Signal()

    def __init__(self, surface: Surface) -> None:
        super().__init__()
        self._surface = surface
        self.found: list[Span] = []
        self.at = -1
        self._looked_for, self._end = "", (-1, -1)
        self.field = QLineEdit()
        self.field.setPlaceholderText(_("Find in this terminal"))
        self.field.setAccessibleName(_("Find in this terminal"))
        self.field.setClearButtonEnabled(True)
        self.field.addAction(theme.icon("search", "text3"), QLineEdit.ActionPosition.LeadingPosition)
        self.field.installEventFilter(self)
        self.count: Label = label("", "caption", "text3")
        self.before = button("", "quiet", "arrow-up", small=True, tip=_("Match above (Enter)"), on_click=self.go_up)
        self.after = button(
            "", "quiet", "arrow-down", small=True, tip=_("Match below (Shift+Enter)"), on_click=self.go_down
        )
        close = button("", "quiet", "x", small=True, tip=_("Close the search (Esc)"), on_click=self.closed.emit)
        tools = row(self.field, self.before, self.after, self.count, None, close, gap=6, margins=(12, 6, 8, 6))
        self.setLayout(col(Fill("surface", col(Line(), tools, gap=0)), gap=0))
        self.field.textChanged.connect(self._search)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(AGAIN_MS)
        self._again.timeout.connect(self._refresh)
        surface.looked.connect(self._on_looked)
        self.restyle()
        self._show_count()

    def restyle(self) -> None:
        """Take the size from the theme."""
        self.field.setFixedWidth(theme.px(320))

    def open(self, text: str) -> None:
        """Show it, with what is selected as a first guess."""
        self.show()
        if text and "\n" not in text:
            self.field.setText(text)
        self.field.selectAll()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search()

    def leave(self) -> None:
        """Hide it; nothing is marked any more."""
        self.hide()
        self.found, self.at = [], -1
        self._surface.show_found((), None)

    def _search(self) -> None:
        self._look()
        self.at = len(self.found) - 1
        self._show()

    def _look(self) -> None:
        first, lines = self._surface.terminal.lines()
        self._end = (first, first + len(lines))
        self.found = find(first, lines, self.field.text())

    def _refresh(self) -> None:
        """Output came meanwhile: matches are counted anew, the one that is shown stays."""
        now = self.found[self.at] if 0 <= self.at < len(self.found) else None
        self._look()
        self.at = self.found.index(now) if now in self.found else min(self.at, len(self.found) - 1)
        self._surface.show_found(self.found, None)
        self._show_count()

    def _on_looked(self) -> None:
        if self.isVisible() and self.field.text() and not self._again.isActive():
            frame = self._surface.frame
            if self._end != (frame.oldest, frame.screen + len(frame.lines)):
                self._again.start()

    def go_up(self) -> None:
        """The match before, round and round."""
        self._step(-1)

    def go_down(self) -> None:
        """The match after."""
        self._step(1)

    def _step(self, step: int) -> None:
        if self.found:
            self.at = (self.at + step) % len(self.found)
            self._show()

    def _show(self) -> None:
        self._surface.show_found(self.found, self.found[self.at] if self.at >= 0 else None)
        self._show_count()

    def _show_count(self) -> None:
        n = len(self.found)
        if not self.field.text():
            text = ""
        elif not n:
            text = _("Not found")
        elif n >= MOST:
            text = _("{at} of more than {n}").format(at=f"{self.at + 1:,}", n=f"{MOST:,}")
        else:
            text = _("{at} of {n}").format(at=f"{self.at + 1:,}", n=f"{n:,}")
        self.count.set_text(text)
        for each in (self.before, self.after):
            each.setEnabled(n > 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter, Shift+Enter and Esc in the field."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                (self.go_down if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else self.go_up)()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.closed.emit()
                return True
        return super().eventFilter(watched, event)
