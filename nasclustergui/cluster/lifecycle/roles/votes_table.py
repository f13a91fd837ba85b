"""Raft's arithmetic before and after, as a small table."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout

from nasclustergui.cluster.lifecycle.roles.promote import vote_rows
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.units import DASH
from nasclustergui.subsystems.etcd.features.members.arithmetic import Verdict
from nasclustergui.ui.parts import Icon, Label, Panel, col, label, row

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class VotesTable(Panel):
    """Four rows of numbers, and a sentence below."""

    def __init__(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(28)
        grid.setVerticalSpacing(5)
        for column, head in enumerate(("", _("Now"), _("Afterwards"))):
            grid.addWidget(label(head, "label", "text3", align=_RIGHT), 0, column)
        self._names: list[Label] = []
        self._numbers: list[tuple[Label, Label]] = []
        for n in range(4):
            name, now, then = label("", "body", "text2"), label(DASH, "body"), label(DASH, "strong")
            for each in (now, then):
                each.setAlignment(_RIGHT)
            for column, each in enumerate((name, now, then)):
                grid.addWidget(each, n + 1, column)
            self._names.append(name)
            self._numbers.append((now, then))
        self._icon = Icon("info", "text3")
        self._text = Label("", "caption", "text2", wrap=True)
        note = row(self._icon, (self._text, 1), gap=8)
        note.setAlignment(self._icon, Qt.AlignmentFlag.AlignTop)
        body = row(grid, 28, (col(note, None), 1), gap=0, margins=(16, 12, 16, 12))
        super().__init__(body, fill="inset", radius=8)

    def show_verdict(self, verdict: Verdict | None, severity: Severity, text: str) -> None:
        """None: the votes stay as they are; then only the sentence stands there."""
        rows = vote_rows(verdict.before, verdict.after) if verdict is not None else ()
        for n, (now, then) in enumerate(self._numbers):
            name, before, after = rows[n] if rows else ("", None, None)
            self._names[n].set_text(name)
            now.set_text(DASH if before is None else str(before))
            then.set_text(DASH if after is None else str(after))
            for each in (self._names[n], now, then):
                each.setVisible(bool(rows))
        self._icon.setVisible(bool(text))
        self._icon.set_state(severity.name.lower())
        self._text.set_text(text)
        self.setAccessibleName("; ".join([*(f"{name} {before} → {after}" for name, before, after in rows), text]))
