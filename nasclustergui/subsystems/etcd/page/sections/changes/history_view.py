"""The past of one key: its versions, any two of them as a difference, an old value restored."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QSplitter, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.job import Job
from nasclustergui.core.units import count
from nasclustergui.remote.etcd_types import decoded, to_bytes
from nasclustergui.subsystems.etcd.features import Store
from nasclustergui.subsystems.etcd.features.changes.model import History, Version
from nasclustergui.subsystems.etcd.features.changes.read import VERSIONS, read_history
from nasclustergui.subsystems.etcd.features.changes.restore import plan_restore
from nasclustergui.subsystems.etcd.page.desk import Desk
from nasclustergui.subsystems.etcd.page.sections.changes import words
from nasclustergui.subsystems.etcd.page.sections.changes.diff_view import DiffView
from nasclustergui.ui import theme
from nasclustergui.ui.errors import present
from nasclustergui.ui.parts import ElidedLabel, Stack, Tree, box, button, col, row, state_width


class HistoryView(QWidget):
    """Choose a version: it stands beside the one before it. Choose two: they stand beside each other.

    Signals:
        plan_proposed: core.plan.Plan. compare_wanted: (prefix, revision).
    """

    plan_proposed = Signal(object)
    compare_wanted = Signal(object, int)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.key = b""
        self.history: History | None = None
        self._wanted = VERSIONS
        self._restore_at = 0  # propose to restore what was true at that revision once it is read
        self._job: Job | None = None
        self._make()

    def _make(self) -> None:
        self.key_edit = QLineEdit()
        self.key_edit.setPlaceholderText("/cluster/config/smb/workgroup")
        self.key_edit.setAccessibleName(_("Key"))
        self.key_edit.setMinimumWidth(theme.px(320))
        self.key_edit.returnPressed.connect(self._on_key)
        self.show_button = button(_("Show"), icon="history", small=True, on_click=self._on_key)
        self.said = ElidedLabel("", "caption", "text2")
        self.more_button = button(_("Older versions"), "quiet", small=True, on_click=self._on_more)
        self.restore_button = button(_("Restore this value…"), icon="undo-2", small=True, on_click=self.restore)
        self.tree = self._make_tree()
        self.diff = DiffView()
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self.tree)
        head = row((self._head_label(), 100), None, self.restore_button, gap=6)
        split.addWidget(box(col(head, (self.diff, 1), gap=6, margins=(12, 4, 12, 0))))
        split.setSizes([theme.px(520), theme.px(680)])
        tools = row(
            self.key_edit, self.show_button, 4, (self.said, 100), None, self.more_button, gap=8, margins=(12, 4, 12, 6)
        )
        self.place = Stack(split, _("Reading the history…"))
        self.place.retry.connect(self.read)
        self.setLayout(col(tools, (self.place, 1), gap=0))
        self.setFocusProxy(self.key_edit)
        self._show()

    def _head_label(self) -> ElidedLabel:
        self._chosen = ElidedLabel("", "strong", "text", middle=True)
        return self._chosen

    def _make_tree(self) -> Tree:
        states = [_("Created"), _("Changed"), _("Deleted")]
        heads = [(_("Revision"), 88), (_("What"), state_width(states, _("now"))), (_("Value"), -1), (_("Size"), 76)]
        tree = Tree(heads, right=(3,), flat=True, name=_("Versions of the key"), severity_first=False, multi=True)
        tree.selectionModel().selectionChanged.connect(lambda *_both: self._show_detail())
        return tree

    # ---- what the section calls

    def show_key(self, key: bytes, restore_at: int = 0) -> None:
        """Read its history; `restore_at`: then propose to restore what was true at that revision."""
        self.key, self._wanted, self._restore_at = key, VERSIONS, restore_at
        self.key_edit.setText(decoded(key))
        self.history = None
        self.read()

    def read(self) -> None:
        """Read again, for instance because something was changed."""
        if not self.key:
            return
        if self._job is not None:
            self._job.cancel()
        key, wanted = self.key, self._wanted
        if self.history is None:
            self.place.show_loading(_("etcd"))

        def work(store: Store, job: Job) -> History:
            return read_history(store, key, job, wanted)

        self._job = self.desk.read(self, work, self._on_history, self._on_failed)

    def set_filter(self, text: str) -> None:
        """By any text of a row."""
        self.tree.set_filter(text)

    # ---- reading

    def _on_key(self) -> None:
        if text := self.key_edit.text().strip():
            self.show_key(to_bytes(text))

    def _on_more(self) -> None:
        self._wanted *= 5
        self.read()

    def _on_history(self, history: History) -> None:
        if history.key != self.key:
            return
        self._job, self.history = None, history
        self._show()
        if self._restore_at:
            at, self._restore_at = self._restore_at, 0
            self._restore_then(history, at)

    def _restore_then(self, history: History, at: int) -> None:
        if (version := history.at(at)) is not None:
            choose(self.tree, str(version.revision))
            self.restore()

    def _on_failed(self, error: NasError) -> None:
        self._job = None
        self.place.show_failed(error)

    # ---- showing

    def _show(self) -> None:
        history = self.history
        self.more_button.setVisible(history is not None and history.more)
        if history is None:
            text = _("Type a key, or choose “History…” at a key or a change.")
            self.said.set_text("")
            self.place.show_empty("history", _("The history of a key"), text)
            return
        self.said.set_text(history_words(history))
        if not history.versions:
            text = _("It was never there, or what etcd knew of it was compacted.")
            self.place.show_empty("history", _("etcd knows nothing of {key}").format(key=history.name), text)
            return
        self.tree.update_rows(
            [words.version_row(version, n == 0 and not version.deleted) for n, version in enumerate(history.versions)]
        )
        self.place.show_content()
        if not self.tree.selected_rows():
            choose(self.tree, str(history.versions[0].revision))
        self._show_detail()

    def pair(self) -> tuple[Version | None, Version | None]:
        """(older, newer) version that are compared."""
        chosen = [row.data for row in self.tree.selected_rows() if isinstance(row.data, Version)]
        if not chosen or self.history is None:
            return None, None
        newest = max(chosen, key=lambda version: version.revision)
        if len(chosen) > 1:
            return min(chosen, key=lambda version: version.revision), newest
        return self.history.before(newest), newest

    def _show_detail(self) -> None:
        older, newer = self.pair()
        why = self._why_not()
        self.restore_button.set_enabled(not why, why)
        if newer is None:
            self._chosen.set_text("")
            self.diff.clear()
            return
        state = words.what_word(words.version_what(newer))
        self._chosen.set_text(_("{what} at revision {n}").format(what=state, n=newer.revision))
        left = _("Revision {n}").format(n=older.revision) if older else _("Before")
        not_there = _("The key was not there.")
        unknown = not_there if newer.number == 1 or older is not None else _("Not known: it was compacted or not read.")
        self.diff.show_values(
            older.value if older else None,
            newer.value,
            (left, _("Revision {n}").format(n=newer.revision)),
            (unknown, _("The key is gone.")),
        )

    # ---- restoring

    def _version(self) -> Version | None:
        chosen = self.tree.selected_rows()
        data = chosen[0].data if len(chosen) == 1 else None
        return data if isinstance(data, Version) else None

    def _why_not(self) -> str:
        version = self._version()
        if version is None or self.history is None:
            return _("Choose one version.")
        if version.deleted:
            return _("This is the deletion: choose the version before it.")
        if self.history.now is not None and self.history.now.value == version.value:
            return _("The key holds this value now.")
        return ""

    def restore(self) -> None:
        """Propose the plan for the chosen version."""
        version, history = self._version(), self.history
        if version is None or history is None:
            return
        try:
            self.plan_proposed.emit(plan_restore(history, version, self.desk.cluster))
        except NasError as error:
            present(self.window(), error)


def choose(tree: Tree, key: str) -> None:
    """Select this row alone, whatever keys are held down."""
    index = tree.rows.find(key)
    flags = QItemSelectionModel.SelectionFlag
    tree.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
    tree.scrollTo(index)


def history_words(history: History) -> str:
    """How much of the past is known."""
    n, lives = len(history.versions), len({version.life for version in history.versions})
    said = [ngettext("{n} version", "{n} versions", n).format(n=count(n))]
    if not history.exists and history.versions:
        said.append(_("deleted now"))
    if lives > 1:
        said.append(_("created {n} times").format(n=count(lives)))
    if history.compacted:
        said.append(_("nothing is known before revision {n}: compacted").format(n=history.compacted))
    elif history.more:
        said.append(_("older ones were not read"))
    elif history.versions:
        said.append(_("back to its creation"))
    return " · ".join(said)
