"""A range as it was at a revision, beside what it is now: what came, changed and went; single keys restored."""

from __future__ import annotations

from PySide6.QtCore import QRegularExpression, Qt, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QLineEdit, QSplitter, QWidget

from nasclustergui.core.errors import InvalidInput, NasError
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.job import Job
from nasclustergui.core.units import count
from nasclustergui.remote.etcd_types import decoded, to_bytes
from nasclustergui.subsystems.etcd.features import Store
from nasclustergui.subsystems.etcd.features.changes.model import Comparison, Difference
from nasclustergui.subsystems.etcd.features.changes.read import read_comparison
from nasclustergui.subsystems.etcd.features.changes.restore import plan_restore_keys
from nasclustergui.subsystems.etcd.page.desk import Desk
from nasclustergui.subsystems.etcd.page.sections.changes import words
from nasclustergui.subsystems.etcd.page.sections.changes.diff_view import DiffView
from nasclustergui.subsystems.etcd.page.sections.changes.history_view import choose
from nasclustergui.subsystems.etcd.page.sections.changes.live import DEFAULT
from nasclustergui.ui import theme
from nasclustergui.ui.errors import present
from nasclustergui.ui.forms import set_invalid
from nasclustergui.ui.parts import ElidedLabel, Stack, Tree, box, button, col, label, row, state_width

LISTED = 5_000  # differences in the table; all are counted


