"""The row of figures about a heal: backlog, peak, speed, time left, how often the daemons look, and how."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.units import DASH, about, clock, count, duration
from nasclustergui.subsystems.gluster.features.heal.history import VolumeHistory
from nasclustergui.subsystems.gluster.features.heal.model import crawl_every, granular, heals
from nasclustergui.subsystems.gluster.model import Volume
from nasclustergui.ui.parts import ElidedLabel, col, row


class Figure(QWidget):
    """A caption, a value below it."""

    def __init__(self, caption: str) -> None:
        super().__init__()
        self.caption = caption
        self._value = ElidedLabel(DASH, "strong")
        self._more = ElidedLabel("", "caption", "text3")
        head = row(ElidedLabel(caption, "caption", "text3"), None, gap=0)
        self.setLayout(col(head, row(self._value, self._more, None, gap=6), gap=2))

    def set_value(self, text: str, more: str = "", stale: bool = False) -> None:
        """`more` is a secondary word beside it."""
        self._value.set_text(text)
        self._value.set_role("text3" if stale else "text")
        self._more.set_text(more)
        self.setAccessibleName(f"{self.caption}: {text} {more}".strip())

    def text(self) -> str:
        """The value with its secondary word."""
        return f"{self._value.text()} {self._more.text()}".strip()


class Figures(QWidget):
    """All of them in a row."""

    def __init__(self) -> None:
        super().__init__()
        self.backlog, self.peak = Figure(_("Waits now")), Figure(_("Most since it began"))
        self.speed, self.left = Figure(_("Heals per minute")), Figure(_("Time left"))
        self.looks, self.granular = Figure(_("Daemons look every")), Figure(_("Granular entry heal"))
        first = ((self.backlog, 4), (self.peak, 5), (self.speed, 4), (self.left, 6), (self.looks, 4))
        self.setLayout(row(*first, (self.granular, 4), gap=16))

    def show_volume(self, volume: Volume, history: VolumeHistory, stale: str) -> None:
        """`stale`: "Seen …" where values are old."""
        old = bool(stale)
        self.backlog.set_value(count(volume.heal_pending), stale, old)
        peaked = history.peak > 0
        at = _("at {time}").format(time=clock(history.peak_at)) if peaked else ""
        self.peak.set_value(count(history.peak) if peaked else DASH, at, old)
        estimate = history.estimate
        rate, left = estimate.rate, estimate.seconds_left
        self.speed.set_value(count(rate * 60) if rate else DASH, "", old)
        told = about(*left) if left and volume.heal_pending else ""
        self.left.set_value(told or (_("no estimate yet") if volume.heal_pending else DASH), "", old)
        every = duration(round(crawl_every(volume))) if heals(volume) else DASH
        fine = {True: _("on"), False: _("off"), None: DASH}[granular(volume)]
        self.looks.set_value(every)
        self.granular.set_value(fine)
