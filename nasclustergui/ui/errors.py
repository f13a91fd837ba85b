"""The one place that shows errors: a sentence, what to do, and the evidence for those who want it."""

from __future__ import annotations

import platform
import traceback

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QWidget

from nasclustergui import __version__
from nasclustergui.core.errors import Cancelled, NasError
from nasclustergui.core.i18n import _
from nasclustergui.ui import theme
from nasclustergui.ui.badge import state_icon
from nasclustergui.ui.buttons import Button
from nasclustergui.ui.card import Fill, Line
from nasclustergui.ui.console import Console
from nasclustergui.ui.labels import Label
from nasclustergui.ui.layout import box, col, row


def is_bug(error: BaseException) -> bool:
    """True for everything the app did not foresee."""
    return not isinstance(error, (NasError, Cancelled))


def describe(error: BaseException) -> tuple[str, str, str]:
    """(title, hint, details) of an error. Anything not ours is a bug, with a traceback to copy."""
    if isinstance(error, NasError):
        return str(error), error.hint, error.details
    title = _("This is a bug in NAS Cluster GUI")
    hint = _("Nothing more than this view is affected. Copy the details into a report so that it can be mended.")
    versions = f"nasclustergui {__version__}, Python {platform.python_version()}, {platform.platform()}"
    return title, hint, versions + "\n\n" + "".join(traceback.format_exception(error))


def report(error: BaseException) -> str:
    """All of an error as plain text, for the clipboard."""
    return "\n\n".join(part for part in describe(error) if part)


class Details(QWidget):
    """What a command said, folded away until asked for. `toggle` is the button to place."""

    def __init__(self, details: str = "", text_for_copy: str = "") -> None:
        super().__init__()
        self._copy_text = text_for_copy or details
        self.console = Console(_("Details"), wrap=True)
        self.console.setPlainText(details)
        self.console.setMinimumHeight(theme.px(140))
        self.toggle = Button(_("Details"), "quiet", "chevron-right")
        self.copy = Button(_("Copy"), "quiet", "copy")
        self.toggle.clicked.connect(self._on_toggled)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._copy_text))
        self.setLayout(col(self.console, gap=0))
        self.hide()
        self._show_toggle(bool(details))

    def set_details(self, details: str, text_for_copy: str) -> None:
        """Show other evidence."""
        self._copy_text = text_for_copy
        self.console.set_text(details)
        self._show_toggle(bool(details))

    def _show_toggle(self, there: bool) -> None:
        self.toggle.setVisible(there)
        if not there:
            self.hide()
        self.copy.setVisible(not self.isHidden())

    def _on_toggled(self) -> None:
        self.setVisible(self.isHidden())
        self.copy.setVisible(not self.isHidden())
        self.toggle.set_icon("chevron-right" if self.isHidden() else "chevron-down")


class ErrorDialog(QDialog):
    """Sentence, hint, details; one button that closes it."""

    def __init__(self, error: BaseException, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title, hint, details = describe(error)
        self.setWindowTitle(_("Not done") if not is_bug(error) else title)
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.details = Details(details, report(error))
        icon = state_icon("critical", 20)
        text = col(Label(title, "heading", wrap=True), gap=6)
        if hint:
            text.addWidget(Label(hint, "body", "text2", wrap=True))
        head = row(icon, (text, 1), gap=12, margins=(24, 20, 24, 16))
        head.setAlignment(icon, Qt.AlignmentFlag.AlignTop)
        close = Button(_("Close"))
        close.clicked.connect(self.accept)
        close.setDefault(True)
        foot = row(self.details.toggle, self.details.copy, None, close, margins=(24, 12, 24, 12))
        self.setLayout(
            col(
                box(head),
                (row((self.details, 1), margins=(24, 0, 24, 16)), 1),
                Fill("inset", col(Line(), box(foot), gap=0)),
                gap=0,
            )
        )
        self.setMinimumWidth(theme.px(520))
        close.setFocus()


def present(parent: QWidget | None, error: BaseException) -> ErrorDialog | None:
    """Open a dialog about an error somebody's own click caused; polling shows banners instead. Cancelled: nothing."""
    if isinstance(error, Cancelled):
        return None
    dialog = ErrorDialog(error, parent)
    dialog.open()
    return dialog
