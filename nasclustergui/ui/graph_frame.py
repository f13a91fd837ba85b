"""What stands around the topology's cards: frames of the failure domains, and the legend below."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGraphicsItem, QSizePolicy, QStyleOptionGraphicsItem, QWidget

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.topology import EdgeKind, Frame, Topology
from nasclustergui.ui import theme as th
from nasclustergui.ui.graph_edges import LOOKS, edge_name

_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
_FAR = 0.3  # zoom below which titles can't be read
_LARGER = 0.6  # zoom below which they are set in the larger type


class RackFrame(QGraphicsItem):
    """A failure domain: title and number of nodes above its cards."""

    def __init__(self) -> None:
        super().__init__()
        self._frame = Frame("", 0, 0, 0, 0, 0)
        self.setZValue(-2)

    def set_frame(self, frame: Frame) -> None:
        """Stand there and say that."""
        if frame != self._frame:
            self.prepareGeometryChange()
            self._frame = frame
            self.update()

    def boundingRect(self) -> QRectF:
        f = self._frame
        return QRectF(f.x, f.y, f.width, f.height)

    def paint(self, p: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        box, zoom = self.boundingRect(), p.worldTransform().m11()
        th.round_rect(p, box, 10, th.c("inset"), th.c("line"))
        if zoom < _FAR:
            return
        head = QRectF(box.x() + th.px(14), box.y() + th.px(4), box.width() - th.px(28), th.px(26))
        near = zoom >= _LARGER
        style = "label" if near else "title"
        title = self._frame.title or _("In no rack")
        p.setFont(th.font(style))
        p.setPen(th.c("text3"))
        if near:
            count = ngettext("{n} node", "{n} nodes", self._frame.count).format(n=self._frame.count)
            p.drawText(head, _RIGHT, count)
            head.setWidth(head.width() - th.text_width(count, style) - 8)
        p.drawText(head, _LEFT, th.metrics(style).elidedText(title, Qt.TextElideMode.ElideRight, head.width()))


class TopologyLegend(QWidget):
    """Explains the dashes and marks that the picture shows now; others would only distract."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edges: tuple[EdgeKind, ...] = ()
        self._marks: tuple[tuple[str, str, str], ...] = ()  # icon, colour role, name
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_topology(self, topology: Topology) -> None:
        """Explain this picture."""
        used = {edge.kind for edge in topology.edges}
        edges = tuple(kind for kind in EdgeKind if kind in used)
        marks: list[tuple[str, str, str]] = []
        if any(node.leader for node in topology.nodes):
            marks.append(("crown", "warn", _("etcd leader")))
        if any(node.virtual_ip for node in topology.nodes):
            marks.append(("globe", "accent_text", _("virtual IP")))
        if (edges, tuple(marks)) != (self._edges, self._marks):
            self._edges, self._marks = edges, tuple(marks)
            names: Iterable[str] = (*map(edge_name, edges), *(name for _icon, _role, name in marks))
            self.setAccessibleName(_("Legend: {entries}").format(entries=", ".join(names)))
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(th.px(400), th.px(26))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, th.px(26))

    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        p.setFont(th.font("caption"))
        x, y = 0.0, self.height() / 2
        for kind in self._edges:
            p.setPen(LOOKS[kind].pen())
            p.drawLine(QPointF(x, y), QPointF(x + th.px(20), y))
            x = self._say(p, x + th.px(26), edge_name(kind))
        side = th.px(14)
        for icon, role, name in self._marks:
            th.draw_icon(p, icon, th.c(role), x, y - side / 2, side)
            x = self._say(p, x + side + th.px(6), name)
        p.end()

    def _say(self, p: QPainter, x: float, text: str) -> float:
        width = th.text_width(text, "caption")
        p.setPen(th.c("text2"))
        p.drawText(QRectF(x, 0, width, self.height()), _LEFT, text)
        return x + width + th.px(18)
