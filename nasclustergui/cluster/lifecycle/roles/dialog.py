"""The dialogs that ask before a role is changed: arithmetic, certificates, what was found out; then comes the plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from nasclustergui.cluster.lifecycle.roles.certificate_form import CertificateForm
from nasclustergui.cluster.lifecycle.roles.certificates import Choice
from nasclustergui.cluster.lifecycle.roles.demote import Leaver
from nasclustergui.cluster.lifecycle.roles.model import Candidate, Finding, Stage
from nasclustergui.cluster.lifecycle.roles.votes_table import VotesTable
from nasclustergui.core.errors import NasError
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import Profile
from nasclustergui.ui.dialog_frame import DialogFrame
from nasclustergui.ui.parts import ElidedLabel, Label, Panel, Stack, box, button, clear, col, row, state_icon
from nasclustergui.ui.scrolling import Scrolling

SETTLE_MS = 500  # after the last key: every look asks several nodes

Done = Callable[[object], object]
Failed = Callable[[NasError], object]


class RoleDialog(DialogFrame):
    """What both have: the table of votes, findings that come in, a plan at the end.

    Signals:
        plan_ready: core.plan.Plan. refused: NasError.
    """

    plan_ready = Signal(object)
    refused = Signal(object)

    def __init__(self, title: str, about: str, profile: Profile | None, size: QSize, parent: QWidget | None) -> None:
        super().__init__(title, about, profile, size, parent=parent)
        self.votes = VotesTable()
        self._lines = col(gap=9, margins=(6, 8, 6, 8))
        area = Scrolling(box(col(self._lines, None)))
        area.setAccessibleName(_("What was found out"))
        self.findings = Stack(area, _("Asking etcd and the nodes…"))
        self.findings.retry.connect(self.look)
        self._note = ElidedLabel("", "body", "text2")
        self.again_button = button(_("Look again"), icon="refresh-cw", on_click=self.look)
        self.cancel_button = button(_("Cancel"), on_click=self.reject)
        self.go_button = button(_("Review plan…"), "primary", "list-checks", on_click=self.accept)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self.look)

    def put_together(self, *above: QWidget, buttons: Sequence[QWidget] = ()) -> None:
        """Votes, what `above` holds, findings; `buttons` stand before the others in the foot."""
        found = Panel(col(self.findings, margins=(8, 6, 8, 6)))
        body = col(self.votes, *above, (found, 1), gap=14, margins=(24, 16, 24, 16))
        last = (self.again_button, *buttons, self.cancel_button, self.go_button)
        self.compose(body, row((self._note, 100), None, *last, gap=8, margins=(24, 12, 24, 12)))
        self.refresh()
        QTimer.singleShot(0, self, self.look)

    def look(self) -> None:
        """Find out anew."""
        raise NotImplementedError

    def missing(self) -> str:
        """Why it can't go on, "" if it can."""
        raise NotImplementedError

    def make_plan(self) -> Plan:
        """May raise NasError."""
        raise NotImplementedError

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """One line each, in that order."""
        clear(self._lines)
        for finding in findings:
            self._lines.addWidget(_line(finding))
        self.findings.show_content()
        self.refresh()

    def show_failed(self, error: NasError) -> None:
        """It could not be found out: numbers from before would look like those of now."""
        self.votes.show_verdict(None, Severity.UNKNOWN, "")
        self.findings.show_failed(error)
        self.refresh()

    def refresh(self) -> None:
        """After anything changed."""
        why = self.missing()
        self._note.set_text(why)
        self.go_button.set_enabled(not why, why)

    def accept(self) -> None:
        """Make the plan and hand it out."""
        if self.missing():
            return
        try:
            plan = self.make_plan()
        except NasError as error:
            self.refused.emit(error)
            return
        super().accept()
        self.plan_ready.emit(plan)


