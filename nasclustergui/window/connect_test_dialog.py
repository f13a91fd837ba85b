"""What became of trying a profile out: one line per node, with what to do where it failed."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from nasclustergui.core.errors import HostKeyChanged, HostKeyUnknown
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.job import Job
from nasclustergui.core.profile import Profile
from nasclustergui.ui.dialog_frame import DialogFrame
from nasclustergui.ui.errors import present
from nasclustergui.ui.jobs import Jobs, is_over
from nasclustergui.ui.parts import Badge, Button, ElidedLabel, Icon, Label, Line, button, col, label, row
from nasclustergui.ui.scrolling import Scrolling
from nasclustergui.window.connect_test import ETCD, Finding, Tester, store_keys, subjects, trying
from nasclustergui.window.host_key_changed_dialog import HostKeyChangedDialog
from nasclustergui.window.host_key_dialog import HostKeyDialog

_SIZE = QSize(640, 520)
_NAME_WIDTH = 150
Store = Callable[[Profile, tuple[HostKeyUnknown, ...]], None]


class FindingRow(QWidget):
    """A node's name, badge, sentence and hint.

    Signals:
        explain: the changed host key shall be explained.
    """

    explain = Signal()

    def __init__(self, finding: Finding) -> None:
        super().__init__()
        self.finding = finding
        name = ElidedLabel(finding.subject, "strong")
        name.setMinimumWidth(_NAME_WIDTH)
        name.setMaximumWidth(_NAME_WIDTH)
        icon = Icon("key-round" if finding.subject == ETCD else "server", "text2")
        self.badge = Badge(finding.state, finding.word)
        self.text: Label = label("", "body", "text2", wrap=True, select=True)
        self.hint: Label = label("", "caption", "text3", wrap=True, select=True)
        self.explain_button: Button = button(_("Explain…"), small=True, on_click=self.explain.emit)
        head = row(icon, name, self.badge, None, self.explain_button)
        self.setLayout(col(head, self.text, self.hint, 4, Line(), gap=4, margins=(0, 6, 0, 0)))
        self.show_finding(finding)

    def show_finding(self, finding: Finding) -> None:
        """Another answer."""
        self.finding = finding
        self.badge.set_state(finding.state, finding.word, tint=finding.state != "ok")
        self.text.set_text(finding.text)
        self.hint.set_text(finding.hint)
        self.text.setVisible(bool(finding.text))
        self.hint.setVisible(bool(finding.hint))
        self.explain_button.setVisible(isinstance(finding.error, HostKeyChanged))


class ConnectTestDialog(DialogFrame):
    """Starts at once; Esc ends a test that runs, and closes the dialog when none does.

    Args:
        tester: runs in a worker thread. store: stores accepted host keys, in a worker thread too.

    Attributes:
        rows: by node. stop_button, again_button, keys_button, close_button: its controls.
    """

    _told = Signal()  # the only one that crosses threads

    def __init__(
        self, profile: Profile, tester: Tester, jobs: Jobs, parent: QWidget | None = None, store: Store = store_keys
    ) -> None:
        super().__init__(_("Test connection"), _("Nothing is changed"), profile, _SIZE, parent=parent)
        self._profile, self._tester, self._jobs, self._store = profile, tester, jobs, store
        self._findings: deque[Finding] = deque()
        self._job = Job("")
        self.keys_dialog: HostKeyDialog | None = None
        self._list = QVBoxLayout()
        self._list.setSpacing(4)
        self._list.setContentsMargins(24, 10, 24, 10)
        self.rows: dict[str, FindingRow] = {}
        for subject in subjects(profile):
            self.rows[subject] = FindingRow(trying(subject))
            self.rows[subject].explain.connect(lambda name=subject: self._explain(name))
            self._list.addWidget(self.rows[subject])
        self._list.addStretch(1)
        inner = QWidget()
        inner.setLayout(self._list)
        self.stop_button = button(_("Stop"), icon="circle-stop", on_click=self.stop)
        self.again_button = button(_("Test again"), icon="refresh-cw", on_click=self.start)
        self.keys_button = button(_("Compare host keys…"), "primary", "fingerprint", on_click=self._compare)
        self.close_button = button(_("Close"), on_click=self.reject)
        self._icon = Icon("info", "text3")
        self._summary: Label = label("", "caption", "text2", wrap=True)
        foot = row(
            self._icon,
            (self._summary, 1),
            self.stop_button,
            self.again_button,
            self.keys_button,
            self.close_button,
            margins=(24, 12, 24, 12),
        )
        self.compose(col(Scrolling(inner), gap=0), foot)
        self._told.connect(self._on_told, Qt.ConnectionType.QueuedConnection)
        self.start()

    @property
    def running(self) -> bool:
        """True while answers are awaited."""
        return not is_over(self._job)

    def start(self) -> None:
        """Try all of it, from the beginning."""
        self._findings.clear()
        for subject, shown in self.rows.items():
            shown.show_finding(trying(subject))
        job = Job(_("Test connection to {cluster}").format(cluster=self._profile.name), quiet=True)
        self._job = job
        self._jobs.submit(
            self,
            job,
            lambda j: self._tester(self._profile, j, lambda finding: self._tell(job, finding)),
            lambda _nothing: self._on_end(),
            self._on_failed,
            self._on_end,
        )
        self._say()

    def stop(self) -> None:
        """Wait no longer."""
        self._job.cancel()

    def reject(self) -> None:
        """Esc: first ends the test, then closes."""
        if self.running:
            self.stop()
        else:
            super().reject()

    def _tell(self, job: Job, finding: Finding) -> None:
        """In any thread. What an earlier test still says is left out."""
        if job is self._job:
            self._findings.append(finding)
            with contextlib.suppress(RuntimeError):  # deleted meanwhile
                self._told.emit()

    @Slot()
    def _on_told(self) -> None:
        while self._findings:
            finding = self._findings.popleft()
            if finding.subject in self.rows:
                self.rows[finding.subject].show_finding(finding)
        self._say()

    def _on_end(self) -> None:
        self._on_told()
        for subject, shown in self.rows.items():
            if shown.finding.state == "busy":
                shown.show_finding(Finding(subject, "unknown", _("Not tested")))
        self._say()

    def _on_failed(self, error: Exception) -> None:
        self._on_end()
        present(self, error)

    def _unknown(self) -> list[HostKeyUnknown]:
        errors = (shown.finding.error for shown in self.rows.values())
        return [error for error in errors if isinstance(error, HostKeyUnknown)]

    def _say(self) -> None:
        findings = [shown.finding for shown in self.rows.values()]
        nodes = [finding for finding in findings if finding.subject != ETCD]
        good = sum(finding.state == "ok" for finding in nodes)
        waits = [finding.subject for finding in findings if finding.state == "busy"]
        running = self.running and bool(waits)
        if running:
            text = _("Waits for {names}").format(names=", ".join(waits))
            self._icon.set_icon("refresh-cw", "busy")
        else:
            text = ngettext("{good} of {n} node lets us in", "{good} of {n} nodes let us in", len(nodes))
            text = text.format(good=good, n=len(nodes))
            self._icon.set_state("ok" if all(finding.state == "ok" for finding in findings) else "warn")
        self._summary.set_text(text)
        self.stop_button.setVisible(running)
        self.again_button.setVisible(not running)
        self.keys_button.setVisible(not running and bool(self._unknown()))
        self.close_button.setVisible(not running)
        self.close_button.setDefault(not running)

    def _compare(self) -> None:
        self.keys_dialog = HostKeyDialog(self._unknown(), self._profile, self)
        self.keys_dialog.finished.connect(self._on_compared)
        self.keys_dialog.open()

    def _on_compared(self, result: int) -> None:
        dialog, self.keys_dialog = self.keys_dialog, None
        if dialog is None:
            return
        chosen = dialog.chosen() if result == QDialog.DialogCode.Accepted else ()
        dialog.deleteLater()
        if chosen:
            job = Job(_("Store host keys"), quiet=True)
            self._jobs.submit(
                self,
                job,
                lambda _job: self._store(self._profile, chosen),
                lambda _nothing: self.start(),
                lambda error: present(self, error),
            )

    def _explain(self, subject: str) -> None:
        error = self.rows[subject].finding.error
        if isinstance(error, HostKeyChanged):
            dialog = HostKeyChangedDialog(error, self._profile, self)
            dialog.retry.connect(lambda _node: self.start())
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()
