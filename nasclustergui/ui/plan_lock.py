"""What a plan's dialog says of the operation lock: another administrator's change runs, or nothing guards this one."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.oplock import LockState, LockView
from nasclustergui.ui.parts import Banner, Label, box, button, col, label, row, state_icon


class OtherChange(QWidget):
    """A banner while somebody else's change runs.

    Signals:
        break_wanted: take the lock away from whoever has it.
    """

    break_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.break_button = button(_("Break the lock…"), "danger-quiet", small=True, on_click=self.break_wanted.emit)
        self.banner = Banner("wait", "", "", [self.break_button])
        self.setLayout(col(self.banner, gap=0))
        self.hide()

    def set_view(self, view: LockView) -> bool:
        """Show it as it stands now; True while somebody else's change runs."""
        taken = view.state is LockState.TAKEN and view.holder is not None
        if taken and view.holder is not None:
            text = _("One change at a time. This one can wait; every step checks the cluster again before it runs.")
            self.banner.set_message("wait", view.holder.sentence, text)
        self.setVisible(taken)
        return taken


class Unguarded(QWidget):
    """A line below what the plan means, while no lock keeps a second administrator out."""

    def __init__(self) -> None:
        super().__init__()
        self._why: Label = label("", "caption", "text3", wrap=True)
        text = label(_("Not guarded against a second administrator"), "body", "text", wrap=True)
        self.setLayout(row(box(col(state_icon("unknown"), None, gap=0)), (col(text, self._why, gap=1), 1), gap=8))
        self.hide()

    def set_view(self, view: LockView) -> None:
        """Show it as it stands now."""
        self._why.set_text(view.why)
        self.setVisible(view.state is LockState.MISSING)
