"""Peers of the pool: each asked itself, added, named, removed, and mended when it was rejected."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Plan
from nasclustergui.core.units import clock
from nasclustergui.subsystems.gluster.dialogs.add_peer import AddPeerDialog
from nasclustergui.subsystems.gluster.features.peers.doctor import Diagnosis, diagnose
from nasclustergui.subsystems.gluster.features.peers.mend import plan_mend
from nasclustergui.subsystems.gluster.features.peers.model import Preflight, Survey
from nasclustergui.subsystems.gluster.features.peers.plans import plan_detach, plan_probe
from nasclustergui.subsystems.gluster.features.peers.read import preflight, survey
from nasclustergui.subsystems.gluster.model import GlusterState, Peer
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.peer_card import PeerCard
from nasclustergui.subsystems.gluster.page.peer_rows import NOBODY, NOTHING, peer_rows
from nasclustergui.subsystems.gluster.page.section import Section, View
from nasclustergui.subsystems.gluster.page.tables import peer_tree
from nasclustergui.ui import theme
from nasclustergui.ui.errors import present
from nasclustergui.ui.parts import Banner, ElidedLabel, Row, button, col, row

CALM_MS, ALERT_MS = 60_000, 8_000  # between looks at the nodes while in sight: all well, or something amiss


class PeersSection(Section):
    """The table of peers, the card of the chosen one, and what the doctor says about rejected ones."""

    filter_hint = _("Filter peers")

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.survey: Survey = NOBODY
        self.found: Diagnosis = NOTHING
        self.surveyed_at = 0.0
        self._reading = False
        self._again = False
        self._seen: object = None  # the peers as they were when the nodes were asked last
        self.dialog: AddPeerDialog | None = None
        self.tree = peer_tree()
        self.add_button = button(_("Add a peer…"), icon="plus", small=True, on_click=lambda: self.add())
        self.again_button = button(_("Ask the nodes again"), "quiet", "refresh-cw", small=True, on_click=self.read)
        self._asked = ElidedLabel("", "caption", "text3")
        self.banner = Banner("critical", "")
        self.banner.hide()
        self.card = PeerCard()
        self.card.hide()
        tools = row(self.add_button, self.again_button, None, (self._asked, 100), gap=8, margins=(12, 8, 12, 4))
        banner = row((self.banner, 1), margins=(12, 4, 12, 4))
        card = row((self.card, 1), margins=(12, 8, 12, 4))
        self.setLayout(col(tools, banner, (self.tree, 1), card, gap=0))
        self.tree.row_changed.connect(lambda _key: self._show_card())
        self.tree.delete_requested.connect(lambda _key: self._act("detach"))
        self.tree.set_menu(self._menu)
        self.card.asked.connect(self._act)
        desk.changed.connect(self._on_changed)
        self.setFocusProxy(self.tree)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.read)

    # ---- what the page calls

    def set_view(self, view: View) -> None:
        """A newer reading of the pool."""
        super().set_view(view)
        self._show()
        now = tuple((peer.uuid, peer.state, peer.connected) for peer in view.state.peers)
        if self.isVisible() and now != self._seen and not view.unreadable:
            self.read()

    def set_filter(self, text: str) -> None:
        """By any text of a row."""
        self.tree.set_filter(text)

    def select(self, what: str) -> None:
        """A node's name or a peer's key; volumes' names mean nothing here."""
        key = next((r.key for r in self._rows() if what in (r.key, r.cells[0].text)), "")
        if key:
            self.tree.select_key(key)

    def enter(self) -> None:
        """Ask the nodes, unless that is fresh."""
        if self.view is not None and time.time() - self.surveyed_at > 10.0:
            self.read()
        elif self.view is not None:
            self._read_later()

    def leave(self) -> None:
        """Ask nobody any more."""
        self._timer.stop()

    # ---- reading

    def read(self) -> None:
        """Ask every node what it has stored and whom it sees."""
        if self._reading:
            self._again = True
            return
        if self.view is None:
            return
        self._seen = tuple((peer.uuid, peer.state, peer.connected) for peer in self.view.state.peers)
        self._asked.set_text(_("Asking the nodes…"))
        self._reading = True
        self.desk.read(self, survey, self._on_survey, self._on_failed)

    def _on_survey(self, found: Survey) -> None:
        self._reading = False
        self.survey, self.surveyed_at = found, time.time()
        self._asked.set_text(_("Each node was asked itself at {time}").format(time=clock(self.surveyed_at)))
        self._show()
        self._repeat()

    def _on_failed(self, error: NasError) -> None:
        self._reading = False
        self._asked.set_text(_("The nodes could not be asked: {why}").format(why=error))
        self._repeat()

    def _repeat(self) -> None:
        if self._again:
            self._again = False
            self.read()
        elif self.isVisible():
            self._read_later()

    def _read_later(self) -> None:
        found = self.found
        amiss = found.unread or found.rejected or found.differing or found.lonely
        self._timer.start(ALERT_MS if amiss else CALM_MS)

    def _on_changed(self) -> None:
        self.surveyed_at = 0.0
        if self.isVisible():
            self.read()

    # ---- showing

    def _state(self) -> GlusterState:
        return self.view.state if self.view is not None else GlusterState()

    def _nodes(self) -> tuple[str, ...]:
        profile = self.desk.profile
        return tuple(node.name for node in profile.nodes) if profile is not None else ()

    def _rows(self) -> list[Row]:
        return peer_rows(self._state(), self.survey, self.found, self._nodes())

    def _show(self) -> None:
        state = self._state()
        self.found = diagnose(self.survey, state) if self.survey is not NOBODY else NOTHING
        self.tree.update_rows(self._rows())
        if self.tree.rows.shown_count() and not self.tree.current_key():
            self.tree.setCurrentIndex(self.tree.rows.index(0, 0))
        why = self.view.unreadable if self.view is not None else ""
        self.add_button.set_enabled(not why, why)
        self._show_banner()
        self._show_card()

    def _show_banner(self) -> None:
        found = self.found
        names = ", ".join(found.rejected or found.differing)
        self.banner.setVisible(bool(names))
        if not names:
            return
        n = len(found.rejected or found.differing)
        if not found.majority:
            title = _("The nodes disagree, and no majority says which configuration is right")
            text = _("Compare what differs below and decide; the app mends nothing without a majority.")
        elif found.rejected:
            title = ngettext("{nodes} is rejected by the pool", "{nodes} are rejected by the pool", n)
            text = _("{agree} agree with each other. Mending gives a rejected peer their configuration.")
        else:
            title = ngettext("{nodes} has another configuration", "{nodes} have another configuration", n)
            text = _("{agree} agree with each other.")
        state = "critical" if found.rejected or not found.majority else "warn"
        self.banner.set_message(state, title.format(nodes=names), text.format(agree=", ".join(found.agree)))

    def _show_card(self) -> None:
        chosen = self.tree.current_row()
        self.card.setVisible(chosen is not None)
        if chosen is None:
            return
        if isinstance(chosen.data, Peer):
            why = self.view.unreadable if self.view is not None else ""
            self.card.show_peer(chosen.data, self._state(), self.survey, self.found, why)
        else:
            self.card.show_node(str(chosen.data), chosen.cells[5].text)

    # ---- acting

    def add(self, host: str = "") -> AddPeerDialog:
        """Open the dialog, with that host."""
        inside = {peer.node for peer in self._state().peers}
        free = [node for node in self._nodes() if node not in inside]
        if self.dialog is not None:
            self.dialog.deleteLater()
        self.dialog = AddPeerDialog(free, self._look, self._plan_probe, self.desk.profile, self.window())
        self.dialog.plan_ready.connect(self.plan_proposed)
        self.dialog.refused.connect(self._refuse)
        self.dialog.open()
        if host:
            self.dialog.choose(host)
        return self.dialog

    def _look(self, host: str, done: Callable[[Preflight], object], failed: Callable[[NasError], object]) -> None:
        state = self._state()
        assert self.dialog is not None
        self.desk.read(self.dialog, lambda pool, job: preflight(pool, host, state, job), done, failed)

    def _plan_probe(self, found: Preflight) -> Plan:
        return plan_probe(found, self._state(), self.desk.cluster)

    def _act(self, what: str) -> None:
        chosen = self.tree.current_row()
        if chosen is None:
            return
        if not isinstance(chosen.data, Peer):
            if what == "add":
                self.add(str(chosen.data))
            return
        peer = chosen.data
        if what == "name":
            self.add("" if peer.node in peer.hostnames else peer.node)
            return
        try:
            self.plan_proposed.emit(self._plan(what, peer))
        except NasError as error:
            self._refuse(error)

    def _plan(self, what: str, peer: Peer) -> Plan:
        state, cluster = self._state(), self.desk.cluster
        if what == "mend":
            return plan_mend(peer.node, self.found, state, cluster)
        return plan_detach(peer, state, cluster, force=what == "detach-force")

    def _refuse(self, error: NasError) -> None:
        present(self.window(), error)

    def _menu(self, entry: Row) -> QMenu | None:
        menu = QMenu(self.tree)
        for one in self.card.offered:
            item = menu.addAction(theme.icon(one.icon_name), one.text(), one.click)
            item.setEnabled(one.isEnabled())
            item.setToolTip(one.toolTip())
        menu.addSeparator()
        copy = self.tree.copy_text
        menu.addAction(theme.icon("copy"), _("Copy row"), lambda: QGuiApplication.clipboard().setText(copy()))
        return menu
