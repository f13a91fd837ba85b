"""The topology: failure domains as columns, machines as cards, what ties them as edges."""

from __future__ import annotations

from collections import defaultdict

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.topology import EdgeKind, Frame, Layout, Topology, lay_out
from nasclustergui.ui import theme as th
from nasclustergui.ui.graph_card import NodeCard
from nasclustergui.ui.graph_edges import EdgeItem
from nasclustergui.ui.graph_frame import RackFrame

_LARGEST, _SMALLEST = 1.6, 0.05  # zoom
_STEP = 1.2  # of a wheel notch or a key
_MARGIN = 8.0
_SHAPE_STEP = 120  # the layout looks at the place in steps of that many pixels, so a resize doesn't make it dance
_ARROWS: dict[int, QPointF] = {
    Qt.Key.Key_Left: QPointF(-1, 0),
    Qt.Key.Key_Right: QPointF(1, 0),
    Qt.Key.Key_Up: QPointF(0, -1),
    Qt.Key.Key_Down: QPointF(0, 1),
}


class TopologyView(QGraphicsView):
    """Shows a Topology; `show_topology()` changes what differs and rebuilds nothing.

    Keys: arrows select the next card, Enter opens it, + and − zoom, 0 fits, Esc selects nothing.

    Attributes:
        topology: what is shown.

    Signals:
        selected: str, key of the selected node, "" for none.
        opened: str, key of a node: double click or Enter.
    """

    selected = Signal(str)
    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.topology = Topology()
        self._cards: dict[str, NodeCard] = {}
        self._frames: list[RackFrame] = []
        self._edges = {kind: EdgeItem(kind) for kind in EdgeKind}
        self._layout: Layout | None = None
        self._layout_key: object = None
        self._fitted = True
        self._scene = QGraphicsScene(self)  # without a parent it would be collected
        for item in self._edges.values():
            self._scene.addItem(item)
        self._scene.selectionChanged.connect(self._on_selection_changed)
        self.setScene(self._scene)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._describe()
        self.restyle()

    def show_topology(self, topology: Topology) -> None:
        """Show this: cards that stay are kept with their selection, those that are new or gone come and go."""
        if topology == self.topology:
            return
        same_nodes = [n.key for n in topology.nodes] == [n.key for n in self.topology.nodes]
        self.topology = topology
        wanted = {node.key: node for node in topology.nodes}
        for key in [key for key in self._cards if key not in wanted]:
            self._scene.removeItem(self._cards.pop(key))
        changed = False
        width, height = self._card_size()
        for key, node in wanted.items():
            card = self._cards.get(key)
            if card is None:
                card = self._cards[key] = NodeCard(node, width, height)
                self._scene.addItem(card)
                changed = True
            else:
                changed |= card.set_node(node)
        self._arrange()
        if changed or not same_nodes:
            self._describe()

    def select(self, key: str) -> None:
        """Select a node's card and bring it into view; "" selects nothing."""
        card = self._cards.get(key)
        if card is not None and card.isSelected():
            return
        blocked = self._scene.blockSignals(True)
        self._scene.clearSelection()
        self._scene.blockSignals(blocked)
        if card is None:
            self._on_selection_changed()
        else:
            card.setSelected(True)
            if not self._fitted:
                self.ensureVisible(card, 20, 20)

    def selected_key(self) -> str:
        """Key of the selected node, "" for none."""
        return next((key for key, card in self._cards.items() if card.isSelected()), "")

    def fit(self) -> None:
        """Show everything, and keep doing so at a resize until the user zooms."""
        self._fitted = True
        r = self.sceneRect()
        zoom = min(self.viewport().width() / max(r.width(), 1), self.viewport().height() / max(r.height(), 1))
        self._set_zoom(min(zoom, _LARGEST))
        self.centerOn(r.center())

    def zoom(self, factor: float) -> None:
        """Zoom in (> 1) or out around the pointer."""
        self._fitted = False
        self._set_zoom(min(max(self.transform().m11() * factor, _SMALLEST), 2 * _LARGEST))

    def restyle(self) -> None:
        """Another theme or text size."""
        self._scene.setBackgroundBrush(th.c("surface"))
        width, height = self._card_size()
        for card in self._cards.values():
            card.resize(width, height)
        self._layout_key = None
        self._arrange()
        self._scene.update()

    def sizeHint(self) -> QSize:
        return QSize(th.px(640), th.px(360))

    def minimumSizeHint(self) -> QSize:
        return QSize(th.px(240), th.px(160))

    def _set_zoom(self, zoom: float) -> None:
        factor = zoom / self.transform().m11()
        if abs(factor - 1) > 1e-6:
            self.scale(factor, factor)

    def _card_size(self) -> tuple[float, float]:
        empty = lay_out((), 1, 1, th.scale())
        return empty.card

    # Layout

    def _arrange(self) -> None:
        """Put cards, frames and edges where they belong; what stands right is not touched."""
        layout = self._current_layout()
        for node, (x, y) in zip(self.topology.nodes, layout.positions.tolist(), strict=True):
            card = self._cards[node.key]
            if card.pos() != QPointF(x, y):
                card.setPos(x, y)
        self._place_frames(layout.frames)
        width, height = layout.card
        boxes = {key: QRectF(card.x(), card.y(), width, height) for key, card in self._cards.items()}
        by_kind: dict[EdgeKind, list[tuple[str, str]]] = defaultdict(list)
        for edge in self.topology.edges:
            by_kind[edge.kind].append((edge.a, edge.b))
        for kind, item in self._edges.items():
            item.set_edges(by_kind[kind], boxes, layout.row_gap)
        area = QRectF(-_MARGIN, -_MARGIN, layout.width + 2 * _MARGIN, layout.height + 2 * _MARGIN)
        if area != self.sceneRect():
            self.setSceneRect(area)
        if self._fitted:
            self.fit()

    def _current_layout(self) -> Layout:
        groups = tuple(node.group for node in self.topology.nodes)
        size = self.viewport().size()
        place = (max(1, size.width() // _SHAPE_STEP), max(1, size.height() // _SHAPE_STEP))
        key = (groups, place, th.scale())
        if self._layout is None or key != self._layout_key:
            self._layout = lay_out(groups, place[0] * _SHAPE_STEP, place[1] * _SHAPE_STEP, th.scale())
            self._layout_key = key
        return self._layout

    def _place_frames(self, frames: tuple[Frame, ...]) -> None:
        while len(self._frames) > len(frames):
            self._scene.removeItem(self._frames.pop())
        while len(self._frames) < len(frames):
            self._frames.append(RackFrame())
            self._scene.addItem(self._frames[-1])
        for item, frame in zip(self._frames, frames, strict=True):
            item.set_frame(frame)

    # Input

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(_STEP ** (event.angleDelta().y() / 120))
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        item = self.itemAt(event.position().toPoint())
        if isinstance(item, NodeCard):
            self.opened.emit(item.node.key)
        else:
            self.fit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, selected = event.key(), self.selected_key()
        if key in _ARROWS:
            self.select(self._neighbour(selected, _ARROWS[key]))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(_STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / _STEP)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and selected:
            self.opened.emit(selected)
        elif key == Qt.Key.Key_Escape and selected:
            self.select("")
        else:
            event.ignore()

    def _neighbour(self, key: str, direction: QPointF) -> str:
        """The nearest card in that direction; sideways distance counts more, so rows and columns are kept."""
        if key not in self._cards:
            return self.topology.nodes[0].key if self.topology.nodes else ""
        here = self._cards[key].pos()
        best, best_cost = key, float("inf")
        for other, card in self._cards.items():
            way = card.pos() - here
            ahead = QPointF.dotProduct(way, direction)
            aside = abs(way.x() * direction.y()) + abs(way.y() * direction.x())
            if ahead > 1 and (cost := ahead + 3 * aside) < best_cost:
                best, best_cost = other, cost
        return best

    def _on_selection_changed(self) -> None:
        self.selected.emit(self.selected_key())

    def _describe(self) -> None:
        """For screen readers: how much there is, and what isn't well. `Topology.table()` says all of it."""
        nodes = self.topology.nodes
        groups = len([g for g in self.topology.groups() if g])
        count = ngettext("{n} node", "{n} nodes", len(nodes)).format(n=len(nodes))
        if groups:
            domains = ngettext("{n} rack", "{n} racks", groups).format(n=groups)
            name = _("Topology: {nodes} in {racks}").format(nodes=count, racks=domains)
        else:
            name = _("Topology: {nodes}").format(nodes=count)
        self.setAccessibleName(name)
        troubled = [_("{node}: {state}").format(node=n.name, state=n.word) for n in nodes if n.state != "ok"]
        self.setAccessibleDescription("; ".join(troubled) or _("All nodes are well"))
