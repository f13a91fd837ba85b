"""Asks what is needed for etcd's users and roles, and for switching authentication on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from nasclustergui.core.command import Secret
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import Profile
from nasclustergui.subsystems.etcd.dialogs.forms import PlanForm
from nasclustergui.subsystems.etcd.dialogs.passwords import NewPassword, hidden_edit
from nasclustergui.subsystems.etcd.features.access import plans
from nasclustergui.subsystems.etcd.features.access.auth_plans import Switch, plan_enable
from nasclustergui.subsystems.etcd.features.access.model import ROOT, Survey, kind_text, permission
from nasclustergui.ui.parts import Field, box, row

KINDS = ("readwrite", "read", "write")
SCOPES = ("prefix", "key", "range", "all")


class UserDialog(PlanForm):
    """A new user: by password or by certificate, with a role."""

    def __init__(self, seen: Survey, cluster: str, profile: Profile | None, parent: QWidget) -> None:
        about = _("A user may do what its roles allow.")
        super().__init__(_("Add a user to etcd"), about, self._plan_add, profile, QSize(680, 560), parent)
        self._seen, self._cluster = seen, cluster
        self.name = QLineEdit()
        self.password = NewPassword(_("Password"), self.refresh)
        self.by_certificate = QCheckBox(_("No password: it logs in by a client certificate with this name"))
        self.role = _choice(("", *_roles(seen)), (_("none yet"), *_roles(seen)))
        self.fields["name"] = Field(_("Name"), self.name)
        self.fields["password"] = self.password.field
        self.fields["role"] = Field(_("Role"), self.role)
        self.name.textChanged.connect(lambda _text: self.refresh())
        self.role.currentIndexChanged.connect(lambda _n: self.refresh())
        self.by_certificate.toggled.connect(lambda on: self.password.widget.setDisabled(on))
        self.by_certificate.toggled.connect(lambda _on: self.refresh())
        names = box(row((self.fields["name"], 1), (self.fields["role"], 1), gap=12))
        self.finish(names, self.password.widget, self.by_certificate)
        self.name.setFocus()

    def _plan_add(self) -> Plan:
        name, role = self.name.text(), self.role.currentData()
        if not name:
            raise InvalidInput(_("Name the user."))
        password = None if self.by_certificate.isChecked() else self.password.secret()
        return plans.plan_add_user(self._seen, self._cluster, name, password, (role,) if role else ())


class PasswordDialog(PlanForm):
    """Another password for a user."""

    def __init__(self, seen: Survey, cluster: str, profile: Profile | None, parent: QWidget, user: str) -> None:
        title = _("Change the password of {user}").format(user=user)
        about = _("etcd keeps only a hash of it: nobody can read it again.")
        super().__init__(title, about, self._plan_password, profile, QSize(640, 480), parent)
        self._seen, self._cluster, self._user = seen, cluster, user
        self.password = NewPassword(_("New password"), self.refresh)
        self.fields["password"] = self.password.field
        self.finish(self.password.widget)
        self.password.first.setFocus()

    def _plan_password(self) -> Plan:
        return plans.plan_password(self._seen, self._cluster, self._user, self.password.secret())


class UserRoleDialog(PlanForm):
    """Give a user a role, or take one from it."""

    def __init__(
        self, seen: Survey, cluster: str, profile: Profile | None, parent: QWidget, user: str, grant: bool
    ) -> None:
        title = _("Give {user} a role") if grant else _("Take a role from {user}")
        about = _("A user may do what its roles allow, in sum.")
        super().__init__(title.format(user=user), about, self._plan_role, profile, QSize(560, 380), parent)
        self._seen, self._cluster, self._user, self._grant = seen, cluster, user, grant
        known = seen.user(user)
        has = known.roles if known is not None else ()
        names = tuple(name for name in _roles(seen) if name not in has) if grant else has
        self.role = _choice(names, names)
        self.fields["role"] = Field(_("Role"), self.role)
        self.role.currentIndexChanged.connect(lambda _n: self.refresh())
        self.finish(self.fields["role"])

    def _plan_role(self) -> Plan:
        make = plans.plan_grant_role if self._grant else plans.plan_revoke_role
        role = self.role.currentData()
        if not role:
            raise InvalidInput(_("There is no other role.") if self._grant else _("It has no role."))
        return make(self._seen, self._cluster, self._user, role)


class RoleDialog(PlanForm):
    """A new role with a permission, or another permission for a role."""

    def __init__(self, seen: Survey, cluster: str, profile: Profile | None, parent: QWidget, role: str = "") -> None:
        title = _("Grant {role} a permission").format(role=role) if role else _("Add a role to etcd")
        about = _("A permission is about one key, or all keys that begin alike.")
        super().__init__(title, about, self._plan_role, profile, QSize(680, 520), parent)
        self._seen, self._cluster, self._role = seen, cluster, role
        self.name = QLineEdit(role)
        self.kind = _choice(KINDS, [kind_text(kind) for kind in KINDS])
        texts = (_("all that begin with"), _("the one key"), _("the keys from … to before …"), _("every key"))
        self.scope = _choice(SCOPES, texts)
        self.key, self.end = QLineEdit("/cluster/"), QLineEdit()
        self.fields["name"] = Field(_("Name"), self.name)
        self.fields["name"].setVisible(not role)
        self.fields["key"] = Field(
            _("Key"), self.key, "" if role else _("Leave it empty for a role that may nothing yet.")
        )
        self.fields["end"] = Field(_("To before"), self.end)
        for edit in (self.name, self.key, self.end):
            edit.textChanged.connect(lambda _text: self.refresh())
        for choice in (self.kind, self.scope):
            choice.currentIndexChanged.connect(lambda _n: self._on_choice())
        what = box(row((Field(_("May"), self.kind), 1), (Field(_("Keys"), self.scope), 1), gap=12))
        keys = box(row((self.fields["key"], 1), (self.fields["end"], 1), gap=12))
        self._on_choice(first=True)
        self.finish(self.fields["name"], what, keys)
        (self.key if role else self.name).setFocus()

    def _on_choice(self, first: bool = False) -> None:
        scope = self.scope.currentData()
        self.fields["end"].setVisible(scope == "range")
        self.fields["key"].setVisible(scope != "all")
        if not first:
            self.refresh()

    def _plan_role(self) -> Plan:
        scope, key = self.scope.currentData(), self.key.text()
        kind = self.kind.currentData()
        if self._role:
            return plans.plan_allow(
                self._seen, self._cluster, self._role, permission(kind, scope, key, self.end.text())
            )
        if not self.name.text():
            raise InvalidInput(_("Name the role."))
        allowed = (permission(kind, scope, key, self.end.text()),) if key or scope == "all" else ()
        return plans.plan_add_role(self._seen, self._cluster, self.name.text(), allowed)


class EnableDialog(PlanForm):
    """root's password, and that of the profile's user where it must be made."""

    def __init__(self, seen: Survey, cluster: str, profile: Profile | None, parent: QWidget) -> None:
        about = _("What is missing is made first; at the end it is proved that nobody is locked out.")
        super().__init__(
            _("Switch etcd's authentication on"), about, self._plan_enable, profile, QSize(720, 600), parent
        )
        self._seen, self._cluster = seen, cluster
        hint = _("root administrates etcd. Its password becomes this one.")
        self.root = NewPassword(_("Password of {user}").format(user=ROOT), self.refresh, hint)
        self.fields["root"] = self.root.field
        self.own = hidden_edit()
        text = _("It must be the one that this program logs in with.")
        self.fields["own"] = Field(_("Password of {user}").format(user=seen.own), self.own, text)
        missing = seen.own not in ("", ROOT) and seen.user(seen.own) is None and not seen.by_certificate
        self.fields["own"].setVisible(missing)
        self.own.textChanged.connect(lambda _text: self.refresh())
        self.finish(self.root.widget, self.fields["own"])
        self.root.first.setFocus()

    def _plan_enable(self) -> Plan:
        own = Secret(self.own.text()) if self.own.text() else None
        password = self.root.secret("root") if self._seen.own else Secret("-")
        return plan_enable(self._seen, self._cluster, Switch(password, own))


def _roles(seen: Survey) -> tuple[str, ...]:
    names = tuple(role.name for role in seen.roles)
    return names if ROOT in names else (*names, ROOT)


def _choice(data: Sequence[str], texts: Sequence[str]) -> QComboBox:
    made = QComboBox()
    for value, text in zip(data, texts, strict=True):
        made.addItem(text, value)
    return made
