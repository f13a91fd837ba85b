"""Watches the connections of one cluster and asks the person where one needs a decision about a host key."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterator
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QDialog, QWidget

from nasclustergui.core.errors import HostKeyChanged, HostKeyUnknown, NodeError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.profile import Profile
from nasclustergui.remote.link import LinkInfo
from nasclustergui.ui.errors import present
from nasclustergui.ui.jobs import Jobs
from nasclustergui.window.host_key_changed_dialog import HostKeyChangedDialog
from nasclustergui.window.host_key_dialog import HostKeyDialog

GATHER_MS = 250  # nodes that answer one after the other come into one dialog


class Links(Protocol):
    """What is needed of `remote.ssh_nodes.SshNodes`."""

    def __iter__(self) -> Iterator[str]: ...

    def link(self, name: str) -> LinkInfo:
        """How we stand with a node."""

    def listen(self, listener: Callable[[str, LinkInfo], None]) -> Callable[[], None]:
        """Tell of changes, from worker threads."""

    def accept(self, error: HostKeyUnknown) -> None:
        """Store a key and connect; writes a file."""

    def retry_now(self, name: str | None = None) -> None:
        """Connect now."""


class ConnectDialogs(QObject):
    """One per open cluster: `start()` after `SshNodes` was made, `close()` before it is closed.

    Each key is asked about once; `ask_again(node)` before a `retry_now` that the person wished for.

    Attributes:
        unknown, changed: the dialogs that are open now, None for none.
    """

    _noticed = Signal()  # the only one that crosses threads

    def __init__(self, nodes: Links, profile: Profile, jobs: Jobs, window: QWidget) -> None:
        super().__init__(window)
        self._nodes, self._profile, self._jobs, self._window = nodes, profile, jobs, window
        self._errors: deque[HostKeyUnknown | HostKeyChanged] = deque()
        self._asked: set[tuple[str, str]] = set()
        self._forget: Callable[[], None] = lambda: None
        self._new: list[HostKeyUnknown] = []
        self.unknown: HostKeyDialog | None = None
        self.changed: HostKeyChangedDialog | None = None
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.setInterval(GATHER_MS)
        self._gather.timeout.connect(self._ask)
        self._noticed.connect(self._on_noticed, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Watch from now on; what is refused already is asked about too."""
        self._forget = self._nodes.listen(self._on_link)
        for name in self._nodes:
            self._on_link(name, self._nodes.link(name))

    def close(self) -> None:
        """Watch no more, close what is open."""
        self._forget()
        self._gather.stop()
        for dialog in (self.unknown, self.changed):
            if dialog is not None:
                dialog.reject()

    def ask_again(self, node: str = "") -> None:
        """Forget what was asked about a node, or about all."""
        self._asked = {key for key in self._asked if node and key[0] != node}

    def show(self, error: NodeError) -> bool:
        """Show the dialog about a node's error now; False if the error is none of a host key."""
        if not isinstance(error, HostKeyUnknown | HostKeyChanged):
            return False
        self.ask_again(error.node)
        self._on_error(error)
        return True

    def _on_link(self, _node: str, info: LinkInfo) -> None:
        """In any thread."""
        if isinstance(info.error, HostKeyUnknown | HostKeyChanged):
            self._errors.append(info.error)
            with contextlib.suppress(RuntimeError):  # deleted meanwhile
                self._noticed.emit()

    @Slot()
    def _on_noticed(self) -> None:
        while self._errors:
            self._on_error(self._errors.popleft())

    def _on_error(self, error: HostKeyUnknown | HostKeyChanged) -> None:
        key = (error.node, error.fingerprint if isinstance(error, HostKeyUnknown) else error.shown)
        if key in self._asked:
            return
        self._asked.add(key)
        if isinstance(error, HostKeyChanged):
            self._explain(error)
        elif self.unknown is not None:
            self.unknown.add(error)
        else:
            self._new.append(error)
            self._gather.start()

    def _explain(self, error: HostKeyChanged) -> None:
        if self.changed is not None:  # one at a time; the others' sentences stand at their nodes
            self._asked.discard((error.node, error.shown))
            return
        self.changed = HostKeyChangedDialog(error, self._profile, self._window)
        self.changed.retry.connect(self._on_retry)
        self.changed.finished.connect(self._on_explained)
        self.changed.open()

    def _on_explained(self) -> None:
        dialog, self.changed = self.changed, None
        if dialog is not None:
            dialog.deleteLater()

    def _on_retry(self, node: str) -> None:
        self.ask_again(node)
        self._nodes.retry_now(node)

    def _ask(self) -> None:
        errors, self._new = self._new, []
        if not errors or self.unknown is not None:
            return
        self.unknown = HostKeyDialog(errors, self._profile, self._window)
        self.unknown.finished.connect(self._on_decided)
        self.unknown.open()

    def _on_decided(self, result: int) -> None:
        dialog, self.unknown = self.unknown, None
        if dialog is None:
            return
        chosen = dialog.chosen() if result == QDialog.DialogCode.Accepted else ()
        dialog.deleteLater()
        if not chosen:
            return
        job = Job(_("Store host keys"), quiet=True)
        self._jobs.submit(self, job, lambda _job: self._store(chosen), failed=lambda e: present(self._window, e))

    def _store(self, errors: tuple[HostKeyUnknown, ...]) -> None:
        for error in errors:
            self._nodes.accept(error)
