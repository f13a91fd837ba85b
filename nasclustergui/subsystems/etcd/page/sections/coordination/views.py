"""A table with its buttons: the shape of all four views of coordination."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.ui import theme
from nasclustergui.ui.buttons import Button
from nasclustergui.ui.parts import Empty, Label, Row, Tree, box, col, label, row, state_width


class View(QWidget):
    """A table below its buttons. `creating` are always there; `acting` need a row.

    Attributes:
        tree: the table. note: what is wrong with it, a line that is hidden while all is well.
    """

    chosen = Signal()

    def __init__(
        self, tree: Tree, empty: tuple[str, str, str], creating: Sequence[Button] = (), acting: Sequence[Button] = ()
    ) -> None:
        """`empty`: icon, title and text that stand where there are no rows."""
        super().__init__()
        self.tree = tree
        self.acting = tuple(acting)
        self.note: Label = label("", "caption", "text2", wrap=True)
        self.note.hide()
        self._empty = Empty(*empty)
        parts: list[QWidget | tuple[QWidget, int]] = []
        if creating or acting:
            parts.append(box(row(*creating, None, *acting, gap=8, margins=(12, 8, 12, 4))))
        notes = box(row((self.note, 1), margins=(12, 4, 12, 4)))
        self.setLayout(col(*parts, notes, (tree, 1), (self._empty, 1), gap=0))
        self.setFocusProxy(tree)
        tree.row_changed.connect(lambda _key: self.chosen.emit())
        tree.set_menu(self._menu)

    def show_rows(self, rows: Sequence[Row], note: str = "") -> None:
        """What is there now; `note`: why it isn't all."""
        self.tree.update_rows(rows)
        self.tree.setVisible(bool(rows))
        self._empty.setVisible(not rows)
        self.note.set_text(note)
        self.note.setVisible(bool(note))
        self.chosen.emit()

    def say_empty(self, icon: str, title: str, text: str) -> None:
        """What stands where there are no rows: that there is nothing, or that it could not be read."""
        self._empty.set_message(icon, "text3", title, text)

    def current(self) -> object:
        """What the chosen row stands for, None for nothing."""
        entry = self.tree.current_row()
        return entry.data if entry is not None else None

    def offer(self, offers: Sequence[tuple[Button, str]]) -> None:
        """Enable the buttons that act on a row, or say why not."""
        for one, why_not in offers:
            one.set_enabled(not why_not, why_not)

    def _menu(self, _entry: Row) -> QMenu:
        menu = QMenu(self.tree)
        for one in self.acting:
            item = menu.addAction(theme.icon(one.icon_name), one.text(), one.click)
            item.setEnabled(one.isEnabled())
        if self.acting:
            menu.addSeparator()
        copy: Callable[[], str] = self.tree.copy_text
        menu.addAction(theme.icon("copy"), _("Copy row"), lambda: QGuiApplication.clipboard().setText(copy()))
        return menu


def queue_tree() -> Tree:
    """Locks and elections."""
    states = (_("Held here"), _("Leads from here"), _("Not known"), _("Waits"))
    columns = [
        (_("Name"), -1),
        (_("Kind"), 96),
        (_("State"), state_width(states)),
        (_("Waiting"), 80),
        (_("Value"), 200),
        (_("Lease left"), 160),
    ]
    return Tree(columns, right=(3, 5), drop={1: 760, 4: 640}, name=_("Locks and elections"))


def lease_tree() -> Tree:
    """Leases."""
    columns = [
        (_("Lease"), 300),
        (_("Renewed"), state_width((_("Kept alive here"),))),
        (_("Left"), 160),
        (_("Keys"), 72),
        (_("Holds"), -1),
    ]
    return Tree(columns, right=(2, 3), name=_("Leases"), severity_first=False)


def beat_tree() -> Tree:
    """Heartbeats."""
    columns = [
        (_("Node"), 200),
        (_("State"), state_width((_("Not registered"), _("No lease")))),
        (_("Last heartbeat"), 120),
        (_("Lease left"), 160),
        (_("Its clock"), 112),
        (_("Status"), 96),
        (_("Role"), 96),
        (_("Its stamp"), -1),
    ]
    return Tree(columns, right=(2, 3, 4), flat=True, drop={7: 1000, 6: 860}, name=_("Heartbeats"))


def service_tree() -> Tree:
    """Services."""
    columns = [
        (_("Service"), 240),
        (_("Replicas"), 88),
        (_("Version"), 120),
        (_("Registered"), 140),
        (_("More"), -1),
    ]
    return Tree(columns, right=(1,), flat=True, name=_("Services"), severity_first=False)
