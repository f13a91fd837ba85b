"""A changed host key: why there is no connection, and what a person must do before there can be one."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLayout, QWidget

from nasclustergui.core.command import Command
from nasclustergui.core.errors import HostKeyChanged
from nasclustergui.core.i18n import _
from nasclustergui.core.profile import Profile
from nasclustergui.ui.parts import CopyLine, ElidedLabel, Panel, button, col, label, row, state_icon
from nasclustergui.window.host_key_dialog import console_command, fingerprint_line
from nasclustergui.window.small_dialog import BODY, FOOT, SmallDialog

_WIDTH = 640


def forget_command(error: HostKeyChanged) -> str:
    """What removes the stored key, for a shell on this computer; "" where nothing is to be removed."""
    if not error.host:
        return ""
    return str(Command(("ssh-keygen", "-R", error.host, "-f", error.file)))


class HostKeyChangedDialog(SmallDialog):
    """Explains and refuses: there is no button that accepts the key.

    Signals:
        retry: connect again (the key is checked as strictly as before).
    """

    retry = Signal(str)

    def __init__(self, error: HostKeyChanged, profile: Profile | None = None, parent: QWidget | None = None) -> None:
        sub = _("No connection to {node}; nothing was sent to it").format(node=error.node)
        super().__init__(_("Host key changed"), sub, profile, _WIDTH, state_icon("critical", 20), parent)
        self.error = error
        self.close_button = button(_("Close"), on_click=self.reject)
        self.retry_button = button(_("Connect again"), icon="refresh-cw", on_click=self._on_retry)
        self.compose(self._body(), row(None, self.retry_button, self.close_button, margins=FOOT))
        self.close_button.setDefault(True)
        self.close_button.setFocus()

    def _body(self) -> QLayout:
        error = self.error
        items: list[QWidget | int] = [label(str(error), "strong", wrap=True, select=True)]
        items.append(label(error.hint, "body", "text2", wrap=True, select=True))
        if error.stored:
            where = _("Stored in line {line} of {file}").format(line=error.line, file=error.file)
            items.append(_key(_("The key it had"), error.stored, where))
        if error.shown:
            items.append(_key(_("The key it shows now"), error.shown, error.key_type))
        if command := forget_command(error):
            items += [4, label(_("To compare, run this on the node's own console:"), "strong", wrap=True)]
            items.append(CopyLine(console_command(error.key_type), "#"))
            items.append(label(_("If it shows the new key, remove the old one on this computer:"), "strong", wrap=True))
            items.append(CopyLine(command, "$"))
        return col(*items, gap=8, margins=BODY)

    def _on_retry(self) -> None:
        self.accept()
        self.retry.emit(self.error.node)


def _key(title: str, fingerprint: str, where: str) -> Panel:
    head = row(label(title, "label", "text2"), 8, (ElidedLabel(where, "caption", "text3", middle=True), 999), None)
    return Panel(col(head, fingerprint_line(fingerprint), gap=6, margins=(14, 10, 14, 12)), radius=8)
