"""Whole ranges: the file of exported keys, imports, deletions after a backup; without a server."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from changes_store import HistoryStore
from hypothesis import given
from hypothesis import strategies as st

from nasclustergui.core.errors import Cancelled, InvalidInput, PlanOutdated, StoreError
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan, Risk
from nasclustergui.core.plan_json import from_json, to_json
from nasclustergui.core.profile import NodeProfile, Profile
from nasclustergui.core.script import to_script
from nasclustergui.remote.etcd_types import KeyValue, Put
from nasclustergui.subsystems.etcd.commands.txn import parse_txn
from nasclustergui.subsystems.etcd.features.changes import archive as archives
from nasclustergui.subsystems.etcd.features.changes.archive import archive_of, parse, to_yaml
from nasclustergui.subsystems.etcd.features.changes.batches import BYTES, batches, write
from nasclustergui.subsystems.etcd.features.changes.driver import run_delete, run_export
from nasclustergui.subsystems.etcd.features.changes.files import backup_file, load, save
from nasclustergui.subsystems.etcd.features.changes.importing import read_preview
from nasclustergui.subsystems.etcd.features.changes.plans import plan_delete, plan_import
from nasclustergui.subsystems.etcd.features.changes.ranges import export, read_count
from nasclustergui.subsystems.etcd.features.keys.driver import run_txn

PREFIX = b"/cluster/config/"
PROFILE = Profile("lab", (NodeProfile("node1", "10.0.0.1"),))


def filled(count: int = 300) -> HistoryStore:
    store = HistoryStore()
    for n in range(count):
        store.put(f"/cluster/config/{n:04}", str(n))
    return store


def run(store: HistoryStore, plan: Plan, job: Job | None = None) -> list[str]:
    """All steps in order; what they printed."""
    runs = {"export": run_export, "del-prefix": run_delete}
    printed = []
    for step in plan.steps:
        words = step.command.argv
        runner = runs[words[2]] if words[0] == "nasclustergui" else run_txn
        printed.append(runner(store.store, step.command, job or Job("t")).stdout)
    return printed


# ---- the file


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=20), st.binary(max_size=40)), max_size=8))
def test_any_keys_survive_the_file(pairs: list[tuple[bytes, bytes]]) -> None:
    items = [KeyValue(key, value, 1, 2, 3) for key, value in dict(pairs).items()]
    made = archive_of(items, b"", "lab", 5, 1_700_000_000.0)
    assert parse(archives.to_json(made), "x.json") == made


def test_leased_keys_stand_apart() -> None:
    items = [KeyValue(b"/a", b"1", 1, 2, 3), KeyValue(b"/b", b"1", 1, 2, 3, lease=0xABC)]
    made = archive_of(items, b"/", "lab", 5, 1_700_000_000.0)
    text = archives.to_json(made)
    assert json.loads(text)["leased"][0]["lease"] == "abc"
    assert parse(text, "x.json") == made


def test_yaml_is_for_text_and_keeps_it_text() -> None:
    items = [KeyValue(b"/a", b"no"), KeyValue(b"/b", b"line\nline\n"), KeyValue(b"/c", b"3"), KeyValue(b"/d", b"")]
    text = to_yaml(archive_of(items, b"/", "lab", 5, 0.0))
    assert "|" in text
    assert {kv.key: kv.value for kv in parse(text, "x.YML").keys} == {kv.key: kv.value for kv in items}
    by_hand = "format: nasclustergui-etcd-keys\nversion: 1\nprefix: /\nkeys:\n  /a: no\n  /b: 4.2\n"
    assert [kv.value for kv in parse(by_hand, "x.yaml").keys] == [b"no", b"4.2"]
    with pytest.raises(InvalidInput, match="not text"):
        to_yaml(archive_of([KeyValue(b"/a", b"\xff")], b"/", "lab", 5, 0.0))


def test_what_etcdctl_prints_can_be_read() -> None:
    text = '{"header":{"revision":9},"kvs":[{"key":"L2EvYg==","value":"eA==","mod_revision":4},{"key":"L2EvYw=="}]}'
    found = parse(text, "x.json")
    assert (found.prefix, found.revision) == (b"/a/", 9)
    assert [(kv.key, kv.value, kv.mod_revision) for kv in found.keys] == [(b"/a/b", b"x", 4), (b"/a/c", b"", 0)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", ""),
        ("[]", "no object"),
        ("{}", "format"),
        ('{"format":"nasclustergui-etcd-keys","version":1,"prefix":"/","keys":3}', "list"),
        ('{"format":"nasclustergui-etcd-keys","version":1,"prefix":"/","keys":[{"key":"/a"}]}', "value"),
        ('{"format":"nasclustergui-etcd-keys","version":1,"prefix":"/","keys":[{"key":"","value":""}]}', "empty"),
        (
            '{"format":"nasclustergui-etcd-keys","version":1,"prefix":"/","keys":'
            '[{"key":"/a","value":""},{"key":"/a","value":"1"}]}',
            "twice",
        ),
        ('{"kvs":[{"key":"?"}]}', "base64"),
    ],
)
def test_anything_else_is_refused(text: str, why: str) -> None:
    with pytest.raises(InvalidInput) as error:
        parse(text, "x.json")
    assert why in error.value.hint


def test_a_newer_format_and_a_stray_key_are_refused() -> None:
    with pytest.raises(InvalidInput, match="version 2"):
        parse('{"format":"nasclustergui-etcd-keys","version":2}', "x.json")
    stray = '{"format":"nasclustergui-etcd-keys","version":1,"prefix":"/a/","keys":[{"key":"/b","value":""}]}'
    with pytest.raises(InvalidInput, match="does not begin"):
        parse(stray, "x.json")
    with pytest.raises(InvalidInput):
        parse("a: [", "x.yaml")


def test_files_are_private_and_named_after_cluster_and_prefix(tmp_path: Path) -> None:
    path = tmp_path / "new" / "x.json"
    save(path, archive_of([], b"/", "lab", 5, 0.0))
    assert path.stat().st_mode & 0o077 == 0
    assert load(path).keys == ()
    name = backup_file("my lab", b"/cluster/config/", 0.0).name
    assert name.startswith("my-lab-cluster-config-")
    with pytest.raises(InvalidInput, match="cannot be read"):
        load(tmp_path / "nothing.json")
    with pytest.raises(InvalidInput, match="cannot be written"):
        save(tmp_path / "new" / "x.json" / "y.json", archive_of([], b"/", "lab", 5, 0.0))


# ---- batches


def test_batches_fit_into_transactions() -> None:
    edits = [write(b"%d" % n, b"v", None) for n in range(300)]
    assert [len(batch) for batch in batches(edits)] == [128, 128, 44]
    large = [write(b"%d" % n, bytes(400_000), None) for n in range(5)]
    assert [len(batch) for batch in batches(large)] == [2, 2, 1]
    assert all(sum(edit.bytes for edit in batch) <= BYTES for batch in batches(large))
    assert [len(batch) for batch in batches([write(b"k", bytes(2 * BYTES), None)])] == [1]


# ---- import


def test_an_import_writes_what_differs_and_keeps_the_rest(tmp_path: Path) -> None:
    store = filled(3)
    saved = export(store.store, PREFIX, "lab", 0, Job("t"))
    store.put("/cluster/config/0001", "other")
    store.delete("/cluster/config/0002")
    store.put("/cluster/config/extra", "x")
    preview = read_preview(store.store, saved, Job("t"))
    assert [(e.name[-4:], str(e.turn)) for e in preview.entries] == [
        ("0001", "changed"),
        ("0002", "added"),
        ("xtra", "removed"),
    ]
    plan = plan_import(preview, "x.json", "lab", equal=False, backup=tmp_path / "b.json")
    assert (plan.risk, len(plan.steps)) == (Risk.CAUTION, 2)
    run(store, plan)
    assert {k[-4:]: kv.value for k, kv in store.states[-1].items()} == {
        b"0000": b"0",
        b"0001": b"1",
        b"0002": b"2",
        b"xtra": b"x",
    }
    assert {kv.key[-4:]: kv.value for kv in load(tmp_path / "b.json").keys}[b"0001"] == b"other"
    equal = plan_import(read_preview(store.store, saved, Job("t")), "x", "lab", equal=True, backup=tmp_path / "c.json")
    assert (equal.risk, equal.confirm) == (Risk.DESTRUCTIVE, "/cluster/config/")
    run(store, equal)
    assert b"/cluster/config/extra" not in store.states[-1]
    with pytest.raises(InvalidInput, match="holds all"):
        plan_import(read_preview(store.store, saved, Job("t")), "x", "lab", equal=True, backup=tmp_path / "d.json")


def test_new_keys_alone_need_no_backup_and_an_interrupted_import_goes_on(tmp_path: Path) -> None:
    saved = export(filled(300).store, PREFIX, "lab", 0, Job("t"))
    store = HistoryStore()
    plan = plan_import(read_preview(store.store, saved, Job("t")), "x", "lab", equal=False, backup=tmp_path / "b")
    assert (plan.risk, len(plan.steps)) == (Risk.SAFE, 3)
    run(store, replace(plan, steps=plan.steps[:1]))
    left = plan_import(read_preview(store.store, saved, Job("t")), "x", "lab", equal=False, backup=tmp_path / "b")
    assert len(left.steps) == 2
    with pytest.raises(PlanOutdated):
        run(store, plan)  # the old plan's first keys are there by now
    run(store, left)
    assert len(store.states[-1]) == 300


def test_keys_on_leases_are_left_alone(tmp_path: Path) -> None:
    store = filled(1)
    store.put("/cluster/config/held", "1", lease=9)
    saved = export(store.store, PREFIX, "lab", 0, Job("t"))
    assert (len(saved.keys), len(saved.leased)) == (1, 1)
    empty = read_preview(HistoryStore().store, saved, Job("t"))
    assert [e.name for e in empty.entries] == ["/cluster/config/0000"]
    by_hand = replace(saved, keys=(*saved.keys, KeyValue(b"/cluster/config/held", b"2")), leased=())
    preview = read_preview(store.store, by_hand, Job("t"))
    assert (preview.entries, preview.held) == ((), (b"/cluster/config/held",))


def test_values_that_break_the_rules_are_refused(tmp_path: Path) -> None:
    saved = archive_of([KeyValue(b"/cluster/config/nfs/version", b"17")], PREFIX, "lab", 5, 0.0)
    preview = read_preview(HistoryStore().store, saved, Job("t"))
    with pytest.raises(InvalidInput, match="breaks the rules"):
        plan_import(preview, "x", "lab", equal=False, backup=tmp_path / "b")


# ---- delete


def test_a_deletion_is_counted_backed_up_and_can_be_undone(tmp_path: Path) -> None:
    store = filled(300)
    found = read_count(store.store, PREFIX, Job("t"))
    plan = plan_delete(found, tmp_path / "b.json", "lab")
    assert (plan.risk, plan.confirm, len(plan.steps)) == (Risk.DESTRUCTIVE, "/cluster/config/", 2)
    assert "300 keys are deleted" in plan.meaning[0].title
    job = Job("t")
    printed = run(store, plan, job)
    assert printed[1] == "300 of 300 keys are gone.\n"
    assert (store.states[-1], store.transactions) == ({}, 3)
    back = plan_import(
        read_preview(store.store, load(tmp_path / "b.json"), Job("t")), "b", "lab", equal=True, backup=tmp_path / "c"
    )
    run(store, back)
    assert len(store.states[-1]) == 300


def test_the_plan_can_be_stored_and_exported(tmp_path: Path) -> None:
    plan = plan_delete(read_count(filled(3).store, PREFIX, Job("t")), tmp_path / "b.json", "lab")
    assert from_json(to_json(plan)) == plan
    assert "nasclustergui etcd export --cluster lab --revision 4 -- /cluster/config/" in to_script(plan, PROFILE)


def test_the_worst_is_told_first() -> None:
    store = filled(1)
    for name in ("ip", "last_heartbeat"):
        store.put(f"/cluster/nodes/node1/{name}", "x", lease=7)
    plan = plan_delete(read_count(store.store, b"/cluster/", Job("t")), Path("b.json"), "lab")
    titles = [meaning.title for meaning in plan.meaning]
    assert titles[0] == "This is everything the cluster keeps in etcd"
    assert "Registered nodes are among them" in titles
    assert "2 of them hang on leases" in titles
    whole = plan_delete(read_count(store.store, b"", Job("t")), Path("b.json"), "lab")
    assert whole.confirm == ""  # then the cluster's name is asked for
    store.put("/cluster/configuration", "x")
    beside = plan_delete(read_count(store.store, b"/cluster/config", Job("t")), Path("b.json"), "lab")
    assert "The prefix ends within a name" in [meaning.title for meaning in beside.meaning]
    with pytest.raises(InvalidInput, match="no key below"):
        plan_delete(read_count(store.store, b"/none/", Job("t")), Path("b.json"), "lab")
    with pytest.raises(InvalidInput, match="yaml"):
        plan_delete(read_count(store.store, b"/cluster/", Job("t")), Path("b.yaml"), "lab")


def test_what_others_change_meanwhile_stays(tmp_path: Path) -> None:
    store = filled(200)
    plan = plan_delete(read_count(store.store, PREFIX, Job("t")), tmp_path / "b.json", "lab")
    store.put("/cluster/config/0003", "mine")
    store.delete("/cluster/config/0004")
    with pytest.raises(PlanOutdated, match=r"199 of 200 keys are gone\. 1 was changed .*0003"):
        run(store, plan)
    assert list(store.states[-1]) == [b"/cluster/config/0003"]


def test_heartbeats_do_not_stop_a_deletion(tmp_path: Path) -> None:
    store = HistoryStore()
    store.put("/cluster/nodes/n/last_heartbeat", "1", lease=7)
    plan = plan_delete(read_count(store.store, b"/cluster/", Job("t")), tmp_path / "b.json", "lab")
    store.put("/cluster/nodes/n/last_heartbeat", "2", lease=7)
    run(store, plan)
    assert store.states[-1] == {}


def test_a_transaction_whose_outcome_nobody_knows_is_looked_at(tmp_path: Path) -> None:
    store = filled(200)
    plan = plan_delete(read_count(store.store, PREFIX, Job("t")), tmp_path / "b.json", "lab")
    store.unsure = 1
    assert run(store, plan)[1] == "200 of 200 keys are gone.\n"


def test_a_cancel_says_how_many_are_gone(tmp_path: Path) -> None:
    store, job = filled(300), Job("t")
    plan = plan_delete(read_count(store.store, PREFIX, Job("t")), tmp_path / "b.json", "lab")
    store.before_txn = job.cancel
    with pytest.raises(Cancelled):
        run(store, plan, job)
    assert [line for _at, _node, line in job.output] == ["128 of 300 keys are gone. The rest is as it was."]
    assert len(store.states[-1]) == 172


def test_a_store_that_goes_down_says_how_many_are_gone(tmp_path: Path) -> None:
    store, job = filled(300), Job("t")
    plan = plan_delete(read_count(store.store, PREFIX, Job("t")), tmp_path / "b.json", "lab")
    run(store, replace(plan, steps=plan.steps[:1]))

    def fall() -> None:
        if store.transactions == 2:
            raise StoreError("no leader")

    store.before_txn = fall
    with pytest.raises(StoreError):
        run(store, replace(plan, steps=plan.steps[1:]), job)
    assert job.output[0][2].startswith("256 of 300 keys are gone.")


def test_a_compacted_revision_makes_the_plan_outdated(tmp_path: Path) -> None:
    store = filled(3)
    plan = plan_delete(read_count(store.store, PREFIX, Job("t")), tmp_path / "b.json", "lab")
    store.put("/x", "1")
    store.compacted = store.revision
    with pytest.raises(PlanOutdated, match="compacted"):
        run(store, plan)
    assert len(store.states[-1]) == 4


def test_a_backup_of_something_else_deletes_nothing(tmp_path: Path) -> None:
    store = filled(3)
    plan = plan_delete(read_count(store.store, PREFIX, Job("t")), tmp_path / "b.json", "lab")
    save(tmp_path / "b.json", archive_of([], b"/other/", "lab", 5, 0.0))
    with pytest.raises(InvalidInput, match="is of /other/"):
        run(store, replace(plan, steps=plan.steps[1:]))


def test_import_steps_hold_their_conditions() -> None:
    store = filled(1)
    saved = archive_of([KeyValue(b"/cluster/config/0000", b"new")], PREFIX, "lab", 1, 0.0)
    plan = plan_import(read_preview(store.store, saved, Job("t")), "x", "lab", equal=False, backup=Path("b"))
    wanted = parse_txn(plan.steps[1].command.stdin.decode())
    assert (wanted.compare[0].operand, wanted.success) == (2, (Put(b"/cluster/config/0000", b"new"),))
