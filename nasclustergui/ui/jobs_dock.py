"""The jobs dock: what runs, waits, ended; its output beside it; cancel says what it leaves behind."""

from __future__ import annotations

import time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.job import Job, JobState
from nasclustergui.ui import theme
from nasclustergui.ui.console import Console
from nasclustergui.ui.errors import ErrorDialog
from nasclustergui.ui.job_rows import job_rows
from nasclustergui.ui.jobs import Jobs, is_over
from nasclustergui.ui.parts import Badge, Fill, Line, Panel, box, button, col, label, row
from nasclustergui.ui.tree import Tree

HEIGHT = 236


class JobsDock(Fill):
    """Follows a `Jobs`.

    Signals:
        hidden: somebody closed the dock.
        counted: (running and waiting, failed and not looked at) changed.
    """

    hidden = Signal()
    counted = Signal(int, int)

    def __init__(self, jobs: Jobs) -> None:
        super().__init__("canvas")
        self._jobs = jobs
        self._written = 0
        self._shown: Job | None = None
        self._unseen: set[int] = set()
        self._running = Badge("busy", "")
        self._waiting = Badge("wait", "")
        self._failed = Badge("critical", "")
        self.cancel_button = button(_("Cancel…"), "danger-quiet", "x", small=True, on_click=self._on_cancel)
        self.why_button = button(_("What went wrong"), small=True, icon="info", on_click=self._on_why)
        self.output_button = button(_("Hide output"), "quiet", "terminal", small=True, on_click=self._on_toggle_output)
        self.tree = Tree(
            [(_("Job"), -1), (_("Step"), 184), (_("Progress"), 236), (_("Started"), 80), (_("By"), 80)],
            flat=True,
            drop={4: 860, 3: 780, 1: 620},
            name=_("Jobs"),
            severity_first=False,
        )
        self.console = Console(_("Output"), wrap=True)
        self._output_title = label("", "label", "text3")
        self.setLayout(col(Line(), self._head(), (self._body(), 1), gap=0))
        self.setFixedHeight(theme.px(HEIGHT))
        self.setAccessibleName(_("Jobs"))
        self.tree.row_changed.connect(lambda _key: self._show_output())
        for signal in (jobs.added, jobs.changed, jobs.finished):
            signal.connect(self._on_job)
        self.refresh()

    def _head(self) -> QWidget:
        hide = button("", "quiet", "chevron-down", small=True, tip=_("Hide jobs"), on_click=self.hidden.emit)
        badges = (self._running, self._waiting, self._failed)
        actions = (self.output_button, self.why_button, self.cancel_button, hide)
        return box(row(label(_("Jobs"), "heading"), *badges, None, *actions, gap=8, margins=(24, 8, 16, 8)))

    def _body(self) -> QWidget:
        title = row(self._output_title, None, margins=(12, 6, 12, 0))
        self._output = Panel(col(title, (self.console, 1), gap=2, margins=(2, 0, 2, 4)), fill="inset", radius=8)
        table = Panel(col(self.tree, margins=(1, 1, 1, 6)), radius=8)
        return box(row((table, 10), (self._output, 7), gap=12, margins=(24, 0, 24, 12)))

    def _on_job(self, job: Job) -> None:
        if job.state is JobState.FAILED:
            self._unseen.add(job.number)
        first = self.tree.current_key() == ""
        if job.state in (JobState.WAITING, JobState.RUNNING) and (first or self._shown is None or is_over(self._shown)):
            self.refresh()
            self.tree.select_key(str(job.number))
        self.refresh()

    def refresh(self) -> None:
        """Show the jobs as they are now."""
        self.tree.update_rows(job_rows(self._jobs.all))
        if not self.tree.current_key() and self._jobs.all:
            self.tree.select_key(str(self._jobs.all[0].number))
        states = [job.state for job in self._jobs.all]
        running, waiting = states.count(JobState.RUNNING), states.count(JobState.WAITING)
        failed = states.count(JobState.FAILED)
        _show(self._running, "busy", ngettext("{n} runs", "{n} run", running), running)
        _show(self._waiting, "wait", ngettext("{n} waits", "{n} wait", waiting), waiting)
        _show(self._failed, "critical", ngettext("{n} failed", "{n} failed", failed), failed)
        self._show_output()
        self.counted.emit(running + waiting, len(self._unseen))

    def look_at(self, job: Job) -> None:
        """Choose a job, for instance because its toast was clicked."""
        self.tree.select_key(str(job.number))

    def seen(self) -> None:
        """The dock was opened: failures are not news any more."""
        self._unseen.clear()
        self.refresh()

    def current(self) -> Job | None:
        """The chosen job."""
        entry = self.tree.current_row()
        return entry.data if entry is not None and isinstance(entry.data, Job) else None

    def _show_output(self) -> None:
        job = self.current()
        self.cancel_button.setEnabled(job is not None and not is_over(job) and not job.cancelled)
        self.why_button.setVisible(job is not None and job.state is JobState.FAILED)
        if job is None:
            self._output_title.set_text(_("Nothing ran so far"))
            return
        self._output_title.set_text(_("Output of {job}").format(job=job.title))
        lines = job.output
        if job is not self._shown or len(lines) < self._written:
            self._shown, self._written = job, 0
            self.console.clear()
        self.console.write(_line(*entry) for entry in lines[self._written :])
        self._written = len(lines)

    def _on_toggle_output(self) -> None:
        self._output.setVisible(not self._output.isVisible())
        self.output_button.set_text(_("Hide output") if self._output.isVisible() else _("Show output"))

    def _on_why(self) -> None:
        job = self.current()
        if job is not None and job.error is not None:
            ErrorDialog(job.error, self).open()

    def _on_cancel(self) -> None:
        job = self.current()
        if job is None or is_over(job):
            return
        if not job.cancel_effect:
            job.cancel()
            self.refresh()
            return
        box_ = QMessageBox(self)
        box_.setWindowTitle(_("Cancel {job}").format(job=job.title))
        box_.setText(_("Cancel {job}?").format(job=job.title))
        box_.setInformativeText(job.cancel_effect)
        stop = box_.addButton(_("Cancel the job"), QMessageBox.ButtonRole.DestructiveRole)
        keep = box_.addButton(_("Let it run"), QMessageBox.ButtonRole.RejectRole)
        box_.setDefaultButton(keep)
        stop.clicked.connect(job.cancel)
        stop.clicked.connect(self.refresh)
        box_.open()


def _show(badge: Badge, state: str, text: str, n: int) -> None:
    badge.setVisible(n > 0)
    badge.set_state(state, text.format(n=n))


def _line(at: float, node: str, text: str) -> str:
    stamp = time.strftime("%H:%M:%S", time.localtime(at))
    return f"{stamp} {node:<6}  {text}" if node else f"{stamp}  {text}"
