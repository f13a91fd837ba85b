"""A list of sentences with icons: what is in the way, what it means (Qt)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from nasclustergui.cluster.lifecycle.roles.model import Finding
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.ui.parts import Label, Stack, box, clear, col, row, state_icon
from nasclustergui.ui.scrolling import Scrolling


class FindingList(Stack):
    """Loading, failed, or the findings."""

    def __init__(self, loading: str) -> None:
        self._lines = col(gap=9, margins=(6, 8, 6, 8))
        area = Scrolling(box(col(self._lines, None)))
        area.setAccessibleName(_("What was found out"))
        super().__init__(area, loading)

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """One line each, in that order."""
        clear(self._lines)
        for finding in findings:
            self._lines.addWidget(_line(finding))
        self.show_content()


def _line(finding: Finding) -> QWidget:
    icon = state_icon(finding.severity.name.lower())
    texts: list[QWidget] = [Label(finding.text, "strong" if finding.severity >= Severity.WARN else "body", wrap=True)]
    if finding.more:
        texts.append(Label(finding.more, "caption", "text2", wrap=True))
    line = row(icon, (col(*texts, gap=2), 1), gap=10)
    line.setAlignment(icon, Qt.AlignmentFlag.AlignTop)
    return box(line)
