"""Asks what is needed to add a member, to compact the history and to save a snapshot."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, QStandardPaths
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QLineEdit, QSpinBox, QWidget

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import NodeProfile, Profile
from nasclustergui.core.units import count
from nasclustergui.remote.etcd_endpoint import parse_endpoint
from nasclustergui.subsystems.etcd.dialogs.forms import PlanForm
from nasclustergui.subsystems.etcd.features.members.plans import plan_add
from nasclustergui.subsystems.etcd.features.members.upkeep_plans import KEEP, plan_compact, plan_snapshot, revision_of
from nasclustergui.subsystems.etcd.model import EtcdState, Member
from nasclustergui.ui.parts import Field, button, row

_PEER_PORT = 2380


class AddMemberDialog(PlanForm):
    """Name, peer URL, with a vote or as a learner; a node of the profile fills both in."""

    def __init__(self, state: EtcdState, cluster: str, profile: Profile | None, parent: QWidget) -> None:
        about = _("etcd on that machine is started afterwards. Nothing is changed before the plan.")
        super().__init__(_("Add a member to etcd"), about, self._plan_add, profile, QSize(680, 560), parent)
        self._state, self._cluster = state, cluster
        self.name, self.url = QLineEdit(), QLineEdit()
        self.fields["name"] = Field(
            _("Name"), self.name, _("As etcd is called there (ETCD_NAME), usually the host name.")
        )
        self.fields["url"] = Field(_("Peer URL"), self.url, _("Where the other members reach it."))
        self.learner = QCheckBox(_("As a learner: without a vote until it has caught up"))
        self.learner.setChecked(True)
        inside = {m.node for m in state.members}
        free = [n for n in (profile.nodes if profile else ()) if n.name not in inside]
        nodes = [self._node_button(node) for node in free]
        for field in (self.name, self.url):
            field.textChanged.connect(lambda _text: self.refresh())
        self.learner.toggled.connect(lambda _on: self.refresh())
        self.finish(row(*nodes, None, gap=6), self.fields["name"], self.fields["url"], self.learner)
        self.name.setFocus()

    def _node_button(self, node: NodeProfile) -> QWidget:
        return button(node.name, small=True, icon="server", on_click=lambda: self.take(node.name, node.host))

    def take(self, node: str, host: str) -> None:
        """A node of the profile, with the scheme and port of the other members."""
        first = next((url for m in self._state.members for url in m.peer_urls), "")
        scheme, port = "https", _PEER_PORT
        if first:
            other = parse_endpoint(first)
            scheme, port = ("https" if other.tls else "http"), other.port
        self.name.setText(node)
        self.url.setText(f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}")

    def _plan_add(self) -> Plan:
        urls = [url.strip() for url in self.url.text().split(",") if url.strip()]
        name = self.name.text().strip()
        if not name:
            raise InvalidInput(_("How is the member called?"))
        return plan_add(self._state, self._cluster, name, urls, learner=self.learner.isChecked())


class CompactDialog(PlanForm):
    """How much history is kept."""

    def __init__(self, state: EtcdState, cluster: str, profile: Profile | None, parent: QWidget) -> None:
        about = _("What keys held long ago takes room. Nothing is changed before the plan.")
        super().__init__(_("Compact etcd's history"), about, self._plan_compact, profile, QSize(640, 440), parent)
        self._state, self._cluster = state, cluster
        newest = revision_of(state) or 0
        self.keep = QSpinBox()
        self.keep.setRange(0, max(0, newest - 1))
        self.keep.setValue(min(KEEP, max(0, newest - 1)))
        self.keep.setGroupSeparatorShown(True)
        hint = _("The newest revision is {n}.").format(n=count(newest))
        self.fields["keep"] = Field(_("Changes that stay readable"), self.keep, hint)
        self.keep.valueChanged.connect(lambda _n: self.refresh())
        self.finish(self.fields["keep"])

    def _plan_compact(self) -> Plan:
        return plan_compact(self._state, self._cluster, self.keep.value())


class SnapshotDialog(PlanForm):
    """From which member, into which file."""

    def __init__(
        self, state: EtcdState, cluster: str, profile: Profile | None, parent: QWidget, chosen: Member | None = None
    ) -> None:
        about = _("All keys, users and roles, in one file on this workstation.")
        super().__init__(_("Save a snapshot of etcd"), about, self._plan_snapshot, profile, QSize(720, 480), parent)
        self._state, self._cluster = state, cluster
        self._members = _sources(state)
        self.member = QComboBox()
        for member in self._members:
            self.member.addItem(_("{member} (leads)").format(member=member.label) if member.leader else member.label)
        if chosen in self._members:
            self.member.setCurrentIndex(self._members.index(chosen))
        self.path = QLineEdit(default_path(cluster))
        self.fields["member"] = Field(
            _("Member"), self.member, _("A follower is asked by default: the leader has most to do.")
        )
        self.fields["path"] = Field(_("File"), self.path, _("A file that is there already is never overwritten."))
        browse = button(_("Choose…"), small=True, icon="download", on_click=self._browse)
        self.member.currentIndexChanged.connect(lambda _n: self.refresh())
        self.path.textChanged.connect(lambda _text: self.refresh())
        self.finish(self.fields["member"], self.fields["path"], row(browse, None))

    def _browse(self) -> None:
        options = QFileDialog.Option.DontConfirmOverwrite
        path, _kind = QFileDialog.getSaveFileName(self, _("Save a snapshot of etcd"), self.path.text(), "", "", options)
        if path:
            self.path.setText(path)

    def _plan_snapshot(self) -> Plan:
        if not self._members:
            raise InvalidInput(_("No member answers."))
        path = self.path.text().strip()
        if not Path(path).is_absolute():
            raise InvalidInput(_("Name the file with its whole path."), field="path")
        return plan_snapshot(self._state, self._cluster, self._members[self.member.currentIndex()], path)


def _sources(state: EtcdState) -> Sequence[Member]:
    """Members that can give a snapshot: followers first."""
    able = [m for m in state.members if m.healthy and not m.learner and m.endpoint]
    return tuple(sorted(able, key=lambda m: (m.leader, m.label)))


def default_path(cluster: str) -> str:
    """In the user's home, with cluster and time in its name."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.HomeLocation)
    safe = "".join(c if c.isalnum() or c in "-_." else "-" for c in cluster)
    return f"{folder}/etcd-{safe}-{time.strftime('%Y%m%d-%H%M%S')}.db"