class CompareView(QWidget):
    """Type a prefix and a revision.

    Signals:
        plan_proposed: core.plan.Plan. history_wanted: key (bytes).
    """

    plan_proposed = Signal(object)
    history_wanted = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.comparison: Comparison | None = None
        self._asked: tuple[bytes, int, int] | None = None
        self._job: Job | None = None
        self._make()

    def _make(self) -> None:
        self.prefix_edit = QLineEdit(DEFAULT)
        self.prefix_edit.setAccessibleName(_("Prefix"))
        self.prefix_edit.setMinimumWidth(theme.px(200))
        self.first_edit, self.last_edit = self._number(_("Revision then")), self._number(_("Revision later"))
        self.last_edit.setPlaceholderText(_("now"))
        for edit in (self.prefix_edit, self.first_edit, self.last_edit):
            edit.returnPressed.connect(self._on_compare)
        self.compare_button = button(_("Compare"), icon="git-compare", small=True, on_click=self._on_compare)
        self.said = ElidedLabel("", "caption", "text2")
        self.restore_button = button(_("Restore chosen keys…"), icon="undo-2", small=True, on_click=self.restore)
        self.history_button = button(_("History…"), icon="history", small=True, on_click=self._on_history)
        self.tree = self._make_tree()
        self.diff = DiffView()
        self._chosen = ElidedLabel("", "strong", "text", middle=True)
        head = row((self._chosen, 100), None, self.history_button, self.restore_button, gap=6)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(self.tree)
        split.addWidget(box(col(head, (self.diff, 1), gap=6, margins=(12, 8, 12, 0))))
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 1)
        tools = row(
            self.prefix_edit,
            label(_("from revision"), "body", "text2"),
            self.first_edit,
            label(_("to"), "body", "text2"),
            self.last_edit,
            self.compare_button,
            4,
            (self.said, 100),
            None,
            gap=8,
            margins=(12, 4, 12, 6),
        )
        self.place = Stack(split, _("Comparing…"))
        self.place.retry.connect(self.read)
        self.setLayout(col(tools, (self.place, 1), gap=0))
        self.setFocusProxy(self.first_edit)
        text = _("Type the revision to compare with: each change in the live feed and each version of a key names one.")
        self.place.show_empty("git-compare", _("Two moments of a range"), text)

    @staticmethod
    def _number(name: str) -> QLineEdit:
        edit = QLineEdit()
        edit.setAccessibleName(name)
        edit.setValidator(QRegularExpressionValidator(QRegularExpression("[1-9][0-9]{0,17}"), edit))
        edit.setFixedWidth(theme.px(96))
        return edit

    def _make_tree(self) -> Tree:
        states = [words.turn_word(turn) for turn in words.TURN_ICON]
        heads = [(_("What"), state_width(states)), (_("Key"), -1), (_("Then"), 300), (_("Later"), 300)]
        tree = Tree(heads, flat=True, name=_("Differences"), severity_first=False, multi=True)
        tree.selectionModel().selectionChanged.connect(lambda *_both: self._show_detail())
        tree.row_activated.connect(lambda _key: self._on_history())
        return tree

    # ---- what the section calls

    def compare(self, prefix: bytes, first: int, last: int = 0) -> None:
        """Read both and show what differs; `first` 0 lets the person type it."""
        self.prefix_edit.setText(decoded(prefix))
        self.first_edit.setText(str(first) if first else "")
        self.last_edit.setText(str(last) if last else "")
        if first:
            self._on_compare()
        else:
            self.first_edit.setFocus()

    def read(self) -> None:
        """Again, for instance because something was changed."""
        if self._asked is None:
            return
        if self._job is not None:
            self._job.cancel()
        prefix, first, last = self._asked
        if self.comparison is None:
            self.place.show_loading(_("etcd"))

        def work(store: Store, job: Job) -> Comparison:
            return read_comparison(store, prefix, first, last, job)

        self._job = self.desk.read(self, work, self._on_read, self._on_failed)

    def set_filter(self, text: str) -> None:
        """By any text of a row."""
        self.tree.set_filter(text)

    # ---- reading

    def _on_compare(self) -> None:
        first, last = (int(edit.text() or 0) for edit in (self.first_edit, self.last_edit))
        set_invalid(self.first_edit, not first)
        if not first:
            self.said.set_text(_("The revision to compare with is missing."))
            return
        self._asked = (to_bytes(self.prefix_edit.text().strip()), first, last)
        self.comparison = None
        self.read()

    def _on_read(self, comparison: Comparison) -> None:
        self._job, self.comparison = None, comparison
        self.said.set_text(comparison_words(comparison))
        if not comparison.differences:
            self.place.show_empty("check", _("No difference"), comparison_words(comparison))
            return
        self.tree.update_rows([words.difference_row(one) for one in comparison.differences[:LISTED]])
        self.place.show_content()
        if not self.tree.selected_rows() and self.tree.rows.shown_count():
            choose(self.tree, self.tree.rows.key(self.tree.rows.index(0, 0)))
        self._show_detail()

    def _on_failed(self, error: NasError) -> None:
        self._job = None
        self.said.set_text("")
        self.place.show_failed(error)

    # ---- showing

    def chosen(self) -> list[Difference]:
        """The differences of the selected rows."""
        return [row.data for row in self.tree.selected_rows() if isinstance(row.data, Difference)]

    def _show_detail(self) -> None:
        chosen, comparison = self.chosen(), self.comparison
        why = _("Choose keys.") if not chosen or comparison is None else ""
        if comparison is not None and not comparison.now:
            why = _("Keys are restored against the present: leave “to” empty.")
        self.restore_button.set_enabled(not why, why)
        self.history_button.set_enabled(len(chosen) == 1, _("Choose one key."))
        if len(chosen) != 1 or comparison is None:
            n = len(chosen)
            self._chosen.set_text(
                ngettext("{n} key is chosen", "{n} keys are chosen", n).format(n=count(n)) if n else ""
            )
            self.diff.clear()
            return
        one = chosen[0]
        self._chosen.set_text(one.name)
        heads = (_("Revision {n}").format(n=comparison.first), _("Revision {n}").format(n=comparison.last))
        if comparison.now:
            heads = (heads[0], _("Now"))
        before, after = (kv.value if kv else None for kv in (one.before, one.after))
        self.diff.show_values(before, after, heads, (_("The key was not there."), _("The key is gone.")))

    def _on_history(self) -> None:
        chosen = self.chosen()
        if len(chosen) == 1:
            self.history_wanted.emit(chosen[0].key)

    def restore(self) -> None:
        """Propose the plan for the chosen keys."""
        if self.comparison is None:
            return
        try:
            self.plan_proposed.emit(plan_restore_keys(self.comparison, self.chosen(), self.desk.cluster))
        except InvalidInput as error:
            present(self.window(), error)


def comparison_words(comparison: Comparison) -> str:
    """How much differs."""
    n, same = len(comparison.differences), comparison.same
    text = ngettext("{n} key differs", "{n} keys differ", n).format(n=count(n))
    alike = ngettext("{n} is the same", "{n} are the same", same).format(n=count(same))
    said = [text, alike]
    if n > LISTED:
        said.append(_("the first {n} are listed").format(n=count(LISTED)))
    return " · ".join(said)
