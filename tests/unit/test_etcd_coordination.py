"""Leases, locks, elections, services and heartbeats: read, planned, held; ages whatever the clocks say."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from nasclustergui.core.command import Command
from nasclustergui.core.errors import Cancelled, InvalidInput, PlanOutdated, StoreError
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan, Risk
from nasclustergui.remote.etcd_leases import LeaseLife
from nasclustergui.subsystems.etcd.commands import coordination as words
from nasclustergui.subsystems.etcd.features import Store, checks, runs
from nasclustergui.subsystems.etcd.features.coordination import plans
from nasclustergui.subsystems.etcd.features.coordination.ages import BeatClock, parse_stamp
from nasclustergui.subsystems.etcd.features.coordination.held import Kind
from nasclustergui.subsystems.etcd.features.coordination.model import Beat, Contender, Queue, queue_name
from nasclustergui.subsystems.etcd.features.coordination.read import read_queue, survey
from nasclustergui.subsystems.etcd.features.coordination.recipe import acquire
from tests.unit.etcd_store import MemoryStore, StoreClient, wait_until

LOCK = "/cluster/locks/backup"


@pytest.fixture
def memory() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def store(memory: MemoryStore) -> Iterator[Store]:
    made = Store(StoreClient(memory), SimpleNamespace(), lambda _job: None, {})  # type: ignore[arg-type,return-value]
    yield made
    memory.down = None
    made.held.close()


def run(store: Store, plan: Plan, job: Job | None = None) -> list[str]:
    """Run a plan's steps with their checks, as the manager does; what they print."""
    said = []
    for step in plan.steps:
        job = job or Job("x")
        for name in step.check.split():
            why = checks()[name](store, step, job)
            if why:
                raise PlanOutdated(why)
        count = 2 if step.command.argv[1] == "lease" else 1
        said.append(runs()[step.command.argv[1 : 1 + count]](store, step.command, job).stdout)
    return said


# ---- the recipe


def test_a_lock_is_a_place_in_a_queue_as_etcdctl_makes_it(store: Store, memory: MemoryStore) -> None:
    held = acquire(store.client, store.held, Kind.LOCK, LOCK, 30, Job("x"))
    assert held.key == f"{LOCK}/{held.lease:x}".encode()
    assert memory.keys[held.key].value == b""
    assert memory.leases[held.lease] == 30
    assert (store.held.all(), held.waits) == ((held,), False)
    store.held.close()
    assert not memory.keys


def test_who_comes_later_waits_for_all_before_him(store: Store, memory: MemoryStore) -> None:
    first = memory.lease(60)
    memory.put(f"{LOCK}/{first:x}", "", lease=first)
    second = memory.lease(60)
    memory.put(f"{LOCK}/{second:x}", "", lease=second)
    memory.put(f"{LOCK}/note", "not a place in the queue")
    job, got = Job("x"), []
    thread = threading.Thread(target=lambda: got.append(acquire(store.client, store.held, Kind.LOCK, LOCK, 30, job)))
    thread.start()
    wait_until(lambda: "2 before us" in job.waits_for)
    memory.forget(first)
    wait_until(lambda: "1 before us" in job.waits_for)
    assert not got
    memory.forget(second)
    thread.join(5)
    assert got[0].waits is False


def test_a_cancelled_wait_leaves_nothing_behind(store: Store, memory: MemoryStore) -> None:
    first = memory.lease(60)
    memory.put(f"{LOCK}/{first:x}", "", lease=first)
    job = Job("x")
    threading.Timer(0.1, job.cancel).start()
    with pytest.raises(Cancelled):
        acquire(store.client, store.held, Kind.LOCK, LOCK, 30, job)
    assert list(memory.leases) == [first]
    assert not store.held.all()


def test_a_place_that_vanished_while_it_waited(store: Store, memory: MemoryStore) -> None:
    first = memory.lease(60)
    memory.put(f"{LOCK}/{first:x}", "", lease=first)
    faults: list[BaseException] = []

    def wait() -> None:
        try:
            acquire(store.client, store.held, Kind.LOCK, LOCK, 30, Job("x"))
        except StoreError as error:
            faults.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    wait_until(lambda: len(memory.keys) == 2)
    memory.forget(max(memory.leases))
    thread.join(5)
    assert "place in the queue is gone" in str(faults[0])


@pytest.mark.parametrize("name", ["", " ", "/x/", "a\nb", "-x"])
def test_names_that_cannot_be(name: str) -> None:
    with pytest.raises(InvalidInput):
        words.lock(name)


