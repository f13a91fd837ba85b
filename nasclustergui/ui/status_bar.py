"""The line at the bottom: how fresh what you see is, who else changes the cluster, what runs, which keys help."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent

from nasclustergui.core.i18n import _
from nasclustergui.core.units import clock, duration
from nasclustergui.ui import theme
from nasclustergui.ui.badge import state_icon
from nasclustergui.ui.card import Fill
from nasclustergui.ui.labels import ElidedLabel, Label
from nasclustergui.ui.layout import clear, row


class _Clickable(ElidedLabel):
    """A text that does something when it is clicked; a key does the same."""

    clicked = Signal()

    def __init__(self, text: str, style: str, role: str) -> None:
        super().__init__(text, style, role)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Clicked."""
        if self.rect().contains(event.position().toPoint()):
            self.clicked.emit()


class StatusBar(Fill):
    """Freshness, the other administrator, jobs, key hints.

    Signals:
        jobs_clicked: the text of the jobs was clicked. hint_clicked: that of these keys was. guard_clicked: that of
            the other administrator was.
    """

    jobs_clicked = Signal()
    guard_clicked = Signal()
    hint_clicked = Signal(str)

    def __init__(self) -> None:
        super().__init__("inset")
        self._icon = state_icon("unknown", 14)
        self._word = Label(_("Not connected"), "caption", "text2")
        self._detail = ElidedLabel("", "caption", "text3")
        self._guard_icon = state_icon("wait", 14)
        self._guard = _Clickable("", "caption", "text2")
        self._job_icon = state_icon("busy", 14)
        self._jobs = _Clickable("", "caption", "text2")
        self._hints = row(gap=12)
        guard = (self._guard_icon, self._guard)
        left = row(self._icon, self._word, self._detail, 10, *guard, 10, self._job_icon, self._jobs, gap=6)
        self.setLayout(row((left, 0), None, self._hints, gap=6, margins=(24, 0, 24, 0)))
        self._jobs.clicked.connect(self.jobs_clicked)
        self._guard.clicked.connect(self.guard_clicked)
        self.set_jobs("")
        self.set_guard("")
        self.restyle()

    def restyle(self) -> None:
        """Take the height from the theme."""
        self.setFixedHeight(theme.size("status_bar"))

    def set_live(self, read_at: float, every: float) -> None:
        """All is fresh: read at this Unix time, again every so many seconds."""
        detail = _("read {time}, every {interval}").format(time=clock(read_at), interval=duration(every))
        self.set_freshness("ok", _("Live"), detail)

    def set_stale(self, since: float | None, detail: str = "") -> None:
        """Nothing could be read since then."""
        word = _("Stale since {time}").format(time=clock(since)) if since is not None else _("Not read yet")
        self.set_freshness("stale", word, detail)

    def set_freshness(self, state: str, word: str, detail: str = "") -> None:
        """Any other state ("Connecting", "Reading old moments")."""
        self._icon.set_state(state)
        self._word.set_text(word)
        self._detail.set_text(detail)

    def set_jobs(self, text: str, state: str = "busy") -> None:
        """ "2 jobs: rebalance media 62 %, heal vm-images 78 %"; "" when nothing runs."""
        self._job_icon.set_state(state)
        self._jobs.set_text(text)
        self._job_icon.setVisible(bool(text))
        self._jobs.setVisible(bool(text))

    def set_guard(self, text: str, state: str = "wait", tip: str = "") -> None:
        """Who else changes the cluster, or that nothing keeps a second administrator from it; "" for nothing."""
        self._guard_icon.set_state(state or "wait")
        self._guard.set_text(text)
        self._guard.setToolTip(f"{text}\n{tip}" if tip else text)
        self._guard_icon.setVisible(bool(text))
        self._guard.setVisible(bool(text))

    @property
    def guard(self) -> str:
        """What it says about another administrator."""
        return self._guard.text() if self._guard.isVisibleTo(self) else ""

    def set_hints(self, hints: Sequence[tuple[str, str]]) -> None:
        """(keys, what they do), for instance ("Ctrl+K", "Find or run")."""
        clear(self._hints)
        for keys, what in hints:
            hint = _Clickable(f"{keys}  {what}", "caption", "text3")
            hint.clicked.connect(partial(self.hint_clicked.emit, keys))
            self._hints.addWidget(hint)
