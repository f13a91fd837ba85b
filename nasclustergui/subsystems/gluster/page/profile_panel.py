"""What the bricks do and how long it takes: a table of operations, and the sizes of reads and writes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.units import count, duration, rate, size
from nasclustergui.subsystems.gluster.features.performance.model import BrickProfile, Fop, since, together
from nasclustergui.subsystems.gluster.features.performance.words import latency
from nasclustergui.subsystems.gluster.page.block_chart import BlockChart
from nasclustergui.ui import theme
from nasclustergui.ui.parts import Cell, ElidedLabel, Row, Tree, col, label, row

ALL = ""
CHART_WIDTH = 300


class ProfilePanel(QWidget):
    """Shows readings of the counters; the last two give what happened between them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now: dict[str, BrickProfile] = {}
        self._between: dict[str, BrickProfile] = {}
        self.brick = QComboBox()
        self.brick.setAccessibleName(_("Brick"))
        self.period = QComboBox()
        self.period.setAccessibleName(_("Period"))
        self.period.addItem(_("Since profiling was started"), False)
        self.period.addItem(_("Between the last two readings"), True)
        self.facts = ElidedLabel("", "caption", "text2")
        self.tree = Tree(
            [
                (_("Operation"), -1),
                (_("Share of the time"), 190),
                (_("Calls"), 110),
                (_("Average"), 110),
                (_("Least"), 110),
                (_("Most"), 110),
            ],
            right=(2, 3, 4, 5),
            flat=True,
            severity_first=False,
            drop={4: 820, 5: 720},
            name=_("Operations of the bricks"),
        )
        self.chart = BlockChart()
        self.brick.currentIndexChanged.connect(lambda _index: self._show())
        self.period.currentIndexChanged.connect(lambda _index: self._show())
        tools = row(self.brick, self.period, (self.facts, 100), None, gap=8, margins=(14, 4, 14, 8))
        self.chart.setFixedWidth(theme.px(CHART_WIDTH))
        chart = col(label(_("How large reads and writes are"), "label", "text2"), self.chart, None, gap=4)
        chart.setContentsMargins(16, 8, 16, 8)
        self.setLayout(col(tools, (row((self.tree, 1), chart, gap=0), 1), gap=0))

    def forget(self) -> None:
        """Another volume, or counters that began anew."""
        self._now, self._between = {}, {}
        self.brick.clear()
        self._show()

    def add(self, bricks: Sequence[BrickProfile]) -> None:
        """A newer reading."""
        before = self._now
        self._now = {brick.brick: brick for brick in bricks}
        pairs = {name: since(before[name], now) for name, now in self._now.items() if name in before}
        self._between = {name: found for name, found in pairs.items() if found is not None}
        self._offer(list(self._now))
        self._show()

    def shown(self) -> BrickProfile | None:
        """What the table shows."""
        source = self._between if self.period.currentData() else self._now
        name = self.brick.currentData()
        if name:
            return source.get(name)
        return together(source.values(), ALL) if source else None

    def _offer(self, names: list[str]) -> None:
        wanted = [ALL, *names]
        if wanted == [self.brick.itemData(k) for k in range(self.brick.count())]:
            return
        chosen = self.brick.currentData()
        self.brick.blockSignals(True)
        self.brick.clear()
        for name in wanted:
            self.brick.addItem(name or _("All bricks together"), name)
        self.brick.setCurrentIndex(max(0, self.brick.findData(chosen)))
        self.brick.blockSignals(False)

    def _show(self) -> None:
        found = self.shown()
        if found is None:
            self.tree.update_rows([])
            self.chart.show_blocks(())
            waits = self._now and self.period.currentData()
            self.facts.set_text(_("Waiting for a second reading…") if waits else "")
            return
        self.facts.set_text(_facts(found))
        self.tree.update_rows(fop_rows(found))
        self.chart.show_blocks(found.blocks)


def fop_rows(found: BrickProfile) -> list[Row]:
    """A row per operation, the one that takes most of the time first."""
    whole = sum(fop.total for fop in found.fops)
    fops = sorted((fop for fop in found.fops if fop.calls), key=lambda fop: (-fop.total, -fop.calls, fop.name))
    return [_row(fop, fop.total / whole if whole else 0.0) for fop in fops]


def _row(fop: Fop, share: float) -> Row:
    times = (fop.average, fop.minimum, fop.maximum)
    cells = (
        Cell(fop.name, "mono"),
        Cell(_("{n} %").format(n=round(share * 100)), "meter", value=share, state="accent"),
        Cell(count(fop.calls), "num"),
        *(Cell(latency(value), "num", role="" if value is not None else "text3") for value in times),
    )
    return Row(fop.name, cells, sort=(fop.name, share, float(fop.calls), *times))


def _facts(found: BrickProfile) -> str:
    seconds = max(found.seconds, 1)
    text = _("{time}: {read} read ({read_rate}), {written} written ({write_rate})")
    return text.format(
        time=duration(found.seconds),
        read=size(found.read),
        read_rate=rate(found.read / seconds),
        written=size(found.written),
        write_rate=rate(found.written / seconds),
    )