def test_what_is_no_lease_and_no_time() -> None:
    for text in ("", "0", "xyz", "-5", "8000000000000000"):
        with pytest.raises(InvalidInput):
            words.lease_id(text)
    for ttl in (0, -1, 10**10):
        with pytest.raises(InvalidInput):
            words.checked_ttl(ttl)
    with pytest.raises(InvalidInput):
        words.elect("/e", "")


# ---- reading


def test_one_look_at_everything(store: Store, memory: MemoryStore) -> None:
    acquire(store.client, store.held, Kind.LOCK, LOCK, 30, Job("x"))
    acquire(store.client, store.held, Kind.ELECTION, "/cluster/elections/cron", 60, Job("x"), "desk-3")
    lease = memory.lease(15)
    for entry, value in (("ip", "10.0.0.1"), ("role", "manager"), ("last_heartbeat", "2026-01-01T00:00:00Z")):
        memory.put(f"/cluster/nodes/node1/{entry}", value, lease=lease)
    memory.put("/cluster/nodes/node2/ip", "10.0.0.2")
    memory.put("/cluster/services/web/replicas", "3")
    memory.put("/cluster/services/web/version", "1.2")
    seen = survey(store, Job("x"))
    assert [(q.name, q.election, q.owner.value if q.owner else None) for q in seen.queues] == [
        ("/cluster/elections/cron", True, b"desk-3"),
        (LOCK, False, b""),
    ]
    assert [(b.node, b.ip, b.lease, b.left, b.granted) for b in seen.beats] == [
        ("node1", "10.0.0.1", lease, 14, 15),
        ("node2", "10.0.0.2", 0, None, None),
    ]
    assert [(s.name, dict(s.fields), s.leased) for s in seen.services] == [
        ("web", {"replicas": "3", "version": "1.2"}, False)
    ]
    assert len(seen.leases) == 3
    life = seen.lease(lease)
    assert life is not None
    assert len(life.keys) == 3


def test_what_may_not_be_read_hides_nothing_else(store: Store, memory: MemoryStore) -> None:
    first = memory.lease(60)
    memory.put(f"secret/{first:x}", "", lease=first)
    allowed = memory.get_prefix

    def get_prefix(prefix: Any, **more: Any) -> Any:
        if not bytes(prefix).startswith(b"/cluster/"):
            raise StoreError("etcd does not allow this user to read secret/.")
        return allowed(prefix, **more)

    memory.get_prefix = get_prefix  # type: ignore[method-assign]
    queue = survey(store, Job("x")).queue("secret")
    assert queue is not None
    assert (queue.owner, "does not allow" in queue.error, len(queue.contenders)) == (None, True, 1)
    memory.down = StoreError("No etcd endpoint can be reached.")
    with pytest.raises(StoreError):
        survey(store, Job("x"))


def test_places_in_queues() -> None:
    assert queue_name(b"/cluster/locks/a/1f", 0x1F) == b"/cluster/locks/a"
    assert queue_name(b"/cluster/locks/a/1f", 0x2F) == b""
    assert queue_name(b"1f", 0x1F) == b""


# ---- plans


def test_a_lease_is_granted_kept_and_revoked(store: Store, memory: MemoryStore) -> None:
    plan = plans.plan_grant("lab", 60)
    assert (str(plan.steps[0].command), plan.guarded) == ("etcdctl lease grant 60", False)
    said = run(store, plan)[0]
    lease = next(iter(memory.leases))
    assert said == f"lease {lease:x} granted with TTL(60s)\n"
    assert not store.held.all()
    run(store, plans.plan_keep("lab", LeaseLife(lease, 60, 59)))
    assert [held.lease for held in store.held.all()] == [lease]
    run(store, plans.plan_revoke("lab", LeaseLife(lease, 60, 59), ours=True))
    assert not memory.leases
    assert not store.held.all()
    with pytest.raises(StoreError, match="run out"):
        run(store, plans.plan_keep("lab", LeaseLife(lease, 60, 59)))


def test_a_foreign_lease_with_keys_is_revoked_by_name_and_only_as_planned(store: Store, memory: MemoryStore) -> None:
    lease = memory.lease(15)
    memory.put("/cluster/nodes/node1/ip", "10.0.0.1", lease=lease)
    plan = plans.plan_revoke("lab", store.client.time_to_live(lease))
    assert (plan.risk, plan.confirm, plan.guarded) == (Risk.DESTRUCTIVE, f"{lease:x}", True)
    assert [m.title for m in plan.meaning] == ["1 key vanishes at once", "node1 counts as gone"]
    memory.put("/other", "x", lease=lease)
    with pytest.raises(PlanOutdated, match="Other keys"):
        run(store, plan)
    run(store, plans.plan_revoke("lab", store.client.time_to_live(lease)))
    assert not memory.keys
    with pytest.raises(PlanOutdated, match="ended meanwhile"):
        run(store, plan)


