"""The section of coordination over a store in memory: tables, states, buttons, what is held and what was lost."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from pytestqt.qtbot import QtBot

from nasclustergui.core.errors import StoreError
from nasclustergui.core.job import Job
from nasclustergui.core.oplock import Holder, LockState, LockView
from nasclustergui.core.plan import Plan, Risk
from nasclustergui.subsystems.etcd.features import Store
from nasclustergui.subsystems.etcd.features.coordination.held import Kind
from nasclustergui.subsystems.etcd.features.coordination.recipe import acquire
from nasclustergui.subsystems.etcd.page.desk import Desk
from nasclustergui.subsystems.etcd.page.sections.coordination import CoordinationSection
from nasclustergui.subsystems.etcd.page.sections.coordination.rows import skew_text
from nasclustergui.ui.jobs import Jobs
from tests.gui import cluster_scenes
from tests.unit.etcd_store import MemoryStore, StoreClient

LOCK, ELECTION = "/cluster/locks/backup", "/cluster/elections/cron"


@pytest.fixture
def memory() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def store(memory: MemoryStore) -> Iterator[Store]:
    made = Store(StoreClient(memory), SimpleNamespace(), lambda _job: None, {})  # type: ignore[arg-type,return-value]
    yield made
    memory.down = None
    made.held.close()


@pytest.fixture
def section(qtbot: QtBot, store: Store) -> Iterator[CoordinationSection]:
    jobs = Jobs()
    desk = Desk(cluster_scenes.PROFILE.name, cluster_scenes.PROFILE, jobs, lambda: store)
    made = CoordinationSection(desk)
    qtbot.addWidget(made)
    made.resize(1000, 600)
    yield made
    made.leave()
    jobs.close()


def show(qtbot: QtBot, section: CoordinationSection) -> None:
    section.show()
    qtbot.waitUntil(lambda: section.survey is not None)


def again(qtbot: QtBot, section: CoordinationSection) -> None:
    before = section.survey
    section.desk.changed.emit()  # a plan ended
    qtbot.waitUntil(lambda: section.survey is not before)


def cells(section: CoordinationSection, view: str, key: str) -> list[str]:
    tree = getattr(section, view).tree
    row = tree.rows.row(tree.rows.find(key))
    return [cell.text.replace("\u00a0", " ") for cell in row.cells] if row is not None else []


def foreign(memory: MemoryStore, name: str, value: str = "") -> int:
    lease = memory.lease(60)
    memory.put(f"{name}/{lease:x}", value, lease=lease)
    return lease


def proposed(section: CoordinationSection) -> list[Plan]:
    plans: list[Plan] = []
    section.plan_proposed.connect(plans.append)
    return plans


def test_nothing_is_held(qtbot: QtBot, section: CoordinationSection) -> None:
    show(qtbot, section)
    assert section.stack.showing() == "content"
    assert section.queues._empty.isVisible()
    assert not section.queues.tree.isVisible()
    assert not section.release_button.isEnabled()
    assert not section._held_box.isVisible()


def test_our_places_and_those_of_others(
    qtbot: QtBot, section: CoordinationSection, store: Store, memory: MemoryStore
) -> None:
    acquire(store.client, store.held, Kind.LOCK, LOCK, 60, Job("x"))
    waits = foreign(memory, LOCK)
    leader = foreign(memory, ELECTION, "node1")
    show(qtbot, section)
    assert cells(section, "queues", f"queue:{LOCK}") == [LOCK, "Lock", "Held here", "1", "—", "59 s of 1 min"]
    assert cells(section, "queues", f"queue:{ELECTION}")[1:5] == ["Election", "Led", "0", "node1"]
    assert cells(section, "queues", f"place:{LOCK}/{waits:x}")[2] == "Waits"
    assert section._held_line.text() == f"Held by this window until it is closed: lock {LOCK}."
    plans = proposed(section)
    section.queues.tree.select_key(f"queue:{LOCK}")
    assert section.release_button.text() == "Release…"
    section.release_button.click()
    section.queues.tree.select_key(f"place:{ELECTION}/{leader:x}")
    assert section.release_button.text() == "Depose…"
    section.release_button.click()
    assert [(plan.risk, plan.confirm) for plan in plans] == [(Risk.SAFE, ""), (Risk.DESTRUCTIVE, ELECTION)]


def test_leases_say_what_they_are_for(
    qtbot: QtBot, section: CoordinationSection, store: Store, memory: MemoryStore
) -> None:
    beat = memory.lease(15)
    memory.put("/cluster/nodes/node1/ip", "10.0.0.1", lease=beat)
    operation = memory.lease(15)
    memory.put("/cluster/locks/operation", "{}", lease=operation)
    bare = memory.lease(60)
    ours = acquire(store.client, store.held, Kind.LOCK, LOCK, 60, Job("x")).lease
    show(qtbot, section)
    holds = [cells(section, "leases", f"lease:{lease:x}")[4] for lease in (beat, operation, bare, ours)]
    assert holds == [
        "Heartbeat of node1", "The cluster's operation lock", "Nothing hangs on it", f"Place in {LOCK}",
    ]  # fmt: skip
    assert cells(section, "leases", f"lease:{ours:x}")[1] == "Kept alive here"
    plans = proposed(section)
    section.select("leases")
    section.leases.tree.select_key(f"lease:{ours:x}")
    assert not section.keep_button.isEnabled()
    section.revoke_button.click()
    section.leases.tree.select_key(f"lease:{beat:x}")
    section.keep_button.click()
    section.revoke_button.click()
    assert [plan.risk for plan in plans] == [Risk.SAFE, Risk.SAFE, Risk.DESTRUCTIVE]


def test_what_was_lost_is_told_once(
    qtbot: QtBot, section: CoordinationSection, store: Store, memory: MemoryStore
) -> None:
    held = acquire(store.client, store.held, Kind.LOCK, LOCK, 60, Job("x"))
    told: list[str] = []
    section.notice.connect(lambda _state, text: told.append(text))
    show(qtbot, section)
    memory.forget(held.lease)
    again(qtbot, section)
    again(qtbot, section)
    assert cells(section, "queues", f"lost:{held.lease:x}")[2] == "Lost"
    assert told == [f"This window no longer holds {LOCK}."]
    assert not section._held_box.isVisible()


def test_heartbeats(qtbot: QtBot, section: CoordinationSection, memory: MemoryStore) -> None:
    names = [node.name for node in cluster_scenes.PROFILE.nodes]
    lease = memory.lease(15)
    memory.put(f"/cluster/nodes/{names[0]}/last_heartbeat", "2020-01-01T00:00:00Z", lease=lease)
    memory.put(f"/cluster/nodes/{names[1]}/ip", "10.0.0.2")
    show(qtbot, section)
    assert cells(section, "beats", f"node:{names[0]}")[1:3] == ["Alive", "—"]  # its lease lives: it isn't years old
    assert cells(section, "beats", f"node:{names[1]}")[1:3] == ["No lease", "—"]
    assert cells(section, "beats", f"node:{names[2]}")[1] == "Not registered"
    memory.put(f"/cluster/nodes/{names[0]}/last_heartbeat", "2020-01-01T00:00:05Z", lease=lease)
    again(qtbot, section)
    row = cells(section, "beats", f"node:{names[0]}")
    assert row[2] == "0 s"  # years old by the node's clock, fresh by ours
    assert row[4].startswith("−")


def test_old_values_are_marked(qtbot: QtBot, section: CoordinationSection, memory: MemoryStore) -> None:
    memory.down = StoreError("No etcd endpoint can be reached.", hint="Check that etcd runs.")
    section.show()
    qtbot.waitUntil(lambda: section.stack.showing() == "failed")
    memory.down = None
    lease = memory.lease(15)
    name = cluster_scenes.PROFILE.nodes[0].name
    memory.put(f"/cluster/nodes/{name}/ip", "10.0.0.1", lease=lease)
    section.stack.retry.emit()
    qtbot.waitUntil(lambda: section.stack.showing() == "content")
    memory.down = StoreError("No etcd endpoint can be reached.")
    section.desk.changed.emit()
    qtbot.waitUntil(lambda: cells(section, "beats", f"node:{name}")[1] == "Not read")


def test_services(qtbot: QtBot, section: CoordinationSection, memory: MemoryStore) -> None:
    memory.put("/cluster/services/web/replicas", "3")
    memory.put("/cluster/services/web/port", "8080")
    show(qtbot, section)
    assert cells(section, "services", "service:web") == ["web", "3", "—", "For good", "port = 8080"]
    section.set_filter("nothing like it")
    assert section.services.tree.rows.shown_count() == 0


def test_the_operation_lock_is_always_there(qtbot: QtBot, section: CoordinationSection) -> None:
    show(qtbot, section)
    holder = Holder("bert@desk-4", "b", "Heal volume data", started=1795452153.0)
    commands: list[str] = []
    section.command.connect(commands.append)
    for state, text, broken in (
        (LockState.FREE, "Nobody changes the cluster now", False),
        (LockState.TAKEN, holder.sentence, True),
        (LockState.OURS, "This window runs “Heal volume data”.", False),
        (LockState.MISSING, "Not guarded against a second administrator", False),
        (LockState.UNKNOWN, "Who changes the cluster is not read yet", False),
    ):
        section.desk.set_lock(LockView(state, holder, "etcd did not answer in time."))
        assert section.operation.text.text() == text
        assert section.operation.break_button.isVisible() == broken
    section.operation.break_button.click()
    assert commands == ["operation.break"]


def test_forms_lead_to_plans(qtbot: QtBot, section: CoordinationSection) -> None:
    show(qtbot, section)
    plans = proposed(section)
    section.create_new()
    dialog = section.dialog
    assert dialog is not None
    assert not dialog.go_button.isEnabled()  # a prefix is no name yet
    dialog.name.setText(LOCK)  # type: ignore[attr-defined]
    dialog.go_button.click()
    section.elect_button.click()
    dialog = section.dialog
    dialog.name.setText(ELECTION)  # type: ignore[attr-defined]
    dialog.go_button.click()
    section.grant_button.click()
    section.dialog.go_button.click()
    assert [str(plan.steps[0].command).split()[:2] for plan in plans] == [
        ["etcdctl", "lock"], ["etcdctl", "elect"], ["etcdctl", "lease"],
    ]  # fmt: skip
    assert not any(plan.guarded for plan in plans)


@pytest.mark.parametrize(
    ("ahead", "text"), [(None, "—"), (3.0, "fits"), (-4.9, "fits"), (12.0, "+12 s"), (-3600.0, "−1 h")]
)
def test_clocks(ahead: float | None, text: str) -> None:
    assert skew_text(ahead).replace("\u00a0", " ") == text
