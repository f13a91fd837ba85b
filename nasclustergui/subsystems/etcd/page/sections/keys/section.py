"""The section of the keys: the tree of the store, live, and the panel of the chosen key beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QSplitter, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.units import clock
from nasclustergui.subsystems.etcd.features.keys.schema import heartbeat
from nasclustergui.subsystems.etcd.page.desk import Desk
from nasclustergui.subsystems.etcd.page.section import Section
from nasclustergui.subsystems.etcd.page.sections.keys.feed import Feed
from nasclustergui.subsystems.etcd.page.sections.keys.key_model import KeyModel
from nasclustergui.subsystems.etcd.page.sections.keys.key_table import KeyTable
from nasclustergui.subsystems.etcd.page.sections.keys.loader import Loader
from nasclustergui.subsystems.etcd.page.sections.keys.nodes import Entry
from nasclustergui.ui.parts import Badge, Console, ElidedLabel, Stack, button, col, row

FADE_MS = 500
_OPENED = (b"/cluster/", b"/cluster/config/")  # what the product itself keeps: open from the start


class KeysSection(Section):
    """See the package.

    Attributes:
        table, model: the tree. loader: reads it. feed: keeps it fresh.
    """

    filter_hint = ""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.model = KeyModel(self)
        self.model.tree.quiet = heartbeat
        self.table = KeyTable(self.model)
        self.loader = Loader(desk, self.model.tree, self.table)
        self.feed = Feed(desk, self)
        self.live = Badge("unknown", _("Connecting"), tint=False)
        self.said = ElidedLabel("", "caption", "text3")
        self.again_button = button(_("Read again"), "quiet", "refresh-cw", small=True, on_click=self.loader.begin)
        self.value = Console(_("Value"))
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.table)
        self.split.addWidget(self.value)
        self.stack = Stack(self.split, _("Reading the keys…"))
        tools = row((self.said, 100), None, self.live, self.again_button, gap=10, margins=(12, 8, 12, 4))
        self.setLayout(col(tools, (self.stack, 1), gap=0))
        self.setFocusProxy(self.table)
        self._wanted: list[bytes] = list(_OPENED)  # folders to open as soon as they are there
        self._fading = QTimer(self)
        self._fading.setInterval(FADE_MS)
        self._fading.timeout.connect(self._fade)
        self._connect()

    def _connect(self) -> None:
        self.table.toggled.connect(self._toggle)
        self.table.retried.connect(self._retry)
        self.loader.reached.connect(self._on_reached)
        self.loader.failed.connect(self._on_failed)
        self.loader.loaded.connect(self._on_loaded)
        self.feed.events.connect(self._on_events)
        self.feed.missed.connect(self._on_missed)
        self.feed.state_changed.connect(self._show_state)
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

    def leave(self) -> None:
        """Listen no more; what changes meanwhile comes when it is in sight again."""
        self._fading.stop()
        self.feed.stop()

    def close_down(self) -> None:
        """End the watch."""
        self.leave()

    # ---- reading

    def _on_reached(self) -> None:
        reach = self.loader.reach
        assert reach is not None
        self.feed.aim(reach.spans, reach.revision)
        if self.isVisible():
            self.feed.start()
        self._show_state()

    def _on_loaded(self) -> None:
        if self.stack.showing() != "content":
            self.stack.show_content()
        tree = self.model.tree
        for prefix in tuple(self._wanted):
            folder = tree.folder(prefix)
            if folder is not None:
                self._wanted.remove(prefix)
                if not folder.open:
                    self._toggle(folder)

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

    # ---- the watch

    def _on_events(self, events: object) -> None:
        self.model.tree.take_events(events)  # type: ignore[arg-type]  # a tuple of WatchEvents
        self.loader.look()

    def _on_missed(self, revision: int) -> None:
        for folder in self.model.tree.missed(revision):
            self.loader.read_again(folder)

    def _fade(self) -> None:
        self.model.tree.fade()

    def _show_state(self) -> None:
        since = self.feed.broken_since
        if since:
            self.live.set_state("stale", _("Changes since {time} not seen").format(time=clock(since)), tint=True)
            self.live.setToolTip(self.feed.why)
        else:
            self.live.set_state("ok", _("Live"), tint=False)
            self.live.setToolTip(_("Changes appear here as they happen."))
        reach = self.loader.reach
        if reach is not None and not reach.whole:
            shown = ", ".join(span.start.decode("utf-8", "backslashreplace") for span in reach.spans)
            self.said.set_text(_("User {user} may read {keys} only").format(user=reach.user, keys=shown))
