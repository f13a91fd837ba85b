"""The heartbeat service of one node: whether it runs, since when, what it says; install, update, remove."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from nasclustergui.cluster.lifecycle.join.dialogs.login_form import LoginForm
from nasclustergui.cluster.lifecycle.join.dialogs.looker import Looker, Work
from nasclustergui.cluster.lifecycle.join.heartbeat import why_no_heartbeat
from nasclustergui.cluster.lifecycle.join.model import Look, Verdict
from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import Profile
from nasclustergui.core.units import DASH, clock, duration
from nasclustergui.subsystems.nodes.features.heartbeat.files import version
from nasclustergui.subsystems.nodes.features.heartbeat.model import Heartbeat, Login
from nasclustergui.ui.dialog_frame import DialogFrame
from nasclustergui.ui.errors import present
from nasclustergui.ui.jobs import Jobs
from nasclustergui.ui.parts import Badge, Console, Icon, Label, Panel, Stack, box, button, col, label, row

SIZE = QSize(820, 680)
Install = Callable[[Verdict, Login, Job], Plan]
Remove = Callable[[Verdict], Plan]


def state_word(look: Look) -> tuple[str, str]:
    """The state of the heartbeat and its word."""
    beat = look.heartbeat or Heartbeat()
    if beat.version is None:
        return ("warn", _("Not installed")) if look.registration is None else ("info", _("Something else registers it"))
    if beat.running and look.registration is not None:
        if not beat.old and set(beat.endpoints) - set(look.endpoints):
            return "warn", _("Runs, asks a member that is gone")
        return ("warn", _("Runs, in an old version")) if beat.old else ("ok", _("Runs"))
    if beat.running:
        return "critical", _("Runs, but is not registered")
    return "critical", _("Does not run")


def _sign(told: str) -> str:
    """When a node gave its last sign, in this workstation's time; as it is where it can't be read."""
    try:
        at = datetime.fromisoformat(told).timestamp()
    except ValueError:
        return told
    return _("{time}, {age} ago").format(time=clock(at), age=duration(max(0, round(time.time() - at))))


class HeartbeatDialog(DialogFrame):
    """`work` looks, `install` tries the login and plans (both in worker threads), `remove` plans.

    Signals:
        plan_ready: core.plan.Plan.

    Attributes:
        badge, facts, log, login: what it shows. install_button, remove_button, again_button, close_button.
    """

    plan_ready = Signal(object)

    def __init__(
        self,
        node: str,
        work: Work,
        install: Install,
        remove: Remove,
        jobs: Jobs,
        profile: Profile,
        parent: QWidget | None = None,
    ) -> None:
        about = _("Registers the node in etcd and renews that, so that a lost node is noticed.")
        super().__init__(_("Heartbeat of {node}").format(node=node), about, profile, SIZE, parent=parent)
        self._node, self._work, self._install, self._remove, self._jobs = node, work, install, remove, jobs
        self.verdict: Verdict | None = None
        self._preparing = False
        self.badge = Badge("unknown", DASH)
        self.facts: dict[str, Label] = {}
        self.log = Console(_("What it says"), wrap=True)
        self.login = LoginForm()
        self.looker = Looker(jobs, self)
        self.stack = Stack(self._content(), _("Asking {node}…").format(node=node))
        self._icon = Icon("info", "text3")
        self._note: Label = label("", "body", "text2", wrap=True)
        self.remove_button = button(_("Remove…"), "danger-quiet", "trash-2", on_click=self._on_remove)
        self.again_button = button(_("Read again"), icon="refresh-cw", on_click=self.start)
        self.close_button = button(_("Close"), on_click=self.reject)
        self.install_button = button(_("Install…"), "primary", "heart-pulse", on_click=self.accept)
        buttons = (self.remove_button, self.again_button, self.close_button, self.install_button)
        foot = row(self._icon, (self._note, 1), *buttons, gap=8, margins=(24, 12, 24, 12))
        self.compose(col((self.stack, 1), margins=(24, 16, 24, 16)), foot)
        self.login.edited.connect(self._refresh)
        self.looker.ended.connect(self._on_ended)
        self.looker.failed.connect(self._on_failed)
        self.stack.retry.connect(self.start)
        self.stack.stop.connect(self.looker.stop)
        self.start()

    def _content(self) -> QWidget:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        names = {
            "version": _("Version"),
            "since": _("Runs since"),
            "beat": _("Last sign in etcd"),
            "role": _("Registered as"),
            "endpoints": _("Asks"),
        }
        for n, (key, name) in enumerate(names.items()):
            grid.addWidget(label(name, "caption", "text3"), n, 0, Qt.AlignmentFlag.AlignTop)
            self.facts[key] = label(DASH, "body", select=True, wrap=True)
            grid.addWidget(self.facts[key], n, 1)
        grid.setColumnStretch(1, 1)
        head = row(label(_("The service"), "heading"), self.badge, None, gap=10)
        state = Panel(col(head, grid, gap=8, margins=(14, 10, 14, 12)))
        said = col(label(_("What it says"), "label", "text3"), (self.log, 1), gap=4)
        login = Panel(col(self.login, margins=(14, 10, 14, 12)))
        return box(col(state, (box(said), 1), login, gap=12))

    def start(self) -> None:
        """Look, from the beginning."""
        self.verdict = None
        self.stack.show_loading()
        self.looker.start(self._work)
        self._refresh()

    def reject(self) -> None:
        """Esc: nobody waits any longer."""
        self.looker.stop()
        super().reject()

    def _on_ended(self, verdict: Verdict | None) -> None:
        self.verdict = verdict
        if verdict is not None and verdict.look.machine is not None:
            self._show(verdict.look)
            self.stack.show_content()
        else:
            first = verdict.findings[0] if verdict and verdict.findings else None
            text = first.text if first else _("It was not asked.")
            self.stack.show_failed(NasError(f"{self._node}: {text}", hint=first.more if first else ""))
        self._refresh()

    def _on_failed(self, error: Exception) -> None:
        self.stack.show_failed(error)
        self._refresh()

    def _show(self, look: Look) -> None:
        beat = look.heartbeat or Heartbeat()
        self.badge.set_state(*state_word(look))
        shown = DASH if beat.version is None else str(beat.version)
        if beat.old and not beat.newer:
            shown = _("{theirs}, this program has {ours}").format(theirs=shown, ours=version())
            if beat.version == version():
                shown = _("{theirs}, changed by hand").format(theirs=beat.version)
        seen = look.registration
        values = {
            "version": shown,
            "since": clock(beat.since) if beat.running and beat.since else DASH,
            "beat": _sign(seen.last_heartbeat) if seen else DASH,
            "role": f"{seen.ip} · {seen.role} · {seen.status}" if seen else DASH,
            "endpoints": ", ".join(beat.endpoints or look.endpoints),
        }
        for key, text in values.items():
            self.facts[key].set_text(text)
        self.log.set_text("\n".join(beat.log) or _("Nothing yet."))
        self.login.show_look(look)

    def _why_not(self) -> str:
        verdict = self.verdict
        if self.looker.running or verdict is None or verdict.look.machine is None:
            return _("Asks the node")
        if self._preparing:
            return _("Tries the login to etcd")
        return why_no_heartbeat(verdict.look) or self.login.missing()

    def _refresh(self) -> None:
        why = self._why_not()
        beat = self.verdict.look.heartbeat if self.verdict else None
        there = beat is not None and (beat.version is not None or bool(beat.values))
        busy = self.looker.running or self._preparing
        self._icon.set_icon("refresh-cw" if busy else "info", "busy" if busy else "text3")
        self._note.set_text(why)
        self.install_button.set_text(_("Update…") if there else _("Install…"))
        self.install_button.set_enabled(not why, why)
        self.remove_button.set_enabled(there and not busy, _("There is none."))
        self.again_button.set_enabled(not busy)

    def accept(self) -> None:
        """Try the login, make the plan, hand it out."""
        verdict = self.verdict
        if verdict is None or self._why_not():
            return
        login = self.login.login()
        self._preparing = True
        self._refresh()
        self._jobs.submit(
            self,
            Job(_("Plan the heartbeat"), quiet=True),
            lambda job: self._install(verdict, login, job),
            self._on_planned,
            self._on_refused,
            self._refresh,
        )

    def _on_remove(self) -> None:
        if self.verdict is not None:
            try:
                plan = self._remove(self.verdict)
            except NasError as error:
                present(self, error)
                return
            self._on_planned(plan)

    def _on_planned(self, plan: Plan) -> None:
        self._preparing = False
        super().accept()
        self.plan_ready.emit(plan)

    def _on_refused(self, error: Exception) -> None:
        self._preparing = False
        self._refresh()
        if isinstance(error, NasError) and getattr(error, "field", "") == "login":
            self.login.say(" ".join(part for part in (str(error), error.hint) if part))
        else:
            present(self, error)
