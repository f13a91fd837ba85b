"""The third part of a profile's form: how to log in where a node says nothing else."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSpinBox, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.profile import SshDefaults
from nasclustergui.ui.parts import Field, col, label, row
from nasclustergui.ui.path_field import PathField
from nasclustergui.window.profile_form_files import FilesField

_USUAL, _NONE, _OTHER = "usual", "none", "other"


class LoginForm(QWidget):
    """User, port, keys, known hosts, ~/.ssh/config, agent.

    Signals:
        edited: something was typed or chosen.

    Attributes:
        fields: by the field names of `core.profile_check`.
    """

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.user, self.port, self.config_use = QLineEdit(), QSpinBox(), QComboBox()
        self.user.setPlaceholderText("root")
        self.port.setRange(0, 65535)
        self.port.setSpecialValueText(_("22, or as configured"))
        self.keys = FilesField(
            _("Private keys"), _("Choose a private key"), _("One path per line. None: the usual keys of ~/.ssh.")
        )
        self.known_hosts = PathField(
            _("Known hosts"), _("Choose a known_hosts file"), _("Empty: ~/.ssh/known_hosts and the app's own file.")
        )
        self.config = PathField(_("Configuration file"), _("Choose an SSH configuration"))
        for text, data in (
            (_("Use ~/.ssh/config"), _USUAL),
            (_("Use no configuration"), _NONE),
            (_("Use another file"), _OTHER),
        ):
            self.config_use.addItem(text, data)
        self.agent = QCheckBox(_("Ask the SSH agent for keys"))
        self.agent.setChecked(True)
        self.fields = {
            "ssh.user": Field(_("User"), self.user),
            "ssh.port": Field(_("Port"), self.port),
            "ssh.identity_files": self.keys,
            "ssh.known_hosts": self.known_hosts,
            "ssh.config": self.config,
        }
        self._build()
        self._connect()
        self._on_edited()

    def _build(self) -> None:
        line = row((self.fields["ssh.user"], 1), (self.fields["ssh.port"], 1), gap=14)
        for name in ("ssh.user", "ssh.port"):
            line.setAlignment(self.fields[name], Qt.AlignmentFlag.AlignTop)
        self.setLayout(
            col(
                label(_("Login"), "heading"),
                line,
                self.keys,
                self.agent,
                Field(_("SSH configuration"), self.config_use),
                self.config,
                self.known_hosts,
                None,
                gap=12,
            )
        )

    def _connect(self) -> None:
        self.user.textChanged.connect(self._on_edited)
        self.port.valueChanged.connect(self._on_edited)
        self.keys.lines.textChanged.connect(self._on_edited)
        self.known_hosts.edit.textChanged.connect(self._on_edited)
        self.config.edit.textChanged.connect(self._on_edited)
        self.config_use.currentIndexChanged.connect(self._on_edited)
        self.agent.toggled.connect(self._on_edited)

    def set_defaults(self, ssh: SshDefaults) -> None:
        """Show a profile's values."""
        self.user.setText(ssh.user)
        self.port.setValue(ssh.port)
        self.keys.lines.set_lines(ssh.identity_files)
        self.known_hosts.edit.setText(ssh.known_hosts)
        use = _USUAL if ssh.config is None else _OTHER if ssh.config else _NONE
        self.config_use.setCurrentIndex(self.config_use.findData(use))
        self.config.edit.setText(ssh.config or "")
        self.agent.setChecked(ssh.agent)

    def defaults(self) -> SshDefaults:
        """What the form says."""
        use = self.config_use.currentData()
        other = self.config.edit.text().strip()
        return SshDefaults(
            user=self.user.text().strip(),
            port=self.port.value(),
            identity_files=self.keys.lines.lines(),
            known_hosts=self.known_hosts.edit.text().strip(),
            config=None if use == _USUAL or (use == _OTHER and not other) else other if use == _OTHER else "",
            agent=self.agent.isChecked(),
        )

    def _on_edited(self) -> None:
        self.config.setVisible(self.config_use.currentData() == _OTHER)
        self.edited.emit()
