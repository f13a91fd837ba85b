"""A part of the configuration page about one subject: the keys, locks and elections, the members."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.subsystems.etcd.model import EtcdState
from nasclustergui.subsystems.etcd.page.desk import Desk


@dataclass(frozen=True)
class View:
    """What the page was told last.

    Attributes:
        state: the newest reading, None before the first. error: why there is no newer one; the state is old then.
    """

    state: EtcdState | None = None
    error: NasError | None = None


class Section(QWidget):
    """One subject. What it needs beyond the state it reads through the desk, only while it is in sight.

    Attributes:
        desk: reads in the background. view: as set last.
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
        self.view = View()

    def set_view(self, view: View) -> None:
        """A newer reading of members and registrations. Called at every poll: cheap where nothing changed."""
        self.view = view

    def set_filter(self, text: str) -> None:
        """The page's filter changed."""

    def select(self, what: str) -> None:
        """Show this (a key, a member), if it is there."""

    def create_new(self) -> None:
        """Ctrl+N."""

    def enter(self) -> None:
        """It came into sight: read what is not there yet or old, start watching."""

    def leave(self) -> None:
        """It is out of sight: read nothing any more."""

    def close_down(self) -> None:
        """The cluster is being left: end watches and leases for good. Must not wait."""

    def showEvent(self, event: QShowEvent) -> None:
        """In sight."""
        super().showEvent(event)
        self.enter()

    def hideEvent(self, event: QHideEvent) -> None:
        """Out of sight."""
        super().hideEvent(event)
        self.leave()
