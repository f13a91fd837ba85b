"""The section of coordination: the operation lock above four tables, read every two seconds while in sight."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtWidgets import QStackedWidget, QTabBar, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.remote.etcd_leases import LeaseLife
from nasclustergui.subsystems.etcd.dialogs.coordination import AcquireDialog, ElectDialog, GrantDialog
from nasclustergui.subsystems.etcd.dialogs.forms import PlanForm
from nasclustergui.subsystems.etcd.features import Store
from nasclustergui.subsystems.etcd.features.coordination import plans
from nasclustergui.subsystems.etcd.features.coordination.ages import BeatClock
from nasclustergui.subsystems.etcd.features.coordination.held import Held, Kind
from nasclustergui.subsystems.etcd.features.coordination.model import Survey
from nasclustergui.subsystems.etcd.features.coordination.read import survey
from nasclustergui.subsystems.etcd.page.desk import Desk
from nasclustergui.subsystems.etcd.page.section import Section
from nasclustergui.subsystems.etcd.page.sections.coordination import rows, views
from nasclustergui.subsystems.etcd.page.sections.coordination.operation import OperationLine
from nasclustergui.ui.parts import Label, Line, Stack, box, button, col, label, row

EVERY_MS = 2000
QUEUES, LEASES, BEATS, SERVICES = range(4)
_NAMES = ("locks", "leases", "heartbeats", "services")


class CoordinationSection(Section):
    """See the package.

    Attributes:
        operation: the line about the operation lock. queues, leases, beats, services: the views.
        survey, held: as read last, None and () before. dialog: the one that was opened last.
    """

    filter_hint = _("Filter coordination")

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.survey: Survey | None = None
        self.held: tuple[Held, ...] = ()
        self.dialog: PlanForm | None = None
        self._clock = BeatClock()
        self._told: set[int] = set()
        self.operation = OperationLine()
        self._make_buttons()
        self._make_views()
        self._held_line: Label = label("", "caption", "text2", wrap=True)
        self._held_box = box(row((self._held_line, 1), margins=(16, 6, 16, 4)))
        self._held_box.hide()
        self.stack = Stack(box(col((self._pages, 1), self._held_box, gap=0)), _("Reading etcd…"))
        tabs = box(row(self.tabs, None, margins=(8, 0, 8, 4)))
        self.setLayout(col(self.operation, Line(), 4, tabs, Line(), (self.stack, 1), gap=0))
        self._poller = desk.poller(self, look, EVERY_MS, "coordination")
        if self._poller is not None:
            self._poller.state.connect(self._on_read)
            self._poller.lost.connect(self._on_lost)
            self.stack.retry.connect(self._poller.poke)
            desk.changed.connect(self._poller.poke)
        self.operation.break_wanted.connect(lambda: self.command.emit("operation.break"))
        desk.lock_changed.connect(self._on_lock)
        self.tabs.currentChanged.connect(self._show)
        self._on_lock()
        self._show(0)
        self.stack.show_loading(_("what is held in etcd"))

    def _make_buttons(self) -> None:
        self.acquire_button = button(_("Acquire a lock…"), icon="lock", small=True, on_click=self.acquire)
        self.elect_button = button(_("Stand for election…"), icon="crown", small=True, on_click=self.elect)
        self.release_button = button(_("Release…"), "danger-quiet", "lock-open", small=True, on_click=self.release)
        self.grant_button = button(_("Grant a lease…"), icon="plus", small=True, on_click=self.grant)
        self.keep_button = button(_("Keep alive…"), icon="repeat", small=True, on_click=self.keep)
        self.revoke_button = button(_("Revoke…"), "danger-quiet", "trash-2", small=True, on_click=self.revoke)

    def _make_views(self) -> None:
        nothing = _("Nobody holds a lock or leads")
        queues = ("lock", nothing, _("Programs that use etcd's locks appear here: etcdctl lock, for instance."))
        leases = ("hourglass", _("There is no lease"), _("Leases end by themselves, and their keys with them."))
        beats = ("heart-pulse", _("No node registers itself"), _("A registered node is missed as soon as it is gone."))
        services = ("boxes", _("No service is registered"), _("Services are keys below /cluster/services/NAME/."))
        self.queues = views.View(
            views.queue_tree(), queues, [self.acquire_button, self.elect_button], [self.release_button]
        )
        self.leases = views.View(
            views.lease_tree(), leases, [self.grant_button], [self.keep_button, self.revoke_button]
        )
        self.beats = views.View(views.beat_tree(), beats)
        self.services = views.View(views.service_tree(), services)
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(_("Views of the coordination"))
        self._pages = QStackedWidget()
        titles = (_("Locks and elections"), _("Leases"), _("Heartbeats"), _("Services"))
        for title, view in zip(titles, self._views(), strict=True):
            self.tabs.addTab(title)
            self._pages.addWidget(view)
        self.queues.chosen.connect(self._offer)
        self.leases.chosen.connect(self._offer)

    def _views(self) -> tuple[views.View, ...]:
        return self.queues, self.leases, self.beats, self.services

    # ---- what the page calls

    def enter(self) -> None:
        """Read from now on."""
        if self._poller is not None:
            self._poller.start()

    def leave(self) -> None:
        """Read no more. What this window holds is renewed all the same."""
        if self._poller is not None:
            self._poller.stop()

    def set_filter(self, text: str) -> None:
        """Of all views."""
        for view in self._views():
            view.tree.set_filter(text)

    def select(self, what: str) -> None:
        """ "operation", "locks", "leases", "heartbeats" or "services", and "locks:NAME"."""
        name, _colon, subject = what.partition(":")
        if name in _NAMES:
            self.tabs.setCurrentIndex(_NAMES.index(name))
        if subject:
            self.queues.tree.select_key(f"queue:{subject}")

    def create_new(self) -> None:
        """Ctrl+N."""
        (self.grant_button if self.tabs.currentIndex() == LEASES else self.acquire_button).click()

    # ---- showing

    def _show(self, index: int) -> None:
        self._pages.setCurrentIndex(index)
        self.setFocusProxy(self._views()[index])

    def _on_lock(self) -> None:
        self.operation.set_view(self.desk.lock)

    def _on_read(self, found: tuple[Survey, tuple[Held, ...]]) -> None:
        self.survey, self.held = found
        self._clock.note(self.survey.beats, time.monotonic(), time.time())
        self.stack.show_content()
        self._show_all(self.survey)
        self._tell_losses(self.survey)

    def _on_lost(self, error: NasError) -> None:
        self.stack.show_failed(error, self.survey.read_at if self.survey is not None else None)
        if self.survey is not None:
            self._show_beats(self.survey, stale=True)
        self._offer()

    def _show_all(self, seen: Survey) -> None:
        self.queues.show_rows(rows.queue_rows(seen, self.held), _why(seen.leases_error))
        more = _("{n} more leases are not shown.").format(n=seen.more_leases) if seen.more_leases else ""
        self.leases.show_rows(rows.lease_rows(seen, self.held), _why(seen.leases_error) or more)
        self._show_beats(seen)
        self.services.show_rows(rows.service_rows(seen.services), _why(seen.services_error))
        gone = rows.lost(seen, self.held)
        text = rows.held_text([held for held in self.held if held not in gone])
        self._held_line.set_text(text)
        self._held_box.setVisible(bool(text))

    def _show_beats(self, seen: Survey, *, stale: bool = False) -> None:
        now, unix = time.monotonic(), time.time()
        profile = self.desk.profile
        expected = tuple(node.name for node in profile.nodes) if profile is not None else ()
        shown = rows.beat_rows(seen, lambda beat: self._clock.age(beat, now, unix), expected, stale=stale)
        self.beats.show_rows(shown, _why(seen.beats_error))

    def _tell_losses(self, seen: Survey) -> None:
        """Once for each: whoever relied on it must know."""
        for held in rows.lost(seen, self.held):
            if held.lease not in self._told:
                self._told.add(held.lease)
                self.notice.emit("critical", _("This window no longer holds {name}.").format(name=held.name))

    # ---- acting

    def _offer(self) -> None:
        place, life = self.queues.current(), self.leases.current()
        chosen = isinstance(place, rows.Place)
        self.queues.offer([(self.release_button, "" if chosen else _("Choose a lock or an election."))])
        if isinstance(place, rows.Place):
            self.release_button.set_text(_release_word(place))
        why = "" if isinstance(life, LeaseLife) else _("Choose a lease.")
        kept = isinstance(life, LeaseLife) and any(held.lease == life.id for held in self.held)
        keep = _("This window keeps it alive already.") if kept else why
        self.leases.offer([(self.keep_button, keep), (self.revoke_button, why)])

    def acquire(self) -> None:
        """Ask for a lock's name."""
        self._open(AcquireDialog)

    def elect(self) -> None:
        """Ask for an election's name."""
        self._open(ElectDialog)

    def grant(self) -> None:
        """Ask for the seconds."""
        self._open(GrantDialog)

    def _open(self, kind: Callable[..., PlanForm]) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
        self.dialog = kind(self.desk.cluster, self.desk.profile, self.window())
        self.dialog.plan_ready.connect(self.plan_proposed)
        self.dialog.open()

    def release(self) -> None:
        """Our own place, or by force somebody else's."""
        place = self.queues.current()
        if isinstance(place, rows.Place):
            self.plan_proposed.emit(
                plans.plan_release(self.desk.cluster, place.queue, place.contender, ours=place.ours)
            )

    def keep(self) -> None:
        """Renew the chosen lease from here."""
        life = self.leases.current()
        if isinstance(life, LeaseLife):
            self.plan_proposed.emit(plans.plan_keep(self.desk.cluster, life))

    def revoke(self) -> None:
        """End the chosen lease."""
        life = self.leases.current()
        if isinstance(life, LeaseLife):
            ours = any(held.lease == life.id and held.kind is not Kind.LEASE for held in self.held)
            self.plan_proposed.emit(plans.plan_revoke(self.desk.cluster, life, ours=ours))


def look(store: Store, job: Job) -> tuple[Survey, tuple[Held, ...]]:
    """What is there, and what of it is held by this window."""
    return survey(store, job), store.held.all()


def _release_word(place: rows.Place) -> str:
    if place.queue.election:
        return _("Resign…") if place.ours else _("Depose…")
    return _("Release…") if place.ours else _("Take away…")


def _why(error: NasError | None) -> str:
    return f"{error} {error.hint}".strip() if error is not None else ""
