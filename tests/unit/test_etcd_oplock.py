"""The operation lock: taken, shared by one program's lanes, waited for, lost, broken, and done without."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from nasclustergui.core.errors import Cancelled, LockHeld, LockLost, NasError, StoreError
from nasclustergui.core.job import Job
from nasclustergui.core.oplock import LockState
from nasclustergui.core.plan import Plan, Risk
from nasclustergui.remote.etcd_types import EventKind, KeyValue, WatchEvent, WatchKind, WatchState
from nasclustergui.remote.guard import NoGuard
from nasclustergui.subsystems.etcd.features.keys.driver import run_txn
from nasclustergui.subsystems.etcd.features.oplock.lock import OperationLock
from nasclustergui.subsystems.etcd.features.oplock.model import KEY, holder_of
from nasclustergui.subsystems.etcd.features.oplock.plans import plan_break
from nasclustergui.subsystems.etcd.features.oplock.sight import Sight
from tests.unit.etcd_store import MemoryStore, wait_until

DOWN = StoreError("No etcd endpoint can be reached.")
RAW = KEY.encode()


def lock(store: MemoryStore, who: str) -> OperationLock:
    return OperationLock(lambda: store, who)  # type: ignore[arg-type,return-value]


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def anna(store: MemoryStore) -> Iterator[OperationLock]:
    made = lock(store, "anna@desk-3")
    yield made
    store.down = None
    made.close()


@pytest.fixture
def bert(store: MemoryStore) -> Iterator[OperationLock]:
    made = lock(store, "bert@desk-4")
    yield made
    store.down = None
    made.close()


def plan(title: str = "Heal volume data", lane: str = "gluster") -> Plan:
    return Plan(title, "lab", (), lane=lane)


def value(store: MemoryStore) -> dict[str, Any]:
    return dict(json.loads(store.keys[RAW].value))


def test_it_is_taken_under_a_lease_and_given_back(store: MemoryStore, anna: OperationLock) -> None:
    hold = anna.hold(plan(), Job("x"), 0.0)
    assert store.calls == ["get", "lease", "txn"]
    assert store.leases == {store.keys[RAW].lease: 15}
    said = value(store)
    assert (said["who"], said["title"], said["lane"], said["more"]) == ("anna@desk-3", "Heal volume data", "gluster", 0)
    assert (len(said["plan"]), said["instance"]) == (12, anna.instance)
    hold.release()
    assert RAW not in store.keys
    assert not store.leases
    assert not anna.held
    assert store.calls[3:] == ["revoke"]


def test_the_other_one_is_told_who_and_what(store: MemoryStore, anna: OperationLock, bert: OperationLock) -> None:
    hold = anna.hold(plan(), Job("x"), 0.0)
    with pytest.raises(LockHeld, match=r"anna@desk-3 runs “Heal volume data” since [0-9:]+") as caught:
        bert.hold(plan("Stop volume data"), Job("y"), 0.0)
    assert "nothing was done" in caught.value.hint
    assert len(store.leases) == 1  # no lease is left behind
    hold.release()
    bert.hold(plan("Stop volume data"), Job("y"), 0.0).release()


def test_two_lanes_of_one_program_share_it(store: MemoryStore, anna: OperationLock, bert: OperationLock) -> None:
    first = anna.hold(plan(), Job("x"), 0.0)
    second = anna.hold(plan("Save a key", "etcd"), Job("y"), 0.0)
    assert (value(store)["title"], value(store)["more"]) == ("Heal volume data", 1)
    first.release()
    assert (value(store)["title"], value(store)["more"]) == ("Save a key", 0)
    with pytest.raises(LockHeld, match="Save a key"):
        bert.hold(plan(), Job("z"), 0.0)
    second.release()
    assert RAW not in store.keys


def test_who_waits_gets_it(store: MemoryStore, anna: OperationLock, bert: OperationLock) -> None:
    hold, job, got = anna.hold(plan(), Job("x"), 0.0), Job("y"), []
    thread = threading.Thread(target=lambda: got.append(bert.hold(plan("Stop volume data"), job, None)))
    thread.start()
    wait_until(lambda: job.waits_for.startswith("anna@desk-3 runs"))
    store.down = DOWN  # etcd's silence is no reason to stop waiting: somebody's change runs
    wait_until(lambda: store.calls[-1] == "get" and store.calls.count("get") > 2)
    assert not got
    store.down = None
    hold.release()
    thread.join(5)
    assert value(store)["who"] == "bert@desk-4"
    assert job.waits_for == ""
    assert not job.remarks
    got[0].release()


def test_waiting_ends_with_the_job_or_with_the_time(anna: OperationLock, bert: OperationLock) -> None:
    hold, job = anna.hold(plan(), Job("x"), 0.0), Job("y")
    threading.Timer(0.1, job.cancel).start()
    with pytest.raises(Cancelled):
        bert.hold(plan(), job, None)
    with pytest.raises(LockHeld):
        bert.hold(plan(), Job("z"), 0.1)
    hold.release()


def test_somebody_was_faster(store: MemoryStore, anna: OperationLock) -> None:
    other = json.dumps({"who": "carla@desk-5", "instance": "c", "title": "Add node5", "started": 1.0})

    def race() -> None:
        store.before_txn = lambda: None
        store.put(KEY, other)

    store.before_txn = race
    with pytest.raises(LockHeld, match="carla@desk-5 runs “Add node5” since 1970-01-01"):
        anna.hold(plan(), Job("x"), 0.0)
    assert not store.leases


def test_a_try_whose_answer_got_lost(store: MemoryStore, anna: OperationLock) -> None:
    def broken() -> None:
        store.before_txn = lambda: None
        store.put(KEY, f'{{"instance": "{anna.instance}"}}', lease=store.keys_lease())  # type: ignore[attr-defined]
        raise StoreError("etcd did not answer in time.", ambiguous=True)

    store.keys_lease = lambda: next(iter(store.leases))  # type: ignore[attr-defined]
    store.before_txn = broken
    hold = anna.hold(plan(), Job("x"), 0.0)
    assert anna.held
    hold.check(Job("x"))
    hold.release()
    assert RAW not in store.keys


def test_without_etcd_the_plan_runs_and_says_so(store: MemoryStore, anna: OperationLock) -> None:
    store.down, job = DOWN, Job("x")
    hold = anna.hold(plan(), job, None)
    hold.check(job)
    assert job.remarks == ["Not guarded against a second administrator. No etcd endpoint can be reached."]
    assert [line for _at, _node, line in job.output] == job.remarks
    hold.release()
    NoGuard("There is none.").hold(plan(), other := Job("y"), 0.0).release()
    assert other.remarks == ["Not guarded against a second administrator. There is none."]


def test_an_unguarded_plan_takes_the_lock_as_soon_as_etcd_is_back(store: MemoryStore, anna: OperationLock) -> None:
    store.down = DOWN
    hold = anna.hold(plan(), Job("x"), 0.0)
    store.down = None
    hold.check(Job("x"))
    assert value(store)["title"] == "Heal volume data"
    hold.release()
    assert RAW not in store.keys


def test_an_unguarded_plan_that_meets_another_one_goes_on(
    store: MemoryStore, anna: OperationLock, bert: OperationLock
) -> None:
    """It may be the one that mended etcd."""
    store.down, job = DOWN, Job("x")
    hold = anna.hold(plan(), job, 0.0)
    store.down = None
    other = bert.hold(plan("Stop volume data"), Job("y"), 0.0)
    hold.check(job)
    assert "bert@desk-4 runs “Stop volume data”" in job.remarks[-1]
    hold.release()
    assert value(store)["who"] == "bert@desk-4"
    other.release()


def test_a_lock_that_ran_out_is_taken_again_where_it_is_free(store: MemoryStore, anna: OperationLock) -> None:
    both = [anna.hold(plan(), Job("x"), 0.0), anna.hold(plan("Save a key"), Job("y"), 0.0)]
    lost = store.keys[RAW].lease
    store.forget(lost)
    job = Job("x")
    for hold in both:
        hold.check(job)
    assert any("taken again" in remark for remark in job.remarks)
    assert store.keys[RAW].lease != lost
    assert value(store)["more"] == 1
    for hold in both:
        hold.release()
    assert RAW not in store.keys
    assert not store.leases


def test_a_lock_that_ran_out_and_was_somebody_elses_meanwhile_stops_the_plan(
    store: MemoryStore, anna: OperationLock, bert: OperationLock
) -> None:
    hold = anna.hold(plan(), Job("x"), 0.0)
    store.forget(store.keys[RAW].lease)
    bert.hold(plan("Stop volume data"), Job("y"), 0.0).release()  # came, changed something, went
    with pytest.raises(LockLost, match="bert@desk-4 ran “Stop volume data” in between"):
        hold.check(Job("x"))
    hold.release()
    assert RAW not in store.keys
    assert not store.leases
    anna.hold(plan(), Job("z"), 0.0).release()  # a new plan is made from what is there now: it may run


def test_a_lock_that_ran_out_and_is_taken_stops_the_plan(
    store: MemoryStore, anna: OperationLock, bert: OperationLock
) -> None:
    hold = anna.hold(plan(), Job("x"), 0.0)
    store.forget(store.keys[RAW].lease)
    other = bert.hold(plan("Stop volume data"), Job("y"), 0.0)
    with pytest.raises(LockLost, match="bert@desk-4 runs “Stop volume data”"):
        hold.check(Job("x"))
    hold.release()
    assert value(store)["who"] == "bert@desk-4"
    other.release()


def test_etcd_silent_between_steps_stops_nothing(store: MemoryStore, anna: OperationLock) -> None:
    hold, job = anna.hold(plan(), Job("x"), 0.0), Job("x")
    store.down = DOWN
    asked = len(store.calls)
    hold.check(job)
    hold.check(job)
    assert len(store.calls) == asked + 1  # not asked at every step
    assert "Not guarded" in job.remarks[0]


def test_breaking_it(store: MemoryStore, anna: OperationLock, bert: OperationLock) -> None:
    hold = anna.hold(plan(), Job("x"), 0.0)
    second = anna.hold(plan("Save a key"), Job("y"), 0.0)
    broke = plan_break(holder_of(store.keys[RAW]), "lab")
    assert (broke.confirm, broke.risk, broke.guarded) == ("anna@desk-3", Risk.DESTRUCTIVE, False)
    run_txn(_Around(store), broke.steps[0].command, Job("z"))  # type: ignore[arg-type]
    with pytest.raises(LockLost, match="broke"):
        hold.check(Job("x"))
    other = bert.hold(plan("Stop volume data"), Job("z"), 0.0)
    with pytest.raises(LockLost):
        second.check(Job("y"))
    with pytest.raises(NasError):  # an old plan breaks no newer lock
        run_txn(_Around(store), broke.steps[0].command, Job("z"))  # type: ignore[arg-type]
    hold.release(), second.release()
    assert value(store)["who"] == "bert@desk-4"
    other.release()


class _Around:
    def __init__(self, client: MemoryStore) -> None:
        self.client = client


@pytest.mark.parametrize(
    ("raw", "who"),
    [(b"", "somebody"), (b"\xff\x00", "somebody"), (b"[1]", "somebody"), (b'{"who": 3, "started": NaN}', "somebody"),
     (b'{"who": "x", "started": 1e30, "more": -1}', "x")],
)  # fmt: skip
def test_values_of_other_programs(raw: bytes, who: str) -> None:
    holder = holder_of(KeyValue(RAW, raw, 7))
    assert (holder.who, holder.started, holder.more, holder.create_revision) == (who, 0.0, 0, 7)
    assert "since —" in holder.sentence


def test_what_the_screen_sees(store: MemoryStore, anna: OperationLock) -> None:
    sight = Sight("me")
    assert sight.view.state is LockState.UNKNOWN
    assert sight.read(store).state is LockState.FREE  # type: ignore[arg-type]
    hold = anna.hold(plan(), Job("x"), 0.0)
    view = sight.read(store)  # type: ignore[arg-type]
    assert view.state is LockState.TAKEN
    assert view.holder is not None
    assert view.holder.who == "anna@desk-3"
    assert Sight(anna.instance).read(store).state is LockState.OURS  # type: ignore[arg-type]
    store.down = DOWN
    assert (sight.read(store).state, sight.view.why) == (LockState.MISSING, str(DOWN))  # type: ignore[arg-type]
    store.down = None
    hold.release()


def test_the_watch_shows_changes_and_never_older_ones() -> None:
    told: list[str] = []

    class Watching(MemoryStore):
        def watch_prefix(self, _prefix: str, on_events: Any, on_state: Any) -> None:
            self.on_events, self.on_state = on_events, on_state

    store, sight = Watching(), Sight("me")
    sight.follow(store, lambda: told.append("changed"), lambda: told.append("ask"))  # type: ignore[arg-type]
    store.on_state(WatchState(WatchKind.CONNECTED, "u", 1))
    store.on_state(WatchState(WatchKind.LOST, "u", 1))
    store.on_events((WatchEvent(EventKind.PUT, KeyValue(RAW, b'{"who": "a"}', 5, 5)),))
    assert sight.view.state is LockState.TAKEN
    store.on_events((WatchEvent(EventKind.PUT, KeyValue(RAW + b"/x", b"", 6, 6)),))
    store.on_events((WatchEvent(EventKind.DELETE, KeyValue(RAW, mod_revision=4)),))  # the listing was newer
    assert sight.view.state is LockState.TAKEN
    store.on_events((WatchEvent(EventKind.DELETE, KeyValue(RAW, mod_revision=7)),))
    assert sight.view.state is LockState.FREE
    assert told == ["ask", "changed", "changed", "changed", "changed"]
