"""The bars above a terminal: how it stands with its shell, and that it works inside of a brick."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.units import clock
from nasclustergui.subsystems.terminal.model import Guarded, Phase, Status
from nasclustergui.ui.parts import Banner, Button, button, col


class StatusBar(QWidget):
    """Hidden while all is well.

    Signals:
        again: somebody wants a new shell now. close_wanted: or no more of it.
    """

    again = Signal()
    close_wanted = Signal()

    def __init__(self, node: str) -> None:
        super().__init__()
        self._node = node
        self.again_button: Button = button(_("Connect again"), icon="rotate-cw", small=True, on_click=self.again.emit)
        self.close_button: Button = button(_("Close"), "quiet", small=True, on_click=self.close_wanted.emit)
        self.banner = Banner("info", "", "", (self.again_button, self.close_button))
        self.setLayout(col(self.banner, gap=0))
        self.hide()

    def show_status(self, status: Status, fresh: bool, online: bool) -> None:
        """`fresh`: the shell is a new one, after a loss. `online`: the node itself answers."""
        said = self._words(status, fresh, online)
        if said is None:
            self.setVisible(False)
            return
        self.banner.set_message(*said)
        ended = status.phase is Phase.ENDED
        self.again_button.set_text(_("New shell") if ended else _("Connect again"))
        over = status.phase in (Phase.ENDED, Phase.LOST, Phase.FAILED)
        for each, there in ((self.again_button, over or status.phase is Phase.SILENT), (self.close_button, over)):
            if each.isVisibleTo(self) != there:
                each.setVisible(there)
        self.setVisible(True)

    def _words(self, status: Status, fresh: bool, online: bool) -> tuple[str, str, str] | None:
        """(state, title, text)"""
        at, node = clock(status.since), self._node
        if status.phase is Phase.CONNECTING:
            return "busy", _("Connecting to {node}").format(node=node), ""
        if status.phase is Phase.SILENT:
            text = _("The shell may still be there: what you type is sent once the node answers.")
            if online:
                text = _("The node answers again, this connection does not yet. It has a minute, then it is made anew.")
            return "stale", _("{node} does not answer since {time}").format(node=node, time=at), text
        if status.phase is Phase.LOST:
            text = _(
                "Programs that ran here are gone, or end when the node notices. What ran in tmux or screen goes on, "
                "unless the node was restarted."
            )
            text += " " + (
                _("Connecting again…") if online else _("A new shell is opened as soon as the node is back.")
            )
            return "warn", _("Connection to {node} lost at {time}").format(node=node, time=at), text
        if status.phase is Phase.ENDED:
            if status.exit is None:
                title = _("The shell ended at {time}").format(time=at)
            else:
                title = _("The shell ended at {time} with exit status {status}").format(time=at, status=status.exit)
            return "stopped", title, ""
        if status.phase is Phase.FAILED and status.error is not None:
            return "critical", str(status.error), status.error.hint
        if fresh:
            text = _(
                "Programs that ran here before are gone. What ran in tmux or screen is still there, unless the node "
                "was restarted."
            )
            return "info", _("A new shell on {node}, since {time}").format(node=node, time=clock(status.opened)), text
        return None


class GuardBar(Banner):
    """You work where only GlusterFS may."""

    def __init__(self) -> None:
        super().__init__("warn", _("You are inside a brick"), " ")

    def show_place(self, directory: str, place: Guarded, node: str) -> None:
        """Name the directory, the volume, and the way that is safe."""
        title = _("You are inside a brick of volume {volume}: {path}").format(volume=place.volume, path=directory)
        text = _(
            "Files changed here bypass GlusterFS: copies differ, healing can undo your change or spread it. Mount the "
            "volume and work there: mount -t glusterfs {node}:/{volume} /mnt"
        ).format(node=node, volume=place.volume)
        self.set_message("warn", title, text)


def guard_bar() -> GuardBar:
    """The bar, for one terminal."""
    return GuardBar()
