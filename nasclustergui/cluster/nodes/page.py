"""The Nodes page: every machine as a row, the chosen one in detail below (beside it where there is room)."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from nasclustergui.cluster.node_word import node_word
from nasclustergui.cluster.nodes.actions import node_actions
from nasclustergui.cluster.nodes.detail import NodeDetail
from nasclustergui.cluster.nodes.rows import node_rows
from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.series import SeriesBook
from nasclustergui.subsystems.nodes.model import Link, NodeState
from nasclustergui.ui import theme
from nasclustergui.ui.cell import Row
from nasclustergui.ui.page import Page
from nasclustergui.ui.parts import Label, Line, Panel, button, col, label, row
from nasclustergui.ui.tree import Tree

WIDE = 1700  # page width from which the detail stands beside the table


class NodesPage(Page):
    """Feed it with `set_state`; charts read from the series book that the sampler fills.

    Signals:
        reconnect: name of a node to connect to now.
        chart_activated: (node, chart) to look at in large.
        add_wanted: a machine is to be added.
    """

    reconnect = Signal(str)
    add_wanted = Signal()
    chart_activated = Signal(str, str)
    page_id = "nodes"

    def __init__(self, book: SeriesBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: ClusterState | None = None
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(_("Filter nodes"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setFixedWidth(theme.px(220))
        self.filter.setAccessibleName(_("Filter nodes"))
        self.filter.addAction(theme.icon("search", "text3"), QLineEdit.ActionPosition.LeadingPosition)
        self._count: Label = label("", "caption", "text3")
        self.tree = Tree(
            [
                (_("Node"), -1),
                (_("Address"), 120),
                (_("Role"), 90),
                (_("State"), 204),
                (_("CPU"), 122),
                (_("Memory"), 122),
                (_("Disk"), 146),
                (_("Network"), 96),
            ],
            right=(7,),
            drop={1: 900, 2: 820},
            name=_("Nodes"),
        )
        self.detail = NodeDetail(book)
        self.add_button = button(_("Add node…"), "primary", "plus", tip=_("Ctrl+N"), on_click=self.add_wanted.emit)
        self._compose()
        self.filter.textChanged.connect(self.tree.set_filter)
        self.tree.row_changed.connect(self._on_row_changed)
        self.tree.set_menu(self._menu)
        self.detail.reconnect.connect(self.reconnect)
        self.detail.command.connect(self.command)
        self.detail.chart_activated.connect(self.chart_activated)

    def _compose(self) -> None:
        tools = row(self.filter, None, self._count, gap=8, margins=(12, 10, 14, 10))
        table = Panel(col(tools, Line(), (self.tree, 1), gap=0, margins=(1, 1, 1, 8)))
        table.setMinimumHeight(theme.px(180))
        self._split: QBoxLayout = QVBoxLayout(self)
        self._split.setContentsMargins(24, 4, 24, 16)
        self._split.setSpacing(14)
        self._split.addWidget(table, 11)
        self._split.addWidget(self.detail, 10)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wide pages put the detail beside the table."""
        wide = self.width() >= WIDE
        direction = QHBoxLayout.Direction.LeftToRight if wide else QVBoxLayout.Direction.TopToBottom
        if self._split.direction() != direction:
            self._split.setDirection(direction)
        super().resizeEvent(event)

    def set_state(self, state: ClusterState) -> None:
        """Show what is known now."""
        self._state = state
        nodes = state.nodes.nodes
        self.tree.update_rows(node_rows(state))
        online = sum(node.online for node in nodes)
        self._count.set_text(
            ngettext("{n} node, {online} answers", "{n} nodes, {online} answer", len(nodes)).format(
                n=len(nodes), online=online
            )
        )
        self.set_facts(_("Everything each machine carries for the cluster"))
        self._show_badge(state)
        if nodes and not self.tree.current_key():
            self.tree.select_key(nodes[0].name)
        self._show_detail()

    def _show_badge(self, state: ClusterState) -> None:
        words = [node_word(state, node).state for node in state.nodes.nodes]
        bad = [word for word in words if word in ("critical", "warn", "stale")]
        worst = min(bad, key=lambda word: theme.SEVERITY[word], default="ok")
        self.badge_changed.emit(len(bad), worst)

    def refresh_charts(self) -> None:
        """Draw what the sampler appended."""
        self.detail.refresh_charts()

    def select_node(self, name: str) -> None:
        """Show a node, for instance because its card was clicked elsewhere."""
        self.tree.select_key(name)

    def header_actions(self) -> list[QWidget]:
        """Add a node."""
        return [self.add_button]

    def create_new(self) -> None:
        """Ctrl+N: add a node."""
        if self.add_button.isEnabled():
            self.add_wanted.emit()

    def focus_filter(self) -> None:
        """Ctrl+F."""
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _current(self) -> NodeState | None:
        key = self.tree.current_key()
        if self._state is None or not key:
            return None
        found = self._state.nodes.node(key)
        if found is not None:
            return found
        index = self.tree.currentIndex().parent()  # a brick or a member: its node
        return self._state.nodes.node(self.tree.rows.key(index))

    def chosen(self) -> str:
        """Name of the node that is chosen, "" for none."""
        node = self._current()
        return node.name if node is not None else ""

    def _on_row_changed(self, _key: str) -> None:
        self._show_detail()

    def _show_detail(self) -> None:
        node = self._current()
        if self._state is not None and node is not None:
            self.detail.show_node(self._state, node)

    def _menu(self, entry: Row) -> QMenu | None:
        node = self._state.nodes.node(entry.key) if self._state is not None else None
        menu = QMenu(self)
        copy = QAction(_("Copy row"), menu)
        copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(self.tree.copy_text()))
        menu.addAction(copy)
        if node is not None and self._state is not None:
            self._add_actions(menu, self._state, node)
        if node is not None and node.link is not Link.ONLINE:
            connect = QAction(theme.icon("rotate-cw"), _("Connect now"), menu)
            connect.triggered.connect(lambda: self.reconnect.emit(node.name))
            menu.addAction(connect)
        return menu

    def _add_actions(self, menu: QMenu, state: ClusterState, node: NodeState) -> None:
        actions = sorted(node_actions(), key=lambda action: action.danger)
        for action in actions:
            entry = QAction(theme.icon(action.icon), action.title, menu)
            why = action.why_not(state, node)
            entry.setEnabled(not why)
            entry.setToolTip(why)
            entry.triggered.connect(partial(self.command.emit, f"{action.id}:{node.name}"))
            menu.addAction(entry)
        menu.setToolTipsVisible(True)

    def run_action(self, action: str) -> bool:
        """ "nodes.retry:NAME", "nodes.connect:NAME", "nodes.show:NAME", a tab of its detail ("nodes.disks:NAME")."""
        verb, _colon, name = action.partition(":")
        if verb in ("nodes.retry", "nodes.connect"):
            self.reconnect.emit(name)
        elif verb == "nodes.show":
            self.select_node(name)
        elif (tab := verb.removeprefix("nodes.")) in self.detail.tabs.views:
            self.select_node(name)
            self.detail.tabs.open(tab)
        else:
            return False
        return True
