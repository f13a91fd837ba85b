"""A new password, typed twice."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from nasclustergui.core.command import Secret
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.ui.parts import Field, box, row


def hidden_edit() -> QLineEdit:
    """A line that shows dots."""
    edit = QLineEdit()
    edit.setEchoMode(QLineEdit.EchoMode.Password)
    return edit


class NewPassword:
    """Two fields, side by side in `widget`.

    Attributes:
        first, again: where it is typed. field: the first one with its label, for what is wrong with it.
    """

    def __init__(self, label: str, changed: Callable[[], None], hint: str = "") -> None:
        self.first, self.again = hidden_edit(), hidden_edit()
        self.field = Field(label, self.first, hint)
        self.repeated = Field(_("Once more"), self.again)
        both = row((self.field, 1), (self.repeated, 1), gap=12)
        for each in (self.field, self.repeated):
            both.setAlignment(each, Qt.AlignmentFlag.AlignTop)  # one of them may have a hint below
        self.widget = box(both)
        for edit in (self.first, self.again):
            edit.textChanged.connect(lambda _text: changed())

    def secret(self, field: str = "password") -> Secret:
        """What was typed. Raises InvalidInput while the two differ or are empty."""
        if not self.first.text():
            raise InvalidInput(_("Enter the password."))
        if not self.again.text():
            raise InvalidInput(_("Enter the password once more."))
        if self.first.text() != self.again.text():
            raise InvalidInput(_("The two passwords differ."), field=field)
        return Secret(self.first.text())
