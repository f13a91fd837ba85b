"""Carries out what a node's menu says about leaving: dialogs and plans (Qt)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget

from nasclustergui.cluster.lifecycle.leave.dialogs import Done, DrainDialog, Failed, LeaveDialog, RemoveDialog
from nasclustergui.cluster.lifecycle.leave.drain import plan_undrain
from nasclustergui.cluster.lifecycle.leave.read import read_draining, read_leaving, who
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.ui.errors import present
from nasclustergui.ui.jobs import Jobs


class LeaveFlow(QObject):
    """One per open cluster.

    Attributes:
        dialog: what is open now, None for nothing.

    Signals:
        plan_ready: core.plan.Plan, to be shown. notice: (state, text), a toast.
    """

    plan_ready = Signal(object)
    notice = Signal(str, str)

    def __init__(self, session: Session, jobs: Jobs, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._jobs, self._window = session, jobs, window
        self.dialog: LeaveDialog | None = None
        self._actions: dict[str, Callable[[str], Any]] = {
            "node.drain": self.drain,
            "node.undrain": self.undrain,
            "node.remove": self.remove,
        }

    def run_action(self, action: str) -> bool:
        """ "node.drain:NAME", "node.undrain:NAME", "node.remove:NAME"; False if it is another one."""
        verb, _colon, node = action.partition(":")
        if verb not in self._actions:
            return False
        self._actions[verb](node)
        return True

    def drain(self, node: str) -> DrainDialog:
        """Ask about draining it."""
        look = partial(self._read, partial(read_draining, self._session, node))
        dialog = DrainDialog(node, who(), look, self._session.profile, self._window)
        self._open(dialog)
        return dialog

    def remove(self, node: str) -> RemoveDialog:
        """Ask about removing it."""
        look = partial(self._read, partial(read_leaving, self._session, node))
        dialog = RemoveDialog(node, look, self._session.profile, self._window)
        self._open(dialog)
        return dialog

    def undrain(self, node: str) -> None:
        """Look at the note in etcd, then plan its end."""
        self.notice.emit("busy", _("Looking at {node}…").format(node=node))
        self._jobs.submit(
            self,
            Job(_("Look at {node}").format(node=node), quiet=True),
            lambda job: plan_undrain(read_draining(self._session, node, job), self._session.profile.name),
            self.plan_ready.emit,
            lambda error: present(self._window, error),
        )

    def _read(self, work: Callable[[Job], object], done: Done, failed: Failed) -> None:
        """For the dialog that is open; it may be gone before the answer comes."""
        dialog = self.dialog
        assert dialog is not None
        job = Job("read", quiet=True)
        dialog.finished.connect(lambda _result: job.cancel())
        self._jobs.submit(dialog, job, work, done, partial(_expected, failed))

    def _open(self, dialog: LeaveDialog) -> None:
        self.dialog = dialog
        dialog.plan_ready.connect(self.plan_ready)
        dialog.refused.connect(lambda error: present(dialog, error))
        dialog.finished.connect(partial(self._on_finished, dialog))
        dialog.open()

    def _on_finished(self, dialog: QDialog, _result: int) -> None:
        if self.dialog is dialog:
            self.dialog = None
        dialog.deleteLater()

    def close(self) -> None:
        """The cluster is closed: so is what is open."""
        if self.dialog is not None:
            self.dialog.done(QDialog.DialogCode.Rejected)


def _expected(failed: Failed, error: Exception) -> None:
    """What is no NasError is our own mistake."""
    if not isinstance(error, NasError):
        raise error
    failed(error)
