"""Geo-replication of one volume: its sessions, what each brick's worker does, and everything that can be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.core.units import clock
from nasclustergui.subsystems.gluster.dialogs.ask import AskDialog
from nasclustergui.subsystems.gluster.dialogs.geo_replication import NewSessionDialog, SessionSettingDialog
from nasclustergui.subsystems.gluster.features import Pool
from nasclustergui.subsystems.gluster.features.geo_replication import plans
from nasclustergui.subsystems.gluster.features.geo_replication.commands import NotInstalled
from nasclustergui.subsystems.gluster.features.geo_replication.model import Ready, Session, Status, Target
from nasclustergui.subsystems.gluster.features.geo_replication.read import read_config, read_ready, read_sessions
from nasclustergui.subsystems.gluster.model import PeerState, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.page.desk import SELDOM_MS, Desk
from nasclustergui.subsystems.gluster.page.geo_rows import geo_rows, geo_tree, session_said
from nasclustergui.subsystems.gluster.page.section import Section, View
from nasclustergui.subsystems.gluster.page.subject_card import Offer, SubjectCard
from nasclustergui.ui import theme
from nasclustergui.ui.errors import present
from nasclustergui.ui.parts import Row, Stack, box, button, col, label, row


class GeoReplicationSection(Section):
    """The table and the card of the chosen session; empty: what it is and a button."""

    filter_hint = _("Filter sessions and bricks")

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.sessions: tuple[Session, ...] | None = None
        self.dialog: AskDialog | None = None
        self._lost = False
        self._missing: NotInstalled | None = None
        self.tree = geo_tree()
        self.new_button = button(_("Copy to another pool…"), icon="send", small=True, on_click=lambda: self.act("new"))
        self.first_button = button(_("Copy to another pool…"), icon="send", on_click=lambda: self.act("new"))
        self.card = SubjectCard(
            (
                Offer("start", _("Start…"), "play"),
                Offer("resume", _("Resume…"), "play"),
                Offer("pause", _("Pause…"), "pause", "caution"),
                Offer("stop", _("Stop…"), "circle-stop", "caution"),
                Offer("settings", _("Settings…"), "sliders-horizontal"),
                Offer("delete", _("Delete…"), "trash-2", "danger-quiet"),
            )
        )
        self._read_line = label("", "caption", "text3")
        again = button("", "quiet", "refresh-cw", small=True, tip=_("Read now"), on_click=self.read)
        tools = row(self.new_button, None, self._read_line, again, margins=(12, 8, 12, 4))
        card = row((self.card, 1), margins=(12, 8, 12, 4))
        self.place = Stack(box(col(tools, (self.tree, 1), card, gap=0)), _("Asking for sessions…"))
        self.setLayout(col(self.place, gap=0))
        self.place.retry.connect(self.read)
        self.tree.row_changed.connect(lambda _key: self._show_card())
        self.tree.delete_requested.connect(lambda _key: self.act("delete"))
        self.tree.set_menu(self._menu)
        self.card.asked.connect(self.act)
        self._poller = desk.poller(self, self._work, SELDOM_MS, "geo-replication")
        if self._poller is not None:
            self._poller.state.connect(self._on_sessions)
            self._poller.lost.connect(self._on_lost)
        desk.changed.connect(self.read)
        self.setFocusProxy(self.tree)

    # ---- what the page calls

    def set_view(self, view: View) -> None:
        """A newer reading of the volume."""
        before = self._volume()
        super().set_view(view)
        now = self._volume()
        if before is None or (now is not None and before.status is not now.status):
            self.read()
        self._show()

    def set_filter(self, text: str) -> None:
        """By any text of a row."""
        self.tree.set_filter(text)

    def enter(self) -> None:
        """Read; not again by itself, since the status holds the volume's lock for seconds: another client's command
        would fail."""
        if self._poller is not None:
            self._poller.start()

    def leave(self) -> None:
        """Poll no more."""
        if self._poller is not None:
            self._poller.stop()

    def read(self) -> None:
        """Read now, if somebody looks."""
        if self._poller is not None:
            self._poller.poke()

    # ---- reading

    def _volume(self) -> Volume | None:
        return self.view.volume if self.view is not None else None

    def _work(self, pool: Pool, job: Job) -> tuple[Session, ...] | NotInstalled:
        volume = self._volume()
        try:
            return read_sessions(pool, volume.name, job) if volume is not None else ()
        except NotInstalled as error:  # a state, not a failure: it is told calmly
            return error

    def _on_sessions(self, found: object) -> None:
        self._lost = False
        self._missing = found if isinstance(found, NotInstalled) else None
        self.sessions = found if isinstance(found, tuple) else ()
        self._show()

    def _on_lost(self, error: NasError) -> None:
        self._lost = True
        self.place.show_failed(error, self._poller.fresh_at if self._poller is not None else None)
        self._show_rows()

    # ---- showing

    def _unreadable(self) -> str:
        if self._lost:
            return _("Geo-replication cannot be read now.")
        return self.view.unreadable if self.view is not None else ""

    def _show(self) -> None:
        if self._lost or self._volume() is None or self.sessions is None:
            return
        why = self._unreadable()
        if self._missing is not None:
            why = why or str(self._missing)
            self.place.show_empty(
                "send", _("Geo-replication is not installed"), self._missing.hint, [self.first_button]
            )
        elif not self.sessions:
            text = _(
                "Geo-replication copies every change to a volume of another pool, by SSH, in the background. "
                "This volume is copied nowhere."
            )
            self.place.show_empty("send", _("Not copied to another pool"), text, [self.first_button])
        else:
            self.place.show_content()
            read_at = self._poller.fresh_at if self._poller is not None else None
            self._read_line.set_text(_("read {time}, not again by itself").format(time=clock(read_at)))
            self._show_rows()
        volume = self._volume()
        stopped = volume is not None and volume.status is not VolumeStatus.STARTED
        why = why or (_("The volume is stopped.") if stopped else "")
        for one in (self.first_button, self.new_button):
            one.set_enabled(not why, why)

    def _show_rows(self) -> None:
        self.tree.update_rows(geo_rows(self.sessions or (), self._lost))
        if self.tree.rows.shown_count() and not self.tree.current_key():
            self.tree.setCurrentIndex(self.tree.rows.index(0, 0))
        self._show_card()

    def session(self) -> Session | None:
        """The chosen one, as it was read last."""
        chosen = self.tree.current_row()
        data = chosen.data if chosen is not None else None
        if not isinstance(data, Session):
            return None
        return next((one for one in self.sessions or () if one.target == data.target), None)

    def _show_card(self) -> None:
        session = self.session()
        if session is None:
            self.card.hide()
            return
        why = self._unreadable()
        offers = dict.fromkeys(("settings", "delete"), why)
        if session.paused:
            offers |= {"resume": why, "stop": why}
        elif session.started:
            offers |= {"pause": why, "stop": why}
        else:
            offers["start"] = why
        facts = [_("as {user}").format(user=session.target.user)]
        if session.last_synced:
            facts.append(_("synced until {time} (node's clock)").format(time=session.last_synced))
        self.card.show_subject(str(session.target), session_said(session), " · ".join(facts), _note(session), offers)

    # ---- acting

    def act(self, what: str) -> None:
        """ "new", "start", "stop", "pause", "resume", "settings", "delete"."""
        volume, session = self._volume(), self.session()
        if self.view is None or volume is None:
            return
        try:
            if what == "new":
                self._new(volume)
            elif session is not None and what == "settings":
                self._settings(session)
            elif session is not None:
                self.plan_proposed.emit(self._plan(what, session))
        except NasError as error:
            self._refuse(error)

    def _plan(self, what: str, session: Session) -> Plan:
        assert self.view is not None
        state, cluster = self.view.state, self.desk.cluster
        make: Mapping[str, Callable[[], Plan]] = {
            "start": lambda: plans.plan_start(session, state, cluster),
            "stop": lambda: plans.plan_stop(session, state, cluster),
            "pause": lambda: plans.plan_pause(session, state, cluster),
            "resume": lambda: plans.plan_resume(session, state, cluster),
            "delete": lambda: plans.plan_delete(session, state, cluster),
        }
        return make[what]()

    def _new(self, volume: Volume) -> None:
        def look(
            target: Target, done: Callable[[Sequence[Ready]], object], failed: Callable[[NasError], object]
        ) -> None:
            assert self.view is not None
            nodes = [p.node for p in self.view.state.peers if p.node and p.state is PeerState.CONNECTED]
            assert self.dialog is not None
            self.desk.read(self.dialog, lambda pool, job: read_ready(pool, target, nodes, job), done, failed)

        def plan(target: Target, ready: Sequence[Ready], start: bool) -> Plan:
            assert self.view is not None
            now = self.view.volume or volume
            state, cluster = self.view.state, self.desk.cluster
            return plans.plan_create(now, target, ready, self.sessions or (), state, cluster, start)

        self._open(NewSessionDialog(volume.name, look, plan, self.desk.profile, self.window()))

    def _settings(self, session: Session) -> None:
        def opened(found: Mapping[str, str]) -> None:
            def plan(option: str, value: str, now: str) -> Plan:
                assert self.view is not None
                return plans.plan_config(session, option, value, now, self.view.state, self.desk.cluster)

            title = _("Settings of {volume} to {target}").format(volume=session.volume, target=session.target)
            self._open(SessionSettingDialog(title, found, plan, self.desk.profile, self.window()))

        self.desk.read(self, lambda pool, job: read_config(pool, session, job), opened, self._refuse)

    def _open(self, dialog: AskDialog) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
        self.dialog = dialog
        dialog.plan_ready.connect(self.plan_proposed)
        dialog.refused.connect(self._refuse)
        dialog.open()

    def _refuse(self, error: NasError) -> None:
        present(self.window(), error)

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


def _note(session: Session) -> str:
    faulty = [f"{worker.node}:{worker.brick}" for worker in session.workers if worker.status is Status.FAULTY]
    if faulty:
        text = _(
            "The workers of {bricks} fail again and again: what changes there is not copied. Often the login at the "
            "secondary, or the secondary volume, does not work. The reason is in /var/log/glusterfs/geo-replication."
        )
        return text.format(bricks=", ".join(faulty))
    if session.started and not session.paused and Status.ACTIVE in session.statuses:
        return _("One brick of each set copies (active), the others take over when it fails (passive).")
    return ""
