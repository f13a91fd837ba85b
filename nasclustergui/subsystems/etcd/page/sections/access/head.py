"""The lines above the tables: who administrates, and whether etcd asks for a login."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.etcd.features.access.model import Survey
from nasclustergui.ui.parts import Badge, ElidedLabel, button, col, row


class Head(QWidget):
    """Signals: sign_in, sign_out, switch (authentication, the other way)."""

    sign_in = Signal()
    sign_out = Signal()
    switch = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.who = ElidedLabel("", "body", "text")
        self.badge = Badge("stale", _("Not known"))
        self.auth = ElidedLabel("", "body", "text2")
        self.in_button = button(_("Sign in as…"), "normal", "log-in", small=True, on_click=self.sign_in.emit)
        self.out_button = button(_("Sign out"), icon="log-out", small=True, on_click=self.sign_out.emit)
        self.switch_button = button(_("Switch on…"), icon="shield", small=True, on_click=self.switch.emit)
        self.out_button.hide()
        top = row((self.who, 100), None, self.out_button, self.in_button, gap=8)
        bottom = row(self.badge, (self.auth, 100), None, self.switch_button, gap=8)
        self.setLayout(col(bottom, top, gap=8, margins=(16, 8, 12, 8)))

    def show_survey(self, seen: Survey, error: str = "") -> None:
        """`error`: why it could not be read again since."""
        self.who.set_text(who_text(seen))
        said = auth_said(seen)
        self.badge.set_state("stale" if error else said.state, said.word)
        self.auth.set_text(said.text)
        self.in_button.set_enabled(seen.auth and not error, error or _("Authentication is off: nobody needs to."))
        self.out_button.setVisible(bool(seen.admin))
        self.switch_button.set_text(_("Switch off…") if seen.auth else _("Switch on…"))
        self.switch_button.set_icon("lock-open" if seen.auth else "shield")
        why = error or (denied_text(seen) if seen.error is not None else "")
        self.switch_button.set_enabled(not why, why)


class Said(NamedTuple):
    """A state, its word, and what it means."""

    state: str
    word: str
    text: str


def auth_said(seen: Survey) -> Said:
    """Whether etcd asks for a login."""
    if seen.auth:
        return Said("ok", _("Authentication on"), _("etcd asks everybody for a login and obeys roles."))
    return Said("warn", _("Authentication off"), _("Whoever reaches etcd may read and change every key."))


def who_text(seen: Survey) -> str:
    """As whom this program works and as whom it administrates."""
    if not seen.auth and seen.admin:
        return _("{admin} stays signed in here, but etcd does not ask for it now.").format(admin=seen.admin)
    if not seen.auth:
        return _("Nobody is signed in: etcd does not ask.")
    own = seen.own or _("nobody")
    way = _("by certificate") if seen.by_certificate else _("by password")
    if seen.admin:
        text = _("Administrates as {admin}, until you sign out or leave the cluster. Keys are read as {own} ({way}).")
        return text.format(admin=seen.admin, own=own, way=way)
    return _("This program logs in as {own} ({way}).").format(own=own, way=way)


def denied_text(seen: Survey) -> str:
    """Why users and roles can't be read."""
    error = seen.error
    if error is None:
        return ""
    if error.denied:
        return _("{user} may not administrate etcd: sign in as root.").format(user=seen.acting or _("This login"))
    return f"{error} {error.hint}".strip()
