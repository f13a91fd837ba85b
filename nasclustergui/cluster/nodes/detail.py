"""Below the table: one machine with its facts, file systems and live charts."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from nasclustergui.cluster.node_word import node_word
from nasclustergui.cluster.nodes.actions import NodeAction, node_actions
from nasclustergui.cluster.nodes.machine.tabs import MachineTabs
from nasclustergui.cluster.nodes.rows import HIGH_PERCENT, role_title
from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.metrics import FileSystem
from nasclustergui.core.series import SeriesBook
from nasclustergui.core.units import DASH, clock, decimal, duration, percent, size, size_parts
from nasclustergui.subsystems.nodes.model import Link, NodeState
from nasclustergui.ui import theme
from nasclustergui.ui.axis import PERCENT, RATE, memory
from nasclustergui.ui.parts import Badge, Button, ElidedLabel, Label, Meter, Panel, Tag, box, button, col, label, row
from nasclustergui.ui.strip import Line as ChartLine
from nasclustergui.ui.strip import Strip

CPU_WARN, MEMORY_WARN = 80.0, 90.0  # dashed lines in the charts, in percent
SPANS = (120.0, 300.0, 900.0)  # seconds that the charts show: the first of them that holds all that was measured


class FileSystemLine(QWidget):
    """One file system: mount point, used of size, level."""

    def __init__(self) -> None:
        super().__init__()
        self._mount = ElidedLabel("", "mono", "text2", middle=True)
        self._size: Label = label("", "caption", "text3")
        self._meter = Meter()
        self.setLayout(col(row((self._mount, 1), None, self._size, gap=8), self._meter, gap=2))

    def show_filesystem(self, fs: FileSystem, stale: bool) -> None:
        """Show another one, or other numbers."""
        used, total = size_parts(fs.size - fs.free, fs.size)
        self._mount.set_text(fs.mount)
        text = _("{used} of {size}").format(used=used, size=total)
        self._size.set_text(f"{text} · {percent(fs.used_percent)}")
        role = "unknown" if stale else "warn" if fs.used_percent >= HIGH_PERCENT else "accent"
        self._meter.set_value(fs.used_percent / 100.0, role, stale)
        self.setAccessibleName(f"{fs.mount}: {text}, {percent(fs.used_percent)}")


class MachineCard(Panel):
    """What the machine is, and its file systems."""

    def __init__(self) -> None:
        super().__init__()
        self._facts: dict[str, Label] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        names = {
            "system": _("System"),
            "kernel": _("Kernel"),
            "uptime": _("Running for"),
            "load": _("Load"),
            "memory": _("Memory"),
            "seen": _("Last read"),
        }
        for n, (key, name) in enumerate(names.items()):
            grid.addWidget(label(name, "caption", "text3"), n, 0)
            self._facts[key] = label(DASH, "body", select=True)
            grid.addWidget(self._facts[key], n, 1)
        grid.setColumnStretch(1, 1)
        self._lines: list[FileSystemLine] = []
        self._list = col(gap=8)
        holder = col(
            grid, 4, label(_("File systems"), "label", "text3"), self._list, None, gap=8, margins=(15, 4, 15, 4)
        )
        area = QScrollArea()
        area.setWidget(box(holder))
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setLayout(col(area, margins=(1, 8, 1, 8)))
        self.setFixedWidth(theme.px(360))

    def show_node(self, node: NodeState) -> None:
        """Show a machine, or newer values of the same."""
        sample, stale = node.sample, not node.online
        self._facts["system"].set_text(node.system or DASH)
        self._facts["kernel"].set_text(node.kernel or DASH)
        self._facts["uptime"].set_text(duration(round(sample.uptime)) if sample else DASH)
        cores = ngettext("{n} core", "{n} cores", node.cores).format(n=node.cores) if node.cores else ""
        load = _("{load} on {cores}").format(load=decimal(sample.load, 2), cores=cores) if sample and cores else DASH
        self._facts["load"].set_text(load)
        self._facts["memory"].set_text(_memory(node))
        self._facts["seen"].set_text(clock(node.seen_at))
        for fact in self._facts.values():
            fact.set_role("text3" if stale else "text")
        self._show_filesystems(node.filesystems, stale)

    def _show_filesystems(self, filesystems: tuple[FileSystem, ...], stale: bool) -> None:
        while len(self._lines) < len(filesystems):
            line = FileSystemLine()
            self._lines.append(line)
            self._list.addWidget(line)
        for n, line in enumerate(self._lines):
            line.setVisible(n < len(filesystems))
            if n < len(filesystems):
                line.show_filesystem(filesystems[n], stale)


def _memory(node: NodeState) -> str:
    sample = node.sample
    if sample is None or not sample.memory_total:
        return DASH
    return _("{free} of {size} free").format(free=size(sample.memory_available), size=size(sample.memory_total))


class NodeDetail(QWidget):
    """Head with state and actions; tabs: machine card with four live charts, and what was seen looking closely.

    Signals:
        reconnect: name of the node to connect to now.
        chart_activated: (node, metric group) to look at in large: "cpu", "memory", "disk", "network".
        command: an action id for the window ("terminal.open:node1").
    """

    reconnect = Signal(str)
    chart_activated = Signal(str, str)
    command = Signal(str)

    def __init__(self, book: SeriesBook) -> None:
        super().__init__()
        self._book = book
        self.node = ""
        self._name: Label = label("", "heading")
        self._role = Tag("")
        self._badge = Badge("unknown", "")
        self._sub = ElidedLabel("", "caption", "text3")
        self.connect_button: Button = button(
            _("Connect now"), icon="rotate-cw", small=True, on_click=lambda: self.reconnect.emit(self.node)
        )
        self.machine = MachineCard()
        self.charts = {
            "cpu": Strip(_("CPU"), (), PERCENT, threshold=CPU_WARN),
            "memory": Strip(_("Memory"), (), PERCENT, threshold=MEMORY_WARN),
            "disk": Strip(_("Disk"), (), RATE),
            "network": Strip(_("Network"), (), RATE),
        }
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(12)
        for n, (key, chart) in enumerate(self.charts.items()):
            chart.activated.connect(lambda k=key: self.chart_activated.emit(self.node, k))
            grid.addWidget(chart, n // 2, n % 2)
        self.buttons = {action.id: self._button(action) for action in node_actions() if action.button}
        buttons = (*self.buttons.values(), self.connect_button)
        head = row(self._name, self._role, self._badge, (self._sub, 1), None, *buttons, gap=8)
        self.tabs = MachineTabs(box(row(self.machine, (box(grid), 1), gap=12)))
        self.setLayout(col(head, (self.tabs, 1), gap=6))

    def _button(self, action: NodeAction) -> Button:
        emit = lambda: self.command.emit(f"{action.id}:{self.node}")  # noqa: E731
        made: Button = button(action.title, icon=action.icon, small=True, on_click=emit)
        return made

    def _show_actions(self, state: ClusterState, node: NodeState) -> None:
        for action in node_actions():
            if action.id in self.buttons:
                why = action.why_not(state, node)
                self.buttons[action.id].set_enabled(not why, why)

    def show_node(self, state: ClusterState, node: NodeState) -> None:
        """Show a node, or newer values of the same."""
        word = node_word(state, node)
        role = role_title(state.role(node.name))
        self._name.set_text(node.name)
        self._role.set_text(role)
        self._role.setVisible(bool(role))
        self._badge.set_state(word.state, word.word, tint=word.state != "ok")
        self._sub.set_text(" · ".join(part for part in (word.sub, node.host, node.rack) if part))
        self._sub.setToolTip("\n".join(part for part in (node.error, node.hint) if part))
        self.connect_button.setVisible(node.link is not Link.ONLINE)
        self._show_actions(state, node)
        self.machine.show_node(node)
        self.tabs.show_node(state, node)
        if node.name != self.node:
            self.node = node.name
            self._show_series(node)
        elif node.sample is not None and self._memory_total != node.sample.memory_total:
            self._show_series(node)
        self.refresh_charts()

    def refresh_charts(self) -> None:
        """Draw what the sampler appended."""
        span = self._span()
        for chart in self.charts.values():
            if chart.seconds != span:
                chart.seconds = span
                chart.restyle()
            chart.refresh()

    def _span(self) -> float:
        """Minutes after the start 15 of them would be empty paper."""
        measured = self._book.series(self.node, "cpu_percent")
        seconds = measured.last_time - float(measured.times[0]) if len(measured) else 0.0
        return next((span for span in SPANS if seconds <= span), SPANS[-1])

    _memory_total = 0

    def _show_series(self, node: NodeState) -> None:
        self._memory_total = node.sample.memory_total if node.sample else 0
        book = self._book.series
        self.charts["cpu"].set_lines((ChartLine(book(node.name, "cpu_percent")),))
        self.charts["memory"].set_lines((ChartLine(book(node.name, "memory_percent")),), memory(self._memory_total))
        self.charts["disk"].set_lines(
            (ChartLine(book(node.name, "read_rate"), _("read")), ChartLine(book(node.name, "write_rate"), _("write")))
        )
        self.charts["network"].set_lines(
            (ChartLine(book(node.name, "receive_rate"), _("in")), ChartLine(book(node.name, "send_rate"), _("out")))
        )
