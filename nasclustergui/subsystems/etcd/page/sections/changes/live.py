"""The live feed: the watch and where it stands, the list of changes, pause, and the chosen change in full."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QLineEdit, QMenu, QSplitter, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.job import Job
from nasclustergui.core.units import clock, count
from nasclustergui.remote.etcd_types import to_bytes
from nasclustergui.remote.etcd_watch import Watch
from nasclustergui.subsystems.etcd.features import Store
from nasclustergui.subsystems.etcd.features.changes.feed import Change, Feed, What
from nasclustergui.subsystems.etcd.page.desk import Desk
from nasclustergui.subsystems.etcd.page.sections.changes import words
from nasclustergui.subsystems.etcd.page.sections.changes.diff_view import DiffView
from nasclustergui.ui import theme
from nasclustergui.ui.parts import (
    Badge,
    Banner,
    ElidedLabel,
    Row,
    Stack,
    Tree,
    box,
    button,
    col,
    row,
    state_width,
)

DEFAULT = "/cluster/"
LOOK_MS = 250  # between looks at the feed while somebody sees it
CHECK_MS = 2_000  # between looks at whether the watch still runs while nobody does


class LiveView(QWidget):
    """The watch begins when the view is first seen and goes on until `close_down`, seen or not: the feed has a limit.

    Attributes:
        feed: what came so far. prefix: what is watched. paused: the list stands still, the feed does not.

    Signals:
        history_wanted: key (bytes). compare_wanted: (prefix, revision). restore_wanted: (key, revision to go back to).
    """

    history_wanted = Signal(object)
    compare_wanted = Signal(object, int)
    restore_wanted = Signal(object, int)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.feed = Feed()
        self.prefix = DEFAULT
        self.paused = False
        self._watch: Watch | None = None
        self._opening: Job | None = None
        self._closed = False
        self._shown = (-1, False)  # number of the newest change in the list, with heartbeats
        self._paused_at = 0
        self._rows: dict[int, Row] = {}
        self._make()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)

    # ---- parts

    def _make(self) -> None:
        self.prefix_edit = QLineEdit(DEFAULT)
        self.prefix_edit.setAccessibleName(_("Prefix to watch"))
        self.prefix_edit.setMinimumWidth(theme.px(200))
        self.prefix_edit.returnPressed.connect(self._on_prefix)
        self.watch_button = button(_("Watch"), icon="eye", small=True, on_click=self._on_prefix)
        self.badge = Badge("busy", _("Connecting"))
        self.said = ElidedLabel("", "caption", "text2")
        self.heartbeats = QCheckBox(_("Heartbeats"))
        self.heartbeats.setToolTip(_("Also list what nodes write every few seconds to say that they are there"))
        self.heartbeats.toggled.connect(lambda _on: self._show())
        self.pause_button = button(_("Pause"), "quiet", "pause", small=True, on_click=self.toggle_pause)
        self.clear_button = button(_("Clear"), "quiet", "x", small=True, on_click=self.clear)
        self.banner = Banner("warn", "", "", [button(_("Understood"), small=True, on_click=self._on_understood)])
        self.banner.hide()
        self._gaps_seen = 0
        self.tree = self._make_tree()
        self.counted = ElidedLabel("", "caption", "text3")
        self.detail = self._make_detail()
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(box(col((self.tree, 1), row((self.counted, 100), None, margins=(12, 4, 12, 4)), gap=0)))
        split.addWidget(self.detail)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 1)
        side = row(self.heartbeats, self.pause_button, self.clear_button)
        tools = row(
            self.prefix_edit, self.watch_button, 4, self.badge, (self.said, 100), None, side, margins=(12, 4, 12, 6)
        )
        body = box(col(row(self.banner, margins=(12, 0, 12, 6)), (split, 1), gap=0))
        self.place = Stack(body, _("Connecting to etcd…"))
        self.place.retry.connect(self.open)
        self.setLayout(col(tools, (self.place, 1), gap=0))
        self.setFocusProxy(self.tree)

    def _make_tree(self) -> Tree:
        states = [words.what_word(what) for what in What]
        heads = [
            (_("Time"), 84),
            (_("What"), state_width(states)),
            (_("Key"), -1),
            (_("Old → new value"), 420),
            (_("Revision"), 90),
        ]
        tree = Tree(heads, right=(4,), flat=True, drop={4: 900}, name=_("Changes"), severity_first=False)
        tree.row_changed.connect(lambda _key: self._show_detail())
        tree.row_activated.connect(lambda _key: self._on_history())
        tree.set_menu(self._menu)
        return tree

    def _make_detail(self) -> QWidget:
        self._chosen = ElidedLabel("", "strong", "text", middle=True)
        self.history_button = button(_("History…"), icon="history", small=True, on_click=self._on_history)
        self.restore_button = button(_("Restore the old value…"), icon="undo-2", small=True, on_click=self._on_restore)
        self.compare_button = button(
            _("Compare with now…"), "quiet", "git-compare", small=True, on_click=self._on_compare
        )
        self.compare_button.setToolTip(_("All keys below the prefix, as they were right before this change, and now"))
        self.diff = DiffView()
        head = row((self._chosen, 100), None, self.compare_button, self.history_button, self.restore_button, gap=6)
        detail = box(col(head, (self.diff, 1), gap=6, margins=(12, 8, 12, 0)))
        detail.hide()
        return detail

    # ---- what the section calls

    def enter(self) -> None:
        """In sight."""
        if self._watch is None and self._opening is None and not self._closed:
            self.open()
        self._timer.start(LOOK_MS)
        self._look()

    def leave(self) -> None:
        """Out of sight: the watch goes on, the list is not touched."""
        self._timer.start(CHECK_MS)

    def close_down(self) -> None:
        """For good. Does not wait."""
        self._closed = True
        self._timer.stop()
        if self._opening is not None:
            self._opening.cancel()
        if self._watch is not None:
            self._watch.stop()

    def set_filter(self, text: str) -> None:
        """By any text of a row."""
        self.tree.set_filter(text)

    def watch_prefix(self, prefix: str) -> None:
        """Watch another range from now on; the list begins anew."""
        self.prefix_edit.setText(prefix)
        self._on_prefix()

    # ---- the watch

    def open(self) -> None:
        """Begin, or go on where the feed ended."""
        if self._opening is not None or self._closed:
            return
        feed, prefix = self.feed, to_bytes(self.prefix)
        start = feed.begin_again() or None
        if start is None:
            self.place.show_loading(_("etcd"))

        def begin(store: Store, job: Job) -> Watch:
            return store.client.watch_prefix(prefix, feed.on_events, feed.on_state, start, prev=True)

        job = self.desk.read(self, begin, lambda watch: self._on_open(watch, feed), self._on_failed)
        if self.desk.connected:
            self._opening = job

    def _on_open(self, watch: Watch, feed: Feed) -> None:
        self._opening = None
        if self._closed or feed is not self.feed:
            watch.stop()
            if not self._closed:
                self.open()
            return
        self._watch = watch
        self.place.show_content()
        self._look()

    def _on_failed(self, error: NasError) -> None:
        self._opening = None
        self.badge.set_state("warn", _("No connection"))
        self.said.set_text(str(error))
        self.place.show_failed(error, self.feed.standing.since or None)

    def _on_prefix(self) -> None:
        if self._watch is not None:
            self._watch.stop()
            self._watch = None
        self.prefix = self.prefix_edit.text().strip()
        self.feed = Feed()
        self._gaps_seen = 0
        self._forget_rows()
        if self._opening is None:
            self.open()
        self._look()

    # ---- showing

    def _look(self) -> None:
        if self._watch is not None and self._watch.ended and not self._closed:
            self.feed.end()
            self._watch = None
            self.open()
        if not self.isVisible():
            return
        self._show_standing()
        if not self.paused:
            self._show()
        self._show_counts()

    def _show_standing(self) -> None:
        if self._watch is None and self._opening is None:
            return  # it could not be begun: the reason stands there
        state, word, text = words.standing_words(self.feed.standing)
        if self.paused:
            waiting = self.feed.counts().listed - self._paused_at
            state, word = "stopped", _("Paused")
            told = ngettext("{n} change waits.", "{n} changes wait.", waiting).format(n=count(waiting))
            text = f"{told} {text}"
        self.badge.set_state(state, word)
        self.said.set_text(text)

    def _show(self) -> None:
        wanted = (self.feed.number, self.heartbeats.isChecked())
        if wanted == self._shown:
            return
        self._shown = wanted
        changes = self.feed.changes(heartbeats=wanted[1])
        known = self._rows
        self._rows = {c.number: known.get(c.number) or words.change_row(c) for c in changes}
        self.tree.update_rows([self._rows[c.number] for c in reversed(changes)])
        self._show_gap(changes)
        self._show_detail()

    def _show_gap(self, changes: list[Change]) -> None:
        gaps = self.feed.counts().gaps
        last = next((change for change in reversed(changes) if change.what is What.GAP), None)
        if last is None or gaps <= self._gaps_seen:
            return
        text = _("Compare revision {last} with now to see what differs since; what happened before is lost.")
        self.banner.set_message("warn", words.gap_words(last), text.format(last=last.revision))
        self.banner.show()

    def _on_understood(self) -> None:
        self._gaps_seen = self.feed.counts().gaps
        self.banner.hide()

    def _show_counts(self) -> None:
        self.counted.set_text(words.counts_words(self.feed.counts()))

    def _forget_rows(self) -> None:
        self._rows, self._shown = {}, (-1, False)
        self.paused, self._paused_at = False, 0
        self._show_pause()
        self.banner.hide()
        self.tree.update_rows([])

    def clear(self) -> None:
        """Empty the list and begin to count anew; the watch goes on."""
        self.feed.clear()
        self._gaps_seen = 0
        self._forget_rows()
        self._look()

    def toggle_pause(self) -> None:
        """Let the list stand still, or go on; what came meanwhile then appears."""
        self.paused = not self.paused
        self._paused_at = self.feed.counts().listed
        self._show_pause()
        self._look()

    def _show_pause(self) -> None:
        self.pause_button.set_text(_("Resume") if self.paused else _("Pause"))
        self.pause_button.set_icon("play" if self.paused else "pause")

    # ---- the chosen change

    def chosen(self) -> Change | None:
        """The change of the current row, None for none and for a gap."""
        current = self.tree.current_row()
        data = current.data if current is not None else None
        return data if isinstance(data, Change) and data.what is not What.GAP else None

    def _show_detail(self) -> None:
        change = self.chosen()
        for one in (self.history_button, self.compare_button):
            one.set_enabled(change is not None, _("Choose a change."))
        why = self._why_not_restored(change)
        self.restore_button.set_enabled(not why, why)
        self.detail.setVisible(change is not None)
        if change is None:
            return
        self._chosen.set_text(f"{change.name} · {clock(change.at)}")
        heads = (
            _("Before revision {n}").format(n=change.revision),
            _("From revision {n} on").format(n=change.revision),
        )
        unknown = _("Not known any more: history was compacted.")
        before = _("The key was not there.") if change.old_known else unknown
        self.diff.show_values(change.old, change.new, heads, (before, _("The key is gone.")))

    def _why_not_restored(self, change: Change | None) -> str:
        if change is None:
            return _("Choose a change.")
        if change.what is What.CREATED:
            return _("The key was not there before.")
        return "" if change.old_known else _("The old value is not known any more.")

    def _on_history(self) -> None:
        if (change := self.chosen()) is not None:
            self.history_wanted.emit(change.key)

    def _on_restore(self) -> None:
        if (change := self.chosen()) is not None:
            self.restore_wanted.emit(change.key, change.revision - 1)

    def _on_compare(self) -> None:
        if (change := self.chosen()) is not None:
            self.compare_wanted.emit(to_bytes(self.prefix), change.revision - 1)

    def _menu(self, _entry: Row) -> QMenu | None:
        menu = QMenu(self.tree)
        for one in (self.history_button, self.restore_button, self.compare_button):
            item = menu.addAction(theme.icon(one.icon_name), one.text(), one.click)
            item.setEnabled(one.isEnabled())
            item.setToolTip(one.toolTip())
        menu.addSeparator()
        copy = self.tree.copy_text
        menu.addAction(theme.icon("copy"), _("Copy row"), lambda: QGuiApplication.clipboard().setText(copy()))
        return menu