class PromoteDialog(RoleDialog):
    """Ends in the plan of `plan(candidate)`. `look(choice, done, failed)` finds out in the background.

    Signals:
        take_back: the promotion that is half done is to be taken back.
    """

    take_back = Signal()

    def __init__(
        self,
        node: str,
        look: Callable[[Choice, Done, Failed], object],
        plan: Callable[[Candidate], Plan],
        profile: Profile | None = None,
        parent: QWidget | None = None,
    ) -> None:
        title = _("Promote {node} to manager").format(node=node)
        about = _("It becomes a member of etcd with a vote. Nothing is changed before the plan.")
        super().__init__(title, about, profile, QSize(860, 640), parent)
        self._look, self._plan = look, plan
        self.node = node
        self.found: Candidate | None = None
        self._turn = 0
        self.form = CertificateForm(node)
        self.back_button = button(_("Take it back…"), "danger-quiet", "undo-2", on_click=self._on_take_back)
        self.back_button.setVisible(False)
        self.form.changed.connect(self._on_form)
        self.put_together(self.form, buttons=(self.back_button,))

    def look(self) -> None:
        """Ask etcd and the nodes with what is chosen now."""
        self._settle.stop()
        self.found = None
        self._turn += 1
        turn = self._turn
        self.again_button.set_enabled(False)
        self.findings.show_empty("search", _("Looking"), "")  # what was found with other certificates goes at once
        self.findings.show_loading()
        self._look(
            self.form.choice(),
            lambda found: self._on_found(turn, found),
            lambda error: self._on_failed(turn, error),
        )
        self.refresh()

    def missing(self) -> str:
        """See RoleDialog."""
        if self.found is None:
            asking = self.findings.showing() in ("loading", "empty")
            return _("Asking etcd and the nodes…") if asking else _("It could not be found out.")
        return self.found.obstacles[0].text if self.found.obstacles else ""

    def make_plan(self) -> Plan:
        """See RoleDialog."""
        assert self.found is not None
        return self._plan(self.found)

    def _on_form(self) -> None:
        self.found = None
        self._turn += 1  # what is on its way is about the choice before
        self.findings.show_empty("search", _("Looking"), "")
        self.findings.show_loading()
        self._settle.start()
        self.refresh()

    def _on_found(self, turn: int, found: object) -> None:
        if turn != self._turn:
            return
        assert isinstance(found, Candidate)
        self.found = found
        self.again_button.set_enabled(True)
        self.form.setVisible(bool(found.pairs) or not found.settings)
        self.back_button.setVisible(found.stage in (Stage.ANNOUNCED, Stage.LEARNER))
        self._show_votes(found)
        for finding in found.obstacles:
            if finding.field in self.form.fields:
                self.form.show_fault(finding.field, finding.text)
        self.show_findings((*_stage_finding(found), *found.findings))

    def _show_votes(self, found: Candidate) -> None:
        verdict = found.verdict
        if verdict is None:
            self.votes.show_verdict(None, Severity.INFO, _("It has its vote already."))
            return
        even = verdict.after.voters % 2 == 0
        severity = max(verdict.severity, Severity.WARN if even else Severity.OK)
        self.votes.show_verdict(verdict, severity, verdict.reason)

    def _on_failed(self, turn: int, error: NasError) -> None:
        if turn == self._turn:
            self.again_button.set_enabled(True)
            self.show_failed(error)

    def _on_take_back(self) -> None:
        self.reject()
        self.take_back.emit()


