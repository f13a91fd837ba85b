"""The section of the members: table, card, and the ways to a plan."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.core.units import clock
from nasclustergui.subsystems.etcd.dialogs.forms import PlanForm
from nasclustergui.subsystems.etcd.dialogs.members import AddMemberDialog, CompactDialog, SnapshotDialog
from nasclustergui.subsystems.etcd.features import Store
from nasclustergui.subsystems.etcd.features.members import plans, read, upkeep_plans
from nasclustergui.subsystems.etcd.model import EtcdState, Member
from nasclustergui.subsystems.etcd.page.desk import Desk
from nasclustergui.subsystems.etcd.page.section import Section, View
from nasclustergui.subsystems.etcd.page.sections.members.card import MemberCard
from nasclustergui.subsystems.etcd.page.sections.members.rows import member_rows
from nasclustergui.subsystems.etcd.page.sections.members.trouble import trouble
from nasclustergui.ui import theme
from nasclustergui.ui.errors import present
from nasclustergui.ui.parts import Banner, ElidedLabel, Row, Stack, Tree, box, button, col, row, state_width


class MembersSection(Section):
    """See the package.

    Attributes:
        tree: the members. card: the chosen one. banner: what is wrong with etcd as a whole, hidden if nothing is.
        dialog: the one that was opened last.
    """

    filter_hint = _("Filter members")

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.dialog: PlanForm | None = None
        self._wanted = ""
        self.tree = _tree()
        self.card = MemberCard()
        self.add_button = button(_("Add a member…"), icon="plus", small=True, on_click=self.add)
        self.compact_button = button(_("Compact…"), icon="combine", small=True, on_click=self.compact)
        self.defragment_button = button(_("Defragment…"), icon="combine", small=True, on_click=self.defragment)
        self.snapshot_button = button(_("Save a snapshot…"), icon="download", small=True, on_click=self.snapshot)
        self.buttons = (self.add_button, self.compact_button, self.defragment_button, self.snapshot_button)
        self._said = ElidedLabel("", "caption", "text3")
        self.nospace_button = button(_("Make room…"), "primary", small=True, on_click=self.make_room)
        self.disarm_button = button(_("Only disarm…"), small=True, on_click=self.disarm)
        self.banner = Banner("critical", "")
        self._banner_box = box(row((self.banner, 1), margins=(12, 4, 12, 4)))
        self._banner_box.hide()
        tools = row(*self.buttons, None, (self._said, 100), gap=8, margins=(12, 8, 12, 4))
        card = row((self.card, 1), margins=(12, 8, 12, 4))
        self.stack = Stack(box(col(tools, self._banner_box, (self.tree, 1), card, gap=0)), _("Reading etcd…"))
        self.setLayout(col(self.stack, gap=0))
        self.stack.retry.connect(lambda: self.command.emit("etcd.read"))
        self.tree.row_changed.connect(lambda _key: self._show_card())
        self.tree.delete_requested.connect(lambda _key: self.act("remove"))
        self.tree.set_menu(self._menu)
        self.card.asked.connect(self.act)
        self.setFocusProxy(self.tree)
        self.stack.show_loading(_("the members of etcd"))

    # ---- what the page calls

    def set_view(self, view: View) -> None:
        """A newer reading."""
        super().set_view(view)
        state, error = view.state, view.error
        if state is None:
            if error is not None:
                self.stack.show_failed(error)
            return
        self.stack.show_content()
        if error is not None:
            self.stack.show_failed(error, state.read_at)
        self.tree.update_rows(member_rows(state, stale=error is not None))
        if self._wanted:
            self.select(self._wanted)
        if self.tree.rows.shown_count() and not self.tree.current_key():
            self.tree.setCurrentIndex(self.tree.rows.index(0, 0))
        self._show_all(state)

    def set_filter(self, text: str) -> None:
        """By any text of a row."""
        self.tree.set_filter(text)

    def select(self, what: str) -> None:
        """A node, a member's name or number; remembered until the members are read."""
        state = self.view.state
        found = (
            next((m for m in state.members if what in (m.label, m.node, m.name, f"{m.id:x}")), None) if state else None
        )
        self._wanted = "" if state else what
        if found is not None:
            self.tree.select_key(f"{found.id:x}")

    def create_new(self) -> None:
        """Ctrl+N."""
        self.add_button.click()

    # ---- showing

    def _show_all(self, state: EtcdState) -> None:
        self._said.set_text(
            _("{votes} · read at {time}").format(votes=plans.spare_text(state), time=clock(state.read_at))
        )
        why = self._why_not()
        for one in self.buttons:
            one.set_enabled(not why, why)
        leaderless = _("etcd has no leader now.") if state.leader is None else ""
        for one in (self.add_button, self.compact_button, self.defragment_button):
            one.set_enabled(not (why or leaderless), why or leaderless)
        wrong = trouble(state, read.survivor(state))
        self._banner_box.setVisible(wrong is not None)
        if wrong is not None:
            self.banner.set_message(wrong.state, wrong.title, wrong.text)
            full = wrong.nospace and not why
            self.banner.set_buttons([self.disarm_button, self.nospace_button] if full else [])
        self._show_card()

    def _why_not(self) -> str:
        return _("etcd could not be read again: {error}").format(error=self.view.error) if self.view.error else ""

    def _show_card(self) -> None:
        member, state = self.member(), self.view.state
        self.card.setVisible(member is not None)
        if member is not None and state is not None:
            self.card.show_member(member, state, self._why_not())

    def member(self) -> Member | None:
        """The chosen one, as read last."""
        key, state = self.tree.current_key(), self.view.state
        return next((m for m in state.members if f"{m.id:x}" == key), None) if state is not None else None

    # ---- acting

    def add(self) -> None:
        """Ask for the new member."""
        self._open(AddMemberDialog)

    def compact(self) -> None:
        """Ask how much history stays."""
        self._open(CompactDialog)

    def snapshot(self) -> None:
        """Ask for member and file."""
        self._open(SnapshotDialog)

    def _open(self, kind: Callable[..., PlanForm]) -> None:
        if self.view.state is None:
            return
        if self.dialog is not None:
            self.dialog.deleteLater()
        self.dialog = kind(self.view.state, self.desk.cluster, self.desk.profile, self.window())
        self.dialog.plan_ready.connect(self.plan_proposed)
        self.dialog.open()

    def defragment(self) -> None:
        """All that gain something."""
        self._propose(lambda state: upkeep_plans.plan_defragment(state, self.desk.cluster))

    def disarm(self) -> None:
        """The alarm alone."""
        self._propose(lambda state: upkeep_plans.plan_disarm(state, self.desk.cluster))

    def make_room(self) -> None:
        """The guided rescue of a full database."""
        self._plan_later(lambda store, job: read.nospace(store, self.desk.cluster, 0, job))

    def act(self, what: str) -> None:
        """Something with the chosen member."""
        member, cluster = self.member(), self.desk.cluster
        if member is None:
            return
        name = f"{member.id:x}" if what == "rescue" else member.label
        match what:
            case "lead":
                self._propose(lambda state: plans.plan_move_leader(state, cluster, member))
            case "promote":
                self._propose(lambda state: plans.plan_promote(state, cluster, member))
            case "remove":
                self._propose(lambda state: plans.plan_remove(state, cluster, member))
            case "defragment":
                self._propose(lambda state: upkeep_plans.plan_defragment(state, cluster, (member,)))
            case "rescue":
                self._plan_later(lambda store, job: read.lost_member(store, cluster, name, job))
            case "force":
                self._plan_later(lambda store, job: read.force_new(store, cluster, name, job))

    def _propose(self, make: Callable[[EtcdState], Plan]) -> None:
        if self.view.state is None:
            return
        try:
            self.plan_proposed.emit(make(self.view.state))
        except NasError as error:
            self._refuse(error)

    def _plan_later(self, make: Callable[[Store, Job], Plan]) -> None:
        """A plan that needs to look at the nodes first."""
        self.notice.emit("busy", _("Asking the nodes how their etcd is set up…"))
        self.desk.read(self, make, self.plan_proposed.emit, self._refuse)

    def _refuse(self, error: NasError) -> None:
        present(self.window(), error)

    def _menu(self, _entry: Row) -> QMenu | None:
        menu = QMenu(self.tree)
        for one in self.card.offered:
            item = menu.addAction(theme.icon(one.icon_name), one.text(), one.click)
            item.setEnabled(one.isEnabled())
            item.setToolTip(one.toolTip())
        menu.addSeparator()
        copy = self.tree.copy_text
        menu.addAction(theme.icon("copy"), _("Copy row"), lambda: QGuiApplication.clipboard().setText(copy()))
        return menu


def _tree() -> Tree:
    states = (_("Never started"), _("No answer"), _("Data differ"), _("Follows"), _("Learner"), _("Behind"))
    return Tree(
        [
            (_("Member"), 180),
            (_("State"), state_width(states)),
            (_("Version"), 72),
            (_("Database"), 88),
            (_("Unused"), 72),
            (_("Behind"), 72),
            (_("Answers in"), 88),
            (_("What it means"), -1),
        ],
        right=(3, 4, 5, 6),
        flat=True,
        drop={2: 900, 4: 800},
        name=_("Members of etcd"),
    )
