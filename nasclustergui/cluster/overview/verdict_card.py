"""The first card of the Overview: is it well, since when not, and what to do now."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from nasclustergui.cluster.verdict import Verdict
from nasclustergui.core.events import Problem, Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import clock, duration
from nasclustergui.ui import theme
from nasclustergui.ui.accessible import announce
from nasclustergui.ui.parts import (
    Badge,
    Button,
    ElidedLabel,
    Icon,
    Label,
    Line,
    Panel,
    box,
    button,
    col,
    label,
    row,
)

TODOS = 4  # lines of "What to do"
OTHERS = 2  # further problems named in the card; the rest is in Alerts
STATES = {
    Severity.OK: "ok",
    Severity.INFO: "ok",
    Severity.BUSY: "busy",
    Severity.UNKNOWN: "unknown",
    Severity.WARN: "warn",
    Severity.CRITICAL: "critical",
}


class _Other(QWidget):
    """One further problem in a line."""

    def __init__(self) -> None:
        super().__init__()
        self._icon = Icon("info", "unknown", 14)
        self._text = ElidedLabel("", "body", "text2")
        self.setLayout(row(self._icon, self._text, gap=6))

    def show_problem(self, problem: Problem | None) -> None:
        """Show it, or nothing."""
        self.setVisible(problem is not None)
        if problem is not None:
            name, role = theme.STATES[STATES[problem.severity]]
            self._icon.set_icon(name, role)
            self._text.set_text(problem.title)


class VerdictCard(Panel):
    """Shows a `Verdict`; call `show_verdict` with every new one.

    Signals:
        action: the action id of the first button ("gluster.heal:data").
        all_alerts: the link to every problem was clicked.
    """

    action = Signal(str)
    all_alerts = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._verdict: Verdict | None = None
        self._badge = Badge("unknown", _("Not known"))
        self._since = label("", "caption", "text3")
        self._title: Label = label("", "title", wrap=True)
        self._text: Label = label("", "body", "text2", wrap=True)
        self._others = [_Other() for _n in range(OTHERS)]
        self._all: Button = button("", "link", small=True, on_click=self.all_alerts.emit)
        self._todos = [(label(str(n), "strong", "text3"), label("", "body", wrap=True)) for n in range(1, TODOS + 1)]
        self._go: Button = button("", "primary", on_click=self._on_go)
        self._right = self._right_side()
        self._divider = Line(vertical=True)
        self.setLayout(row((self._left_side(), 11), self._divider, (self._right, 8), gap=20, margins=(22, 16, 20, 16)))
        self.setAccessibleName(_("Verdict"))

    def _left_side(self) -> QWidget:
        others = row(*self._others, None, self._all, gap=16)
        head = row(self._badge, self._since, None, gap=8)
        return box(col(head, self._title, self._text, None, others, gap=6))

    def _right_side(self) -> QWidget:
        lines = []
        for number, text in self._todos:
            number.setFixedWidth(theme.px(12))
            number.setAlignment(Qt.AlignmentFlag.AlignTop)
            lines.append(box(row(number, (text, 1), gap=8)))
        self._todo_rows = lines
        title = label(_("What to do"), "label", "text3")
        return box(col(title, *lines, None, row(self._go, None), gap=6))

    def show_verdict(self, verdict: Verdict, actions: dict[str, str]) -> None:
        """Show it. `actions` maps ids to the button's words; an id that isn't in it gets no button."""
        state = STATES[verdict.severity]
        changed = self._verdict is None or (verdict.title, verdict.severity) != (
            self._verdict.title,
            self._verdict.severity,
        )
        self._verdict = verdict
        self._badge.set_state(state, verdict.word)
        self._since.set_text(_since(verdict.problem))
        self._title.set_text(verdict.title)
        self._text.set_text(verdict.text)
        self._text.setVisible(bool(verdict.text))
        self.set_colors(side=theme.STATES[state][1])
        self._show_others(verdict)
        self._show_todo(verdict.problem, actions)
        if changed:
            self.setAccessibleDescription(f"{verdict.word}. {verdict.title}. {verdict.text}")
            announce(self, f"{verdict.word}. {verdict.title}")

    def _show_others(self, verdict: Verdict) -> None:
        for widget, problem in zip(self._others, (*verdict.others, *[None] * OTHERS), strict=False):
            widget.show_problem(problem)
        total = len(verdict.others) + (verdict.problem is not None)
        self._all.set_text(ngettext("{n} alert", "All {n} alerts", total).format(n=total))
        self._all.setVisible(total > 1)

    def _show_todo(self, problem: Problem | None, actions: dict[str, str]) -> None:
        todo = problem.todo[:TODOS] if problem is not None else ()
        for number, (line, (_number, text)) in enumerate(zip(self._todo_rows, self._todos, strict=True)):
            line.setVisible(number < len(todo))
            text.set_text(todo[number] if number < len(todo) else "")
        word = actions.get(problem.action.split(":")[0], "") if problem is not None else ""
        self._go.setVisible(bool(word))
        self._go.set_text(word)
        self._right.setVisible(bool(todo or word))
        self._divider.setVisible(bool(todo or word))

    def _on_go(self) -> None:
        if self._verdict is not None and self._verdict.problem is not None:
            self.action.emit(self._verdict.problem.action)


def _since(problem: Problem | None) -> str:
    if problem is None or problem.since is None:
        return ""
    age = time.time() - problem.since
    if age < 60:
        return _("since {time}").format(time=clock(problem.since))
    return _("since {time}, {age} ago").format(time=clock(problem.since), age=duration(age // 60 * 60))
