"""The section "Rebalance" of a volume: how far it is on each node, how long it takes, what the last one left behind."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QTabBar, QWidget

from nasclustergui.core import units
from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.core.series import Series
from nasclustergui.subsystems.gluster import plans
from nasclustergui.subsystems.gluster.features import Pool
from nasclustergui.subsystems.gluster.features.rebalance.findings import Offer, findings
from nasclustergui.subsystems.gluster.features.rebalance.history import WorkHistory
from nasclustergui.subsystems.gluster.features.rebalance.model import (
    Look,
    last_kind,
    last_nodes,
    left_over,
    may_be_held,
    under_way,
)
from nasclustergui.subsystems.gluster.features.rebalance.plans import (
    plan_clear_by_force,
    plan_end,
    plan_restart,
    plan_wait,
    plan_watch,
)
from nasclustergui.subsystems.gluster.features.rebalance.read import held_by, look
from nasclustergui.subsystems.gluster.model import TaskKind, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.detail import action_words
from nasclustergui.subsystems.gluster.page.offers import Action, offers
from nasclustergui.subsystems.gluster.page.section import Section, View
from nasclustergui.subsystems.gluster.page.sections.rebalance.advice import Advice
from nasclustergui.subsystems.gluster.page.sections.rebalance.figures import Figures
from nasclustergui.subsystems.gluster.page.sections.rebalance.files_view import FilesView
from nasclustergui.subsystems.gluster.page.sections.rebalance.tables import node_rows, nodes_tree
from nasclustergui.ui import theme
from nasclustergui.ui.axis import RATE, Quantity
from nasclustergui.ui.detail_dialog import DetailDialog
from nasclustergui.ui.errors import present
from nasclustergui.ui.parts import Button, Empty, Line, Panel, box, button, col, row
from nasclustergui.ui.strip import Line as ChartLine
from nasclustergui.ui.strip import Strip

LOOK_MS = 10_000  # between looks at the nodes while nothing runs and the section is in sight; they take no lock
SHOWN = 900.0  # seconds of the charts
GAP = 45.0  # seconds: readings are up to 15 s apart, longer where gluster is slow
NODES, FILES = 0, 1
PER_SECOND = Quantity(lambda n: units.decimal(n, 0 if n >= 10 else 1) + units.NB + _("files/s"), least=10.0)


class RebalanceSection(Section):
    """Shows the rebalance of one volume. While one runs, the page's own readings are enough."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._volume: Volume | None = None  # read by the poller's thread too
        self._look: Look | None = None
        self._none = Series(2)
        self._charted: WorkHistory | None = None
        self._asked: Look | None = None  # the look after which every glusterd was asked what it holds on to
        self._make_widgets()
        self._compose()
        self._poller = desk.poller(self, self._read, LOOK_MS, "rebalance look")
        if self._poller is not None:
            self._poller.state.connect(self.show_look)
        desk.changed.connect(self._on_changed)

    def _make_widgets(self) -> None:
        self.figures, self.advice = Figures(), Advice()
        self.files_chart = Strip(_("Files moved"), (), PER_SECOND, seconds=SHOWN, gap_after=GAP)
        self.bytes_chart = Strip(_("Data moved"), (), RATE, seconds=SHOWN, gap_after=GAP)
        for chart in (self.files_chart, self.bytes_chart):
            chart.set_lines((ChartLine(self._none),))
            chart.activated.connect(self._open_chart)
        self.start = self._button(Action.REBALANCE)
        self.fix_layout = self._button(Action.FIX_LAYOUT)
        self.stop = self._button(Action.REBALANCE_STOP, "caution")
        self.watch = button(_("Watch…"), icon="eye", small=True, on_click=self._watch)
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(_("Details of the rebalance"))
        for title in (_("Nodes"), _("Not moved")):
            self.tabs.addTab(title)
        self.nodes = nodes_tree()
        self.files = FilesView(self.desk)
        self.advice.chosen.connect(self.take)
        text = _("Its files lie on one set of bricks. Add a set, then they can be spread over both.")
        self.nothing = Empty("arrow-left-right", _("There is nothing to spread"), text)

    def _button(self, action: Action, kind: str = "normal") -> Button:
        text, icon = action_words()[action]
        return button(text, kind, icon, small=True, on_click=lambda: self.propose(action))

    def _compose(self) -> None:
        self._pages = QStackedWidget()
        self._pages.addWidget(self.nodes)
        self._pages.addWidget(self.files)
        self.tabs.currentChanged.connect(self._pages.setCurrentIndex)
        buttons = (self.watch, self.start, self.fix_layout, self.stop)
        tools = row((self.tabs, 1), *buttons, gap=8, margins=(8, 4, 12, 4))
        charts = box(row((self.files_chart, 1), (self.bytes_chart, 1), gap=12))
        self._upper = box(row((self.advice, 1), (charts, 1), gap=12))
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
        self._pages.setMinimumHeight(theme.px(140))  # a message in its place must not make the window grow

    # ---- what the page calls

    def set_view(self, view: View) -> None:
        """A newer reading."""
        super().set_view(view)
        before, self._volume = self._volume, view.volume
        if view.volume is not None:
            self.files.set_volume(view.volume)
        if before is not None and view.volume is not None and before.tasks != view.volume.tasks:
            self._poke()  # it began or ended: what the nodes said is old
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

    # ---- doing

    def propose(self, action: Action) -> None:
        """The plan of one of the buttons."""
        volume, view, cluster = self._volume, self.view, self.desk.cluster
        if volume is None or view is None:
            return
        if action is Action.REBALANCE_STOP:
            self._propose(lambda: plans.plan_rebalance_stop(volume, view.state, cluster))
        else:
            fix_layout = action is Action.FIX_LAYOUT
            self._propose(lambda: plans.plan_rebalance(volume, view.state, cluster, fix_layout=fix_layout))

    def take(self, offer: Offer) -> None:
        """Do what a finding offers."""
        volume, view, cluster = self._volume, self.view, self.desk.cluster
        if volume is None or view is None:
            return
        lost = left_over(volume, self._look) if self._look is not None else ()
        match offer:
            case Offer.START:
                self.propose(Action.REBALANCE)
            case Offer.WAIT:
                self._propose(lambda: plan_wait(volume, lost, view.state, cluster))
            case Offer.END:
                self._propose(lambda: plan_end(volume, lost, view.state, cluster))
            case Offer.RESTART:
                held = self._look.held if self._look is not None else ()
                self._propose(lambda: plan_restart(volume, held, view.state, cluster))
            case Offer.FORCE:
                self._propose(lambda: plan_clear_by_force(volume, view.state, cluster))
            case Offer.FILES:
                self.tabs.setCurrentIndex(FILES)
                self.files.start()

    def _watch(self) -> None:
        volume, view = self._volume, self.view
        if volume is not None and view is not None:
            self._propose(lambda: plan_watch(volume, view.state, self.desk.cluster))

    def _propose(self, make: Callable[[], Plan]) -> None:
        try:
            plan = make()
        except NasError as error:
            present(self.window(), error)
        else:
            self.plan_proposed.emit(plan)

    def _open_chart(self) -> None:
        chart = self.sender()
        if isinstance(chart, Strip) and self._volume is not None:
            DetailDialog(chart, self._volume.name, self.window()).show()

    # ---- looking at the nodes

    def _read(self, pool: Pool, job: Job) -> Look | None:
        """In a worker thread. While a rebalance runs gluster itself tells all there is.

        What takes the lock is asked once after each end of a rebalance, not at every look.
        """
        volume = self._volume
        if volume is None or volume.status is not VolumeStatus.STARTED or under_way(volume) is not None:
            return None
        found, before = look(pool, volume, job), self._asked
        if not may_be_held(volume, found):
            return found
        if before is not None and _same(before, found):
            return replace(found, held=before.held)
        self._asked = replace(found, held=held_by(pool, volume, job))
        return self._asked

    def show_look(self, found: object) -> None:
        """What the nodes said: a Look, anything else for nothing."""
        self._look = found if isinstance(found, Look) else None
        self._show()

    @Slot()
    def _on_changed(self) -> None:
        """A plan ended: what the nodes said may be old."""
        self._asked = None
        self._poke()

    def _poke(self) -> None:
        if self._poller is not None:
            self._poller.poke()

    # ---- showing

    def _show(self) -> None:
        view = self.view
        if view is None or view.volume is None:
            return
        volume = view.volume
        spreads = len(volume.sets) > 1
        self._places.setCurrentWidget(self._all if spreads else self.nothing)
        if not spreads:
            return
        task = under_way(volume)
        work = self.desk.works.of(volume)
        if work is not None and work.task.kind is TaskKind.REMOVE_BRICK:
            work = None
        self._show_buttons(view, volume)
        self._show_chart(work)
        found = findings(volume, view.state, work, self._look, time.time())
        self.advice.set_findings(found, self._refused(view, volume))
        stale = bool(view.stale)
        if task is not None and work is not None and work.running:
            self.figures.show_running(work, view.stale)
            rows = node_rows(volume, view.state, work.task.nodes, task.kind, work.by_node, stale, live=True)
        else:
            self.figures.show_last(self._look)
            kind = last_kind(self._look) if self._look is not None else None
            nodes = last_nodes(self._look) if self._look is not None else ()
            rows = node_rows(volume, view.state, nodes, kind or TaskKind.REBALANCE, {}, False, live=False)
        self.nodes.update_rows(rows)

    def _show_buttons(self, view: View, volume: Volume) -> None:
        offered = offers(volume, view.state, view.unreadable)
        running = under_way(volume) is not None
        for made, action in (
            (self.start, Action.REBALANCE),
            (self.fix_layout, Action.FIX_LAYOUT),
            (self.stop, Action.REBALANCE_STOP),
        ):
            made.set_enabled(not offered[action], offered[action])
        self.start.setVisible(not running)
        self.fix_layout.setVisible(not running)
        self.stop.setVisible(running)
        self.watch.setVisible(running)
        self.watch.set_enabled(not view.unreadable, view.unreadable)

    def _refused(self, view: View, volume: Volume) -> dict[Offer, str]:
        starts = offers(volume, view.state, view.unreadable)[Action.REBALANCE]
        unreadable = dict.fromkeys((Offer.WAIT, Offer.END, Offer.RESTART, Offer.FORCE), view.unreadable)
        return {Offer.START: starts, Offer.FILES: "", **unreadable}

    def _show_chart(self, work: WorkHistory | None) -> None:
        if work is not self._charted:
            self._charted = work
            self.files_chart.set_lines((ChartLine(work.files if work is not None else self._none),))
            self.bytes_chart.set_lines((ChartLine(work.bytes if work is not None else self._none),))
        self.files_chart.refresh()
        self.bytes_chart.refresh()


def _same(before: Look, now: Look) -> bool:
    """True if no node's rebalance changed in between."""
    return {name: (run.progress, run.process) for name, run in before.nodes.items()} == {
        name: (run.progress, run.process) for name, run in now.nodes.items()
    }
