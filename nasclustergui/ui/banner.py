"""A condition that lasts: at the top of its page until it is over, with one action."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from nasclustergui.ui import theme
from nasclustergui.ui.accessible import announce
from nasclustergui.ui.badge import state_icon
from nasclustergui.ui.card import Panel
from nasclustergui.ui.labels import Label
from nasclustergui.ui.layout import col, row


class Banner(Panel):
    """State icon, title, text, buttons. Update it with `set_message`; hide it when the condition is over."""

    def __init__(self, state: str, title: str, text: str = "", buttons: Sequence[QWidget] = ()) -> None:
        super().__init__(fill=_fill(state), radius=8)
        self._icon = state_icon(state)
        self._title = Label(title, "strong", wrap=True)
        self._text = Label(text, "body", "text2", wrap=True)
        self._text.setVisible(bool(text))
        texts = col(self._title, self._text, gap=2)
        self._row = row(self._icon, (texts, 1), *buttons, gap=10, margins=(14, 10, 12, 10))
        self._buttons = list(buttons)
        self.setLayout(self._row)
        for item in (self._icon, *buttons):
            self._row.setAlignment(item, Qt.AlignmentFlag.AlignVCenter)
        self._state = state
        self.setAccessibleName(f"{title} {text}".strip())

    @property
    def state(self) -> str:
        """A key of `theme.STATES`."""
        return self._state

    def title(self) -> str:
        """What it says."""
        return self._title.text()

    def set_message(self, state: str, title: str, text: str = "") -> None:
        """Say something else. A new title or state is announced; a running countdown in `text` is not."""
        news = (state, title) != (self._state, self._title.text())
        self._state = state
        self._icon.set_state(state)
        self._title.set_text(title)
        self._text.set_text(text)
        self._text.setVisible(bool(text))
        self.set_colors(fill=_fill(state))
        self.setAccessibleName(f"{title} {text}".strip())
        if news:
            announce(self)

    def set_buttons(self, buttons: Sequence[QWidget]) -> None:
        """Offer other actions; the old ones are given back to whoever made them."""
        for old in self._buttons:
            self._row.removeWidget(old)
            old.hide()
            old.setParent(None)
        self._buttons = list(buttons)
        for button in buttons:
            self._row.addWidget(button)
            self._row.setAlignment(button, Qt.AlignmentFlag.AlignVCenter)
            button.show()


def _fill(state: str) -> str:
    return "inset" if state == "info" else theme.tint_role(state)
