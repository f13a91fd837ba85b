"""Add a machine to the profile: describe it, have it looked at live, then add it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from nasclustergui.cluster.lifecycle.join.dialogs.check_list import CheckList
from nasclustergui.cluster.lifecycle.join.dialogs.looker import Looker
from nasclustergui.cluster.lifecycle.join.dialogs.node_form import NodeForm
from nasclustergui.cluster.lifecycle.join.dialogs.summary import summary
from nasclustergui.cluster.lifecycle.join.look import Tell
from nasclustergui.cluster.lifecycle.join.model import Check, Finding, Verdict
from nasclustergui.core.errors import HostKeyChanged, HostKeyUnknown
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.profile import NodeProfile, Profile
from nasclustergui.ui import theme
from nasclustergui.ui.dialog_frame import DialogFrame
from nasclustergui.ui.errors import present
from nasclustergui.ui.jobs import Jobs
from nasclustergui.ui.parts import Icon, Label, Line, Panel, box, button, col, label, row
from nasclustergui.ui.scrolling import Scrolling

SIZE = QSize(1080, 760)
Look = Callable[[NodeProfile, Job, Tell], Verdict]


class AddNodeDialog(DialogFrame):
    """`look` runs in worker threads.

    Signals:
        key_asked: (HostKeyUnknown or HostKeyChanged) a person must compare or be told; then `start` again.
        add_wanted: NodeProfile; the dialog stays open until `accept` or `fail`.

    Attributes:
        form, checks: its parts. verdict: what was found out, None before. check_button, add_button, stop_button,
        key_button, cancel_button: its controls.
    """

    key_asked = Signal(object)
    add_wanted = Signal(object)

    def __init__(self, profile: Profile, look: Look, jobs: Jobs, parent: QWidget | None = None) -> None:
        about = _("It is looked at first. Nothing is changed on it before you have agreed to a plan.")
        super().__init__(_("Add a node"), about, profile, SIZE, parent=parent)
        self._look = look
        self.verdict: Verdict | None = None
        self._seen: NodeProfile | None = None
        self._key_error: HostKeyUnknown | HostKeyChanged | None = None
        self.form, self.checks = NodeForm(profile), CheckList()
        self.looker = Looker(jobs, self)
        self._title: Label = label(_("Before it joins"), "heading")
        self._build()
        self.form.edited.connect(self._on_edited)
        self.looker.found.connect(self._on_found)
        self.looker.ended.connect(self._on_ended)
        self.looker.failed.connect(self._on_failed)
        QShortcut(QKeySequence(Qt.Modifier.CTRL | Qt.Key.Key_Return), self).activated.connect(self._on_ctrl_return)
        self._refresh()
        self.form.host.setFocus()

    def _build(self) -> None:
        left = Scrolling(box(col(self.form, None, margins=(2, 2, 12, 2))))
        left.setFixedWidth(theme.px(320))
        head = box(row(self._title, None, margins=(14, 10, 14, 8)))
        right = Panel(col(head, Line(), (Scrolling(self.checks), 1), gap=0, margins=(1, 1, 1, 6)))
        body = row(left, (right, 1), gap=14, margins=(24, 16, 24, 16))
        self._icon = Icon("info", "text3")
        self._note: Label = label("", "body", "text2", wrap=True)
        self.stop_button = button(_("Stop"), icon="circle-stop", on_click=self.looker.stop)
        self.check_button = button(_("Check the machine"), "primary", "stethoscope", on_click=self.start)
        self.key_button = button(_("Compare host key…"), "primary", "fingerprint", on_click=self._ask_key)
        self.add_button = button(_("Add to the profile"), "primary", "plus", on_click=self._add)
        self.cancel_button = button(_("Cancel"), on_click=self.reject)
        buttons = (self.stop_button, self.cancel_button, self.check_button, self.key_button, self.add_button)
        foot = row(self._icon, (self._note, 1), *buttons, gap=8, margins=(24, 12, 24, 12))
        self.compose(body, foot)

    def start(self) -> None:
        """Look at the machine, from the beginning."""
        why = self.form.check(complain=True)
        if why:
            self._refresh()
            return
        node = self.form.node()
        self._seen, self.verdict, self._key_error = node, None, None
        self.checks.wait()
        self.looker.start(lambda job, tell: self._look(node, job, tell))
        self._refresh()

    def reject(self) -> None:
        """Esc: first ends the look, then closes."""
        if self.looker.running:
            self.looker.stop()
        else:
            super().reject()

    def _on_edited(self) -> None:
        """What was found out about another machine goes at once."""
        self.form.check(complain=False)
        node = self.form.node()
        if self._seen is not None and node != self._seen:
            self.looker.stop()
            self._seen, self.verdict, self._key_error = None, None, None
            self.checks.wait(busy=False)
        self._refresh()

    def _on_found(self, check: Check, findings: tuple[Finding, ...]) -> None:
        self.checks.show_findings(check, findings)
        self._note_key(findings)

    def _note_key(self, findings: tuple[Finding, ...]) -> None:
        for finding in findings:
            if isinstance(finding.error, HostKeyUnknown | HostKeyChanged):
                self._key_error = finding.error

    def _on_ended(self, verdict: Verdict | None) -> None:
        self.verdict = verdict
        for check in Check:
            found = verdict.of(check) if verdict is not None else ()
            if found:
                self.checks.show_findings(check, found)
        self.checks.end()
        self._refresh()

    def _on_failed(self, error: Exception) -> None:
        self.checks.end()
        self._refresh()
        present(self, error)

    def _ask_key(self) -> None:
        if self._key_error is not None:
            self.key_asked.emit(self._key_error)

    def _add(self) -> None:
        if self.add_button.isEnabled() and self._seen is not None:
            self.add_button.set_enabled(False, _("It is being added"))
            self.add_wanted.emit(self._seen)

    def fail(self, error: Exception) -> None:
        """It could not be added."""
        self._refresh()
        present(self, error)

    def _on_ctrl_return(self) -> None:
        if self.add_button.isVisible():
            self._add()
        elif self.check_button.isVisible() and self.check_button.isEnabled():
            self.start()

    def _refresh(self) -> None:
        running, verdict = self.looker.running, self.verdict
        reached = verdict is not None and verdict.look.machine is not None
        why = self.form.check(complain=False)
        if running:
            self._icon.set_icon("refresh-cw", "busy")
            self._note.set_text(_("Asks the machine and all nodes"))
        elif verdict is not None:
            state, text = summary(verdict, joined=False)
            self._icon.set_state(state)
            self._note.set_text(text)
        else:
            self._icon.set_icon("info", "text3")
            self._note.set_text(why or _("Have it checked: login, names, clock, versions, ports, disks, leftovers."))
        key = not running and self._key_error is not None
        self.stop_button.setVisible(running)
        self.key_button.setVisible(key)
        self.add_button.setVisible(not running and reached)
        same = verdict.look.same_as if verdict is not None else ""
        self.add_button.set_enabled(not same, _("This machine is {node} already").format(node=same) if same else "")
        self.check_button.setVisible(not running)
        self.check_button.set_kind("normal" if reached or key else "primary")
        self.check_button.set_text(_("Check again") if verdict is not None else _("Check the machine"))
        self.check_button.set_enabled(not why, why)
