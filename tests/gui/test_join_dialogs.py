"""Adding a machine, joining it, its heartbeat: the dialogs, with looks that answer when the test says so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from nasclustergui.cluster.lifecycle.join.dialogs.add_node import AddNodeDialog
from nasclustergui.cluster.lifecycle.join.dialogs.heartbeat_node import HeartbeatDialog
from nasclustergui.cluster.lifecycle.join.dialogs.join_node import JoinDialog
from nasclustergui.cluster.lifecycle.join.flow import JoinFlow
from nasclustergui.cluster.lifecycle.join.look import Tell
from nasclustergui.cluster.lifecycle.join.model import Check, Finding, Look, Verdict
from nasclustergui.cluster.nodes.actions import node_actions
from nasclustergui.cluster.nodes.page import NodesPage
from nasclustergui.core.errors import HostKeyUnknown, InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import Environment, NodeProfile, Profile
from nasclustergui.core.series import SeriesBook
from nasclustergui.subsystems.etcd.model import EtcdState, Registration
from nasclustergui.subsystems.nodes.features.heartbeat.model import Heartbeat, Login
from nasclustergui.subsystems.nodes.features.joining.model import Clock
from nasclustergui.ui import theme
from nasclustergui.ui.jobs import Jobs
from tests.recorded.joining import LOGIN, NODES, machine, member, seen, verdict

PROFILE = Profile("office", tuple(NodeProfile(n, f"10.0.0.{n[-1]}") for n in NODES), Environment.LAB)
PLAN = Plan("Join node5", "office", ())
OK = (Finding(Check.SSH, Severity.OK, "10.0.0.5 lets us in"), Finding(Check.SUDO, Severity.OK, "Commands run as root"))


class Look5:
    """A look that tells one check and then waits for the test."""

    def __init__(self, found: Look | None = None, first: Finding = OK[0]) -> None:
        self.nodes: list[NodeProfile] = []
        self.go = threading.Event()
        self.first = first
        judged = verdict(found or seen())
        self.verdict = Verdict(judged.look, (*OK, *judged.findings))

    def __call__(self, node: NodeProfile, job: Job, tell: Tell) -> Verdict:
        self.nodes.append(node)
        tell(self.first.check, (self.first,))
        while not self.go.is_set():
            job.sleep(0.005)
        return self.verdict


def shot(qtbot: Any, dialog: QWidget, path: Path) -> None:
    qtbot.wait(120)  # wrapped texts are measured once they are shown
    dialog.grab().save(str(path))


@pytest.fixture
def jobs(qtbot: Any, qapp: QApplication) -> Any:
    theme.setup(qapp)
    made = Jobs()
    yield made
    made.close()


def adding(qtbot: Any, jobs: Jobs, look: Look5) -> AddNodeDialog:
    dialog = AddNodeDialog(PROFILE, look, jobs)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def fill(dialog: AddNodeDialog, host: str = "10.0.0.5", name: str = "node5") -> None:
    dialog.form.host.setText(host)
    dialog.form.name.setText(name)


def test_a_node_cannot_be_checked_before_it_can_be_one(qtbot: Any, jobs: Jobs) -> None:
    dialog = adding(qtbot, jobs, Look5())
    assert not dialog.check_button.isEnabled()
    assert not dialog.form.fields["host"].reason  # empty is no mistake yet
    fill(dialog, "10.0.0.1")
    assert "Two nodes have the host" in dialog.form.fields["host"].reason
    fill(dialog, "10.0.0.5", "node2")
    assert "Two nodes are called" in dialog.form.fields["name"].reason
    dialog.form.jump.setText("a b")
    assert "jump host" in dialog.form.fields["jump"].reason
    dialog.form.jump.setText("")
    fill(dialog)
    assert dialog.check_button.isEnabled()


def test_checks_fill_in_while_the_machine_is_looked_at(qtbot: Any, jobs: Jobs, output: Path) -> None:
    look = Look5(seen(clocks={"node1": Clock(0, 0.01), "node5": Clock(-90, 0.01)}, names_there={"node1": ()}))
    dialog = adding(qtbot, jobs, look)
    fill(dialog)
    dialog.check_button.click()
    rows = dialog.checks.rows
    qtbot.waitUntil(lambda: rows[Check.SSH].badge.word == "Fine")
    assert rows[Check.PORTS].badge.word == "Checking"
    assert dialog.stop_button.isVisible()
    assert not dialog.add_button.isVisible()
    shot(qtbot, dialog, output / "join-add-live.png")
    look.go.set()
    qtbot.waitUntil(lambda: dialog.verdict is not None)
    assert rows[Check.CLOCK].badge.word == "In the way"
    assert rows[Check.NAMES].badge.word == "Join does it"
    assert (
        dialog.checks.layout().itemAt(0).layout().itemAt(0).widget() is rows[Check.CLOCK]
    )  # first, what is in the way
    assert "1 thing is in the way of joining. It can be added" in dialog._note.text()
    with qtbot.waitSignal(dialog.add_wanted) as wanted:
        dialog.add_button.click()
    assert wanted.args == [NodeProfile("node5", "10.0.0.5", role="worker")]
    assert not dialog.add_button.isEnabled()
    dialog.fail(InvalidInput("office.toml cannot be written: no space left."))
    assert dialog.add_button.isEnabled()


def test_a_machine_that_is_a_node_already_is_not_added_once_more(qtbot: Any, jobs: Jobs) -> None:
    look = Look5(seen(machine=machine("node5", addresses=("10.0.0.2",))))
    look.go.set()
    dialog = adding(qtbot, jobs, look)
    fill(dialog)
    dialog.start()
    qtbot.waitUntil(lambda: dialog.add_button.isVisible())
    assert not dialog.add_button.isEnabled()
    assert "This machine is node2 already" in dialog.add_button.toolTip()


def test_what_was_found_goes_with_the_address(qtbot: Any, jobs: Jobs) -> None:
    look = Look5()
    look.go.set()
    dialog = adding(qtbot, jobs, look)
    fill(dialog)
    dialog.start()
    qtbot.waitUntil(lambda: dialog.add_button.isVisible())
    dialog.form.host.setText("10.0.0.6")
    assert dialog.verdict is None
    assert not dialog.add_button.isVisible()
    assert dialog.checks.rows[Check.SSH].badge.word == "Not checked"


def test_a_stopped_look_says_that_nothing_was_checked(qtbot: Any, jobs: Jobs) -> None:
    dialog = adding(qtbot, jobs, Look5())
    fill(dialog)
    dialog.start()
    qtbot.waitUntil(lambda: dialog.checks.rows[Check.SSH].badge.word == "Fine")
    dialog.reject()  # Esc
    qtbot.waitUntil(lambda: not dialog.looker.running)
    assert dialog.isVisible()
    assert dialog.checks.rows[Check.PORTS].badge.word == "Not checked"
    assert not dialog.add_button.isVisible()


def test_an_unknown_host_key_is_compared_by_a_person(qtbot: Any, jobs: Jobs) -> None:
    error = HostKeyUnknown("node5", "10.0.0.5", "ssh-ed25519", "SHA256:x", "AAAA")
    refused = Finding(Check.SSH, Severity.CRITICAL, "The host key is not known", error=error)
    look = Look5(first=refused)
    look.verdict = Verdict(seen(machine=None), (refused,))
    look.go.set()
    dialog = adding(qtbot, jobs, look)
    fill(dialog)
    dialog.start()
    qtbot.waitUntil(lambda: dialog.key_button.isVisible())
    with qtbot.waitSignal(dialog.key_asked) as asked:
        dialog.key_button.click()
    assert asked.args == [error]
    assert dialog.checks.rows[Check.SUDO].badge.word == "Not checked"


# ---- joining


def joining(qtbot: Any, jobs: Jobs, found: Look, prepare: Callable[[Verdict, Login, Job], Plan]) -> JoinDialog:
    dialog = JoinDialog("node5", lambda _job, _tell: verdict(found), prepare, jobs, PROFILE)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.verdict is not None)
    return dialog


def test_certificates_that_work_need_no_more(qtbot: Any, jobs: Jobs) -> None:
    logins: list[Login] = []
    dialog = joining(qtbot, jobs, seen(), lambda _v, login, _j: logins.append(login) or PLAN)  # type: ignore[func-returns-value]
    assert dialog.login.proven()
    assert "etcd lets it in" in dialog.login.about.text()
    with qtbot.waitSignal(dialog.plan_ready):
        dialog.go_button.click()
    assert logins == [LOGIN]


def test_a_user_needs_a_password_and_a_refusal_is_told_at_the_field(qtbot: Any, jobs: Jobs, output: Path) -> None:
    tries: list[Login] = []

    def prepare(_verdict: Verdict, login: Login, _job: Job) -> Plan:
        tries.append(login)
        if len(tries) == 1:
            raise InvalidInput("etcd does not let the heartbeat in: wrong.", field="login", hint="Check the user.")
        return PLAN

    dialog = joining(qtbot, jobs, seen(login_said="etcdserver: permission denied"), prepare)
    dialog.login.user.setText("beat")
    dialog.login.user.textEdited.emit("beat")
    assert dialog.missing() == "Enter the password of etcd's user beat."
    dialog.login.password.setText("secret")
    dialog.login.password.textEdited.emit("secret")
    dialog.go_button.click()
    qtbot.waitUntil(lambda: bool(dialog.login.user_field.reason))
    assert "Check the user." in dialog.login.user_field.reason
    shot(qtbot, dialog, output / "join-join.png")
    with qtbot.waitSignal(dialog.plan_ready):
        dialog.go_button.click()
    assert [login.user for login in tries] == ["beat", "beat"]
    assert tries[0].password is not None
    assert "secret" not in repr(tries)


def test_an_etcd_user_of_its_own_needs_nothing_typed(qtbot: Any, jobs: Jobs, output: Path) -> None:
    logins: list[Login] = []
    may = seen(login_said="etcdserver: permission denied", etcd_users=(frozenset({"root"}), frozenset()))
    dialog = joining(qtbot, jobs, may, lambda _v, login, _j: logins.append(login) or PLAN)  # type: ignore[func-returns-value]
    dialog.login.own.setChecked(True)
    assert dialog.missing() == ""
    assert not dialog.login.password.isEnabled()
    shot(qtbot, dialog, output / "join-own-user.png")
    with qtbot.waitSignal(dialog.plan_ready):
        dialog.go_button.click()
    assert logins[0].user == "heartbeat-node5"
    assert len(logins[0].password.reveal()) >= 32  # type: ignore[union-attr]
    other = joining(qtbot, jobs, seen(login_said="etcdserver: permission denied"), lambda *_a: PLAN)
    assert not other.login.own.isVisible()


def test_an_obstacle_leaves_no_way_on(qtbot: Any, jobs: Jobs) -> None:
    dialog = joining(qtbot, jobs, seen(names_there={"node1": ("127.0.1.1",)}), lambda *_a: PLAN)
    assert not dialog.go_button.isEnabled()
    assert "1 thing is in the way of joining." in dialog.missing()


def test_an_edge_node_of_a_cluster_without_etcd_is_asked_for_no_login(qtbot: Any, jobs: Jobs) -> None:
    dialog = joining(qtbot, jobs, seen(has_etcd=False), lambda *_a: PLAN)
    assert not dialog._login_box.isVisible()
    assert dialog.go_button.isEnabled()


# ---- the heartbeat


@pytest.mark.parametrize(
    ("beat", "registered", "word", "button"),
    [
        (Heartbeat(), False, "Not installed", "Install…"),
        (Heartbeat(), True, "Something else registers it", "Install…"),
        (Heartbeat(1, True, "active", True, values={"NODE_NAME": "node5"}), True, "Runs", "Update…"),
        (Heartbeat(0, False, "active", True), True, "Runs, in an old version", "Update…"),
        (Heartbeat(1, True, "active", True), False, "Runs, but is not registered", "Update…"),
        (Heartbeat(1, True, "failed", True), False, "Does not run", "Update…"),
    ],
)
def test_how_the_heartbeat_is(
    qtbot: Any, jobs: Jobs, beat: Heartbeat, registered: bool, word: str, button: str, output: Path
) -> None:
    signs = (Registration("node5", "10.0.0.5", "worker", "online", "2024-01-31T12:00:00Z"),) if registered else ()
    look = seen(heartbeat=beat, etcd=EtcdState((member("node1", True),), signs))
    dialog = HeartbeatDialog("node5", lambda _j, _t: verdict(look), lambda *_a: PLAN, lambda _v: PLAN, jobs, PROFILE)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.stack.showing() == "content")
    assert dialog.badge.word == word
    assert dialog.install_button.text() == button
    assert dialog.remove_button.isEnabled() is (beat.version is not None)
    assert (dialog.facts["role"].text() == "10.0.0.5 · worker · online") is registered
    shot(qtbot, dialog, output / f"join-heartbeat-{beat.active}-{beat.version}-{registered}.png")


def test_a_node_that_cannot_be_asked_is_told(qtbot: Any, jobs: Jobs) -> None:
    found = (Finding(Check.SSH, Severity.CRITICAL, "No connection", "Is it on?"),)
    work = lambda _j, _t: Verdict(seen(machine=None), found)  # noqa: E731
    dialog = HeartbeatDialog("node5", work, lambda *_a: PLAN, lambda _v: PLAN, jobs, PROFILE)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.stack.showing() == "failed")
    assert not dialog.install_button.isEnabled()


# ---- the page


def test_the_page_offers_to_add_a_node(qtbot: Any) -> None:
    page = NodesPage(SeriesBook())
    qtbot.addWidget(page)
    assert page.header_actions() == [page.add_button]
    with qtbot.waitSignal(page.add_wanted):
        page.create_new()  # Ctrl+N
    assert {"node.join", "node.heartbeat", "node.take_out"} <= {action.id for action in node_actions()}


def test_dark_and_large(qtbot: Any, jobs: Jobs, output: Path) -> None:
    theme.use("dark", text_scale=1.25)
    try:
        look = Look5(seen(machine=machine("debian"), disks=(), names_here={"node1": ()}))
        look.go.set()
        dialog = adding(qtbot, jobs, look)
        fill(dialog)
        dialog.start()
        qtbot.waitUntil(lambda: dialog.add_button.isVisible())
        dialog.resize(1080, 760)
        shot(qtbot, dialog, output / "join-add-dark.png")
        join = joining(
            qtbot, jobs, replace(look.verdict.look, login_said="etcdserver: permission denied"), lambda *_a: PLAN
        )
        join.resize(920, 780)
        shot(qtbot, join, output / "join-join-dark.png")
    finally:
        theme.use("light", text_scale=1.0)


class Session:
    """What the flow needs of one."""

    def __init__(self, role: str) -> None:
        self.profile = replace(PROFILE, nodes=(*PROFILE.nodes, NodeProfile("node5", "10.0.0.5", role=role)))


@pytest.mark.parametrize("role", ["manager", "worker"])
def test_a_manager_that_joined_is_offered_to_be_promoted(
    qtbot: Any, jobs: Jobs, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    monkeypatch.setattr("nasclustergui.cluster.lifecycle.join.work.look_at_node", lambda *_a: verdict(seen()))
    monkeypatch.setattr("nasclustergui.cluster.lifecycle.join.work.prepare_join", lambda *_a: PLAN)
    flow = JoinFlow(Session(role), jobs, window)  # type: ignore[arg-type]
    offered: list[tuple[str, str, str]] = []
    flow.next_step.connect(lambda *words: offered.append(words))
    assert flow.run_action("node.join:node5")
    assert not flow.run_action("roles.promote:node5")
    dialog = flow.dialog
    assert isinstance(dialog, JoinDialog)
    qtbot.waitUntil(lambda: dialog.go_button.isEnabled())
    with qtbot.waitSignal(flow.plan_ready):
        dialog.go_button.click()
    flow.on_plan_ended(Job("x"), replace(PLAN, title="Another"), None)
    flow.on_plan_ended(Job("x"), PLAN, InvalidInput("failed"))
    assert offered == []
    flow.on_plan_ended(Job("x"), PLAN, None)
    assert [action for _text, _words, action in offered] == (["roles.promote:node5"] if role == "manager" else [])