class DemoteDialog(RoleDialog):
    """Ends in the plan of `plan(leaver)`. `look(done, failed)` finds out in the background."""

    def __init__(
        self,
        node: str,
        look: Callable[[Done, Failed], object],
        plan: Callable[[Leaver], Plan],
        profile: Profile | None = None,
        parent: QWidget | None = None,
    ) -> None:
        title = _("Demote {node} to worker").format(node=node)
        about = _("It leaves etcd; its bricks and services stay. Nothing is changed before the plan.")
        super().__init__(title, about, profile, QSize(760, 440), parent)
        self._look, self._plan = look, plan
        self.node = node
        self.found: Leaver | None = None
        self.put_together()

    def look(self) -> None:
        """Ask etcd and the node."""
        self.found = None
        self.again_button.set_enabled(False)
        self.findings.show_loading()
        self._look(self._on_found, self._on_failed)
        self.refresh()

    def missing(self) -> str:
        """See RoleDialog."""
        if self.found is None:
            asking = self.findings.showing() == "loading"
            return _("Asking etcd and the nodes…") if asking else _("It could not be found out.")
        if self.found.member is None:
            return "" if self.found.leftovers else _("{node} is no member of etcd.").format(node=self.node)
        verdict = self.found.verdict
        return verdict.reason if verdict is not None and verdict.refused else ""

    def make_plan(self) -> Plan:
        """See RoleDialog."""
        assert self.found is not None
        return self._plan(self.found)

    def _on_found(self, found: object) -> None:
        assert isinstance(found, Leaver)
        self.found = found
        self.again_button.set_enabled(True)
        verdict = found.verdict
        if verdict is None:
            self.votes.show_verdict(None, Severity.INFO, _("It has no vote: the majority is not affected."))
        else:
            severity = Severity.CRITICAL if verdict.typed or verdict.refused else verdict.severity
            self.votes.show_verdict(verdict, severity, verdict.reason)
        self.show_findings(tuple(_leaver_findings(found)))

    def _on_failed(self, error: NasError) -> None:
        self.again_button.set_enabled(True)
        self.show_failed(error)


def _stage_finding(found: Candidate) -> tuple[Finding, ...]:
    """Where an earlier promotion stopped."""
    more = _("Go on with the plan, or take it back.")
    if found.stage is Stage.ANNOUNCED:
        text = _("A promotion was begun: {node} was added to etcd and never started.")
        return (Finding(Severity.INFO, text.format(node=found.node), more),)
    if found.stage is Stage.LEARNER:
        text = _("A promotion was begun: {node} is a learner, without a vote yet.")
        return (Finding(Severity.INFO, text.format(node=found.node), more),)
    return ()


def _leaver_findings(found: Leaver) -> list[Finding]:
    lines = []
    member = found.member
    refused = found.verdict is not None and found.verdict.refused  # why stands beside the numbers
    if found.look is None:
        text = _("{node} does not answer: only etcd's part can be done now.").format(node=found.node)
        lines.append(Finding(Severity.WARN, text, _("When it is back, clean up what is left of etcd there.")))
    elif member is None and found.leftovers:
        text = _("{node} is no member, but something of etcd is left there.").format(node=found.node)
        lines.append(Finding(Severity.WARN, text, _("The plan stops it and renames its data.")))
    elif member is not None and not refused:
        text = _("etcd is stopped on {node} and its data renamed").format(node=found.node)
        lines.append(Finding(Severity.INFO, text, _("Nothing is deleted. Certificates stay where they are.")))
    if member is not None and member.leader and not refused:
        text = _("It leads etcd now: another member leads first")
        lines.append(Finding(Severity.INFO, text, _("Writes wait for a moment, usually less than a second.")))
    silent = [m.label for m in found.state.members if not m.healthy and m is not member]
    if silent:
        lines.append(Finding(Severity.WARN, _("Members without answer: {names}").format(names=", ".join(silent))))
    if not lines:
        lines.append(Finding(Severity.OK, _("All other members answer")))
    return lines


def _line(finding: Finding) -> QWidget:
    icon = state_icon(finding.severity.name.lower())
    texts: list[QWidget] = [Label(finding.text, "strong" if finding.severity >= Severity.WARN else "body", wrap=True)]
    if finding.more:
        texts.append(Label(finding.more, "caption", "text2", wrap=True))
    line = row(icon, (col(*texts, gap=2), 1), gap=10)
    line.setAlignment(icon, Qt.AlignmentFlag.AlignTop)
    return box(line)
