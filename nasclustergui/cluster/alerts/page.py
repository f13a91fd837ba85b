"""Everything that is wrong now, worst first, with what to do; and everything that happened."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from nasclustergui.cluster.overview.page import action_words
from nasclustergui.core.events import Event, Problem, Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import clock
from nasclustergui.ui import theme
from nasclustergui.ui.cell import Cell, Row
from nasclustergui.ui.event_list import STATES, EventList
from nasclustergui.ui.page import Page
from nasclustergui.ui.parts import Button, Label, Panel, box, button, col, label, row
from nasclustergui.ui.stack import Stack
from nasclustergui.ui.tree import Tree


class AlertsPage(Page):
    """Problems as a table; the chosen one with its text and steps below."""

    page_id = "alerts"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: dict[str, Problem] = {}
        self.tree = Tree(
            [(_("Alert"), -1), (_("State"), 170), (_("About"), 160), (_("Since"), 120)],
            flat=True,
            drop={2: 620},
            name=_("Alerts"),
        )
        self._title: Label = label("", "heading", wrap=True)
        self._text: Label = label("", "body", "text2", wrap=True, select=True)
        self._todo: Label = label("", "body", wrap=True, select=True)
        self.go: Button = button("", "primary", small=True, on_click=self._on_go)
        detail = col(self._title, self._text, self._todo, row(self.go, None), None, gap=8, margins=(18, 14, 18, 14))
        self._detail = Panel(detail)
        self._detail.setMinimumHeight(theme.px(170))
        table = Panel(col((self.tree, 1), margins=(1, 1, 1, 8)))
        self._stack = Stack(box(col((table, 3), (self._detail, 2), gap=12)), _("Reading the cluster…"))
        self.setLayout(col(self._stack, margins=(24, 4, 24, 16)))
        self.tree.row_changed.connect(lambda _key: self._show_detail())
        self.tree.row_activated.connect(lambda _key: self._on_go())

    def set_problems(self, found: Sequence[Problem]) -> None:
        """Show these, worst first."""
        self._found = {problem.key: problem for problem in found}
        self.tree.update_rows([_row(problem) for problem in found])
        if not found:
            self._stack.show_empty("shield-check", _("No alerts"), _("Nothing needs you now."))
            self.set_facts(_("Nothing needs you now"))
            self.badge_changed.emit(0, "ok")
            return
        self._stack.show_content()
        if not self.tree.current_key():
            self.tree.select_key(found[0].key)
        self._show_detail()
        urgent = [p for p in found if p.severity >= Severity.WARN]
        worst = STATES[max((p.severity for p in urgent), default=Severity.OK)]
        self.badge_changed.emit(len(urgent), worst)
        self.set_facts(ngettext("{n} alert", "{n} alerts", len(found)).format(n=len(found)))

    def _show_detail(self) -> None:
        problem = self._found.get(self.tree.current_key())
        self._detail.setVisible(problem is not None)
        if problem is None:
            return
        self._title.set_text(problem.title)
        self._text.set_text(problem.text)
        self._text.setVisible(bool(problem.text))
        self._todo.set_text("\n".join(f"{n}  {line}" for n, line in enumerate(problem.todo, 1)))
        self._todo.setVisible(bool(problem.todo))
        word = action_words().get(problem.action.split(":")[0], "")
        self.go.set_text(word)
        self.go.setVisible(bool(word))

    def _on_go(self) -> None:
        problem = self._found.get(self.tree.current_key())
        if problem is not None and problem.action:
            self.command.emit(problem.action)


def _row(problem: Problem) -> Row:
    words = {
        Severity.CRITICAL: _("Act now"),
        Severity.WARN: _("Needs attention"),
        Severity.UNKNOWN: _("Not known"),
        Severity.BUSY: _("Works by itself"),
    }
    state = STATES[problem.severity]
    word = words.get(problem.severity, _("For your information"))
    cells = (
        Cell(problem.title, "name", theme.STATES[state][0], state=state),
        Cell(word, "state", state=state),
        Cell(problem.subject),
        Cell(clock(problem.since), "num", role="text3"),
    )
    return Row(problem.key, cells, sort=(problem.title, float(-problem.severity), problem.subject, problem.since))


class TimelinePage(Page):
    """What happened since the program was started, newest first."""

    page_id = "timeline"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.events = EventList()
        card = Panel(col((self.events, 1), margins=(0, 12, 1, 8)))
        self._stack = Stack(card, _("Reading the cluster…"))
        self.setLayout(col(self._stack, margins=(24, 4, 24, 16)))
        self.events.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_events(self, events: Sequence[Event]) -> None:
        """Show these, newest first."""
        self.events.show_events(events)
        if events:
            self._stack.show_content()
        else:
            text = _("Changes of the cluster appear here as they happen.")
            self._stack.show_empty("history", _("Nothing happened yet"), text)
        self.set_facts(_("Since this window was opened"))
