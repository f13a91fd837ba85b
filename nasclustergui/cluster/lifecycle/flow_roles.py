"""Promote and demote from the Nodes page: asks, shows, proposes the plan; notices what is left of etcd somewhere."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from nasclustergui.cluster.lifecycle.roles.certificates import Choice
from nasclustergui.cluster.lifecycle.roles.demote import Leaver, plan_demote
from nasclustergui.cluster.lifecycle.roles.dialog import DemoteDialog, Done, Failed, PromoteDialog
from nasclustergui.cluster.lifecycle.roles.model import Candidate
from nasclustergui.cluster.lifecycle.roles.promote import plan_promote
from nasclustergui.cluster.lifecycle.roles.read import read_candidate
from nasclustergui.cluster.lifecycle.roles.read_leaver import read_leaver, read_leavers, read_role
from nasclustergui.cluster.session import Session
from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.errors import NasError
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.subsystems.etcd.features import Store
from nasclustergui.ui.desk import Desk
from nasclustergui.ui.errors import present
from nasclustergui.ui.jobs import Jobs

PROMOTE, DEMOTE = "roles.promote", "roles.demote"


class RolesFlow(QObject):
    """One per open cluster; lives in the GUI thread.

    Attributes:
        dialog: the one that is open, None otherwise.
        left: nodes that are no members, and on which something of etcd is left.

    Signals:
        plan_proposed: core.plan.Plan. left_changed: `left` is another.
    """

    plan_proposed = Signal(object)
    left_changed = Signal()

    def __init__(self, session: Session, jobs: Jobs, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._window = session, window
        self._desk: Desk[Store] = Desk(jobs, session.store)
        self.dialog: PromoteDialog | DemoteDialog | None = None
        self.left: frozenset[str] = frozenset()
        self._looked: frozenset[str] = frozenset()
        self._looking = False

    def run_action(self, action: str) -> bool:
        """ "roles.promote:NODE", "roles.demote:NODE"; False for anything else."""
        verb, _colon, node = action.partition(":")
        if verb == PROMOTE:
            self.promote(node)
        elif verb == DEMOTE:
            self.demote(node)
        else:
            return False
        return True

    def promote(self, node: str) -> PromoteDialog:
        """Ask about making the node a manager."""
        roles: dict[str, str] = {}

        def work(choice: Choice, store: Store, job: Job) -> Candidate:
            found = read_candidate(store, node, job, choice)
            roles[node] = read_role(store, node, job)
            return found

        def look(choice: Choice, done: Done, failed: Failed) -> Job:
            return self._desk.read(dialog, partial(work, choice), done, failed)

        def plan(found: Candidate) -> Plan:
            return plan_promote(found, roles[node], self._session.profile)

        dialog = PromoteDialog(node, look, plan, self._session.profile, self._window)
        dialog.take_back.connect(lambda: self.demote(node))
        self._open(dialog)
        return dialog

    def demote(self, node: str) -> DemoteDialog:
        """Ask about making the node a worker, or about what is left of etcd there."""

        def look(done: Done, failed: Failed) -> Job:
            return self._desk.read(dialog, lambda store, job: read_leaver(store, node, job), done, failed)

        def plan(found: Leaver) -> Plan:
            return plan_demote(found, self._session.profile)

        dialog = DemoteDialog(node, look, plan, self._session.profile, self._window)
        self._open(dialog)
        return dialog

    def _open(self, dialog: PromoteDialog | DemoteDialog) -> None:
        self.dialog = dialog
        dialog.plan_ready.connect(self.plan_proposed)
        dialog.refused.connect(lambda error: present(dialog, error))
        dialog.finished.connect(lambda _result: self._on_finished(dialog))
        dialog.open()

    def _on_finished(self, dialog: PromoteDialog | DemoteDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None
        dialog.deleteLater()

    def close(self) -> None:
        """The cluster is being left."""
        if self.dialog is not None:
            self.dialog.reject()

    # ---- what is left of etcd on nodes that are no members

    def set_state(self, state: ClusterState) -> None:
        """Look, once each time they come online, at the nodes that are no members."""
        online = frozenset(node.name for node in state.nodes.nodes if node.online)
        self._looked &= online
        if state.etcd is None or "etcd" in state.errors or self._looking:
            return
        members = {member.node for member in state.etcd.members}
        self._set_left(self.left - members)
        wanted = online - members - self._looked
        if wanted:
            self._looking = True
            self._looked |= wanted
            self._desk.read(self, partial(_look_left, tuple(sorted(wanted))), self._on_left, self._on_not_left)

    def look_again(self) -> None:
        """A plan ended: what was seen may be wrong."""
        self._looked = frozenset()

    def _on_left(self, found: Mapping[str, bool]) -> None:
        self._looking = False
        yes = {node for node, left in found.items() if left}
        self._set_left((self.left - found.keys()) | yes)

    def _on_not_left(self, _error: NasError) -> None:
        """Nobody asked for it: the next time that they come online."""
        self._looking = False

    def _set_left(self, left: frozenset[str]) -> None:
        if left != self.left:
            self.left = left
            self.left_changed.emit()


def _look_left(nodes: tuple[str, ...], store: Store, job: Job) -> Mapping[str, bool]:
    return {node: found.leftovers for node, found in read_leavers(store, nodes, job).items()}