def test_a_lock_is_released_or_taken_away(store: Store, memory: MemoryStore) -> None:
    run(store, plans.plan_lock("lab", LOCK, 30))
    queue = read_queue(store, LOCK, Job("x"))
    ours = plans.plan_release("lab", queue, plans.owned(queue), ours=True)
    assert (ours.risk, ours.confirm, ours.title) == (Risk.SAFE, "", f"Release lock {LOCK}")
    run(store, ours)
    assert not memory.keys
    other = memory.lease(60)
    memory.put(f"{LOCK}/{other:x}", "", lease=other)
    memory.put("/other", "x", lease=other)
    queue = read_queue(store, LOCK, Job("x"))
    forced = plans.plan_release("lab", queue, plans.owned(queue), ours=False)
    assert (forced.risk, forced.confirm, forced.guarded) == (Risk.DESTRUCTIVE, LOCK, True)
    assert forced.meaning[0].title == "Its owner goes on as if it still had it"
    run(store, forced)
    assert list(memory.keys) == [b"/other"]
    with pytest.raises(InvalidInput, match="Nobody holds"):
        plans.owned(read_queue(store, LOCK, Job("x")))


def test_a_candidate(store: Store, memory: MemoryStore) -> None:
    plan = plans.plan_elect("lab", "/cluster/elections/cron", "desk-3")
    assert str(plan.steps[0].command) == "etcdctl elect /cluster/elections/cron desk-3"
    run(store, plan)
    held = store.held.all()[0]
    assert (held.kind, held.value, memory.leases[held.lease]) == (Kind.ELECTION, "desk-3", 60)
    queue = read_queue(store, "/cluster/elections/cron", Job("x"))
    resign = plans.plan_release("lab", queue, plans.owned(queue), ours=True)
    assert resign.title == "Resign from /cluster/elections/cron"
    run(store, resign)
    assert not memory.keys


def test_commands_that_are_none(store: Store) -> None:
    for argv in (("etcdctl", "lock"), ("etcdctl", "lock", "a", "b"), ("etcdctl", "elect", "a")):
        with pytest.raises(InvalidInput):
            runs()[argv[1:2]](store, Command(argv), Job("x"))


def test_a_queue_whose_order_is_not_known_has_no_owner() -> None:
    assert Queue("x", (Contender(b"x/1", 1, 0),), "etcd does not allow it.").owner is None


# ---- ages


def beat(revision: int, stamp: str = "2026-01-01T00:00:00Z") -> Beat:
    return Beat("node1", stamp=stamp, revision=revision, lease=1, left=10, granted=15)


NEW_YEAR = 1767225600.0


def test_a_fresh_heartbeat_is_fresh_whatever_the_nodes_clock_says() -> None:
    clock = BeatClock()
    clock.note([beat(1)], 100.0, NEW_YEAR + 3600)  # the node's clock is an hour behind
    first = clock.age(beat(1), 101.0, NEW_YEAR + 3601)
    assert (first.seconds, first.unchanged, first.by_clock, first.ahead) == (None, 1.0, 3601.0, None)
    assert first.shown is None  # its lease lives 15 s: it can't be an hour old
    clock.note([beat(2)], 104.0, NEW_YEAR + 3604)
    then = clock.age(beat(2), 106.0, NEW_YEAR + 3606)
    assert (then.seconds, then.shown, then.ahead) == (2.0, 2.0, -3604.0)


def test_a_clock_ahead_never_makes_an_old_heartbeat_young() -> None:
    clock = BeatClock()
    clock.note([beat(1)], 100.0, NEW_YEAR - 50)
    assert clock.age(beat(1), 101.0, NEW_YEAR - 49).shown is None
    clock.note([beat(1)], 130.0, NEW_YEAR - 20)
    assert clock.age(beat(1), 140.0, NEW_YEAR + 5).shown == 40.0  # seen unchanged for so long, whatever it says
    assert clock.age(beat(1), 140.0, NEW_YEAR + 3600).shown == 40.0
    clock.note([], 141.0, NEW_YEAR + 6)
    assert clock.age(beat(1), 142.0, NEW_YEAR + 7).shown == 7.0


@pytest.mark.parametrize(
    ("text", "unix"),
    [("2026-01-01T00:00:00Z", NEW_YEAR), ("2026-01-01T01:00:00+01:00", NEW_YEAR), ("1767225600", NEW_YEAR),
     ("1767225600.5", NEW_YEAR + 0.5), ("", None), ("soon", None), ("2026-01-01T00:00:00", None), ("1.2.3", None)],
)  # fmt: skip
def test_stamps(text: str, unix: float | None) -> None:
    assert parse_stamp(text) == unix
