"""Add a peer: a node of the profile or a host name, and below what is known about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QScrollArea, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import Profile
from nasclustergui.subsystems.gluster.features.peers.model import Finding, Preflight
from nasclustergui.ui.dialog_frame import DialogFrame
from nasclustergui.ui.parts import ElidedLabel, Field, Label, Panel, box, button, clear, col, label, row, state_icon
from nasclustergui.ui.stack import Stack

SIZE = QSize(720, 520)
SETTLE_MS = 450  # after the last key: every look asks all nodes

Look = Callable[[str, Callable[[Preflight], object], Callable[[NasError], object]], object]


class AddPeerDialog(DialogFrame):
    """Ends in a plan made by `plan`, which may raise NasError. `look` finds out about a host in the background.

    Signals:
        plan_ready: core.plan.Plan. refused: NasError.
    """

    plan_ready = Signal(object)
    refused = Signal(object)

    def __init__(
        self,
        free: Sequence[str],
        look: Look,
        plan: Callable[[Preflight], Plan],
        profile: Profile | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`free`: the profile's nodes that are in no pool."""
        about = _("Its disks can carry bricks afterwards. Nothing is changed before the plan.")
        super().__init__(_("Add a peer"), about, profile, SIZE, parent=parent)
        self._look, self._plan = look, plan
        self.found: Preflight | None = None
        self.host = QLineEdit()
        hint = _("As all nodes resolve it; a name is better than an address.")
        self.field = Field(_("Node or host name"), self.host, hint)
        self.nodes = [self._node_button(node) for node in free]
        self._free = box(row(label(_("Not in the pool yet:"), "caption", "text2"), *self.nodes, None, gap=6))
        self._free.setVisible(bool(free))
        self._lines = col(gap=10, margins=(6, 8, 6, 8))
        self._area = QScrollArea()
        self._area.setWidget(box(col(self._lines, None)))
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._findings = Stack(self._area, _("Asking the nodes…"))
        self._findings.retry.connect(self._start)
        body = col(self.field, self._free, (Panel(col(self._findings, margins=(8, 6, 8, 6))), 1), gap=12)
        body.setContentsMargins(24, 16, 24, 16)
        self._note = ElidedLabel("", "body", "text2")
        self.cancel_button = button(_("Cancel"), on_click=self.reject)
        self.go_button = button(_("Review plan…"), "primary", "list-checks", on_click=self.accept)
        foot = row((self._note, 100), None, self.cancel_button, self.go_button, gap=8, margins=(24, 12, 24, 12))
        self.compose(body, foot)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._start)
        self.host.textChanged.connect(self._on_text)
        self._on_text()
        self.host.setFocus()

    def _node_button(self, node: str) -> QWidget:
        return button(node, small=True, icon="server", on_click=lambda: self.choose(node))

    def choose(self, host: str) -> None:
        """Take this host and look at it at once."""
        self.host.setText(host)
        self._settle.stop()
        self._start()

    def missing(self) -> str:
        """Why it can't go on, "" if it can."""
        if not self.host.text().strip():
            return _("Which host is to be added?")
        if self.found is None:
            return _("Asking the nodes…") if self._findings.showing() == "loading" else _("The host must be looked at.")
        if self.found.obstacles:
            return self.found.obstacles[0].text
        if _known(self.found):
            return _member_finding(self.found).text
        return ""

    def _on_text(self) -> None:
        self.found = None
        self.field.set_invalid("")
        text = _("Names, the way to glusterd, versions and leftovers are checked before anything is changed.")
        self._findings.show_empty("network", _("Name a host"), text)  # what was found of another host goes at once
        if self.host.text().strip():
            self._findings.show_loading()
            self._settle.start()
        else:
            self._settle.stop()
        self._refresh()

    def _start(self) -> None:
        host = self.host.text().strip()
        self._findings.show_loading()
        self._look(host, lambda found: self._on_found(host, found), lambda error: self._on_failed(host, error))
        self._refresh()

    def _on_found(self, host: str, found: Preflight) -> None:
        if host != self.host.text().strip():
            return
        self.found = found
        clear(self._lines)
        findings = found.findings
        if found.member is not None:
            findings = (_member_finding(found), *findings)
        for finding in findings:
            self._lines.addWidget(_line(finding))
        self._findings.show_content()
        self._refresh()

    def _on_failed(self, host: str, error: NasError) -> None:
        if host == self.host.text().strip():
            self.field.set_invalid(str(error))
            self._findings.show_failed(error)
            self._refresh()

    def _refresh(self) -> None:
        why = self.missing()
        self._note.set_text(why)
        self.go_button.set_enabled(not why, why)

    def accept(self) -> None:
        """Make the plan and hand it out."""
        if self.found is None or self.missing():
            return
        try:
            plan = self._plan(self.found)
        except NasError as error:
            self.refused.emit(error)
            return
        super().accept()
        self.plan_ready.emit(plan)


def _known(found: Preflight) -> bool:
    """True if the pool knows the host by this very name: there is nothing to add."""
    return found.member is not None and found.host in found.member.hostnames


def _member_finding(found: Preflight) -> Finding:
    assert found.member is not None
    names = ", ".join(found.member.hostnames)
    if _known(found):
        text = _("{host} is in the pool already, known as {names}").format(host=found.host, names=names)
        return Finding(Severity.WARN, text)
    text = _("{host} is in the pool already, known as {names}: it gets a further name").format(
        host=found.host, names=names
    )
    return Finding(Severity.INFO, text)


def _line(finding: Finding) -> QWidget:
    icon = state_icon(finding.severity.name.lower())
    texts: list[QWidget] = [Label(finding.text, "strong" if finding.severity >= Severity.WARN else "body", wrap=True)]
    if finding.more:
        texts.append(Label(finding.more, "caption", "text2", wrap=True))
    return box(row(col(icon, None), (col(*texts, gap=2), 1), gap=10))
