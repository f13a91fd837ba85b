"""The line about the operation lock: nobody, this window, or somebody else changes the cluster."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.oplock import LockState, LockView
from nasclustergui.ui.parts import Label, button, col, label, row, state_icon


class OperationLine(QWidget):
    """What is known of the lock, and a way to break it while somebody else has it.

    Signals:
        break_wanted: take it away.
    """

    break_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._icon = state_icon("unknown")
        self.text: Label = label("", "strong", wrap=True)
        self.more: Label = label("", "caption", "text2", wrap=True)
        self.break_button = button(_("Break the lock…"), "danger-quiet", small=True, on_click=self.break_wanted.emit)
        texts = col(self.text, self.more, gap=1)
        self.setLayout(row(self._icon, (texts, 1), self.break_button, gap=10, margins=(16, 10, 12, 8)))
        self.set_view(LockView())

    def set_view(self, view: LockView) -> None:
        """As it stands now."""
        state, text, more = _words(view)
        self._icon.set_state(state)
        self.text.set_text(text)
        self.more.set_text(more)
        self.break_button.setVisible(view.state is LockState.TAKEN)


def _words(view: LockView) -> tuple[str, str, str]:
    holder = view.holder
    one = _("One change at a time: every change of this program takes the operation lock.")
    match view.state:
        case LockState.TAKEN if holder is not None:
            return "wait", holder.sentence, _("One change at a time: yours waits until this one is done.")
        case LockState.OURS if holder is not None:
            return "busy", _("This window runs “{title}”.").format(title=holder.title), one
        case LockState.MISSING:
            return "unknown", _("Not guarded against a second administrator"), view.why
        case LockState.FREE:
            return "ok", _("Nobody changes the cluster now"), one
    return "unknown", _("Who changes the cluster is not read yet"), one
