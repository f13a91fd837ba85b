"""Text from machines: the output of a job, one command to copy."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.ui import theme
from nasclustergui.ui.buttons import Button
from nasclustergui.ui.card import Panel
from nasclustergui.ui.labels import ElidedLabel
from nasclustergui.ui.layout import row

LINES = 10_000  # older ones fall out at the top


class Console(QPlainTextEdit):
    """Monospaced lines; follows the end until somebody scrolls up. `wrap` breaks long lines."""

    def __init__(self, name: str = "", wrap: bool = False, fill: str = "inset", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fill = fill
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setMaximumBlockCount(LINES)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(name or _("Output"))
        mode = QPlainTextEdit.LineWrapMode
        self.setLineWrapMode(mode.WidgetWidth if wrap else mode.NoWrap)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.document().setDocumentMargin(10)
        self.restyle()

    def restyle(self) -> None:
        """Take font and colours from the theme."""
        self.setFont(theme.font("mono"))
        theme.set_colors(self, Base=self._fill, Text="text2")

    def write(self, lines: Iterable[str]) -> None:
        """Add lines at the end, all in one step."""
        text = "\n".join(lines)
        if text:
            self.appendPlainText(text)  # scrolls along only where the end was in sight

    def set_text(self, text: str) -> None:
        """Show another text; nothing happens when it is the same."""
        if text != self.toPlainText():
            self.setPlainText(text)


class CopyLine(Panel):
    """One command, path or address on a well, with a button that copies it."""

    def __init__(self, text: str, prompt: str = "") -> None:
        super().__init__(fill="inset", radius=6)
        self._text = ElidedLabel(text, "mono", "text", middle=True)
        self._button = Button("", "quiet", "copy", small=True, tip=_("Copy"))
        items: list[QWidget] = [ElidedLabel(prompt, "mono", "text3")] if prompt else []
        # the text takes all it needs before the gap gets anything
        self.setLayout(row(*items, (self._text, 999), None, self._button, gap=6, margins=(10, 1, 1, 1)))
        self._button.clicked.connect(self.copy)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def text(self) -> str:
        """What would be copied."""
        return self._text.text()

    def set_text(self, text: str) -> None:
        """Show another line."""
        self._text.set_text(text)
        self.setAccessibleName(text)

    def copy(self) -> None:
        """Put the line on the clipboard."""
        QGuiApplication.clipboard().setText(self.text())
