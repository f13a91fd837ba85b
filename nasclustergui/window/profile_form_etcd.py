"""The fourth part of a profile's form: how to reach etcd."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.profile import EtcdProfile, NodeProfile
from nasclustergui.ui.parts import Field, button, col, label
from nasclustergui.ui.path_field import PathField
from nasclustergui.window.profile_form_files import LinesField

PORT = 2379
MEMBERS = 3  # etcd runs on the first nodes of a cluster


def endpoints_of(nodes: Iterable[NodeProfile]) -> tuple[str, ...]:
    """Where etcd usually listens: on the first nodes, with TLS."""
    hosts = [node.host for node in nodes if node.host][:MEMBERS]
    return tuple(f"https://[{host}]:{PORT}" if ":" in host else f"https://{host}:{PORT}" for host in hosts)


class EtcdForm(QWidget):
    """Endpoints, TLS files, user.

    Signals:
        edited: something was typed.
        fill_wanted: the endpoints shall follow from the nodes: answer with `fill`.

    Attributes:
        fields: by the field names of `core.profile_check`.
    """

    edited = Signal()
    fill_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.user = QLineEdit()
        self.fill_button = button(_("Fill from nodes"), "quiet", "combine", small=True, on_click=self.fill_wanted.emit)
        self.endpoints = LinesField(
            _("Endpoints"), 3, self.fill_button, _("One per line. None: the app works without etcd and says so.")
        )
        self.ca = PathField(_("Certificate of the authority"), _("Choose the authority's certificate"))
        self.cert = PathField(_("Client certificate"), _("Choose the client certificate"))
        self.key = PathField(_("Key of the client certificate"), _("Choose the key"))
        self.fields = {
            "etcd.endpoints": self.endpoints,
            "etcd.ca": self.ca,
            "etcd.cert": self.cert,
            "etcd.key": self.key,
            "etcd.user": Field(_("User of etcd"), self.user, _("Only where etcd asks for users.")),
        }
        self.setLayout(col(label(_("etcd"), "heading"), *self.fields.values(), None, gap=12))
        self.endpoints.lines.textChanged.connect(self.edited)
        for edit in (self.ca.edit, self.cert.edit, self.key.edit, self.user):
            edit.textChanged.connect(self.edited)

    def fill(self, nodes: Iterable[NodeProfile]) -> None:
        """Take the endpoints from the nodes."""
        self.endpoints.lines.set_lines(endpoints_of(nodes))

    def set_etcd(self, etcd: EtcdProfile) -> None:
        """Show a profile's values."""
        self.endpoints.lines.set_lines(etcd.endpoints)
        for field, text in ((self.ca, etcd.ca), (self.cert, etcd.cert), (self.key, etcd.key)):
            field.edit.setText(text)
        self.user.setText(etcd.user)

    def etcd(self) -> EtcdProfile:
        """What the form says."""
        return EtcdProfile(
            self.endpoints.lines.lines(),
            self.ca.edit.text().strip(),
            self.cert.edit.text().strip(),
            self.key.edit.text().strip(),
            self.user.text().strip(),
        )
