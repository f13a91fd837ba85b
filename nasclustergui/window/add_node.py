"""Adding a node from the Nodes page: the dialog, host keys, the profile's file; then the cluster is opened anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog

from nasclustergui.cluster.lifecycle.join.dialogs.add_node import AddNodeDialog
from nasclustergui.cluster.lifecycle.join.look import Tell
from nasclustergui.cluster.lifecycle.join.model import Verdict
from nasclustergui.cluster.lifecycle.join.work import look_at_candidate
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import HostKeyUnknown, NodeError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.profile import NodeProfile
from nasclustergui.core.profile_changes import with_node
from nasclustergui.remote.credentials import Credentials
from nasclustergui.remote.profile_edit import change_file
from nasclustergui.ui.errors import present
from nasclustergui.ui.jobs import Jobs
from nasclustergui.window.connect_test import store_keys
from nasclustergui.window.frame import Frame
from nasclustergui.window.host_key_changed_dialog import HostKeyChangedDialog
from nasclustergui.window.host_key_dialog import HostKeyDialog


class AddNodeFlow(QObject):
    """One per click on “Add node…”. `credentials` makes new ones for each look, so that a wrong password is asked anew.

    Signals:
        added: (file, name of the node).

    Attributes:
        dialog: the dialog. keys_dialog: about a host key, None while there is none.
    """

    added = Signal(object, str)

    def __init__(
        self, session: Session, path: Path, credentials: Callable[[], Credentials], jobs: Jobs, frame: Frame
    ) -> None:
        super().__init__(frame)
        self._session, self._path, self._credentials, self._jobs = session, path, credentials, jobs
        self._node: NodeProfile | None = None
        self.keys_dialog: HostKeyDialog | HostKeyChangedDialog | None = None
        self.dialog = AddNodeDialog(session.profile, self._look, jobs, frame)
        self.dialog.key_asked.connect(self._on_key)
        self.dialog.add_wanted.connect(self._on_add)
        self.dialog.finished.connect(self._on_finished)
        self.dialog.open()

    def _look(self, node: NodeProfile, job: Job, tell: Tell) -> Verdict:
        """In a worker thread."""
        self._node = node
        return look_at_candidate(self._session, node, self._credentials(), job, tell)

    def _on_key(self, error: NodeError) -> None:
        profile = self._session.profile
        if isinstance(error, HostKeyUnknown):
            asked = HostKeyDialog([error], profile, self.dialog)
            asked.finished.connect(self._on_compared)
            self.keys_dialog = asked
        else:
            told = HostKeyChangedDialog(error, profile, self.dialog)  # type: ignore[arg-type]
            told.retry.connect(lambda _node: self.dialog.start())
            told.finished.connect(told.deleteLater)
            self.keys_dialog = told
        self.keys_dialog.open()

    def _on_compared(self, result: int) -> None:
        dialog, self.keys_dialog = self.keys_dialog, None
        if not isinstance(dialog, HostKeyDialog):
            return
        chosen = dialog.chosen() if result == QDialog.DialogCode.Accepted else ()
        dialog.deleteLater()
        node = self._node
        if chosen and node is not None:
            profile = with_node(self._session.profile, node)
            self._jobs.submit(
                self,
                Job(_("Store host keys"), quiet=True),
                lambda _job: store_keys(profile, chosen),
                lambda _nothing: self.dialog.start(),
                lambda error: present(self.dialog, error),
            )

    def _on_add(self, node: NodeProfile) -> None:
        self._jobs.submit(
            self,
            Job(_("Add {node} to the profile").format(node=node.name), quiet=True),
            lambda _job: change_file(self._path, lambda profile: with_node(profile, node)),
            lambda _profile: self._on_added(node),
            self.dialog.fail,
        )

    def _on_added(self, node: NodeProfile) -> None:
        self.dialog.accept()
        self.added.emit(self._path, node.name)

    def _on_finished(self, _result: int) -> None:
        self.dialog.deleteLater()
        self.deleteLater()
