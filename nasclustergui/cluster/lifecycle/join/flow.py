"""Carries out what a node's menu says about joining: dialogs, plans, and what follows a plan (Qt)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget

from nasclustergui.cluster.lifecycle.join import work
from nasclustergui.cluster.lifecycle.join.dialogs.heartbeat_node import HeartbeatDialog
from nasclustergui.cluster.lifecycle.join.dialogs.join_node import JoinDialog
from nasclustergui.cluster.lifecycle.join.heartbeat import plan_remove_heartbeat
from nasclustergui.cluster.lifecycle.join.model import Verdict
from nasclustergui.cluster.lifecycle.join.takeout import plan_take_out
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.ui.errors import present
from nasclustergui.ui.jobs import Jobs


class JoinFlow(QObject):
    """One per open cluster.

    Attributes:
        dialog: what is open now, None for nothing.

    Signals:
        plan_ready: core.plan.Plan, to be shown. notice: (state, text), a toast.
        next_step: (text, words, action id): what comes next, to be offered.
    """

    plan_ready = Signal(object)
    notice = Signal(str, str)
    next_step = Signal(str, str, str)

    def __init__(self, session: Session, jobs: Jobs, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._jobs, self._window = session, jobs, window
        self.dialog: QDialog | None = None
        self._joins: dict[str, str] = {}  # title of a plan → the node that it joins
        self._actions: dict[str, Callable[[str], Any]] = {
            "node.join": self.join,
            "node.heartbeat": self.heartbeat,
            "node.take_out": self.take_out,
        }

    def run_action(self, action: str) -> bool:
        """ "node.join:NAME", "node.heartbeat:NAME", "node.take_out:NAME"; False if it is another one."""
        verb, _colon, node = action.partition(":")
        if verb not in self._actions:
            return False
        self._actions[verb](node)
        return True

    def join(self, node: str) -> JoinDialog:
        """Look at a node of the profile, then plan what it lacks."""
        session = self._session
        look = partial(work.look_at_node, session, node)
        dialog = JoinDialog(node, look, partial(work.prepare_join, session), self._jobs, session.profile, self._window)
        self._open(dialog)
        dialog.plan_ready.connect(partial(self._on_join, node))
        return dialog

    def _on_join(self, node: str, plan: Plan) -> None:
        self._joins[plan.title] = node
        self.plan_ready.emit(plan)

    def on_plan_ended(self, job: Job, plan: Plan, error: Exception | None) -> None:
        """A machine that shall be a manager has joined: promoting it comes next."""
        node = self._joins.get(plan.title, "")
        wanted = self._session.profile.node(node)
        if error is None and not job.cancelled and wanted is not None and wanted.role == "manager":
            text = _("{node} has joined as a worker. Promoting it comes next.").format(node=node)
            self.next_step.emit(text, _("Promote…"), f"roles.promote:{node}")

    def heartbeat(self, node: str) -> HeartbeatDialog:
        """Show the heartbeat service of a node."""
        session = self._session
        dialog = HeartbeatDialog(
            node,
            partial(work.look_at_node, session, node),
            partial(work.prepare_heartbeat, session),
            lambda verdict: plan_remove_heartbeat(verdict.look, session.profile.name),
            self._jobs,
            session.profile,
            self._window,
        )
        self._open(dialog)
        dialog.plan_ready.connect(self.plan_ready)
        return dialog

    def take_out(self, node: str) -> None:
        """Look at what there is of the node, then plan how it goes."""
        self.notice.emit("busy", _("Looking at {node}…").format(node=node))
        self._jobs.submit(
            self,
            Job(_("Look at {node}").format(node=node), quiet=True),
            partial(self._plan_out, node),
            self.plan_ready.emit,
            lambda error: present(self._window, error),
        )

    def _plan_out(self, node: str, job: Job) -> Plan:
        verdict: Verdict = work.look_at_node(self._session, node, job)
        if verdict.look.machine is None:
            first = verdict.findings[0]
            raise NasError(f"{node}: {first.text}", hint=first.more)
        return plan_take_out(verdict.look, self._session.profile.name)

    def _open(self, dialog: QDialog) -> None:
        self.dialog = dialog
        dialog.finished.connect(partial(self._on_finished, dialog))
        dialog.open()

    def _on_finished(self, dialog: QDialog, _result: int) -> None:
        if self.dialog is dialog:
            self.dialog = None
        dialog.deleteLater()

    def close(self) -> None:
        """The cluster is closed: so is what is open."""
        if self.dialog is not None:
            self.dialog.done(QDialog.DialogCode.Rejected)
