"""The dialog of a schedule: how often, when, how many are kept."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTime
from PySide6.QtWidgets import QComboBox, QSpinBox, QTimeEdit, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import Profile
from nasclustergui.subsystems.gluster.dialogs.ask import AskDialog
from nasclustergui.subsystems.gluster.features.snapshots.model import MOST
from nasclustergui.subsystems.gluster.features.snapshots.schedule import Period, Schedule
from nasclustergui.subsystems.gluster.features.snapshots.scheduling import day_names
from nasclustergui.ui.parts import Field, Label, row

USUAL = {Period.HOURLY: 24, Period.DAILY: 7, Period.WEEKLY: 4}  # kept, where nobody said otherwise


class ScheduleDialog(AskDialog):
    """A new schedule of a volume, or another form of one that is there: a volume has one of each period."""

    def __init__(
        self,
        volume: str,
        there: dict[Period, Schedule],
        period: Period,
        plan: Callable[[Schedule], Plan],
        profile: Profile | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`there`: the volume's schedules as they are. `period` is shown first."""
        about = _("A timer on the nodes takes them, whether this program runs or not.")
        super().__init__(_("Scheduled snapshots of {volume}").format(volume=volume), about, profile, parent)
        self._volume, self._there = volume, there
        self.period, self.day, self.at = QComboBox(), QComboBox(), QTimeEdit()
        self.minute, self.keep = QSpinBox(), QSpinBox()
        words = {Period.HOURLY: _("Every hour"), Period.DAILY: _("Every day"), Period.WEEKLY: _("Every week")}
        for value, text in words.items():
            self.period.addItem(text, value)
        for number, name in enumerate(day_names()):
            self.day.addItem(name, number)
        self.at.setDisplayFormat("HH:mm")
        self.minute.setRange(0, 59)
        self.keep.setRange(1, MOST - 1)
        self._often = Field(_("How often"), self.period)
        self._day = Field(_("On"), self.day)
        self._at = Field(_("At, by the nodes' clocks"), self.at)
        self._minute = Field(_("At minute"), self.minute)
        self._keep = Field(_("Keep the newest"), self.keep)
        self.fields = {"keep": self._keep, "at": self._at}
        self._note = Label("", "caption", "text3", wrap=True)
        when = row(self._often, self._day, self._at, self._minute, self._keep, None, gap=16)
        self.ask([when, self._note], lambda: plan(self.schedule()))
        self.period.currentIndexChanged.connect(self._on_period)
        self.period.setCurrentIndex(self.period.findData(period))
        self._on_period()

    def schedule(self) -> Schedule:
        """What is wanted now."""
        time = self.at.time()
        period = Period(self.period.currentData())
        hourly = period is Period.HOURLY
        return Schedule(
            self._volume,
            period,
            self.keep.value(),
            minute=self.minute.value() if hourly else time.minute(),
            hour=0 if hourly else time.hour(),
            day=self.day.currentData() if period is Period.WEEKLY else 0,
        )

    def _on_period(self) -> None:
        period = Period(self.period.currentData())
        now = self._there.get(period) or Schedule(self._volume, period, USUAL[period], hour=2)
        self.at.setTime(QTime(now.hour, now.minute))
        self.minute.setValue(now.minute)
        self.day.setCurrentIndex(now.day)
        self.keep.setValue(now.keep)
        self._day.setVisible(period is Period.WEEKLY)
        self._at.setVisible(period is not Period.HOURLY)
        self._minute.setVisible(period is Period.HOURLY)
        text = _("This schedule is there already: it is changed.") if period in self._there else ""
        safe = _("Only snapshots that it took itself are deleted, and only after a new one was taken.")
        self._note.set_text(f"{text} {safe}".strip())
        self.fit_soon()
