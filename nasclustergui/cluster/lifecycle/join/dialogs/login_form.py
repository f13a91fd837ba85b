"""With what a node's heartbeat logs in to etcd: certificates on the node, a user, a password."""

from __future__ import annotations

import secrets

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from nasclustergui.cluster.lifecycle.join.model import Look
from nasclustergui.core.command import Secret
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.etcd.features.registration.users import user_of
from nasclustergui.subsystems.nodes.features.heartbeat.model import Login
from nasclustergui.ui.parts import Field, Label, col, label, row


class LoginForm(QWidget):
    """Shows what was found on the node, to be corrected.

    Signals:
        edited: something was typed.

    Attributes:
        own: an etcd user is made for it. user, password, ca, cert, key: its fields.
        user_field: for what etcd says to them.
    """

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._found = Login()
        self._works = self._touched = False
        self._node = ""
        self.user, self.password, self.ca, self.cert, self.key = (QLineEdit() for _n in range(5))
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.own = QCheckBox(_("Make an etcd user for it alone, which may write the nodes' keys and nothing else"))
        self.own.hide()
        self.own.toggled.connect(self._on_own)
        self.about: Label = label("", "caption", "text2", wrap=True)
        self.user_field = Field(_("etcd user"), self.user, _("Empty: the certificate alone."))
        self.password_field = Field(_("Password"), self.password, _("Sent once, kept on the node for root only."))
        self.files_field = Field(_("Certificate on the node"), self.cert)
        first = row((self.user_field, 1), (self.password_field, 1), gap=10)
        files = (Field(_("Authority (CA) on the node"), self.ca), self.files_field, Field(_("Its key"), self.key))
        second = row(*((field, 1) for field in files), gap=10)
        for line, parts in ((first, (self.user_field, self.password_field)), (second, files)):
            for part in parts:
                line.setAlignment(part, Qt.AlignmentFlag.AlignTop)
        head = label(_("How its heartbeat logs in to etcd"), "heading")
        self.setLayout(col(head, self.about, self.own, first, second, gap=8))
        for edit in (self.user, self.password, self.ca, self.cert, self.key):
            edit.textEdited.connect(self._on_edited)

    def _on_edited(self) -> None:
        self._touched = True
        self.say("")
        self.edited.emit()

    def _on_own(self, wanted: bool) -> None:
        for edit in (self.user, self.password):
            edit.setEnabled(not wanted)
        self.user.setText(user_of(self._node) if wanted else "")
        self.password.clear()
        self._on_edited()

    def show_look(self, look: Look) -> None:
        """Show what was found; what a person typed stays."""
        self._node = look.name
        self._works = look.login_said == ""
        needed = look.login_said is not None and not self._works
        self.own.setVisible(look.etcd_users is not None and (needed or self.own.isChecked()))
        if self._touched:
            return
        self._found = look.login
        login = look.login
        self.user.setText("" if self._works and not login.keep else login.user)
        for edit, text in ((self.ca, login.ca), (self.cert, login.cert), (self.key, login.key)):
            edit.setText(text)
        self.password.setPlaceholderText(_("unchanged") if login.keep else "")
        if self._works:
            self.about.set_text(_("etcd lets it in with what it has."))
        elif look.send_ca:
            self.about.set_text(_("The certificate of etcd's authority is sent from this workstation."))
        elif look.login_said is not None:
            self.about.set_text(_("etcd says: {said}").format(said=look.login_said))
        else:
            self.about.set_text("")

    def login(self) -> Login:
        """What the form says."""
        user, password = self.user.text().strip(), self.password.text()
        if self.own.isChecked():
            password = secrets.token_urlsafe(24)  # nobody needs to know it
        same = user == self._found.user and self._found.keep and not password
        return Login(
            self.ca.text().strip(),
            self.cert.text().strip(),
            self.key.text().strip(),
            user,
            Secret(password) if user and password else None,
            same,
        )

    def proven(self) -> bool:
        """It was tried from the node already, and works."""
        return self._works and not self._touched

    def missing(self) -> str:
        """Why it can't work, "" if it may."""
        login = self.login()
        if not self.own.isChecked() and login.user and not login.password and not login.keep:
            return _("Enter the password of etcd's user {user}.").format(user=login.user)
        if bool(login.cert) != bool(login.key):
            return _("A certificate needs its key.")
        return ""

    def say(self, why: str) -> None:
        """What etcd said to it; "" takes it back."""
        field = self.user_field if self.user.text().strip() else self.files_field
        for each in (self.user_field, self.files_field):
            each.set_invalid(why if each is field else "")
