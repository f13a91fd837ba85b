"""The checks of a pre-flight as rows that fill in while the machine is looked at."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from nasclustergui.cluster.lifecycle.join.model import Check, Finding, check_title
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.ui import theme
from nasclustergui.ui.parts import Badge, Label, Line, box, clear, col, label, row

_RANK = {"critical": 0, "warn": 1, "info": 2}  # the others keep their order behind them


def state_of(findings: tuple[Finding, ...]) -> tuple[str, str]:
    """The state of a check and its word."""
    if any(finding.blocks for finding in findings):
        return "critical", _("In the way")
    worst = max((f.severity for f in findings if not f.fix), default=Severity.OK)
    if worst >= Severity.WARN:
        return "warn", _("Look at it")
    if any(finding.fix for finding in findings):
        return "info", _("Join does it")
    if worst is Severity.UNKNOWN:
        return "unknown", _("Not tested")
    return "ok", _("Fine")


class CheckRow(QWidget):
    """One check: its title, what came of it, a badge."""

    def __init__(self, check: Check) -> None:
        super().__init__()
        self.check = check
        self.findings: tuple[Finding, ...] = ()
        self.badge = Badge("unknown", _("Not checked"), tint=False)
        title: Label = label(check_title(check), "strong")
        title.setFixedWidth(max(theme.text_width(check_title(each), "strong") for each in Check) + 4)
        self._lines = col(gap=4)
        line = row(title, (box(col(self._lines, None, gap=0)), 1), self.badge, gap=10)
        for part in (title, self.badge):
            line.setAlignment(part, Qt.AlignmentFlag.AlignTop)
        self.setLayout(col(line, Line(), gap=8, margins=(0, 8, 0, 0)))
        self.setAccessibleName(check_title(check))

    def wait(self, busy: bool) -> None:
        """Nothing is known of it: it is looked at now, or nobody looks."""
        self.findings = ()
        clear(self._lines)
        self.badge.set_state("busy" if busy else "unknown", _("Checking") if busy else _("Not checked"), tint=False)

    def show_findings(self, findings: tuple[Finding, ...]) -> None:
        """What came of it."""
        if not findings:
            self.badge.set_state("unknown", _("Not checked"), tint=False)
            return
        if findings != self.findings:
            self.findings = findings
            clear(self._lines)
            for finding in findings:
                self._lines.addWidget(_finding(finding))
        state, word = state_of(findings)
        self.badge.set_state(state, word, tint=state not in ("ok", "unknown"))
        self.setAccessibleDescription(f"{word}. " + ". ".join(finding.text for finding in findings))


def _finding(finding: Finding) -> QWidget:
    role = "text" if finding.severity >= Severity.WARN or finding.fix else "text2"
    texts: list[QWidget] = [Label(finding.text, "body", role, wrap=True)]
    more = finding.fix or finding.more
    if more:
        texts.append(Label(more, "caption", "accent_text" if finding.fix else "text2", wrap=True))
    return box(col(*texts, gap=1))


class CheckList(QWidget):
    """All checks, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = {check: CheckRow(check) for check in Check}
        self._list = col(*self.rows.values(), gap=0)
        self.setLayout(col(self._list, None, gap=0, margins=(14, 0, 14, 8)))

    def wait(self, busy: bool = True) -> None:
        """All of them anew, in their own order."""
        for position, shown in enumerate(self.rows.values()):
            shown.wait(busy)
            self._list.insertWidget(position, shown)

    def show_findings(self, check: Check, findings: tuple[Finding, ...]) -> None:
        """What came of one of them."""
        self.rows[check].show_findings(findings)

    def end(self) -> None:
        """No more answers come: what is still awaited was not checked. What needs a person comes first."""
        for shown in self.rows.values():
            if not shown.findings:
                shown.wait(False)
        ranked = sorted(self.rows.values(), key=lambda shown: _RANK.get(shown.badge.state, len(_RANK)))
        for position, shown in enumerate(ranked):
            self._list.insertWidget(position, shown)
