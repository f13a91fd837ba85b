"""One machine in the topology, painted with as much detail as the zoom allows."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QGraphicsSceneHoverEvent, QStyle, QStyleOptionGraphicsItem, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.topology import TopologyNode
from nasclustergui.core.units import percent
from nasclustergui.ui import theme as th
from nasclustergui.ui.badge import draw_badge

FULL_DETAIL = 0.6  # zoom from which a card shows everything; below: name and state icon only
_NAMED = 0.3  # zoom from which a name in the largest type can still be read
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
_SELECTED = QStyle.StateFlag.State_Selected
_ANTIALIASING = QPainter.RenderHint.Antialiasing
_RING = 3.0  # room around the card for the ring of the selection
_GAP = 6


class NodeCard(QGraphicsItem):
    """A card with name, marks, role, address, CPU and state. Its left top is its position."""

    def __init__(self, node: TopologyNode, width: float, height: float) -> None:
        super().__init__()
        self.node = node
        self._zoom = 1.0  # of the last paint
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)
        self.setAcceptHoverEvents(True)
        self.resize(width, height)

    def set_node(self, node: TopologyNode) -> bool:
        """Show this; True if anything is different."""
        before, self.node = self.node, node
        if node == before:
            return False
        self._ready = False
        seen_from_afar = (node.name, node.state) != (before.name, before.state)
        if seen_from_afar or self._zoom >= FULL_DETAIL:
            self.update()
        return True

    def resize(self, width: float, height: float) -> None:
        """Another text size."""
        self.prepareGeometryChange()
        self._box = QRectF(0, 0, width, height)
        self._bounds = self._box.adjusted(-_RING, -_RING, _RING, _RING)
        self._ready = False

    def _prepare(self) -> None:
        """Measure once what is painted often."""
        node = self.node
        self._ready = True
        self._stale = node.state == "stale"
        self._left = th.px(20 if self._stale else 10)
        self._inner = self._box.width() - self._left - th.px(10)
        marks = [("crown", "warn")] if node.leader else []
        marks += [("globe", "accent_text")] if node.virtual_ip else []
        self._marks = marks
        role = th.text_width(node.role, "caption") + _GAP if node.role else 0
        room = self._inner - role - len(marks) * th.px(18)
        self._name = th.metrics("strong").elidedText(node.name, Qt.TextElideMode.ElideRight, room)
        self._marks_x = self._left + th.text_width(self._name, "strong") + _GAP
        self._cpu = ""
        if node.cpu_percent is not None and not self._stale:
            self._cpu = _("CPU {percent}").format(percent=percent(node.cpu_percent))
        room = self._inner - (th.text_width(self._cpu, "caption") + _GAP if self._cpu else 0)
        self._address = th.metrics("mono").elidedText(node.address, Qt.TextElideMode.ElideMiddle, room)
        room = self._box.width() - th.px(16)
        self._big_name = th.metrics("display").elidedText(node.name, Qt.TextElideMode.ElideRight, room)

    def boundingRect(self) -> QRectF:
        return self._bounds

    def hoverEnterEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self.setToolTip(self.node.sentence())

    def paint(self, p: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        self._zoom = zoom = p.worldTransform().m11()
        if not self._ready:
            self._prepare()
        if zoom >= FULL_DETAIL:
            self._paint_full(p)
        elif zoom >= _NAMED:
            self._paint_name(p)
        else:
            self._paint_mark(p, zoom)
        if option.state & _SELECTED:
            th.round_rect(p, self._bounds, 10, None, th.c("accent"), max(2.0, 2.0 / zoom))

    def _paint_full(self, p: QPainter) -> None:
        node, box = self.node, self._box
        calm = node.state == "ok"
        line = th.c("control") if calm else th.fg(node.state)
        th.round_rect(p, box, 8, th.c("unknown_bg" if self._stale else "surface"), line, 1.0 if calm else 1.6)
        if self._stale:  # a strip, never behind text
            th.hatch(p, QRectF(3, 3, th.px(9), box.height() - 6), th.c("unknown"))
        first = QRectF(self._left, th.px(6), self._inner, th.px(20))
        second = QRectF(self._left, th.px(25), self._inner, th.px(18))
        p.setFont(th.font("strong"))
        p.setPen(th.c("text"))
        p.drawText(first, _LEFT, self._name)
        for k, (icon, role) in enumerate(self._marks):
            th.draw_icon(p, icon, th.c(role), self._marks_x + k * th.px(18), th.px(9), th.px(14))
        p.setFont(th.font("mono"))
        p.setPen(th.c("text2"))
        p.drawText(second, _LEFT, self._address)
        p.setFont(th.font("caption"))
        p.setPen(th.c("text3"))
        p.drawText(first, _RIGHT, node.role)
        if self._cpu:
            p.drawText(second, _RIGHT, self._cpu)
        # without a tint, the icon stands where the text begins
        draw_badge(p, self._left - (6 if calm or self._stale else 0), th.px(57), node.state, node.word, tint=not calm)

    def _paint_name(self, p: QPainter) -> None:
        """From a distance: a large name and the icon of the state."""
        state, box = self.node.state, self._box
        calm = state == "ok"
        if calm:
            th.round_rect(p, box, 8, th.c("surface"), th.c("control"), 1.5)
        else:
            th.round_rect(p, box, 8, th.bg(state), th.fg(state), 3.0)
        p.setFont(th.font("display"))
        p.setPen(th.c("text"))
        p.drawText(box.adjusted(th.px(8), 0, 0, -th.px(34)), _LEFT, self._big_name)
        side = th.px(32)
        th.draw_icon(p, th.STATES[state][0], th.fg(state), th.px(8), box.height() - side - th.px(4), side)

    def _paint_mark(self, p: QPainter, zoom: float) -> None:
        """From far away: a plain box; what isn't well is filled and carries its icon."""
        state, box = self.node.state, self._box
        p.setRenderHint(_ANTIALIASING, False)
        if state == "ok":
            p.fillRect(box, th.c("control"))
            p.fillRect(box.adjusted(1 / zoom, 1 / zoom, -1 / zoom, -1 / zoom), th.bg(state))
            return
        p.fillRect(box, th.fg(state))
        side = th.px(48)
        x, y = (box.width() - side) / 2, (box.height() - side) / 2
        th.draw_icon(p, th.STATES[state][0], th.c("surface"), x, y, side)
