"""The live feed, the past of keys, comparisons, restores: without a server."""

from __future__ import annotations

import pytest
from changes_store import HistoryStore
from hypothesis import given
from hypothesis import strategies as st

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Risk
from nasclustergui.remote.etcd_types import (
    Delete,
    EventKind,
    KeyValue,
    Put,
    WatchEvent,
    WatchKind,
    WatchState,
)
from nasclustergui.subsystems.etcd.commands.txn import parse_txn
from nasclustergui.subsystems.etcd.features.changes.diff import Mark, compare, short, shown
from nasclustergui.subsystems.etcd.features.changes.feed import VALUE_BYTES, Feed, What
from nasclustergui.subsystems.etcd.features.changes.read import read_comparison, read_history
from nasclustergui.subsystems.etcd.features.changes.restore import plan_restore, plan_restore_keys

KEY = "/cluster/config/a"
LIVE = WatchState(WatchKind.CONNECTED, "https://10.0.0.1:2379", 5)


def put(key: str, revision: int, value: bytes = b"v", version: int = 2, prev: bytes | None = b"old") -> WatchEvent:
    kv = KeyValue(key.encode(), value, 1, revision, version)
    return WatchEvent(EventKind.PUT, kv, None if prev is None else KeyValue(key.encode(), prev))


def feed(**limits: int) -> Feed:
    made = Feed(clock=lambda: 100.0, **limits)
    made.on_state(LIVE)
    return made


# ---- the feed


def test_a_feed_tells_what_happened() -> None:
    live = feed()
    live.on_events((put("/a", 5, version=1, prev=None), put("/a", 6), put("/b", 6, prev=None)))
    gone = KeyValue(b"/a", mod_revision=7)
    live.on_events((WatchEvent(EventKind.DELETE, gone, KeyValue(b"/a", b"x")), WatchEvent(EventKind.DELETE, gone)))
    told = [(c.what, c.old, c.new, c.old_known, c.revision) for c in live.changes()]
    assert told == [
        (What.CREATED, None, b"v", True, 5),
        (What.CHANGED, b"old", b"v", True, 6),
        (What.CHANGED, None, b"v", False, 6),
        (What.DELETED, b"x", None, True, 7),
        (What.DELETED, None, None, False, 7),
    ]
    assert live.standing.revision == 8


def test_heartbeats_are_counted_and_do_not_push_changes_out() -> None:
    live = feed(kept=3)
    key = "/cluster/nodes/node1/last_heartbeat"
    live.on_events((put(key, 5, version=1, prev=None),))
    live.on_events(tuple(put(key, n) for n in range(6, 1006)))
    assert live.counts().heartbeats == {key.encode(): 1000}
    assert [c.what for c in live.changes()] == [What.CREATED]  # a node that came is no heartbeat
    assert len(live.changes(heartbeats=True)) == 501
    live.on_events((WatchEvent(EventKind.DELETE, KeyValue(key.encode(), mod_revision=1006)),))
    assert [c.what for c in live.changes()] == [What.CREATED, What.DELETED]


def test_the_feed_is_bounded_and_counts_what_it_forgets() -> None:
    live = feed(kept=10)
    live.on_events(tuple(put("/a", n) for n in range(5, 30)))
    assert [c.revision for c in live.changes()] == list(range(20, 30))
    assert (live.counts().changes, live.counts().dropped) == (25, 15)
    heavy = feed(kept_bytes=50_000)
    heavy.on_events(tuple(put("/a", n, bytes(40_000), prev=None) for n in range(5, 15)))
    assert len(heavy.changes()) == 3
    last = heavy.changes()[-1]
    assert (len(last.new or b""), last.sizes) == (VALUE_BYTES, (0, 40_000))


def test_a_lost_connection_resumes() -> None:
    live = feed()
    live.on_events((put("/a", 9),))
    live.on_state(WatchState(WatchKind.LOST, "https://10.0.0.1:2379", 10, "no answer"))
    assert (live.standing.live, live.standing.revision, live.standing.error) == (False, 10, "no answer")
    live.on_state(WatchState(WatchKind.CONNECTED, "https://10.0.0.2:2379", 10))
    assert (live.standing.live, live.standing.losses, live.standing.endpoint[-6:]) == (True, 1, "2:2379")
    assert live.counts().gaps == 0


