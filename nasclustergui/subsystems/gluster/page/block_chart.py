"""How large reads and writes are: a pair of bars per size."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.units import count, size
from nasclustergui.subsystems.gluster.features.performance.model import Block
from nasclustergui.ui import theme

HEIGHT, HEAD, FOOT, WIDEST = 200, 26, 20, 64
_CENTER = Qt.AlignmentFlag.AlignCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class BlockChart(QWidget):
    """Paints what `show_blocks` was given."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._blocks: tuple[Block, ...] = ()
        self.setAccessibleName(_("Sizes of reads and writes"))
        self.restyle()

    def restyle(self) -> None:
        """The text size changed."""
        self.setFixedHeight(theme.px(HEIGHT))

    def show_blocks(self, blocks: Sequence[Block]) -> None:
        """Show these; sizes without any operation are left out."""
        found = tuple(block for block in blocks if block.reads or block.writes)
        if found != self._blocks:
            self._blocks = found
            self.setAccessibleDescription("; ".join(map(_sentence, found)))
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Legend, bars, sizes."""
        p = QPainter(self)
        self._paint_legend(p)
        if not self._blocks:
            p.setPen(theme.c("text3"))
            p.setFont(theme.font("caption"))
            p.drawText(self.rect(), _CENTER, _("No reads or writes counted"))
            return
        most = max(max(block.reads, block.writes) for block in self._blocks)
        bottom = self.height() - theme.px(FOOT)
        room = bottom - theme.px(HEAD)
        p.fillRect(QRectF(0, bottom, self.width(), 1), theme.c("line"))
        for block, slot in zip(self._blocks, self._slots(), strict=True):
            bar = min(slot.width() / 2 - 3, theme.px(22))
            middle = slot.center().x()
            for x, n, role in ((middle - bar - 1, block.reads, 0), (middle + 1, block.writes, 1)):
                high = max(room * n / most, 2 if n else 0)
                p.fillRect(QRectF(x, bottom - high, bar, high), theme.series(role))
            p.setPen(theme.c("text3"))
            p.setFont(theme.font("tick"))
            p.drawText(QRectF(slot.x(), bottom, slot.width(), theme.px(FOOT)), _CENTER, size(block.size))

    def _paint_legend(self, p: QPainter) -> None:
        x = 0.0
        p.setFont(theme.font("caption"))
        for n, text in ((0, _("Reads")), (1, _("Writes"))):
            p.fillRect(QRectF(x, theme.px(6), theme.px(10), theme.px(10)), theme.series(n))
            p.setPen(theme.c("text2"))
            x += theme.px(16)
            p.drawText(QRectF(x, 0, 200, theme.px(22)), _LEFT, text)
            x += theme.text_width(text, "caption") + theme.px(16)

    def _slots(self) -> list[QRectF]:
        n = len(self._blocks)
        width = min(theme.px(WIDEST), self.width() / n) if n else 0
        return [QRectF(k * width, 0, width, self.height()) for k in range(n)]

    def event(self, event: QHelpEvent) -> bool:  # type: ignore[override]  # Qt calls it with any event
        """Tool tips with the numbers."""
        if event.type() == QHelpEvent.Type.ToolTip:
            for block, slot in zip(self._blocks, self._slots(), strict=True):
                if slot.contains(event.pos()):
                    QToolTip.showText(event.globalPos(), _sentence(block), self)
            return True
        return super().event(event)


def _sentence(block: Block) -> str:
    text = _("From {size}: {reads} reads, {writes} writes")
    return text.format(size=size(block.size), reads=count(block.reads), writes=count(block.writes))
