"""Fields for files and for several values, one a line."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetricsF, QTextOption
from PySide6.QtWidgets import QFileDialog, QFrame, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.ui import theme
from nasclustergui.ui.parts import Button, Field, button, row


class LinesEdit(QPlainTextEdit):
    """Several values, one a line; Tab goes on to the next field."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self._rows = rows
        self.setProperty("field", True)
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.NoWrap)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setViewportMargins(5, 3, 3, 3)
        self.document().setDocumentMargin(3)
        self.restyle()

    def restyle(self) -> None:
        """Take font and height from the theme."""
        self.setFont(theme.font("mono"))
        self.setFixedHeight(round(QFontMetricsF(theme.font("mono")).lineSpacing() * self._rows) + 18)

    def sizeHint(self) -> QSize:
        """As high as its rows."""
        return QSize(200, self.height())

    def lines(self) -> tuple[str, ...]:
        """The values, without blanks around them and without empty lines."""
        return tuple(line.strip() for line in self.toPlainText().splitlines() if line.strip())

    def set_lines(self, values: Iterable[str]) -> None:
        """Show other values."""
        text = "\n".join(values)
        if text != self.toPlainText():
            self.setPlainText(text)


class LinesField(Field):
    """Several values with a button beside the name."""

    def __init__(self, name: str, rows: int, beside: Button, hint: str = "") -> None:
        self.lines = LinesEdit(rows)
        super().__init__(name, self.lines, hint)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertLayout(0, row(self.label, None, beside))


class FilesField(LinesField):
    """Several files' paths, with a button that looks for more."""

    def __init__(self, name: str, title: str, hint: str = "", parent: QWidget | None = None) -> None:
        self._title = title
        self.browse = button(_("Add a file…"), "quiet", "folder-open", small=True, on_click=self._on_browse)
        super().__init__(name, 3, self.browse, hint)

    def _on_browse(self) -> None:
        names, _kind = QFileDialog.getOpenFileNames(self, self._title)
        if names:
            self.lines.set_lines(dict.fromkeys((*self.lines.lines(), *names)))
