"""A window of its own that shows where two copies of a file begin to differ; it only reads."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.profile import Profile
from nasclustergui.core.units import count, size
from nasclustergui.subsystems.gluster.features.split_brain.contents import PREVIEW, SHOWN_LINES, Preview
from nasclustergui.subsystems.gluster.features.split_brain.model import Entry, printable
from nasclustergui.ui.dialog_frame import DialogFrame
from nasclustergui.ui.parts import Console, button, col, label, row


class DifferenceDialog(DialogFrame):
    """Shows a `Preview`."""

    def __init__(
        self, entry: Entry, bricks: tuple[str, str], found: Preview, profile: Profile | None, parent: QWidget
    ) -> None:
        one, two = bricks
        super().__init__(_("Difference of two copies"), entry.shown, profile, QSize(900, 620), parent=parent)
        self.verdict = label(verdict(found), "body", wrap=True)
        self.console = Console(_("Difference"))
        self.console.set_text("\n".join(printable(line) for line in found.lines))
        self.console.setVisible(bool(found.lines))
        legend = label(_("− {one}   + {two}").format(one=one, two=two), "caption", "text3")
        legend.setVisible(bool(found.lines))
        body = col(self.verdict, legend, (self.console, 1), gap=8, margins=(24, 16, 24, 16))
        if not found.lines:
            body.addStretch(1)
        close = button(_("Close"), on_click=self.accept)
        self.compose(body, row(None, close, margins=(24, 12, 24, 12)))


def verdict(found: Preview) -> str:
    """What the comparison showed, in a sentence."""
    if found.first is None:
        if found.whole:
            return _("The contents are the same.")
        return _("The first {size} are the same; what follows was not read.").format(size=size(PREVIEW))
    text = _("The first difference is at byte {n}.").format(n=count(found.first))
    if not found.lines:
        return _("{text} The contents are not text.").format(text=text)
    if len(found.lines) >= SHOWN_LINES:
        return _("{text} Only the first {n} lines are shown.").format(text=text, n=count(SHOWN_LINES))
    return text
