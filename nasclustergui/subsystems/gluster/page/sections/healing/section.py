"""The section "Healing" of a volume: what waits, why it does not get on, and what to do about it."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QTabBar, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.subsystems.gluster import plans
from nasclustergui.subsystems.gluster.features import Pool
from nasclustergui.subsystems.gluster.features.heal.doctor import diagnose
from nasclustergui.subsystems.gluster.features.heal.findings import Offer
from nasclustergui.subsystems.gluster.features.heal.model import Probe, heals
from nasclustergui.subsystems.gluster.features.heal.plans import plan_enable
from nasclustergui.subsystems.gluster.features.heal.read import read_probe
from nasclustergui.subsystems.gluster.model import Volume, VolumeStatus
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.offers import Action, offers
from nasclustergui.subsystems.gluster.page.section import Section, View
from nasclustergui.subsystems.gluster.page.sections.healing.chart import BacklogChart
from nasclustergui.subsystems.gluster.page.sections.healing.doctor_view import DoctorView
from nasclustergui.subsystems.gluster.page.sections.healing.entries_view import EntriesView
from nasclustergui.subsystems.gluster.page.sections.healing.figures import Figures
from nasclustergui.subsystems.gluster.page.sections.healing.tables import brick_rows, bricks_tree
from nasclustergui.subsystems.gluster.page.sections.healing.walks_view import WalksView
from nasclustergui.ui import theme
from nasclustergui.ui.errors import present
from nasclustergui.ui.parts import Empty, Line, Panel, box, button, col, row

PROBE_MS = 10_000  # between looks at the bricks' nodes, while the section is in sight; they take no lock
PROBE_KEPT = 60.0  # seconds after which what a node said is no longer used
BRICKS, ENTRIES, WALKS = 0, 1, 2


class HealSection(Section):
    """Shows the healing of one volume."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._volume: Volume | None = None  # read by the poller's thread too
        self._probe: Probe | None = None
        self._earlier: Probe | None = None
        self._set = 0  # of the chart, from 1; 0: the one with the largest backlog
        self._make_widgets()
        self._compose()
        self._poller = desk.poller(self, self._look, PROBE_MS, "heal probe")
        if self._poller is not None:
            self._poller.state.connect(self._on_probe)
        desk.changed.connect(self._on_changed)

    def _make_widgets(self) -> None:
        self.figures = Figures()
        self.heal = button(
            _("Heal what waits…"), icon="heart-pulse", small=True, on_click=lambda: self.take(Offer.HEAL)
        )
        self.full = button(_("Compare all files…"), icon="search", small=True, on_click=self._heal_full)
        self.doctor = DoctorView()
        self.chart = BacklogChart()
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(_("Details of the heal"))
        for title in (_("Bricks"), _("What waits"), _("Last crawls")):
            self.tabs.addTab(title)
        self.bricks = bricks_tree()
        self.entries = EntriesView(self.desk)
        self.walks = WalksView(self.desk)
        self.doctor.chosen.connect(self.take)
        self.entries.read.connect(lambda _listed: self._show())
        self.bricks.row_changed.connect(self._on_brick)
        nothing = _("A distributed volume keeps every file once: what a lost brick held is gone with it.")
        self.nothing = Empty("heart-pulse", _("There is nothing to heal"), nothing)

    def _compose(self) -> None:
        self._pages = QStackedWidget()
        for page in (self.bricks, self.entries, self.walks):
            self._pages.addWidget(page)
        self.tabs.currentChanged.connect(self._pages.setCurrentIndex)
        tools = row((self.tabs, 1), self.heal, self.full, gap=8, margins=(8, 4, 12, 4))
        self._upper = box(row((self.doctor, 1), (self.chart, 1), gap=12))
        lower = Panel(col(tools, Line(), (self._pages, 1), gap=0, margins=(1, 1, 1, 8)))
        self._all = box(col(self.figures, (self._upper, 5), (lower, 6), gap=12, margins=(16, 10, 16, 4)))
        self._places = QStackedWidget()
        self._places.addWidget(self._all)
        self._places.addWidget(self.nothing)
        self.setLayout(col((self._places, 1), gap=0))
        self.restyle()

    def restyle(self) -> None:
        """The text size changed."""
        self._upper.setMinimumHeight(theme.px(168))

    # ---- what the page calls

    def set_view(self, view: View) -> None:
        """A newer reading."""
        super().set_view(view)
        self._volume = view.volume
        if view.volume is not None:
            self.entries.set_volume(view.volume)
            self.walks.set_volume(view.volume)
        if self.isVisible():
            self._show()

    def enter(self) -> None:
        """It came into sight."""
        self._show()
        if self._poller is not None:
            self._poller.start()

    def leave(self) -> None:
        """It is out of sight."""
        if self._poller is not None:
            self._poller.stop()

    def take(self, offer: Offer) -> None:
        """Do what the doctor offers: propose its plan, or go where it is done."""
        volume, view = self._volume, self.view
        if volume is None or view is None:
            return
        state, cluster = view.state, self.desk.cluster
        match offer:
            case Offer.START_BRICKS:
                self._propose(lambda: plans.plan_start(volume, state, cluster, force=True))
            case Offer.HEAL:
                self._propose(lambda: plans.plan_heal(volume, state, cluster))
            case Offer.ENABLE:
                self._propose(lambda: plan_enable(volume, state, cluster))
            case Offer.SPLIT_BRAIN:
                self.command.emit(f"gluster.split-brain:{volume.name}")
            case Offer.FAILED_DISK:
                self.command.emit(f"gluster.{Action.FAILED_DISK}:{volume.name}")
            case Offer.LIST:
                self.tabs.setCurrentIndex(ENTRIES)
                self.entries.start()

    def _heal_full(self) -> None:
        volume, view = self._volume, self.view
        if volume is not None and view is not None:
            self._propose(lambda: plans.plan_heal(volume, view.state, self.desk.cluster, full=True))

    def _propose(self, make: Callable[[], Plan]) -> None:
        try:
            plan = make()
        except NasError as error:
            present(self.window(), error)
        else:
            self.plan_proposed.emit(plan)

    # ---- looking at the nodes

    def _look(self, pool: Pool, job: Job) -> Probe | None:
        """In a worker thread."""
        volume = self._volume
        if volume is None or not heals(volume) or volume.status is not VolumeStatus.STARTED:
            return None
        return read_probe(pool, volume, job)

    def _on_probe(self, probe: object) -> None:
        self._earlier, self._probe = self._probe, probe if isinstance(probe, Probe) else None
        self._show()

    @Slot()
    def _on_changed(self) -> None:
        """A plan ended: what the nodes said may be old."""
        if self._poller is not None:
            self._poller.poke()

    # ---- showing

    def _show(self) -> None:
        view = self.view
        if view is None or view.volume is None:
            return
        volume = view.volume
        self._places.setCurrentWidget(self._all if heals(volume) else self.nothing)
        if not heals(volume):
            return
        history = self.desk.heals.of(volume)
        now = time.time()
        if self._probe is not None and now - self._probe.at > PROBE_KEPT:
            self._probe = self._earlier = None
        listed = self.entries.listed
        found = diagnose(volume, view.state, history, probe=self._probe, earlier=self._earlier, entries=listed, now=now)
        refused = _refused(view, volume)
        self.doctor.set_findings(found, refused)
        self.heal.set_enabled(not refused[Offer.HEAL], refused[Offer.HEAL])
        full = offers(volume, view.state, view.unreadable)[Action.HEAL_FULL]
        self.full.set_enabled(not full, full)
        self.figures.show_volume(volume, history, view.stale)
        self.bricks.update_rows(brick_rows(volume, view.stale, self._probe))
        self.chart.show_set(volume, self._chosen_set(volume), history)

    def _chosen_set(self, volume: Volume) -> int:
        """The set of the current brick, else the one with the largest backlog."""
        if 0 < self._set <= len(volume.sets):
            return self._set
        backlogs = [max((b.heal_pending or 0 for b in group), default=0) for group in volume.sets]
        return backlogs.index(max(backlogs)) + 1

    def _on_brick(self, key: str) -> None:
        volume = self._volume
        if volume is None:
            return
        inside = [n for n, group in enumerate(volume.sets, 1) if key in {brick.name for brick in group}]
        self._set = inside[0] if inside else int(key[4:]) if key.startswith("set/") else 0
        self._show()


def _refused(view: View, volume: Volume) -> dict[Offer, str]:
    """Why an offer cannot be used now, "" where it can."""
    known = offers(volume, view.state, view.unreadable)
    return {
        Offer.START_BRICKS: view.unreadable,  # also for daemons: that all bricks run is no reason against it
        Offer.HEAL: known[Action.HEAL],
        Offer.ENABLE: view.unreadable,
        Offer.FAILED_DISK: known[Action.FAILED_DISK],
    }
