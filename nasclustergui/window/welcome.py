"""What the window shows while no cluster is open: what the app is, and the ways to a cluster."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.ui import theme
from nasclustergui.ui.jobs import Jobs
from nasclustergui.ui.parts import CopyLine, Fill, Line, Panel, box, button, col, label, row
from nasclustergui.ui.scrolling import Scrolling
from nasclustergui.window.cluster_list import ClusterList

_WIDTH = 720
LAB_COMMANDS = ("./run lab up --profile lab.toml", "./run lab hub ./run app --cluster lab.toml")


class Welcome(Fill):
    """Call `refresh()` when it is shown.

    Signals:
        new_wanted: a new cluster shall be described.
        open_wanted: Path of a profile to open.

    Attributes:
        clusters: the list. new_button, file_button: its controls.
    """

    new_wanted = Signal()
    open_wanted = Signal(object)

    def __init__(self, jobs: Jobs) -> None:
        super().__init__("canvas")
        self.clusters = ClusterList(jobs)
        self.new_button = button(_("New cluster…"), "primary", "plus", on_click=self.new_wanted.emit)
        self.file_button = button(_("Open a profile file…"), icon="folder-open", on_click=self.choose_file)
        self._card = Panel(
            col(
                box(row(label(_("Clusters of this computer"), "heading"), margins=(16, 12, 16, 10))),
                Line(),
                (self.clusters, 1),
                gap=0,
                margins=(1, 1, 1, 8),
            )
        )
        self._card.hide()
        middle = box(col(*self._head(), (self._card, 1), self._lab(), None, gap=16, margins=(24, 40, 24, 24)))
        middle.setMaximumWidth(theme.px(_WIDTH) + 48)
        self.setLayout(col(Scrolling(box(row(None, (middle, 8), None, gap=0))), gap=0))
        self.clusters.open_wanted.connect(lambda stored: self.open_wanted.emit(stored.path))
        self.clusters.loaded.connect(self._on_loaded)

    def _head(self) -> tuple[QWidget, ...]:
        about = label(
            _(
                "Storage, nodes and configuration of a NAS cluster on one screen. The app logs in to the nodes over "
                "SSH and reads etcd; nothing has to be installed on them."
            ),
            "body",
            "text2",
            wrap=True,
        )
        return (
            label(_("NAS Cluster GUI"), "display"),
            about,
            box(row(self.new_button, self.file_button, None)),
        )

    def _lab(self) -> QWidget:
        title = label(_("No cluster at hand?"), "heading")
        text = label(
            _("On Linux, as root, the lab starts a small real cluster on this computer and the app in its network:"),
            "body",
            "text2",
            wrap=True,
        )
        lines = [CopyLine(command, "#") for command in LAB_COMMANDS]
        return Panel(col(title, text, *lines, gap=8, margins=(16, 12, 16, 14)))

    def refresh(self) -> None:
        """Read the list of clusters again."""
        self.clusters.refresh()

    def choose_file(self) -> None:
        """Ask for a profile's file."""
        name, _kind = QFileDialog.getOpenFileName(self, _("Open a profile file"), "", _("Cluster profiles (*.toml)"))
        if name:
            self.open_wanted.emit(Path(name))

    def _on_loaded(self) -> None:
        self._card.setVisible(bool(self.clusters.stored))
        focus = self.clusters.tree if self.clusters.stored else self.new_button
        if self.isVisible():
            focus.setFocus(Qt.FocusReason.OtherFocusReason)
