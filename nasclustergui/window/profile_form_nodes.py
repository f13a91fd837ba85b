"""The second part of a profile's form: its nodes."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.profile import NodeProfile
from nasclustergui.ui.parts import Icon, Label, Line, Panel, box, button, col, label, row
from nasclustergui.window.profile_form_node_model import NodeTableModel
from nasclustergui.window.profile_form_node_table import NodeTable
from nasclustergui.window.profile_form_words import Missing, place, sentence


class NodesForm(QWidget):
    """The table, its buttons, and what is wrong with the current cell or the first bad one.

    Signals:
        edited: a cell or a row was changed.
    """

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.model = NodeTableModel(self)
        self.table = NodeTable(self.model)
        self.add_button = button(_("Add node"), icon="plus", small=True, on_click=self.table.add_row)
        self.paste_button = button(_("Paste a list"), icon="copy", small=True, on_click=self._on_paste)
        self.remove_button = button(_("Remove"), "danger-quiet", "x", small=True, on_click=self.table.remove_rows)
        self._count = label("", "caption", "text3")
        self._note: Label = label("", "caption", "text2", wrap=True)
        self._note_icon = Icon("info", "text3", 14)
        self._general: InvalidInput | None = None
        self._cells: dict[tuple[int, str], str] = {}
        head = row(
            label(_("Nodes"), "heading"),
            self._count,
            None,
            self.remove_button,
            self.paste_button,
            self.add_button,
            margins=(16, 10, 12, 10),
        )
        foot = row(self._note_icon, (self._note, 1), gap=6, margins=(14, 8, 14, 8))
        panel = Panel(col(head, Line(), (self.table, 1), Line(), box(foot), gap=0, margins=(1, 1, 1, 1)))
        self.setLayout(col((panel, 1), gap=0))
        self.model.edited.connect(self._on_edited)
        self.table.current_moved.connect(self._say)
        self.table.selectionModel().selectionChanged.connect(self._on_selection)
        self._on_edited()
        self._on_selection()

    def set_nodes(self, nodes: Iterable[NodeProfile]) -> None:
        """Show other nodes."""
        self.model.set_nodes(nodes)

    def nodes(self) -> tuple[NodeProfile, ...]:
        """What the table says."""
        return self.model.nodes()

    def show_problems(self, problems: Iterable[InvalidInput]) -> None:
        """Outline the bad cells; what concerns several nodes stands below."""
        cells: dict[tuple[int, str], str] = {}
        self._general = None
        for problem in problems:
            if isinstance(problem, Missing):
                continue
            if (where := place(problem)) is not None:
                cells.setdefault(where, sentence(problem))
            elif problem.field == "nodes" and self._general is None:
                self._general = problem
        self.model.set_problems(cells)
        self._cells = cells
        self._say()

    def _say(self) -> None:
        current = self.table.currentIndex()
        wrong = self.model.problem(current) if current.isValid() else ""
        if not wrong and self._general is not None:
            wrong = sentence(self._general)
        if not wrong and self._cells:
            wrong = next(iter(self._cells.values()))
        about = _("Empty cells take what stands below under Login. Ctrl+V pastes a list of hosts, one per line.")
        self._note.set_text(wrong or about)
        self._note.set_role("critical" if wrong else "text3")
        self._note_icon.set_icon("octagon-x" if wrong else "info", "critical" if wrong else "text3")

    def _on_edited(self) -> None:
        n = len(self.nodes())
        self._count.set_text(ngettext("{n} node", "{n} nodes", n).format(n=n) if n else "")
        self.edited.emit()

    def _on_selection(self) -> None:
        rows = len(self.table.selected_rows())
        self.remove_button.set_enabled(bool(rows), _("Choose a node first"))

    def _on_paste(self) -> None:
        if not self.table.paste_list():
            self._note.set_text(_("The clipboard holds no list of hosts."))
            self._note.set_role("critical")
            self._note_icon.set_icon("octagon-x", "critical")
        self.table.setFocus()
