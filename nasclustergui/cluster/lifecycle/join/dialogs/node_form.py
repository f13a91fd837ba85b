"""The fields that describe a node: the same as in the profile."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QSpinBox, QWidget

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.profile import NodeProfile, Profile
from nasclustergui.core.profile_check import problems
from nasclustergui.ui.parts import Field, Label, col, label, row


class NodeForm(QWidget):
    """Name, address, login, place, wanted role.

    Signals:
        edited: something was typed or chosen.

    Attributes:
        fields: by the names of NodeProfile.
    """

    edited = Signal()

    def __init__(self, profile: Profile) -> None:
        super().__init__()
        self._profile = profile
        self.name, self.host, self.user, self.jump = (QLineEdit() for _n in range(4))
        self.port, self.rack, self.role = QSpinBox(), QComboBox(), QComboBox()
        self._prepare(profile)
        ssh = profile.ssh
        self.fields = {
            "host": Field(_("Address"), self.host, _("As this workstation reaches it.")),
            "name": Field(_("Name"), self.name, _("Best its own host name: the other nodes will call it so.")),
            "user": Field(_("User"), self.user, _("Must be able to act as root.")),
            "port": Field(_("SSH port"), self.port),
            "jump": Field(_("Jump host"), self.jump, _("Only where the address is not reached directly.")),
            "rack": Field(_("Rack"), self.rack, _("What fails together. Copies are spread over racks.")),
            "role": Field(_("Role"), self.role),
        }
        self.user.setPlaceholderText(ssh.user or "root")
        login = row((self.fields["user"], 2), (self.fields["port"], 1), gap=10)
        for name in ("user", "port"):
            login.setAlignment(self.fields[name], Qt.AlignmentFlag.AlignTop)
        f = self.fields
        self._role_about: Label = label("", "caption", "text3", wrap=True)
        role = col(f["role"], self._role_about, gap=4)
        self.setLayout(col(f["host"], f["name"], login, f["jump"], f["rack"], role, None, gap=12))
        self._about_role()

    def _prepare(self, profile: Profile) -> None:
        self.host.setPlaceholderText("10.0.0.15")
        self.port.setRange(0, 65535)
        self.port.setSpecialValueText(str(profile.ssh.port or 22))
        self.jump.setPlaceholderText("user@host:port")
        self.rack.setEditable(True)
        self.rack.addItems(["", *dict.fromkeys(node.rack for node in profile.nodes if node.rack)])
        roles = (("worker", _("Worker")), ("manager", _("Manager")), ("edge", _("Edge")))
        for role, title in roles:
            self.role.addItem(title, role)
        for edit in (self.name, self.host, self.user, self.jump):
            edit.textChanged.connect(self.edited)
        self.port.valueChanged.connect(self.edited)
        self.rack.currentTextChanged.connect(self.edited)
        self.role.currentIndexChanged.connect(self._on_role)

    def _on_role(self) -> None:
        self._about_role()
        self.edited.emit()

    def _about_role(self) -> None:
        about = {
            "worker": _("Storage and containers, no say in etcd."),
            "manager": _("Also an etcd member. It joins as a worker; promoting is the step after."),
            "edge": _("Containers and computing, no bricks: it is no peer of the pool."),
        }
        self._role_about.set_text(about[self.role.currentData()])

    def node(self) -> NodeProfile:
        """What the form says."""
        return NodeProfile(
            self.name.text().strip(),
            self.host.text().strip(),
            self.user.text().strip(),
            self.port.value(),
            self.rack.currentText().strip(),
            self.role.currentData(),
            self.jump.text().strip(),
        )

    def check(self, complain: bool) -> str:
        """Why it can't be used, "" if it can. `complain`: outline also what is merely empty."""
        node = self.node()
        found = _problems(self._profile, node)
        for name, field in self.fields.items():
            empty = name in ("name", "host") and not getattr(node, name)
            said = found.get(name, "")
            field.set_invalid(said if said and (complain or not empty) else "")
        if not node.host:
            return _("Name the address of the machine.")
        if not node.name:
            return _("Give the node a name.")
        return next(iter(found.values()), "")


def _problems(profile: Profile, node: NodeProfile) -> dict[str, str]:
    """Field → why its value can't work."""
    with_it = Profile(profile.name, (*profile.nodes, node), ssh=profile.ssh)
    where = f"nodes[{len(profile.nodes)}]."
    found: dict[str, str] = {}
    for problem in problems(with_it):
        if problem.field.startswith(where):
            found.setdefault(problem.field.removeprefix(where), _said(problem))
        elif problem.field == "nodes":
            taken = {each.name.casefold() for each in profile.nodes}
            found.setdefault("name" if node.name.casefold() in taken else "host", _said(problem))
    return found


def _said(problem: InvalidInput) -> str:
    return " ".join(part for part in (str(problem), problem.hint) if part)
