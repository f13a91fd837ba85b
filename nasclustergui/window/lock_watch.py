"""Shows who else changes the cluster: in the status bar, and in the plan that is open."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal

from nasclustergui.cluster.session import Session
from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.i18n import _
from nasclustergui.core.oplock import LockState, LockView
from nasclustergui.ui.status_bar import StatusBar


class LockWatch(QObject):
    """One per open cluster, in the GUI thread; does no I/O.

    Attributes:
        view: the lock as it stands, as far as this program knows.

    Signals:
        changed: the view is another one.
    """

    changed = Signal()
    _seen = Signal()  # from the thread of etcd's watch

    def __init__(self, session: Session, state: Callable[[], ClusterState], status: StatusBar, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._state, self._status = session, state, status
        self.view = LockView()
        self._seen.connect(self.refresh, Qt.ConnectionType.QueuedConnection)
        session.guard.on_change = self._seen.emit
        self.refresh()

    def close(self) -> None:
        """The cluster is being left."""
        self._session.guard.on_change = _nobody
        self._status.set_guard("")

    def refresh(self) -> None:
        """Etcd was read, or the lock changed hands."""
        view = self._now()
        if view != self.view:
            self.view = view
            self._status.set_guard(*guard_words(view))
            self.changed.emit()

    def _now(self) -> LockView:
        error = self._state().errors.get("etcd")
        if error is not None and self._session.has_etcd:
            return LockView(LockState.MISSING, why=str(error))
        return self._session.guard.view


def guard_words(view: LockView) -> tuple[str, str, str]:
    """(text, state, tool tip) for the status bar; "" while nothing need be said."""
    if view.state is LockState.TAKEN and view.holder is not None:
        return view.holder.sentence, "wait", _("One change at a time: yours waits until this one is done.")
    if view.state is LockState.MISSING:
        return _("Not guarded against a second administrator"), "unknown", view.why
    return "", "", ""


def _nobody() -> None:
    pass
