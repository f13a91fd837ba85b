"""The Overview: is it well, what ties the cluster together, what happened."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from nasclustergui.cluster.overview.tiles import Tile, leader_tile, nodes_tile, storage_tile, volumes_tile
from nasclustergui.cluster.overview.verdict_card import VerdictCard
from nasclustergui.cluster.state import ClusterState
from nasclustergui.cluster.topology import topology
from nasclustergui.cluster.verdict import Verdict
from nasclustergui.core.events import Event
from nasclustergui.core.i18n import _
from nasclustergui.ui import theme
from nasclustergui.ui.event_list import EventList
from nasclustergui.ui.graph import TopologyView
from nasclustergui.ui.graph_frame import TopologyLegend
from nasclustergui.ui.page import Page
from nasclustergui.ui.parts import Panel, button, col, label, row


def action_words() -> dict[str, str]:
    """Action id → the word on the verdict's button; ids that aren't here get none."""
    return {
        "nodes.retry": _("Connect now"),
        "nodes.connect": _("Connect…"),
        "gluster.heal": _("Heal…"),
        "gluster.start-force": _("Start missing bricks…"),
        "gluster.read": _("Read again"),
        "gluster.failed-disk": _("Replace failed disk…"),
        "gluster.replace-brick": _("Replace brick…"),
        "nodes.disks": _("Look at the disks"),
        "nodes.software": _("Look at its clock"),
        "etcd.read": _("Read again"),
        "config.members": _("Open etcd members"),
    }


class OverviewPage(Page):
    """Feed it with `set_state` and `set_events`.

    Signals:
        node_opened: a card of the topology was double-clicked.
    """

    node_opened = Signal(str)
    page_id = "overview"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.verdict = VerdictCard()
        self.tiles = {
            "nodes": Tile("server", _("Nodes")),
            "storage": Tile("database", _("Storage")),
            "volumes": Tile("layers", _("Volumes")),
            "leader": Tile("crown", _("Leader")),
        }
        self.graph = TopologyView()
        self.legend = TopologyLegend()
        self.events = EventList()
        tiles = QHBoxLayout()
        tiles.setSpacing(12)
        for tile in self.tiles.values():
            tiles.addWidget(tile, 1)
        self.setLayout(
            col(self.verdict, tiles, (self._lower(), 1), gap=12, margins=(24, 4, 24, 16)),
        )
        self.verdict.action.connect(self.command)
        self.verdict.all_alerts.connect(lambda: self.command.emit("page:alerts"))
        self.graph.opened.connect(self.node_opened)

    def _lower(self) -> QHBoxLayout:
        head = row(label(_("Topology"), "heading"), None, gap=8, margins=(16, 12, 16, 0))
        picture = Panel(
            col(head, (self.graph, 1), row(self.legend, margins=(16, 0, 16, 8)), gap=4, margins=(1, 0, 1, 1))
        )
        timeline = button(_("Timeline"), "link", small=True, on_click=lambda: self.command.emit("page:timeline"))
        title = row(label(_("Events"), "heading"), None, timeline, margins=(16, 10, 10, 0))
        self._no_events = label(_("Nothing happened since this window was opened."), "body", "text3", wrap=True)
        quiet = row(self._no_events, margins=(16, 4, 16, 0))
        list_card = Panel(col(title, quiet, (self.events, 1), gap=6, margins=(1, 0, 1, 8)))
        list_card.setMinimumWidth(theme.px(250))
        return row((picture, 7), (list_card, 3), gap=12)

    def set_state(self, state: ClusterState, verdict: Verdict) -> None:
        """Show what is known now."""
        self.verdict.show_verdict(verdict, action_words())
        for key, text in (
            ("nodes", nodes_tile(state)),
            ("storage", storage_tile(state)),
            ("volumes", volumes_tile(state)),
            ("leader", leader_tile(state)),
        ):
            self.tiles[key].show_text(text)
        picture = topology(state)
        self.graph.show_topology(picture)
        self.legend.show_topology(picture)
        self.set_facts(_facts(state))

    def set_events(self, events: Sequence[Event]) -> None:
        """Show the newest events, newest first."""
        self.events.show_events(events)
        self._no_events.setVisible(not events)


def _facts(state: ClusterState) -> str:
    parts = [state.profile.name]
    if state.gluster and state.gluster.version:
        parts.append(f"GlusterFS {state.gluster.version}")
    versions = {m.version for m in state.etcd.members if m.version} if state.etcd else set()
    if versions:
        parts.append("etcd " + "/".join(sorted(versions)))
    return " · ".join(parts)
