"""The section of changes: four views of what happened and of whole ranges, one in sight."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QTabBar, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.remote.etcd_types import to_bytes
from nasclustergui.subsystems.etcd.page.desk import Desk
from nasclustergui.subsystems.etcd.page.section import Section
from nasclustergui.subsystems.etcd.page.sections.changes.compare_view import CompareView
from nasclustergui.subsystems.etcd.page.sections.changes.history_view import HistoryView
from nasclustergui.subsystems.etcd.page.sections.changes.live import LiveView
from nasclustergui.subsystems.etcd.page.sections.changes.ranges_view import RangesView
from nasclustergui.ui.parts import Line, box, col, row

LIVE, HISTORY, COMPARE, RANGES = range(4)
_RANGE_WORDS = ("export", "import", "delete")


class ChangesSection(Section):
    """See the package.

    Attributes:
        live, history, compare, ranges: the views.
    """

    filter_hint = _("Filter changes")

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.live, self.history = LiveView(desk), HistoryView(desk)
        self.compare, self.ranges = CompareView(desk), RangesView(desk)
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(_("Views of the changes"))
        titles = (_("Live"), _("History of a key"), _("Compare"), _("Export, import, delete"))
        self._pages = QStackedWidget()
        for title, view in zip(titles, self._views(), strict=True):
            self.tabs.addTab(title)
            self._pages.addWidget(view)
        self.setLayout(col(box(row(self.tabs, None, margins=(8, 4, 8, 4))), Line(), 4, (self._pages, 1), gap=0))
        self._filter, self._seen = "", False
        self.tabs.currentChanged.connect(self._show)
        for view in (self.history, self.compare, self.ranges):
            view.plan_proposed.connect(self.plan_proposed)
        self.ranges.notice.connect(self.notice)
        self.live.history_wanted.connect(self.show_history)
        self.live.restore_wanted.connect(self.show_history)
        self.live.compare_wanted.connect(self.show_comparison)
        self.compare.history_wanted.connect(self.show_history)
        desk.changed.connect(self._on_changed)

    def _views(self) -> tuple[LiveView, HistoryView, CompareView, RangesView]:
        return self.live, self.history, self.compare, self.ranges

    # ---- what the page calls

    def enter(self) -> None:
        """Begin to watch, or look again."""
        self._seen = True
        self._show(self.tabs.currentIndex())

    def leave(self) -> None:
        """The watch goes on in bounded memory: what happens while another section is in sight is what one wants to
        see when one comes back. Nothing else is read."""
        self._seen = False
        self.live.leave()

    def close_down(self) -> None:
        """The cluster is being left."""
        self.live.close_down()

    def set_filter(self, text: str) -> None:
        """Of the view in sight."""
        self._filter = text
        self._views()[self.tabs.currentIndex()].set_filter(text)

    def select(self, what: str) -> None:
        """ "history:KEY", "watch:PREFIX", "compare:PREFIX", "export:PREFIX", "import:PREFIX", "delete:PREFIX"."""
        verb, _colon, subject = what.partition(":")
        if verb == "history":
            self.show_history(to_bytes(subject))
        elif verb == "watch":
            self.tabs.setCurrentIndex(LIVE)
            self.live.watch_prefix(subject)
        elif verb == "compare":
            self.show_comparison(to_bytes(subject), 0)
        elif verb in _RANGE_WORDS:
            self.tabs.setCurrentIndex(RANGES)
            self.ranges.use(subject, verb)

    # ---- between the views

    def _show(self, index: int) -> None:
        self._pages.setCurrentIndex(index)
        view = self._views()[index]
        self.setFocusProxy(view)
        view.set_filter(self._filter)
        if not self._seen:
            return
        if index == LIVE:
            self.live.enter()
        else:
            self.live.leave()

    def show_history(self, key: bytes, restore_at: int = 0) -> None:
        """The past of a key; `restore_at`: propose to bring back what was true at that revision."""
        self.tabs.setCurrentIndex(HISTORY)
        self.history.show_key(key, restore_at)

    def show_comparison(self, prefix: bytes, revision: int) -> None:
        """A prefix as it was at a revision, 0 to be typed, and now."""
        self.tabs.setCurrentIndex(COMPARE)
        self.compare.compare(prefix, revision)

    def _on_changed(self) -> None:
        """A plan ended."""
        if self.history.history is not None:
            self.history.read()
        if self.compare.comparison is not None:
            self.compare.read()
        self.ranges.read()
