"""Which files are used most: a list per brick, read when asked for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.units import clock, count, decimal, size
from nasclustergui.subsystems.gluster.features.performance.model import Metric, TopBrick
from nasclustergui.subsystems.gluster.features.performance.words import metric_words
from nasclustergui.ui.parts import Cell, ElidedLabel, Row, Stack, Tree, button, col, row

MEASURES = ((0, 0), (4096, 1024), (131072, 256))  # bytes of a block, blocks
LISTED = (10, 25, 100)


class TopPanel(QWidget):
    """Shows one list.

    Signals:
        wanted: read the chosen list. clear: count anew.
    """

    wanted = Signal()
    clear = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ranking = QComboBox()
        self.ranking.setAccessibleName(_("Ranked by"))
        for metric, text in metric_words().items():
            self.ranking.addItem(text, metric.value)
        self.listed = QComboBox()
        self.listed.setAccessibleName(_("Files per brick"))
        for n in LISTED:
            self.listed.addItem(_("{n} per brick").format(n=n), n)
        self.measure = QComboBox()
        self.measure.setAccessibleName(_("Measurement"))
        self.measure.setToolTip(_("A measurement writes a temporary file on every brick and reads it back."))
        for block, times in MEASURES:
            text = _("Measure {total} in blocks of {size}").format(total=size(block * times), size=size(block))
            self.measure.addItem(text if block else _("Without a measurement"), (block, times))
        self.go = button(_("Read"), icon="refresh-cw", small=True, on_click=self.wanted.emit)
        self.again = button(_("Count anew…"), small=True, on_click=self.clear.emit)
        self._read_at = ElidedLabel("", "caption", "text3")
        self.tree = Tree(
            [(_("Brick and file"), -1), (_("Count"), 150), (_("When"), 250)],
            right=(1,),
            severity_first=False,
            drop={2: 700},
            name=_("Files that are used most"),
        )
        self.stack = Stack(self.tree, _("Asking the bricks…"))
        self.stack.retry.connect(self.wanted)
        tools = row(self.ranking, self.listed, self.measure, self.go, None, self._read_at, self.again, gap=8)
        tools.setContentsMargins(14, 4, 14, 8)
        self.setLayout(col(tools, (self.stack, 1), gap=0))
        self.ranking.currentIndexChanged.connect(lambda _index: self._on_metric())
        self._on_metric()
        self.forget()

    def chosen(self) -> tuple[Metric, int, int, int]:
        """Metric, files per brick, bytes of a block and number of blocks to measure (0 for none)."""
        block, times = self.measure.currentData() if self.metric_is_throughput() else (0, 0)
        return Metric(self.ranking.currentData()), int(self.listed.currentData()), int(block), int(times)

    def metric_is_throughput(self) -> bool:
        """True if MB/s are shown."""
        return Metric(self.ranking.currentData()).is_throughput

    def forget(self) -> None:
        """Nothing was read yet."""
        text = _("gluster counts from the first time that somebody asks. Choose a list and read it.")
        self.stack.show_empty("activity", _("Busiest files"), text)
        self._read_at.set_text("")

    def show_loading(self) -> None:
        """It is being read."""
        self.stack.show_loading()

    def show_bricks(self, bricks: Sequence[TopBrick], metric: Metric, read_at: float) -> None:
        """The list."""
        self._read_at.set_text(_("Read at {time}").format(time=clock(read_at)))
        rows = top_rows(bricks, metric)
        self.tree.update_rows(rows)
        if any(row.children for row in rows) or any(brick.throughput for brick in bricks):
            self.stack.show_content()
        else:
            text = _("No file was counted on any brick so far. Use the volume, then read again.")
            self.stack.show_empty("activity", _("Nothing counted yet"), text)

    def show_failed(self, error: NasError) -> None:
        """It could not be read."""
        self.stack.show_failed(error)

    def _on_metric(self) -> None:
        self.measure.setVisible(self.metric_is_throughput())
        self.forget()


def top_rows(bricks: Sequence[TopBrick], metric: Metric) -> list[Row]:
    """A row per brick, its files below."""
    return [_brick_row(brick, metric) for brick in bricks]


def _brick_row(brick: TopBrick, metric: Metric) -> Row:
    value, when = "", ""
    if brick.throughput is not None:
        value = _("{n} MB/s measured").format(n=decimal(brick.throughput))
    elif brick.open_now is not None:
        value = _("{n} open now").format(n=count(brick.open_now))
        when = _("at most {n}, {at}").format(n=count(brick.open_most), at=brick.open_most_at.split(".")[0])
    files = tuple(
        Row(
            f"{brick.brick}{file.path}",
            (
                Cell(file.path, "mono"),
                Cell(_("{n} MB/s").format(n=count(file.value)) if metric.is_throughput else count(file.value), "num"),
                Cell(file.at.split(".")[0]),
            ),
            sort=(file.path, file.value),
        )
        for file in brick.files
    )
    cells = (Cell(brick.brick, "name", "hard-drive", strong=True), Cell(value, "num"), Cell(when))
    return Row(brick.brick, cells, files, open=True)
