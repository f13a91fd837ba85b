"""The copies of one entry side by side, with what can be done about them."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.units import size
from nasclustergui.subsystems.gluster.features.split_brain.compare import kind_sentence
from nasclustergui.subsystems.gluster.features.split_brain.contents import SUM_LIMIT, comparable
from nasclustergui.subsystems.gluster.features.split_brain.model import Copy, Entry
from nasclustergui.subsystems.gluster.features.split_brain.policy import Policy, decide
from nasclustergui.subsystems.gluster.page.sections.split_brain.rows import copy_head, copy_rows
from nasclustergui.ui.parts import Button, ElidedLabel, FlowButtons, Label, Line, Tree, button, col, row


class CopiesPanel(QWidget):
    """Shows one entry.

    Attributes:
        reading: files are being read for it.

    Signals:
        win_asked: brick whose copy shall win. sums_asked: checksums. stop_asked: no more reading.
        difference_asked: show where the copies differ.
    """

    win_asked = Signal(str)
    sums_asked = Signal()
    stop_asked = Signal()
    difference_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entry: Entry | None = None
        self.tree: Tree | None = None
        self.win_buttons: dict[str, Button] = {}
        self._heads: tuple[str, ...] = ()
        self._alone = ""  # why contents can't be compared
        self._asked_large = ""  # item whose size was told: the next click reads
        self._title = ElidedLabel("", "strong", middle=True)
        self._text = Label("", "caption", "text2", wrap=True)
        self.sums_button = button(_("Compare contents"), small=True, on_click=self._on_sums)
        self.stop_button = button(_("Stop reading"), small=True, on_click=self.stop_asked.emit)
        self.difference_button = button(_("Show difference…"), small=True, on_click=self.difference_asked.emit)
        self._buttons = FlowButtons([])
        self._tree_place = col(gap=0)
        head = row((col(self._title, self._text, gap=2), 1), self._buttons, gap=12, margins=(12, 8, 12, 8))
        self.setLayout(col(head, Line(), (self._tree_place, 1), gap=0))
        self.set_reading(False)

    def show_entry(self, entry: Entry, sums: Mapping[str, str] | None, unreadable: str = "") -> None:
        """Show this entry. `unreadable`: why nothing can be changed now."""
        if self.entry is None or entry.item != self.entry.item:
            self._asked_large = ""
        self.entry = entry
        self._title.set_text(entry.shown)
        problems = [f"{c.brick}: {c.problem}" for c in entry.copies if c.problem]
        self._text.set_text(" ".join([kind_sentence(entry), *problems]))
        self._make_tree(entry)
        assert self.tree is not None
        self.tree.update_rows(copy_rows(entry, sums))
        self._offer(entry, unreadable)

    def set_reading(self, reading: bool) -> None:
        """Files are being read, or no longer."""
        self.reading = reading
        self._buttons.set_present(self.stop_button, reading)
        why = _("The copies are being read.") if reading else self._alone
        self.sums_button.set_enabled(not why, why)
        self.difference_button.set_enabled(not why, why)

    def _make_tree(self, entry: Entry) -> None:
        heads = tuple(copy_head(copy) for copy in entry.copies)
        if heads == self._heads and self.tree is not None:
            return
        old, self._heads = self.tree, heads
        columns = [(_("Property"), 150), *((head, -1) for head in heads), (_("Compared"), 104)]
        self.tree = Tree(columns, flat=True, severity_first=False, name=_("Copies side by side"))
        self._tree_place.addWidget(self.tree, 1)
        if old is not None:
            old.hide()
            old.deleteLater()

    def _offer(self, entry: Entry, unreadable: str) -> None:
        if list(self.win_buttons) != [copy.brick for copy in entry.copies]:
            old, self.win_buttons = self.win_buttons, {copy.brick: self._win_button(copy) for copy in entry.copies}
            buttons = [self.stop_button, self.sums_button, self.difference_button, *self.win_buttons.values()]
            self._buttons.set_buttons(buttons)
            for gone in old.values():
                gone.hide()
                gone.deleteLater()
        for copy in entry.copies:
            why_not = unreadable or decide(entry, Policy.BRICK, copy.brick).why_not
            self.win_buttons[copy.brick].set_enabled(not why_not, why_not)
        self._alone = "" if len(comparable(entry)) > 1 else _("There are not two copies with content.")
        if self._asked_large != entry.item:
            self.sums_button.set_text(_("Compare contents"))
        self.set_reading(self.reading)

    def _win_button(self, copy: Copy) -> Button:
        node = copy.node or copy.brick
        made = Button(_("Let {node} win…").format(node=node), "danger-quiet", small=True, tip=copy.brick)
        made.clicked.connect(lambda _checked=False, brick=copy.brick: self.win_asked.emit(brick))
        return made

    def _on_sums(self) -> None:
        """Large files are read only after their size was told."""
        if self.entry is None:
            return
        total = sum(copy.size for copy in comparable(self.entry))
        largest = max((copy.size for copy in comparable(self.entry)), default=0)
        if largest > SUM_LIMIT and self._asked_large != self.entry.item:
            self._asked_large = self.entry.item
            self.sums_button.set_text(_("Read {size} from the bricks").format(size=size(total)))
            return
        self.sums_asked.emit()
