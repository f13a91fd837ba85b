"""What the page is asked to show: nodes, sources, time range, severity, unit, text."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable

from PySide6.QtCore import QDateTime, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QComboBox, QDateTimeEdit, QLineEdit, QMenu, QWidget

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.subsystems.logs.features.read.timeline import matcher
from nasclustergui.subsystems.logs.model import Entry, NodeLogs, Query, Severity, severity_word
from nasclustergui.subsystems.logs.page.rows import source_text
from nasclustergui.ui import theme
from nasclustergui.ui.parts import Button, Label, SearchField, box, col, label, row, set_invalid

NEWEST, QUARTER, HOUR, TODAY, DAY, BETWEEN = range(6)
_SECONDS = {QUARTER: 900, HOUR: 3600, DAY: 86400}
TYPING_MS = 200


class ChoiceMenu(Button):
    """A button with a menu of things that can be ticked; its first entry means all of them.

    Signals:
        changed: other things are chosen.
    """

    changed = Signal()

    def __init__(self, all_text: str, name: str) -> None:
        super().__init__(all_text, "normal", menu=True, tip=name)
        self._all_text = all_text
        self._menu = QMenu(self)
        self._actions: dict[str, QAction] = {}
        self._every = QAction(all_text, self._menu)
        self._every.triggered.connect(lambda: self.choose(()))
        self._menu.addAction(self._every)
        self._menu.addSeparator()
        self.clicked.connect(lambda: self._menu.popup(self.mapToGlobal(self.rect().bottomLeft())))

    def offer(self, things: Iterable[tuple[str, str]]) -> None:
        """(id, text) of all that can be chosen; what was chosen stays."""
        for thing, text in things:
            if thing not in self._actions:
                action = QAction(text, self._menu)
                action.setCheckable(True)
                action.toggled.connect(lambda _on: self._on_toggled())
                self._actions[thing] = action
                self._menu.addAction(action)

    def action(self, thing: str) -> QAction:
        """The entry of a thing."""
        return self._actions[thing]

    def chosen(self) -> tuple[str, ...]:
        """Ids, empty for all."""
        return tuple(thing for thing, action in self._actions.items() if action.isChecked())

    def choose(self, things: Iterable[str]) -> None:
        """Tick these and no others."""
        wanted = set(things)
        before = self.chosen()
        for thing, action in self._actions.items():
            action.blockSignals(True)
            action.setChecked(thing in wanted)
            action.blockSignals(False)
        if before != self.chosen():
            self._on_toggled()

    def _on_toggled(self) -> None:
        chosen = self.chosen()
        text = self._all_text
        if len(chosen) == 1:
            text = self._actions[chosen[0]].text()
        elif chosen:
            text = ngettext("{n} chosen", "{n} chosen", len(chosen)).format(n=len(chosen))
        self.set_text(text)
        self.changed.emit()


class Tools(QWidget):
    """The two rows above the table.

    Signals:
        asked: something else is to be read. filtered: the same entries, another filter of text.
    """

    asked = Signal()
    filtered = Signal()

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self._names = names
        self.nodes = ChoiceMenu(ngettext("{n} node", "All {n} nodes", len(names)).format(n=len(names)), _("Nodes"))
        self.nodes.offer((name, name) for name in names)
        self.sources = ChoiceMenu(_("Usual sources"), _("Sources: the journal and GlusterFS's logs are usual"))
        self.range = _combo(
            (
                _("Newest entries"),
                _("Last 15 minutes"),
                _("Last hour"),
                _("Today"),
                _("Last 24 hours"),
                _("From … to …"),
            ),
            _("Time range"),
        )
        self.severity = _combo([self._at_least(s) for s in Severity], _("Severity at least"))
        self.unit = QLineEdit()
        self.unit.setPlaceholderText(_("Unit, such as glusterd"))
        self.unit.setAccessibleName(_("Unit of systemd"))
        self.unit.setToolTip(_("Only entries of this unit in the journal"))
        self.unit.setClearButtonEnabled(True)
        self.unit.setFixedWidth(theme.px(176))
        self.text = SearchField(_("Filter by text"), 216)
        self.regex = QCheckBox(_("Regular expression"))
        self.corrected = QCheckBox(_("Corrected time"))
        self.corrected.setToolTip(_("Order entries as if all nodes' clocks agreed with this workstation's"))
        self.begin, self.end = _moment(_("From")), _moment(_("To"))
        self.problem: Label = label("", "caption", "critical", wrap=True)
        self._compose()
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._typing.timeout.connect(self.filtered)
        self._connect()

    @staticmethod
    def _at_least(severity: Severity) -> str:
        if severity is Severity.DEBUG:
            return _("Every severity")
        if severity is Severity.CRITICAL:
            return severity_word(severity)
        return _("{severity} and worse").format(severity=severity_word(severity))

    def _compose(self) -> None:
        self._moments = box(
            row(label(_("From"), "label", "text2"), self.begin, label(_("to"), "label", "text2"), self.end, None)
        )
        self._moments.hide()
        self.problem.hide()
        first = row(self.nodes, self.sources, self.range, self.severity, None, gap=8)
        second = row(self.text, self.regex, 6, self.unit, None, self.corrected, gap=8)
        self.setLayout(col(first, second, self._moments, self.problem, gap=8, margins=(12, 10, 14, 10)))

    def _connect(self) -> None:
        for signal in (self.nodes.changed, self.sources.changed, self.severity.currentIndexChanged):
            signal.connect(lambda *_args: self.asked.emit())
        self.range.currentIndexChanged.connect(self._on_range)
        self.begin.editingFinished.connect(self._on_moment)
        self.end.editingFinished.connect(self._on_moment)
        self._unit_before = ""
        self.unit.editingFinished.connect(self._on_unit)
        self.unit.textChanged.connect(lambda text: self._on_unit() if not text else None)
        self.corrected.toggled.connect(lambda _on: self.asked.emit())
        self.text.textChanged.connect(lambda _text: self._typing.start())
        self.regex.toggled.connect(lambda _on: self.filtered.emit())

    def _on_range(self, which: int) -> None:
        self._moments.setVisible(which == BETWEEN)
        if which == BETWEEN:
            now = QDateTime.currentDateTime()
            for edit, moment in ((self.begin, now.addSecs(-3600)), (self.end, now)):
                edit.blockSignals(True)
                edit.setDateTime(moment)
                edit.blockSignals(False)
        self.asked.emit()

    def _on_moment(self) -> None:
        if self.begin.dateTime() > self.end.dateTime():
            self._say(_("The range ends before it begins."))
            return
        self._say("")
        self.asked.emit()

    def _on_unit(self) -> None:
        if self.unit.text().strip() != self._unit_before:
            self._unit_before = self.unit.text().strip()
            self.asked.emit()

    def _say(self, problem: str) -> None:
        self.problem.set_text(problem)
        self.problem.setVisible(bool(problem))

    # ---- what is wanted

    def query(self) -> Query:
        """What is to be read."""
        since, until = self._bounds()
        return Query(
            self.nodes.chosen() or tuple(self._names),
            frozenset(self.sources.chosen()),
            self.unit.text().strip(),
            Severity(self.severity.currentIndex()),
            since,
            until,
        )

    def _bounds(self) -> tuple[int | None, int | None]:
        which, now = self.range.currentIndex(), time.time()
        if which == BETWEEN:
            begin, end = self.begin.dateTime(), self.end.dateTime()
            return begin.toSecsSinceEpoch() * 1_000_000, end.toSecsSinceEpoch() * 1_000_000 + 999_999
        if which == TODAY:
            day = time.localtime(now)
            midnight = time.mktime((day.tm_year, day.tm_mon, day.tm_mday, 0, 0, 0, 0, 0, -1))
            return round(midnight * 1_000_000), None
        return (round((now - _SECONDS[which]) * 1_000_000), None) if which in _SECONDS else (None, None)

    def matcher(self) -> Callable[[Entry], bool] | None:
        """The filter of text, None while its expression can't be read, which is told below."""
        try:
            match = matcher(self.text.text().strip(), self.regex.isChecked())
        except re.error as error:
            self._say(_("This is no regular expression: {why}.").format(why=error.msg))
            set_invalid(self.text, True)
            return None
        set_invalid(self.text, False)
        self._say("")
        return match

    def offer_sources(self, logs: Iterable[NodeLogs]) -> None:
        """More sources to choose from."""
        for one in logs:
            self.sources.offer((source.id, source_text(source.id)) for source in one.sources)


def _combo(texts: Iterable[str], name: str) -> QComboBox:
    out = QComboBox()
    out.addItems(list(texts))
    out.setAccessibleName(name)
    out.setToolTip(name)
    return out


def _moment(name: str) -> QDateTimeEdit:
    out = QDateTimeEdit()
    out.setDisplayFormat("yyyy-MM-dd HH:mm:ss")
    out.setCalendarPopup(True)
    out.setAccessibleName(name)
    return out
