"""The frame of the window: band, sidebar, page header, page, dock, status bar. Knows no cluster and loads fast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QByteArray, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.profile import Profile
from nasclustergui.registry import PageSpec, pages
from nasclustergui.ui import theme
from nasclustergui.ui.layout import col, row
from nasclustergui.ui.page import Page
from nasclustergui.ui.shell import Band, Fill, PageEntry, PageHeader, Regions, Sidebar, StatusBar, Toasts

APP = "NAS Cluster GUI"
SMALLEST = (1024, 640)


class Frame(QWidget):
    """Where the pages live. Pages are put in by `add_page`; until then the place is empty.

    Signals:
        page_changed: id of the page that is shown now. painted: once, when the window can be seen.
        closing: the window was closed by the user.
        cluster_wanted: the cluster's name was clicked. jobs_wanted, settings_wanted, read_wanted: by key.
    """

    page_changed = Signal(str)
    closing = Signal()
    cluster_wanted = Signal()
    jobs_wanted = Signal()
    settings_wanted = Signal()
    read_wanted = Signal()
    painted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle(APP)
        self.band = Band()
        self.specs: dict[str, PageSpec] = {spec.id: spec for spec in pages() if spec.id}
        self.sidebar = Sidebar([PageEntry(*spec) for spec in pages()])
        self.headers = QStackedWidget()
        self.stack = QStackedWidget()
        self.status = StatusBar()
        self.toasts = Toasts(self)
        self.pages: dict[str, Page] = {}
        self._shown = ""
        self._painted = False
        self._dock_place = QVBoxLayout()
        self._dock_place.setContentsMargins(0, 0, 0, 0)
        right = col((self.headers, 0), (self.stack, 1), self._dock_place, self.status, gap=0)
        self._sides = row(self.sidebar, (Fill("canvas", right), 1), gap=0)
        self.setLayout(col(self.band, (self._sides, 1), gap=0))
        self.setMinimumSize(theme.px(SMALLEST[0]), theme.px(SMALLEST[1]))
        self.regions = Regions(self, [self.sidebar, self.headers, self.stack])
        self.sidebar.current_changed.connect(self.show_page)
        self.sidebar.cluster_clicked.connect(self.cluster_wanted)
        self.status.jobs_clicked.connect(self.jobs_wanted)
        self.status.hint_clicked.connect(self._on_hint)
        self._shortcuts()

    def _shortcuts(self) -> None:
        for n, name in enumerate(self.specs, 1):
            self.on_key(f"Ctrl+{n}", partial(self.show_page, name))
        self.on_key("Ctrl+Shift+A", lambda: self.show_page("alerts"))
        self.on_key("Ctrl+T", lambda: self.show_page("timeline"))
        self.on_key("Ctrl+J", self.jobs_wanted.emit)
        self.on_key("Ctrl+Shift+C", self.cluster_wanted.emit)
        self.on_key("F5", self.read_wanted.emit)
        self.on_key("Ctrl+,", self.settings_wanted.emit)
        self.on_key("Ctrl+F", self._focus_filter)
        self.on_key("Ctrl+N", self._create)

    def on_key(self, keys: str, act: Callable[[], object]) -> None:
        """Call `act` when the keys are pressed anywhere in the window."""
        QShortcut(QKeySequence(keys), self).activated.connect(lambda: act())

    def _on_hint(self, keys: str) -> None:
        """What the status bar offers can be clicked too."""
        {"F5": self.read_wanted, "Ctrl+J": self.jobs_wanted}[keys].emit()

    def _focus_filter(self) -> None:
        page = self.current_page()
        if page is not None:
            page.focus_filter()

    def _create(self) -> None:
        page = self.current_page()
        if page is not None:
            page.create_new()

    def set_cluster(self, profile: Profile | None, facts: str = "") -> None:
        """Name the cluster everywhere; None: no cluster is open."""
        if profile is None:
            self.setWindowTitle(APP)
            self.status.set_hints([])
            return
        self.setWindowTitle(f"{profile.name} — {APP}")
        self._name_cluster(True)
        self.status.set_hints([("F5", _("Read now")), ("Ctrl+J", _("Jobs"))])
        self.band.set_cluster(profile.environment, profile.colour)
        self.sidebar.set_cluster(profile.name, profile.environment, facts, profile.colour)

    def _name_cluster(self, there: bool) -> None:
        """Without a cluster there are no pages to go to and no band to warn."""
        self.sidebar.setVisible(there)
        self.band.setVisible(there)

    def add_page(self, page: Page) -> None:
        """Give a page its place and its header."""
        header = PageHeader(self.specs[page.page_id].title, page.facts, page.header_actions())
        self.headers.addWidget(header)
        self.stack.addWidget(page)
        self.pages[page.page_id] = page
        page.facts_changed.connect(header.set_facts)
        page.badge_changed.connect(lambda n, state, name=page.page_id: self.sidebar.set_badge(name, n, state))

    def restore(self, geometry: str) -> None:
        """Put the window where it was (base64 of Qt's bytes, "" for nowhere); Qt corrects places off the screens."""
        if geometry:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode()))

    def show_alone(self, widget: QWidget) -> None:
        """Something instead of all pages: the welcome, or what keeps the cluster from opening."""
        if self.stack.indexOf(widget) < 0:
            self.stack.addWidget(widget)
        self._shown = ""
        self.headers.setVisible(False)
        self._name_cluster(False)
        self.stack.setCurrentWidget(widget)

    def clear_pages(self) -> None:
        """Take all pages out, for another cluster."""
        for stack in (self.headers, self.stack):
            while (widget := stack.widget(0)) is not None:
                stack.removeWidget(widget)
                widget.deleteLater()
        for name in self.pages:
            self.sidebar.set_badge(name, 0, "ok")
        self.pages.clear()

    def set_dock(self, dock: QWidget | None) -> None:
        """Put the jobs dock below the page."""
        while (item := self._dock_place.takeAt(0)) is not None:
            if (old := item.widget()) is not None and old is not dock:
                old.deleteLater()
        if dock is not None:
            self._dock_place.addWidget(dock)
        self.toasts.stay_above(dock)

    def set_regions(self, widgets: Sequence[QWidget]) -> None:
        """Regions for F6."""
        self.regions.set_regions(widgets)

    def current_page(self) -> Page | None:
        """The page that is shown."""
        widget = self.stack.currentWidget()
        return widget if isinstance(widget, Page) else None

    def show_page(self, name: str) -> None:
        """Show a page, by its id."""
        page = self.pages.get(name)
        if page is None or (name == self._shown and page is self.stack.currentWidget()):
            return
        self._shown = name
        self.stack.setCurrentWidget(page)
        self.headers.setCurrentIndex(list(self.pages).index(name))
        self.headers.setVisible(True)
        self.sidebar.set_current(name)
        self.page_changed.emit(name)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow window has a narrow sidebar."""
        self.sidebar.adapt(self.width())
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell once that the window can be seen."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            self.painted.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell, and go."""
        self.closing.emit()
        event.accept()
