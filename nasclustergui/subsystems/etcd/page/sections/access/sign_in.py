"""Asks for another etcd user and its password, and tries them at once."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from nasclustergui.core.command import Secret
from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.subsystems.etcd.dialogs.passwords import hidden_edit
from nasclustergui.subsystems.etcd.features import Store
from nasclustergui.subsystems.etcd.features.access.model import ROOT
from nasclustergui.subsystems.etcd.page.desk import Desk
from nasclustergui.ui.dialog_frame import DialogFrame
from nasclustergui.ui.parts import Banner, ElidedLabel, Field, box, button, col, row


class SignInDialog(DialogFrame):
    """Stays open until etcd takes the login.

    Signals:
        signed_in: the user's name.
    """

    signed_in = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        about = _("For members, upkeep, users and roles; keys as before.")
        super().__init__(_("Sign in to etcd"), about, desk.profile, QSize(560, 380), parent=parent)
        self._desk, self._busy = desk, False
        self.user, self.password = QLineEdit(ROOT), hidden_edit()
        self.banner = Banner("critical", "")
        self._banner_box = box(row((self.banner, 1)))
        self._banner_box.hide()
        hint = _("Kept in memory only, until you sign out or leave the cluster.")
        user = Field(_("User"), self.user)
        password = Field(_("Password"), self.password, hint)
        self._note = ElidedLabel("", "body", "text2")
        self.cancel_button = button(_("Cancel"), on_click=self.reject)
        self.go_button = button(_("Sign in"), "primary", "log-in", on_click=self.accept)
        self.go_button.setDefault(True)
        body = col(self._banner_box, user, password, None, gap=12, margins=(24, 16, 24, 16))
        foot = row((self._note, 100), None, self.cancel_button, self.go_button, gap=8, margins=(24, 12, 24, 12))
        self.compose(body, foot)
        for edit in (self.user, self.password):
            edit.textChanged.connect(lambda _text: self._refresh())
        self.password.setFocus()
        self._refresh()

    def _refresh(self) -> None:
        why = "" if self.user.text().strip() else _("Enter the user.")
        why = why or ("" if self.password.text() else _("Enter the password."))
        self._note.set_text(_("etcd is asked…") if self._busy else why)
        self.go_button.set_enabled(not (why or self._busy), why)

    def accept(self) -> None:
        """Try it."""
        user, password = self.user.text().strip(), Secret(self.password.text())
        if self._busy or not user or not password:
            return
        self._busy = True
        self._refresh()

        def work(store: Store, job: Job) -> None:
            store.sign_in(user, password, job)

        self._desk.read(self, work, lambda _nothing: self._done(user), self._failed)

    def _done(self, user: str) -> None:
        self.password.clear()
        super().accept()
        self.signed_in.emit(user)

    def _failed(self, error: NasError) -> None:
        self._busy = False
        self.banner.set_message("critical", str(error), error.hint)
        self._banner_box.show()
        self.password.clear()
        self.password.setFocus()
        self._refresh()
