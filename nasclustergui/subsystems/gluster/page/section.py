"""A part of the storage page about one subject: of one volume (options, healing) or of the pool (peers, snapshots)."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from nasclustergui.subsystems.gluster.model import GlusterState, Volume
from nasclustergui.subsystems.gluster.page.desk import Desk


@dataclass(frozen=True)
class View:
    """What a section shows.

    Attributes:
        state: the newest reading. volume: the one that is looked at, None in sections of the whole pool.
        stale: "Seen 03:02:17" if the states of bricks are old, else "".
        unreadable: why nothing can be changed now ("Volumes cannot be read now."), "" normally.
    """

    state: GlusterState
    volume: Volume | None = None
    stale: str = ""
    unreadable: str = ""


class Section(QWidget):
    """One subject. What it needs beyond the state it reads through the desk, only while it is in sight.

    Attributes:
        desk: reads in the background. view: as set last, None before the first.
        filter_hint: what the page's filter searches here, "" where there is nothing to filter.

    Signals:
        plan_proposed: core.plan.Plan. notice: (state, text), a toast. command: an action id for the window.
    """

    plan_proposed = Signal(object)
    notice = Signal(str, str)
    command = Signal(str)

    filter_hint = ""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.view: View | None = None

    def set_view(self, view: View) -> None:
        """Another volume, or a newer reading. Called at every poll: cheap where nothing changed."""
        self.view = view

    def set_filter(self, text: str) -> None:
        """The page's filter changed."""

    def select(self, what: str) -> None:
        """Show this (a volume's name in sections of the pool), if it is there."""

    def enter(self) -> None:
        """It came into sight: read what is not there yet or old, start polling."""

    def leave(self) -> None:
        """It is out of sight: read nothing any more."""

    def showEvent(self, event: QShowEvent) -> None:
        """In sight."""
        super().showEvent(event)
        self.enter()

    def hideEvent(self, event: QHideEvent) -> None:
        """Out of sight."""
        super().hideEvent(event)
        self.leave()
