"""The row of figures about a rebalance: how it stands, a bar, time left, what was moved, what was not."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.units import DASH, clock, count, decimal, duration, percent, size
from nasclustergui.subsystems.gluster.features.rebalance.history import WorkHistory
from nasclustergui.subsystems.gluster.features.rebalance.model import Look, ended_at, last_nodes
from nasclustergui.subsystems.gluster.model import NodeProgress, TaskKind
from nasclustergui.subsystems.gluster.page.sections.healing.figures import Figure
from nasclustergui.ui.parts import Meter, col, row


class Figures(QWidget):
    """All of them in a row, a bar above them while something runs."""

    def __init__(self) -> None:
        super().__init__()
        self.bar = Meter(0.0, "busy", 8)
        self.done, self.left, self.moved = Figure(_("Done")), Figure(_("Time left")), Figure(_("Moved"))
        self.looked, self.speed = Figure(_("Looked at")), Figure(_("Speed"))
        self.not_moved, self.time = Figure(_("Not moved")), Figure(_("Run time"))
        widths = ((self.done, 2), (self.left, 8), (self.moved, 5), (self.looked, 3), (self.speed, 3))
        figures = row(*widths, (self.not_moved, 5), (self.time, 3), gap=16)
        self.setLayout(col(figures, self.bar, gap=6))

    def show_running(self, work: WorkHistory, stale: str) -> None:
        """A rebalance under way; `stale`: "Seen …" where values are old."""
        estimate, nodes, old = work.estimate, work.task.nodes, bool(stale)
        counted = work.task.kind is not TaskKind.FIX_LAYOUT
        known = estimate.progress is not None
        self.bar.set_value(estimate.progress or 0.0, "busy", old or not known)
        self.bar.setVisible(True)
        self.done.set_value(percent(int((estimate.progress or 0) * 100)) if known else DASH, stale, old)
        left = estimate.seconds_left
        self._show_left(left, counted, old)
        rate = estimate.rate
        per_second = _("{n} files/s").format(n=decimal(rate, 0 if rate >= 10 else 1)) if rate else DASH
        self.speed.set_value(per_second, "", old)
        self._show_counts(nodes, counted, old)
        self.time.set_value(duration(max((n.seconds for n in nodes), default=None)), "", old)

    def show_last(self, look: Look | None) -> None:
        """Nothing runs: what the last one did, as the nodes remember it."""
        self.bar.setVisible(False)
        nodes = last_nodes(look) if look is not None else ()
        for figure in (self.done, self.speed):
            figure.set_value(DASH)
        self._show_counts(nodes, bool(nodes), False)
        at = ended_at(look) if look is not None and nodes else 0.0
        self.left.set_value(DASH, _("the last one ended {time}").format(time=clock(at)) if at else "")
        self.time.set_value(duration(max((n.seconds for n in nodes), default=None)))

    def _show_left(self, left: tuple[float, float, float] | None, counted: bool, old: bool) -> None:
        """ "about 6 min", "4 to 9 min" smaller beside it."""
        if left is None:
            self.left.set_value(_("no estimate yet") if counted else DASH, "", old)
            return
        low, likely, high = (duration(round(seconds)) for seconds in left)
        band = _("{low} to {high}").format(low=low, high=high) if low != high else ""
        self.left.set_value(_("about {time}").format(time=likely), band, old)

    def _show_counts(self, nodes: Sequence[NodeProgress], counted: bool, old: bool) -> None:
        if not counted or not nodes:
            for figure in (self.moved, self.looked, self.not_moved):
                figure.set_value(DASH, "", old)
            return
        files, moved = sum(n.files for n in nodes), sum(n.bytes for n in nodes)
        failed, skipped = sum(n.failures for n in nodes), sum(n.skipped for n in nodes)
        self.moved.set_value(count(files), size(moved), old)
        self.looked.set_value(count(sum(n.lookups for n in nodes)), "", old)
        self.not_moved.set_value(
            _("{n} failed").format(n=count(failed)), _("{n} skipped").format(n=count(skipped)), old
        )
