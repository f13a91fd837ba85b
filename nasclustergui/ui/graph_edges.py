"""The topology's edges: all of one kind are one path, told apart by dash, colour and lane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.topology import EdgeKind
from nasclustergui.ui import theme as th
from nasclustergui.ui.graph_card import FULL_DETAIL

_ANTIALIASING = QPainter.RenderHint.Antialiasing
_BEND = 36.0


@dataclass(frozen=True)
class EdgeLook:
    """How a kind of edge is drawn; `lane` keeps kinds between the same cards apart."""

    role: str
    far_role: str
    width: float
    dash: Qt.PenStyle
    lane: float

    def pen(self) -> QPen:
        """For near, in the colours of the moment."""
        return QPen(th.c(self.role), self.width, self.dash)

    def far_pen(self) -> QPen:
        """From a distance: as wide at any zoom, and pale where many cross each other."""
        pen = QPen(th.c(self.far_role), round(self.width - 0.1), self.dash)
        pen.setCosmetic(True)
        return pen


LOOKS = {
    EdgeKind.SHARES: EdgeLook("control", "button", 1.5, Qt.PenStyle.SolidLine, -8.0),
    EdgeKind.MISSING: EdgeLook("critical", "critical", 2.0, Qt.PenStyle.DashLine, -8.0),
    EdgeKind.QUORUM: EdgeLook("accent", "accent", 1.5, Qt.PenStyle.DotLine, 8.0),
}


def edge_name(kind: EdgeKind) -> str:
    """What the legend calls it."""
    return {
        EdgeKind.SHARES: _("shares a replica set"),
        EdgeKind.MISSING: _("copy missing"),
        EdgeKind.QUORUM: _("etcd quorum"),
    }[kind]


class EdgeItem(QGraphicsItem):
    """All edges of one kind. Curved with dashes near, straight hairlines from a distance."""

    def __init__(self, kind: EdgeKind) -> None:
        super().__init__()
        self.kind = kind
        self._path, self._far, self._bounds = QPainterPath(), QPainterPath(), QRectF()
        self._drawn: object = None
        self.setZValue(-1)

    def set_edges(self, edges: Sequence[tuple[str, str]], cards: Mapping[str, QRectF], row_gap: float) -> bool:
        """Join these cards; False if that is what is drawn already."""
        boxes = [(cards[a], cards[b]) for a, b in edges if a in cards and b in cards]
        wanted = [(a.x(), a.y(), b.x(), b.y(), a.width(), row_gap) for a, b in boxes]
        if wanted == self._drawn:
            return False
        self._drawn = wanted
        self.prepareGeometryChange()
        self._path, self._far = QPainterPath(), QPainterPath()
        lane = LOOKS[self.kind].lane
        for a, b in boxes:
            add_edge(self._path, a, b, lane, row_gap)
            self._far.moveTo(a.center())
            self._far.lineTo(b.center())
        self._bounds = self._path.boundingRect().united(self._far.boundingRect()).adjusted(-2, -2, 2, 2)
        self.update()
        return True

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(self, p: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        near = p.worldTransform().m11() >= FULL_DETAIL
        look = LOOKS[self.kind]
        p.setRenderHint(_ANTIALIASING, near)
        p.setBrush(Qt.BrushStyle.NoBrush)
        p.setPen(look.pen() if near else look.far_pen())
        p.drawPath(self._path if near else self._far)


def add_edge(path: QPainterPath, a: QRectF, b: QRectF, lane: float, row_gap: float) -> None:
    """Add the way from one card to another, round the cards that stand between them.

    `lane` is the distance from the middle of the card's side; `row_gap` the free height below a card.
    """
    if b.x() < a.x():
        a, b = b, a
    if abs(b.x() - a.x()) < a.width() / 2:
        _add_in_column(path, *((a, b) if a.y() <= b.y() else (b, a)), lane, row_gap)
        return
    start = QPointF(a.right(), a.center().y() + lane)
    end = QPointF(b.left(), b.center().y() + lane)
    gap = end.x() - start.x()
    path.moveTo(start)
    if a.y() == b.y() and gap > a.width():  # a card stands between: dive below it
        depth = (a.height() / 2 - lane + row_gap / 2) * 4 / 3
        bend = min(gap / 2, _BEND * 2)
        path.cubicTo(start + QPointF(bend, depth), end + QPointF(-bend, depth), end)
    else:
        bend = min(gap / 2, _BEND)
        path.cubicTo(start + QPointF(bend, 0), end + QPointF(-bend, 0), end)


def _add_in_column(path: QPainterPath, upper: QRectF, lower: QRectF, lane: float, row_gap: float) -> None:
    if lower.top() - upper.bottom() <= row_gap * 1.5:  # neighbours: straight down
        path.moveTo(upper.center().x() + lane, upper.bottom())
        path.lineTo(lower.center().x() + lane, lower.top())
        return
    start = QPointF(upper.right(), upper.center().y() + lane)
    end = QPointF(lower.right(), lower.center().y() + lane)
    out = QPointF(_BEND * 0.5 + lane / 2, 0)
    path.moveTo(start)
    path.cubicTo(start + out, end + out, end)
