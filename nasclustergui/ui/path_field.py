"""A field for a file of this workstation."""

from __future__ import annotations

from PySide6.QtWidgets import QFileDialog, QLineEdit, QVBoxLayout

from nasclustergui.ui.parts import Field, button, row


class PathField(Field):
    """A file's path with a button that looks for it. `title` is the file dialog's."""

    def __init__(self, name: str, title: str, hint: str = "") -> None:
        self.edit = QLineEdit()
        super().__init__(name, self.edit, hint)
        self._title = title
        self.browse = button("", icon="folder-open", tip=title, on_click=self._on_browse)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertLayout(1, row((self.edit, 1), self.browse, gap=4))

    def _on_browse(self) -> None:
        name, _kind = QFileDialog.getOpenFileName(self, self._title, self.edit.text())
        if name:
            self.edit.setText(name)
            self.edit.setFocus()
