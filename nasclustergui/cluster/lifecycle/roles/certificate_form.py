"""Where the certificates of a new member come from: three choices, each with its fields."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QRadioButton, QWidget

from nasclustergui.cluster.lifecycle.roles.certificates import Choice, Source
from nasclustergui.core.command import Secret
from nasclustergui.core.i18n import _
from nasclustergui.ui.parts import Field, box, col, label, row
from nasclustergui.ui.path_field import PathField


class CertificateForm(QWidget):
    """Signals: changed: another choice, or other files."""

    changed = Signal()

    def __init__(self, node: str) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self.options = {
            Source.THERE: QRadioButton(_("Use those on {node}").format(node=node)),
            Source.FILES: QRadioButton(_("Upload from this workstation")),
            Source.ISSUE: QRadioButton(_("Issue with the CA's key")),
        }
        for option in self.options.values():
            self._group.addButton(option)
        self.options[Source.THERE].setChecked(True)
        self.certificate = PathField(_("Certificate"), _("Choose the certificate"))
        self.key = PathField(_("Its key"), _("Choose the key"))
        self.ca = PathField(_("Certificate of the CA"), _("Choose the CA's certificate"))
        self.ca_key = PathField(_("Key of the CA"), _("Choose the CA's key"))
        self.passphrase = QLineEdit()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        opens = Field(_("Passphrase of that key, if it has one"), self.passphrase)
        self.fields = {
            "cert": self.certificate,
            "key": self.key,
            "ca": self.ca,
            "ca_key": self.ca_key,
            "passphrase": opens,
        }
        self._files = box(row((self.certificate, 1), (self.key, 1), gap=12))
        stays = label(_("The CA's key is used here and copied nowhere."), "caption", "text3")
        self._issue = box(col(row((self.ca, 1), (self.ca_key, 1), (opens, 1), gap=12), stays, gap=4))
        title = label(_("Certificates"), "label", "text2")
        self.setLayout(
            col(title, row(*self.options.values(), None, gap=20), self._files, self._issue, gap=8),
        )
        self._group.buttonToggled.connect(self._on_toggled)
        for edit in (self.certificate.edit, self.key.edit, self.ca.edit, self.ca_key.edit, self.passphrase):
            edit.textChanged.connect(self._on_text)
        self._show()

    def source(self) -> Source:
        """The option that is chosen."""
        return next(source for source, option in self.options.items() if option.isChecked())

    def choice(self) -> Choice:
        """All of it."""
        typed = self.passphrase.text()
        return Choice(
            self.source(),
            self.certificate.edit.text().strip(),
            self.key.edit.text().strip(),
            ca=self.ca.edit.text().strip(),
            ca_key=self.ca_key.edit.text().strip(),
            passphrase=Secret(typed) if typed else None,
        )

    def show_fault(self, field: str, reason: str) -> None:
        """Mark the field that it is about; "" as field takes all marks away."""
        for name, each in self.fields.items():
            each.set_invalid(reason if name == field else "")

    def _on_toggled(self, _button: object, on: bool) -> None:
        if on:
            self._show()
            self.changed.emit()

    def _on_text(self) -> None:
        self.show_fault("", "")
        self.changed.emit()

    def _show(self) -> None:
        self._files.setVisible(self.source() is Source.FILES)
        self._issue.setVisible(self.source() is Source.ISSUE)
