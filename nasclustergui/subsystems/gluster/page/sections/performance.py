"""Performance of a volume: profiling on demand, the busiest files."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QStackedWidget, QTabBar, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.subsystems.gluster.features import Pool
from nasclustergui.subsystems.gluster.features.performance.model import BrickProfile, Metric, TopBrick, is_profiled
from nasclustergui.subsystems.gluster.features.performance.plans import plan_profile, plan_top_clear
from nasclustergui.subsystems.gluster.features.performance.read import profile, top
from nasclustergui.subsystems.gluster.model import GlusterState, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.profile_panel import ProfilePanel
from nasclustergui.subsystems.gluster.page.section import Section, View
from nasclustergui.subsystems.gluster.page.top_panel import TopPanel
from nasclustergui.ui.errors import present
from nasclustergui.ui.parts import Banner, Stack, button, col, row

EVERY_MS = 6_000  # it takes the volume's lock


class PerformanceSection(Section):
    """Two pages: what the bricks do, and the busiest files."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._volume = ""
        self._profiled = False
        self._read_at = 0.0
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(_("Parts of performance"))
        self.tabs.addTab(_("Operations"))
        self.tabs.addTab(_("Busiest files"))
        self.stop = button(_("Stop profiling…"), "caution", "circle-stop", small=True, on_click=self._ask_profile)
        self.start = button(_("Start profiling…"), icon="play", on_click=self._ask_profile)
        self.banner = Banner("busy", "", "", [self.stop])
        self.banner.hide()
        self.profile = ProfilePanel()
        self.stack = Stack(self.profile, _("Asking the bricks…"))
        self.top = TopPanel()
        self._pages = QStackedWidget()
        self._pages.addWidget(self.stack)
        self._pages.addWidget(self.top)
        self._poller = desk.poller(self, self._read, EVERY_MS, "profile")
        head = row(self.tabs, None, margins=(8, 6, 12, 4))
        banner = row((self.banner, 1), margins=(12, 0, 12, 8))
        self.setLayout(col(head, banner, (self._pages, 1), gap=0))
        self.tabs.currentChanged.connect(self._on_tab)
        self.top.wanted.connect(self.read_top)
        self.top.clear.connect(lambda: self._propose(plan_top_clear))
        self.stack.retry.connect(self._poke)
        if self._poller is not None:
            self._poller.state.connect(self._on_profile)
            self._poller.lost.connect(lambda error: self.stack.show_failed(error, self._read_at or None))
        desk.changed.connect(self._poke)

    def set_view(self, view: View) -> None:
        """Another volume, or a newer reading."""
        super().set_view(view)
        volume = view.volume
        if volume is None:
            return
        now = is_profiled(volume) and volume.status is VolumeStatus.STARTED
        if (volume.name, now) != (self._volume, self._profiled):
            if volume.name != self._volume:
                self.top.forget()
            self._volume, self._profiled = volume.name, now
            self.profile.forget()
            self._read_at = 0.0
            self._follow()
        self._show(volume, view)

    def enter(self) -> None:
        """Read on."""
        self._follow()

    def leave(self) -> None:
        """Ask nothing any more."""
        if self._poller is not None:
            self._poller.stop()

    def _follow(self) -> None:
        """Ask the bricks again and again only while they are profiled and somebody looks."""
        if self._poller is None:
            return
        if self._profiled and self.isVisible() and self.tabs.currentIndex() == 0:
            self._poller.start()
        else:
            self._poller.stop()

    def _on_tab(self, index: int) -> None:
        self._pages.setCurrentIndex(index)
        self._follow()

    def _poke(self) -> None:
        if self._poller is not None and self.isVisible():
            self._poller.poke()

    def _show(self, volume: Volume, view: View) -> None:
        self.banner.setVisible(self._profiled)
        started = volume.status is VolumeStatus.STARTED
        why = view.unreadable or ("" if started else _("The volume is stopped."))
        self.stop.set_enabled(not view.unreadable, view.unreadable)
        self.start.set_enabled(not why, why)
        self.top.go.set_enabled(not why, why)
        self.top.again.set_enabled(not why, why)
        if self._profiled:
            title = _("{volume} is being profiled").format(volume=volume.name)
            text = _(
                "Every operation is timed, which costs speed, and each reading locks the volume for a moment: "
                "stop it afterwards."
            )
            self.banner.set_message("busy", title, text)
            if not self._read_at:
                self.stack.show_loading()
            return
        text = _("Profiling counts and times every operation of the bricks. It is off, because it costs some speed.")
        self.stack.show_empty("activity", _("The volume is not profiled"), text, [self.start])

    # ---- reading

    def _read(self, pool: Pool, job: Job) -> tuple[str, tuple[BrickProfile, ...]]:
        """In a worker thread."""
        volume = self._volume
        return volume, profile(pool, volume, job)

    def _on_profile(self, found: tuple[str, Sequence[BrickProfile]]) -> None:
        volume, bricks = found
        if volume == self._volume and self._profiled:
            self._read_at = time.time()
            self.profile.add(bricks)
            self.stack.show_content()

    def read_top(self) -> None:
        """The chosen list."""
        volume = self._volume
        metric, listed, block, times = self.top.chosen()
        self.top.show_loading()
        self.desk.read(
            self,
            lambda pool, job: top(pool, volume, metric, listed, job, block=block, times=times),
            lambda found: self._on_top(volume, metric, found),
            lambda error: self._on_top_failed(volume, error),
        )

    def _on_top(self, volume: str, metric: Metric, found: Sequence[TopBrick]) -> None:
        if volume == self._volume:
            self.top.show_bricks(found, metric, time.time())

    def _on_top_failed(self, volume: str, error: NasError) -> None:
        if volume == self._volume:
            self.top.show_failed(error)

    # ---- acting

    def _ask_profile(self) -> None:
        on = not self._profiled
        self._propose(lambda volume, state, cluster: plan_profile(volume, on, state, cluster))

    def _propose(self, make: Callable[[Volume, GlusterState, str], Plan]) -> None:
        view = self.view
        if view is None or view.volume is None:
            return
        try:
            self.plan_proposed.emit(make(view.volume, view.state, self.desk.cluster))
        except NasError as error:
            present(self.window(), error)
