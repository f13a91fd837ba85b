"""The section of access: two lines about logins above three tables."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtWidgets import QStackedWidget, QTabBar, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.core.units import clock
from nasclustergui.subsystems.etcd.dialogs import access as dialogs
from nasclustergui.subsystems.etcd.dialogs.forms import PlanForm
from nasclustergui.subsystems.etcd.features import Store
from nasclustergui.subsystems.etcd.features.access import plans
from nasclustergui.subsystems.etcd.features.access.auth_plans import plan_disable
from nasclustergui.subsystems.etcd.features.access.model import Survey, User
from nasclustergui.subsystems.etcd.features.access.read import Protection, protection, survey
from nasclustergui.subsystems.etcd.page.desk import Desk
from nasclustergui.subsystems.etcd.page.section import Section
from nasclustergui.subsystems.etcd.page.sections.access import rows, views
from nasclustergui.subsystems.etcd.page.sections.access.head import Head, denied_text
from nasclustergui.subsystems.etcd.page.sections.access.sign_in import SignInDialog
from nasclustergui.subsystems.etcd.page.sections.coordination.views import View
from nasclustergui.ui.errors import present
from nasclustergui.ui.parts import Line, Stack, box, button, col, row

EVERY_MS = 10_000
LOOK_AGAIN = 300.0  # seconds; certificates don't change often
USERS, ROLES, CERTIFICATES = range(3)
NAMES = ("users", "roles", "certificates")


class AccessSection(Section):
    """See the package.

    Attributes:
        head: the lines above. users, roles, certificates: the tables.
        seen, protection: as read last, None before. dialog, sign_in_dialog: those that were opened last.
    """

    filter_hint = _("Filter access")

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.seen: Survey | None = None
        self.protection: Protection | None = None
        self.dialog: PlanForm | None = None
        self.sign_in_dialog: SignInDialog | None = None
        self._error: NasError | None = None
        self._asked_at = 0.0
        self.head = Head()
        self._make_buttons()
        self._make_views()
        self.stack = Stack(
            box(col(self.head, Line(), self._tabs_box, Line(), (self._pages, 1), gap=0)), _("Reading etcd…")
        )
        self.setLayout(col(self.stack, gap=0))
        self._poller = desk.poller(self, survey, EVERY_MS, "access")
        if self._poller is not None:
            self._poller.state.connect(self._on_read)
            self._poller.lost.connect(self._on_lost)
            self.stack.retry.connect(self._poller.poke)
            desk.changed.connect(self._poller.poke)
        self.head.sign_in.connect(self.sign_in)
        self.head.sign_out.connect(self.sign_out)
        self.head.switch.connect(self.switch)
        self.tabs.currentChanged.connect(self._show)
        self._show(0)
        self.stack.show_loading(_("the users of etcd"))

    def _make_buttons(self) -> None:
        self.add_button = button(_("Add a user…"), icon="user-plus", small=True, on_click=self.add)
        self.grant_button = button(_("Give a role…"), icon="shield", small=True, on_click=lambda: self._role_of(True))
        self.revoke_button = button(
            _("Take a role…"), icon="shield-x", small=True, on_click=lambda: self._role_of(False)
        )
        self.password_button = button(_("Password…"), icon="key-round", small=True, on_click=self.change_password)
        self.delete_button = button(_("Delete…"), "danger-quiet", "trash-2", small=True, on_click=self.delete)
        self.add_role_button = button(_("Add a role…"), icon="plus", small=True, on_click=self.add_role)
        self.allow_button = button(_("Grant a permission…"), icon="key", small=True, on_click=self.allow)
        self.take_button = button(_("Revoke…"), "danger-quiet", "trash-2", small=True, on_click=self.take)
        self.look_button = button(_("Look again"), icon="refresh-cw", small=True, on_click=self.look)
        self.user_buttons = (self.grant_button, self.revoke_button, self.password_button, self.delete_button)

    def _make_views(self) -> None:
        unread = (_("Not read yet"), "")
        self.users = View(views.user_tree(), ("users", *unread), [self.add_button], self.user_buttons)
        buttons = (self.allow_button, self.take_button)
        self.roles = View(views.role_tree(), ("shield", *unread), [self.add_role_button], buttons)
        nothing = (_("Nothing is known yet"), _("The endpoints are asked for their certificates."))
        self.certificates = View(views.certificate_tree(), ("shield", *nothing), [self.look_button])
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(_("Views of access"))
        self._tabs_box = box(row(self.tabs, None, margins=(8, 4, 8, 4)))
        self._pages = QStackedWidget()
        for title, view in zip((_("Users"), _("Roles"), _("Certificates")), self._views(), strict=True):
            self.tabs.addTab(title)
            self._pages.addWidget(view)
        self.users.chosen.connect(self._offer)
        self.roles.chosen.connect(self._offer)
        self.users.tree.delete_requested.connect(lambda _key: self.delete_button.click())
        self.roles.tree.delete_requested.connect(lambda _key: self.take_button.click())

    def _views(self) -> tuple[View, ...]:
        return self.users, self.roles, self.certificates

    # ---- what the page calls

    def enter(self) -> None:
        """Read from now on."""
        if self._poller is not None:
            self._poller.start()
        if time.monotonic() - self._asked_at > LOOK_AGAIN or not self._asked_at:
            self.look()

    def leave(self) -> None:
        """Read no more."""
        if self._poller is not None:
            self._poller.stop()

    def set_filter(self, text: str) -> None:
        """Of all tables."""
        for view in self._views():
            view.tree.set_filter(text)

    def select(self, what: str) -> None:
        """ "sign-in", "users", "roles", "certificates", and "users:NAME"."""
        name, _colon, subject = what.partition(":")
        if name == "sign-in":
            self.sign_in()
        elif name in NAMES:
            self.tabs.setCurrentIndex(NAMES.index(name))
            if subject:
                self._views()[NAMES.index(name)].tree.select_key(subject)

    def create_new(self) -> None:
        """Ctrl+N."""
        (self.add_role_button if self.tabs.currentIndex() == ROLES else self.add_button).click()

    # ---- showing

    def _show(self, index: int) -> None:
        self._pages.setCurrentIndex(index)
        self.setFocusProxy(self._views()[index])

    def _on_read(self, seen: Survey) -> None:
        self.seen, self._error = seen, None
        self.stack.show_content()
        self._show_all()

    def _on_lost(self, error: NasError) -> None:
        self._error = error
        self.stack.show_failed(error, self.seen.read_at if self.seen is not None else None)
        if self.seen is not None:
            self._show_all()

    def _show_all(self) -> None:
        seen, stale = self.seen, self._error is not None
        if seen is None:
            return
        self.head.show_survey(seen, self._why_not())
        denied = denied_text(seen)
        if denied:
            self.users.say_empty("lock", _("The users cannot be read"), denied)
            self.roles.say_empty("lock", _("The roles cannot be read"), denied)
        else:
            self.users.say_empty("users", _("etcd has no users"), _("While authentication is off, none are needed."))
            self.roles.say_empty("shield", _("etcd has no roles"), _("A role is what several users may do."))
        self.users.show_rows(rows.user_rows(seen, stale=stale))
        self.roles.show_rows(rows.role_rows(seen, stale=stale))
        self._show_certificates()
        self._offer()

    def _show_certificates(self, error: NasError | None = None) -> None:
        found = self.protection
        names = {n.host: n.name for n in self.desk.profile.nodes} if self.desk.profile is not None else {}
        shown = rows.certificate_rows(found, names, stale=error is not None) if found is not None else []
        at = _("Looked at {time}.").format(time=clock(found.read_at)) if found is not None else ""
        self.certificates.show_rows(shown, f"{error} {error.hint} {at}".strip() if error is not None else at)

    def look(self) -> None:
        """Ask the endpoints for their certificates."""
        self._asked_at = time.monotonic()
        self.desk.read(self, protection, self._on_protection, self._show_certificates)

    def _on_protection(self, found: Protection) -> None:
        self.protection = found
        self._show_certificates()

    def _why_not(self) -> str:
        return _("etcd could not be read again: {error}").format(error=self._error) if self._error else ""

    def _offer(self) -> None:
        seen = self.seen
        why = self._why_not() or (denied_text(seen) if seen is not None else _("etcd is being read."))
        for one in (self.add_button, self.add_role_button):
            one.set_enabled(not why, why)
        user = why or ("" if self.user() is not None else _("Choose a user."))
        self.users.offer([(one, user) for one in self.user_buttons])
        chosen = self.allowed()
        role = why or ("" if chosen is not None else _("Choose a role or one of its permissions."))
        self.roles.offer([(self.allow_button, role), (self.take_button, role)])
        whole = chosen is None or chosen.permission is None
        self.take_button.set_text(_("Delete role…") if whole else _("Revoke permission…"))

    def user(self) -> User | None:
        """The chosen one."""
        found = self.users.current()
        return found if isinstance(found, User) else None

    def allowed(self) -> rows.Allowed | None:
        """The chosen role or permission."""
        found = self.roles.current()
        return found if isinstance(found, rows.Allowed) else None

    # ---- signing in

    def sign_in(self) -> None:
        """Ask for user and password."""
        if self.sign_in_dialog is not None:
            self.sign_in_dialog.deleteLater()
        self.sign_in_dialog = SignInDialog(self.desk, self.window())
        self.sign_in_dialog.signed_in.connect(self._on_signed_in)
        self.sign_in_dialog.open()

    def _on_signed_in(self, user: str) -> None:
        self.notice.emit("ok", _("Signed in to etcd as {user}").format(user=user))
        self._read_again()

    def sign_out(self) -> None:
        """Nobody administrates but the profile's user."""

        def work(store: Store, _job: Job) -> None:
            store.login.sign_out()

        self.desk.read(self, work, lambda _nothing: self._read_again(), self._refuse)

    def _read_again(self) -> None:
        """Here and in the other sections: what may be read has changed."""
        self.desk.changed.emit()

    # ---- acting

    def switch(self) -> None:
        """Authentication on or off, by what is there now: a try before may have made half of it."""
        self.desk.read(self, survey, self._switch, self._refuse)

    def _switch(self, seen: Survey) -> None:
        self._on_read(seen)
        if not seen.auth:
            self._open(dialogs.EnableDialog)
            return
        known = self.protection.endpoints if self.protection is not None else ()
        demands = all(one.demands for one in known) if known else None
        self._propose(lambda now: plan_disable(now, self.desk.cluster, demands=demands))

    def add(self) -> None:
        """Ask for the new user."""
        self._open(dialogs.UserDialog)

    def add_role(self) -> None:
        """Ask for the new role."""
        self._open(dialogs.RoleDialog)

    def allow(self) -> None:
        """Ask for another permission of the chosen role."""
        chosen = self.allowed()
        if chosen is not None:
            self._open(dialogs.RoleDialog, chosen.role)

    def take(self) -> None:
        """The chosen permission, or the whole role."""
        chosen, cluster = self.allowed(), self.desk.cluster
        if chosen is None:
            return
        role, allowed = chosen
        if allowed is None:
            self._propose(lambda seen: plans.plan_delete_role(seen, cluster, role))
        else:
            self._propose(lambda seen: plans.plan_disallow(seen, cluster, role, allowed))

    def change_password(self) -> None:
        """Of the chosen user."""
        user = self.user()
        if user is not None:
            self._open(dialogs.PasswordDialog, user.name)

    def _role_of(self, grant: bool) -> None:
        user = self.user()
        if user is not None:
            self._open(dialogs.UserRoleDialog, user.name, grant)

    def delete(self) -> None:
        """The chosen user."""
        user = self.user()
        if user is not None:
            self._propose(lambda seen: plans.plan_delete_user(seen, self.desk.cluster, user.name))

    def _open(self, kind: Callable[..., PlanForm], *more: object) -> None:
        if self.seen is None:
            return
        if self.dialog is not None:
            self.dialog.deleteLater()
        self.dialog = kind(self.seen, self.desk.cluster, self.desk.profile, self.window(), *more)
        self.dialog.plan_ready.connect(self.plan_proposed)
        self.dialog.open()

    def _propose(self, make: Callable[[Survey], Plan]) -> None:
        if self.seen is None:
            return
        try:
            self.plan_proposed.emit(make(self.seen))
        except NasError as error:
            self._refuse(error)

    def _refuse(self, error: NasError) -> None:
        present(self.window(), error)
