"""What an import would change, key by key, before it becomes a plan; afterwards, what is left of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QSplitter, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import clock, count
from nasclustergui.remote.etcd_types import printable
from nasclustergui.subsystems.etcd.features.changes.diff import short
from nasclustergui.subsystems.etcd.features.changes.importing import Preview
from nasclustergui.subsystems.etcd.features.changes.model import Difference, Turn
from nasclustergui.subsystems.etcd.features.changes.plans import plan_import
from nasclustergui.subsystems.etcd.page.sections.changes.diff_view import DiffView
from nasclustergui.ui.cell import Cell
from nasclustergui.ui.errors import present
from nasclustergui.ui.parts import Banner, ElidedLabel, Row, Tree, box, button, col, row, state_width

LISTED = 5_000


class ImportView(QWidget):
    """Fill it with `show_preview`.

    Attributes:
        preview: what is shown, None before the first.

    Signals:
        plan_proposed: core.plan.Plan. again: read the file and the store again.
    """

    plan_proposed = Signal(object)
    again = Signal()

    def __init__(self, cluster: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cluster = cluster
        self.preview: Preview | None = None
        self._name, self._backup = "", Path()
        self.title = ElidedLabel("", "strong", "text", middle=True)
        self.said = ElidedLabel("", "caption", "text2")
        self.equal = QCheckBox(_("Make it equal: delete what is not in the file"))
        self.equal.toggled.connect(lambda _on: self._show())
        self.read_button = button(_("Read again"), "quiet", "refresh-cw", small=True, on_click=self.again.emit)
        self.go_button = button(_("Review import…"), icon="list-checks", small=True, on_click=self.propose)
        self.banner = Banner("critical", "", "")
        self.banner.hide()
        states = [_turn_word(turn) for turn in Turn]
        heads = [(_("What"), state_width(states)), (_("Key"), -1), (_("In the store"), 280), (_("In the file"), 280)]
        self.tree = Tree(heads, flat=True, name=_("What the import changes"), severity_first=False)
        self.tree.row_changed.connect(lambda _key: self._show_detail())
        self.diff = DiffView()
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(self.tree)
        split.addWidget(box(col(self.diff, margins=(12, 8, 12, 0))))
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 1)
        texts = col(self.title, self.said, gap=1)
        tools = row((texts, 100), None, self.equal, self.read_button, self.go_button, gap=10, margins=(12, 8, 12, 6))
        self.setLayout(col(tools, row(self.banner, margins=(12, 0, 12, 6)), (split, 1), gap=0))

    def clear(self) -> None:
        """Another file comes."""
        self.preview = None
        self.equal.setChecked(False)
        self.tree.update_rows([])

    def show_preview(self, name: str, preview: Preview, backup: Path) -> None:
        """`backup`: where the plan saves what it overwrites."""
        self.preview, self._name, self._backup = preview, name, backup
        self._show()

    def _show(self) -> None:
        preview = self.preview
        if preview is None:
            return
        self.title.set_text(f"{self._name} · {printable(preview.archive.prefix) or _('the whole store')}")
        self.said.set_text(preview_words(preview))
        wrong = dict(preview.wrong)
        equal = self.equal.isChecked()
        self.tree.update_rows([_row(entry, equal, wrong.get(entry.key, "")) for entry in preview.entries[:LISTED]])
        if not self.tree.current_key() and self.tree.rows.shown_count():
            self.tree.setCurrentIndex(self.tree.rows.index(0, 0))
        self._show_wrong(preview)
        left = any(preview.edits(equal))
        why = "" if left else _("The store holds all of the file already.")
        if wrong:
            why = _("Values of the file break the rules for their keys.")
        self.go_button.set_enabled(not why, why)
        self.equal.setEnabled(bool(preview.of(Turn.REMOVED)))
        self._show_detail()

    def _show_wrong(self, preview: Preview) -> None:
        self.banner.setVisible(bool(preview.wrong))
        if not preview.wrong:
            return
        n = len(preview.wrong)
        key, why = preview.wrong[0]
        title = ngettext("{n} value breaks the rules for its key", "{n} values break the rules for their keys", n)
        text = _("{key}: {why} Correct the file, then read it again.").format(key=printable(key), why=why)
        self.banner.set_message("critical", title.format(n=count(n)), text)

    def _show_detail(self) -> None:
        current = self.tree.current_row()
        entry = current.data if current is not None else None
        if not isinstance(entry, Difference):
            self.diff.clear()
            return
        before, after = (kv.value if kv else None for kv in (entry.before, entry.after))
        heads = (_("In the store"), _("In the file"))
        self.diff.show_values(before, after, heads, (_("The key is new."), _("The file does not have the key.")))

    def propose(self) -> None:
        """The plan for what is shown."""
        if self.preview is None:
            return
        try:
            plan = plan_import(
                self.preview, self._name, self._cluster, equal=self.equal.isChecked(), backup=self._backup
            )
        except NasError as error:
            present(self.window(), error)
            return
        self.plan_proposed.emit(plan)


def _turn_word(turn: Turn) -> str:
    return {Turn.ADDED: _("New"), Turn.CHANGED: _("Changed"), Turn.REMOVED: _("Only in store")}[turn]


def _row(entry: Difference, equal: bool, wrong: str) -> Row:
    before, after = (kv.value if kv else None for kv in (entry.before, entry.after))
    turn = entry.turn
    state = {Turn.ADDED: "ok", Turn.CHANGED: "warn", Turn.REMOVED: "critical" if equal else "stopped"}[turn]
    word = _("Deleted") if equal and turn is Turn.REMOVED else _turn_word(turn)
    if wrong:
        state, word = "critical", _("Refused")
    cells = (
        Cell(word, "state", state=state, tip=wrong),
        Cell(entry.name, "mono"),
        Cell(short(before), "mono", role="text2"),
        Cell(wrong or short(after), "text" if wrong else "mono", role="critical" if wrong else "text2"),
    )
    return Row(entry.name, cells, data=entry)


def preview_words(preview: Preview) -> str:
    """The file and the store in numbers."""
    added, changed, extra = (len(preview.of(turn)) for turn in (Turn.ADDED, Turn.CHANGED, Turn.REMOVED))
    said = [
        ngettext("{n} new", "{n} new", added).format(n=count(added)),
        ngettext("{n} changed", "{n} changed", changed).format(n=count(changed)),
        ngettext("{n} the same", "{n} the same", preview.same).format(n=count(preview.same)),
        ngettext("{n} only in the store", "{n} only in the store", extra).format(n=count(extra)),
    ]
    if preview.archive.leased:
        said.append(_("{n} on leases left out").format(n=count(len(preview.archive.leased))))
    if preview.held:
        said.append(_("{n} left to their leases").format(n=count(len(preview.held))))
    if preview.archive.made:
        said.append(_("exported {time}").format(time=clock(preview.archive.made)))
    if len(preview.entries) > LISTED:
        said.append(_("the first {n} are listed").format(n=count(LISTED)))
    return " · ".join(said)
