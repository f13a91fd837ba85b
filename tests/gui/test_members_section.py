"""The section of etcd's members, driven as a person does, with a store that answers what a test prepared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import StoreError
from nasclustergui.core.plan import Plan, Risk
from nasclustergui.core.profile import NodeProfile, Profile
from nasclustergui.subsystems.etcd.dialogs.members import AddMemberDialog, CompactDialog, SnapshotDialog
from nasclustergui.subsystems.etcd.features.store import Store
from nasclustergui.subsystems.etcd.model import EtcdState, Member, MemberAlarm
from nasclustergui.subsystems.etcd.page.desk import Desk
from nasclustergui.subsystems.etcd.page.section import View
from nasclustergui.subsystems.etcd.page.sections.members import MembersSection
from nasclustergui.ui import theme
from nasclustergui.ui.jobs import Jobs

MIB = 1 << 20
PROFILE = Profile("fra-storage", tuple(NodeProfile(f"node{n}", f"10.0.0.1{n}") for n in range(1, 5)))
SETTINGS = (
    "ETCD_NAME=node3\nETCD_DATA_DIR=/var/lib/etcd/default\nETCD_INITIAL_ADVERTISE_PEER_URLS=https://10.0.0.13:2380\n"
    "\n== etcd inactive\n"
)


def member(n: int, **change: Any) -> Member:
    healthy = Member(
        0xA0 + n,
        f"node{n}",
        f"node{n}",
        (f"https://10.0.0.1{n}:2379",),
        (f"https://10.0.0.1{n}:2380",),
        True,
        leader=n == 1,
        version="3.4.23",
        db_size=24 * MIB,
        raft_term=7,
        raft_index=412_345,
        endpoint=f"https://10.0.0.1{n}:2379",
        db_in_use=9 * MIB,
        revision=31_207,
        seconds=0.004,
    )
    return replace(healthy, **change)


def silent(n: int) -> Member:
    nothing = {"db_size": None, "db_in_use": None, "raft_term": None, "raft_index": None, "revision": None}
    return member(n, healthy=False, error="no answer in time", version="", seconds=None, leader=False, **nothing)


def state(*members: Member, alarms: tuple[MemberAlarm, ...] = ()) -> EtcdState:
    return EtcdState(members or (member(1), member(2), member(3)), (), alarms, 1_700_000_000.0)


FULL = tuple(MemberAlarm("NOSPACE", f"node{n}") for n in (1, 2, 3))


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> Iterator[None]:
    theme.setup(qapp)
    theme.use("light")
    yield
    theme.use("light")


class FakeNode:
    name = "node3"

    def run(self, _command: Command, _job: object) -> Result:
        return Result(0, SETTINGS)


class Scene:
    def __init__(self, qtbot: QtBot) -> None:
        self.now = state()
        self.jobs = Jobs()
        nodes: Any = {f"node{n}": FakeNode() for n in range(1, 5)}
        client: Any = None
        store = Store(client, nodes, lambda _job: self.now, {})
        self.section = MembersSection(Desk("fra-storage", PROFILE, self.jobs, lambda: store))
        qtbot.addWidget(self.section)
        self.section.resize(1180, 680)
        self.section.show()
        self.plans: list[Plan] = []
        self.section.plan_proposed.connect(self.plans.append)
        self.show(self.now)

    def show(self, now: EtcdState, error: StoreError | None = None) -> None:
        self.now = now
        self.section.set_view(View(now, error))

    def choose(self, n: int) -> None:
        self.section.select(f"node{n}")
        found = self.section.member()
        assert found is not None
        assert found.label == f"node{n}"

    def words(self) -> dict[str, str]:
        model = self.section.tree.rows
        rows = [model.row(model.index(i, 0)) for i in range(model.shown_count())]
        return {row.cells[0].text: row.cells[1].text for row in rows if row is not None}


@pytest.fixture
def scene(qtbot: QtBot) -> Iterator[Scene]:
    made = Scene(qtbot)
    yield made
    made.jobs.close()


def lines(plan: Plan) -> list[str]:
    return [str(step.command) for step in plan.steps]


def press(scene: Scene, name: str) -> None:
    one = getattr(scene.section.card, name)
    assert one in scene.section.card.offered
    assert one.isEnabled(), one.toolTip()
    one.click()


def test_members_are_listed_and_selection_survives_a_poll(scene: Scene) -> None:
    assert scene.words() == {"node1": "Leads", "node2": "Follows", "node3": "Follows"}
    scene.choose(3)
    scene.show(state(member(1), member(2, seconds=0.009), member(3, raft_index=412_999)))
    chosen = scene.section.member()
    assert chosen is not None
    assert chosen.label == "node3"
    assert scene.section._banner_box.isHidden()


def test_what_is_not_known_is_a_dash(scene: Scene) -> None:
    scene.show(state(member(1), member(2), silent(3)))
    scene.choose(3)
    row = scene.section.tree.current_row()
    assert row is not None
    assert [cell.text for cell in row.cells[1:7]] == ["No answer", "—", "—", "—", "—", "—"]
    assert scene.section.banner.title() == "One more loss stops all changes of settings"


def test_without_a_leader_it_is_said_loudly_and_nothing_is_offered_that_needs_one(scene: Scene) -> None:
    scene.show(state(member(1, leader=False), silent(2), silent(3)))
    section = scene.section
    assert section.banner.title().startswith("etcd has no leader: 1 of 3 members with a vote answers, 2 are needed")
    assert not section.add_button.isEnabled()
    assert section.snapshot_button.isEnabled()
    scene.choose(1)
    assert section.card.offered == (section.card.force,)


def test_a_new_beginning_must_be_typed_and_says_what_is_lost(scene: Scene, qtbot: QtBot) -> None:
    scene.show(state(member(3, leader=False), silent(1), silent(2)))
    scene.choose(3)
    press(scene, "force")
    qtbot.waitUntil(lambda: bool(scene.plans))
    plan = scene.plans[0]
    assert (plan.risk, plan.confirm) == (Risk.DESTRUCTIVE, "node3")
    assert "had not received are lost" in plan.meaning[0].title
    assert any("ETCD_FORCE_NEW_CLUSTER=true" in line for line in lines(plan))
    assert any("cp -a -T" in line for line in lines(plan))
    assert [step.node for step in plan.steps][:2] == ["node1", "node2"]


def test_old_values_never_look_fresh(scene: Scene) -> None:
    scene.show(state(), StoreError("No etcd endpoint can be reached."))
    row = scene.section.tree.current_row()
    assert row is not None
    assert all(cell.stale for cell in row.cells if cell.kind != "state")
    assert not scene.section.add_button.isEnabled()


def test_nothing_was_read_yet_or_could_be(qtbot: QtBot) -> None:
    section = MembersSection(Desk("fra-storage", PROFILE))
    qtbot.addWidget(section)
    section.show()
    assert section.stack.showing() == "loading"
    section.set_view(View(None, StoreError("No etcd endpoint can be reached.")))
    assert section.stack.showing() == "failed"


def test_the_leader_is_moved_and_a_member_removed_by_plans(scene: Scene) -> None:
    scene.choose(2)
    press(scene, "lead")
    assert lines(scene.plans[-1]) == ["etcdctl move-leader a2"]
    QTest.keyClick(scene.section.tree, Qt.Key.Key_Delete)
    plan = scene.plans[-1]
    assert lines(plan) == ["etcdctl member remove a2"]
    assert (plan.confirm, plan.risk) == ("node2", Risk.DESTRUCTIVE)  # 2 voters tolerate no loss
    assert plan.meaning[0].text == "Afterwards 2 voters tolerate no loss: the next one stops all changes."


def test_a_healthy_member_stays_while_another_is_away(scene: Scene) -> None:
    scene.show(state(member(1), member(2), silent(3)))
    scene.choose(2)
    assert not scene.section.card.remove.isEnabled()
    assert "all changes would stop" in scene.section.card.remove.toolTip()
    scene.choose(3)
    press(scene, "remove")
    assert lines(scene.plans[-1]) == ["etcdctl member remove a3"]


def test_members_are_defragmented_one_by_one_the_leader_last(scene: Scene) -> None:
    scene.show(state(member(1), member(2), member(3, db_in_use=24 * MIB)))
    QTest.mouseClick(scene.section.defragment_button, Qt.MouseButton.LeftButton)
    plan = scene.plans[-1]
    assert lines(plan) == [f"env ETCDCTL_ENDPOINTS=https://10.0.0.1{n}:2379 etcdctl defrag" for n in (2, 1)]
    assert any("Left out: node3" in one.title for one in plan.meaning)


def test_a_learner_gets_its_vote(scene: Scene) -> None:
    scene.show(state(member(1), member(2), member(3), member(4, learner=True)))
    assert scene.words()["node4"] == "Learner"
    scene.choose(4)
    press(scene, "promote")
    plan = scene.plans[-1]
    assert lines(plan) == ["etcdctl member promote a4"]
    assert "with 4 it stays 1" in plan.meaning[0].text


def test_a_full_database_is_rescued_in_one_plan(scene: Scene, qtbot: QtBot) -> None:
    scene.show(state(alarms=FULL))
    assert scene.words() == {"node1": "Full", "node2": "Full", "node3": "Full"}
    QTest.mouseClick(scene.section.nospace_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(scene.plans))
    told = lines(scene.plans[-1])
    assert told[0] == "etcdctl compact 31207 --physical=true"
    assert [line.partition("10.0.0.1")[2][:1] for line in told[1:4]] == ["2", "3", "1"]
    assert told[4:] == ["etcdctl alarm disarm", "etcdctl txn", "etcdctl txn"]
    assert "quota 2.0\u00a0GiB" in scene.plans[-1].meaning[0].text
    scene.section.disarm()
    assert lines(scene.plans[-1]) == ["etcdctl alarm disarm"]


def test_a_lost_member_is_rescued_in_one_plan(scene: Scene, qtbot: QtBot) -> None:
    scene.show(state(member(1), member(2), silent(3)))
    scene.choose(3)
    press(scene, "rescue")
    qtbot.waitUntil(lambda: bool(scene.plans))
    plan = scene.plans[-1]
    told = lines(plan)
    assert told[:2] == ["systemctl stop etcd", "etcdctl member remove a3"]
    assert "mv -T" in told[2]
    assert "rm " not in " ".join(told)
    assert told[3] == "etcdctl member add node3 --peer-urls=https://10.0.0.13:2380 --learner"
    joined = ",".join(f"node{n}=https://10.0.0.1{n}:2380" for n in (1, 2, 3))
    assert f"$aETCD_INITIAL_CLUSTER={joined}" in plan.steps[4].command.argv
    assert "$aETCD_INITIAL_CLUSTER_STATE=existing" in plan.steps[4].command.argv
    assert told[5] == "systemctl start etcd"
    assert "member promote" in told[6]
    assert plan.risk is Risk.CAUTION


def test_a_member_is_added_with_its_arithmetic_before_the_plan(scene: Scene) -> None:
    scene.section.create_new()
    dialog = scene.section.dialog
    assert isinstance(dialog, AddMemberDialog)
    assert not dialog.go_button.isEnabled()
    dialog.take("node4", "10.0.0.14")
    assert dialog.url.text() == "https://10.0.0.14:2380"
    assert dialog.go_button.isEnabled(), dialog.missing()
    dialog.url.setText("https://10.0.0.12:2380")
    assert "node2 listens at" in dialog.missing()
    dialog.url.setText("http://10.0.0.14:2380")
    assert "speak https" in dialog.missing()
    dialog.url.setText("https://10.0.0.14:2380")
    dialog.learner.setChecked(False)
    dialog.learner.setChecked(True)
    dialog.accept()
    assert lines(scene.plans[-1]) == ["etcdctl member add node4 --peer-urls=https://10.0.0.14:2380 --learner"]


def test_history_and_snapshot_dialogs_end_in_plans(scene: Scene) -> None:
    scene.section.compact()
    dialog = scene.section.dialog
    assert isinstance(dialog, CompactDialog)
    dialog.keep.setValue(200)
    dialog.accept()
    assert lines(scene.plans[-1]) == ["etcdctl compact 31007 --physical=true"]
    scene.section.snapshot()
    dialog = scene.section.dialog
    assert isinstance(dialog, SnapshotDialog)
    assert dialog.member.currentText() == "node2"
    dialog.path.setText("relative.db")
    assert "whole path" in dialog.missing()
    dialog.path.setText("/tmp/etcd.db")
    dialog.accept()
    assert lines(scene.plans[-1]) == [
        "env ETCDCTL_ENDPOINTS=https://10.0.0.12:2379 etcdctl snapshot save /tmp/etcd.db",
        "etcdctl snapshot status /tmp/etcd.db",
    ]


@pytest.mark.parametrize("look", ["light", "dark"])
def test_pictures(qtbot: QtBot, look: str, output: Any) -> None:
    theme.use(look)
    scene = Scene(qtbot)
    scenes = {
        "well": state(member(1), member(2, db_in_use=23 * MIB), member(3), member(4, learner=True)),
        "leaderless": state(member(1, leader=False), silent(2), silent(3)),
        "full": state(alarms=FULL),
        "lost": state(member(1), member(2), silent(3)),
    }
    for name, now in scenes.items():
        scene.show(now)
        scene.choose(3)
        qtbot.wait(30)
        assert scene.section.grab().save(str(output / f"members-{look}-{name}.png"))
    scene.section.resize(1000, 560)  # of a window of 1280 × 800
    qtbot.wait(30)
    assert scene.section.grab().save(str(output / f"members-{look}-small.png"))
    scene.section.add()
    dialog = scene.section.dialog
    assert isinstance(dialog, AddMemberDialog)
    dialog.take("node4", "10.0.0.14")
    qtbot.wait(30)
    assert dialog.grab().save(str(output / f"members-{look}-add.png"))
    scene.jobs.close()