def test_compaction_becomes_a_gap_with_its_revisions() -> None:
    live = feed()
    live.on_events((put("/a", 9),))
    live.on_state(WatchState(WatchKind.LOST, "e", 10, "broke"))
    live.on_state(WatchState(WatchKind.COMPACTED, "e", 57))
    gap = live.changes()[-1]
    assert (gap.what, gap.since, gap.revision) == (What.GAP, 10, 57)
    assert (live.counts().gaps, live.counts().changes, live.standing.revision) == (1, 1, 58)


def test_a_feed_that_ended_begins_where_it_ended() -> None:
    live = feed()
    live.on_events((put("/a", 9),))
    live.end()
    assert not live.standing.live
    assert live.begin_again() == 10
    assert live.standing.kind is None
    assert Feed().begin_again() == 0


# ---- differences


def test_json_is_put_in_order_before_it_is_compared() -> None:
    pairs = compare(b'{"a": 1, "b": [1]}', b'{"a":1,"b":[2]}')
    assert [(p.left, p.right) for p in pairs if p.mark is not Mark.SAME] == [("    1", "    2")]
    assert all(p.mark is Mark.SAME for p in compare(b'{"a":1,"b":2}', b'{ "b": 2, "a": 1 }'))


def test_lines_that_came_and_went() -> None:
    pairs = compare(b"a\nb\nc", b"a\nc\nd")
    assert [(str(p.mark), p.left, p.right) for p in pairs] == [
        (" ", "a", "a"),
        ("-", "b", None),
        (" ", "c", "c"),
        ("+", None, "d"),
    ]


def test_binary_values_are_hexadecimal() -> None:
    assert shown(b"\xff\x00A") == ["00000000  ff 00 41                                         ..A"]
    assert short(b"\xff\x00A").replace("\u00a0", " ") == "binary, 3 B"
    assert (short(None), short(b""), short(b" "), short(None, known=False)) == ("—", "empty", "blank", "not known")
    assert short(("ä" * 200).encode()) == "ä" * 79 + "…"


def test_large_values_that_differ_wholly_are_quick_and_cut() -> None:
    many = "\n".join(str(n) for n in range(10_000)).encode()
    other = "\n".join(f"x{n}" for n in range(10_000)).encode()
    pairs = compare(many, other)
    assert len(pairs) == 4001
    assert pairs[-1].left == "… 6,000 more lines"


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_every_line_of_both_sides_is_there(left: bytes, right: bytes) -> None:
    pairs = compare(left, right)
    assert [p.left for p in pairs if p.left is not None] == shown(left)
    assert [p.right for p in pairs if p.right is not None] == shown(right)


# ---- the past of a key


def lived() -> HistoryStore:
    """Created, changed, deleted, created again, changed."""
    store = HistoryStore()
    store.put(KEY, "1")
    store.put("/other", "x")
    store.put(KEY, "2")
    store.delete(KEY)
    store.put(KEY, "3")
    store.put(KEY, "4")
    return store


def test_history_goes_back_through_deletions() -> None:
    history = read_history(lived().store, KEY, Job("t"))
    assert [(v.revision, v.value, v.number, v.life) for v in history.versions] == [
        (7, b"4", 2, 1),
        (6, b"3", 1, 1),
        (5, None, 0, 2),
        (4, b"2", 2, 2),
        (2, b"1", 1, 2),
    ]
    assert (history.exists, history.compacted, history.more) == (True, 0, False)
    assert [history.at(n).value if history.at(n) else None for n in (1, 3, 4, 5, 6, 99)] == [  # type: ignore[union-attr]
        None,
        b"1",
        b"2",
        None,
        b"3",
        b"4",
    ]


def test_history_of_a_deleted_key_and_of_one_that_never_was() -> None:
    store = lived()
    store.delete(KEY)
    history = read_history(store.store, KEY, Job("t"))
    assert [v.life for v in history.versions] == [1, 1, 1, 2, 2, 2]
    assert not history.exists
    assert read_history(store.store, "/nothing", Job("t")).versions == ()
    with pytest.raises(InvalidInput):
        read_history(store.store, "", Job("t"))


def test_history_ends_at_the_compaction() -> None:
    store = lived()
    store.compacted = 7
    history = read_history(store.store, KEY, Job("t"))
    assert ([v.value for v in history.versions], history.compacted) == ([b"4"], 7)
    store.compacted = 4
    history = read_history(store.store, KEY, Job("t"))
    assert ([v.value for v in history.versions], history.compacted) == ([b"4", b"3", None, b"2"], 4)


