"""The terminals' window of one cluster: opens it, tells it of bricks, asks before programs in it would end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from nasclustergui.cluster.session import Session
from nasclustergui.cluster.state import ClusterState
from nasclustergui.cluster.terminals.guarded import guarded, why_no_terminal
from nasclustergui.core.errors import NasError, ReadOnly
from nasclustergui.core.i18n import _
from nasclustergui.remote.audit import Entry
from nasclustergui.ui.errors import present

if TYPE_CHECKING:
    from nasclustergui.subsystems.terminal.page.window import TerminalsWindow

GOODBYE = 0.5  # seconds that closing waits for the shells' records, all together


class Terminals(QObject):
    """One per open cluster.

    Attributes:
        window: None before the first terminal.
    """

    def __init__(self, session: Session, main: QWidget) -> None:
        super().__init__(main)
        self._session, self._main = session, main
        self._state = ClusterState(session.profile)
        self.window: TerminalsWindow | None = None
        main.installEventFilter(self)

    def on_key(self, page: QWidget, node: Callable[[], str]) -> None:
        """Ctrl+Shift+T on that page opens a terminal on the chosen node."""
        QShortcut(QKeySequence("Ctrl+Shift+T"), page).activated.connect(lambda: self._open_chosen(node()))

    def _open_chosen(self, node: str) -> None:
        if node:
            self.open(node)

    def run_action(self, action: str) -> bool:
        """ "terminal.open:NODE"; False if the action is something else."""
        verb, _colon, node = action.partition(":")
        if verb == "terminal.open":
            self.open(node)
        return verb == "terminal.open"

    def set_state(self, state: ClusterState) -> None:
        """What is known of the cluster now."""
        self._state = state
        if self.window is not None:
            self.window.set_guarded(guarded(state))

    def open(self, node: str) -> None:
        """One more terminal on the node."""
        found = self._state.nodes.node(node)
        why = why_no_terminal(self._state, found) if found is not None else ""
        if found is None or why:
            error = ReadOnly if self._session.profile.read_only else NasError
            present(self._main, error(why or _("There is no node {node}.").format(node=node)))
            return
        self._shown().open(node)

    def _shown(self) -> TerminalsWindow:
        if self.window is None:
            # here, because the emulator takes its time to load and many never open a terminal
            from nasclustergui.remote.shell import Shells
            from nasclustergui.subsystems.terminal.page.window import TerminalsWindow

            profile = self._session.profile
            names = [node.name for node in profile.nodes]
            self.window = TerminalsWindow(profile, Shells(self._session.nodes), self._record, names)
            self.window.set_guarded(guarded(self._state))
        return self.window

    def _record(self, what: str, node: str, user: str, status: int | None) -> None:
        """In a terminal's thread. What is typed is nobody's to keep; that there was a terminal is."""
        title = {"opened": _("Terminal opened"), "closed": _("Terminal closed")}[what]
        cluster = self._session.profile.name
        self._session.audit.write(
            Entry("terminal", cluster, title=title, node=node, login=user, outcome=what, exit_code=status)
        )

    def may_close(self, then: Callable[[], object]) -> bool:
        """False if programs run in terminals: then the person is asked, and `then` is called if they may end."""
        running = self.window.busy() if self.window is not None else []
        if not running or self.window is None:
            return True
        self.window.ask(running, lambda: self._close_and(then))
        return False

    def _close_and(self, then: Callable[[], object]) -> None:
        self.close()
        then()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The main window is being closed, and all terminals with it."""
        if event.type() == QEvent.Type.Close and watched is self._main and not self.may_close(self._main.close):
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def close(self) -> None:
        """Close all terminals, unasked; waits a moment for the record of it."""
        self._main.removeEventFilter(self)
        window, self.window = self.window, None
        if window is None:
            return
        sessions = [tab.session for tab in window.tabs]
        window.end()
        window.deleteLater()
        end = time.monotonic() + GOODBYE
        for session in sessions:
            session.join(max(0.0, end - time.monotonic()))
