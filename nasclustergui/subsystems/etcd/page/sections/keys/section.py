"""The section of the keys: the tree of the store, live, and the panel of the chosen key beside it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QSignalBlocker, Qt, QTimer
from PySide6.QtWidgets import QMenu, QSplitter, QStackedWidget, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.units import clock
from nasclustergui.remote.etcd_types import WatchEvent, printable, to_bytes
from nasclustergui.subsystems.etcd.features.keys import schema
from nasclustergui.subsystems.etcd.page.desk import Desk
from nasclustergui.subsystems.etcd.page.section import Section
from nasclustergui.subsystems.etcd.page.sections.keys.asking import Asking
from nasclustergui.subsystems.etcd.page.sections.keys.feed import Feed
from nasclustergui.subsystems.etcd.page.sections.keys.keeper import Keeper
from nasclustergui.subsystems.etcd.page.sections.keys.key_model import KeyModel
from nasclustergui.subsystems.etcd.page.sections.keys.key_table import KeyTable
from nasclustergui.subsystems.etcd.page.sections.keys.loader import Loader
from nasclustergui.subsystems.etcd.page.sections.keys.menus import KeyMenus
from nasclustergui.subsystems.etcd.page.sections.keys.nodes import Entry, Kind, above
from nasclustergui.subsystems.etcd.page.sections.keys.panel import KeyPanel
from nasclustergui.subsystems.etcd.page.sections.keys.search_view import SearchView
from nasclustergui.ui.errors import present
from nasclustergui.ui.parts import Badge, ElidedLabel, Stack, button, col, row

FADE_MS = 500
_OPENED = (b"/cluster/", b"/cluster/config/")  # what the product itself keeps: open from the start


class KeysSection(Section):
    """See the package.

    Attributes:
        table, model: the tree. loader: reads it. feed: keeps it fresh. search: what the filter found.
        keeper, panel: the chosen key. asking: dialogs and files.
    """

    filter_hint = _("Find keys")

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.model = KeyModel(self)
        self.model.tree.quiet = schema.heartbeat
        self.table = KeyTable(self.model)
        self.loader = Loader(desk, self.model.tree, self.table)
        self.feed = Feed(desk, self)
        self.keeper = Keeper(desk, self)
        self.asking = Asking(self, self.keeper)
        self.model.unsaved = self.keeper.drafts
        self.menus = KeyMenus(self, self.asking)
        self.panel = KeyPanel(self.keeper, self._fill_more)
        self.search = SearchView(desk)
        self.live = Badge("unknown", _("Connecting"), tint=False)
        self.said = ElidedLabel("", "caption", "text3")
        self.new_button = button(_("New key…"), icon="plus", small=True, on_click=self.create_new)
        self.again_button = button(_("Read again"), "quiet", "refresh-cw", small=True, on_click=self.loader.begin)
        self._compose()
        self._wanted: list[bytes] = list(_OPENED)  # folders to open as soon as they are there
        self._goal: bytes | None = None  # a key to select as soon as its row is there
        self._fading = QTimer(self)
        self._fading.setInterval(FADE_MS)
        self._fading.timeout.connect(self._fade)
        self._connect()

    def _compose(self) -> None:
        self.left = QStackedWidget()
        self.left.addWidget(self.table)
        self.left.addWidget(self.search)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.left)
        self.split.addWidget(self.panel)
        self.split.setStretchFactor(0, 2)
        self.split.setStretchFactor(1, 3)
        self.split.setSizes([420, 620])
        self.stack = Stack(self.split, _("Reading the keys…"))
        tools = row(
            self.new_button, self.again_button, None, (self.said, 100), self.live, gap=10, margins=(12, 8, 12, 4)
        )
        self.setLayout(col(tools, (self.stack, 1), gap=0))
        self.setFocusProxy(self.table)

    def _connect(self) -> None:
        table, panel, keeper = self.table, self.panel, self.keeper
        table.toggled.connect(self._toggle)
        table.retried.connect(self._retry)
        table.chosen.connect(self._on_chosen)
        table.activated_key.connect(lambda _entry: panel.editor.setFocus())
        table.delete_requested.connect(lambda entry: None if entry.folder else keeper.propose_delete(entry.path))
        table.menu_requested.connect(self._on_menu)
        self.loader.reached.connect(self._on_reached)
        self.loader.failed.connect(self._on_failed)
        self.loader.loaded.connect(self._on_loaded)
        self.loader.stuck.connect(self._on_stuck)
        self.feed.events.connect(self._on_events)
        self.feed.missed.connect(self._on_missed)
        self.feed.state_changed.connect(self._show_state)
        self.search.chosen.connect(keeper.choose)
        self.search.opened.connect(self.go_to)
        panel.save_asked.connect(keeper.save)
        panel.merge_asked.connect(keeper.save)
        panel.discard_asked.connect(keeper.discard)
        panel.again_asked.connect(keeper.look)
        panel.delete_asked.connect(lambda: keeper.propose_delete(keeper.key) if keeper.key is not None else None)
        panel.new_asked.connect(self.create_new)
        keeper.proposed.connect(self.plan_proposed)
        keeper.changed.connect(self.table.viewport().update)
        panel.editor.edited.connect(self.table.viewport().update)
        keeper.refused.connect(lambda error: present(self.window(), error))
        self.stack.retry.connect(self.loader.begin)

    # ---- what the page calls

    def enter(self) -> None:
        """Read the first time, listen again later."""
        self._fading.start()
        if self.loader.reach is None:
            self.stack.show_loading(_("etcd"))
            self.loader.begin()
        else:
            self.feed.start()
            self.keeper.look_soon()

    def leave(self) -> None:
        """Listen no more; what changes meanwhile comes when it is in sight again."""
        self._fading.stop()
        self.feed.stop()
        self.search.stop()

    def close_down(self) -> None:
        """End the watch."""
        self.leave()

    def set_filter(self, text: str) -> None:
        """Look through the whole store."""
        text = text.strip()
        reach = self.loader.reach
        self.search.set_text(text, reach.spans if reach is not None else ())
        self.left.setCurrentWidget(self.search if text else self.table)
        self.setFocusProxy(self.search.tree if text else self.table)
        if not text:
            self._on_chosen(self.table.current())

    def select(self, what: str) -> None:
        """Show this key, or open this folder."""
        self.go_to(to_bytes(what))

    def create_new(self) -> None:
        """A key in the folder that is chosen."""
        self.asking.new_key(self._folder_in_sight())

    def go_to(self, key: bytes) -> None:
        """Open the folders above a key and choose it."""
        self._goal = key
        self._follow_goal()

    # ---- reading

    def read_folder(self, prefix: bytes) -> None:
        """What was read of a folder, once more."""
        folder = self.model.tree.folder(prefix)
        if folder is not None:
            folder.keys = None
            self.loader.read_again(folder)
            self.loader.look()

    def _on_reached(self) -> None:
        reach = self.loader.reach
        assert reach is not None
        self.feed.aim(reach.spans, reach.revision)
        if self.isVisible():
            self.feed.start()
        if self.search.text:
            self.search.set_text(self.search.text, reach.spans)
        self._show_state()

    def _on_loaded(self) -> None:
        self._show_stack()
        tree = self.model.tree
        for prefix in tuple(self._wanted):
            folder = tree.folder(prefix)
            if folder is not None and prefix in self._wanted:
                self._wanted.remove(prefix)
                if not folder.open:
                    self._toggle(folder)
        self._follow_goal()

    def _show_stack(self) -> None:
        """The tree, or what to do where there is none."""
        root = self.model.tree.root
        if root.children or root.after is not None:
            if self.stack.showing() != "content":
                self.stack.show_content()
        elif root.children is not None:
            text = _(
                "The nodes and their services keep here what they share. A node writes its own keys when it joins."
            )
            new = (
                [button(_("New key…"), icon="plus", on_click=self.create_new)]
                if self.stack.showing() != "empty"
                else []
            )
            self.stack.show_empty("key-round", _("The store holds no keys yet"), text, new)

    def _on_stuck(self) -> None:
        """The way to the wanted key cannot be read: the panel says why."""
        if self._goal is not None and not self._goal.endswith(b"/"):
            self._show_without_row(self._goal)

    def _show_without_row(self, key: bytes) -> None:
        blocker = QSignalBlocker(self.table)  # no row is chosen, but the panel does show a key
        self.table.setCurrentIndex(QModelIndex())
        blocker.unblock()
        self.keeper.choose(key)

    def _on_failed(self, error: NasError) -> None:
        self.stack.show_failed(error, self.feed.heard_at or None)

    def _toggle(self, folder: Entry) -> None:
        if folder.open:
            self.model.tree.close(folder)
            return
        self.model.tree.open(folder)
        if folder.children is None:
            self.loader.load(folder)
        self.loader.look()

    def _retry(self, folder: Entry) -> None:
        folder.error = None
        self.loader.load(folder)

    def _follow_goal(self) -> None:
        """Open what is read on the way to the wanted key; what is not read yet comes by `_on_loaded`."""
        tree, goal = self.model.tree, self._goal
        if goal is None:
            return
        entry = (tree.folder(goal) if goal.endswith(b"/") else None) or tree.find(goal)
        if entry is None:
            return
        found = entry.path == goal
        for folder in reversed(above(entry) if found else [entry, *above(entry)]):
            tree.open(folder)
        if found:
            self._goal = None
            self.table.select(entry)
        elif not entry.has_read(goal):
            self.loader.load(entry)
        elif not goal.endswith(b"/"):
            self._show_without_row(goal)  # there is none, or the watch has not told of it yet

    # ---- the watch

    def _on_events(self, events: tuple[WatchEvent, ...]) -> None:
        self.model.tree.take_events(events)
        if any(event.kv.key == self.keeper.key for event in events):
            self.keeper.look_soon()
        self.loader.look()
        self._show_stack()
        if self._goal is not None:
            self._follow_goal()

    def _on_missed(self, revision: int) -> None:
        for folder in self.model.tree.missed(revision):
            self.loader.read_again(folder)
        self.keeper.look_soon()

    def _fade(self) -> None:
        self.model.tree.fade()
        self.feed.look()

    def _show_state(self) -> None:
        since = self.feed.broken_since
        if since:
            self.live.set_state("stale", _("Changes since {time} not seen").format(time=clock(since)), tint=True)
            self.live.setToolTip(self.feed.why)
        elif self.feed.live:
            self.live.set_state("ok", _("Live"), tint=False)
            self.live.setToolTip(_("Changes appear here as they happen."))
        reach = self.loader.reach
        if reach is not None and not reach.whole:
            shown = ", ".join(printable(span.start) for span in reach.spans)
            self.said.set_text(_("User {user} may read only {keys}").format(user=reach.user, keys=shown))
        else:
            self.said.set_text("")

    # ---- rows

    def _on_chosen(self, entry: Entry | None) -> None:
        if self.left.currentWidget() is not self.table:
            return
        if entry is not None:  # otherwise nobody chose anything: a key that is still looked for is not given up
            self._goal = None
        folder = entry if entry is not None and entry.folder else None
        self.panel.show_folder(folder)
        self.keeper.choose(entry.path if entry is not None and entry.kind is Kind.KEY else None)

    def _folder_in_sight(self) -> bytes:
        entry = self.table.current()
        if entry is None:
            return b"/cluster/config/"
        return entry.path if entry.folder else entry.path[: entry.path.rfind(b"/") + 1]

    def _on_menu(self, entry: Entry, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        if entry.folder:
            self.menus.fill_for_folder(menu, entry.path)
        else:
            self.menus.fill_for_key(menu, entry.path)
        menu.popup(at)

    def _fill_more(self, menu: QMenu) -> None:
        if self.keeper.key is not None:
            self.menus.fill_for_key(menu, self.keeper.key, with_delete=False)
