"""Asks what is needed for a lock, a candidacy and a lease."""

from __future__ import annotations

import platform

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLineEdit, QSpinBox, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import Profile
from nasclustergui.subsystems.etcd.commands.coordination import LOCK_TTL
from nasclustergui.subsystems.etcd.dialogs.forms import PlanForm
from nasclustergui.subsystems.etcd.features.coordination.plans import plan_elect, plan_grant, plan_lock
from nasclustergui.ui.parts import Field

LOCKS, ELECTIONS = "/cluster/locks/", "/cluster/elections/"
_LONGEST = 24 * 3600  # seconds; longer ones make no sense for what is held by hand


class AcquireDialog(PlanForm):
    """The lock's name, and how long it outlives this program."""

    def __init__(self, cluster: str, profile: Profile | None, parent: QWidget) -> None:
        about = _("Held until you release it or close this window.")
        super().__init__(_("Acquire a lock"), about, self._plan_lock, profile, QSize(640, 520), parent)
        self._cluster = cluster
        self.name, self.ttl = QLineEdit(LOCKS), _seconds(LOCK_TTL)
        self.fields["name"] = Field(
            _("Name"), self.name, _("As etcdctl lock is given it: who asks for the same name waits.")
        )
        self.fields["ttl"] = Field(
            _("Outlives this program by (seconds)"), self.ttl, _("So long others wait if this computer fails.")
        )
        self.name.textChanged.connect(lambda _text: self.refresh())
        self.ttl.valueChanged.connect(lambda _n: self.refresh())
        self.finish(self.fields["name"], self.fields["ttl"])
        self.name.setFocus()
        self.name.end(False)

    def _plan_lock(self) -> Plan:
        return plan_lock(self._cluster, self.name.text().strip(), self.ttl.value())


class ElectDialog(PlanForm):
    """The election's name, and what the others see of the leader."""

    def __init__(self, cluster: str, profile: Profile | None, parent: QWidget) -> None:
        about = _("Leads until you resign or close this window.")
        super().__init__(_("Stand for election"), about, self._plan_elect, profile, QSize(640, 560), parent)
        self._cluster = cluster
        self.name, self.value = QLineEdit(ELECTIONS), QLineEdit(platform.node())
        self.fields["name"] = Field(_("Name"), self.name, _("As etcdctl elect is given it."))
        self.fields["value"] = Field(_("Value"), self.value, _("What programs that observe the election see."))
        for field in (self.name, self.value):
            field.textChanged.connect(lambda _text: self.refresh())
        self.finish(self.fields["name"], self.fields["value"])
        self.name.setFocus()
        self.name.end(False)

    def _plan_elect(self) -> Plan:
        return plan_elect(self._cluster, self.name.text().strip(), self.value.text().strip())


class GrantDialog(PlanForm):
    """How long the lease lives."""

    def __init__(self, cluster: str, profile: Profile | None, parent: QWidget) -> None:
        about = _("Keys that are written under a lease vanish when it ends.")
        super().__init__(_("Grant a lease"), about, self._plan_grant, profile, QSize(600, 400), parent)
        self._cluster = cluster
        self.ttl = _seconds(LOCK_TTL)
        self.fields["ttl"] = Field(_("Seconds"), self.ttl, _("It counts down at once, unless somebody renews it."))
        self.ttl.valueChanged.connect(lambda _n: self.refresh())
        self.finish(self.fields["ttl"])

    def _plan_grant(self) -> Plan:
        return plan_grant(self._cluster, self.ttl.value())


def _seconds(value: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(1, _LONGEST)
    box.setGroupSeparatorShown(True)
    box.setValue(value)
    return box
