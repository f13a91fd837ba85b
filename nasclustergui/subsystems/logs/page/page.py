"""The Logs page: entries of the chosen nodes and sources in one order of time, live."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QSplitter, QVBoxLayout, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.job import Job
from nasclustergui.core.units import count
from nasclustergui.subsystems.logs.features.read.as_text import line
from nasclustergui.subsystems.logs.features.read.timeline import MOST, Timeline
from nasclustergui.subsystems.logs.manager import LogNodes, LogSession
from nasclustergui.subsystems.logs.model import Entry
from nasclustergui.subsystems.logs.page.detail import EntryDetail, Fields
from nasclustergui.subsystems.logs.page.log_model import LogModel
from nasclustergui.subsystems.logs.page.log_table import LogTable
from nasclustergui.subsystems.logs.page.told import hidden_text, tell
from nasclustergui.subsystems.logs.page.tools import Tools
from nasclustergui.ui.errors import present
from nasclustergui.ui.jobs import Jobs
from nasclustergui.ui.page import Page
from nasclustergui.ui.parts import ElidedLabel, Label, Line, Panel, Stack, box, button, col, label, row, state_icon

TICK_MS, HIDDEN_MS = 200, 1000
MOST_PER_TICK = 1500  # entries; a tick with that many takes about 40 ms
ROUNDS = 6  # pages that one request for older entries may take until something comes into sight

Write = Callable[[Path, str], None]


class LogsPage(Page):
    """Reads from when it is first shown until `close_down`.

    Attributes:
        session: the query that runs now, None before the first. tools, table, model, detail: its parts.
        paused: Unix time since when it is, None if it isn't.
    """

    page_id = "logs"

    def __init__(self, nodes: LogNodes, names: list[str], jobs: Jobs, write: Write) -> None:
        super().__init__()
        self._nodes, self._jobs, self._write = nodes, jobs, write
        self.session: LogSession | None = None
        self.paused: float | None = None
        self._read_at: float | None = None
        self._rounds = 0
        self.tools = Tools(names)
        self.model = LogModel(self)
        self.table = LogTable(self.model)
        self.detail = EntryDetail(self._read_fields, self._close_detail)
        self.pause_button = button(_("Pause"), "normal", "pause", on_click=self.toggle_pause)
        self.save_button = button(_("Save…"), "normal", "download", on_click=self.save)
        self.copy_button = button(_("Copy"), "normal", "copy", on_click=self.copy)
        self.older_button = button(_("Read older entries"), "quiet", "arrow-up", small=True, on_click=self.read_older)
        self.older_text = ElidedLabel("", "caption", "text3")
        self._icon = state_icon("busy")
        self.state = ElidedLabel("", "label", "text2")
        self.count: Label = label("", "caption", "text3")
        self.problems: Label = label("", "caption", "warn", wrap=True)
        self.stack = Stack(self._compose_table(), _("Reading logs…"))
        self._compose()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        self.tools.asked.connect(self.restart)
        self.tools.filtered.connect(self._on_filtered)
        self.table.chosen.connect(self._on_chosen)
        self.stack.retry.connect(self.restart)
        self.set_facts(_("What the nodes wrote, in one order of time"))

    def _compose_table(self) -> QWidget:
        self._older_bar = box(row(self.older_button, (self.older_text, 1), None, gap=6, margins=(8, 3, 14, 3)))
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(box(col(self._older_bar, Line(), (self.table, 1), gap=0)))
        self._split.addWidget(self.detail)
        self._split.setStretchFactor(0, 1)
        self.detail.setMinimumHeight(120)
        self.detail.hide()
        return self._split

    def _compose(self) -> None:
        state = row(self._icon, (self.state, 999), None, self.count, gap=8, margins=(14, 6, 14, 6))
        self._problem_box = box(col(self.problems, gap=0, margins=(14, 0, 14, 8)))
        self._problem_box.hide()
        lay = QVBoxLayout(self)
        lay.setContentsMargins(24, 4, 24, 12)
        inner = col(self.tools, Line(), state, self._problem_box, Line(), (self.stack, 1), gap=0, margins=(1, 1, 1, 8))
        lay.addWidget(Panel(inner))

    def header_actions(self) -> list[QWidget]:
        """Copy, save, pause."""
        return [self.copy_button, self.save_button, self.pause_button]

    # ---- reading

    def showEvent(self, event: QShowEvent) -> None:
        """The first look begins to read."""
        super().showEvent(event)
        self._timer.start(TICK_MS)
        if self.session is None:
            self.restart()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: taken less often."""
        super().hideEvent(event)
        if self._timer.isActive():
            self._timer.start(HIDDEN_MS)

    def restart(self) -> None:
        """Read what is asked for now, from the beginning."""
        if self.session is not None:
            self.session.close()
        query = self.tools.query()
        self.session = LogSession(self._nodes, query)
        self._set_paused(None)
        self._read_at, self._rounds = None, 0
        self._skew: dict[str, float] = {}
        self.model.restart(Timeline())
        self._close_detail()
        self.stack.show_loading(", ".join(query.nodes))
        self.session.start()
        self._tick()

    def close_down(self) -> None:
        """The cluster is being left."""
        self._timer.stop()
        if self.session is not None:
            self.session.close()

    def _tick(self) -> None:
        session = self.session
        if session is None:
            return
        if self.paused is None:
            arrived = session.take(MOST_PER_TICK)
            self.tools.offer_sources(arrived.logs)
            for logs in arrived.logs:
                self.model.timeline.ends.update({(logs.node, name): place for name, place in logs.ends.items()})
                if self.tools.corrected.isChecked() and logs.skew:
                    self.model.timeline.set_skew(logs.node, logs.skew)
            if arrived.pages:
                self.model.add_pages(arrived.pages)
            if arrived.news:
                self.model.add_news(arrived.news)
            if arrived.older:
                self._on_older()
        if session.settled and self._read_at is None:
            self._read_at = time.time()
        self._show(session)

    def _show(self, session: LogSession) -> None:
        statuses = session.status()
        heard = {status.node: session.heard(status.node) for status in statuses}
        told = tell(statuses, heard, live=session.live, paused=self.paused, read_at=self._read_at)
        self._icon.set_state(told.state)
        self.state.set_text(told.text)
        shown = told.problems[:3]
        more = len(told.problems) - len(shown)
        text = "\n".join(shown)
        if more:
            text += "\n" + ngettext("And {n} more.", "And {n} more.", more).format(n=more)
        self.problems.set_text(text)
        self.problems.setToolTip("\n".join(told.problems))
        self._problem_box.setVisible(bool(text))
        n, all_of_them = len(self.model.rows), len(self.model.timeline.entries) - self.model.timeline.first
        if n == all_of_them:
            self.count.set_text(ngettext("{n} entry", "{n} entries", n).format(n=count(n)))
        else:
            self.count.set_text(_("{n} of {all} entries").format(n=count(n), all=count(all_of_them)))
        timeline = self.model.timeline
        more_there = timeline.has_older()
        self.older_button.set_enabled(more_there and not timeline.full() and not self._rounds)
        self.older_text.set_text(hidden_text(timeline.floor, timeline.full(), more_there, MOST))
        self._show_stack(session, bool(all_of_them))

    def _show_stack(self, session: LogSession, any_there: bool) -> None:
        if any_there:
            self.stack.show_content()
        elif session.settled:
            errors = [status.error for status in session.status()]
            if errors and all(errors) and errors[0] is not None:
                self.stack.show_failed(errors[0])
            else:
                self.stack.show_empty(
                    "scroll-text",
                    _("No entries"),
                    _("Nothing was written that fits this choice of nodes, sources, time and severity."),
                )

    # ---- older entries

    def read_older(self) -> None:
        """Page back all sources that end where the view begins."""
        self._rounds = ROUNDS
        self._rows_before = len(self.model.rows)
        self._read_round()

    def _read_round(self) -> None:
        wanted = self.model.timeline.wanted()
        if self.session is None or not wanted or self.model.timeline.full():
            self._rounds = 0
            return
        self.session.read_older(wanted)

    def _on_older(self) -> None:
        self._rounds -= 1
        if self._rounds > 0 and len(self.model.rows) <= self._rows_before + 50:
            self._read_round()
        else:
            self._rounds = 0

    # ---- filter, choice, pause

    def _on_filtered(self) -> None:
        match = self.tools.matcher()
        if match is not None:
            self.model.set_filter(match)

    def focus_filter(self) -> None:
        """Ctrl+F."""
        self.tools.text.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _on_chosen(self, entry: Entry | None) -> None:
        if entry is None:
            return
        self.detail.show_entry(entry)
        if not self.detail.isVisible():
            end = self.table.at_end
            self.detail.show()
            self._split.setSizes([max(200, self._split.height() - 210), 210])
            if not end:
                self.table.scrollTo(self.table.currentIndex())

    def _close_detail(self) -> None:
        self.detail.hide()

    def _read_fields(
        self, entry: Entry, done: Callable[[Fields], object], failed: Callable[[Exception], object]
    ) -> None:
        session = self.session
        if session is not None:
            self._jobs.submit(self, Job("fields", quiet=True), lambda job: session.fields(entry, job), done, failed)

    def toggle_pause(self) -> None:
        """Stop taking entries, or go on: then what was written meanwhile comes."""
        self._set_paused(time.time() if self.paused is None else None)
        self._tick()

    def _set_paused(self, since: float | None) -> None:
        self.paused = since
        self.pause_button.set_text(_("Pause") if since is None else _("Resume"))
        self.pause_button.set_icon("pause" if since is None else "play")

    # ---- taking along

    def copy(self) -> None:
        """The selected entries, else all that are shown."""
        chosen = self.table.selected()
        entries = chosen if len(chosen) > 1 else self.model.rows
        QGuiApplication.clipboard().setText("\n".join(line(entry) for entry in entries))
        text = ngettext("{n} entry copied", "{n} entries copied", len(entries)).format(n=count(len(entries)))
        self.notice.emit("ok", text)

    def save(self) -> None:
        """All that is shown, into a file that the person names."""
        name = time.strftime("logs-%Y-%m-%d-%H%M.txt")
        path, _filter = QFileDialog.getSaveFileName(self, _("Save entries"), name, _("Text files (*.txt)"))
        if path:
            self.save_to(Path(path))

    def save_to(self, path: Path) -> None:
        """Write the shown entries there, in a thread."""
        entries = list(self.model.rows)

        def work(_job: Job) -> int:
            try:
                self._write(path, "".join(line(entry) + "\n" for entry in entries))
            except OSError as error:
                text = _("{file} could not be written: {why}").format(file=path, why=error.strerror or error)
                raise NasError(text) from error
            return len(entries)

        def done(n: int) -> None:
            text = ngettext("{n} entry saved in {file}", "{n} entries saved in {file}", n)
            self.notice.emit("ok", text.format(n=count(n), file=path.name))

        self._jobs.submit(self, Job("save logs", quiet=True), work, done, lambda error: present(self.window(), error))

    def run_action(self, action: str) -> bool:
        """ "logs.show:NODE" shows that node's logs alone."""
        verb, _colon, node = action.partition(":")
        if verb != "logs.show":
            return False
        self.tools.nodes.choose([node] if node else [])
        return True