def test_only_the_newest_versions_are_read_where_there_are_many() -> None:
    store = lived()
    history = read_history(store.store, KEY, Job("t"), 1)
    assert ([v.value for v in history.versions], history.more) == ([b"4"], True)
    history = read_history(store.store, KEY, Job("t"), 3)
    assert ([v.value for v in history.versions], history.more) == ([b"4", b"3", None], True)


def test_an_old_value_is_restored_only_if_the_key_is_as_shown() -> None:
    store = lived()
    history = read_history(store.store, KEY, Job("t"))
    plan = plan_restore(history, history.versions[-1], "lab")
    wanted = parse_txn(plan.steps[0].command.stdin.decode())
    assert wanted.compare[0].operand == 7
    assert wanted.success == (Put(KEY.encode(), b"1"),)
    assert plan.risk is Risk.CAUTION
    with pytest.raises(InvalidInput, match="deletion"):
        plan_restore(history, history.versions[2], "lab")
    with pytest.raises(InvalidInput, match="already"):
        plan_restore(history, history.versions[0], "lab")


def test_a_deleted_key_comes_back_only_if_it_is_still_gone() -> None:
    store = lived()
    store.delete(KEY)
    history = read_history(store.store, KEY, Job("t"))
    plan = plan_restore(history, history.versions[1], "lab")
    wanted = parse_txn(plan.steps[0].command.stdin.decode())
    assert wanted.compare[0].operand == 0
    assert plan.risk is Risk.SAFE
    assert parse_txn(plan.steps[0].undo.stdin.decode()).success == (Delete(KEY.encode()),)  # type: ignore[union-attr]


def test_a_value_that_breaks_the_rules_is_told() -> None:
    store = HistoryStore()
    store.put("/cluster/config/nfs/version", "17")
    store.put("/cluster/config/nfs/version", "4.1")
    history = read_history(store.store, "/cluster/config/nfs/version", Job("t"))
    plan = plan_restore(history, history.versions[1], "lab")
    assert "breaks the rules" in plan.meaning[0].title


# ---- two revisions


def compared() -> HistoryStore:
    store = HistoryStore()
    for key, value in (("/p/changed", "1"), ("/p/removed", "1"), ("/p/same", "1"), ("/q", "1")):
        store.put(key, value)
    store.put("/p/changed", "2")
    store.delete("/p/removed")
    store.put("/p/added", "1")
    store.put("/p/same", "1")  # a new revision, the same value
    store.put("/p/leased", "1", lease=7)
    return store


def test_a_prefix_at_two_revisions() -> None:
    found = read_comparison(compared().store, "/p/", 5, 0, Job("t"))
    assert [(d.name, str(d.turn)) for d in found.differences] == [
        ("/p/added", "added"),
        ("/p/changed", "changed"),
        ("/p/leased", "added"),
        ("/p/removed", "removed"),
    ]
    assert (found.same, found.now, found.last) == (1, True, 10)
    with pytest.raises(InvalidInput):
        read_comparison(compared().store, "/p/", 0, 0, Job("t"))


def test_chosen_keys_are_restored_in_one_transaction() -> None:
    found = read_comparison(compared().store, "/p/", 5, 0, Job("t"))
    plan = plan_restore_keys(found, found.differences, "lab")
    wanted = parse_txn(plan.steps[0].command.stdin.decode())
    assert wanted.success == (Delete(b"/p/added"), Put(b"/p/changed", b"1"), Put(b"/p/removed", b"1"))
    assert [c.operand for c in wanted.compare] == [8, 6, 0]
    assert plan.risk is Risk.DESTRUCTIVE  # a key that came later goes
    assert any("on a lease is left alone" in m.title for m in plan.meaning)
    one = plan_restore_keys(found, found.differences[-1:], "lab")
    assert (one.risk, one.confirm) == (Risk.SAFE, "/p/removed")
    with pytest.raises(InvalidInput, match="None of the chosen"):
        plan_restore_keys(found, found.differences[2:3], "lab")
    old = read_comparison(compared().store, "/p/", 5, 6, Job("t"))
    with pytest.raises(InvalidInput, match="against the present"):
        plan_restore_keys(old, old.differences, "lab")
