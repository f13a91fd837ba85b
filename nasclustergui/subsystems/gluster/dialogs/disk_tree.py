"""The disks of all nodes, to be dragged or sent into the sets."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from nasclustergui.core.disks import Disk
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import size
from nasclustergui.subsystems.gluster.dialogs import chip
from nasclustergui.ui.cell import Cell, Row, natural
from nasclustergui.ui.tree import Tree

_LEFT = Qt.MouseButton.LeftButton
NODE = "node/"  # keys of the rows of nodes; a disk's row has the disk's own key


class DiskTree(Tree):
    """One branch per node.

    Signals:
        chosen: core.disks.Disk; Enter or a double click on a disk that is free.
        freed: core.disks.Disk; Del on an assigned one.
    """

    chosen = Signal(object)
    freed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        heads = [(_("Disk"), -1), (_("Size"), 92)]
        super().__init__(heads, right=(1,), name=_("Disks of the nodes"), severity_first=False, parent=parent)
        self._disks: dict[str, Disk] = {}
        self._assigned: frozenset[str] = frozenset()
        self._pressed: tuple[QPointF, Disk] | None = None
        self.row_activated.connect(self._on_activated)
        self.delete_requested.connect(self._on_delete)

    def show_disks(self, disks: Iterable[Disk], assigned: Iterable[str]) -> None:
        """Show all disks; `assigned` are the keys of those that lie in a slot."""
        self._disks = {disk.key: disk for disk in disks}
        self._assigned = frozenset(assigned)
        nodes: dict[str, list[Disk]] = {}
        for disk in self._disks.values():
            nodes.setdefault(disk.node, []).append(disk)
        self.update_rows([self._node(name, nodes[name]) for name in sorted(nodes, key=natural)])

    def is_free(self, disk: Disk) -> bool:
        """True if it can be put into a slot."""
        return disk.usable and disk.key not in self._assigned

    def free_count(self) -> int:
        """How many disks can still be put into a slot."""
        return sum(map(self.is_free, self._disks.values()))

    def current_disk(self) -> Disk | None:
        """The disk that the keyboard is on, None on a node."""
        return self._disks.get(self.current_key())

    def _node(self, name: str, disks: list[Disk]) -> Row:
        free = sum(map(self.is_free, disks))
        text = ngettext("{n} free", "{n} free", free).format(n=free) if free else _("none free")
        cells = (Cell(name, "name", "server", sub=disks[0].rack, strong=True), Cell(text, "num", role="text3"))
        ordered = sorted(disks, key=lambda disk: (not disk.usable, natural(disk.label)))
        return Row(NODE + name, cells, tuple(map(self._row, ordered)), open=True)

    def _row(self, disk: Disk) -> Row:
        role = "" if self.is_free(disk) else "text3"
        icon, sub, tip = "grip-vertical", _contents(disk), _particulars(disk)
        if disk.key in self._assigned:
            icon, sub = "check", _("assigned")
        elif disk.problem:
            icon, sub, tip = "lock", disk.problem, "\n".join((tip, disk.problem))
        elif disk.warning:
            icon = "triangle-alert"
        name = Cell(disk.label, "name", icon, sub=sub, role=role, tip=tip)
        return Row(disk.key, (name, Cell(size(disk.size), "num", role=role)), sort=(disk.label, float(disk.size)))

    def _on_activated(self, key: str) -> None:
        disk = self._disks.get(key)
        if disk is not None and self.is_free(disk):
            self.chosen.emit(disk)

    def _on_delete(self, key: str) -> None:
        disk = self._disks.get(key)
        if disk is not None and key in self._assigned:
            self.freed.emit(disk)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a drag may begin."""
        super().mousePressEvent(event)
        disk = self._disks.get(self.rows.key(self.indexAt(event.position().toPoint())))
        grab = event.button() == _LEFT and disk is not None and disk.usable
        self._pressed = (event.position(), disk) if grab and disk is not None else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the disk; without one, the rows light up as ever."""
        if self._pressed is None or not event.buttons() & _LEFT:
            super().mouseMoveEvent(event)
            return
        start, disk = self._pressed
        if (event.position() - start).manhattanLength() >= QApplication.startDragDistance():
            self._pressed = None
            chip.start_drag(self, disk)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """No drag after all."""
        self._pressed = None
        super().mouseReleaseEvent(event)


def _particulars(disk: Disk) -> str:
    """Everything known about it, a line each, for the tool tip."""
    lines = [", ".join(part for part in (disk.device, disk.filesystem, disk.kind) if part)]
    if disk.mount:
        lines.append(_("mounted at {path}").format(path=disk.mount))
        lines.append(_("{free} of {size} free").format(free=size(disk.free), size=size(disk.size)))
    if disk.used_by:
        lines.append(_("holds {volumes}").format(volumes=", ".join(disk.used_by)))
    return "\n".join(filter(None, (*lines, disk.warning)))


def _contents(disk: Disk) -> str:
    """What kind of disk it is and what lies on it: "HDD, empty", "SSD, 3.5 TiB free, holds data"."""
    parts = [disk.kind] if disk.kind else []
    if disk.used_by:
        parts.append(_("holds {volumes}").format(volumes=", ".join(disk.used_by)))
    if disk.warning:
        parts.append(disk.warning)
    elif disk.free < 0.9 * disk.size:
        parts.append(_("{size} free").format(size=size(disk.free)))
    elif not disk.used_by:
        parts.append(_("empty"))
    return ", ".join(parts)
