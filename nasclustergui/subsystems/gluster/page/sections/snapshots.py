"""Snapshots of the pool: what there is, where they are possible, and everything that can be done with them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from nasclustergui.core.errors import InvalidInput, NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import Profile
from nasclustergui.subsystems.gluster.dialogs.ask import AskDialog
from nasclustergui.subsystems.gluster.dialogs.snapshot_dialogs import (
    CloneSnapshotDialog,
    RestoreSnapshotDialog,
    SnapshotLimitsDialog,
    TakeSnapshotDialog,
)
from nasclustergui.subsystems.gluster.dialogs.snapshot_schedule import ScheduleDialog
from nasclustergui.subsystems.gluster.features import Pool
from nasclustergui.subsystems.gluster.features.snapshots import plans
from nasclustergui.subsystems.gluster.features.snapshots.grounds import read_grounds
from nasclustergui.subsystems.gluster.features.snapshots.model import Known, Snapshot, possible
from nasclustergui.subsystems.gluster.features.snapshots.read import read_known
from nasclustergui.subsystems.gluster.features.snapshots.rules import check_grounds, check_room
from nasclustergui.subsystems.gluster.features.snapshots.schedule import Period, Schedule, Standing
from nasclustergui.subsystems.gluster.features.snapshots.schedules import read_schedules
from nasclustergui.subsystems.gluster.features.snapshots.scheduling import carriers
from nasclustergui.subsystems.gluster.model import GlusterState, Volume
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.section import Section, View
from nasclustergui.subsystems.gluster.page.snapshot_card import SnapshotCard
from nasclustergui.subsystems.gluster.page.snapshot_rows import Ground, snapshot_rows, snapshot_tree
from nasclustergui.ui import theme
from nasclustergui.ui.errors import present
from nasclustergui.ui.parts import ElidedLabel, Row, Stack, box, button, col, row
from nasclustergui.ui.poller import Poller

KNOWN_MS, GROUND_MS = 5_000, 30_000  # the first asks one glusterd, without a lock; the second every node


def read_ground(pool: Pool, job: Job) -> Ground:
    """What the bricks lie on, and the schedules; asks every node of the profile that is connected."""
    state = pool.now(job)
    nodes = [peer.node for peer in carriers(state)]
    return Ground(read_grounds(pool, state.volumes, job), read_schedules(pool, nodes, job))


class SnapshotsSection(Section):
    """The table, the card of the chosen row, and the dialogs."""

    filter_hint = _("Filter snapshots")

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.known: Known | None = None
        self.ground = Ground()
        self.grounded = False  # the nodes were asked at least once
        self.dialog: AskDialog | None = None
        self._lost = False
        self._wanted = ""
        self._opened: set[str] = set()
        self._known_poller = self._poll(read_known, KNOWN_MS, self._on_known, self._on_lost)
        self._ground_poller = self._poll(read_ground, GROUND_MS, self._on_ground, self._on_ground_lost)
        self.tree = snapshot_tree()
        self.take_button = button(_("Take a snapshot…"), icon="camera", small=True, on_click=lambda: self.act("take"))
        self.pool_limits = button(_("Limits of the pool…"), "quiet", small=True, on_click=lambda: self.act("pool"))
        self._said = ElidedLabel("", "caption", "text3")
        self.card = SnapshotCard()
        tools = row(self.take_button, self.pool_limits, self._said, None, gap=8, margins=(12, 8, 12, 4))
        card = row((self.card, 1), margins=(12, 8, 12, 4))
        self.place = Stack(box(col(tools, (self.tree, 1), card, gap=0)), _("Reading snapshots…"))
        self.setLayout(col(self.place, gap=0))
        self.place.retry.connect(self.read)
        self.tree.row_changed.connect(lambda _key: self._show_card())
        self.tree.row_activated.connect(self._on_activated)
        self.tree.delete_requested.connect(lambda _key: self.act(self.card.deleting()))
        self.tree.set_menu(self._menu)
        self.card.asked.connect(self.act)
        desk.changed.connect(self.read)
        self.setFocusProxy(self.tree)

    def _poll(
        self,
        work: Callable[[Pool, Job], object],
        every: int,
        done: Callable[[object], None],
        lost: Callable[[NasError], None],
    ) -> Poller | None:
        poller = self.desk.poller(self, work, every, "snapshots")
        if poller is not None:
            poller.state.connect(done)
            poller.lost.connect(lost)
        return poller

    # ---- what the page calls

    def set_view(self, view: View) -> None:
        """A newer reading of the pool."""
        super().set_view(view)
        self._show()

    def set_filter(self, text: str) -> None:
        """By any text of a row."""
        self.tree.set_filter(text)

    def select(self, what: str) -> None:
        """A volume's or a snapshot's name."""
        self._wanted = what
        for entry in self._rows():
            for one in (entry, *entry.children):
                if what == one.cells[0].text:
                    self.tree.select_key(one.key)
                    self._wanted = ""
                    return

    def enter(self) -> None:
        """Poll."""
        for poller in self._pollers():
            poller.start()
        if not self._pollers():
            self.desk.read(self, read_known, self._on_known, self._on_lost)

    def leave(self) -> None:
        """Poll no more."""
        for poller in self._pollers():
            poller.stop()

    def read(self) -> None:
        """Read now, if somebody looks."""
        for poller in self._pollers():
            poller.poke()

    def _pollers(self) -> list[Poller]:
        return [poller for poller in (self._known_poller, self._ground_poller) if poller is not None]

    # ---- reading

    def _on_known(self, known: object) -> None:
        assert isinstance(known, Known)
        self.known, self._lost = known, False
        self._show()
        if self._wanted:
            self.select(self._wanted)

    def _on_lost(self, error: NasError) -> None:
        self._lost = True
        self.place.show_failed(error, self._known_poller.fresh_at if self._known_poller is not None else None)
        self._show_rows()

    def _on_ground(self, ground: object) -> None:
        assert isinstance(ground, Ground)
        self.ground, self.grounded = ground, True
        self._said.set_text("")
        self._show()

    def _on_ground_lost(self, error: NasError) -> None:
        self._said.set_text(_("The nodes could not be asked: {why}").format(why=error))

    # ---- showing

    def state(self) -> GlusterState:
        """The newest reading of the pool."""
        return self.view.state if self.view is not None else GlusterState()

    def unreadable(self) -> str:
        """Why nothing can be changed now, "" normally."""
        if self._lost:
            return _("Snapshots cannot be read now.")
        return self.view.unreadable if self.view is not None else ""

    def _rows(self) -> list[Row]:
        if self.known is None:
            return []
        return snapshot_rows(self.state(), self.known, self.ground, self._lost)

    def _show(self) -> None:
        if self.known is None or self._lost:
            return
        if not self.state().volumes and not self.known.snapshots:
            text = _("Snapshots are taken of volumes. Create a volume first, on thin logical volumes.")
            self.place.show_empty("camera", _("No volumes"), text)
            return
        self.place.show_content()
        self._show_rows()

    def _show_rows(self) -> None:
        rows = self._rows()
        self.tree.update_rows(rows)
        filled = {entry.key for entry in rows if entry.children}
        for one in sorted(filled - self._opened):  # once: whoever closes it keeps it closed
            self.tree.expand_key(one)
        self._opened = filled
        if self.tree.rows.shown_count() and not self.tree.current_key():
            self.tree.setCurrentIndex(self.tree.rows.index(0, 0))
        self._show_card()

    def _show_card(self) -> None:
        chosen = self.tree.current_row()
        why = self.unreadable()
        volume = self.volume()
        reason = why or (self._why_not(volume) if volume is not None else _("Choose a volume."))
        self.take_button.set_enabled(not reason, reason)
        self.pool_limits.set_enabled(not why, why)
        if chosen is None or self.known is None:
            self.card.hide()
        else:
            self.card.show_row(chosen.data, self.state(), self.known, self.ground, why, reason)

    def volume(self) -> Volume | None:
        """The volume of the chosen row."""
        chosen = self.tree.current_row()
        data = chosen.data if chosen is not None else None
        if isinstance(data, Volume):
            return self.state().volume(data.name)
        name = data.volume if isinstance(data, Snapshot | Standing) else ""
        return self.state().volume(name)

    def _why_not(self, volume: Volume) -> str:
        """Why no snapshot can be taken of it, "" if one can."""
        assert self.known is not None
        try:
            check_grounds(volume.name, self.ground.grounds.get(volume.name, ()))
            check_room(volume, self.known, self.state())
        except InvalidInput as error:
            return str(error)
        return ""

    # ---- acting

    def act(self, what: str) -> None:
        """ "take", "schedule", "limits", "pool", "delete-all", "activate" … for the chosen row."""
        if self.known is None or not what:
            return
        chosen = self.tree.current_row()
        data = chosen.data if chosen is not None else None
        if what == "pool":
            self._open(SnapshotLimitsDialog("", self.known.config, lambda wish: self._config("", wish), *self._frame()))
            return
        try:
            if isinstance(data, Snapshot) and what not in ("take",):
                self._act_on_snapshot(what, data)
            elif isinstance(data, Standing) and what not in ("take",):
                self._act_on_schedule(what, data)
            elif (volume := self.volume()) is not None:
                self._act_on_volume(what, volume)
        except NasError as error:
            self._refuse(error)

    def _act_on_volume(self, what: str, volume: Volume) -> None:
        assert self.known is not None
        match what:
            case "take":
                check_grounds(volume.name, self.ground.grounds.get(volume.name, ()))
                self._open(TakeSnapshotDialog(volume.name, self._others(volume), self._create, *self._frame()))
            case "schedule":
                self._open_schedule(volume, None)
            case "limits":
                name = volume.name
                config = self.known.config
                self._open(SnapshotLimitsDialog(name, config, lambda w: self._config(name, w), *self._frame()))
            case "delete-all":
                self._propose(plans.plan_delete_all(volume.name, self.known, self.state(), self.desk.cluster))

    def _act_on_snapshot(self, what: str, snapshot: Snapshot) -> None:
        assert self.known is not None
        state, cluster, known = self.state(), self.desk.cluster, self.known
        match what:
            case "activate":
                self._propose(plans.plan_activate(snapshot, state, cluster))
            case "deactivate":
                self._propose(plans.plan_deactivate(snapshot, state, cluster))
            case "delete":
                self._propose(plans.plan_delete(snapshot, state, cluster))
            case "clone":
                clone = self._clone
                self._open(CloneSnapshotDialog(snapshot, lambda name: clone(snapshot, name), *self._frame()))
            case "restore":
                plans.plan_restore(snapshot, known, state, cluster)  # refuses now rather than in the dialog
                volume = state.volume(snapshot.volume)
                why = self._why_not(volume) if volume is not None else ""
                restore = self._restore
                self._open(RestoreSnapshotDialog(snapshot, why, lambda keep: restore(snapshot, keep), *self._frame()))

    def _act_on_schedule(self, what: str, standing: Standing) -> None:
        volume = self.volume()
        if what == "unschedule":
            self._propose(plans.plan_unschedule(standing, self.desk.cluster))
        elif what == "schedule" and volume is not None:
            self._open_schedule(volume, standing.period)

    def _others(self, volume: Volume) -> list[str]:
        grounds = self.ground.grounds
        return [v.name for v in self.state().volumes if v.name != volume.name and possible(grounds.get(v.name, ()))]

    def _open_schedule(self, volume: Volume, period: Period | None) -> None:
        check_grounds(volume.name, self.ground.grounds.get(volume.name, ()))
        there = {s.period: s.schedule for s in self.ground.of(volume.name) if s.schedule is not None}
        first = period or next(
            (p for p in (Period.DAILY, Period.HOURLY, Period.WEEKLY) if p not in there), Period.DAILY
        )
        self._open(ScheduleDialog(volume.name, there, first, self._schedule, *self._frame()))

    def _frame(self) -> tuple[Profile | None, QWidget]:
        return self.desk.profile, self.window()

    def _open(self, dialog: AskDialog) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
        self.dialog = dialog
        dialog.plan_ready.connect(self.plan_proposed)
        dialog.refused.connect(self._refuse)
        dialog.open()

    def _propose(self, plan: Plan) -> None:
        self.plan_proposed.emit(plan)

    def _refuse(self, error: NasError) -> None:
        present(self.window(), error)

    # ---- plans of the dialogs, from the newest state

    def _create(self, name: str, description: str, volumes: tuple[str, ...]) -> Plan:
        assert self.known is not None
        state = self.state()
        found = [v for v in (state.volume(volume) for volume in volumes) if v is not None]
        return plans.plan_create(found, name, self.known, state, self.desk.cluster, description)

    def _clone(self, snapshot: Snapshot, name: str) -> Plan:
        assert self.known is not None
        return plans.plan_clone(snapshot, name, self.known, self.state(), self.desk.cluster)

    def _restore(self, snapshot: Snapshot, keep: str) -> Plan:
        assert self.known is not None
        return plans.plan_restore(snapshot, self.known, self.state(), self.desk.cluster, keep)

    def _config(self, volume: str, wish: plans.Wish) -> Plan:
        assert self.known is not None
        return plans.plan_config(volume, wish, self.known, self.state(), self.desk.cluster)

    def _schedule(self, schedule: Schedule) -> Plan:
        assert self.known is not None
        state = self.state()
        volume = state.volume(schedule.volume)
        if volume is None:
            raise InvalidInput(_("There is no volume {volume} any more.").format(volume=schedule.volume))
        standing = next((s for s in self.ground.of(volume.name) if s.period is schedule.period), None)
        return plans.plan_schedule(schedule, volume, standing, self.known, state, self.desk.cluster)

    # ---- keyboard and menu

    def _on_activated(self, _key: str) -> None:
        index = self.tree.currentIndex().siblingAtColumn(0)
        self.tree.setExpanded(index, not self.tree.isExpanded(index))

    def _menu(self, entry: Row) -> QMenu | None:
        menu = QMenu(self.tree)
        for one in self.card.offered():
            item = menu.addAction(theme.icon(one.icon_name), one.text(), one.click)
            item.setEnabled(one.isEnabled())
            item.setToolTip(one.toolTip())
        menu.addSeparator()
        copy = self.tree.copy_text
        menu.addAction(theme.icon("copy"), _("Copy row"), lambda: QGuiApplication.clipboard().setText(copy()))
        return menu
