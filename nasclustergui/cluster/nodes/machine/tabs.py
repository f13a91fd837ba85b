"""The tabs of a node's detail: read when one is in sight, again every minute, and by a button."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QTabBar, QWidget

from nasclustergui.cluster.nodes.machine.disks import DisksView
from nasclustergui.cluster.nodes.machine.facts import freshness
from nasclustergui.cluster.nodes.machine.hardware import HardwareView
from nasclustergui.cluster.nodes.machine.network import NetworkView
from nasclustergui.cluster.nodes.machine.software import SoftwareView
from nasclustergui.cluster.nodes.machine.watch import MachineWatch
from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.errors import NodeError
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.nodes.features.machine.model import Reading
from nasclustergui.subsystems.nodes.model import NodeState
from nasclustergui.ui.labels import ElidedLabel
from nasclustergui.ui.parts import Button, Stack, button, col, row

EVERY_MS = 60_000
LIVE = "live"


class MachineTabs(QWidget):
    """The bar with the tabs, and what the chosen one shows; the first one is `live`.

    Attributes:
        views: by tab. stack: in its place while nothing was read yet.
    """

    def __init__(self, live: QWidget) -> None:
        super().__init__()
        self.watch: MachineWatch | None = None
        self._state: ClusterState | None = None
        self._node: NodeState | None = None
        self.hardware, self.disks, self.network, self.software = (
            HardwareView(),
            DisksView(),
            NetworkView(),
            SoftwareView(),
        )
        self.views: dict[str, QWidget] = {
            "hardware": self.hardware,
            "disks": self.disks,
            "network": self.network,
            "software": self.software,
        }
        self.bar = QTabBar()
        self.bar.setDrawBase(False)
        self.bar.setExpanding(False)
        self.bar.setAccessibleName(_("Parts of the node"))
        for title in (_("Live"), _("Hardware"), _("Disks"), _("Network"), _("Software")):
            self.bar.addTab(title)
        self._read_at = ElidedLabel("", "caption", "text3")
        self.again: Button = button(
            _("Read again"), "quiet", "rotate-cw", small=True, on_click=lambda: self._look(True)
        )
        self._inner = QStackedWidget()
        for view in self.views.values():
            self._inner.addWidget(view)
        self.stack = Stack(self._inner, _("Reading the machine…"))
        self.stack.retry.connect(lambda: self._look(True))
        self._pages = QStackedWidget()
        self._pages.addWidget(live)
        self._pages.addWidget(self.stack)
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self._look)
        self.setLayout(col(row(self.bar, None, self._read_at, self.again, gap=8), (self._pages, 1), gap=8))
        self.bar.currentChanged.connect(lambda _index: self._on_tab())
        self._show_tools()

    @property
    def current(self) -> str:
        """The chosen tab."""
        return [LIVE, *self.views][max(0, self.bar.currentIndex())]

    def open(self, tab: str) -> None:
        """Choose a tab."""
        self.bar.setCurrentIndex([LIVE, *self.views].index(tab))

    def freshness(self) -> str:
        """What stands beside the tabs."""
        return self._read_at.text()

    def set_watch(self, watch: MachineWatch) -> None:
        """Who reads; without one the tabs stay empty."""
        self.watch = watch

    def show_node(self, state: ClusterState, node: NodeState) -> None:
        """Show a node, or newer values of the same."""
        before, self._state, self._node = self._node, state, node
        other = before is None or before.name != node.name
        back = before is not None and not before.online and node.online
        if self.current != LIVE:
            self._show()
            if other or back:
                self._look()

    def _reading(self) -> Reading | None:
        return self._state.machines.get(self._node.name) if self._state and self._node else None

    def _on_tab(self) -> None:
        self._show_tools()
        if self.current != LIVE:
            self._inner.setCurrentWidget(self.views[self.current])
            self._show()
            self._look()
        else:
            self._timer.stop()

    def _show_tools(self) -> None:
        close = self.current != LIVE
        self._read_at.setVisible(close)
        self.again.setVisible(close)
        self._pages.setCurrentIndex(int(close))

    def _look(self, anew: bool = False) -> None:
        if self.watch is None or self._node is None or self.current == LIVE or not self.isVisible():
            return
        self.watch.look(self._node.name, self.current, anew)
        self._timer.start()
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        """In sight again: what stands there may be old."""
        super().showEvent(event)
        self._look()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: nothing is read."""
        super().hideEvent(event)
        self._timer.stop()

    def _show(self) -> None:
        state, node, reading = self._state, self._node, self._reading()
        if state is None or node is None:
            return
        busy = self.watch is not None and self.watch.busy(node.name)
        self.again.set_enabled(node.online and not busy, _("It is being read.") if busy else _("It does not answer."))
        at = self._part_at(reading)
        text, role = freshness(at, node.online, reading.error if reading else "")
        self._read_at.set_text(text or (_("Reading…") if busy else ""))
        self._read_at.set_role(role)
        if reading is None or reading.facts is None:
            self._show_nothing(node, reading)
            return
        self.stack.show_content()
        match self.current:
            case "hardware":
                self.hardware.show_reading(reading, not node.online)
            case "disks":
                self.disks.show_reading(state, node, reading)
            case "network":
                self.network.show_reading(state, node, reading)
            case "software":
                self.software.show_reading(state, node, reading)

    def _part_at(self, reading: Reading | None) -> float | None:
        """When the part in sight was read; of several the older time."""
        if reading is None:
            return None
        extra = {"disks": reading.smart_at, "software": reading.clock_at}.get(self.current)
        return min((at for at in (reading.facts_at, extra) if at is not None), default=None)

    def _show_nothing(self, node: NodeState, reading: Reading | None) -> None:
        if not node.online:
            said = _("What it is made of was not read before it stopped answering.")
            self.stack.show_empty("unplug", _("{node} does not answer").format(node=node.name), said)
        elif reading is not None and reading.error:
            self.stack.show_failed(
                NodeError(node.name, reading.error.removeprefix(f"{node.name}: "), hint=reading.hint)
            )
        else:
            self.stack.show_loading(_("Waits for {node}").format(node=node.name))
